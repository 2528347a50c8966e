//! The room: who speaks, who decides, what stays of what was said.

use super::matrix::{CLEARED, LEADS, Scenario, WORK, row_of};
use super::*;
use crate::access::Permission;
use crate::level::{Metric, RunState, clocks};
use crate::time::MINUTE;

fn say(words: &str, lane: Option<KindKey>) -> Command {
    Command::Say(Say {
        text: text(words),
        lane,
        answers: None,
    })
}

fn answer(n: u32) -> Command {
    Command::Say(Say {
        text: text("Yes."),
        lane: None,
        answers: Some(n),
    })
}

fn amend(message: u32) -> Command {
    Command::AmendMessage(AmendMessage {
        message,
        text: text("The third host."),
    })
}

fn retract(message: u32) -> Command {
    Command::RetractMessage(RetractMessage {
        message,
        reason: text("Wrong room."),
    })
}

fn keep(message: u32) -> Command {
    Command::KeepMessage(KeepMessage { message })
}

fn propose(lane: Option<KindKey>, at_once: bool) -> Command {
    Command::ProposeDecision(ProposeDecision {
        text: text("Fail over."),
        lane,
        by: None,
        at_once,
    })
}

fn take(decision: u32) -> Command {
    Command::TakeDecision(TakeDecision {
        decision,
        reason: None,
    })
}

fn drop(decision: u32) -> Command {
    Command::DropDecision(DropDecision {
        decision,
        reason: text("The other site is down too."),
    })
}

fn report(report: Report, next_by: Option<At>) -> Command {
    Command::ReportSituation(ReportSituation {
        report,
        conditions: text("Cards are refused."),
        actions: None,
        needs: None,
        next_by,
    })
}

fn arrange(bridge: &str, codename: Option<&str>, out_of_band: bool) -> Command {
    Command::ArrangeRoom(ArrangeRoom {
        bridge: Some(text(bridge)),
        codename: codename.map(short),
        out_of_band,
    })
}

fn hand(role: IncidentRole, to: &str) -> Command {
    Command::HandRole(HandRole {
        role,
        to: person(to),
        handover: None,
    })
}

fn promote() -> Command {
    Command::PromoteMajor(PromoteMajor {
        responsible: person("manager"),
        reason: text("All tills."),
    })
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let said = || declared().and("agent", say("The second host.", None));
    let proposed = || declared().and("agent", propose(None, false));
    vec![
        row_of(declared(), say("The second host.", None), WORK),
        row_of(secured(), say("A beacon.", Some(security())), CLEARED),
        row_of(said(), amend(1), &["agent"]),
        row_of(
            said(),
            retract(1),
            &["agent", "manager", "officer", "deputy"],
        ),
        row_of(said(), keep(1), WORK),
        row_of(declared(), propose(None, false), WORK),
        row_of(proposed(), take(1), LEADS),
        row_of(proposed(), drop(1), LEADS),
        row_of(declared(), report(Report::Tactical, None), WORK),
        row_of(declared(), arrange("Room 4", None, false), WORK),
    ]
}

#[test]
fn messages_are_numbered_and_corrected_and_taken_back_in_sight() {
    let case = declared()
        .and("agent", say("The second host.", None))
        .and("manager", answer(1))
        .and("agent", amend(1))
        .and("manager", keep(1))
        .and("agent", retract(1));
    let room = &case.incident().room;
    assert_eq!(room.messages.len(), 2);
    let first = room.message(1).unwrap();
    assert_eq!(first.by, person("agent"));
    assert!(first.is_retracted && first.is_kept);
    assert!(room.message(0).is_none() && room.message(3).is_none());
    let again = case.decide("manager", say("More.", None)).unwrap();
    assert!(matches!(again.as_slice(), [Fact::MessageSaid { at, .. }] if at.n == 3));
    let gone = wrong_stage("go back to a message", "taken back");
    for command in [amend(1), keep(1), retract(1), answer(1)] {
        assert_eq!(case.decide("agent", command), Err(gone.clone()));
    }
    let refusal = unknown("message", 9);
    assert_eq!(case.decide("agent", keep(9)), Err(refusal));
}

#[test]
fn what_is_said_in_a_sensitive_lane_is_not_there_for_others_and_answers_stay_in_it() {
    let case = secured().and("officer", say("It beacons.", Some(security())));
    for command in [keep(1), retract(1), answer(1)] {
        assert_eq!(case.decide("agent", command), Err(unknown("message", 1)));
    }
    let facts = case.decide("officer", answer(1)).unwrap();
    assert_eq!(facts[0].lane(), Some(security()));
    let case = case.and("officer", propose(Some(security()), false));
    assert_eq!(case.decide("agent", take(1)), Err(unknown("decision", 1)));
}

