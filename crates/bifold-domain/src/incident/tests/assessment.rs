use super::*;
use crate::access::Permission;
use crate::kind::Answer;

#[test]
fn the_same_record_can_be_both_one_or_neither() {
    for (s, i) in [
        (Finding::Yes, Finding::Yes),
        (Finding::Yes, Finding::No),
        (Finding::No, Finding::Yes),
        (Finding::No, Finding::No),
    ] {
        let case = declared()
            .and("officer", verdict(service(), s))
            .and("officer", verdict(security(), i));
        assert_eq!(case.incident().finding(&service()), s);
        assert_eq!(case.incident().finding(&security()), i);
        assert_eq!(
            case.incident().lanes.contains_key(&security()),
            i == Finding::Yes
        );
    }
}

#[test]
fn a_verdict_keeps_who_gave_it_why_and_what_the_form_proposed() {
    let case = declared().minutes_later(5).and(
        "agent",
        Command::Assess(Assess {
            kind: security(),
            finding: Finding::Undetermined,
            answers: BTreeMap::from([(short("malicious"), Answer::Yes)]),
            reason: text("A strange log-in, maybe an administrator."),
        }),
    );
    let given = &case.incident().verdicts[&security()];
    assert_eq!(given.finding, Finding::Undetermined);
    assert_eq!(given.proposed, Finding::Yes);
    assert_eq!(given.decider, person("agent"));
    assert_eq!(given.criteria_version, 1);
    assert_eq!(case.incident().stage, Stage::InAssessment);
    assert!(case.incident().times.acknowledged.is_some());
}

#[test]
fn a_yes_on_security_opens_the_lane_and_asks_for_evidence() {
    let case = secured();
    assert_eq!(case.incident().evidence, EvidenceState::Planned);
    assert!(case.incident().lanes.contains_key(&security()));
}

#[test]
fn kinds_and_criteria_come_from_the_policy() {
    declared()
        .when(verdict(KindKey::parse("weather").unwrap(), Finding::Yes))
        .by("officer")
        .refused(&unknown("kind", "weather"));
    declared()
        .when(Command::Assess(Assess {
            kind: service(),
            finding: Finding::Yes,
            answers: BTreeMap::from([(short("colour"), Answer::Yes)]),
            reason: text("Why not."),
        }))
        .by("officer")
        .refused(&unknown("criterion", "colour"));
}

#[test]
fn the_same_verdict_on_the_same_grounds_is_no_news() {
    secured()
        .when(verdict(security(), Finding::Yes))
        .by("deputy")
        .refused(&Refusal::NothingToChange);
}

#[test]
fn withdrawing_a_security_verdict_takes_a_second_person() {
    for finding in [Finding::No, Finding::Undetermined] {
        secured()
            .when(verdict(security(), finding))
            .by("officer")
            .refused(&Refusal::SecondPersonNeeded {
                act: "withdrawing this verdict",
            });
        let case = secured()
            .when(verdict(security(), finding))
            .by("deputy")
            .happens();
        assert_eq!(case.incident().finding(&security()), finding);
    }
}

#[test]
fn withdrawing_takes_the_right_to() {
    declared()
        .and("resolver", verdict(service(), Finding::Yes))
        .when(verdict(service(), Finding::No))
        .by("agent")
        .refused(&not_permitted(Permission::WithdrawVerdict));
    // A service verdict protects nobody from its own decider.
    declared()
        .and("manager", verdict(service(), Finding::Yes))
        .when(verdict(service(), Finding::No))
        .by("manager")
        .happens();
}

#[test]
fn after_a_notification_the_verdict_stays() {
    let notify = |to| Command::Track(Track::Notification { to });
    let sent = secured().and("officer", notify(NotificationState::Sent));
    for case in [
        sent.clone(),
        sent.clone()
            .and("officer", notify(NotificationState::Closed)),
    ] {
        case.when(verdict(security(), Finding::No))
            .by("deputy")
            .refused(&Refusal::NotifiedAlready);
    }
    // The service question is another matter.
    sent.clone()
        .and("manager", verdict(service(), Finding::Yes))
        .when(verdict(service(), Finding::No))
        .by("manager")
        .happens();
    // And what was sent cannot be unsent to get around this.
    for to in [NotificationState::NotApplicable, NotificationState::Pending] {
        sent.clone()
            .when(notify(to))
            .by("officer")
            .refused(&Refusal::NotifiedAlready);
        sent.clone()
            .and("officer", notify(NotificationState::Closed))
            .when(notify(to))
            .by("officer")
            .refused(&Refusal::NotifiedAlready);
    }
    sent.and("officer", notify(NotificationState::Closed))
        .when(notify(NotificationState::Sent))
        .by("officer")
        .happens();
}

