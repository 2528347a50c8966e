//! What the clocks of service levels need to know of an incident's course (design §9).
//!
//! A trail is the incident seen at a distance: from when on it stood how, and when word went out.
//! It grows by a turn only when something changes that a clock may count by, so that all clocks
//! are computed from it again and again without reading the history.

use super::imported::ObservedRow;
use super::{Incident, PendingOn, Report, Stage};
use crate::id::{ServiceId, TeamId};
use crate::kind::{Finding, KindKey};
use crate::level::Metric;
use crate::priority::Priority;
use crate::text::Short;
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How an incident stands, as far as clocks are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)] // Each is a condition of its own that a clock may test.
pub struct Standing {
    /// The word of its stage.
    pub stage: Phase,
    /// What it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<PendingOn>,
    /// The handling priority.
    pub priority: Priority,
    /// The kinds it is an incident of.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub kinds: BTreeSet<KindKey>,
    /// The service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// The customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Short>,
    /// The team that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// A human being took note of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_responded: bool,
    /// Usable, if only through a workaround.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_usable: bool,
    /// An action that would restore it is held up for evidence.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_gated: bool,
    /// It is a major incident.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_major: bool,
}

/// A stage, as coarse as clocks see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// New or seen.
    New,
    /// Somebody has it.
    Assigned,
    /// Being worked on.
    InProgress,
    /// Waiting.
    Pending,
    /// Back through a workaround.
    Mitigated,
    /// Resolved, confirmed or closed.
    Resolved,
    /// Merged, rejected, converted or cancelled: no incident of its own any more.
    Gone,
}

impl Phase {
    fn of(stage: &Stage) -> Self {
        match stage {
            Stage::New | Stage::Acknowledged | Stage::InAssessment => Self::New,
            Stage::Assigned => Self::Assigned,
            Stage::InProgress => Self::InProgress,
            Stage::Pending { .. } => Self::Pending,
            Stage::Mitigated => Self::Mitigated,
            Stage::Resolved | Stage::Confirmed | Stage::Closed => Self::Resolved,
            Stage::Rejected { .. }
            | Stage::Merged { .. }
            | Stage::ConvertedToRequest
            | Stage::Cancelled => Self::Gone,
        }
    }

    /// Whether it is neither resolved nor gone.
    pub fn is_open(self) -> bool {
        self < Self::Resolved
    }
}

impl Standing {
    fn of(incident: &Incident) -> Self {
        let stage = Phase::of(&incident.stage);
        let yes = |kind: &&KindKey| incident.finding(kind) == Finding::Yes;
        Self {
            stage,
            on: match &incident.stage {
                Stage::Pending { on, .. } => Some(*on),
                _ => None,
            },
            priority: incident.handling,
            kinds: incident.verdicts.keys().filter(yes).cloned().collect(),
            service: incident.service.clone(),
            customer: incident.customer.clone(),
            team: incident.team.clone(),
            // Another system says who works on it, not who took note.
            is_responded: incident.times.acknowledged.is_some()
                || (incident.imported.is_some() && stage > Phase::Assigned),
            is_usable: matches!(stage, Phase::Mitigated | Phase::Resolved),
            is_gated: incident.actions.iter().any(super::RestoringAction::is_held),
            is_major: matches!(incident.major, super::Major::Promoted { .. }),
        }
    }
}

/// From when on it stood how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// From when on.
    pub at: At,
    /// How.
    #[serde(flatten)]
    pub stands: Standing,
    /// Users were told something at this moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub said: bool,
    /// By when they were promised to hear more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<At>,
    /// The reports of the situation of this moment, and by when the next was promised.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reports: BTreeMap<Report, Option<At>>,
}

impl Turn {
    /// By when the next word was promised to those for whom the metric counts.
    pub fn promise(&self, metric: Metric) -> Option<At> {
        match metric.report() {
            Some(report) => self.reports.get(&report).copied().flatten(),
            None => self.promised.filter(|_| metric == Metric::Update),
        }
    }
}

/// Who hears something at a turn, and perhaps by when they will hear more.
#[derive(Clone, Copy)]
enum Word {
    /// Nobody.
    None,
    /// Users.
    Said { promised: Option<At> },
    /// Those for whom a report of the situation is.
    Reported { to: Report, promised: Option<At> },
}

/// An incident's course.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trail {
    turns: Vec<Turn>,
    /// When somebody last did something about it.
    touched: Option<At>,
}

