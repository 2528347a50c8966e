use super::*;
use crate::access::Permission;
use crate::time::{HOUR, MINUTE};

fn hold(on: PendingOn, until: Option<At>) -> Command {
    Command::Hold(Hold {
        on,
        reason: text("We asked and wait."),
        until,
    })
}

fn assign(to_team: Option<&str>, to_person: Option<&str>) -> Command {
    Command::Assign(Assign {
        team: to_team.map(team),
        person: to_person.map(person),
    })
}

#[test]
fn acknowledging_counts_once() {
    let case = declared()
        .minutes_later(3)
        .when(Command::Acknowledge)
        .by("agent")
        .then(&[Fact::Acknowledged]);
    assert_eq!(case.incident().stage, Stage::Acknowledged);
    assert_eq!(
        case.incident().times.acknowledged,
        Some(morning().plus(3 * MINUTE))
    );
    case.when(Command::Acknowledge)
        .by("agent")
        .refused(&Refusal::NothingToChange);
    let over = resolved().with(|c| c.state.as_mut().unwrap().times.acknowledged = None);
    over.when(Command::Acknowledge)
        .by("agent")
        .refused(&wrong_stage("acknowledge", "resolved"));
}

#[test]
fn the_first_human_step_acknowledges_too_and_being_assigned_does_not() {
    let assigned = declared().and("agent", assign(Some("network"), None));
    assert_eq!(assigned.incident().times.acknowledged, None);
    for step in [
        Command::Take,
        Command::Start,
        hold(PendingOn::User, None),
        Command::Resolve(resolve()),
    ] {
        let case = assigned.clone().minutes_later(7).and("resolver", step);
        assert_eq!(
            case.incident().times.acknowledged,
            Some(morning().plus(7 * MINUTE))
        );
    }
}

#[test]
fn assignment_names_a_team_a_person_or_both_that_exist() {
    let nobody = PersonId::from_bits(999);
    for (command, refusal) in [
        (assign(None, None), unknown("team or person", "")),
        (
            assign(None, Some("former")),
            unknown("active person", person("former")),
        ),
        (
            Command::Assign(Assign {
                team: None,
                person: Some(nobody.clone()),
            }),
            unknown("active person", &nobody),
        ),
        (
            Command::Assign(Assign {
                team: Some(TeamId::from_bits(9)),
                person: None,
            }),
            unknown("team", TeamId::from_bits(9)),
        ),
    ] {
        declared().when(command).by("agent").refused(&refusal);
    }
    resolved()
        .when(assign(Some("network"), None))
        .by("agent")
        .refused(&wrong_stage("assign", "resolved"));
}

#[test]
fn only_a_change_of_team_after_the_first_counts_as_reassignment() {
    let case = declared().and("agent", assign(Some("desk"), None));
    assert_eq!(case.incident().reassigned, 0);
    let case = case.and("agent", assign(None, Some("agent")));
    assert_eq!(case.incident().team, Some(team("desk")));
    let case = case
        .and("agent", assign(Some("network"), None))
        .and("resolver", Command::Take);
    assert_eq!(case.incident().reassigned, 1);
    assert_eq!(case.incident().assignee, Some(person("resolver")));
    case.clone()
        .when(Command::Take)
        .by("resolver")
        .refused(&Refusal::NothingToChange);
    case.when(assign(Some("network"), Some("resolver")))
        .by("agent")
        .refused(&Refusal::NothingToChange);
    resolved()
        .when(Command::Take)
        .by("resolver")
        .refused(&wrong_stage("take", "resolved"));
}

#[test]
fn work_starts_once_and_holds_and_resumes() {
    let case = declared().and("agent", Command::Start);
    case.clone()
        .when(Command::Start)
        .by("agent")
        .refused(&Refusal::NothingToChange);
    let tomorrow = Some(morning().plus(24 * HOUR));
    let held = case.and("agent", hold(PendingOn::Supplier, tomorrow));
    held.clone()
        .when(hold(PendingOn::Supplier, tomorrow))
        .by("agent")
        .refused(&Refusal::NothingToChange);
    held.clone()
        .when(hold(PendingOn::User, Some(morning())))
        .by("agent")
        .refused_as("time-order");
    held.clone()
        .when(Command::Start)
        .by("agent")
        .refused(&wrong_stage("start work", "pending"));
    let resumed = held.and("agent", Command::Resume);
    assert_eq!(resumed.incident().stage, Stage::InProgress);
    resumed
        .when(Command::Resume)
        .by("agent")
        .refused(&wrong_stage("resume", "in_progress"));
    resolved()
        .when(hold(PendingOn::User, None))
        .by("agent")
        .refused(&wrong_stage("put on hold", "resolved"));
}

