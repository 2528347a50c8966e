use super::*;
use crate::access::Permission;
use crate::time::{HOUR, MINUTE};

fn with(change: impl FnOnce(&mut Declare)) -> Command {
    let mut new = declare();
    change(&mut new);
    Command::Declare(Box::new(new))
}

#[test]
fn a_declaration_carries_its_number_and_the_priority_of_the_matrix() {
    let case = declared();
    let incident = case.incident();
    assert_eq!(incident.id, this());
    assert_eq!(incident.shown_number(), "INC-2026-0042");
    assert_eq!(incident.handling, p(3));
    assert_eq!(incident.scores.merged(), p(3));
    assert_eq!(incident.original.reporter, person("reporter"));
    assert_eq!(incident.tlp, Tlp::Amber);
    assert_eq!(incident.stage, Stage::New);
    assert!(incident.lanes.contains_key(&service()) && !incident.lanes.contains_key(&security()));
}

#[test]
fn whoever_declares_without_naming_a_reporter_is_the_reporter() {
    let case = nothing().and("resolver", with(|d| d.reporter = None));
    assert_eq!(case.incident().original.reporter, person("resolver"));
}

#[test]
fn a_declaration_with_a_team_is_assigned_at_once() {
    let case = nothing().and("agent", with(|d| d.team = Some(team("network"))));
    assert_eq!(case.incident().team, Some(team("network")));
    assert_eq!(case.incident().stage, Stage::Assigned);
}

#[test]
fn who_may_not_assign_may_not_declare_into_a_team_either() {
    nothing()
        .when(with(|d| d.team = Some(team("network"))))
        .by("resolver")
        .refused(&not_permitted(Permission::Assign));
}

#[test]
fn a_split_incident_keeps_the_way_back() {
    let case = nothing().and("agent", with(|d| d.split_from = Some(open_one())));
    assert!(case.incident().relations.contains(&Relation {
        kind: RelationKind::SplitFrom,
        other: open_one(),
    }));
}

#[test]
fn every_id_in_a_declaration_must_exist() {
    let nobody = PersonId::from_bits(999);
    let nowhere = TeamId::from_bits(999);
    let rows: Vec<(Command, Refusal)> = vec![
        (
            with(|d| d.service = Some(ServiceId::from_bits(9))),
            unknown("service", ServiceId::from_bits(9)),
        ),
        (
            with(|d| d.team = Some(nowhere.clone())),
            unknown("team", &nowhere),
        ),
        (
            with(|d| d.reporter = Some(nobody.clone())),
            unknown("person", &nobody),
        ),
        (
            with(|d| d.assets = BTreeSet::from([crate::id::AssetId::from_bits(9)])),
            unknown("asset", crate::id::AssetId::from_bits(9)),
        ),
        (
            with(|d| d.event = Some(crate::id::EventId::from_bits(9))),
            unknown("event", crate::id::EventId::from_bits(9)),
        ),
        (
            with(|d| d.category = Some(short("weather"))),
            unknown("category", "weather"),
        ),
        (
            with(|d| d.split_from = Some(hidden_one())),
            Refusal::no("incident"),
        ),
        (
            with(|d| {
                d.compartment = Some(Compartment {
                    people: BTreeSet::from([nobody.clone()]),
                    teams: BTreeSet::new(),
                });
            }),
            unknown("person", &nobody),
        ),
        (
            with(|d| {
                d.compartment = Some(Compartment {
                    people: BTreeSet::new(),
                    teams: BTreeSet::from([nowhere.clone()]),
                });
            }),
            unknown("team", &nowhere),
        ),
    ];
    for (command, refusal) in rows {
        nothing().when(command).by("agent").refused(&refusal);
    }
}

#[test]
fn a_compartment_nobody_could_open_is_refused_from_the_start() {
    for (people, teams) in [(&[][..], &[][..]), (&["former"], &[]), (&[], &["empty"])] {
        let compartment = Compartment {
            people: people.iter().map(|n| person(n)).collect(),
            teams: teams.iter().map(|n| team(n)).collect(),
        };
        nothing()
            .when(with(|d| d.compartment = Some(compartment)))
            .by("agent")
            .refused(&Refusal::EmptyCompartment);
    }
}

