use super::*;
use crate::access::Permission;
use crate::time::MINUTE;

fn promote(name: &str) -> Command {
    Command::PromoteMajor(PromoteMajor {
        responsible: person(name),
        reason: text("All tills are down."),
    })
}

fn propose(criteria: &[MajorCriterion]) -> Command {
    Command::ProposeMajor(ProposeMajor {
        criteria: criteria.iter().copied().collect(),
        reason: text("All tills are down."),
    })
}

#[test]
fn a_major_incident_is_proposed_on_grounds_and_promoted_by_those_who_decide() {
    declared()
        .when(propose(&[]))
        .by("agent")
        .refused(&Refusal::ReasonRequired {
            act: "proposing a major incident",
        });
    let proposed = declared().and("agent", propose(&[MajorCriterion::ManyUsers]));
    proposed
        .clone()
        .when(propose(&[MajorCriterion::Safety]))
        .by("agent")
        .refused(&Refusal::NothingToChange);
    proposed
        .clone()
        .when(promote("former"))
        .by("manager")
        .refused(&unknown("active person", person("former")));
    let promoted = proposed.clone().and("manager", promote("resolver"));
    let incident = promoted.incident();
    assert_eq!(
        incident.roles[&IncidentRole::IncidentManager],
        person("resolver")
    );
    assert_eq!(incident.review, ReviewState::Due);
    promoted
        .clone()
        .when(promote("resolver"))
        .by("manager")
        .refused(&Refusal::NothingToChange);
    let over = promoted.and("manager", Command::StandDown(because("Tills work.")));
    assert_eq!(over.incident().major, Major::StoodDown);
    for again in [
        Command::StandDown(because("Again.")),
        Command::DeclineMajor(because("Late.")),
    ] {
        over.clone()
            .when(again)
            .by("manager")
            .refused(&Refusal::NothingToChange);
    }
    let declined = proposed.and("manager", Command::DeclineMajor(because("One till.")));
    assert_eq!(declined.incident().major, Major::Declined);
    declined
        .when(propose(&[MajorCriterion::ManyUsers]))
        .by("agent")
        .happens();
    for command in [propose(&[MajorCriterion::Safety]), promote("manager")] {
        resolved()
            .when(command)
            .by("manager")
            .refused_as("wrong-stage");
    }
}

#[test]
fn a_major_incident_has_one_responsible_person_whoever_hands_over() {
    let case = declared().and("manager", promote("manager")).and(
        "manager",
        Command::HandRole(HandRole {
            role: IncidentRole::IncidentManager,
            to: person("officer"),
            handover: Some(text("Night shift.")),
        }),
    );
    assert!(matches!(
        &case.incident().major,
        Major::Promoted { responsible, .. } if *responsible == person("officer")
    ));
}

#[test]
fn a_restricted_record_names_somebody_who_can_read_it() {
    for (members, refusal) in [
        (only(&[], &[]), Refusal::EmptyCompartment),
        (only(&["former"], &["empty"]), Refusal::EmptyCompartment),
    ] {
        declared()
            .when(Command::Restrict(members))
            .by("officer")
            .refused(&refusal);
    }
    let mut strangers = only(&[], &[]);
    strangers.people.insert(PersonId::from_bits(999));
    declared()
        .when(Command::Restrict(strangers))
        .by("officer")
        .refused(&unknown("person", PersonId::from_bits(999)));
    let mut strangers = only(&[], &[]);
    strangers.teams.insert(TeamId::from_bits(999));
    declared()
        .when(Command::Restrict(strangers))
        .by("officer")
        .refused(&unknown("team", TeamId::from_bits(999)));
    let case = declared().and("officer", Command::Restrict(only(&["officer"], &["csirt"])));
    case.clone()
        .when(Command::Restrict(only(&["officer"], &["csirt"])))
        .by("officer")
        .refused(&Refusal::NothingToChange);
    let open = case.and("officer", Command::Unrestrict(because("It is public.")));
    open.when(Command::Unrestrict(because("Again.")))
        .by("officer")
        .refused(&Refusal::NothingToChange);
}

#[test]
fn a_restricted_record_is_read_by_its_members_and_nobody_else() {
    let case = declared().and("officer", Command::Restrict(only(&["officer"], &["csirt"])));
    for (who, role) in PEOPLE.iter().filter(|(who, _)| *who != "former") {
        let reads = case
            .incident()
            .is_readable_by(&case.actor(who).viewer(), case.now);
        assert_eq!(reads, ["officer", "analyst"].contains(who), "{who} {role}");
    }
    // Not even its reporter, nor an administrator.
    for who in ["reporter", "administrator", "manager"] {
        case.clone()
            .when(note(None, Audience::Outward))
            .by(who)
            .refused(&Refusal::no("incident"));
    }
}

