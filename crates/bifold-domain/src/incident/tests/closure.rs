use super::*;
use crate::access::Permission;
use crate::time::{DAY, HOUR};

fn gaps(case: &Case, who: &str, command: Command) -> Vec<ClosureGap> {
    match case.decide(who, command) {
        Err(Refusal::NotClosable { gaps }) => gaps,
        other => panic!("{other:?}"),
    }
}

fn undecided(kind: &str) -> ClosureGap {
    ClosureGap::Undecided {
        kind: kind.to_owned(),
    }
}

fn elsewhere() -> ClosureGap {
    ClosureGap::OpenTask {
        title: "(in another lane)".to_owned(),
    }
}

#[test]
fn resolving_takes_codes_of_the_policy_and_a_possible_time() {
    let with = |change: &dyn Fn(&mut Resolve)| {
        let mut body = resolve();
        change(&mut body);
        Command::Resolve(body)
    };
    for (command, refusal) in [
        (
            with(&|r| r.code = short("prayed")),
            unknown("resolution code", "prayed"),
        ),
        (
            with(&|r| r.cause = Some(short("gremlins"))),
            unknown("cause code", "gremlins"),
        ),
        (
            with(&|r| r.restored_at = Some(morning().plus(1))),
            Refusal::TimeOrder {
                first: "the moment of recording",
                then: "the restoration",
            },
        ),
    ] {
        declared().when(command).by("agent").refused(&refusal);
    }
    let began = declared().with(|case| {
        let times = &mut case.state.as_mut().unwrap().times;
        times.stated.occurred_from = Some(morning());
    });
    began
        .when(with(&|r| r.restored_at = Some(morning().plus(-HOUR))))
        .by("agent")
        .refused(&Refusal::TimeOrder {
            first: "the occurrence",
            then: "the restoration",
        });
    let case = declared().and("agent", Command::Resolve(resolve()));
    assert_eq!(case.incident().times.restored, Some(morning()));
    assert_eq!(case.incident().cause_code, Some(short("defect")));
    case.when(Command::Resolve(resolve()))
        .by("agent")
        .refused(&wrong_stage("resolve", "resolved"));
}

#[test]
fn only_the_reporter_confirms_and_only_what_is_resolved() {
    resolved()
        .when(Command::Confirm)
        .by("manager")
        .refused(&Refusal::NotTheReporter);
    resolved()
        .when(Command::Confirm)
        .by("reporter")
        .then(&[Fact::Confirmed]);
    declared()
        .when(Command::Confirm)
        .by("reporter")
        .refused(&wrong_stage("confirm", "new"));
}

#[test]
fn confirmation_time_out_and_a_reason_are_three_grounds_to_close() {
    let wait = i64::from(nothing().directory.policy.limits.confirm_days) * DAY;
    let on = |ground| {
        [Fact::Closed {
            cause: short("defect"),
            on: ground,
        }]
    };
    resolved()
        .and("reporter", Command::Confirm)
        .when(Command::Close(close()))
        .by("agent")
        .then(&on(ClosureGround::Confirmed));
    let almost = resolved().later(wait - 1);
    assert_eq!(
        gaps(&almost, "agent", Command::Close(close())),
        [ClosureGap::NotConfirmed]
    );
    resolved()
        .later(wait)
        .when(Command::Close(close()))
        .by("agent")
        .then(&on(ClosureGround::TimedOut));
    let told = text("Told us by telephone.");
    resolved()
        .when(Command::Close(Close {
            cause: Some(short("capacity")),
            without_confirmation: Some(told.clone()),
        }))
        .by("agent")
        .then(&[Fact::Closed {
            cause: short("capacity"),
            on: ClosureGround::Unconfirmed {
                reason: told.into(),
            },
        }]);
    resolved()
        .when(Command::Close(Close {
            cause: Some(short("gremlins")),
            without_confirmation: None,
        }))
        .by("agent")
        .refused(&unknown("cause code", "gremlins"));
}

fn everything_open() -> Case {
    secured()
        .and("officer", verdict(privacy(), Finding::Undetermined))
        .and(
            "officer",
            Command::Track(Track::Notification {
                to: NotificationState::Pending,
            }),
        )
        .and(
            "officer",
            rating(&[(Dimension::Confidentiality, Harm::Severe)]),
        )
        .and(
            "officer",
            Command::AddTask(task(1), new_task(security(), true)),
        )
        .and(
            "agent",
            Command::AddTask(task(2), new_task(service(), true)),
        )
        .and(
            "agent",
            Command::AddTask(task(3), new_task(service(), false)),
        )
        .with(|case| case.neighbours.open_children = 2)
}