#[test]
fn whoever_cannot_see_the_lane_may_raise_the_alarm_but_not_answer_again() {
    let no_again = |case: Case| {
        case.when(verdict(security(), Finding::No))
            .by("agent")
            .refused(&not_permitted(Permission::WorkSensitiveLanes))
    };
    // The refusal is the same whichever way it was answered: it does not tell.
    no_again(secured());
    no_again(
        declared()
            .and("officer", verdict(security(), Finding::Undetermined))
            .and("officer", verdict(security(), Finding::No)),
    );
    declared()
        .and("officer", verdict(security(), Finding::No))
        .when(verdict(security(), Finding::Yes))
        .by("agent")
        .happens();
    declared()
        .and("agent", verdict(security(), Finding::Undetermined))
        .when(verdict(security(), Finding::No))
        .by("resolver")
        .happens();
}

#[test]
fn harm_to_information_counts_while_the_security_question_is_not_no() {
    let severe = rating(&[(Dimension::Confidentiality, Harm::Severe)]);
    let case = declared().and("officer", severe.clone());
    assert_eq!(case.incident().scores.security, Some(p(1)));
    assert_eq!(case.incident().handling, p(1));
    let case = declared()
        .and("officer", verdict(security(), Finding::No))
        .and("officer", severe);
    assert_eq!(case.incident().scores.security, None);
    assert_eq!(case.incident().handling, p(3));
    let case = case.and("officer", verdict(security(), Finding::Yes));
    assert_eq!(case.incident().handling, p(1));
}

#[test]
fn harm_to_people_counts_whatever_the_verdicts() {
    let case = declared()
        .and("officer", verdict(security(), Finding::No))
        .and("agent", rating(&[(Dimension::Safety, Harm::Major)]));
    assert_eq!(case.incident().scores.people, Some(p(2)));
    assert_eq!(case.incident().handling, p(2));
}

#[test]
fn ratings_not_named_stay() {
    let case = declared()
        .and("agent", rating(&[(Dimension::Delivery, Harm::Major)]))
        .and("agent", rating(&[(Dimension::Integrity, Harm::Minor)]));
    assert_eq!(case.incident().ratings.len(), 2);
    case.when(rating(&[(Dimension::Integrity, Harm::Minor)]))
        .by("agent")
        .refused(&Refusal::NothingToChange);
}

fn prioritise(impact: Impact, urgency: Urgency) -> Command {
    Command::Prioritise(Prioritise {
        impact,
        urgency,
        reason: text("Counted again."),
    })
}

fn to(priority: u8) -> Command {
    Command::OverridePriority(OverridePriority {
        to: p(priority),
        reason: text("By decision."),
    })
}

#[test]
fn lower_impact_lowers_the_score_and_not_the_handling_priority() {
    let case = declared().and("agent", prioritise(Impact::Minor, Urgency::Low));
    assert_eq!(case.incident().scores.service, p(5));
    assert_eq!(case.incident().handling, p(3));
    case.clone()
        .when(prioritise(Impact::Minor, Urgency::Low))
        .by("agent")
        .refused(&Refusal::NothingToChange);
    let case = case.and("agent", prioritise(Impact::Extensive, Urgency::High));
    assert_eq!(case.incident().handling, p(1));
}

#[test]
fn anybody_at_work_raises_and_only_the_role_lowers() {
    let case = declared().and("resolver", to(1));
    assert_eq!(case.incident().handling, p(1));
    let case = case
        .when(to(4))
        .by("agent")
        .refused(&Refusal::PriorityWouldFall {
            from: p(1),
            to: p(4),
        });
    let case = case.when(to(4)).by("manager").happens();
    assert_eq!(case.incident().handling, p(4));
    case.when(to(4))
        .by("manager")
        .refused(&Refusal::NothingToChange);
}

#[test]
fn a_lowered_priority_rises_again_only_for_what_is_new() {
    let lowered = declared().and("manager", to(5));
    let no_news = lowered
        .clone()
        .and("officer", verdict(security(), Finding::No))
        .and("agent", rating(&[(Dimension::Delivery, Harm::Severe)]));
    assert_eq!(no_news.incident().handling, p(5));
    let news = lowered.and("agent", rating(&[(Dimension::Safety, Harm::Minor)]));
    assert_eq!(news.incident().handling, p(4));
}