#[test]
fn a_mitigation_rests_on_a_workaround_and_lies_in_the_past() {
    let mitigate = |at| Command::Mitigate(Mitigate { at });
    declared()
        .when(mitigate(None))
        .by("agent")
        .refused_as("wrong-stage");
    let case = declared()
        .and(
            "agent",
            Command::CorrectTimes(CorrectTimes {
                times: StatedTimes {
                    occurred_from: Some(morning().plus(-HOUR)),
                    ..StatedTimes::default()
                },
                reason: text("From the log."),
            }),
        )
        .and(
            "agent",
            Command::SetWorkaround(in_words("Use the other till.")),
        );
    case.clone()
        .when(mitigate(Some(morning().plus(1))))
        .by("agent")
        .refused_as("time-order");
    case.clone()
        .when(mitigate(Some(morning().plus(-2 * HOUR))))
        .by("agent")
        .refused_as("time-order");
    let case = case.and("agent", mitigate(None));
    assert_eq!(case.incident().times.mitigated, Some(morning()));
    case.when(mitigate(None))
        .by("agent")
        .refused(&wrong_stage("mitigate", "mitigated"));
}

#[test]
fn workaround_and_fix_are_separate_words() {
    let case = declared()
        .and("agent", Command::SetWorkaround(in_words("Restart it.")))
        .and("agent", Command::SetFix(in_words("Replace it.")));
    assert_eq!(
        case.incident().workaround.as_ref().unwrap().shown(),
        "Restart it."
    );
    for same in [
        Command::SetWorkaround(in_words("Restart it.")),
        Command::SetFix(in_words("Replace it.")),
    ] {
        case.clone()
            .when(same)
            .by("agent")
            .refused(&Refusal::NothingToChange);
    }
}

#[test]
fn a_snoozed_record_wakes_on_date_by_hand_and_on_word_from_the_reporter() {
    let sleep = |until| {
        Command::Snooze(Sleep {
            until,
            reason: text("The part arrives on Monday."),
        })
    };
    let monday = morning().plus(24 * HOUR);
    declared()
        .when(sleep(morning()))
        .by("agent")
        .refused_as("time-order");
    resolved()
        .when(sleep(monday))
        .by("agent")
        .refused(&wrong_stage("snooze", "resolved"));
    declared()
        .when(Command::Wake)
        .by("agent")
        .refused(&Refusal::NothingToChange);
    let asleep = declared().and("agent", sleep(monday));
    asleep
        .clone()
        .when(sleep(monday))
        .by("agent")
        .refused(&Refusal::NothingToChange);
    let worker_note = asleep
        .clone()
        .and("resolver", note(None, Audience::Internal));
    assert!(worker_note.incident().snoozed.is_some());
    for (who, wakes) in [
        ("agent", Command::Wake),
        ("reporter", note(None, Audience::Outward)),
        ("agent", Command::Resolve(resolve())),
        ("agent", Command::Cancel(because("A test."))),
    ] {
        let awake = asleep.clone().and(who, wakes);
        assert!(awake.incident().snoozed.is_none());
    }
}

#[test]
fn a_role_is_handed_over_by_its_holder_or_by_those_who_assign() {
    let hand = |role, to| {
        Command::HandRole(HandRole {
            role,
            to: person(to),
            handover: Some(text("Bridge is open, supplier is called.")),
        })
    };
    let scribe = IncidentRole::Scribe;
    declared()
        .when(hand(scribe, "agent"))
        .by("resolver")
        .refused(&not_permitted(Permission::Assign));
    declared()
        .when(hand(scribe, "former"))
        .by("agent")
        .refused(&unknown("active person", person("former")));
    let case = declared().and("agent", hand(scribe, "resolver"));
    case.clone()
        .when(hand(scribe, "resolver"))
        .by("resolver")
        .refused(&Refusal::NothingToChange);
    let case = case.and("resolver", hand(scribe, "custodian"));
    assert_eq!(case.incident().roles[&scribe], person("custodian"));
    // Who leads the security lane is settled in it.
    for role in [IncidentRole::SecurityLead, IncidentRole::EvidenceCustodian] {
        case.clone()
            .when(hand(role, "custodian"))
            .by("agent")
            .refused(&not_permitted(Permission::WorkSensitiveLanes));
        case.clone()
            .when(hand(role, "custodian"))
            .by("officer")
            .happens();
    }
}