#[test]
fn the_closure_gate_names_every_gap_at_once() {
    let mut found = gaps(&everything_open(), "officer", Command::Close(close()));
    let mut expected = vec![
        ClosureGap::NotResolved,
        ClosureGap::NoCategory,
        ClosureGap::NoCause,
        undecided("service"),
        undecided("privacy"),
        ClosureGap::OpenTask {
            title: "Look at the logs".to_owned(),
        },
        ClosureGap::OpenTask {
            title: "Look at the logs".to_owned(),
        },
        ClosureGap::OpenChildren { count: 2 },
        ClosureGap::EvidenceOpen {
            state: "planned".to_owned(),
        },
        ClosureGap::NotificationPending,
        ClosureGap::ReviewDue,
    ];
    let order = |gap: &ClosureGap| format!("{gap:?}");
    found.sort_by_key(order);
    expected.sort_by_key(order);
    assert_eq!(found, expected);
}

#[test]
fn the_gate_says_nothing_of_what_is_open_in_a_lane_the_actor_cannot_see() {
    let found = gaps(&everything_open(), "agent", Command::Close(close()));
    assert_eq!(found.iter().filter(|g| **g == elsewhere()).count(), 1);
    for hidden in [
        undecided("privacy"),
        ClosureGap::NotificationPending,
        ClosureGap::EvidenceOpen {
            state: "planned".to_owned(),
        },
    ] {
        assert!(!found.contains(&hidden), "{hidden}");
    }
    let sentence = Refusal::NotClosable { gaps: found }.to_string();
    assert_eq!(sentence.matches("Look at the logs").count(), 1);
}

#[test]
fn a_gap_filled_is_a_gap_less() {
    let open = ClosureGap::EvidenceOpen {
        state: "collecting".to_owned(),
    };
    let evidence = |to, reason: Option<&str>| {
        Command::Track(Track::Evidence {
            to,
            reason: reason.map(text),
        })
    };
    let case = secured().and("officer", evidence(EvidenceState::Collecting, None));
    assert!(gaps(&case, "officer", Command::Close(close())).contains(&open));
    for (to, reason) in [
        (EvidenceState::Complete, None),
        (EvidenceState::Waived, Some("All lost.")),
    ] {
        let case = case.clone().and("officer", evidence(to, reason));
        assert!(!gaps(&case, "officer", Command::Close(close())).contains(&open));
    }
}

#[test]
fn a_sealed_record_takes_only_additions() {
    let sealed = [
        closed(),
        merged(),
        declared().and("agent", Command::Cancel(because("A test."))),
        declared().and(
            "agent",
            Command::Reject(Reject {
                ground: crate::event::Dismissal::Benign,
                reason: text("As designed."),
            }),
        ),
        declared().and(
            "agent",
            Command::ConvertToRequest(ConvertToRequest {
                reference: short("REQ-7"),
                reason: text("They want a new screen."),
            }),
        ),
    ];
    for case in sealed {
        let before = case.incident().clone();
        for command in super::matrix::one_of_each() {
            let takes = matches!(
                command,
                Command::Add(_)
                    | Command::Reopen(_)
                    | Command::Unmerge(_)
                    | Command::Observe(_)
                    | Command::Restrict(_)
                    | Command::Unrestrict(_)
                    | Command::Label(_)
                    | Command::Export(_)
                    | Command::Announce(_)
                    | Command::ApproveAnnouncement(_)
                    | Command::DeclineAnnouncement(_)
                    | Command::RetractAnnouncement(_)
                    | Command::Relate(_)
                    | Command::BreakGlass(_)
                    | Command::ReviewWaiver(..)
                    | Command::Declare(_)
                    | Command::Import(_)
            );
            let who = match command {
                Command::Confirm => "reporter",
                _ => "manager",
            };
            let answer = case.decide(who, command.clone());
            assert_eq!(answer == Err(Refusal::Sealed), !takes, "{command:?}");
        }
        let added = case
            .when(Command::Add(in_words("The supplier wrote again.")))
            .by("resolver")
            .happens();
        assert_eq!(*added.incident(), before);
    }
    declared()
        .when(Command::Add(in_words("Too early.")))
        .by("agent")
        .refused_as("wrong-stage");
}