#[test]
fn classification_follows_the_agreed_scheme() {
    let classify = |category: Option<&str>, service, assets| {
        Command::Classify(Classify {
            category: category.map(short),
            service,
            customer: None,
            assets,
        })
    };
    let other_asset = crate::id::AssetId::from_bits(9);
    for (command, refusal) in [
        (
            classify(Some("weather"), None, None),
            unknown("category", "weather"),
        ),
        (
            classify(None, Some(ServiceId::from_bits(9)), None),
            unknown("service", ServiceId::from_bits(9)),
        ),
        (
            classify(None, None, Some(BTreeSet::from([other_asset.clone()]))),
            unknown("asset", &other_asset),
        ),
        (
            classify(None, Some(payments()), None),
            Refusal::NothingToChange,
        ),
    ] {
        declared().when(command).by("agent").refused(&refusal);
    }
    let case = declared()
        .and(
            "agent",
            classify(Some("network/wan"), None, Some(BTreeSet::from([server()]))),
        )
        // An asset on record may be named again when it has left the inventory since.
        .with(|case| case.neighbours.assets.clear())
        .and(
            "agent",
            classify(Some("database"), None, Some(BTreeSet::from([server()]))),
        );
    assert_eq!(case.incident().service, Some(payments()));
    assert_eq!(case.incident().assets, BTreeSet::from([server()]));
    let of = |customer: &str| {
        Command::Classify(Classify {
            category: None,
            service: None,
            customer: Some(short(customer)),
            assets: None,
        })
    };
    case.clone()
        .when(of("Harbour clinic"))
        .by("agent")
        .refused(&unknown("customer", "Harbour clinic"));
    let case = case
        .with(|case| case.directory.policy.customers.value = vec![short("Harbour clinic")])
        .and("agent", of("Harbour clinic"));
    let incident = case.incident();
    assert_eq!(incident.customer, Some(short("Harbour clinic")));
    assert_eq!(incident.service, Some(payments()), "the rest stays");
    case.when(of("Harbour clinic"))
        .by("agent")
        .refused(&Refusal::NothingToChange);
}

#[test]
fn the_states_beside_the_stage_move_on_their_own() {
    let case = secured().minutes_later(10).and(
        "officer",
        Command::Track(Track::Containment {
            to: Containment::Contained,
        }),
    );
    assert_eq!(
        case.incident().times.contained,
        Some(morning().plus(10 * crate::time::MINUTE))
    );
    assert_eq!(case.incident().stage, Stage::InAssessment);
    for same in [
        Track::Containment {
            to: Containment::Contained,
        },
        Track::Evidence {
            to: EvidenceState::Planned,
            reason: None,
        },
        Track::Notification {
            to: NotificationState::NotApplicable,
        },
        Track::Review {
            to: ReviewState::NotApplicable,
        },
    ] {
        case.clone()
            .when(Command::Track(same))
            .by("officer")
            .refused(&Refusal::NothingToChange);
    }
}

#[test]
fn evidence_is_given_up_only_with_a_reason() {
    let waive = |reason: Option<&str>| {
        Command::Track(Track::Evidence {
            to: EvidenceState::Waived,
            reason: reason.map(text),
        })
    };
    secured()
        .when(waive(None))
        .by("officer")
        .refused(&Refusal::ReasonRequired {
            act: "giving up evidence",
        });
    secured()
        .when(waive(Some("The disk is ash.")))
        .by("officer")
        .happens();
}

#[test]
fn a_security_incident_of_the_set_severity_is_reviewed() {
    let severe = rating(&[(Dimension::Confidentiality, Harm::Severe)]);
    let due = Fact::ReviewSet {
        to: ReviewState::Due,
    };
    // Whichever comes last, verdict or rating, makes it due.
    for case in [
        secured().and("officer", severe.clone()),
        declared()
            .and("officer", severe.clone())
            .and("officer", verdict(security(), Finding::Yes)),
    ] {
        assert_eq!(case.incident().review, ReviewState::Due);
    }
    let below = secured().and("officer", rating(&[(Dimension::Integrity, Harm::Major)]));
    assert_eq!(below.incident().review, ReviewState::NotApplicable);
    // Waived once, it does not come back for the same severity.
    let waived = secured().and("officer", severe).and(
        "manager",
        Command::Track(Track::Review {
            to: ReviewState::NotApplicable,
        }),
    );
    let facts = waived
        .decide("officer", rating(&[(Dimension::Integrity, Harm::Severe)]))
        .unwrap();
    assert!(!facts.contains(&due));
}

#[test]
fn a_review_is_waived_by_those_who_decide_priority() {
    let waive = Command::Track(Track::Review {
        to: ReviewState::NotApplicable,
    });
    declared()
        .fact(
            "manager",
            &Fact::ReviewSet {
                to: ReviewState::Due,
            },
        )
        .when(waive)
        .by("agent")
        .refused(&not_permitted(Permission::OverridePriority));
}
