//! Clocks that a human being counted by hand.

use super::*;

const MONDAY: &str = "2026-03-02T";

fn monday(time: &str) -> At {
    at(&format!("{MONDAY}{time}:00+01:00"))
}

/// One target for what is of severity three.
fn of_three(metric: Metric, minutes: u32, calendar: &str) -> Level {
    let target = target(metric, minutes, calendar);
    level("p3", by_priority(3), vec![target])
}

/// One target for everything.
fn plain(metric: Metric, minutes: u32, calendar: &str) -> Level {
    let target = target(metric, minutes, calendar);
    level("l", When::default(), vec![target])
}

fn by_priority(number: u8) -> When {
    When {
        priorities: BTreeSet::from([p(number)]),
        ..When::default()
    }
}

#[test]
fn waiting_for_the_user_is_added_to_the_due_time() {
    let restore = plain(Metric::Restore, 240, "test");
    // 9 to 11 counts, 11 to 14 waits; two hours are left, until 16.
    let clock = only(
        vec![restore],
        vec![
            turn(monday("09:00"), Phase::InProgress),
            pending(monday("11:00"), PendingOn::User),
            turn(monday("14:00"), Phase::InProgress),
        ],
    );
    let run = clock.run().unwrap();
    assert_eq!((run.counted, run.due), (2 * HOUR, Some(monday("16:00"))));
    assert!(!run.is_breached(monday("16:00")));
    assert!(run.is_breached(monday("16:01")));
}

#[test]
fn a_supplier_does_not_stop_the_customers_clock() {
    let restore = plain(Metric::Restore, 240, "test");
    let clock = only(
        vec![restore],
        vec![
            turn(monday("09:00"), Phase::InProgress),
            pending(monday("10:00"), PendingOn::Supplier),
        ],
    );
    assert_eq!(clock.run().unwrap().due, Some(monday("13:00")));
}

#[test]
fn what_is_paused_has_no_due_time_and_hours_outside_do_not_count() {
    let resolve = plain(Metric::Resolve, 600, "test");
    let friday = at("2026-03-06T16:00:00+01:00");
    let clock = only(vec![resolve.clone()], vec![turn(friday, Phase::New)]);
    // One hour on Friday, eight on Monday, one on Tuesday.
    let due = at("2026-03-10T10:00:00+01:00");
    assert_eq!(clock.run().unwrap().due, Some(due));
    let clock = only(
        vec![resolve],
        vec![
            turn(friday, Phase::New),
            pending(friday.plus(HOUR / 2), PendingOn::User),
        ],
    );
    let run = clock.run().unwrap();
    assert_eq!((run.due, run.counted), (None, HOUR / 2));
    assert_eq!(
        run.state,
        RunState::Paused {
            by: Test::PendingUser
        }
    );
}

#[test]
fn summer_time_moves_the_wall_and_not_the_hours() {
    // The clock goes forward on Sunday, 29 March 2026.
    let resolve = plain(Metric::Resolve, 960, "test");
    let clock = only(
        vec![resolve],
        vec![turn(at("2026-03-27T09:00:00+01:00"), Phase::New)],
    );
    assert_eq!(
        clock.run().unwrap().due,
        Some(at("2026-03-30T17:00:00+02:00"))
    );
}

#[test]
fn a_stopped_clock_says_whether_it_was_in_time() {
    for (end, due) in [("13:00", None), ("13:01", Some("13:00"))] {
        let restore = plain(Metric::Restore, 240, "test");
        let clock = only(
            vec![restore],
            vec![
                turn(monday("09:00"), Phase::New),
                turn(monday(end), Phase::Mitigated),
                turn(monday("16:00"), Phase::Resolved),
            ],
        );
        let run = clock.run().unwrap();
        assert_eq!(run.due, due.map(monday), "ended at {end}");
        assert_eq!(
            run.state,
            RunState::Ended {
                how: Ended::Stopped
            }
        );
    }
}

#[test]
fn reopening_goes_on_or_begins_anew_or_leaves_it() {
    for (policy, runs, counted) in [
        (OnReopen::GoOn, 1, 3 * HOUR),
        (OnReopen::Anew, 2, HOUR),
        (OnReopen::Stay, 1, 2 * HOUR),
    ] {
        let target = Target {
            on_reopen: policy,
            ..target(Metric::Resolve, 240, "test")
        };
        let clock = only(
            vec![level("l", When::default(), vec![target])],
            vec![
                turn(monday("09:00"), Phase::New),
                turn(monday("11:00"), Phase::Resolved),
                turn(monday("14:00"), Phase::InProgress),
                turn(monday("15:00"), Phase::Resolved),
            ],
        );
        assert_eq!(clock.runs.len(), runs, "{policy}");
        assert_eq!(clock.run().unwrap().counted, counted, "{policy}");
    }
}

