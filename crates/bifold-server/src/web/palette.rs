//! What the command palette offers: places, records, and what can be done on the page one is on.
//! Everything goes through the same visibility as the pages themselves.

use super::frame::Visit;
use super::search::{in_order, place_of_number};
use crate::answer;
use crate::api::incidents::readable;
use crate::error::Result;
use crate::params::Params;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Permission;
use bifold_domain::incident::Incident;
use serde::{Deserialize, Serialize};

/// Incidents offered, and services, and people.
const SOME: usize = 5;
/// Hits of the search, several of which may be of one incident.
const HITS: u32 = 15;
/// Fewer characters find too much.
const QUERY_CHARS: usize = 2;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/palette", "page_palette", Access::SignedIn, show)
            .summary("What the command palette offers.")
            .page()
            .answers(200, Answer::Open),
    ]
}

#[derive(Debug, Deserialize)]
struct Query {
    #[serde(default)]
    q: String,
    /// The path of the page one is on.
    #[serde(default)]
    here: String,
}

#[derive(Debug, Serialize)]
struct Palette {
    groups: Vec<Group>,
}

#[derive(Debug, Serialize)]
struct Group {
    name: String,
    items: Vec<Item>,
}

#[derive(Debug, Serialize)]
struct Item {
    label: String,
    hint: String,
    #[serde(flatten)]
    does: Does,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Does {
    /// Leads there.
    Href(String),
    /// Does what the key does on the page.
    Press(&'static str),
}

/// What is asked for: `@name`, `#service` and `>command` ask for one sort of thing.
struct Asked {
    sort: Option<char>,
    words: String,
}

impl Asked {
    fn of(q: &str) -> Self {
        let q = q.trim();
        let sort = q.chars().next().filter(|c| "@#>".contains(*c));
        Self {
            sort,
            words: q.trim_start_matches(['@', '#', '>']).trim().to_lowercase(),
        }
    }

    fn takes(&self, sort: char) -> bool {
        self.sort.is_none_or(|asked| asked == sort)
    }

    /// Whether every word stands in the text.
    fn fits(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.words
            .split_whitespace()
            .all(|word| text.contains(word))
    }
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Params(query): Params<Query>,
) -> Result<Response> {
    let l = visit.locale();
    let asked = Asked::of(&query.q);
    let mut going = Vec::new();
    if asked.sort.is_none() {
        going.extend(places(&visit, &asked));
        going.extend(incidents(&server, &visit, &query.q).await?);
    }
    if visit.may(Permission::ReadIncidents) && !asked.words.is_empty() {
        going.extend(named(&server, &visit, &asked).await?);
    }
    let mut doing = Vec::new();
    let mut making = Vec::new();
    if asked.takes('>') {
        doing.extend(verbs(&server, &visit, &asked, &query.here).await?);
        making.extend(new(&visit, &asked));
    }
    let group = |key: &str, items: Vec<Item>| Group {
        name: l.t(key),
        items,
    };
    let groups = vec![
        group("palette-go", going),
        group("palette-do", doing),
        group("palette-create", making),
    ];
    let groups = groups.into_iter().filter(|group| !group.items.is_empty());
    Ok(answer::ok(&Palette {
        groups: groups.collect(),
    }))
}

fn item(label: String, hint: String, href: String) -> Item {
    Item {
        label,
        hint,
        does: Does::Href(href),
    }
}

fn places(visit: &Visit, asked: &Asked) -> Vec<Item> {
    let places = visit.nav("").into_iter();
    places
        .filter(|place| asked.fits(&place.label))
        .map(|place| item(place.label, String::new(), place.href.to_owned()))
        .collect()
}

/// The incident with the number that is meant, else those whose texts hold the words.
async fn incidents(server: &Server, visit: &Visit, q: &str) -> Result<Vec<Item>> {
    let (l, store) = (visit.locale(), &server.store);
    if let Some(href) = place_of_number(server, visit, q).await? {
        let number = href.rsplit('/').next().unwrap_or_default().to_owned();
        return Ok(vec![item(number, l.t("palette-open"), href)]);
    }
    if q.trim().chars().count() < QUERY_CHARS {
        return Ok(Vec::new());
    }
    let hits = store.search(&visit.caller.viewer(), q, None, HITS).await?;
    let ids = hits.into_iter().map(|hit| hit.id).collect();
    let rows = in_order(server, visit, ids).await?;
    let row = rows.into_iter().take(SOME).map(|row| {
        let hint = format!("SEV-{} · {}", row.handling, l.word("stage", &row.stage));
        let href = format!("/incidents/{}", row.number);
        item(format!("{} {}", row.number, row.title), hint, href)
    });
    Ok(row.collect())
}

/// Services and people: the open incidents of each.
async fn named(server: &Server, visit: &Visit, asked: &Asked) -> Result<Vec<Item>> {
    let l = visit.locale();
    let directory = server.store.directory().await?;
    let mut items = Vec::new();
    if asked.takes('#') {
        let services = directory.services.iter().filter(|(_, s)| !s.is_retired);
        let fitting = services.filter(|(_, s)| asked.fits(s.entry.name.as_str()));
        items.extend(fitting.take(SOME).map(|(id, service)| {
            let href = format!("/incidents?open=true&service={id}");
            item(service.entry.name.to_string(), l.t("field-service"), href)
        }));
    }
    if asked.takes('@') {
        let people = directory.people.values().filter(|p| p.is_active);
        let fitting = people.filter(|p| asked.fits(&p.name.shown()));
        items.extend(fitting.take(SOME).map(|person| {
            let href = format!("/incidents?open=true&assignee={}", person.id);
            item(person.name.shown(), l.t("palette-holds"), href)
        }));
    }
    Ok(items)
}

/// What can be done on the page one is on, by the keys that do it there.
async fn verbs(server: &Server, visit: &Visit, asked: &Asked, here: &str) -> Result<Vec<Item>> {
    let l = visit.locale();
    let path = here.split(['?', '#']).next().unwrap_or_default();
    let keys = if path == "/triage" && visit.may(Permission::Triage) {
        TRAY.to_vec()
    } else if let Some(name) = path.strip_prefix("/incidents/") {
        // Whoever cannot read it has nothing to do there.
        match readable(server, &visit.caller, name).await {
            Ok((incident, _)) => on_incident(visit, &incident),
            Err(_) => Vec::new(),
        }
    } else {
        Vec::new()
    };
    let items = keys.into_iter().map(|(key, words)| Item {
        label: l.t(words),
        hint: key.to_owned(),
        does: Does::Press(key),
    });
    Ok(items.filter(|item| asked.fits(&item.label)).collect())
}

const TRAY: [(&str, &str); 4] = [
    ("a", "triage-accept"),
    ("m", "triage-attach"),
    ("d", "triage-dismiss"),
    ("w", "triage-weakness"),
];

fn on_incident(visit: &Visit, incident: &Incident) -> Vec<(&'static str, &'static str)> {
    let mut keys = Vec::new();
    if visit.may(Permission::Work) && !incident.stage.is_sealed() {
        if incident.stage.word() == "new" {
            keys.push(("e", "verb-acknowledge"));
        }
        keys.push(("a", "verb-take"));
        if incident.stage.is_open() {
            keys.push(("s", "verb-snooze"));
            keys.push(("p", "verb-prioritise"));
            keys.push(("m", "verb-merge"));
        }
        keys.push(("n", "note-label"));
    }
    keys.push(("l", "palette-verdict"));
    keys
}

fn new(visit: &Visit, asked: &Asked) -> Vec<Item> {
    let l = visit.locale();
    let mut items = Vec::new();
    if visit.may(Permission::Declare) {
        let (label, href) = (l.t("declare-title"), "/declare".to_owned());
        items.push(item(label, "c".to_owned(), href));
    }
    if visit.may(Permission::Report) {
        let (label, href) = (l.t("report-something"), "/report".to_owned());
        items.push(item(label, String::new(), href));
    }
    items.retain(|item| asked.fits(&item.label));
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_before_the_words_asks_for_one_sort() {
        let asked = Asked::of(" @ada l");
        assert!(asked.takes('@') && !asked.takes('#'));
        assert!(asked.fits("Ada Lovelace") && !asked.fits("Ada Byron"));
        assert!(Asked::of("").fits("anything") && Asked::of("x").takes('>'));
    }
}
