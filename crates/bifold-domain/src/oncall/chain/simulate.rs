//! Who would be called, if something happened at an instant and nobody answered.

use super::{Entry, Happened, Moment, Next, Nobody, next, people};
use crate::directory::Directory;
use crate::id::PersonId;
use crate::time::At;

/// One call of a simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// When.
    pub at: At,
    /// In which round, from 0.
    pub round: u8,
    /// By which step, from 0.
    pub step: u16,
    /// Who, or why nobody.
    pub people: Result<Vec<PersonId>, Nobody>,
}

/// All calls that a chain would make from an instant on, with nobody answering, and when it would
/// have come to its end. `turn` is how often it was started before.
pub fn simulate(entry: &Entry, directory: &Directory, from: At, turn: u64) -> (Vec<Call>, At) {
    let mut moments = vec![Moment {
        at: from,
        what: Happened::Started { turn },
    }];
    let mut calls = Vec::new();
    let mut now = from;
    loop {
        match next(entry, &moments, now) {
            Next::Page {
                round,
                step,
                target,
            } => {
                let people = people(&target, directory, now);
                let reached = people.clone().unwrap_or_default();
                moments.push(Moment {
                    at: now,
                    what: Happened::Paged {
                        round,
                        step,
                        people: reached,
                    },
                });
                calls.push(Call {
                    at: now,
                    round,
                    step,
                    people,
                });
            }
            // Time only goes forward: a wait is always for later.
            Next::Wait(until) if until > now => now = until,
            Next::Wait(_) | Next::Unacknowledge | Next::GiveUp | Next::Rest => break,
        }
    }
    (calls, now)
}