#[test]
fn stated_times_lie_in_a_possible_order_and_not_ahead() {
    let at = |minutes: i64| Some(morning().plus(minutes * MINUTE));
    let base = StatedTimes::default();
    let bad = [
        StatedTimes {
            detected: at(6),
            ..base.clone()
        },
        StatedTimes {
            occurred_from: at(-10),
            occurred_to: at(-20),
            ..base.clone()
        },
        StatedTimes {
            occurred_from: at(-10),
            detected: at(-20),
            ..base.clone()
        },
        StatedTimes {
            detected: at(-10),
            reported: at(-20),
            ..base.clone()
        },
        StatedTimes {
            occurred_from: at(-10),
            reported: at(-20),
            ..base.clone()
        },
        StatedTimes {
            occurred_from: at(-10),
            aware: at(-20),
            ..base.clone()
        },
    ];
    for times in bad {
        nothing()
            .when(with(|d| d.times = times.clone()))
            .by("agent")
            .refused_as("time-order");
        declared()
            .when(Command::CorrectTimes(CorrectTimes {
                times,
                reason: text("Looked again."),
            }))
            .by("agent")
            .refused_as("time-order");
    }
    // Clocks differ a little.
    nothing()
        .when(with(|d| d.times.detected = at(4)))
        .by("agent")
        .happens();
}

#[test]
fn times_are_corrected_with_a_reason_and_never_past_the_end() {
    let times = StatedTimes {
        occurred_from: Some(morning().plus(-HOUR)),
        certainty: Some(Certainty::Estimated),
        ..StatedTimes::default()
    };
    let correct = |times| {
        Command::CorrectTimes(CorrectTimes {
            times,
            reason: text("The log says so."),
        })
    };
    let case = declared().and("agent", correct(times.clone()));
    assert_eq!(case.incident().times.stated, times);
    case.clone()
        .when(correct(times.clone()))
        .by("agent")
        .refused(&Refusal::NothingToChange);
    let late = StatedTimes {
        occurred_from: Some(morning().plus(HOUR)),
        ..StatedTimes::default()
    };
    case.and("agent", Command::Resolve(resolve()))
        .minutes_later(120)
        .when(correct(late))
        .by("agent")
        .refused_as("time-order");
}

#[test]
fn amending_never_touches_the_original() {
    let amend = |title_text: Option<&str>, description: Option<&str>| {
        Command::Amend(Amend {
            title: title_text.map(title),
            description: description.map(text),
            reason: text("Clearer."),
        })
    };
    let case = declared().and("agent", amend(Some("Card payments fail"), None));
    assert_eq!(case.incident().title.shown(), "Card payments fail");
    assert_eq!(case.incident().original.title.shown(), "Payments fail");
    assert_eq!(
        case.incident().description,
        case.incident().original.description
    );
    case.clone()
        .when(amend(
            Some("Card payments fail"),
            Some("Cards are refused since nine."),
        ))
        .by("agent")
        .refused(&Refusal::NothingToChange);
    case.when(amend(None, None))
        .by("agent")
        .refused(&Refusal::NothingToChange);
}

#[test]
fn what_exists_is_not_created_again() {
    for (command, who) in [
        (with(|_| ()), "agent"),
        (
            Command::Import(Box::new(import(row(ImportedStage::New, 3)))),
            "administrator",
        ),
    ] {
        declared()
            .when(command)
            .by(who)
            .refused_as("already-exists");
    }
    nothing()
        .when(Command::Start)
        .by("agent")
        .refused(&Refusal::no("incident"));
}

fn observe(stage: ImportedStage, priority: u8) -> Command {
    Command::Observe(Box::new(row(stage, priority)))
}