#[test]
fn another_priority_counts_on_anew_or_from_the_beginning() {
    for (policy, due, started) in [
        // Two of the four hours were used when it had eight.
        (OnChange::Forward, "13:00", "09:00"),
        (OnChange::Retroactive, "13:00", "09:00"),
        (OnChange::Reset, "15:00", "11:00"),
    ] {
        let urgent = Target {
            on_change: policy,
            ..target(Metric::Restore, 240, "test")
        };
        let mut raised = turn(monday("11:00"), Phase::InProgress);
        raised.stands.priority = p(1);
        let clock = only(
            vec![
                level("p1", by_priority(1), vec![urgent]),
                of_three(Metric::Restore, 480, "test"),
            ],
            vec![turn(monday("09:00"), Phase::InProgress), raised],
        );
        let run = clock.run().unwrap();
        assert_eq!(
            (run.due, run.started),
            (Some(monday(due)), monday(started)),
            "{policy}"
        );
        assert_eq!(run.level, short("p1"));
    }
}

#[test]
fn forward_keeps_what_another_calendar_counted_and_retroactive_does_not() {
    // Sunday does not count for P3, and counts for P1.
    let sunday = at("2026-03-01T09:00:00+01:00");
    for (policy, counted) in [(OnChange::Forward, 0), (OnChange::Retroactive, 3 * HOUR)] {
        let urgent = Target {
            on_change: policy,
            ..target(Metric::Restore, 240, "always")
        };
        let mut raised = turn(sunday.plus(3 * HOUR), Phase::InProgress);
        raised.stands.priority = p(1);
        let clock = only(
            vec![
                level("p1", by_priority(1), vec![urgent]),
                of_three(Metric::Restore, 480, "test"),
            ],
            vec![turn(sunday, Phase::InProgress), raised],
        );
        let run = clock.run().unwrap();
        assert_eq!(run.counted, counted, "{policy}");
        assert_eq!(run.due, Some(sunday.plus(7 * HOUR - counted)));
    }
}

#[test]
fn each_word_to_the_users_begins_the_wait_for_the_next() {
    let told = |time: &str, promised: Option<&str>| Turn {
        said: true,
        promised: promised.map(monday),
        ..turn(monday(time), Phase::InProgress)
    };
    let levels = vec![plain(Metric::Update, 60, "always")];
    let clock = only(
        levels.clone(),
        vec![
            turn(monday("09:00"), Phase::InProgress),
            told("09:45", None),
            told("11:00", Some("11:20")),
        ],
    );
    let dues: Vec<_> = clock.runs.iter().map(|run| run.due).collect();
    assert_eq!(dues, [None, Some(monday("10:45")), Some(monday("11:20"))]);
    // A promise does not make the agreed time longer.
    let clock = only(levels, vec![told("09:00", Some("12:00"))]);
    assert_eq!(clock.run().unwrap().due, Some(monday("10:00")));
}

#[test]
fn agreements_count_beside_each_other_and_a_team_only_while_it_has_it() {
    let team = TeamId::from_bits(7);
    let mut ola = level(
        "network",
        When {
            teams: BTreeSet::from([team.clone()]),
            ..When::default()
        },
        vec![target(Metric::Resolve, 60, "always")],
    );
    ola.agreement = short("network");
    ola.party = Party::Ola;
    let sla = plain(Metric::Resolve, 240, "always");
    let mut theirs = turn(monday("10:00"), Phase::Assigned);
    theirs.stands.team = Some(team);
    let turns = vec![
        turn(monday("09:00"), Phase::New),
        theirs,
        turn(monday("10:30"), Phase::InProgress),
    ];
    let terms = terms(vec![sla, ola], zurich());
    let found = clocks(&Trail::of(turns, None), &terms.held(monday("09:00")));
    let shown: Vec<_> = found
        .iter()
        .map(|c| (c.party, c.run().unwrap().clone()))
        .collect();
    assert_eq!(shown[0].1.due, Some(monday("13:00")));
    assert_eq!(shown[1].0, Party::Ola);
    assert_eq!(shown[1].1.counted, HOUR / 2);
    assert_eq!(shown[1].1.state, RunState::Ended { how: Ended::Past });
}

#[test]
fn a_record_grows_cold_from_the_last_thing_somebody_did() {
    let terms = terms(vec![plain(Metric::Activity, 120, "always")], zurich());
    let turns = vec![
        turn(monday("09:00"), Phase::InProgress),
        pending(monday("09:30"), PendingOn::Supplier),
    ];
    let trail = Trail::of(turns, Some(monday("11:00")));
    let found = clocks(&trail, &terms.held(monday("09:00")));
    let run = found[0].run().unwrap();
    assert_eq!(
        (run.started, run.due),
        (monday("11:00"), Some(monday("13:00")))
    );
}

