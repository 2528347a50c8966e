//! The queue: one list for all kinds, most urgent first, with facets that are links.

use super::choice::Choice;
use super::fields::{Fields, encode};
use super::frame::{Frame, Visit, page};
use super::incident::row::Row;
use super::locale::Locale;
use super::views::{Saved, saved};
use crate::api::incidents::IncidentQuery;
use crate::api::incidents::list::Place;
use crate::error::Result;
use crate::page;
use crate::params::Params;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::view::Names;
use crate::view::incident::IncidentRow;
use askama::Template;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use bifold_store::query::facet::Facet as FacetCounts;
use bifold_store::query::incident::{Filter, Order};

/// Rows of a page.
const ROWS: u32 = 50;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/incidents", "page_incidents", Access::SignedIn, queue)
            .summary("The queue.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
    ]
}

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    f: Frame,
    views: Vec<Link>,
    saved: Vec<Saved>,
    /// Teams a list may be shared with.
    teams: Vec<Choice>,
    chips: Vec<Chip>,
    facets: Vec<Facet>,
    rows: Vec<Row>,
    next: Option<String>,
    is_first: bool,
    first: String,
    /// The filter as a query, for the export.
    query: String,
    /// The other ways to order the list.
    orders: Vec<Link>,
    is_filtered: bool,
}

/// A view or the entry of a facet.
struct Link {
    label: String,
    href: String,
    count: String,
    is_on: bool,
}

/// A part of the filter, and the list without it.
struct Chip {
    label: String,
    without: String,
}

struct Facet {
    name: String,
    entries: Vec<Link>,
}

async fn queue(
    State(server): State<Server>,
    visit: Visit,
    uri: Uri,
    Params(query): Params<IncidentQuery>,
) -> Result<Response> {
    let l = visit.locale();
    let place = Address::of(&uri);
    let order = query.order();
    let after = page::open::<Place>(query.cursor.as_deref())?.map(Place::after);
    let filter = query.filter(&server, &visit.caller).await?;
    let viewer = visit.caller.viewer();
    let mut found = server
        .store
        .incidents(&viewer, &filter, order, after, ROWS + 1)
        .await?;
    let next = page::cut(&mut found, ROWS, Place::of);
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let rows = found
        .into_iter()
        .map(|row| IncidentRow::of(row, Names(&directory)));
    let rows: Vec<Row> = rows.map(|row| Row::of(row, l, now)).collect();
    let facets = facets(&server, &visit, &filter, &place).await?;
    let place_in_rail = if place.get("major") == Some("promoted") {
        "major"
    } else {
        "incidents"
    };
    let views = views(l, &place, &visit);
    // What a list is called need not be said a second time.
    let is_view = views.iter().any(|view| view.is_on);
    let chips = if is_view {
        Vec::new()
    } else {
        chips(l, &place, &directory)
    };
    let mine = visit.caller.actor.teams.iter();
    let teams = mine.map(|id| Choice::new(id, Names(&directory).team(id).shown(), false));
    page(&QueuePage {
        saved: saved(&server, &visit, &uri).await?,
        teams: teams.collect(),
        f: visit
            .frame(&server, l.t("queue-title"), place_in_rail)
            .await?,
        views,
        chips,
        facets,
        rows,
        next: next.map(|cursor| place.with("cursor", &cursor)),
        is_first: after.is_none(),
        first: place.with("cursor", ""),
        query: uri.query().map(|q| format!("?{q}")).unwrap_or_default(),
        orders: orders(l, &place, order),
        is_filtered: place.filter().next().is_some(),
    })
}

/// The other ways to order the list.
fn orders(l: Locale, place: &Address, now: Order) -> Vec<Link> {
    let all = [
        (Order::MostUrgent, "urgent", "order-urgent"),
        (Order::Due, "due", "order-due"),
        (Order::Newest, "newest", "order-newest"),
    ];
    let others = all.into_iter().filter(|(order, ..)| *order != now);
    let link = |(_, word, key)| Link {
        label: l.t(key),
        href: place.with("order", word),
        count: String::new(),
        is_on: false,
    };
    others.map(link).collect()
}

/// The address of the list as name and value, so that every filter is a link.
struct Address(Fields);

