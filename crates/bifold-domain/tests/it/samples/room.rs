//! What people say, decide and report in the room of an incident.

use super::*;
use bifold_domain::incident::{Arrangement, Briefing, Fact, Report, Spot};

pub(super) fn spot() -> Spot {
    Spot {
        n: 3,
        lane: Some(KindKey::security()),
    }
}

pub(super) fn said() -> Fact {
    Fact::MessageSaid {
        at: spot(),
        text: text("The second host beacons too."),
        answers: Some(1),
    }
}

pub(super) fn amended() -> Fact {
    Fact::MessageAmended {
        at: spot(),
        text: text("The third host beacons too."),
    }
}

pub(super) fn retracted() -> Fact {
    Fact::MessageRetracted {
        at: spot(),
        reason: text("It was another host."),
    }
}

pub(super) fn proposed() -> Fact {
    Fact::DecisionProposed {
        at: spot(),
        text: text("Fail over to the second site."),
        by: Some(at(9)),
    }
}

pub(super) fn taken() -> Fact {
    Fact::DecisionTaken {
        at: spot(),
        reason: Some(text("Memory is saved; nothing is lost by it.")),
    }
}

pub(super) fn dropped() -> Fact {
    Fact::DecisionDropped {
        at: spot(),
        reason: text("The second site has the same fault."),
    }
}

pub(super) fn reported() -> Fact {
    Fact::SituationReported(Box::new(Briefing {
        report: Report::Executive,
        conditions: text("Cards are refused in every shop."),
        actions: Some(text("We fail over.")),
        needs: Some(text("The supplier at the table.")),
        next_by: Some(at(10)),
    }))
}

pub(super) fn arranged() -> Fact {
    Fact::RoomArranged(Arrangement {
        bridge: Some(text("+41 44 555 01 01, code 2210")),
        codename: Some(short("Grey Heron")),
        out_of_band: true,
    })
}
