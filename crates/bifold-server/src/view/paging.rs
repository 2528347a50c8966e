//! Pages that run on an incident, as JSON.

use super::Named;
use super::incident::Shown;
use bifold_domain::At;
use bifold_domain::incident::{Paging, PagingState};
use serde::Serialize;

/// A page that runs: who is called, and what comes next unless somebody answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RunningPage)]
pub(crate) struct PageView {
    /// Its number on the incident, from 1.
    pub(crate) page: u32,
    /// The chain it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) chain: Option<Named>,
    /// Of which clock it is, as `agreement/metric`; absent when somebody called for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clock: Option<String>,
    pub(crate) state: PagingState,
    pub(crate) started_at: At,
    /// Who was called since it last began, in that order.
    pub(crate) called: Vec<Named>,
    /// Who took it on.
    #[schema(required)]
    pub(crate) taken_by: Option<Named>,
    /// When the next are called; when it is taken on, when it starts again without a sign of work.
    #[schema(required)]
    pub(crate) next_at: Option<At>,
}

impl Shown<'_> {
    pub(super) fn pages(self) -> Vec<PageView> {
        let pages = self.incident.paging.iter();
        let shown = pages.filter(|page| page.lane.as_ref().is_none_or(|lane| self.shows(lane)));
        shown.map(|page| self.page(page)).collect()
    }

    fn page(self, page: &Paging) -> PageView {
        let names = self.names();
        let clock = page.clock.as_ref().map(|firing| &firing.clock);
        PageView {
            page: page.n,
            chain: page.chain.as_ref().map(|id| Named {
                id: id.to_string(),
                name: Some(page.plan.name.to_string()),
            }),
            clock: clock.map(|key| format!("{}/{}", key.agreement, key.metric.word())),
            state: page.state(),
            started_at: page.moments.first().map_or(self.now, |moment| moment.at),
            called: page
                .called()
                .into_iter()
                .map(|id| names.person(id))
                .collect(),
            taken_by: page.taken_by.as_ref().map(|id| names.person(id)),
            next_at: page.look(),
        }
    }
}
