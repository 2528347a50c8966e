//! Folding facts into the state. Decides nothing: whatever was decided once is believed.

mod clocked;
mod created;
mod ended;
mod gated;
mod judged;
mod observed;
mod paged;
mod room;
mod told;
mod worked;

use super::Incident;
use super::fact::Fact;
use crate::id::IncidentId;
use crate::record::{BrokenHistory, Meta};

pub(super) fn evolve(
    state: Option<Incident>,
    fact: &Fact,
    meta: &Meta,
) -> Result<Incident, BrokenHistory> {
    let broken = || BrokenHistory {
        subject: meta.subject.clone(),
        kind: "incident".to_owned(),
    };
    match (state, fact) {
        (_, Fact::Declared { .. } | Fact::Imported { .. }) => {
            let id = IncidentId::parse(&meta.subject).map_err(|_| broken())?;
            let mut incident = created::created(id, fact, meta).ok_or_else(broken)?;
            incident.follow(fact, meta);
            Ok(incident)
        }
        (Some(mut incident), fact) => {
            incident.apply(fact, meta);
            incident.follow(fact, meta);
            incident.page_on(meta);
            Ok(incident)
        }
        (None, _) => Err(broken()),
    }
}

impl Incident {
    /// Routes a fact to its theme. Names every variant, so that a new one must find its place.
    #[allow(clippy::too_many_lines)] // A list: every variant by its name.
    fn apply(&mut self, fact: &Fact, meta: &Meta) {
        use Fact as F;
        match fact {
            // Creation is handled before there is a state to apply anything to; an addition, an
            // export, a call for help and a message said otherwise stand in the history only.
            F::Declared { .. }
            | F::Imported { .. }
            | F::AdditionMade { .. }
            | F::EscalatedByHand { .. }
            | F::Exported { .. }
            | F::MessageAmended { .. } => {}
            F::Observed { row } => self.observed(row, meta),
            F::VerdictGiven { .. }
            | F::Rated { .. }
            | F::Prioritised { .. }
            | F::PriorityOverridden { .. } => self.judged(fact, meta),
            F::Classified { .. } | F::Amended { .. } | F::TimesCorrected { .. } => {
                self.described(fact);
            }
            F::ContainmentSet { .. }
            | F::EvidenceSet { .. }
            | F::NotificationSet { .. }
            | F::ReviewSet { .. } => self.tracked(fact, meta),
            F::Acknowledged
            | F::Assigned { .. }
            | F::WorkStarted
            | F::Held { .. }
            | F::Resumed
            | F::Mitigated { .. } => self.moved(fact, meta),
            F::LaneSet { .. }
            | F::WorkaroundSet { .. }
            | F::FixSet { .. }
            | F::RoleHanded { .. }
            | F::Snoozed { .. }
            | F::Woken
            | F::NoteAdded { .. } => self.worked(fact, meta),
            F::TaskAdded { .. }
            | F::TaskGiven { .. }
            | F::TaskFinished { .. }
            | F::TaskDropped { .. } => self.tasked(fact),
            F::ActionTaken { .. }
            | F::GateShut { .. }
            | F::GateAdvised { .. }
            | F::SecurityAsked { .. }
            | F::CaptureOrdered { .. }
            | F::GateDecided { .. }
            | F::ActionDone { .. }
            | F::ActionWithdrawn { .. }
            | F::WaiverReviewed { .. } => self.gated(fact, meta),
            F::TargetMissed { .. } | F::Escalated { .. } => self.escalated(fact),
            F::PageStarted { .. }
            | F::Paged { .. }
            | F::PageAcknowledged { .. }
            | F::PageUnacknowledged { .. }
            | F::PageExhausted { .. }
            | F::PageEnded { .. } => self.paged(fact, meta),
            F::AnnouncementProposed { .. }
            | F::Announced { .. }
            | F::AnnouncementDeclined { .. }
            | F::AnnouncementRetracted { .. } => self.told(fact, meta),
            F::MessageSaid { .. }
            | F::MessageRetracted { .. }
            | F::MessageKept { .. }
            | F::DecisionProposed { .. }
            | F::DecisionTaken { .. }
            | F::DecisionDropped { .. }
            | F::SituationReported { .. }
            | F::RoomArranged { .. } => self.roomed(fact, meta),
            F::Related { .. }
            | F::Unrelated { .. }
            | F::ParentSet { .. }
            | F::Merged { .. }
            | F::Unmerged { .. } => self.related(fact),
            F::Resolved { .. }
            | F::Confirmed
            | F::Closed { .. }
            | F::Reopened { .. }
            | F::Rejected { .. }
            | F::ConvertedToRequest { .. }
            | F::Cancelled { .. } => self.ended(fact, meta),
            F::MajorProposed { .. }
            | F::MajorPromoted { .. }
            | F::MajorDeclined { .. }
            | F::MajorStoodDown { .. }
            | F::Restricted { .. }
            | F::Unrestricted { .. }
            | F::GlassBroken { .. }
            | F::Labelled { .. } => self.guarded(fact, meta),
        }
    }
}
