use super::*;
use crate::Options;
use crate::model::{Incident, Maintenance, MaintenanceStage, Span};
use crate::testing::{at, component, incident, maintenance, page, span};
use bifold_domain::time::{DAY, HOUR, MINUTE};
use proptest::collection::vec;
use proptest::prelude::*;

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn over(page: &Page, days: i32) -> Availability {
    let counts = Options::default().counts;
    availability(page, &berlin(), &page.components[0], days, &counts)
}

fn with(now: &str, incidents: Vec<Incident>, maintenances: Vec<Maintenance>) -> Page {
    Page {
        components: vec![component("a")],
        incidents,
        maintenances,
        ..page(now)
    }
}

fn down(key: &str, from: &str, until: &str) -> Incident {
    incident(key, from).on("a", vec![span(State::MajorOutage, from, until)])
}

#[test]
fn days_are_those_on_the_wall_where_clocks_change() {
    // Clocks went forward in the night to the 29th: six days less an hour, if it is among them.
    let page = with("2026-04-04T22:00:00Z", vec![], vec![]);
    assert_eq!(over(&page, 7).counted, 6 * DAY);
    let page = with("2026-03-31T22:00:00Z", vec![], vec![]);
    assert_eq!(over(&page, 7).counted, 6 * DAY - HOUR);
    let autumn = with("2026-10-25T22:59:59Z", vec![], vec![]);
    assert_eq!(over(&autumn, 1).counted, 25 * HOUR - 1_000_000);
    // 00:30 on the wall is still the day before in UTC.
    let night = down("1", "2026-03-09T23:10:00Z", "2026-03-09T23:20:00Z");
    let page = with("2026-03-10T12:00:00Z", vec![night], vec![]);
    let bars = bars(&page, &berlin(), &page.components[0]);
    assert_eq!(bars.len(), 90);
    assert_eq!(bars[89].date.to_string(), "2026-03-10");
    assert_eq!(bars[89].worst, Some(State::MajorOutage));
    assert_eq!(bars[88].worst, Some(State::Operational));
}

#[test]
fn what_overlaps_counts_once_and_only_states_that_count() {
    let incidents = vec![
        down("1", "2026-03-10T08:00:00Z", "2026-03-10T09:00:00Z"),
        down("2", "2026-03-10T08:30:00Z", "2026-03-10T09:30:00Z"),
        incident("3", "2026-03-10T07:00:00Z").on(
            "a",
            vec![span(
                State::DegradedPerformance,
                "2026-03-10T07:00:00Z",
                "2026-03-10T10:00:00Z",
            )],
        ),
    ];
    let page = with("2026-03-10T12:00:00Z", incidents, vec![]);
    assert_eq!(over(&page, 30).down, 90 * MINUTE);
    let counts = [State::DegradedPerformance].into();
    let found = availability(&page, &berlin(), &page.components[0], 30, &counts);
    assert_eq!(found.down, 3 * HOUR);
}

#[test]
fn announced_maintenance_is_taken_out_and_its_overrun_is_not() {
    let mut work = maintenance("m", "2026-03-10T08:00:00Z", "2026-03-10T09:00:00Z");
    work.components = vec!["a".to_owned()];
    work.began_at = Some(at("2026-03-10T08:10:00Z"));
    work.ended_at = Some(at("2026-03-10T09:30:00Z"));
    work.stage = MaintenanceStage::Completed;
    let outage = down("1", "2026-03-10T08:00:00Z", "2026-03-10T09:30:00Z");
    let page = with("2026-03-10T12:00:00Z", vec![outage], vec![work]);
    let found = over(&page, 1);
    // Today is 13 hours old on the wall; 08:10 to 09:00 was announced and happened.
    assert_eq!(found.counted, 13 * HOUR - 50 * MINUTE);
    assert_eq!(found.down, 40 * MINUTE);
}

#[test]
fn nothing_is_known_before_a_component_is() {
    let mut page = with("2026-03-10T12:00:00Z", vec![], vec![]);
    page.components[0].since = at("2026-03-08T11:00:00Z");
    let days = bars(&page, &berlin(), &page.components[0]);
    assert_eq!(days.iter().filter(|bar| bar.worst.is_none()).count(), 87);
    assert_eq!(over(&page, 365).counted, 2 * DAY + HOUR);
    page.components[0].since = at("2026-03-11T11:00:00Z");
    assert_eq!(over(&page, 365).hundredths(), None);
}

