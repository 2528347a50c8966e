//! Planned maintenance in the hospital: some that went as planned, one that took longer, one that
//! was called off, two that are to come.

use super::rng::Rng;
use super::script::{Script, Step};
use super::words::{text, title};
use super::world::World;
use bifold_domain::maintenance::{Because, Command as C, Complete, Extend, Plan};
use bifold_domain::time::{DAY, HOUR};
use bifold_domain::{At, Command, MaintenanceId};
use std::collections::BTreeSet;

/// Who plans and ends them.
const PLANNER: &str = "jonas";

/// How one went.
#[derive(Clone, Copy)]
enum Went {
    Well(&'static str),
    /// So many hours longer.
    Longer(i64, &'static str),
    CalledOff(&'static str),
    ToCome,
}

struct Work {
    title: &'static str,
    text: &'static str,
    services: &'static [&'static str],
    /// Days from today; behind it when negative.
    day: i64,
    /// Hour of that day, UTC, and how many hours it is to take.
    hours: (i64, i64),
    went: Went,
}

const WORK: &[Work] = &[
    Work {
        title: "New switches in the east wing",
        text: "The network of the east wing is off. Carry on with paper; calls by mobile phone work.",
        services: &["network"],
        day: -61,
        hours: (1, 3),
        went: Went::Well("Six of six switches are new; every ward was reached afterwards."),
    },
    Work {
        title: "Patient record: release 14",
        text: "The record can be read and not written for an hour.",
        services: &["ehr"],
        day: -33,
        hours: (2, 1),
        went: Went::Longer(
            2,
            "The index of the orders took longer to build than in the rehearsal.",
        ),
    },
    Work {
        title: "Imaging: more storage",
        text: "Pictures older than a year cannot be opened.",
        services: &["pacs"],
        day: -12,
        hours: (20, 4),
        went: Went::CalledOff("The shelves were delivered without their rails."),
    },
    Work {
        title: "Imaging: more storage",
        text: "Pictures older than a year cannot be opened. Ask the archive for an urgent case.",
        services: &["pacs"],
        day: 2,
        hours: (20, 4),
        went: Went::ToCome,
    },
    Work {
        title: "Sign-in: certificates of the year",
        text: "Whoever signs in during these minutes may be asked a second time.",
        services: &["identity"],
        day: 9,
        hours: (4, 1),
        went: Went::ToCome,
    },
];

/// Plans each ten days before, and lets what is past have happened.
pub(crate) fn tell(world: &World, script: &mut Script, start: At, rng: &Rng) {
    let mut draw = rng.fork(12);
    let end = script.end();
    let today = At::from_micros(end.micros() - end.micros().rem_euclid(DAY));
    for work in WORK {
        let from = today.plus(work.day * DAY + work.hours.0 * HOUR);
        let until = from.plus(work.hours.1 * HOUR);
        let planned = from.plus(-11 * DAY).max(start.plus(2 * DAY));
        // A history of a few days does not reach back to all of them.
        if planned >= from || planned >= end {
            continue;
        }
        let id = MaintenanceId::from_bits(draw.id_bits(planned));
        let mut does = |at: At, command: C| {
            script.push(Step {
                at,
                actor: world.actor(PLANNER).clone(),
                commands: vec![Command::Maintenance(id.clone(), command)],
            });
        };
        let services: BTreeSet<_> = work.services.iter().map(|key| world.service(key)).collect();
        does(
            planned,
            C::Plan(Plan {
                title: title(work.title),
                text: Some(text(work.text)),
                services,
                from,
                until,
            }),
        );
        let done = |note: &str| {
            C::Complete(Complete {
                note: Some(text(note)),
            })
        };
        match work.went {
            Went::Well(note) => {
                does(from, C::Begin);
                does(until.plus(-HOUR / 4), done(note));
            }
            Went::Longer(hours, why) => {
                let (reason, later) = (text(why), until.plus(hours * HOUR));
                does(from, C::Begin);
                does(
                    until.plus(-HOUR / 6),
                    C::Extend(Extend {
                        until: later,
                        reason,
                    }),
                );
                does(
                    later.plus(-HOUR / 2),
                    done("The release is in use; nothing was lost."),
                );
            }
            Went::CalledOff(why) => {
                let reason = text(why);
                does(from.plus(-DAY), C::Cancel(Because { reason }));
            }
            Went::ToCome => {}
        }
    }
}
