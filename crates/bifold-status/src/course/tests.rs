use super::*;
use crate::model::{Maintenance, MaintenanceStage};
use crate::testing::{at, component, incident, maintenance, page, span, update};

fn with(incidents: Vec<Incident>, maintenances: Vec<Maintenance>) -> Page {
    Page {
        components: vec![component("a"), component("b")],
        incidents,
        maintenances,
        ..page("2026-03-10T12:00:00Z")
    }
}

fn states(page: &Page) -> Vec<State> {
    page.components.iter().map(|c| state_of(page, c)).collect()
}

#[test]
fn a_component_is_as_bad_as_the_worst_that_lasts() {
    let degraded = incident("1", "2026-03-10T08:00:00Z").on(
        "a",
        vec![span(State::DegradedPerformance, "2026-03-10T08:00:00Z", "")],
    );
    let down = incident("2", "2026-03-10T09:00:00Z").on(
        "a",
        vec![span(
            State::MajorOutage,
            "2026-03-10T09:00:00Z",
            "2026-03-10T12:00:00Z",
        )],
    );
    let page = with(vec![degraded, down], vec![]);
    // An end at this very instant is over.
    assert_eq!(
        states(&page),
        [State::DegradedPerformance, State::Operational]
    );
    assert_eq!(overall(&page), State::DegradedPerformance);
}

#[test]
fn a_state_without_an_end_ends_with_its_incident() {
    let over = incident("1", "2026-03-10T08:00:00Z")
        .on(
            "a",
            vec![span(State::MajorOutage, "2026-03-10T08:00:00Z", "")],
        )
        .say(vec![update("2026-03-10T09:00:00Z", Stage::Resolved)]);
    let page = with(vec![over], vec![]);
    assert_eq!(overall(&page), State::Operational);
    let last = changed_at(&page, &page.components[0]);
    assert_eq!(last, at("2026-03-10T09:00:00Z"));
}

#[test]
fn maintenance_shows_while_it_really_goes_on_and_an_outage_shows_before_it() {
    let mut work = maintenance("m", "2026-03-10T11:00:00Z", "2026-03-10T13:00:00Z");
    work.components = vec!["a".to_owned()];
    let shown = |stage, incidents| {
        let work = Maintenance {
            stage,
            ..work.clone()
        };
        overall(&with(incidents, vec![work]))
    };
    assert_eq!(shown(MaintenanceStage::Planned, vec![]), State::Operational);
    assert_eq!(
        shown(MaintenanceStage::InProgress, vec![]),
        State::UnderMaintenance
    );
    assert_eq!(
        shown(MaintenanceStage::Cancelled, vec![]),
        State::Operational
    );
    let down = incident("1", "2026-03-10T08:00:00Z").on(
        "a",
        vec![span(State::PartialOutage, "2026-03-10T08:00:00Z", "")],
    );
    assert_eq!(
        shown(MaintenanceStage::InProgress, vec![down]),
        State::PartialOutage
    );
}

#[test]
fn an_impact_counts_only_where_no_component_of_the_page_is_named() {
    let mut open = incident("1", "2026-03-10T08:00:00Z");
    open.impact = Impact::Critical;
    assert_eq!(
        overall(&with(vec![open.clone()], vec![])),
        State::MajorOutage
    );
    let elsewhere = open.clone().on(
        "hidden",
        vec![span(State::DegradedPerformance, "2026-03-10T08:00:00Z", "")],
    );
    assert_eq!(overall(&with(vec![elsewhere], vec![])), State::MajorOutage);
    let recovered = open.clone().on(
        "a",
        vec![span(
            State::MajorOutage,
            "2026-03-10T08:00:00Z",
            "2026-03-10T09:00:00Z",
        )],
    );
    assert_eq!(overall(&with(vec![recovered], vec![])), State::Operational);
    let over = open.say(vec![update("2026-03-10T09:00:00Z", Stage::Resolved)]);
    assert_eq!(overall(&with(vec![over], vec![])), State::Operational);
}

#[test]
fn an_incident_is_resolved_by_the_last_word_and_opened_again_by_another() {
    let (t1, t2, t3) = (
        "2026-03-10T08:10:00Z",
        "2026-03-10T08:30:00Z",
        "2026-03-10T09:00:00Z",
    );
    let begun = incident("1", "2026-03-10T08:00:00Z");
    for (updates, resolved) in [
        (vec![], None),
        (vec![update(t1, Stage::Investigating)], None),
        (
            vec![update(t1, Stage::Identified), update(t2, Stage::Resolved)],
            Some(t2),
        ),
        (
            vec![update(t2, Stage::Resolved), update(t1, Stage::Identified)],
            Some(t2),
        ),
        (
            vec![update(t1, Stage::Resolved), update(t2, Stage::Resolved)],
            Some(t1),
        ),
        (
            vec![update(t1, Stage::Resolved), update(t2, Stage::Monitoring)],
            None,
        ),
        (
            vec![
                update(t1, Stage::Resolved),
                update(t2, Stage::Monitoring),
                update(t3, Stage::Resolved),
            ],
            Some(t3),
        ),
        (
            vec![update(t1, Stage::Monitoring), update(t1, Stage::Resolved)],
            Some(t1),
        ),
    ] {
        let incident = begun.clone().say(updates);
        assert_eq!(
            incident.resolved_at(),
            resolved.map(at),
            "{:?}",
            incident.updates
        );
        let lasted = incident
            .resolved_at()
            .map(|r| r.micros() - incident.began_at.micros());
        assert_eq!(incident.duration(), lasted);
        assert_eq!(incident.stage() == Stage::Resolved, resolved.is_some());
    }
}