impl Address {
    fn of(uri: &Uri) -> Self {
        Self(Fields::of_query(uri.query()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// The parts that say which incidents, and not in which order or from where on.
    fn filter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.0
            .iter()
            .filter(|(n, _)| *n != "cursor" && *n != "order")
    }

    /// This list with one part otherwise, from its first page on.
    fn with(&self, name: &str, value: &str) -> String {
        let kept = self.0.iter().filter(|(n, _)| *n != name && *n != "cursor");
        let added = Some((name, value)).filter(|(_, v)| !v.is_empty());
        address(kept.chain(added))
    }

    fn is(&self, pairs: &[(&str, &str)]) -> bool {
        self.filter().count() == pairs.len() && self.filter().all(|pair| pairs.contains(&pair))
    }
}

/// The address of the list with these parts.
pub(super) fn address<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut path = String::from("/incidents");
    for (i, (name, value)) in pairs.enumerate() {
        path.push(if i == 0 { '?' } else { '&' });
        encode(&mut path, name, b"_");
        path.push('=');
        encode(&mut path, value, b"-_.~:@");
    }
    path
}

/// Parts of an address, by name and value.
type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// The lists that everybody asks for, as links.
fn views(l: Locale, place: &Address, visit: &Visit) -> Vec<Link> {
    let team = visit
        .caller
        .actor
        .teams
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    let rows: [(&str, Pairs<'_>, bool); 6] = [
        ("view-open", vec![("open", "true")], true),
        (
            "view-mine",
            vec![("open", "true"), ("assignee", "me")],
            true,
        ),
        (
            "view-team",
            vec![("open", "true"), ("team", &team)],
            !team.is_empty(),
        ),
        (
            "view-unassigned",
            vec![("open", "true"), ("unassigned", "true")],
            true,
        ),
        (
            "view-undecided",
            vec![("open", "true"), ("undecided", "true")],
            true,
        ),
        ("view-all", vec![("order", "newest")], true),
    ];
    let shown = rows.into_iter().filter(|(.., is_shown)| *is_shown);
    let link = |(key, pairs, _): (&str, Vec<(&str, &str)>, bool)| {
        let bare: Vec<(&str, &str)> = pairs
            .iter()
            .copied()
            .filter(|(n, _)| *n != "order")
            .collect();
        Link {
            label: l.t(key),
            is_on: place.is(&bare),
            href: address(pairs.into_iter()),
            count: String::new(),
        }
    };
    shown.map(link).collect()
}

/// The filter in words; each part can be taken away.
fn chips(l: Locale, place: &Address, directory: &bifold_domain::Directory) -> Vec<Chip> {
    let names = Names(directory);
    let or_text = |name: Option<String>, value: &str| name.unwrap_or_else(|| value.to_owned());
    let chip = |(name, value): (&str, &str)| {
        let value_shown = match name {
            "team" => or_text(names.team_text(value).name, value),
            "assignee" if value == "me" => l.t("me"),
            "assignee" | "reporter" => or_text(names.person_text(value).name, value),
            "service" => or_text(names.service_text(value).name, value),
            "stage" => l.word("stage", value),
            "service_is" | "security_is" => l.word("finding", value),
            _ => l.word("value", value),
        };
        Chip {
            label: format!("{}: {value_shown}", l.word("filter", name)),
            without: place.with(name, ""),
        }
    };
    place.filter().map(chip).collect()
}

async fn facets(
    server: &Server,
    visit: &Visit,
    filter: &Filter,
    place: &Address,
) -> Result<Vec<Facet>> {
    let l = visit.locale();
    let directory = server.store.directory().await?;
    let names = Names(&directory);
    let found = server
        .store
        .facets(&visit.caller.viewer(), filter, 10)
        .await?;
    let facet = |key: &str, param: &str, facet: &FacetCounts| {
        let known = facet
            .values
            .iter()
            .filter(|counted| counted.value.is_some());
        let entries = known.map(|counted| {
            let value = counted.value.as_deref().unwrap_or_default();
            let label = match key {
                "stage" => l.word("stage", value),
                "handling" => format!("SEV-{value}"),
                "service_is" | "security_is" => l.word("finding", value),
                "team" => names.team_text(value).name.unwrap_or_else(|| l.t("nobody")),
                "assignee" => names
                    .person_text(value)
                    .name
                    .unwrap_or_else(|| l.t("nobody")),
                _ => names
                    .service_text(value)
                    .name
                    .unwrap_or_else(|| l.t("none")),
            };
            let is_on = place.get(param) == Some(value);
            Link {
                label,
                href: place.with(param, if is_on { "" } else { value }),
                count: super::rows::counted((counted.count, facet.is_capped)),
                is_on,
            }
        });
        Facet {
            name: l.word("filter", key),
            entries: entries.collect(),
        }
    };
    let mut all = vec![
        facet("handling", "handling_is", &found.handling),
        facet("stage", "stage", &found.stage),
        facet("service_is", "service_is", &found.service_is),
        facet("security_is", "security_is", &found.security_is),
        facet("team", "team", &found.team),
        facet("assignee", "assignee", &found.assignee),
        facet("service", "service", &found.service),
    ];
    // Severity has an order of its own.
    if let Some(severity) = all.first_mut() {
        severity.entries.sort_by(|a, b| a.label.cmp(&b.label));
    }
    Ok(all
        .into_iter()
        .filter(|facet| !facet.entries.is_empty())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_is_an_address() {
        let uri: Uri = "/incidents?open=true&team=tm_1&cursor=abc".parse().unwrap();
        let place = Address::of(&uri);
        assert_eq!(
            place.with("stage", "new"),
            "/incidents?open=true&team=tm_1&stage=new"
        );
        assert_eq!(place.with("team", ""), "/incidents?open=true");
        assert!(place.is(&[("open", "true"), ("team", "tm_1")]));
        assert!(!place.is(&[("open", "true")]));
        assert_eq!(
            address([("category", "a b&c")].into_iter()),
            "/incidents?category=a%20b%26c"
        );
    }
}
