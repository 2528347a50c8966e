//! What is shown of disclosures, to whom. Every question passes [`visible`], which says in SQL
//! what `Disclosure::is_readable_by` says in Rust.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::query::{PAGE_LIMIT, principals};
use crate::store::Store;
use bifold_domain::disclosure::{Disclosure, Standing};
use bifold_domain::record::State;
use bifold_domain::{At, Directory, DisclosureId, Permission, PersonId, Viewer};
use sqlx::FromRow;
use std::collections::BTreeMap;

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its place in the order of all.
    pub seq: i64,
    /// Its number for people.
    pub number: String,
    /// One line.
    pub title: String,
    /// What it is about.
    pub concern: String,
    /// Whether its reporter has a name.
    pub mode: String,
    /// Where it stands.
    pub stage: String,
    /// What it was found to be.
    pub outcome: Option<String>,
    /// Who looks into it.
    pub handler: Option<String>,
    /// When it came in, in microseconds since the epoch; so are the others.
    pub received_at: i64,
    /// When its reporter was told that it came in.
    pub acknowledged_at: Option<i64>,
    /// Until when that is to be.
    pub acknowledge_by: i64,
    /// When its reporter was told what was done.
    pub feedback_at: Option<i64>,
    /// Until when that is to be.
    pub feedback_by: i64,
    /// When it was closed.
    pub closed_at: Option<i64>,
}

/// Which ones a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only closed ones, or only those that are not.
    pub is_closed: Option<bool>,
}

/// A name that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRequest {
    /// Of which disclosure.
    pub id: DisclosureId,
    /// Its number.
    pub number: String,
    /// Who asks.
    pub asker: PersonId,
    /// When.
    pub at: At,
    /// Why.
    pub reason: String,
}

/// Counts and times, without a word of any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many came in.
    pub received: u64,
    /// How many of these without a name.
    pub anonymous: u64,
    /// How many were acknowledged in time.
    pub acknowledged_in_time: u64,
    /// How many were acknowledged too late, or are overdue.
    pub acknowledged_late: u64,
    /// Of how many the reporter was told in time what was done.
    pub feedback_in_time: u64,
    /// Of how many too late, or not yet although it is due.
    pub feedback_late: u64,
    /// How many are not closed.
    pub open: u64,
    /// How many were closed as what.
    pub outcomes: BTreeMap<String, u64>,
}

const COLUMNS: &str = "d.id, d.seq, d.number, d.title, d.concern, d.mode, d.stage, d.outcome, \
     d.handler, d.received_at, d.acknowledged_at, d.acknowledge_by, d.feedback_at, d.feedback_by, \
     d.closed_at";

/// Whether one of these principals is excluded from the disclosure under the alias `d`.
fn excluded(sql: &mut Sql, principals: &[&str]) {
    sql.push(
        "EXISTS (SELECT 1 FROM disclosure_excluded x WHERE x.org = d.org AND x.disclosure = d.id \
         AND x.principal IN ",
    );
    sql.list(principals).push(")");
}

/// Adds that this viewer is not excluded.
fn not_excluded(sql: &mut Sql, viewer: &Viewer) {
    sql.push("NOT ");
    excluded(sql, &principals(viewer));
}

/// Adds the visibility predicate for disclosures under the alias `d`.
fn visible(sql: &mut Sql, viewer: &Viewer, directory: &Directory) {
    if !viewer.handles_disclosures && !viewer.keeps_identities {
        sql.push("FALSE");
        return;
    }
    not_excluded(sql, viewer);
    if viewer.handles_disclosures {
        return;
    }
    // A custodian stands in where nobody is left who handles disclosures.
    for handler in directory.people_with(Permission::HandleDisclosures) {
        let teams = directory.teams_of(handler);
        let mut principals = vec![handler.as_str()];
        principals.extend(teams.iter().map(bifold_domain::TeamId::as_str));
        sql.push(" AND ");
        excluded(sql, &principals);
    }
}

