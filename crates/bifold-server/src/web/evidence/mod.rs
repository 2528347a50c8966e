//! Evidence as people see it: the list, one exhibit with its custody, and its forms.

mod act;
mod exhibit;
mod label;
mod strip;

use super::frame::{Frame, Visit, page};
use super::locale::Locale;
use crate::error::Result;
use crate::page as paging;
use crate::params::Params;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::view::Names;
use crate::view::evidence::EvidenceRow;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Directory;
use bifold_domain::incident::Tlp;
use bifold_store::query::evidence::{Filter, Row};
use serde::Deserialize;

const ROWS: u32 = 60;
/// States by which the list is narrowed.
const STANDINGS: [&str; 7] = [
    "wanted",
    "collected",
    "kept",
    "offered",
    "out",
    "forgone",
    "disposed",
];

pub(crate) fn routes() -> Vec<Route> {
    let own = vec![
        Route::get("/evidence", "page_evidence_list", Access::SignedIn, list)
            .summary("Evidence that you may see.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
    ];
    [own, exhibit::routes(), label::routes(), act::routes()].concat()
}

/// A row as it is shown.
pub(super) struct Line {
    pub(super) r: EvidenceRow,
    /// Size in words.
    pub(super) size: String,
    pub(super) light: &'static str,
}

impl Line {
    pub(super) fn of(l: Locale, row: Row, directory: &Directory) -> Self {
        let size = row.size_bytes.map_or_else(String::new, |n| bytes(l, n));
        let light = match row.verified.as_deref() {
            Some("match") => "good",
            Some("mismatch") => "bad",
            Some(_) => "warn",
            None => "",
        };
        Self {
            r: EvidenceRow::of(row, Names(directory)),
            size,
            light,
        }
    }
}

/// Labels to choose from: what is sent, and how it is written.
pub(super) fn labels() -> impl Iterator<Item = (&'static str, String)> {
    let labels = Tlp::ALL.iter().map(|tlp| tlp.word());
    labels.map(|word| (word, word.replace('_', "+").to_uppercase()))
}

/// A number of bytes as people say it.
pub(super) fn bytes(l: Locale, count: i64) -> String {
    let mut rest = count;
    let mut tenths = 0;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if rest < 1024 {
            return said(l, rest, tenths, unit);
        }
        tenths = rest % 1024 * 10 / 1024;
        rest /= 1024;
    }
    said(l, rest, tenths, "TiB")
}

fn said(l: Locale, whole: i64, tenths: i64, unit: &str) -> String {
    if tenths == 0 || whole >= 100 {
        format!("{whole} {unit}")
    } else {
        format!("{whole}{}{tenths} {unit}", l.t("decimal-sign"))
    }
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    standing: Option<String>,
    #[serde(default)]
    held: bool,
    #[serde(default)]
    asked: bool,
    #[serde(default)]
    mine: bool,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "evidence.html")]
struct ListPage {
    f: Frame,
    lines: Vec<Line>,
    next: Option<String>,
    standing: String,
    held: bool,
    asked: bool,
    mine: bool,
}

async fn list(
    State(server): State<Server>,
    visit: Visit,
    Params(query): Params<Query>,
) -> Result<Response> {
    let l = visit.locale();
    let standing = query.standing.filter(|s| STANDINGS.contains(&s.as_str()));
    let me = visit.caller.actor.person.to_string();
    let filter = Filter {
        standing: standing.clone(),
        holder: query.mine.then_some(me),
        is_held: query.held,
        is_asked: query.asked,
        ..Filter::default()
    };
    let before: Option<i64> = paging::open(query.cursor.as_deref())?;
    let viewer = visit.caller.viewer();
    let mut rows = server
        .store
        .evidence_list(&viewer, &filter, before, ROWS + 1)
        .await?;
    let next = paging::cut(&mut rows, ROWS, |row| row.seq);
    let directory = server.store.directory().await?;
    page(&ListPage {
        f: visit
            .frame(&server, l.t("evidence-page"), "evidence")
            .await?,
        lines: rows
            .into_iter()
            .map(|row| Line::of(l, row, &directory))
            .collect(),
        next,
        standing: standing.unwrap_or_default(),
        held: query.held,
        asked: query.asked,
        mine: query.mine,
    })
}

impl ListPage {
    fn standings() -> [&'static str; 7] {
        STANDINGS
    }

    fn is_all(&self) -> bool {
        self.standing.is_empty() && !self.held && !self.asked && !self.mine
    }

    fn older(&self, cursor: &str) -> String {
        let mut query = form(&[("cursor", cursor), ("standing", &self.standing)]);
        for (name, is_on) in [
            ("held", self.held),
            ("asked", self.asked),
            ("mine", self.mine),
        ] {
            if is_on {
                query.extend(["&", name, "=true"]);
            }
        }
        format!("/evidence?{query}")
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    let filled = pairs.iter().filter(|(_, value)| !value.is_empty());
    // Cursors and words of closed sets need no escaping.
    let pairs: Vec<String> = filled
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_in_the_unit_that_fits() {
        let l = Locale::default();
        for (count, words) in [
            (7, "7 B"),
            (1536, "1.5 KiB"),
            (5 << 30, "5 GiB"),
            (3_221_225_472 + 322_122_547, "3.2 GiB"),
            (1 << 41, "2 TiB"),
        ] {
            assert_eq!(bytes(l, count), words);
        }
    }
}