#[test]
fn every_interval_is_explained_and_they_add_up() {
    let levels = vec![plain(Metric::Resolve, 600, "test")];
    let terms = terms(levels, zurich());
    let turns = vec![
        turn(monday("08:00"), Phase::New),
        pending(monday("11:00"), PendingOn::User),
        turn(monday("12:00"), Phase::InProgress),
        turn(monday("13:00"), Phase::Resolved),
        turn(monday("14:00"), Phase::InProgress),
    ];
    let held = terms.held(monday("08:00"));
    let found = clocks(&Trail::of(turns, None), &held);
    let run = found[0].run().unwrap();
    let intervals = explain(run, &held, monday("18:00"));
    let shown: Vec<_> = intervals
        .iter()
        .map(|i| (i.why, i.micros() / HOUR))
        .collect();
    let paused = Why::Paused {
        by: Test::PendingUser,
    };
    assert_eq!(
        shown,
        [
            (Why::Closed, 1),
            (Why::Counted, 2),
            (paused, 1),
            (Why::Counted, 1),
            (Why::Stopped, 1),
            (Why::Counted, 3),
            (Why::Closed, 1),
        ]
    );
    assert_eq!(shares(&intervals)[0], (Why::Counted, 6 * HOUR));
}

#[test]
fn steps_fire_at_their_time_once_and_late_ones_at_once() {
    let act = || Act::Raise { to: p(1) };
    let step = |at| Step { at, act: act() };
    let restore = Target {
        ladder: vec![
            step(Threshold::Percent(50)),
            step(Threshold::Minutes(-30)),
            step(Threshold::Minutes(30)),
        ],
        ..target(Metric::Restore, 240, "test")
    };
    let levels = vec![level("l", When::default(), vec![restore])];
    let terms = terms(levels, zurich());
    let held = terms.held(monday("09:00"));
    let due = |turns: Vec<Turn>, fired: &BTreeSet<Firing>| {
        let found = clocks(&Trail::of(turns, None), &held);
        let all = firings(&found[0], &held, |f| fired.contains(f));
        all.into_iter()
            .map(|due| (due.firing, due.at))
            .collect::<Vec<_>>()
    };
    let running = vec![turn(monday("09:00"), Phase::InProgress)];
    let mut fired = BTreeSet::new();
    let all = due(running.clone(), &fired);
    let shown: Vec<_> = all.iter().map(|(f, at)| (f.step, *at)).collect();
    assert_eq!(
        shown,
        [
            (Some(0), monday("11:00")),
            (Some(1), monday("12:30")),
            (None, monday("13:00")),
            (Some(2), monday("13:30")),
        ]
    );
    fired.insert(all[0].0.clone());
    assert_eq!(due(running.clone(), &fired).len(), 3);
    // Paused at 12: the half is over and fires, the rest waits with the clock.
    let mut paused = running;
    paused.push(pending(monday("12:00"), PendingOn::User));
    let all = due(paused, &BTreeSet::new());
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].0.step, all[0].1), (Some(0), monday("12:00")));
}

#[test]
fn what_was_recorded_under_a_version_is_counted_by_it_for_life() {
    let old = vec![plain(Metric::Restore, 240, "test")];
    let mut terms = terms(old, zurich());
    let new = vec![plain(Metric::Restore, 60, "always")];
    terms
        .levels
        .set(monday("10:00"), Levels { levels: new }, monday("09:30"));
    let due = |recorded: At| {
        let trail = Trail::of(vec![turn(recorded, Phase::New)], None);
        clocks(&trail, &terms.held(recorded))[0].run().unwrap().due
    };
    assert_eq!(due(monday("09:59")), Some(monday("13:59")));
    assert_eq!(due(monday("10:00")), Some(monday("11:00")));
    // A version that never came into force is replaced by the next.
    let another = Levels { levels: Vec::new() };
    terms
        .levels
        .set(monday("12:00"), another.clone(), monday("09:40"));
    assert_eq!(terms.levels.versions().len(), 2);
    assert_eq!(terms.levels.at(monday("12:00")).unwrap().value, another);
}

#[test]
fn the_starting_levels_cover_every_priority() {
    let terms = Terms::default();
    for number in 1..=5 {
        let mut first = turn(monday("09:00"), Phase::New);
        first.stands.priority = p(number);
        let held = terms.held(monday("09:00"));
        let found = clocks(&Trail::of(vec![first], None), &held);
        assert!(found.len() >= 2, "P{number}");
        assert!(found.iter().all(|clock| clock.run().unwrap().due.is_some()));
    }
}

#[test]
fn a_level_may_be_for_some_customers_only() {
    let clinic = When {
        customers: BTreeSet::from([short("Harbour clinic")]),
        ..When::default()
    };
    let levels = || {
        let quick = level(
            "clinic",
            clinic.clone(),
            vec![target(Metric::Restore, 60, "test")],
        );
        vec![quick, plain(Metric::Restore, 240, "test")]
    };
    let of = |customer: Option<&str>| {
        let mut first = turn(monday("09:00"), Phase::InProgress);
        first.stands.customer = customer.map(short);
        only(levels(), vec![first])
    };
    for (customer, due) in [
        (Some("Harbour clinic"), "10:00"),
        (Some("Ward three"), "13:00"),
        (None, "13:00"),
    ] {
        assert_eq!(
            of(customer).run().unwrap().due,
            Some(monday(due)),
            "{customer:?}"
        );
    }
}