impl Store {
    /// Disclosures that this viewer may read, the newest first.
    pub async fn seen_disclosures(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let directory = self.directory().await?;
        let mut sql = Sql::new("SELECT ");
        sql.push(COLUMNS).push(" FROM disclosure d WHERE d.org = ");
        sql.bind(&self.inner.org).push(" AND ");
        visible(&mut sql, viewer, &directory);
        match filter.is_closed {
            Some(true) => sql.push(" AND d.stage = 'closed'"),
            Some(false) => sql.push(" AND d.stage <> 'closed'"),
            None => &mut sql,
        };
        if let Some(seq) = before {
            sql.push(" AND d.seq < ").bind(seq);
        }
        sql.push(" ORDER BY d.seq DESC LIMIT ")
            .bind(i64::from(limit.min(PAGE_LIMIT + 1)));
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    /// One by id or number, and its version; `None` when there is none for this viewer.
    pub async fn disclosure(
        &self,
        viewer: &Viewer,
        name: &str,
    ) -> Result<Option<(Disclosure, u64)>> {
        let directory = self.directory().await?;
        let mut sql = Sql::new(
            "SELECT s.state, s.version FROM disclosure d JOIN snapshot s ON s.org = d.org \
             AND s.id = d.id WHERE d.org = ",
        );
        sql.bind(&self.inner.org).push(" AND (d.id = ").bind(name);
        sql.push(" OR d.number = ").bind(name).push(") AND ");
        visible(&mut sql, viewer, &directory);
        let mut lease = self.inner.db.reader().await?;
        sql.first(lease.conn()).await?.map(read).transpose()
    }

    /// One, whoever asks: for jobs, for whoever holds its receipt, and for decisions that look at
    /// the actor themselves.
    pub(crate) async fn any_disclosure(
        &self,
        id: &DisclosureId,
    ) -> Result<Option<(Disclosure, u64)>> {
        let mut lease = self.inner.db.reader().await?;
        let row = Sql::new(
            "SELECT s.state, s.version FROM disclosure d JOIN snapshot s ON s.org = d.org \
             AND s.id = d.id WHERE d.org = $1 AND d.id = $2",
        )
        .arg(&self.inner.org)
        .arg(id.as_str())
        .first(lease.conn())
        .await?;
        row.map(read).transpose()
    }

    /// The names that somebody asks for and this viewer decides about: not their own requests,
    /// and nothing of the disclosure but its number.
    pub async fn identity_requests(&self, viewer: &Viewer) -> Result<Vec<IdentityRequest>> {
        if !viewer.keeps_identities {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(
            "SELECT s.state, s.version FROM disclosure d JOIN snapshot s ON s.org = d.org \
             AND s.id = d.id WHERE d.org = ",
        );
        sql.bind(&self.inner.org)
            .push(" AND d.is_identity_asked = TRUE AND ");
        not_excluded(&mut sql, viewer);
        sql.push(" ORDER BY d.seq LIMIT ")
            .bind(i64::from(PAGE_LIMIT));
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String, i64)> = sql.all(lease.conn()).await?;
        let mut found = Vec::new();
        for row in rows {
            let (disclosure, _) = read(row)?;
            for ask in &disclosure.asks {
                if ask.standing == Standing::Pending && ask.by != viewer.person {
                    found.push(IdentityRequest {
                        id: disclosure.id.clone(),
                        number: disclosure.shown_number(),
                        asker: ask.by.clone(),
                        at: ask.at,
                        reason: ask.reason.shown(),
                    });
                }
            }
        }
        Ok(found)
    }

    /// Counts and times of those that came in within a span: for whoever audits, and for those
    /// who handle disclosures; `None` for everybody else. Nobody counts what they are excluded
    /// from.
    pub async fn disclosure_summary(
        &self,
        viewer: &Viewer,
        from: Option<At>,
        until: Option<At>,
    ) -> Result<Option<Summary>> {
        if !viewer.audits && !viewer.handles_disclosures {
            return Ok(None);
        }
        let now = self.now();
        let mut sql = Sql::new("SELECT ");
        sql.push(COLUMNS).push(" FROM disclosure d WHERE d.org = ");
        sql.bind(&self.inner.org).push(" AND ");
        not_excluded(&mut sql, viewer);
        if let Some(from) = from {
            sql.push(" AND d.received_at >= ").bind(from.micros());
        }
        if let Some(until) = until {
            sql.push(" AND d.received_at < ").bind(until.micros());
        }
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<Row> = sql.all(lease.conn()).await?;
        let mut summary = Summary::default();
        for row in rows {
            summary.add(&row, now);
        }
        Ok(Some(summary))
    }
}

impl Summary {
    fn add(&mut self, row: &Row, now: i64) {
        self.received += 1;
        self.anonymous += u64::from(row.mode == "anonymous");
        let timed = |done: Option<i64>, due: i64| match done {
            Some(at) if at <= due => (1, 0),
            Some(_) => (0, 1),
            None => (0, u64::from(now > due)),
        };
        let (in_time, late) = timed(row.acknowledged_at, row.acknowledge_by);
        self.acknowledged_in_time += in_time;
        self.acknowledged_late += late;
        let (in_time, late) = timed(row.feedback_at, row.feedback_by);
        self.feedback_in_time += in_time;
        self.feedback_late += late;
        match &row.outcome {
            Some(outcome) => *self.outcomes.entry(outcome.clone()).or_default() += 1,
            None => self.open += 1,
        }
    }
}

fn read((state, version): (String, i64)) -> Result<(Disclosure, u64)> {
    let version = u64::try_from(version).map_err(Error::damaged)?;
    match State::from_json("disclosure", &state).map_err(Error::damaged)? {
        State::Disclosure(found) => Ok((*found, version)),
        _ => Err(Error::damaged("a disclosure that is none")),
    }
}
