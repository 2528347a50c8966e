//! Which facts only the readers of a lane see.

use super::fact::Fact;
use crate::gate::Side;
use crate::kind::KindKey;
use crate::priority::Dimension;

impl Fact {
    /// The lane whose readers may see it; `None` for everybody who can read the incident.
    pub fn lane(&self) -> Option<KindKey> {
        match self {
            Self::VerdictGiven { kind: lane, .. }
            | Self::LaneSet { kind: lane, .. }
            | Self::TaskAdded { lane, .. }
            | Self::TaskGiven { lane, .. }
            | Self::TaskFinished { lane, .. }
            | Self::TaskDropped { lane, .. }
            | Self::NoteAdded {
                lane: Some(lane), ..
            }
            | Self::TargetMissed {
                lane: Some(lane), ..
            }
            | Self::Escalated {
                lane: Some(lane), ..
            }
            | Self::PageStarted {
                lane: Some(lane), ..
            }
            | Self::Paged {
                lane: Some(lane), ..
            }
            | Self::PageAcknowledged {
                lane: Some(lane), ..
            }
            | Self::PageUnacknowledged {
                lane: Some(lane), ..
            }
            | Self::PageExhausted {
                lane: Some(lane), ..
            }
            | Self::PageEnded {
                lane: Some(lane), ..
            } => Some(lane.clone()),
            Self::MessageSaid { at, .. }
            | Self::MessageAmended { at, .. }
            | Self::MessageRetracted { at, .. }
            | Self::MessageKept(at)
            | Self::DecisionProposed { at, .. }
            | Self::DecisionTaken { at, .. }
            | Self::DecisionDropped { at, .. } => at.lane.clone(),
            Self::ContainmentSet { .. }
            | Self::Exported { .. }
            | Self::EvidenceSet { .. }
            | Self::NotificationSet { .. }
            | Self::GateAdvised {
                side: Side::Security,
                ..
            } => Some(KindKey::security()),
            // Who keeps the evidence, and what was disclosed or falsified, says that somebody
            // was here.
            Self::RoleHanded { role, .. } if role.is_of_security() => Some(KindKey::security()),
            Self::Rated { ratings, .. }
                if ratings.contains_key(&Dimension::Confidentiality)
                    || ratings.contains_key(&Dimension::Integrity) =>
            {
                Some(KindKey::security())
            }
            _ => None,
        }
    }
}
