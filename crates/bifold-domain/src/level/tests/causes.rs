//! Whose time a missed target was.

use super::super::{Cause, causes};
use super::*;
use proptest::prelude::*;

fn monday(time: &str) -> At {
    at(&format!("2026-03-02T{time}:00+01:00"))
}

fn gated(at: At) -> Turn {
    let mut turn = turn(at, Phase::InProgress);
    turn.stands.is_gated = true;
    turn
}

/// Where the time of the newest run of the only clock went.
fn went(minutes: u32, turns: Vec<Turn>, now: At) -> Vec<(Cause, i64)> {
    let target = target(Metric::Restore, minutes, "test");
    let terms = terms(vec![level("l", When::default(), vec![target])], zurich());
    let held = terms.held(turns[0].at);
    let trail = Trail::of(turns, None);
    let clocks = clocks(&trail, &held);
    causes(clocks[0].run().unwrap(), &trail, &held, now)
}

#[test]
fn the_time_until_the_breach_is_shared_out_by_how_the_incident_stood() {
    // Eight hours from nine: an hour nobody, two of work, four of the supplier, one for evidence,
    // and what came after seventeen hours is not asked for.
    let turns = vec![
        turn(monday("09:00"), Phase::New),
        turn(monday("10:00"), Phase::InProgress),
        pending(monday("12:00"), PendingOn::Supplier),
        gated(monday("16:00")),
        turn(at("2026-03-03T11:00:00+01:00"), Phase::Resolved),
    ];
    let found = went(480, turns, at("2026-03-10T00:00:00Z"));
    let expected = [
        (Cause::Supplier, 4 * HOUR),
        (Cause::Work, 2 * HOUR),
        (Cause::Queue, HOUR),
        (Cause::Evidence, HOUR),
    ];
    assert_eq!(found, expected);
    assert!(Cause::Queue.is_own() && !Cause::Supplier.is_own());
}

#[test]
fn time_that_the_level_pauses_for_is_nobodys() {
    let turns = vec![
        turn(monday("09:00"), Phase::InProgress),
        pending(monday("10:00"), PendingOn::User),
        turn(monday("15:00"), Phase::InProgress),
    ];
    let found = went(60, turns, monday("16:30"));
    assert_eq!(found, [(Cause::Work, HOUR)]);
}

proptest! {
    /// Nothing counts twice and nothing is left out, whatever happened.
    #[test]
    fn the_shares_are_what_counted(
        steps in prop::collection::vec((0_u8..7, 1_i64..600), 1..30), target in 1_u32..3_000,
    ) {
        let mut time = monday("08:00");
        let mut turns = vec![turn(time, Phase::New)];
        for (what, minutes) in steps {
            time = time.plus(minutes * MINUTE);
            turns.push(match what {
                0 => turn(time, Phase::New),
                1 => turn(time, Phase::InProgress),
                2 => pending(time, PendingOn::User),
                3 => pending(time, PendingOn::Supplier),
                4 => gated(time),
                5 => pending(time, PendingOn::Change),
                _ => turn(time, Phase::Resolved),
            });
        }
        let now = time.plus(HOUR);
        let target = super::target(Metric::Restore, target, "test");
        let terms = terms(vec![level("l", When::default(), vec![target])], zurich());
        let held = terms.held(turns[0].at);
        let trail = Trail::of(turns, None);
        for clock in clocks(&trail, &held) {
            for run in &clock.runs {
                let calendar = held.calendar(&run.calendar).unwrap();
                let all: i64 = causes(run, &trail, &held, now).iter().map(|(_, m)| m).sum();
                let most = if run.is_breached(now) { run.target } else { i64::MAX };
                let counted = run.counted_at(now, calendar).min(most);
                prop_assert_eq!(all, counted);
            }
        }
    }
}