#[test]
fn decisions_are_taken_by_who_leads_the_incident_or_the_lane_and_once() {
    let proposed = declared().and("agent", propose(None, false));
    let refusal = not_permitted(Permission::DecideMajor);
    assert_eq!(proposed.decide("agent", take(1)), Err(refusal.clone()));
    assert_eq!(
        proposed.decide("agent", propose(None, true)),
        Err(refusal.clone())
    );
    let led = proposed.and("manager", hand(IncidentRole::IncidentManager, "agent"));
    let taken = led.and("agent", take(1));
    let decision = taken.incident().room.decision(1).unwrap();
    let decided = decision.decided.as_ref().unwrap();
    assert_eq!((decided.is_taken, &decided.by), (true, &person("agent")));
    assert_eq!(decision.proposed_by, person("agent"));
    let twice = wrong_stage("decide", "decided already");
    assert_eq!(taken.decide("manager", drop(1)), Err(twice));
    let at_once = taken.decide("manager", propose(None, true)).unwrap();
    assert!(matches!(
        at_once.as_slice(),
        [Fact::DecisionProposed { at, .. }, Fact::DecisionTaken { at: same, .. }]
            if at == same && at.n == 2
    ));
    // Whoever leads restoration leads its lane, and not that of security.
    let serving = declared()
        .and("agent", verdict(service(), Finding::Yes))
        .and("manager", hand(IncidentRole::RestorationLead, "resolver"))
        .and("resolver", propose(Some(service()), true));
    assert!(
        serving
            .incident()
            .room
            .decision(1)
            .unwrap()
            .decided
            .is_some()
    );
    assert_eq!(
        serving.decide("resolver", propose(None, true)),
        Err(refusal)
    );
}

#[test]
fn only_who_leads_gives_a_codename_or_leaves_usual_channels() {
    let case = declared().and("agent", arrange("Room 4", None, false));
    let refusal = not_permitted(Permission::DecideMajor);
    for (codename, out_of_band) in [(Some("Grey Heron"), false), (None, true)] {
        let command = arrange("Room 4", codename, out_of_band);
        assert_eq!(case.decide("agent", command), Err(refusal.clone()));
    }
    let secret = case.and("officer", arrange("Room 4", Some("Grey Heron"), true));
    let arrangement = secret.incident().room.arrangement.clone();
    assert_eq!(arrangement.codename, Some(short("Grey Heron")));
    assert!(arrangement.out_of_band);
    // Where people talk may change by anybody's hand, as long as the rest stays.
    let command = arrange("Room 5", Some("Grey Heron"), true);
    assert_eq!(secret.decide("agent", command).unwrap().len(), 1);
    let same = arrange("Room 4", Some("Grey Heron"), true);
    assert_eq!(
        secret.decide("officer", same),
        Err(Refusal::NothingToChange)
    );
}

/// State, start and end of the runs of a metric.
fn runs(case: &Case, metric: Metric) -> Vec<(RunState, Option<At>)> {
    let incident = case.incident();
    let held = case.directory.policy.terms.held(incident.times.recorded);
    let all = clocks(&incident.trail, &held);
    let clock = all.iter().find(|clock| clock.key.metric == metric);
    let runs = clock.map(|clock| clock.runs.clone()).unwrap_or_default();
    runs.iter().map(|run| (run.state, run.due)).collect()
}

#[test]
fn reports_of_a_major_incident_are_due_again_and_again_until_it_is_over() {
    let urgent = declared().and(
        "manager",
        Command::OverridePriority(OverridePriority {
            to: p(1),
            reason: text("All tills."),
        }),
    );
    assert!(runs(&urgent, Metric::Tactical).is_empty());
    let major = urgent.and("manager", promote());
    let began = major.now;
    assert_eq!(
        runs(&major, Metric::Tactical),
        [(RunState::Running, Some(began.plus(30 * MINUTE)))]
    );
    assert_eq!(
        runs(&major, Metric::Executive),
        [(RunState::Running, Some(began.plus(60 * MINUTE)))]
    );
    let told = major
        .minutes_later(10)
        .and("agent", report(Report::Tactical, None));
    let again = runs(&told, Metric::Tactical);
    assert_eq!(
        again.last(),
        Some(&(RunState::Running, Some(told.now.plus(30 * MINUTE))))
    );
    assert_eq!(again.len(), 2);
    assert_eq!(runs(&told, Metric::Executive).len(), 1);
    // What was promised earlier than the cadence asks counts.
    let soon = told.now.plus(5 * MINUTE);
    let promised = told.and("agent", report(Report::Executive, Some(soon)));
    let last = runs(&promised, Metric::Executive).pop().unwrap();
    assert_eq!(last.1, Some(soon));
    let over = promised.and("manager", Command::StandDown(because("Tills work.")));
    for metric in [Metric::Tactical, Metric::Executive] {
        let last = runs(&over, metric).pop().unwrap();
        assert!(matches!(last.0, RunState::Ended { .. }), "{metric:?}");
    }
    assert_eq!(over.incident().room.reports.len(), 2);
}
