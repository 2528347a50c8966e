//! Relations, endings, major incidents and access.

use crate::incident::Incident;
use crate::incident::fact::Fact;
use crate::incident::state::{IncidentRole, Major, ReviewState, Stage};
use crate::record::Meta;

impl Incident {
    pub(super) fn related(&mut self, fact: &Fact) {
        match fact {
            Fact::Related { relation } => {
                self.relations.insert(relation.clone());
            }
            Fact::Unrelated { relation } => {
                self.relations.remove(relation);
            }
            Fact::ParentSet { parent } => self.parent.clone_from(parent),
            Fact::Merged { into, .. } => {
                let was = Box::new(self.stage.clone());
                self.stage = Stage::Merged {
                    into: into.clone(),
                    was,
                };
            }
            Fact::Unmerged { .. } => {
                if let Stage::Merged { was, .. } = &self.stage {
                    self.stage = (**was).clone();
                }
            }
            _ => {}
        }
    }

    pub(super) fn ended(&mut self, fact: &Fact, meta: &Meta) {
        // Whatever ends it, or brings it back, also wakes it.
        self.snoozed = None;
        match fact {
            Fact::Resolved {
                code,
                restored_at,
                cause,
                ..
            } => {
                self.stage = Stage::Resolved;
                self.times.acknowledged.get_or_insert(meta.at);
                self.times.resolved = Some(meta.at);
                self.times.restored = Some(*restored_at);
                self.resolution_code = Some(code.clone());
                if cause.is_some() {
                    self.cause_code.clone_from(cause);
                }
            }
            Fact::Confirmed => {
                self.stage = Stage::Confirmed;
                self.times.confirmed = Some(meta.at);
            }
            Fact::Closed { cause, .. } => {
                self.closed_as(Stage::Closed, meta);
                self.cause_code = Some(cause.clone());
            }
            Fact::Reopened { .. } => {
                self.stage = Stage::InProgress;
                self.reopened = self.reopened.saturating_add(1);
                self.resolution_code = None;
                self.times.resolved = None;
                self.times.restored = None;
                self.times.confirmed = None;
                self.times.closed = None;
            }
            Fact::Rejected { ground, .. } => {
                self.closed_as(Stage::Rejected { ground: *ground }, meta);
            }
            Fact::ConvertedToRequest { .. } => self.closed_as(Stage::ConvertedToRequest, meta),
            Fact::Cancelled { .. } => self.closed_as(Stage::Cancelled, meta),
            _ => {}
        }
    }

    fn closed_as(&mut self, stage: Stage, meta: &Meta) {
        self.stage = stage;
        self.times.closed = Some(meta.at);
    }

    pub(super) fn guarded(&mut self, fact: &Fact, meta: &Meta) {
        match fact {
            Fact::MajorProposed { criteria, .. } => {
                self.major = Major::Proposed {
                    by: meta.actor.clone(),
                    criteria: criteria.clone(),
                };
            }
            Fact::MajorPromoted { responsible, .. } => {
                self.major = Major::Promoted {
                    responsible: responsible.clone(),
                    at: meta.at,
                };
                self.roles
                    .insert(IncidentRole::IncidentManager, responsible.clone());
                // A major incident is reported and reviewed afterwards (20000-1 8.6.1).
                if self.review == ReviewState::NotApplicable {
                    self.review = ReviewState::Due;
                }
            }
            Fact::MajorDeclined { .. } => self.major = Major::Declined,
            Fact::MajorStoodDown { .. } => self.major = Major::StoodDown,
            Fact::Restricted { compartment, .. } => self.compartment = Some(compartment.clone()),
            Fact::Unrestricted { .. } => self.compartment = None,
            Fact::GlassBroken { until, .. } => {
                self.broken_glass.insert(meta.actor.clone(), *until);
            }
            Fact::Labelled { tlp } => self.tlp = *tlp,
            _ => {}
        }
    }
}
