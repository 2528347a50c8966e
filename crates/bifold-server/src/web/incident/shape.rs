//! Small answers that the templates of the incident page ask for.

use super::row::lane_style;
use super::{IncidentPage, Pill};
use crate::view::paging::PageView;
use crate::view::parts::LaneView;
use bifold_domain::event::Dismissal;
use bifold_domain::incident::{
    Containment, EvidenceState, IncidentRole, MajorCriterion, NotificationState, PagingState,
    PendingOn,
};
use bifold_domain::priority::{Impact, Urgency};

/// A word of a closed set, and whether it is the one in force.
type Option2 = (&'static str, bool);

/// Severity is a shape besides a word and a colour.
pub(crate) fn severity_shape(handling: i64) -> &'static str {
    match handling {
        1 => "■",
        2 => "▲",
        3 => "◆",
        4 => "●",
        _ => "○",
    }
}

impl IncidentPage {
    /// The lane of a kind, where it is open to the viewer.
    pub(super) fn lane(&self, kind: &str) -> Option<&LaneView> {
        self.i.lanes.iter().find(|lane| lane.kind == kind)
    }

    pub(super) fn pill(&self, kind: &str) -> Option<&Pill> {
        self.pills.iter().find(|pill| pill.kind == kind)
    }

    /// Lanes of further kinds.
    pub(super) fn other_lanes(&self) -> Vec<&LaneView> {
        let further = |lane: &&LaneView| lane.kind != "service" && lane.kind != "security";
        self.i.lanes.iter().filter(further).collect()
    }

    pub(super) fn style(&self, kind: &str) -> &'static str {
        lane_style(kind)
    }

    pub(super) fn shape(&self) -> &'static str {
        severity_shape(i64::from(self.i.handling.number()))
    }

    pub(super) fn tlp(&self) -> String {
        self.i.tlp.word().replace('_', "+").to_uppercase()
    }

    pub(super) fn is_major(&self) -> bool {
        self.i.major.get("is").and_then(|is| is.as_str()) == Some("promoted")
    }

    pub(super) fn is_proposed(&self) -> bool {
        self.i.major.get("is").and_then(|is| is.as_str()) == Some("proposed")
    }

    pub(super) fn reader_icon(&self) -> &'static str {
        if self.i.compartment.is_some() {
            "lock"
        } else {
            "eye"
        }
    }

    pub(super) fn page_style(&self, page: &PageView) -> &'static str {
        match page.state {
            PagingState::Calling | PagingState::Taken => "",
            PagingState::Unanswered => "bad",
        }
    }

    /// Whoever works here or is called may say that they take it on.
    pub(super) fn may_answer(&self, page: &PageView) -> bool {
        let is_called = page.called.iter().any(|who| who.id == self.me);
        page.state != PagingState::Taken && (self.may.work || is_called)
    }

    pub(super) fn can_start(&self) -> bool {
        matches!(self.stage, "acknowledged" | "in_assessment" | "assigned")
    }

    pub(super) fn can_mitigate(&self) -> bool {
        self.i.is_open && self.stage != "mitigated" && self.stage != "new"
    }

    pub(super) fn can_close(&self) -> bool {
        matches!(self.stage, "resolved" | "confirmed")
    }

    pub(super) fn is_category(&self, category: &str) -> bool {
        self.i.category.as_deref() == Some(category)
    }

    pub(super) fn impacts(&self) -> Vec<Option2> {
        Impact::ALL
            .iter()
            .map(|i| (i.word(), *i == self.i.impact))
            .collect()
    }

    pub(super) fn urgencies(&self) -> Vec<Option2> {
        Urgency::ALL
            .iter()
            .map(|u| (u.word(), *u == self.i.urgency))
            .collect()
    }

    pub(super) fn pendings(&self) -> Vec<&'static str> {
        PendingOn::ALL.iter().map(|p| p.word()).collect()
    }

    pub(super) fn criteria(&self) -> Vec<&'static str> {
        MajorCriterion::ALL.iter().map(|c| c.word()).collect()
    }

    pub(super) fn grounds(&self) -> Vec<&'static str> {
        Dismissal::ALL.iter().map(|d| d.word()).collect()
    }

    pub(super) fn roles(&self) -> Vec<&'static str> {
        IncidentRole::ALL.iter().map(|r| r.word()).collect()
    }

    /// The sub-states of the security lane, each with its words.
    pub(super) fn tracks(&self) -> Vec<(&'static str, Vec<Option2>)> {
        let Some(tracks) = &self.i.tracks else {
            return Vec::new();
        };
        vec![
            (
                "containment",
                Containment::ALL
                    .iter()
                    .map(|w| (w.word(), *w == tracks.containment))
                    .collect(),
            ),
            (
                "evidence",
                EvidenceState::ALL
                    .iter()
                    .map(|w| (w.word(), *w == tracks.evidence))
                    .collect(),
            ),
            (
                "notification",
                NotificationState::ALL
                    .iter()
                    .map(|w| (w.word(), *w == tracks.notification))
                    .collect(),
            ),
        ]
    }
}
