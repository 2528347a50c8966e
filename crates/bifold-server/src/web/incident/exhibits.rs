//! The choices of the forms about evidence on the page of an incident.

use super::IncidentPage;
use crate::web::evidence::labels;
use bifold_domain::evidence::Sort;

impl IncidentPage {
    pub(super) fn evidence_sorts() -> impl Iterator<Item = &'static str> {
        Sort::ALL.iter().map(|sort| sort.word())
    }

    /// Labels up to which evidence goes along in a bundle.
    pub(super) fn labels() -> impl Iterator<Item = (&'static str, String)> {
        labels()
    }
}