#[test]
fn a_hundred_percent_is_said_only_if_there_was_nothing() {
    let counted = 365 * DAY;
    let share = |down| Availability { counted, down }.hundredths();
    assert_eq!(share(0), Some(10_000));
    assert_eq!(share(1), Some(9_999));
    assert_eq!(share(counted), Some(0));
}

/// A minute of the days around the change to summer time.
fn minute() -> impl Strategy<Value = i64> {
    let first = at("2026-03-25T00:00:00Z").micros() / MINUTE;
    (0..7 * 1_440_i64).prop_map(move |after| first + after)
}

fn instant(minute: i64) -> At {
    At::from_micros(minute * MINUTE)
}

fn spans() -> impl Strategy<Value = Vec<(usize, i64, Option<i64>)>> {
    vec((0..5_usize, minute(), proptest::option::of(minute())), 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn bars_and_shares_are_those_of_a_counter_of_minutes(
        affected in vec(spans(), 0..4),
        works in vec((minute(), minute(), minute(), minute(), any::<bool>()), 0..3),
        since in minute(), now in minute(), days in 1..7_i32,
    ) {
        let counts = Options::default().counts;
        let incidents = affected.iter().enumerate().map(|(n, spans)| {
            let spans = spans.iter().map(|(state, from, until)| Span {
                state: State::ALL[*state],
                from: instant(*from),
                until: until.map(instant),
            });
            incident(&n.to_string(), "2026-03-25T00:00:00Z").on("a", spans.collect())
        });
        let works = works.iter().map(|(from, until, began, ended, is_over)| Maintenance {
            components: vec!["a".to_owned()],
            from: instant(*from),
            until: instant(*until),
            began_at: Some(instant(*began)),
            ended_at: is_over.then(|| instant(*ended)),
            stage: if *is_over { MaintenanceStage::Completed } else { MaintenanceStage::InProgress },
            ..maintenance("m", "2026-03-25T00:00:00Z", "2026-03-25T00:00:00Z")
        });
        let mut page = with("2026-03-25T00:00:00Z", incidents.collect(), works.collect());
        page.generated_at = instant(now);
        page.components[0].since = instant(since);

        let state = |minute: i64| {
            let spans = page.incidents.iter().flat_map(|i| &i.affected).flat_map(|a| &a.spans);
            let lasting = spans.filter(|s| {
                s.from <= instant(minute) && s.until.is_none_or(|until| instant(minute) < until)
            });
            let work = page.maintenances.iter().any(|m| {
                let ended = m.ended_at.unwrap_or(instant(now));
                m.began_at.unwrap() <= instant(minute) && instant(minute) < ended
            });
            let states: Vec<State> = lasting.map(|s| s.state).collect();
            let base = if work { State::UnderMaintenance } else { State::Operational };
            (states.iter().copied().fold(base, State::max), states)
        };
        let is_planned = |minute: i64| page.maintenances.iter().any(|m| {
            let at = instant(minute);
            let ended = m.ended_at.unwrap_or(instant(now));
            m.began_at.unwrap() <= at && at < ended && m.from <= at && at < m.until
        });
        let zone = berlin();
        let today = day_of(page.generated_at, &zone);
        let first = midnight(shifted(today, 1 - days), &zone).micros() / MINUTE;
        let counted: Vec<i64> = (first.max(since)..now).filter(|m| !is_planned(*m)).collect();
        let is_down = |minute: &&i64| state(**minute).1.iter().any(|s| counts.contains(s));
        let found = availability(&page, &zone, &page.components[0], days, &counts);
        let minutes = |n: usize| i64::try_from(n).unwrap() * MINUTE;
        prop_assert_eq!(found.counted, minutes(counted.len()));
        prop_assert_eq!(found.down, minutes(counted.iter().filter(is_down).count()));

        for bar in bars(&page, &zone, &page.components[0]).iter().rev().take(7) {
            let from = midnight(bar.date, &zone).micros() / MINUTE;
            let until = midnight(shifted(bar.date, 1), &zone).micros() / MINUTE;
            let known = from.max(since)..until.min(now);
            prop_assert_eq!(bar.worst, known.map(|m| state(m).0).max(), "{}", bar.date);
        }
    }
}
