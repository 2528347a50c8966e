//! What service levels did, and what others would have done.

use super::visible;
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_domain::incident::Incident;
use bifold_domain::level::{self, Cause, Clock, Levels, Metric, Terms, Version};
use bifold_domain::record::State;
use bifold_domain::{At, Viewer};
use serde::Serialize;
use sqlx::FromRow;
use std::collections::BTreeMap;

/// Incidents that a back-test looks at, at most; the newest.
pub const TESTED_LIMIT: u32 = 20_000;
/// Read at a time.
const PAGE: u32 = 500;
/// Incidents that are shown one by one.
const SAMPLES: usize = 10;

/// How often a clock ended in time and not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Runs that ended, or whose time is over.
    pub runs: u64,
    /// Of those, not in time.
    pub missed: u64,
}

/// One metric of one agreement, as it was and as it would have been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tested {
    /// The agreement.
    pub agreement: String,
    /// The metric.
    pub metric: Metric,
    /// By the levels that hold now.
    pub now: Tally,
    /// By the others.
    pub then: Tally,
}

/// One incident, replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Clocks missed by the levels that hold now.
    pub now: u64,
    /// Clocks missed by the others.
    pub then: u64,
}

/// What a back-test found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BackTest {
    /// How many incidents it looked at.
    pub incidents: u64,
    /// Whether there were more.
    pub is_cut: bool,
    /// By clock.
    pub clocks: Vec<Tested>,
    /// Some of the newest, one by one.
    pub samples: Vec<Sample>,
}

/// How one metric of one agreement went over a time.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct Performance {
    /// The agreement.
    pub agreement: String,
    /// With whom it was agreed.
    pub party: String,
    /// The metric.
    pub metric: String,
    /// Runs that began in that time and ended, or are over their time.
    pub runs: i64,
    /// Of those, not in time.
    pub missed: i64,
    /// Runs that go on, in time.
    pub running: i64,
}

/// A target that was missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// Number of the incident.
    pub number: String,
    /// Title of the incident.
    pub title: String,
    /// The agreement.
    pub agreement: String,
    /// The metric.
    pub metric: String,
    /// When the time was over, in microseconds since the epoch.
    pub due: i64,
    /// When the run ended, if it has.
    pub ended_at: Option<i64>,
    /// What its time went to until it was over, in microseconds of the calendar, the most first.
    pub causes: Vec<(Cause, i64)>,
}

/// A missed run as the database has it, with the incident that it is computed from.
#[derive(FromRow)]
struct MissRow {
    number: String,
    title: String,
    agreement: String,
    metric: String,
    run: i64,
    due: i64,
    ended_at: Option<i64>,
    state: String,
}

impl MissRow {
    fn read(self, terms: &Terms, now: At) -> Result<Miss> {
        let state = State::from_json("incident", &self.state).map_err(Error::damaged)?;
        let State::Incident(incident) = state else {
            return Err(Error::damaged("a snapshot of another type"));
        };
        let held = terms.held(incident.times.recorded);
        let clocks = level::clocks(&incident.trail, &held);
        let is_it = |clock: &&Clock| {
            clock.key.agreement.as_str() == self.agreement && clock.key.metric.word() == self.metric
        };
        let mut runs = clocks.iter().filter(is_it).flat_map(|clock| &clock.runs);
        let run = runs.find(|run| i64::from(run.n) == self.run);
        Ok(Miss {
            causes: run.map_or_else(Vec::new, |run| {
                level::causes(run, &incident.trail, &held, now)
            }),
            number: self.number,
            title: self.title,
            agreement: self.agreement,
            metric: self.metric,
            due: self.due,
            ended_at: self.ended_at,
        })
    }
}

impl Store {
    /// Replays the incidents that were recorded since a time by other levels, with the calendars
    /// as they are.
    pub async fn back_test(&self, viewer: &Viewer, levels: &Levels, since: At) -> Result<BackTest> {
        let directory = self.directory().await?;
        let mut test = Test::of(
            &directory.policy.terms,
            levels,
            self.inner.shell.clock.now(),
        );
        let mut before = i64::MAX;
        while test.found.incidents < u64::from(TESTED_LIMIT) {
            let page = self.recorded_since(viewer, since, before).await?;
            let Some((seq, ..)) = page.last() else {
                return Ok(test.end());
            };
            before = *seq;
            for (_, state) in &page {
                match State::from_json("incident", state).map_err(Error::damaged)? {
                    State::Incident(incident) => test.look(&incident),
                    _ => return Err(Error::damaged("a snapshot of another type")),
                }
            }
        }
        test.found.is_cut = true;
        Ok(test.end())
    }