#[test]
fn reopening_is_possible_for_a_while_and_forgets_the_times_of_the_end() {
    let days = nothing().directory.policy.limits.reopen_days;
    let window = i64::from(days) * DAY;
    let again = || Command::Reopen(because("It is broken again."));
    for who in ["reporter", "agent"] {
        let case = closed().later(window).when(again()).by(who).happens();
        let incident = case.incident();
        assert_eq!(
            (incident.stage.clone(), incident.reopened),
            (Stage::InProgress, 1)
        );
        assert_eq!(incident.times.closed, None);
        assert_eq!(incident.times.confirmed, None);
        assert_eq!(incident.resolution_code, None);
        closed()
            .later(window + 1)
            .when(again())
            .by(who)
            .refused(&Refusal::ReopenWindowPassed { days });
        resolved().when(again()).by(who).happens();
    }
    closed()
        .when(again())
        .by("bystander")
        .refused(&Refusal::no("incident"));
    declared()
        .when(again())
        .by("agent")
        .refused(&wrong_stage("reopen", "new"));
}

#[test]
fn the_widest_window_a_policy_could_hold_does_not_overflow() {
    closed()
        .with(|case| {
            case.directory.policy.limits.reopen_days = u32::MAX;
            case.directory.policy.limits.confirm_days = u32::MAX;
        })
        .when(Command::Reopen(because("Again.")))
        .by("agent")
        .happens();
    let waiting = resolved().with(|c| c.directory.policy.limits.confirm_days = u32::MAX);
    assert_eq!(
        gaps(&waiting, "agent", Command::Close(close())),
        [ClosureGap::NotConfirmed]
    );
}

#[test]
fn what_was_sorted_out_comes_back_through_triage() {
    let cancelled = declared().and("agent", Command::Cancel(because("A test.")));
    for who in ["reporter", "resolver"] {
        cancelled
            .clone()
            .when(Command::Reopen(because("It was none.")))
            .by(who)
            .refused(&not_permitted(Permission::Triage));
    }
    cancelled
        .when(Command::Reopen(because("It was none.")))
        .by("agent")
        .happens();
}

fn ends_as_none() -> [Command; 3] {
    [
        Command::Reject(Reject {
            ground: crate::event::Dismissal::FalsePositive,
            reason: text("The sensor was wrong."),
        }),
        Command::ConvertToRequest(ConvertToRequest {
            reference: short("REQ-7"),
            reason: text("They want a new screen."),
        }),
        Command::Cancel(because("Entered twice.")),
    ]
}

#[test]
fn an_incident_of_any_kind_does_not_end_as_none() {
    for command in ends_as_none() {
        declared().when(command.clone()).by("manager").happens();
        let yes = declared().and("agent", verdict(service(), Finding::Yes));
        assert_eq!(
            gaps(&yes, "manager", command.clone()),
            [undecided("service (its verdict is yes)")]
        );
        assert_eq!(
            gaps(&secured(), "manager", command.clone()),
            [undecided("security (its verdict is yes)")]
        );
        // Raised and not answered is not "no" either.
        let raised = declared().and("agent", verdict(security(), Finding::Undetermined));
        assert_eq!(
            gaps(&raised, "manager", command.clone()),
            [undecided("security")]
        );
        // To those who cannot see the lane both look the same.
        for case in [raised, secured()] {
            assert_eq!(gaps(&case, "agent", command.clone()), [elsewhere()]);
        }
        let family = declared().with(|case| case.neighbours.open_children = 3);
        assert_eq!(
            gaps(&family, "manager", command),
            [ClosureGap::OpenChildren { count: 3 }]
        );
    }
}

#[test]
fn these_endings_have_their_stage() {
    let [reject, convert, cancel] = ends_as_none();
    declared()
        .and("agent", Command::Start)
        .when(reject)
        .by("agent")
        .refused(&wrong_stage("reject", "in_progress"));
    let over = declared().and("agent", Command::Resolve(resolve()));
    over.clone()
        .when(convert)
        .by("agent")
        .refused(&wrong_stage("convert", "resolved"));
    over.when(cancel)
        .by("agent")
        .refused(&wrong_stage("cancel", "resolved"));
}