#[test]
fn a_row_moves_an_imported_incident_and_leaves_its_words_beside_it() {
    let case = imported(row(ImportedStage::New, 4))
        .and("administrator", observe(ImportedStage::PendingUser, 2));
    let incident = case.incident();
    assert_eq!(
        incident.stage,
        Stage::Pending {
            on: PendingOn::User,
            until: None
        }
    );
    assert_eq!(incident.handling, p(2));
    assert_eq!(incident.imported.as_ref().unwrap().observations, 2);
}

#[test]
fn a_record_declared_here_takes_no_rows() {
    declared()
        .when(observe(ImportedStage::New, 3))
        .by("administrator")
        .refused_as("wrong-stage");
}

#[test]
fn the_source_is_followed_up_and_down_until_somebody_here_decides() {
    let case = imported(row(ImportedStage::New, 2))
        .and("administrator", observe(ImportedStage::InProgress, 4));
    assert_eq!(case.incident().handling, p(4));
    let raised = Command::OverridePriority(OverridePriority {
        to: p(1),
        reason: text("The board calls."),
    });
    let case = case
        .and("agent", raised)
        .and("administrator", observe(ImportedStage::InProgress, 5));
    assert_eq!(case.incident().handling, p(1));
    assert_eq!(case.incident().scores.service, p(5));
}

#[test]
fn harm_rated_here_holds_the_priority_up_against_the_source() {
    let case = imported(row(ImportedStage::New, 4))
        .and("officer", rating(&[(Dimension::Safety, Harm::Major)]))
        .and("administrator", observe(ImportedStage::InProgress, 5));
    assert_eq!(case.incident().handling, p(2));
}

#[test]
fn a_row_does_not_undo_what_people_here_decided() {
    let import = || imported(row(ImportedStage::InProgress, 3));
    let merge = Command::Merge(Merge {
        into: open_one(),
        reason: text("The same."),
    });
    let reject = Command::Cancel(because("A test."));
    for (case, word) in [
        (import().and("agent", merge), "merged"),
        (import().and("agent", reject), "cancelled"),
        (
            import().and("agent", Command::Resolve(resolve())),
            "resolved",
        ),
    ] {
        let before = case.incident().clone();
        let after = case.and("administrator", observe(ImportedStage::InProgress, 1));
        assert_eq!(after.incident().stage.word(), word);
        assert_eq!(after.incident().handling, before.handling);
        assert_eq!(
            after.incident().imported.as_ref().unwrap().observations,
            before.imported.as_ref().unwrap().observations + 1
        );
    }
}

#[test]
fn the_source_says_security_only_until_somebody_here_answers() {
    let says = |is_security| {
        let mut row = row(ImportedStage::InProgress, 3);
        row.is_security = Some(is_security);
        Command::Observe(Box::new(row))
    };
    let case = imported(row(ImportedStage::New, 3)).and("administrator", says(false));
    assert_eq!(case.incident().finding(&security()), Finding::No);
    assert!(!case.incident().lanes.contains_key(&security()));
    let case = case.and("administrator", says(true));
    assert_eq!(case.incident().finding(&security()), Finding::Yes);
    assert!(case.incident().lanes.contains_key(&security()));
    let case = case
        .and("officer", verdict(security(), Finding::Yes))
        .and("administrator", says(false));
    assert_eq!(case.incident().finding(&security()), Finding::Yes);
    assert_eq!(
        case.incident().verdicts[&security()].decider,
        person("officer")
    );
}

#[test]
fn a_reopening_in_the_source_takes_back_the_times_of_the_end() {
    let mut last = row(ImportedStage::Closed, 3);
    last.closed_at = Some(morning());
    let case = imported(last).and("administrator", observe(ImportedStage::InProgress, 3));
    let incident = case.incident();
    assert_eq!(incident.reopened, 1);
    assert_eq!(
        (incident.times.closed, incident.times.resolved),
        (None, None)
    );
    // A count of its own wins over ours.
    let mut counted = row(ImportedStage::Resolved, 3);
    counted.reopened = Some(5);
    let case = case.and("administrator", Command::Observe(Box::new(counted)));
    assert_eq!(case.incident().reopened, 5);
    let case = case.and("administrator", observe(ImportedStage::Unknown, 3));
    assert_eq!(case.incident().stage, Stage::Resolved);
}
