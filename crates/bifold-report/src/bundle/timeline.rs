//! The timeline as a table and as a page that needs no script, no network and no style from
//! elsewhere.

use askama::Template;

use super::{Bundle, Moment, show};
use crate::csv::{self, Table};

#[derive(Template)]
#[template(path = "timeline.html")]
struct Page<'a> {
    bundle: &'a Bundle,
    made: String,
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    at: String,
    machine_at: String,
    moment: &'a Moment,
}

pub(super) fn csv(moments: &[Moment]) -> Result<Vec<u8>, csv::Error> {
    let mut table = Table::new(&["at", "kind", "text", "actor", "source", "ledger_entry"]);
    for moment in moments {
        table.push(vec![
            moment.at.to_string(),
            moment.kind.clone(),
            moment.text.clone(),
            moment.actor.clone(),
            moment.source.clone().unwrap_or_default(),
            moment.entry.map(|n| n.to_string()).unwrap_or_default(),
        ])?;
    }
    table.finish()
}

pub(super) fn html(bundle: &Bundle) -> Result<String, askama::Error> {
    let rows = bundle.timeline.iter().map(|moment| Row {
        at: show::time(moment.at),
        machine_at: moment.at.to_string(),
        moment,
    });
    Page {
        bundle,
        made: show::time(bundle.export.at),
        rows: rows.collect(),
    }
    .render()
    .map(|page| show::visible(&page))
}
