//! The rows of an incident's clocks: what lists show, what reports count, when somebody looks.
//!
//! They are computed from the incident's course and from terms that never change for what was
//! recorded under them, so a rebuilt table equals the one that grew.

use crate::db::{Insert, Value};
use bifold_domain::At;
use bifold_domain::incident::{Incident, Paging};
use bifold_domain::level::{self, Clock, Ended, Held, Level, Run, RunState};
use bifold_domain::policy::Policy;

pub(crate) const CLOCK: Insert = Insert {
    table: "clock",
    columns: &[
        "org",
        "incident",
        "agreement",
        "metric",
        "run",
        "party",
        "level",
        "lane",
        "standing",
        "started_at",
        "ended_at",
        "due",
        "counted",
        "target",
    ],
    key: &["org", "incident", "agreement", "metric", "run"],
};

/// No clock runs: later than any that does, so that lists put it last.
pub(crate) const NEVER: i64 = i64::MAX;

/// An incident's clocks, computed once for its own row and for theirs.
pub(crate) struct Clocked<'a> {
    held: Held<'a>,
    clocks: Vec<Clock>,
    policy: &'a Policy,
}

/// The clocks of one incident, computed when they are first asked for.
#[derive(Default)]
pub(crate) struct Clocks<'a>(Option<Clocked<'a>>);

impl<'a> Clocks<'a> {
    pub(crate) fn of(&mut self, incident: &Incident, policy: &'a Policy) -> &Clocked<'a> {
        self.0.get_or_insert_with(|| Clocked::of(incident, policy))
    }
}

/// What the incident's own row says of its clocks.
pub(crate) struct Next {
    /// The earliest end of a time that everybody may know of.
    pub due: i64,
    /// Of which clock it is, as `agreement/metric`.
    pub of: Option<String>,
    /// Whether a clock is paused, and none runs.
    pub is_paused: bool,
    /// When something fires next.
    pub look: Option<i64>,
}

impl<'a> Clocked<'a> {
    fn of(incident: &Incident, policy: &'a Policy) -> Self {
        let held = policy.terms.held(incident.times.recorded);
        let clocks = level::clocks(&incident.trail, &held);
        Self {
            held,
            clocks,
            policy,
        }
    }

    fn level(&self, run: &Run) -> Option<&'a Level> {
        let levels = &self.held.levels()?.value.levels;
        levels.iter().find(|level| level.key == run.level)
    }

    /// The kind that a clock gives away by being there.
    fn lane(&self, run: &Run) -> Option<&'a str> {
        let mut kinds = self.level(run)?.when.kinds.iter();
        let kind = kinds.find(|kind| self.policy.is_sensitive(kind))?;
        Some(kind.as_str())
    }

    pub(crate) fn next(&self, incident: &Incident) -> Next {
        let open = self.clocks.iter().filter_map(|clock| {
            let run = clock.run().filter(|run| !run.is_ended())?;
            self.lane(run).is_none().then_some((clock, run))
        });
        let due = open
            .clone()
            .filter_map(|(clock, run)| Some((run.due?, clock)));
        let first = due.min_by_key(|(due, _)| *due);
        let is_paused = |(_, run): (_, &Run)| matches!(run.state, RunState::Paused { .. });
        let mut open = open;
        Next {
            due: first.as_ref().map_or(NEVER, |(due, _)| due.micros()),
            of: first
                .as_ref()
                .map(|(_, clock)| format!("{}/{}", clock.key.agreement, clock.key.metric.word())),
            is_paused: first.is_none() && open.any(is_paused),
            look: self.look(incident).map(At::micros),
        }
    }

    /// The clocks of an imported incident are watched by the system it came from.
    fn look(&self, incident: &Incident) -> Option<At> {
        let pages = incident.paging.iter().filter_map(Paging::look);
        let watched = self.clocks.iter().filter(|_| incident.imported.is_none());
        let firings = watched.filter_map(|clock| {
            let due = level::firings(clock, &self.held, |f| incident.fired.contains(f));
            due.first().map(|due| due.at)
        });
        firings.chain(pages).min()
    }

    pub(crate) fn rows(&self, org: &str, incident: &str) -> Vec<Vec<Value>> {
        let mut rows = Vec::new();
        for clock in &self.clocks {
            for run in &clock.runs {
                let standing = match run.state {
                    RunState::Running => "running",
                    RunState::Paused { .. } => "paused",
                    RunState::Ended { how } => match how {
                        Ended::Stopped => "stopped",
                        Ended::Anew => "anew",
                        Ended::Cancelled => "cancelled",
                        Ended::Past => "past",
                    },
                };
                rows.push(vec![
                    org.into(),
                    incident.into(),
                    clock.key.agreement.as_str().into(),
                    clock.key.metric.word().into(),
                    run.n.into(),
                    clock.party.word().into(),
                    run.level.as_str().into(),
                    self.lane(run).into(),
                    standing.into(),
                    run.started.micros().into(),
                    run.is_ended().then_some(run.since.micros()).into(),
                    run.due.map(At::micros).into(),
                    run.counted.into(),
                    run.target.into(),
                ]);
            }
        }
        rows
    }
}
