//! Rows of another system about an imported incident.
//!
//! The source is followed as long as it leads. What people here decided stands: a row does not
//! undo a merge, a resolution, a verdict or a priority that was given here.

use crate::incident::Incident;
use crate::incident::command::ImportedStage;
use crate::incident::imported::ObservedRow;
use crate::incident::state::{PendingOn, Stage};
use crate::kind::{Finding, KindKey, Verdict};
use crate::priority::Scores;
use crate::record::Meta;
use crate::redact::Redactable;
use crate::text::Text;
use std::collections::BTreeMap;

/// Oddities kept in the state; every one of them stands in the facts.
const ODDITIES_LIMIT: usize = 100;

/// Marks a verdict that rests on what the source says, not on criteria answered here.
const NO_CRITERIA: u32 = 0;

impl Incident {
    pub(super) fn observed(&mut self, row: &ObservedRow, meta: &Meta) {
        if let Some(imported) = &mut self.imported {
            imported.observations = imported.observations.saturating_add(1);
            imported.observed_at = imported.observed_at.max(row.at);
            imported.labels = row.labels.clone();
            imported.assignee.clone_from(&row.assignee);
            let room = ODDITIES_LIMIT.saturating_sub(imported.oddities.len());
            let oddities = row.oddities.iter().take(room).cloned();
            imported.oddities.extend(oddities);
        }
        if self.was_ended_here() {
            return;
        }
        self.moved_by(row);
        self.answered_by(row, meta);
        self.weighed_by(row);
        if row.category.is_some() {
            self.category.clone_from(&row.category);
        }
        if row.team.is_some() {
            let assignee = self.assignee.clone();
            self.assigned_to(row.team.as_ref(), assignee.as_ref(), row.at);
        } else if row.is_unassigned && self.team.take().is_some() {
            // Taken away from a team is a change of hands too.
            self.reassigned = self.reassigned.saturating_add(1);
        }
    }

    /// Whether people here brought it to an end. Only a resolution here leaves a code.
    fn was_ended_here(&self) -> bool {
        match self.stage {
            Stage::Resolved | Stage::Confirmed | Stage::Closed => self.resolution_code.is_some(),
            _ => self.stage.is_sealed(),
        }
    }

    fn moved_by(&mut self, row: &ObservedRow) {
        let was_over = is_over(&self.stage);
        if let Some(stage) = stage_of(row.stage) {
            if was_over && !is_over(&stage) {
                // The source reopened it, and counts that itself or leaves it to us.
                if row.reopened.is_none() {
                    self.reopened = self.reopened.saturating_add(1);
                }
                self.times.resolved = None;
                self.times.restored = None;
                self.times.confirmed = None;
                self.times.closed = None;
            }
            let resolved = row.resolved_at.unwrap_or(row.at);
            match stage {
                Stage::Resolved => {
                    self.times.resolved = Some(resolved);
                    self.times.restored = Some(resolved);
                    self.times.closed = None;
                    self.snoozed = None;
                }
                Stage::Closed => {
                    self.times.closed = Some(row.closed_at.unwrap_or(row.at));
                    self.times.resolved.get_or_insert(resolved);
                    self.times.restored.get_or_insert(resolved);
                    self.snoozed = None;
                }
                _ => {}
            }
            self.stage = stage;
        }
        // The source's own count wins: it also knows what happened between two rows.
        self.reopened = row.reopened.unwrap_or(self.reopened).max(self.reopened);
    }

    /// The source's word on security counts until somebody here gives a verdict.
    fn answered_by(&mut self, row: &ObservedRow, meta: &Meta) {
        let Some(is_security) = row.is_security else {
            return;
        };
        let finding = if is_security {
            Finding::Yes
        } else {
            Finding::No
        };
        let stands = self
            .verdicts
            .get(&KindKey::security())
            .is_some_and(|v| v.criteria_version != NO_CRITERIA || v.finding == finding);
        if stands {
            return;
        }
        let verdict = Verdict {
            finding,
            proposed: Finding::Undetermined,
            answers: BTreeMap::new(),
            reason: Text::parse("As the source system says.")
                .map_or(Redactable::Redacted(0), Redactable::Present),
            decider: meta.actor.clone(),
            at: row.at,
            criteria_version: NO_CRITERIA,
        };
        self.verdicts.insert(KindKey::security(), verdict);
        if is_security {
            self.lanes.entry(KindKey::security()).or_default();
        }
    }

    /// Follows the source's priority down as well as up, unless somebody here decided otherwise:
    /// then it can only rise.
    fn weighed_by(&mut self, row: &ObservedRow) {
        let old = self.scores;
        let follows = self.handling == old.merged();
        let counts = self.finding(&KindKey::security()) != Finding::No;
        self.impact = row.impact;
        self.urgency = row.urgency;
        self.scores = Scores::of(row.priority, counts, &self.ratings);
        self.handling = if follows {
            self.scores.merged()
        } else {
            self.scores.raise(self.handling, old)
        };
    }
}

fn stage_of(imported: ImportedStage) -> Option<Stage> {
    let pending = |on| Some(Stage::Pending { on, until: None });
    match imported {
        ImportedStage::New => Some(Stage::New),
        ImportedStage::InProgress => Some(Stage::InProgress),
        ImportedStage::PendingUser => pending(PendingOn::User),
        ImportedStage::PendingSupplier => pending(PendingOn::Supplier),
        ImportedStage::PendingChange => pending(PendingOn::Change),
        ImportedStage::PendingEvidence => pending(PendingOn::Evidence),
        ImportedStage::Resolved => Some(Stage::Resolved),
        ImportedStage::Closed => Some(Stage::Closed),
        // A row that does not say leaves the stage alone.
        ImportedStage::Unknown => None,
    }
}

fn is_over(stage: &Stage) -> bool {
    matches!(stage, Stage::Resolved | Stage::Confirmed | Stage::Closed)
}
