//! Verdicts, harm, priority, the words on record and the sub-states beside the stage.

use crate::incident::Incident;
use crate::incident::fact::Fact;
use crate::incident::state::{Containment, EvidenceState, Stage};
use crate::kind::{Finding, KindKey, Verdict};
use crate::priority::{Priority, Scores};
use crate::record::Meta;

impl Incident {
    pub(super) fn judged(&mut self, fact: &Fact, meta: &Meta) {
        match fact {
            Fact::VerdictGiven {
                kind,
                finding,
                proposed,
                answers,
                reason,
                criteria_version,
                scores,
                handling,
            } => {
                let verdict = Verdict {
                    finding: *finding,
                    proposed: *proposed,
                    answers: answers.clone(),
                    reason: reason.clone(),
                    decider: meta.actor.clone(),
                    at: meta.at,
                    criteria_version: *criteria_version,
                };
                self.verdicts.insert(kind.clone(), verdict);
                self.scored(*scores, *handling);
                self.asked(kind, *finding, meta);
            }
            Fact::Rated {
                ratings,
                scores,
                handling,
                ..
            } => {
                self.ratings.extend(ratings.iter().map(|(d, h)| (*d, *h)));
                self.scored(*scores, *handling);
            }
            Fact::Prioritised {
                impact,
                urgency,
                scores,
                handling,
                ..
            } => {
                self.impact = *impact;
                self.urgency = *urgency;
                self.scored(*scores, *handling);
            }
            Fact::PriorityOverridden { to, .. } => self.handling = *to,
            _ => {}
        }
    }

    fn scored(&mut self, scores: Scores, handling: Priority) {
        self.scores = scores;
        self.handling = handling;
    }

    /// What follows from a question having been answered.
    fn asked(&mut self, kind: &KindKey, finding: Finding, meta: &Meta) {
        // The lane opens with its question and stays: work in it is history.
        if finding != Finding::No {
            self.lanes.entry(kind.clone()).or_default();
        }
        let wants_evidence = *kind == KindKey::security() && finding == Finding::Yes;
        if wants_evidence && self.evidence == EvidenceState::None {
            self.evidence = EvidenceState::Planned;
        }
        if matches!(self.stage, Stage::New | Stage::Acknowledged) {
            self.stage = Stage::InAssessment;
            self.times.acknowledged.get_or_insert(meta.at);
        }
    }

    pub(super) fn described(&mut self, fact: &Fact) {
        match fact {
            Fact::Classified {
                category,
                service,
                customer,
                assets,
            } => {
                self.category.clone_from(category);
                self.service.clone_from(service);
                self.customer.clone_from(customer);
                self.assets.clone_from(assets);
            }
            Fact::Amended {
                title, description, ..
            } => {
                if let Some(title) = title {
                    self.title = title.clone();
                }
                if description.is_some() {
                    self.description.clone_from(description);
                }
            }
            Fact::TimesCorrected { times, .. } => self.times.stated = times.clone(),
            _ => {}
        }
    }

    pub(super) fn tracked(&mut self, fact: &Fact, meta: &Meta) {
        match fact {
            Fact::ContainmentSet { to } => {
                self.containment = *to;
                // What is eradicated no longer spreads either.
                if matches!(to, Containment::Contained | Containment::Eradicated) {
                    self.times.contained.get_or_insert(meta.at);
                }
            }
            Fact::EvidenceSet { to, .. } => self.evidence = *to,
            Fact::NotificationSet { to } => self.notification = *to,
            Fact::ReviewSet { to } => self.review = *to,
            _ => {}
        }
    }
}
