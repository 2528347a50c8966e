//! What the model says of incidents: of one that is looked at, and of all open ones every few
//! minutes, so that lists show it and steps of ladders fire by it.

use super::course::{histories, known};
use super::learn::{Learned, read};
use crate::db::{Insert, Sql};
use crate::error::{Error, Result};
use crate::store::Store;
use crate::write::Operation;
use bifold_domain::incident::{Command as C, Foresee, Incident};
use bifold_domain::level::{self, ClockKey};
use bifold_domain::time::MINUTE;
use bifold_domain::{At, Command, Directory};
use bifold_forecast::Forecast;
use std::collections::HashMap;

/// How long a forecast in a list is believed, in microseconds.
const BELIEVED: i64 = 5 * MINUTE;
/// Incidents looked at in one go.
const AT_ONCE: i64 = 256;

const FORECAST: Insert = Insert {
    table: "forecast",
    columns: &["org", "incident", "version", "at", "permille"],
    key: &["org", "incident"],
};

/// What the model says of one clock that runs.
#[derive(Debug, Clone)]
pub struct Foreseen {
    /// Of which.
    pub clock: ClockKey,
    /// What.
    pub forecast: Forecast,
}

/// What it says of an incident's clocks that run. Of one whose time is over there is nothing to be
/// said, nor of one without a due time.
pub fn foresee(
    learned: &Learned,
    incident: &Incident,
    directory: &Directory,
    now: At,
) -> Vec<Foreseen> {
    let Some(model) = learned.model.as_ref().filter(|_| incident.stage.is_open()) else {
        return Vec::new();
    };
    let held = directory.policy.terms.held(incident.times.recorded);
    let clocks = level::clocks(&incident.trail, &held);
    let told = histories(incident, &held, &directory.policy, now).into_iter();
    let foreseen = told.filter_map(|(clock, history)| {
        let mut all = clocks.iter();
        let run = all.find(|found| found.key == clock)?.run()?;
        if run.is_ended() || run.is_breached(now) {
            return None;
        }
        let forecast = model.predict(&known(&history, run, &held, now)?);
        Some(Foreseen { clock, forecast })
    });
    foreseen.collect()
}

/// What an open incident's forecasts come to.
struct Looked {
    /// The greatest, in thousandths.
    permille: Option<i64>,
    /// What is due because of them.
    due: Vec<Foresee>,
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Shares of one.
fn look(learned: &Learned, incident: &Incident, directory: &Directory, now: At) -> Looked {
    let policy = &directory.policy;
    let held = policy.terms.held(incident.times.recorded);
    let clocks = level::clocks(&incident.trail, &held);
    let mut looked = Looked {
        permille: None,
        due: Vec::new(),
    };
    for foreseen in foresee(learned, incident, directory, now) {
        let probability = foreseen.forecast.probability.clamp(0.0, 1.0);
        let Some(clock) = clocks.iter().find(|clock| clock.key == foreseen.clock) else {
            continue;
        };
        let permille = (probability * 1_000.0).round() as i64;
        looked.permille = looked.permille.max(Some(permille));
        let percent = (probability * 100.0).floor() as u16;
        let has_fired = |firing: &level::Firing| incident.fired.contains(firing);
        let due = level::foreseen(clock, &held, has_fired, percent, now);
        if incident.imported.is_none() && !due.is_empty() {
            looked.due.push(Foresee {
                clock: foreseen.clock,
                percent,
            });
        }
    }
    looked
}

impl Store {
    /// Says anew of open incidents what the model says, where that is older than some minutes or
    /// they changed since, and has steps of ladders fire by it. How many were looked at.
    pub async fn refresh_forecasts(&self) -> Result<usize> {
        let Some(learned) = self.learned().await?.filter(|found| found.model.is_some()) else {
            return Ok(0);
        };
        let directory = self.directory().await?;
        let now = self.inner.shell.clock.now();
        let mut lease = self.inner.db.reader().await?;
        let open: Vec<(String, i64, String)> = Sql::new(
            "SELECT i.id, i.version, s.state FROM incident i \
             JOIN snapshot s ON s.org = i.org AND s.id = i.id \
             LEFT JOIN forecast f ON f.org = i.org AND f.incident = i.id \
             WHERE i.org = $1 AND i.is_open \
             AND (f.at IS NULL OR f.at <= $2 OR f.version <> i.version) LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(now.micros() - BELIEVED)
        .arg(AT_ONCE)
        .all(lease.conn())
        .await?;
        drop(lease);
        let (mut rows, mut commands) = (Vec::new(), Vec::new());
        for (id, version, state) in &open {
            let incident = read(state)?;
            let looked = look(&learned, &incident, &directory, now);
            rows.push(vec![
                self.inner.org.as_str().into(),
                id.as_str().into(),
                (*version).into(),
                now.micros().into(),
                looked.permille.into(),
            ]);
            commands.extend(looked.due.into_iter().map(|due| {
                let command = Command::Incident(incident.id.clone(), C::Foresee(due));
                Operation::one(&self.system(), command)
            }));
        }
        let mut tx = self.inner.db.begin().await?;
        FORECAST.run(&mut tx, rows).await?;
        tx.commit().await?;
        for answer in self.execute_many(commands).await {
            match answer {
                // Another node was there first, or it has just been dealt with.
                Ok(_) | Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(open.len())
    }

    /// The greatest probability of a missed target by incident, in thousandths, of those in a list
    /// that there is one of.
    pub async fn risks(&self, incidents: &[&str]) -> Result<HashMap<String, i64>> {
        if incidents.is_empty() {
            return Ok(HashMap::new());
        }
        let mut sql = Sql::new("SELECT incident, permille FROM forecast WHERE org = ");
        sql.bind(&self.inner.org)
            .push(" AND permille IS NOT NULL AND at > ")
            .bind(self.now() - 3 * BELIEVED)
            .push(" AND incident IN (");
        for (n, id) in incidents.iter().enumerate() {
            sql.push(if n == 0 { "" } else { ", " }).bind(*id);
        }
        sql.push(")");
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String, i64)> = sql.all(lease.conn()).await?;
        Ok(rows.into_iter().collect())
    }
}
