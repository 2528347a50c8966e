//! Who is on call in the hospital: three schedules, one of which has a gap, an override, a swap
//! that waits for an answer, a hand-over, and two escalation chains.

use super::rng::Rng;
use super::script::{Script, Step};
use super::words::{short, text};
use super::world::World;
use bifold_domain::calendar::{Day, Slot, Zone};
use bifold_domain::oncall::chain::{self, Entry, Step as Link};
use bifold_domain::oncall::schedule::{AskSwap, Command as C, HandOver, SetOverride};
use bifold_domain::oncall::{Layer, Plan, Span, Turn, Unit};
use bifold_domain::time::{DAY, HOUR, MINUTE};
use bifold_domain::{At, ChainId, Command, ScheduleId};
use std::collections::BTreeSet;

const ZONE: &str = "Europe/Zurich";
/// Who keeps the schedules.
const PLANNER: &str = "jonas";

/// Enters them a day after the founding, and what waits today.
pub(crate) fn tell(world: &World, script: &mut Script, start: At, rng: &Rng) {
    let mut draw = rng.fork(7);
    let made = start.plus(DAY);
    let mut id = || ScheduleId::from_bits(draw.id_bits(made));
    let (platform, network, csirt) = (id(), id(), id());
    let nights = platform_plan(world, made);
    let mut steps = Vec::new();
    for (id, plan) in [
        (&platform, nights.clone()),
        (&network, network_plan(world, made)),
        (&csirt, csirt_plan(world, made)),
    ] {
        steps.push(Command::Schedule(id.clone(), C::Make(plan)));
    }
    for entry in [vital(world, &platform), security(world, &csirt)] {
        let id = ChainId::from_bits(draw.id_bits(made));
        steps.push(Command::Chain(id, chain::Command::Make(entry)));
    }
    let end = script.end();
    let mut does = |at: At, who: &str, command: Command| {
        script.push(Step {
            at,
            actor: world.actor(who).clone(),
            commands: vec![command],
        });
    };
    for (n, command) in (0..).zip(steps) {
        does(made.plus(n * MINUTE), PLANNER, command);
    }
    for (at, who, command) in today(world, &nights, end) {
        does(at, who, Command::Schedule(platform.clone(), command));
    }
}

fn platform_plan(world: &World, made: At) -> Plan {
    let people = ["ada", "tomas", "yuki"];
    let all = layer(
        world,
        "Nights and weekends",
        made,
        (1, Unit::Weeks),
        &people,
    );
    plan(world, "Platform", "platform", vec![all])
}

fn network_plan(world: &World, made: At) -> Plan {
    let (days, weeks) = ((1, Unit::Days), (1, Unit::Weeks));
    let hours = layer(world, "Working hours", made, days, &["farid", "greta"]);
    let others = layer(world, "Rest of the week", made, weeks, &["greta", "farid"]);
    let layers = [(hours, office()), (others, rest())];
    let layers = layers.map(|(layer, only)| Layer {
        only: Some(only),
        ..layer
    });
    plan(world, "Network", "network", layers.into())
}

fn csirt_plan(world: &World, made: At) -> Plan {
    let half = (12, Unit::Hours);
    let duty = layer(world, "Duty", made, half, &["lukas", "oona"]);
    plan(world, "Security officer on duty", "csirt", vec![duty])
}

fn plan(world: &World, name: &str, team: &str, layers: Vec<Layer>) -> Plan {
    Plan {
        name: short(name),
        team: Some(world.team(team)),
        layers,
    }
}

#[allow(clippy::expect_used)]
fn layer(
    world: &World,
    name: &str,
    from: At,
    (count, unit): (u16, Unit),
    people: &[&str],
) -> Layer {
    let date: String = from.to_string().chars().take(10).collect();
    Layer {
        name: short(name),
        zone: Zone::named(ZONE).expect("the zone is one of IANA's"),
        starts: format!("{date}T08:00:00")
            .parse()
            .expect("a date of the history and an hour are a time"),
        turn: Turn { count, unit },
        people: people.iter().map(|key| world.person(key)).collect(),
        only: None,
    }
}

/// A day with these slots, in hours.
#[allow(clippy::expect_used)]
fn day(slots: &[(u16, u16)]) -> Day {
    let slots = slots.iter().map(|(from, to)| Slot {
        from: from * 60,
        to: to * 60,
    });
    Day::new(slots.collect()).expect("slots are in order and apart")
}

/// Eight to five on working days.
fn office() -> [Day; 7] {
    std::array::from_fn(|n| {
        if n < 5 {
            day(&[(8, 17)])
        } else {
            Day::default()
        }
    })
}

/// The rest of the week, but nobody thought of Sunday morning.
fn rest() -> [Day; 7] {
    let sunday = day(&[(0, 6), (12, 24)]);
    std::array::from_fn(|n| if n < 6 { Day::whole() } else { sunday.clone() })
}

fn wait(minutes: u16) -> Link {
    Link::Wait { minutes }
}

fn vital(world: &World, platform: &ScheduleId) -> Entry {
    Entry {
        name: short("Vital services"),
        steps: vec![
            Link::Schedule {
                schedule: platform.clone(),
            },
            wait(5),
            Link::Team {
                team: world.team("platform"),
            },
            wait(10),
            Link::RoundRobin {
                people: vec![world.person("amara"), world.person("jonas")],
            },
            wait(10),
            Link::Repeat { times: 2 },
        ],
        unacknowledge_minutes: Some(30),
    }
}

fn security(world: &World, csirt: &ScheduleId) -> Entry {
    Entry {
        name: short("Security"),
        steps: vec![
            Link::Schedule {
                schedule: csirt.clone(),
            },
            wait(10),
            Link::Team {
                team: world.team("csirt"),
            },
        ],
        unacknowledge_minutes: None,
    }
}

/// What waits today in the schedule of this plan: an override ahead, a swap, a hand-over.
fn today<'a>(world: &World, plan: &Plan, end: At) -> Vec<(At, &'a str, C)> {
    let ahead = Span::new(end, end.plus(30 * DAY));
    let shifts = plan.shifts(ahead);
    let keys = ["ada", "tomas", "yuki"];
    let key_of = |n: usize| {
        let shift = shifts.get(n)?;
        keys.into_iter()
            .find(|key| world.person(key) == shift.person)
    };
    let (Some(now), Some(next), Some(later)) = (key_of(0), key_of(1), key_of(2)) else {
        return Vec::new();
    };
    let Some(theirs) = shifts.get(1).map(|shift| shift.span) else {
        return Vec::new();
    };
    let first_day = Span::new(theirs.from, theirs.from.plus(DAY));
    let over = C::SetOverride(SetOverride {
        person: world.person(later),
        from: theirs.from.plus(3 * DAY),
        until: theirs.from.plus(3 * DAY + 12 * HOUR),
        reason: Some(text("A course in town.")),
    });
    let swap = C::AskSwap(AskSwap {
        with: world.person(now),
        gives: first_day,
        takes: None,
        reason: Some(text("My train is late that day.")),
    });
    let hand_over = C::HandOver(HandOver {
        to: world.person(next),
        notes: text("The storage of imaging was full twice; its owner clears it tonight."),
        incidents: BTreeSet::new(),
    });
    vec![
        (end.plus(-5 * HOUR), PLANNER, over),
        (end.plus(-3 * HOUR), next, swap),
        (end.plus(-40 * MINUTE), now, hand_over),
    ]
}
