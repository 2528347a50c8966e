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
    assert!(asleep.incident().is_asleep(monday.plus(-1)));
    assert!(!asleep.incident().is_asleep(monday));
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
