use super::*;
use crate::access::Permission;

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
            next_by: None,
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
