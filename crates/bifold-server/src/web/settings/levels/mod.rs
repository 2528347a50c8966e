//! Service levels: each says itself as a sentence, is changed in one form, and is tried on what
//! happened in the last ninety days before it holds (features F064–F071, screens 4.6).

mod page;
mod read;

use super::matrix::{change, version};
use super::{Around, POLICY, Section, done, sent, shown};
use crate::api::levels::DAYS;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page as answer};
use crate::web::incident::clocks::{act, threshold};
use crate::web::locale::Locale;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::level::{Level, Levels, Target};
use bifold_domain::time::DAY;
use bifold_domain::{At, Directory, Short};
use bifold_store::query::level::{BackTest, Tested};
use page::{LevelPage, Tried};
use serde_json::{Value, json};

const HERE: &str = "/settings/levels";
const ONE: &str = "/settings/levels/{key}";
const TRY: &str = "/settings/levels/{key}/try";
const REMOVE: &str = "/settings/levels/{key}/remove";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_levels", POLICY, list).summary("Service levels."),
        shown(ONE, "page_settings_level", POLICY, show).summary("One service level, or a new one."),
        sent(ONE, "page_settings_level_set", POLICY, set).summary("Sets a service level."),
        sent(TRY, "page_settings_level_try", POLICY, attempt)
            .summary("Tries a service level on what happened."),
        sent(REMOVE, "page_settings_level_remove", POLICY, remove)
            .summary("Removes a service level."),
    ]
}

#[derive(Template)]
#[template(path = "settings-levels.html")]
struct LevelsPage {
    f: Frame,
    sections: Vec<Section>,
    version: u32,
    from: At,
    /// Whether they hold only later.
    is_ahead: bool,
    levels: Vec<Entry>,
}

/// A level in the list.
struct Entry {
    key: String,
    agreement: String,
    party: String,
    /// Which incidents it is for.
    whom: String,
    targets: Vec<Sentence>,
}

/// A target as a sentence, and its ladder.
pub(super) struct Sentence {
    words: String,
    ladder: Vec<String>,
}

/// Which incidents a level is for, in words.
fn meant(l: Locale, level: &Level, directory: &Directory) -> String {
    let when = &level.when;
    let mut parts: Vec<String> = Vec::new();
    let priorities = when
        .priorities
        .iter()
        .map(|p| format!("SEV-{}", p.number()));
    parts.push(priorities.collect::<Vec<_>>().join(", "));
    let kinds = when.kinds.iter().map(|kind| l.word("kind", kind.as_str()));
    parts.push(kinds.collect::<Vec<_>>().join(", "));
    let services = when
        .services
        .iter()
        .filter_map(|id| directory.services.get(id));
    parts.push(
        services
            .map(|s| s.entry.name.to_string())
            .collect::<Vec<_>>()
            .join(", "),
    );
    let customers: Vec<&str> = when.customers.iter().map(Short::as_str).collect();
    parts.push(customers.join(", "));
    let teams = when.teams.iter().filter_map(|id| directory.teams.get(id));
    parts.push(
        teams
            .map(|t| t.name.to_string())
            .collect::<Vec<_>>()
            .join(", "),
    );
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        return l.t("level-all");
    }
    parts.join(" · ")
}

/// A target in words.
fn sentence(l: Locale, target: &Target, directory: &Directory) -> Sentence {
    let conditions = target.conditions();
    let mut args = fluent_bundle::FluentArgs::new();
    args.set("metric", l.word("metric", target.metric.word()));
    args.set("span", l.span(i64::from(target.minutes) * 60));
    let calendar = directory.policy.terms.calendars.get(&target.calendar);
    let calendar = calendar.and_then(|dated| dated.newest());
    let name = calendar.map_or_else(|| target.calendar.to_string(), |c| c.value.name.to_string());
    args.set("calendar", name);
    let pauses = conditions.pause.iter();
    let pauses: Vec<_> = pauses.map(|t| l.word("level-test", t.word())).collect();
    args.set("pauses", pauses.join(", "));
    let key = if pauses.is_empty() {
        "level-target"
    } else {
        "level-target-paused"
    };
    let step = |step: &bifold_domain::level::Step| {
        format!(
            "{}: {}",
            threshold(l, step.at),
            act(l, &step.act, directory)
        )
    };
    Sentence {
        words: l.say(key, Some(&args)),
        ladder: target.ladder.iter().map(step).collect(),
    }
}

/// The newest levels, whether they hold yet or only later.
fn newest(directory: &Directory) -> Levels {
    let newest = directory.policy.terms.levels.newest();
    newest
        .map(|version| version.value.clone())
        .unwrap_or_default()
}

