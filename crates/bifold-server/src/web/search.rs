//! Search over everything one may read. A number leads straight to its record.

use super::frame::{Frame, Visit, page, see_other};
use super::incident::row::Row;
use super::rows::listed;
use crate::error::Result;
use crate::page;
use crate::params::Params;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::{At, IncidentId};
use bifold_store::query::incident::{Filter, Order};
use serde::Deserialize;

/// Hits of a page.
const ROWS: u32 = 30;
/// The most characters of a query.
const QUERY_CHARS: usize = 200;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/search", "page_search", Access::SignedIn, show)
            .summary("Search.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
    ]
}

#[derive(Debug, Deserialize)]
struct Query {
    #[serde(default)]
    q: String,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    f: Frame,
    q: String,
    rows: Vec<Row>,
    next: Option<String>,
    is_first: bool,
    first: String,
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Params(query): Params<Query>,
) -> Result<Response> {
    let q: String = query.q.trim().chars().take(QUERY_CHARS).collect();
    if query.cursor.is_none()
        && let Some(place) = place_of_number(&server, &visit, &q).await?
    {
        return Ok(see_other(&place));
    }
    let before = page::open(query.cursor.as_deref())?;
    let viewer = visit.caller.viewer();
    let mut hits = server.store.search(&viewer, &q, before, ROWS + 1).await?;
    let next = page::cut(&mut hits, ROWS, |hit| hit.doc);
    let ids = hits.into_iter().map(|hit| hit.id).collect();
    let first = format!("/search?q={}", escaped(&q));
    page(&SearchPage {
        f: visit
            .frame(&server, visit.locale().t("search-title"), "search")
            .await?,
        rows: in_order(&server, &visit, ids).await?,
        next: next.map(|cursor| format!("{first}&cursor={cursor}")),
        is_first: before.is_none(),
        first,
        q,
    })
}

/// The rows of these ids, in their order.
pub(super) async fn in_order(server: &Server, visit: &Visit, ids: Vec<String>) -> Result<Vec<Row>> {
    // No ids would mean all incidents.
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let filter = Filter {
        ids: ids.clone(),
        ..Filter::default()
    };
    let mut rows = listed(server, visit, &filter, Order::Newest, ROWS).await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    Ok(rows)
}

/// Where the record with this number is, if it is there for the visitor.
pub(super) async fn place_of_number(
    server: &Server,
    visit: &Visit,
    q: &str,
) -> Result<Option<String>> {
    let viewer = visit.caller.viewer();
    let Some(number) = number(q, server.store.shell().clock.now()) else {
        return Ok(None);
    };
    if number.starts_with("INC-") {
        let found = server.store.incident(&viewer, &number).await?;
        return Ok(found.map(|_| format!("/incidents/{number}")));
    }
    let found = server.store.event(&viewer, &number).await?;
    Ok(found.map(|_| format!("/events/{number}")))
}

/// The id or number as it is kept, of an incident that a person named in a form.
pub(super) fn meant(server: &Server, text: &str) -> String {
    if IncidentId::parse(text).is_ok() {
        return text.to_owned();
    }
    let now = server.store.shell().clock.now();
    number(text, now).unwrap_or_else(|| text.to_uppercase())
}

/// The number that is meant: `inc-2026-42` is `INC-2026-0042`, and `INC-42` the one of this year.
fn number(q: &str, now: At) -> Option<String> {
    let upper = q.trim().to_ascii_uppercase();
    let mut parts = upper.split('-');
    let prefix = parts.next().filter(|p| matches!(*p, "INC" | "EVT"))?;
    let digits = |part: &&str| {
        !part.is_empty() && part.len() <= 12 && part.bytes().all(|b| b.is_ascii_digit())
    };
    let numbers: Vec<&str> = parts.collect();
    if !numbers.iter().all(digits) {
        return None;
    }
    let year = now.year();
    match numbers.as_slice() {
        [n] => Some(format!("{prefix}-{year}-{:0>4}", n.trim_start_matches('0'))),
        [year, n] => Some(format!("{prefix}-{year}-{:0>4}", n.trim_start_matches('0'))),
        _ => None,
    }
}

/// A text as it may stand in a query.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let digit = |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0');
            let hex = [digit(byte >> 4), digit(byte & 15)];
            out.push('%');
            out.extend(hex.map(|c| c.to_ascii_uppercase()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_however_it_is_written() {
        let now = At::parse("2026-05-01T00:00:00Z").unwrap();
        for (q, expected) in [
            ("INC-2026-0042", Some("INC-2026-0042")),
            (" inc-2026-42 ", Some("INC-2026-0042")),
            ("INC-42", Some("INC-2026-0042")),
            ("evt-2025-7", Some("EVT-2025-0007")),
            ("INC-2026-12345", Some("INC-2026-12345")),
            ("INC-", None),
            ("incident 42", None),
            ("INC-2026-0042-1", None),
        ] {
            assert_eq!(number(q, now).as_deref(), expected, "{q}");
        }
    }
}
