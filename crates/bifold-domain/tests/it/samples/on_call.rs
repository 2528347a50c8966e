//! Schedules and escalation chains.

use super::*;
use bifold_domain::ScheduleId;
use bifold_domain::calendar::{Calendar, Day, Slot, Zone};
use bifold_domain::oncall::chain::{self, Entry, Outside, Step};
use bifold_domain::oncall::schedule;
use bifold_domain::oncall::{Layer, Plan, Span, Turn, Unit};

fn zurich() -> Zone {
    Zone::named("Europe/Zurich").unwrap()
}

fn office() -> [Day; 7] {
    let day = Day::new(vec![Slot {
        from: 540,
        to: 1020,
    }])
    .unwrap();
    std::array::from_fn(|n| if n < 5 { day.clone() } else { Day::default() })
}

fn plan() -> Plan {
    let layer = Layer {
        name: short("nights"),
        zone: zurich(),
        starts: "2026-03-02T20:00:00".parse().unwrap(),
        turn: Turn {
            count: 1,
            unit: Unit::Weeks,
        },
        people: vec![someone(), other_person()],
        only: None,
    };
    let office = Layer {
        name: short("office"),
        turn: Turn {
            count: 12,
            unit: Unit::Hours,
        },
        only: Some(office()),
        ..layer.clone()
    };
    Plan {
        name: short("Payments"),
        team: Some(some_team()),
        layers: vec![office, layer],
    }
}

fn span(from: i64, until: i64) -> Span {
    Span::new(at(from), at(until))
}

examples! { Schedule, schedule, Schedule:
    Made => schedule::Fact::Made { plan: plan() },
    Revised => schedule::Fact::Revised { plan: plan() },
    Retired => schedule::Fact::Retired,
    OverrideSet => schedule::Fact::OverrideSet {
        number: 1,
        person: someone(),
        span: span(20, 30),
        reason: Some(text("On leave.")),
    },
    OverrideWithdrawn => schedule::Fact::OverrideWithdrawn { number: 1 },
    SwapRequested => schedule::Fact::SwapRequested {
        number: 2,
        with: other_person(),
        gives: span(20, 30),
        takes: Some(span(44, 54)),
        reason: Some(text("A birthday.")),
    },
    SwapAccepted => schedule::Fact::SwapAccepted { number: 2 },
    SwapDeclined => schedule::Fact::SwapDeclined { number: 2 },
    SwapWithdrawn => schedule::Fact::SwapWithdrawn { number: 2 },
    HandedOver => schedule::Fact::HandedOver {
        number: 3,
        to: other_person(),
        notes: text("The supplier calls back at six."),
        incidents: BTreeSet::from([another()]),
    },
    HandOverAccepted => schedule::Fact::HandOverAccepted { number: 3 },
}

pub(super) fn entry() -> Entry {
    let hours = Calendar::new(zurich(), office(), BTreeMap::new()).unwrap();
    Entry {
        name: short("Payments"),
        steps: vec![
            Step::Schedule {
                schedule: ScheduleId::from_bits(1),
            },
            Step::Wait { minutes: 5 },
            Step::OnlyIn {
                hours: Box::new(hours),
                outside: Outside::Skip,
            },
            Step::Team { team: some_team() },
            Step::RoundRobin {
                people: vec![someone(), other_person()],
            },
            Step::Repeat { times: 2 },
            Step::Person { person: someone() },
        ],
        unacknowledge_minutes: Some(30),
    }
}

examples! { Chain, chain, Chain:
    Made => chain::Fact::Made { entry: entry() },
    Revised => chain::Fact::Revised { entry: entry() },
    Retired => chain::Fact::Retired,
}