#[test]
fn a_lane_is_led_by_people_who_exist() {
    let lane = |kind, owner: Option<PersonId>, in_team: Option<TeamId>| {
        Command::SetLane(SetLane {
            kind,
            owner,
            team: in_team,
        })
    };
    for (command, refusal) in [
        (
            lane(service(), Some(person("former")), None),
            unknown("active person", person("former")),
        ),
        (
            lane(service(), None, Some(TeamId::from_bits(9))),
            unknown("team", TeamId::from_bits(9)),
        ),
        (lane(service(), None, None), Refusal::NothingToChange),
        (
            lane(security(), Some(person("officer")), None),
            Refusal::LaneClosed {
                kind: "security".to_owned(),
            },
        ),
    ] {
        declared().when(command).by("manager").refused(&refusal);
    }
}

#[test]
fn the_security_lane_is_worked_by_cleared_people_and_by_those_with_a_seat() {
    let seat = |owner: Option<&str>, in_team: Option<&str>| {
        Command::SetLane(SetLane {
            kind: security(),
            owner: owner.map(person),
            team: in_team.map(team),
        })
    };
    let add = || Command::AddTask(task(1), new_task(security(), true));
    for who in ["agent", "resolver", "analyst"] {
        secured()
            .when(add())
            .by(who)
            .refused(&not_permitted(Permission::WorkSensitiveLanes));
    }
    for who in ["manager", "officer", "custodian"] {
        secured().when(add()).by(who).happens();
    }
    secured()
        .and("officer", seat(Some("resolver"), None))
        .when(add())
        .by("resolver")
        .happens();
    let with_team = secured().and("officer", seat(None, Some("csirt")));
    with_team.clone().when(add()).by("analyst").happens();
    with_team
        .clone()
        .when(add())
        .by("resolver")
        .refused(&not_permitted(Permission::WorkSensitiveLanes));
    // A seat also opens the eyes: who works there sees it.
    let policy = &with_team.directory.policy;
    let incident = with_team.incident();
    let shows = |who| incident.shows_lane(&security(), &with_team.actor(who).viewer(), policy);
    for (who, sees) in [
        ("analyst", true),
        ("officer", true),
        ("auditor", true),
        ("agent", false),
        ("resolver", false),
        ("reporter", false),
        ("administrator", false),
    ] {
        assert_eq!(shows(who), sees, "{who}");
    }
}

#[test]
fn nobody_learns_from_a_refusal_whether_a_hidden_lane_is_open() {
    let commands = || {
        [
            note(Some(security()), Audience::Internal),
            Command::AddTask(task(7), new_task(security(), false)),
            Command::GiveTask(
                task(1),
                GiveTask {
                    owner: person("agent"),
                },
            ),
            Command::FinishTask(task(1), end()),
            Command::DropTask(task(1), end()),
            Command::SetLane(SetLane {
                kind: security(),
                owner: None,
                team: None,
            }),
            Command::Track(Track::Containment {
                to: Containment::Started,
            }),
            Command::Track(Track::Evidence {
                to: EvidenceState::Planned,
                reason: None,
            }),
            Command::Track(Track::Notification {
                to: NotificationState::Sent,
            }),
            Command::HandRole(HandRole {
                role: IncidentRole::SecurityLead,
                to: person("officer"),
                handover: None,
            }),
        ]
    };
    let open = secured()
        .and(
            "officer",
            Command::AddTask(task(1), new_task(security(), true)),
        )
        .and(
            "officer",
            Command::HandRole(HandRole {
                role: IncidentRole::SecurityLead,
                to: person("officer"),
                handover: None,
            }),
        );
    let answered_no = declared().and("officer", verdict(security(), Finding::No));
    for who in ["reporter", "agent", "resolver"] {
        for command in commands() {
            let with_lane = open.decide(who, command.clone());
            let without = answered_no.decide(who, command.clone());
            assert_eq!(with_lane, without, "{command:?} by {who}");
            assert!(with_lane.is_err(), "{command:?} by {who}");
        }
    }
}

