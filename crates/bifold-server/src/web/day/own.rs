//! What somebody reported and what became of it, in plain words: all that a reporter sees.

use crate::error::Result;
use crate::server::Server;
use crate::web::frame::Visit;
use bifold_domain::At;
use bifold_store::query::event;
use bifold_store::query::incident::{Filter, Order};
use std::collections::BTreeSet;

/// Reports shown.
const ROWS: u32 = 30;

/// A report and how it stands.
pub(super) struct Report {
    pub(super) number: String,
    pub(super) title: String,
    pub(super) href: String,
    /// How it stands, in a sentence.
    pub(super) stands: String,
    pub(super) at: At,
    pub(super) age: String,
}

/// The person's own incidents and what is still a report, newest first.
pub(super) async fn reports(server: &Server, visit: &Visit) -> Result<Vec<Report>> {
    let (l, viewer) = (visit.locale(), visit.caller.viewer());
    let now = server.store.shell().clock.now();
    let age = |at: At| l.age(&now, &at);
    let incidents = server
        .store
        .incidents(&viewer, &Filter::default(), Order::Newest, None, ROWS)
        .await?;
    let shown: BTreeSet<String> = incidents.iter().map(|row| row.id.clone()).collect();
    let mut reports: Vec<Report> = incidents
        .into_iter()
        .map(|row| Report {
            href: format!("/incidents/{}", row.number),
            stands: l.word("plain", &row.stage),
            at: At::from_micros(row.recorded_at),
            age: age(At::from_micros(row.recorded_at)),
            number: row.number,
            title: row.title,
        })
        .collect();
    let events = server
        .store
        .events(&viewer, &event::Filter::default(), None, ROWS)
        .await?;
    // What became an incident they can see is shown as that.
    let is_new = |row: &event::Row| row.incident.as_ref().is_none_or(|i| !shown.contains(i));
    reports.extend(events.into_iter().filter(is_new).map(|row| Report {
        href: format!("/report/mine/{}", row.number),
        stands: l.word("plain", &row.standing),
        at: At::from_micros(row.received_at),
        age: age(At::from_micros(row.received_at)),
        number: row.number,
        title: row.title,
    }));
    reports.sort_by_key(|report| std::cmp::Reverse(report.at));
    reports.truncate(ROWS as usize);
    Ok(reports)
}
