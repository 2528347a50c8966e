//! The past: the daily course of incidents, and events that came to nothing.

use super::calendar;
use super::course::{Play, Until, play};
use super::organisation::{DESK, MACHINE, STAFF};
use super::rng::Rng;
use super::scenario::events::{self, From, Report};
use super::scenario::{Scenario, Stories};
use super::script::{Script, Step};
use super::words::{Fill, short, text, title};
use super::world::World;
use bifold_domain::event::{self, Channel, Outcome, Receive, Signal};
use bifold_domain::time::{HOUR, MINUTE};
use bifold_domain::{At, Command, EventId};
use std::collections::BTreeSet;

/// What is resolved by the end is resolved at least this long before it.
const SETTLED: i64 = 40 * MINUTE;
/// Nothing of the ordinary past begins later than this before the end.
const LAST: i64 = 4 * HOUR;
/// How many events a day come to nothing.
const EVENTS_PER_TEN_DAYS: i64 = 9;

fn line_of(scenario: &Scenario, rng: &mut Rng) -> &'static str {
    let titles: &[&'static str] = scenario.titles;
    rng.pick(titles)
}

/// Draws names until the title is one nobody has used.
pub(crate) fn named(
    scenario: &Scenario,
    used: &mut BTreeSet<String>,
    rng: &mut Rng,
) -> (Fill, String) {
    let mut fill = Fill::draw(rng);
    let mut line = fill.apply(line_of(scenario, rng));
    for _ in 0..12 {
        if used.insert(line.clone()) {
            break;
        }
        fill = Fill::draw(rng);
        line = fill.apply(line_of(scenario, rng));
    }
    (fill, line)
}

/// The ordinary incidents of so many days, all of them ended or nearly so.
pub(crate) fn incidents(
    world: &World,
    script: &mut Script,
    days: i64,
    used: &mut BTreeSet<String>,
    rng: &Rng,
) {
    let end = script.end();
    let mut draw = rng.fork(1);
    let mut stories = Stories::new();
    let begins = calendar::beginnings(end.plus(-LAST), days, &mut draw);
    for (n, begins) in (0_u64..).zip(begins) {
        let scenario = stories.deal(&mut draw);
        let (fill, line) = named(scenario, used, &mut draw);
        let steps = play(
            &Play {
                world,
                scenario,
                fill: &fill,
                title: &line,
                begins,
                latest: end.plus(-SETTLED),
                until: Until::End,
            },
            &rng.fork(1_000 + n),
        );
        script.extend(steps);
    }
}

/// Events that were decided not to be incidents, and weaknesses.
pub(crate) fn events(world: &World, script: &mut Script, days: i64, rng: &Rng) {
    let mut rng = rng.fork(2);
    let end = script.end().plus(-LAST);
    let mut deck: Vec<&Report> = Vec::new();
    for _ in 0..(days * EVENTS_PER_TEN_DAYS / 10).max(6) {
        if deck.is_empty() {
            deck.extend(events::ALL);
            rng.shuffle(&mut deck);
        }
        let at = calendar::some_moment(end, days, &mut rng);
        if let Some(report) = deck.pop() {
            let fill = Fill::draw(&mut rng);
            let event = receive(world, script, report, &fill, at, &mut rng);
            let decided = at.plus(rng.between(3, 90) * MINUTE);
            decide(world, script, report, &fill, decided, event, &mut rng);
        }
    }
}

/// Takes an event in.
pub(crate) fn receive(
    world: &World,
    script: &mut Script,
    report: &Report,
    fill: &Fill,
    at: At,
    rng: &mut Rng,
) -> EventId {
    let id = EventId::from_bits(rng.id_bits(at));
    let (who, channel, signal) = match report.from {
        From::Staff => {
            let channel = rng.pick(&[Channel::Web, Channel::Email, Channel::Phone]);
            (rng.pick(STAFF), channel, None)
        }
        From::Machine(source) => {
            let number = rng.between(0x1000_0000, 0xffff_ffff);
            let signal = Signal {
                source: short(source),
                external_id: short(&format!("{number:08x}")),
            };
            (MACHINE, Channel::Alert, Some(signal))
        }
    };
    let receive = Receive {
        is_sensitive: false,
        told: None,
        sort: report.sort,
        title: title(&fill.apply(report.title)),
        description: Some(text(&fill.apply(report.story))),
        channel,
        service: Some(world.service(report.service)),
        contact: (report.from == From::Staff).then(|| short(&fill.apply("{ext}"))),
        occurred_at: Some(at),
        signal,
    };
    script.push(Step {
        at,
        actor: world.actor(who).clone(),
        commands: vec![Command::Event(id.clone(), event::Command::Receive(receive))],
    });
    id
}

fn decide(
    world: &World,
    script: &mut Script,
    report: &Report,
    fill: &Fill,
    at: At,
    event: EventId,
    rng: &mut Rng,
) {
    let reason = text(&fill.apply(report.reason));
    let outcome = match report.ground {
        Some(ground) => Outcome::NotAnIncident { ground, reason },
        None => Outcome::Weakness { reason },
    };
    let who = if report.ground.is_none() {
        rng.pick(&["lukas", "oona"])
    } else {
        rng.pick(DESK)
    };
    script.push(Step {
        at,
        actor: world.actor(who).clone(),
        commands: vec![Command::Event(event, event::Command::Decide(outcome))],
    });
}
