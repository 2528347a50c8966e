//! What is told: one thing that happened, to one person, about one record.

use bifold_domain::incident::Tlp;
use bifold_domain::{At, closed_set};

closed_set! {
    /// How much it presses. The greater presses more.
    Urgency {
        /// Worth knowing; comes bundled.
        Low = "low",
        /// Somebody waits for it within the day.
        Normal = "normal",
        /// Somebody must act now. Quiet hours do not hold it, and it goes over two ways.
        Page = "page",
    }
}

closed_set! {
    /// What somebody is told of.
    Occasion {
        /// A page of an on-call rule.
        Paged = "paged",
        /// An incident was given to them.
        Assigned = "assigned",
        /// An incident was given to their team.
        AssignedTeam = "assigned_team",
        /// A task was given to them.
        TaskGiven = "task_given",
        /// An incident may be a major one; somebody has to say so.
        MajorProposed = "major_proposed",
        /// Words to users wait for a second person.
        AnnouncementProposed = "announcement_proposed",
        /// They are responsible for a major incident.
        MajorPromoted = "major_promoted",
        /// A role on an incident was handed to them.
        RoleHanded = "role_handed",
        /// Something in the room of an incident waits for their decision.
        DecisionProposed = "decision_proposed",
        /// How a major incident stands was reported.
        SituationReported = "situation_reported",
        /// A step of a ladder was reached on a clock.
        Escalated = "escalated",
        /// Somebody took on what they were paged for.
        PageTaken = "page_taken",
        /// Nothing was heard of what they took on; the page starts again.
        PageSilent = "page_silent",
        /// Everybody was paged, and nobody answered.
        PageUnanswered = "page_unanswered",
        /// The gate holds an action up and asks security.
        SecurityAsked = "security_asked",
        /// Something waits in the confidential channel. Nothing is told of what.
        DisclosureWaits = "disclosure_waits",
        /// A channel of theirs, or of somebody they look after, does not work any more.
        ChannelDead = "channel_dead",
        /// A webhook does not work any more.
        WebhookDead = "webhook_dead",
        /// A page reached nobody by any way.
        PageLost = "page_lost",
        /// A feed proposes holidays for a calendar; somebody has to decide.
        HolidaysProposed = "holidays_proposed",
        /// A feed of holidays cannot be fetched or read.
        FeedFailing = "feed_failing",
        /// The ledger was not signed, or does not verify.
        LedgerFailing = "ledger_failing",
        /// A time-stamp authority or a witness does not answer.
        AnchorFailing = "anchor_failing",
    }
}

closed_set! {
    /// What a thing asks of the way it is told by, and what a way may carry. The greater is the
    /// more confidential: TLP 2.0, and above it records that only named people may read.
    Clearance {
        /// TLP:CLEAR.
        Clear = "clear",
        /// TLP:GREEN.
        Green = "green",
        /// TLP:AMBER.
        Amber = "amber",
        /// TLP:AMBER+STRICT.
        AmberStrict = "amber_strict",
        /// TLP:RED.
        Red = "red",
        /// A record restricted to named people and teams.
        Restricted = "restricted",
    }
}

impl Clearance {
    /// What a record asks for, from its label and whether it is restricted.
    pub fn of(tlp: Tlp, is_restricted: bool) -> Self {
        match tlp {
            _ if is_restricted => Self::Restricted,
            Tlp::Clear => Self::Clear,
            Tlp::Green => Self::Green,
            Tlp::Amber => Self::Amber,
            Tlp::AmberStrict => Self::AmberStrict,
            Tlp::Red => Self::Red,
        }
    }
}

/// One thing that happened, for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id, the same at every attempt to send it.
    pub id: String,
    /// What happened, such as `assigned`.
    pub kind: String,
    /// How much it presses.
    pub urgency: Urgency,
    /// What the record is called, such as `INC-2026-0001`. Not confidential: numbers are given
    /// out to everybody.
    pub reference: String,
    /// What happened, in a line that may quote the record.
    pub words: String,
    /// Why this person is told.
    pub why: String,
    /// Where to read on, when the server knows its own address.
    pub link: Option<String>,
    /// The path of that page on the server, for a reader who knows the server.
    pub path: Option<String>,
    /// What a way must be cleared for to carry the words.
    pub clearance: Clearance,
    /// What belongs together has the same thread: the id of the record.
    pub thread: String,
    /// When it happened.
    pub at: At,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restricted_record_asks_for_more_than_any_label() {
        for tlp in Tlp::ALL {
            assert!(Clearance::of(*tlp, false) < Clearance::Restricted);
            assert_eq!(Clearance::of(*tlp, true), Clearance::Restricted);
        }
    }

    #[test]
    fn labels_are_ordered_as_the_protocol_orders_them() {
        let asked: Vec<Clearance> = Tlp::ALL
            .iter()
            .map(|tlp| Clearance::of(*tlp, false))
            .collect();
        assert!(asked.is_sorted());
        for clearance in Clearance::ALL {
            assert_eq!(Clearance::from_word(clearance.word()), Some(*clearance));
        }
    }
}