    async fn recorded_since(
        &self,
        viewer: &Viewer,
        since: At,
        before: i64,
    ) -> Result<Vec<(i64, String)>> {
        let mut sql = Sql::new(
            "SELECT i.seq, s.state FROM incident i CROSS JOIN snapshot s \
             WHERE s.org = i.org AND s.id = i.id AND i.org = ",
        );
        sql.bind(&self.inner.org).push(" AND i.seq < ").bind(before);
        sql.push(" AND i.recorded_at >= ")
            .bind(since.micros())
            .push(" AND ");
        visible(&mut sql, viewer, self.inner.shell.clock.now());
        sql.push(" ORDER BY i.seq DESC LIMIT ").bind(PAGE);
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    /// How each clock went, of runs that began in a time. Clocks that tell of a sensitive kind are
    /// for those who see all its lanes.
    pub async fn performance(
        &self,
        viewer: &Viewer,
        from: At,
        until: At,
    ) -> Result<Vec<Performance>> {
        let now = self.now();
        let mut sql = Sql::new("SELECT c.agreement, c.party, c.metric, ");
        for (name, condition) in [("runs", OVER), ("missed", MISSED), ("running", GOES_ON)] {
            let (first, second) = condition;
            sql.push("CAST(COALESCE(SUM(CASE WHEN ")
                .push(first)
                .bind(now);
            sql.push(second)
                .push(" THEN 1 ELSE 0 END), 0) AS BIGINT) AS ");
            sql.push(name);
            sql.push(if name == "running" { "" } else { ", " });
        }
        sql.push(" FROM clock c CROSS JOIN incident i WHERE ");
        self.began_in(&mut sql, viewer, from, until);
        sql.push(" GROUP BY c.agreement, c.party, c.metric ORDER BY c.agreement, c.metric");
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    /// What was missed, of runs that began in a time; the newest first.
    pub async fn misses(
        &self,
        viewer: &Viewer,
        from: At,
        until: At,
        limit: u32,
    ) -> Result<Vec<Miss>> {
        let mut sql = Sql::new(
            "SELECT i.number, i.title, c.agreement, c.metric, c.run, c.due, c.ended_at, s.state \
             FROM clock c CROSS JOIN incident i CROSS JOIN snapshot s \
             WHERE s.org = i.org AND s.id = i.id AND c.due IS NOT NULL AND c.due < ",
        );
        sql.bind(self.now()).push(" AND ");
        self.began_in(&mut sql, viewer, from, until);
        sql.push(" ORDER BY c.due DESC, i.seq LIMIT ").bind(limit);
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<MissRow> = sql.all(lease.conn()).await?;
        drop(lease);
        let directory = self.directory().await?;
        let (terms, now) = (&directory.policy.terms, self.inner.shell.clock.now());
        rows.into_iter().map(|row| row.read(terms, now)).collect()
    }

    fn began_in(&self, sql: &mut Sql, viewer: &Viewer, from: At, until: At) {
        sql.push("i.org = c.org AND i.id = c.incident AND c.org = ")
            .bind(&self.inner.org);
        sql.push(" AND c.started_at >= ").bind(from.micros());
        sql.push(" AND c.started_at < ").bind(until.micros());
        if !viewer.reads_sensitive_lanes {
            sql.push(" AND c.lane IS NULL");
        }
        sql.push(" AND ");
        visible(sql, viewer, self.inner.shell.clock.now());
    }
}

/// Conditions on a run, around the time now.
const OVER: (&str, &str) = (
    "c.standing IN ('stopped', 'anew', 'past') OR (c.due IS NOT NULL AND c.due < ",
    ")",
);
const MISSED: (&str, &str) = ("c.due IS NOT NULL AND c.due < ", "");
const GOES_ON: (&str, &str) = (
    "c.standing IN ('running', 'paused') AND (c.due IS NULL OR c.due >= ",
    ")",
);

/// A back-test under way.
struct Test<'a> {
    terms: &'a Terms,
    others: Version<Levels>,
    now: At,
    found: BackTest,
    tallies: BTreeMap<(String, Metric), (Tally, Tally)>,
}

impl<'a> Test<'a> {
    fn of(terms: &'a Terms, levels: &Levels, now: At) -> Self {
        Self {
            terms,
            others: Version {
                version: 0,
                from: now,
                value: levels.clone(),
            },
            now,
            found: BackTest::default(),
            tallies: BTreeMap::new(),
        }
    }

    fn look(&mut self, incident: &Incident) {
        let held = self.terms.held(self.now);
        let now = level::clocks(&incident.trail, &held);
        let then = level::clocks(&incident.trail, &held.with(&self.others));
        let missed = [
            self.count(&now, |t| &mut t.0),
            self.count(&then, |t| &mut t.1),
        ];
        self.found.incidents += 1;
        if self.found.samples.len() < SAMPLES {
            let [now, then] = missed;
            self.found.samples.push(Sample {
                number: incident.shown_number(),
                title: incident.title.shown(),
                now,
                then,
            });
        }
    }

    /// Adds the runs that are over; how many were missed.
    fn count(&mut self, clocks: &[Clock], side: fn(&mut (Tally, Tally)) -> &mut Tally) -> u64 {
        let mut all = 0;
        for clock in clocks {
            let key = (clock.key.agreement.to_string(), clock.key.metric);
            let tally = side(self.tallies.entry(key).or_default());
            for run in &clock.runs {
                let missed = run.is_breached(self.now);
                tally.runs += u64::from(missed || run.is_ended());
                tally.missed += u64::from(missed);
                all += u64::from(missed);
            }
        }
        all
    }

    fn end(self) -> BackTest {
        let clocks = self.tallies.into_iter();
        let clocks = clocks.map(|((agreement, metric), (now, then))| Tested {
            agreement,
            metric,
            now,
            then,
        });
        BackTest {
            clocks: clocks.collect(),
            ..self.found
        }
    }
}