async fn list(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let l = visit.locale();
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let around = Around::of(&server, &visit, "levels").await?;
    let found = directory.policy.terms.levels.newest();
    let found = found.ok_or_else(|| Error::no("service level"))?;
    let levels = found.value.levels.iter().map(|level| Entry {
        key: level.key.to_string(),
        agreement: level.agreement.to_string(),
        party: l.word("party", level.party.word()),
        whom: meant(l, level, &directory),
        targets: level
            .targets
            .iter()
            .map(|t| sentence(l, t, &directory))
            .collect(),
    });
    answer(&LevelsPage {
        f: around.f,
        sections: around.sections,
        version: found.version,
        from: found.from,
        is_ahead: found.from > now,
        levels: levels.collect(),
    })
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(key): Place<String>,
) -> Result<Response> {
    let directory = server.store.directory().await?;
    let levels = newest(&directory).levels;
    let place = levels.iter().position(|level| level.key.as_str() == key);
    let level = place.and_then(|place| levels.get(place)).cloned();
    if level.is_none() && key != "new" {
        return Err(Error::no("service level"));
    }
    let around = Around::of(&server, &visit, "levels").await?;
    let place = place.unwrap_or(levels.len()) + 1;
    let of = page::Of {
        key,
        level: level.as_ref(),
        place,
        version: version(&server).await?,
    };
    answer(&LevelPage::of(
        visit.locale(),
        around,
        &directory,
        &of,
        None,
    ))
}

/// The levels with this one in its place.
fn with(levels: &Levels, key: &str, level: Value, place: usize) -> Result<Vec<Value>> {
    let kept = levels.levels.iter().filter(|old| old.key.as_str() != key);
    let kept: std::result::Result<Vec<Value>, _> = kept.map(serde_json::to_value).collect();
    let mut all = kept.map_err(|_| Error::Internal)?;
    all.insert(place.saturating_sub(1).min(all.len()), level);
    Ok(all)
}

async fn set(
    State(server): State<Server>,
    Place(key): Place<String>,
    form: Form,
) -> Result<Response> {
    let directory = server.store.directory().await?;
    let levels = newest(&directory);
    let level = read::level(&form, &key, &levels)?;
    let place = read::place(&form, &levels)?;
    let name = level
        .get("key")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let all = with(&levels, &key, level, place)?;
    let mut value = json!({ "levels": all });
    if let Some(from) = form.get("from").filter(|from| !from.trim().is_empty()) {
        value["from"] = json!(read::instant(from)?);
    }
    change(&server, &form, &json!({ "set": "levels", "value": value })).await?;
    Ok(done("done-level", name, HERE))
}

async fn attempt(
    State(server): State<Server>,
    visit: Visit,
    Place(key): Place<String>,
    form: Form,
) -> Result<Response> {
    let directory = server.store.directory().await?;
    let levels = newest(&directory);
    let level = read::level(&form, &key, &levels)?;
    let place = read::place(&form, &levels)?;
    let all = json!({ "levels": with(&levels, &key, level.clone(), place)? });
    let all: Levels = crate::body::parse(all.to_string().as_bytes())?;
    all.check(&directory)?;
    let level: Level = crate::body::parse(level.to_string().as_bytes())?;
    let since = server
        .store
        .shell()
        .clock
        .now()
        .plus(-i64::from(DAYS) * DAY);
    let viewer = visit.caller.viewer();
    let found = server.store.back_test(&viewer, &all, since).await?;
    let around = Around::of(&server, &visit, "levels").await?;
    let of = page::Of {
        key,
        level: Some(&level),
        place,
        version: version(&server).await?,
    };
    let l = visit.locale();
    let tried = tried(l, found);
    answer(&LevelPage::of(l, around, &directory, &of, Some(tried)))
}

fn tried(l: Locale, found: BackTest) -> Tried {
    let clock = |t: Tested| {
        let name = format!("{} · {}", t.agreement, l.word("metric", t.metric.word()));
        (name, t.now, t.then)
    };
    Tried {
        incidents: found.incidents,
        is_cut: found.is_cut,
        clocks: found.clocks.into_iter().map(clock).collect(),
        samples: found.samples,
    }
}

async fn remove(
    State(server): State<Server>,
    Place(key): Place<String>,
    form: Form,
) -> Result<Response> {
    let directory = server.store.directory().await?;
    let mut levels = newest(&directory);
    levels.levels.retain(|level| level.key.as_str() != key);
    let value = serde_json::to_value(&levels).map_err(|_| Error::Internal)?;
    change(&server, &form, &json!({ "set": "levels", "value": value })).await?;
    Ok(done("done-level-removed", key, HERE))
}