impl Trail {
    /// Its turns, in the order of time.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// When somebody last did something about it.
    pub fn touched(&self) -> Option<At> {
        self.touched
    }

    /// The course up to its `n`th turn, as it was known then.
    #[must_use]
    pub fn up_to(&self, n: usize) -> Self {
        let turns = self.turns.get(..=n).unwrap_or(&self.turns).to_vec();
        let touched = turns.last().map(|turn| turn.at);
        Self { turns, touched }
    }

    /// A course made up for a test.
    #[cfg(test)]
    pub(crate) fn of(turns: Vec<Turn>, touched: Option<At>) -> Self {
        Self { turns, touched }
    }

    fn last_at(&self) -> At {
        self.turns.last().map_or(At::from_micros(0), |turn| turn.at)
    }

    fn turn(&mut self, at: At, stands: Standing, word: Word) {
        // Another system's clock may go back; a course does not.
        let at = at.max(self.last_at());
        let is_silent = matches!(word, Word::None);
        if is_silent && self.turns.last().is_some_and(|turn| turn.stands == stands) {
            return;
        }
        if self.turns.last().is_none_or(|turn| turn.at != at) {
            self.turns.push(Turn {
                at,
                stands: stands.clone(),
                said: false,
                promised: None,
                reports: BTreeMap::new(),
            });
        }
        let Some(turn) = self.turns.last_mut() else {
            return;
        };
        turn.stands = stands;
        match word {
            Word::None => {}
            Word::Said { promised } => (turn.said, turn.promised) = (true, promised),
            Word::Reported { to, promised } => {
                turn.reports.insert(to, promised);
            }
        }
    }

    /// It was usable again earlier than anybody wrote down, but not before it was last reopened.
    fn usable_since(&mut self, at: At) {
        let reopened = |pair: &[Turn]| match pair {
            [before, turn] => !before.stands.stage.is_open() && turn.stands.stage.is_open(),
            _ => false,
        };
        let last = self
            .turns
            .windows(2)
            .rposition(reopened)
            .map_or(0, |i| i + 1);
        let Some(first) = self.turns.get(last).map(|turn| turn.at) else {
            return;
        };
        let at = at.max(first);
        let after = self.turns.partition_point(|turn| turn.at < at);
        if self.turns.get(after).is_none_or(|turn| turn.at > at) {
            let Some(before) = after.checked_sub(1).and_then(|i| self.turns.get(i)) else {
                return;
            };
            let turn = Turn {
                at,
                said: false,
                promised: None,
                reports: BTreeMap::new(),
                ..before.clone()
            };
            self.turns.insert(after, turn);
        }
        for turn in self.turns.iter_mut().skip(after) {
            turn.stands.is_usable = true;
        }
    }
}

impl Incident {
    /// Another system opened it, before its first row says more.
    pub(super) fn track_opened(&mut self, at: At) {
        let standing = Standing {
            stage: Phase::New,
            on: None,
            is_responded: false,
            is_usable: false,
            ..Standing::of(self)
        };
        self.trail.turn(at, standing, Word::None);
    }

    /// A row of another system. It may say that the end came earlier than the row.
    pub(super) fn track_row(&mut self, row: &ObservedRow) {
        let standing = Standing::of(self);
        let is_over = standing.stage == Phase::Resolved;
        let ended = row.resolved_at.filter(|at| is_over && *at <= row.at);
        self.trail
            .turn(ended.unwrap_or(row.at), standing, Word::None);
    }

    /// Takes into the course what a fact changed, at its time.
    pub(super) fn track_on(&mut self, at: At) {
        let standing = Standing::of(self);
        self.trail.turn(at, standing, Word::None);
    }

    /// Users were told something, and perhaps when they will hear more.
    pub(super) fn track_said(&mut self, at: At, promised: Option<At>) {
        let standing = Standing::of(self);
        self.trail.turn(at, standing, Word::Said { promised });
    }

    /// A report of the situation went out, and perhaps a promise of the next.
    pub(super) fn track_reported(&mut self, at: At, to: Report, promised: Option<At>) {
        let standing = Standing::of(self);
        self.trail
            .turn(at, standing, Word::Reported { to, promised });
    }

    /// It was usable again at a time that was stated afterwards.
    pub(super) fn track_usable(&mut self, since: At) {
        self.trail.usable_since(since);
    }

    /// Somebody did something about it.
    pub(super) fn track_touched(&mut self, at: At) {
        self.trail.touched = self.trail.touched.max(Some(at));
    }
}
