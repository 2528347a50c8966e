//! What people and machines report.

use super::*;
use bifold_domain::event::{Channel, Dismissal, Signal, Sort};
// The module by whose name the macro finds the facts.
use bifold_domain::event;

examples! { Event, event, Event:
    Received => event::Fact::Received {
        number: 7,
        sort: Sort::Suspicion,
        title: title(),
        description: Some(text("A strange mail.")),
        channel: Channel::Alert,
        service: Some(some_service()),
        contact: Some(hidden("extension 12")),
        occurred_at: Some(at(1)),
        signal: Some(Signal {
            source: short("alertmanager"),
            external_id: short("ab12"),
        }),
        // Said of signals only, since later.
        is_sensitive: false,
        proposal: None,
        // Said by those who enter what others told, since later still.
        told: None,
    },
    Repeated => event::Fact::Repeated { tally: intake::tally() },
    Cleared => event::Fact::Cleared { tally: intake::tally() },
    Added => event::Fact::Added {
        text: text("It is the third floor only."),
        channel: Channel::Email,
        contact: Some(hidden("anna@example.org")),
    },
    Recurred => event::Fact::Recurred { tally: intake::tally() },
    BoundToIncident => event::Fact::BoundToIncident {
        incident: another(),
        reason: text("The same outage."),
    },
    FoundWeakness => event::Fact::FoundWeakness { reason: text("The door does not lock.") },
    Dismissed => event::Fact::Dismissed {
        ground: Dismissal::Benign,
        reason: text("As designed."),
    },
}