#[test]
fn an_unrestricted_one_is_read_by_those_who_read_incidents_and_its_reporter() {
    let case = declared();
    for (who, reads) in [
        ("reporter", true),
        ("bystander", false),
        ("agent", true),
        ("auditor", true),
        ("administrator", true),
    ] {
        let viewer = case.actor(who).viewer();
        assert_eq!(
            case.incident().is_readable_by(&viewer, case.now),
            reads,
            "{who}"
        );
    }
}

#[test]
fn breaking_the_glass_opens_a_record_for_a_while() {
    let case = declared().and("officer", Command::Restrict(only(&["officer"], &[])));
    let minutes = i64::from(case.directory.policy.limits.break_glass_minutes);
    let broken = case
        .when(Command::BreakGlass(because("It is burning.")))
        .by("manager")
        .then(&[Fact::GlassBroken {
            reason: text("It is burning.").into(),
            until: morning().plus(minutes * MINUTE),
        }]);
    broken.clone().when(Command::Start).by("manager").happens();
    broken
        .clone()
        .when(Command::BreakGlass(because("Again.")))
        .by("manager")
        .refused(&Refusal::NothingToChange);
    let over = broken.later(minutes * MINUTE);
    over.clone()
        .when(Command::Start)
        .by("manager")
        .refused(&Refusal::no("incident"));
    over.when(Command::BreakGlass(because("Still burning.")))
        .by("manager")
        .happens();
}

#[test]
fn the_glass_is_broken_only_with_the_right_and_where_there_is_glass() {
    let case = declared().and("officer", Command::Restrict(only(&["officer"], &[])));
    for who in [
        "reporter",
        "agent",
        "resolver",
        "custodian",
        "auditor",
        "administrator",
    ] {
        case.clone()
            .when(Command::BreakGlass(because("Curious.")))
            .by(who)
            .refused(&Refusal::no("incident"));
    }
    declared()
        .when(Command::BreakGlass(because("Why not.")))
        .by("manager")
        .refused(&Refusal::NothingToChange);
    let sealed = merged().and("officer", Command::Restrict(only(&["officer"], &[])));
    sealed
        .when(Command::BreakGlass(because("Look it up.")))
        .by("manager")
        .happens();
}

#[test]
fn broken_glass_does_not_make_itself_permanent() {
    let case = declared()
        .and("officer", Command::Restrict(only(&["officer"], &[])))
        .and("manager", Command::BreakGlass(because("Burning.")));
    for command in [
        Command::Restrict(only(&["officer", "manager"], &[])),
        Command::Unrestrict(because("Open it.")),
    ] {
        case.clone()
            .when(command)
            .by("manager")
            .refused(&not_permitted(Permission::Restrict));
    }
    // Unless no member is left who could decide: then somebody must.
    let abandoned = declared()
        .and(
            "officer",
            Command::Restrict(only(&["resolver"], &["csirt"])),
        )
        .and("manager", Command::BreakGlass(because("Nobody is left.")));
    abandoned
        .when(Command::Unrestrict(because("Nobody is left.")))
        .by("manager")
        .happens();
}

#[test]
fn a_label_is_set_on_open_and_sealed_records() {
    let red = Command::Label(Label { tlp: Tlp::Red });
    for case in [declared(), closed()] {
        let case = case.and("agent", red.clone());
        assert_eq!(case.incident().tlp, Tlp::Red);
        case.when(red.clone())
            .by("agent")
            .refused(&Refusal::NothingToChange);
    }
}

#[test]
fn closed_sets_are_written_in_json_by_their_word() {
    fn same<T: Copy + serde::Serialize>(all: &[T], word: impl Fn(T) -> &'static str) {
        for value in all {
            assert_eq!(serde_json::to_value(value).unwrap(), word(*value));
        }
    }
    same(Certainty::ALL, Certainty::word);
    same(PendingOn::ALL, PendingOn::word);
    same(Containment::ALL, Containment::word);
    same(EvidenceState::ALL, EvidenceState::word);
    same(NotificationState::ALL, NotificationState::word);
    same(ReviewState::ALL, ReviewState::word);
    same(IncidentRole::ALL, IncidentRole::word);
    same(RelationKind::ALL, RelationKind::word);
    same(MajorCriterion::ALL, MajorCriterion::word);
    same(Tlp::ALL, Tlp::word);
    same(ImportedStage::ALL, ImportedStage::word);
    same(Audience::ALL, Audience::word);
    same(Impact::ALL, Impact::word);
    same(Urgency::ALL, Urgency::word);
    same(Dimension::ALL, Dimension::word);
    same(Harm::ALL, Harm::word);
    same(Finding::ALL, Finding::word);
}
