//! An incident as the forecast sees it: one history a clock, told from its course, each moment with
//! what was known then and nothing later.

use bifold_domain::At;
use bifold_domain::incident::{Incident, Phase, Standing, Trail};
use bifold_domain::level::{self, Clock, ClockKey, Ended, Held, Metric, Run, RunState};
use bifold_domain::policy::Policy;
use bifold_domain::time::SECOND;
use bifold_forecast::{Event, Field, History, Measure, Outcome, Snapshot, Stage};

/// Turns of one course that are looked at; those after them change no forecast any more.
const TURNS_LIMIT: usize = 200;

const HOUR: f64 = 3_600_000_000.0;

/// Whether a clock of this metric is worth a forecast. Promised updates and signs of work come
/// round too fast for one.
pub(super) fn is_forecast(metric: Metric) -> bool {
    matches!(metric, Metric::Response | Metric::Restore | Metric::Resolve)
}

/// Whether a run is counted by a level for a sensitive kind. What is learned shows to everybody
/// who reads incidents, so nothing is learned of these, and nothing is said.
fn is_hidden(run: &Run, held: &Held<'_>, policy: &Policy) -> bool {
    let levels = held.levels().map_or(&[][..], |v| &v.value.levels);
    let level = levels.iter().find(|level| level.key == run.level);
    level.is_some_and(|level| {
        let mut kinds = level.when.kinds.iter();
        kinds.any(|kind| policy.is_sensitive(kind))
    })
}

/// The histories of an incident's clocks that are worth one, each of its last run.
pub(super) fn histories(
    incident: &Incident,
    held: &Held<'_>,
    policy: &Policy,
    now: At,
) -> Vec<(ClockKey, History)> {
    let clocks = level::clocks(&incident.trail, held);
    let worth = clocks.iter().filter(|clock| is_forecast(clock.key.metric));
    let runs = worth.filter_map(|c| Some((c, c.run()?)));
    let runs: Vec<(&Clock, &Run)> = runs
        .filter(|(_, run)| !is_hidden(run, held, policy))
        .collect();
    let mut events: Vec<Vec<Event>> = vec![Vec::new(); runs.len()];
    if !runs.is_empty() {
        for n in 0..incident.trail.turns().len().min(TURNS_LIMIT) {
            told(incident, &incident.trail.up_to(n), held, &runs, &mut events);
        }
    }
    let histories = runs.into_iter().zip(events).map(|((clock, run), events)| {
        let history = History {
            opened_s: seconds(run.started),
            events,
            outcome: outcome(run, now),
        };
        (clock.key.clone(), history)
    });
    histories
        .filter(|(_, history)| !history.events.is_empty())
        .collect()
}

/// Adds what was known at the last turn of a course to the runs that went on then.
fn told(
    incident: &Incident,
    known: &Trail,
    held: &Held<'_>,
    runs: &[(&Clock, &Run)],
    events: &mut [Vec<Event>],
) {
    let Some(turn) = known.turns().last() else {
        return;
    };
    let clocks = level::clocks(known, held);
    for ((clock, run), events) in runs.iter().zip(events) {
        let then = clocks.iter().find(|found| found.key == clock.key);
        let then = then.and_then(|found| found.run());
        let Some(then) = then.filter(|then| then.started == run.started && !then.is_ended()) else {
            continue;
        };
        let mut given = Snapshot::default();
        counted(&mut given, then, then.counted);
        named(&mut given, incident, &clock.key, &turn.stands);
        events.push(Event {
            at_s: seconds(turn.at),
            stage: stage(turn.stands.stage),
            given,
        });
    }
}

/// What is known of a clock now.
pub(super) fn known(history: &History, run: &Run, held: &Held<'_>, now: At) -> Option<Snapshot> {
    let mut snapshot = history.snapshot(seconds(now))?;
    let calendar = held.calendar(&run.calendar)?;
    counted(&mut snapshot, run, run.counted_at(now, calendar));
    Some(snapshot)
}

#[allow(clippy::cast_precision_loss)] // Microseconds of some years are exact.
fn counted(given: &mut Snapshot, run: &Run, counted: i64) {
    given.set(Measure::CountedHours, counted as f64 / HOUR);
    given.set(
        Measure::TargetShare,
        counted as f64 / run.target.max(1) as f64,
    );
}

/// Names are ids where there are such: they stay when something is called otherwise.
fn named(given: &mut Snapshot, incident: &Incident, clock: &ClockKey, stands: &Standing) {
    given.name(Field::State, state_word(stands.stage));
    given.name(Field::Priority, stands.priority.number().to_string());
    given.name(Field::Channel, incident.original.channel.word());
    given.name(
        Field::Clock,
        format!("{}/{}", clock.agreement, clock.metric.word()),
    );
    if let Some(team) = &stands.team {
        given.name(Field::Team, team.to_string());
    }
    if let Some(service) = &stands.service {
        given.name(Field::Service, service.to_string());
    }
}

fn state_word(phase: Phase) -> &'static str {
    match phase {
        Phase::New => "new",
        Phase::Assigned => "assigned",
        Phase::InProgress => "in_progress",
        Phase::Pending => "pending",
        Phase::Mitigated => "mitigated",
        Phase::Resolved => "resolved",
        Phase::Gone => "gone",
    }
}

fn stage(phase: Phase) -> Stage {
    match phase {
        Phase::New | Phase::Assigned => Stage::New,
        Phase::InProgress | Phase::Mitigated => Stage::Active,
        Phase::Pending => Stage::Waiting,
        Phase::Resolved | Phase::Gone => Stage::Resolved,
    }
}

/// How a run ended, or that its time is over. A clock that was called off says nothing.
fn outcome(run: &Run, now: At) -> Option<Outcome> {
    match run.state {
        RunState::Ended {
            how: Ended::Stopped,
        } => Some(Outcome {
            known_s: seconds(run.since),
            resolved_s: Some(seconds(run.since)),
            is_breached: run.is_breached(run.since),
        }),
        RunState::Running | RunState::Paused { .. } if run.is_breached(now) => Some(Outcome {
            known_s: seconds(run.due?),
            resolved_s: None,
            is_breached: true,
        }),
        _ => None,
    }
}

pub(super) fn seconds(at: At) -> i64 {
    at.micros().div_euclid(SECOND)
}
