//! Clocks of service levels as JSON.

use super::forecast::ForecastView;
use bifold_domain::incident::Incident;
use bifold_domain::level::{
    self, Clock, Ended, Held, Interval, Level, Metric, Party, Run, RunState, Test, Why,
};
use bifold_domain::time::SECOND;
use bifold_domain::{At, Directory, Viewer};
use bifold_store::forecast::{Learned, foresee};
use serde::Serialize;

/// Intervals of a run that are shown at most, the newest.
const INTERVALS_LIMIT: usize = 400;

/// A clock of an incident: one metric of one agreement.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Clock)]
pub(crate) struct ClockView {
    /// The agreement.
    pub(crate) agreement: String,
    /// What the target is set for.
    pub(crate) metric: Metric,
    /// With whom it was agreed.
    pub(crate) party: Party,
    /// The version of the service levels it is counted by.
    pub(crate) version: u32,
    /// Its runs, the newest last.
    pub(crate) runs: Vec<RunView>,
}

/// A run of a clock.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ClockRun)]
pub(crate) struct RunView {
    /// From 1 upwards.
    pub(crate) run: u32,
    /// The service level it is counted by.
    pub(crate) level: String,
    /// The calendar by which time counts.
    pub(crate) calendar: String,
    /// running, paused, stopped, anew, cancelled or past.
    pub(crate) standing: &'static str,
    /// What pauses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) paused_by: Option<Test>,
    pub(crate) started_at: At,
    #[schema(required)]
    pub(crate) ended_at: Option<At>,
    /// When its time ends, or ended; absent while it is paused in time, and when it ended in time.
    #[schema(required)]
    pub(crate) due: Option<At>,
    /// By when users were promised to hear more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) promised: Option<At>,
    /// Whether the time is over.
    pub(crate) is_breached: bool,
    /// How much has counted, in seconds.
    pub(crate) counted_s: i64,
    /// How much time there is, in seconds.
    pub(crate) target_s: i64,
    /// How probable it is that it is missed; of a run that goes on, where enough was learned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) forecast: Option<ForecastView>,
    /// What will happen, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ahead: Vec<Ahead>,
    /// Every interval, counted or not, and why. Of a long run the newest.
    #[schema(value_type = Vec<ClockInterval>)]
    pub(crate) intervals: Vec<Interval>,
    /// Whether older intervals were left out.
    pub(crate) is_cut: bool,
}

/// A part of a run's life, for the documentation.
#[derive(utoipa::ToSchema)]
#[allow(dead_code)] // Only described.
pub(crate) struct ClockInterval {
    from: At,
    until: At,
    /// counted, closed (outside of the calendar), paused or stopped.
    why: String,
    /// What paused it.
    by: Option<Test>,
}

/// A step of the ladder that will fire.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ClockStep)]
pub(crate) struct Ahead {
    pub(crate) at: At,
    /// What it does.
    #[schema(value_type = Object)]
    pub(crate) act: level::Act,
}

impl ClockView {
    /// The run that counts now, or did last.
    pub(crate) fn last(&self) -> Option<&RunView> {
        self.runs.last()
    }
}

impl RunView {
    /// Whether it has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.ended_at.is_some()
    }
}

/// The clocks this viewer may know of. A level for incidents of a sensitive kind tells that this
/// is one.
pub(crate) fn clocks_of(
    incident: &Incident,
    directory: &Directory,
    viewer: &Viewer,
    learned: Option<&Learned>,
    now: At,
) -> Vec<ClockView> {
    // Somebody who reads their own incidents only learns nothing of how teams fare.
    let learned = learned.filter(|_| viewer.reads_incidents);
    let foreseen = learned.map(|learned| foresee(learned, incident, directory, now));
    let foreseen = foreseen.unwrap_or_default();
    let policy = &directory.policy;
    let held = policy.terms.held(incident.times.recorded);
    let levels = held.levels().map_or(&[][..], |v| &v.value.levels);
    let level_of = |run: &Run| levels.iter().find(|level| level.key == run.level);
    let is_shown = |level: &Level| {
        let mut kinds = level.when.kinds.iter();
        kinds.all(|kind| incident.shows_lane(kind, viewer, policy))
    };
    let clocks = level::clocks(&incident.trail, &held).into_iter();
    let shown = clocks.filter(|clock| {
        let mut runs = clock.runs.iter();
        runs.all(|run| level_of(run).is_none_or(is_shown))
    });
    let view = |clock: Clock| {
        let mut view = clock_view(&clock, incident, &held, now);
        let forecast = foreseen.iter().find(|found| found.clock == clock.key);
        if let Some((run, found)) = view.runs.last_mut().zip(forecast) {
            run.forecast = Some(ForecastView::of(&found.forecast, directory));
        }
        view
    };
    shown.map(view).collect()
}

fn clock_view(clock: &Clock, incident: &Incident, held: &Held<'_>, now: At) -> ClockView {
    let mut runs: Vec<RunView> = clock
        .runs
        .iter()
        .map(|run| run_view(run, held, now))
        .collect();
    if let Some(last) = runs.last_mut().filter(|_| incident.imported.is_none()) {
        let ahead = level::firings(clock, held, |f| incident.fired.contains(f));
        last.ahead = ahead
            .into_iter()
            .filter_map(|due| {
                let act = due.act.cloned()?;
                Some(Ahead { at: due.at, act })
            })
            .collect();
    }
    ClockView {
        agreement: clock.key.agreement.to_string(),
        metric: clock.key.metric,
        party: clock.party,
        version: clock.version,
        runs,
    }
}

fn run_view(run: &Run, held: &Held<'_>, now: At) -> RunView {
    let (standing, paused_by) = match run.state {
        RunState::Running => ("running", None),
        RunState::Paused { by } => ("paused", Some(by)),
        RunState::Ended { how } => {
            let word = match how {
                Ended::Stopped => "stopped",
                Ended::Anew => "anew",
                Ended::Cancelled => "cancelled",
                Ended::Past => "past",
            };
            (word, None)
        }
    };
    let calendar = held.calendar(&run.calendar);
    let counted = calendar.map_or(run.counted, |calendar| run.counted_at(now, calendar));
    let mut intervals = level::explain(run, held, now);
    let is_cut = intervals.len() > INTERVALS_LIMIT;
    intervals.drain(..intervals.len().saturating_sub(INTERVALS_LIMIT));
    RunView {
        run: run.n,
        level: run.level.to_string(),
        calendar: run.calendar.to_string(),
        standing,
        paused_by,
        started_at: run.started,
        ended_at: run.is_ended().then_some(run.since),
        due: run.due,
        promised: run.promised,
        is_breached: run.is_breached(now),
        counted_s: counted / SECOND,
        target_s: run.target / SECOND,
        forecast: None,
        ahead: Vec::new(),
        intervals,
        is_cut,
    }
}

/// The word of a reason, for messages.
pub(crate) fn why_word(why: Why) -> &'static str {
    match why {
        Why::Counted => "counted",
        Why::Closed => "closed",
        Why::Paused { .. } => "paused",
        Why::Stopped => "stopped",
    }
}
