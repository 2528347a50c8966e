//! Examples of what is said in confidence.

use super::*;
// A module by whose name the macro finds the facts.
use bifold_domain::disclosure::{self, Concern, Conclusion, Ground, Mode, Without};

examples! { Disclosure, disclosure, Disclosure:
    Received => disclosure::Fact::Received {
        number: 1,
        concern: Concern::Wrongdoing,
        mode: Mode::Confidential,
        title: title(),
        text: text("Invoices are paid twice."),
        without: Without {
            people: BTreeSet::from([someone()]),
            teams: BTreeSet::from([some_team()]),
        },
    },
    Assigned => disclosure::Fact::Assigned { person: someone() },
    Acknowledged => disclosure::Fact::Acknowledged,
    Answered => disclosure::Fact::Answered { text: text("Since when?") },
    Noted => disclosure::Fact::Noted { text: text("Ask the auditors.") },
    Replied => disclosure::Fact::Replied { text: text("Since May.") },
    FeedbackGiven => disclosure::Fact::FeedbackGiven { text: text("Payments need two people now.") },
    Referred => disclosure::Fact::Referred { event: EventId::from_bits(1) },
    Closed => disclosure::Fact::Closed {
        outcome: Conclusion::Founded,
        reason: text("The statements show it."),
    },
    Reopened => disclosure::Fact::Reopened { reason: text("It goes on.") },
    IdentityAsked => disclosure::Fact::IdentityAsked { reason: text("The court wants it.") },
    IdentityGranted => disclosure::Fact::IdentityGranted { asker: other_person() },
    IdentityRefused => disclosure::Fact::IdentityRefused {
        asker: other_person(),
        reason: text("It is not needed."),
    },
    IdentityShown => disclosure::Fact::IdentityShown,
    IdentityDeleted => disclosure::Fact::IdentityDeleted { ground: Ground::Retention },
}
