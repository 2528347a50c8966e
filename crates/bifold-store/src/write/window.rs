//! What is told on status pages, as rows: the words that were said, and nothing else of the
//! record they are about.

use crate::db::{Insert, Value};
use bifold_domain::incident::{Announcement, Incident};

pub(crate) const ANNOUNCEMENT: Insert = Insert {
    table: "announcement",
    columns: &[
        "org", "page", "incident", "is_open", "began_at", "said_at", "said", "state",
    ],
    key: &["org", "page", "incident"],
};

/// The rows of an incident: one a page on which something stands.
pub(super) fn rows(org: &str, incident: &Incident) -> Vec<Vec<Value>> {
    let pages = incident.announcements.iter();
    pages
        .filter_map(|(page, told)| {
            let said_at = told.last()?.at;
            let said = Announcement {
                proposed: None,
                ..told.clone()
            };
            // A state is made of texts, numbers and times, which are always JSON.
            let state = serde_json::to_string(&said).ok()?;
            Some(vec![
                org.into(),
                page.as_str().into(),
                incident.id.as_str().into(),
                told.is_open().into(),
                told.began_at.micros().into(),
                said_at.micros().into(),
                u64::try_from(told.said.len()).unwrap_or(u64::MAX).into(),
                state.into(),
            ])
        })
        .collect()
}
