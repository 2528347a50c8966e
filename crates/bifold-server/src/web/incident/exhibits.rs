//! Evidence on the page of an incident: what of it can stand for what the gate saved, and the
//! choices of its forms.

use super::IncidentPage;
use crate::web::evidence::{Line, labels};
use bifold_domain::evidence::Sort;

impl IncidentPage {
    /// Exhibits that what was saved for the gate may have become.
    pub(super) fn sealed(&self) -> impl Iterator<Item = &Line> {
        let is_sealed =
            |line: &&Line| matches!(line.r.standing.as_str(), "kept" | "offered" | "out");
        self.exhibits.iter().filter(is_sealed)
    }

    pub(super) fn has_sealed(&self) -> bool {
        self.sealed().next().is_some()
    }

    pub(super) fn evidence_sorts() -> impl Iterator<Item = &'static str> {
        Sort::ALL.iter().map(|sort| sort.word())
    }

    /// Labels up to which evidence goes along in a bundle.
    pub(super) fn labels() -> impl Iterator<Item = (&'static str, String)> {
        labels()
    }
}