#[test]
fn a_task_ends_once_with_its_outcome() {
    let add = || Command::AddTask(task(1), new_task(service(), true));
    let case = declared().and("resolver", add());
    case.clone()
        .when(add())
        .by("resolver")
        .refused_as("already-exists");
    let give = |who: &str| Command::GiveTask(task(1), GiveTask { owner: person(who) });
    let case = case.and("agent", give("resolver"));
    case.clone()
        .when(give("resolver"))
        .by("agent")
        .refused(&Refusal::NothingToChange);
    case.clone()
        .when(give("former"))
        .by("agent")
        .refused(&unknown("active person", person("former")));
    let done = case
        .clone()
        .and("resolver", Command::FinishTask(task(1), end()));
    let dropped = case.and("resolver", Command::DropTask(task(1), end()));
    assert_eq!(
        dropped.incident().tasks[0].end,
        TaskEnd::Dropped {
            reason: text("Nothing found.").into()
        }
    );
    for over in [done, dropped] {
        for again in [
            Command::FinishTask(task(1), end()),
            Command::DropTask(task(1), end()),
            give("agent"),
        ] {
            over.clone()
                .when(again)
                .by("resolver")
                .refused(&Refusal::TaskFinished);
        }
    }
    declared()
        .when(give("agent"))
        .by("agent")
        .refused(&Refusal::TaskUnknown);
}

#[test]
fn a_task_needs_an_open_lane_and_an_owner_who_is_there() {
    let mut owned = new_task(service(), false);
    owned.owner = Some(person("former"));
    declared()
        .when(Command::AddTask(task(1), owned))
        .by("agent")
        .refused(&unknown("active person", person("former")));
    declared()
        .when(Command::AddTask(task(1), new_task(security(), false)))
        .by("officer")
        .refused(&Refusal::LaneClosed {
            kind: "security".to_owned(),
        });
}

#[test]
fn an_incident_holds_two_hundred_tasks() {
    let full = (1..=200).fold(declared(), |case, n| {
        case.and(
            "agent",
            Command::AddTask(task(n), new_task(service(), false)),
        )
    });
    full.when(Command::AddTask(task(201), new_task(service(), false)))
        .by("agent")
        .refused(&Refusal::TooMany {
            what: "tasks",
            limit: 200,
        });
}

#[test]
fn a_reporter_writes_outward_on_their_own_incident_and_nowhere_else() {
    declared()
        .when(note(None, Audience::Outward))
        .by("reporter")
        .then(&[Fact::NoteAdded {
            text: text("We are looking.").into(),
            lane: None,
            audience: Audience::Outward,
        }]);
    for command in [
        note(None, Audience::Internal),
        note(Some(service()), Audience::Outward),
        note(Some(security()), Audience::Outward),
    ] {
        secured()
            .when(command)
            .by("reporter")
            .refused(&not_permitted(Permission::Work));
    }
    // To others the incident of somebody else is not there.
    declared()
        .when(note(None, Audience::Outward))
        .by("bystander")
        .refused(&Refusal::no("incident"));
}

#[test]
fn what_is_said_in_a_sensitive_lane_does_not_go_to_the_reporter() {
    secured()
        .when(note(Some(security()), Audience::Outward))
        .by("officer")
        .refused_as("wrong-stage");
    secured()
        .when(note(Some(security()), Audience::Internal))
        .by("officer")
        .happens();
    secured()
        .when(note(Some(service()), Audience::Outward))
        .by("agent")
        .happens();
    declared()
        .when(note(Some(security()), Audience::Internal))
        .by("officer")
        .refused_as("lane-closed");
}

#[test]
fn facts_of_the_security_lane_are_marked_as_such() {
    let marked = [
        rating(&[(Dimension::Confidentiality, Harm::Minor)]),
        rating(&[(Dimension::Integrity, Harm::Minor)]),
        verdict(security(), Finding::No),
        note(Some(security()), Audience::Internal),
        Command::AddTask(task(1), new_task(security(), false)),
        Command::Track(Track::Containment {
            to: Containment::Started,
        }),
        Command::Track(Track::Evidence {
            to: EvidenceState::Collecting,
            reason: None,
        }),
        Command::Track(Track::Notification {
            to: NotificationState::Pending,
        }),
        Command::HandRole(HandRole {
            role: IncidentRole::SecurityLead,
            to: person("officer"),
            handover: None,
        }),
    ];
    for command in marked {
        let facts = secured().decide("deputy", command.clone()).unwrap();
        assert!(
            facts.iter().all(|f| f.lane() == Some(security())),
            "{command:?}"
        );
    }
    for command in [
        rating(&[(Dimension::Delivery, Harm::Minor)]),
        note(None, Audience::Internal),
        Command::Start,
    ] {
        let facts = secured().decide("deputy", command).unwrap();
        assert!(facts.iter().all(|f| f.lane().is_none()));
    }
}
