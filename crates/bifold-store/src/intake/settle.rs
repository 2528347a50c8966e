//! Settling: what becomes of new faults, by the rules of their source.

use super::begin::{raising, storm};
use crate::db::{Sql, Value};
use crate::error::{Error, Result};
use crate::insert::Change;
use crate::store::Store;
use crate::write::{Operation, OperationKey, Receipt, Seen};
use bifold_domain::signal::source::{Settings, Source};
use bifold_domain::signal::triage::{Around, Decision, Disposition, triage};
use bifold_domain::signal::{Severity, Signal, State};
use bifold_domain::time::MINUTE;
use bifold_domain::{At, Command, Directory, IncidentId, ServiceId, Short, SourceId};
use sqlx::FromRow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Faults looked at in one go.
const LOOK_LIMIT: i64 = 256;
/// The group in which a source's storm is collected. No sender's group begins like this by chance.
pub(super) const STORM: &str = "bifold:storm";

/// What is asked of a fault that is looked at.
#[derive(Debug, FromRow)]
struct Row {
    seq: i64,
    source: String,
    state: String,
    severity: String,
    service: Option<String>,
    grouped: String,
    signal: String,
    first_at: i64,
    disposition: String,
    event: Option<String>,
}

/// A fault as it is looked at.
pub(super) struct Looked {
    seq: i64,
    pub(super) signal: Signal,
    pub(super) service: Option<ServiceId>,
    pub(super) group: String,
    pub(super) first_at: At,
    event: Option<String>,
    /// What became of it, if that was decided.
    settled: Option<Disposition>,
}

impl Looked {
    fn of(row: Row) -> Result<Self> {
        let mut signal: Signal = serde_json::from_str(&row.signal).map_err(Error::damaged)?;
        // What it is by now, not what was said first.
        signal.state = State::from_word(&row.state).unwrap_or(signal.state);
        signal.severity = Severity::from_word(&row.severity).unwrap_or(signal.severity);
        let service = row.service.as_deref().map(ServiceId::parse).transpose();
        let waits = |d: &Disposition| matches!(d, Disposition::Waiting | Disposition::Maintenance);
        let settled = Disposition::from_word(&row.disposition).filter(|d| !waits(d));
        Ok(Self {
            seq: row.seq,
            signal,
            service: service.map_err(Error::damaged)?,
            group: row.grouped,
            first_at: At::from_micros(row.first_at),
            event: row.event,
            settled,
        })
    }
}

/// What is written about a fault that was looked at.
struct Settled {
    seq: i64,
    disposition: Disposition,
    rule: Option<Short>,
    event: Option<String>,
    look_at: Option<i64>,
}

/// A signal that came meanwhile has set a time of its own, which stays.
const SETTLED: Change = Change {
    table: "fault",
    given: &["seq", "disposition", "rule", "event", "look_at", "now"],
    set: "disposition = given.disposition, rule = COALESCE(given.rule, fault.rule), \
          event = given.event, look_at = CASE WHEN fault.look_at > given.now \
          THEN fault.look_at ELSE given.look_at END",
};

impl Settled {
    fn row(self, now: At) -> Vec<Value> {
        let rule = self.rule.as_ref().map(Short::as_str);
        vec![
            self.seq.into(),
            self.disposition.word().into(),
            rule.into(),
            self.event.into(),
            self.look_at.into(),
            now.micros().into(),
        ]
    }
}

/// One go over the faults of one source.
struct Go<'a> {
    source: &'a Source,
    /// The open events of groups; those that are made in this go come to them.
    open: HashMap<String, String>,
    recent: u32,
    now: At,
}

impl Store {
    /// Looks at the faults whose time has come; how many there were.
    pub async fn settle_faults(&self) -> Result<usize> {
        let now = self.now();
        let mut lease = self.inner.db.reader().await?;
        let mut rows: Vec<Row> = Sql::new(
            "SELECT seq, source, state, severity, service, grouped, signal, first_at, \
             disposition, event FROM fault WHERE org = $1 AND look_at IS NOT NULL \
             AND look_at <= $2 ORDER BY look_at LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(now)
        .arg(LOOK_LIMIT)
        .all(lease.conn())
        .await?;
        drop(lease);
        // Thousands may have come at the same instant, and sorting them all for a few is dear.
        rows.sort_unstable_by_key(|row| row.seq);
        let count = rows.len();
        let directory = self.directory().await?;
        let mut by_source: BTreeMap<String, Vec<Looked>> = BTreeMap::new();
        for row in rows {
            let source = row.source.clone();
            by_source.entry(source).or_default().push(Looked::of(row)?);
        }
        for (source, faults) in by_source {
            let id = SourceId::parse(&source).map_err(Error::damaged)?;
            let found = directory.sources.get(&id);
            let source = found.ok_or_else(|| Error::damaged(format!("source {id}")))?;
            self.settle_source(&directory, source, faults).await?;
        }
        Ok(count)
    }

    /// When the next fault or event wants a look, in microseconds since the epoch.
    pub async fn next_settling_at(&self) -> Result<Option<i64>> {
        let mut lease = self.inner.db.reader().await?;
        let mut earliest = None;
        for sql in [
            "SELECT MIN(look_at) FROM fault WHERE org = $1 AND look_at IS NOT NULL",
            "SELECT MIN(due_at) FROM event_tally WHERE org = $1 AND due_at IS NOT NULL",
        ] {
            let row: Option<(Option<i64>,)> = Sql::new(sql)
                .arg(&self.inner.org)
                .first(lease.conn())
                .await?;
            earliest = [earliest, row.and_then(|row| row.0)]
                .into_iter()
                .flatten()
                .min();
        }
        Ok(earliest)
    }

    async fn settle_source(
        &self,
        directory: &Directory,
        source: &Source,
        faults: Vec<Looked>,
    ) -> Result<()> {
        let mut groups: Vec<String> = faults.iter().map(|fault| fault.group.clone()).collect();
        groups.push(STORM.to_owned());
        groups.sort_unstable();
        groups.dedup();
        let mut go = Go {
            source,
            open: self.open_events(&source.id, &groups).await?,
            recent: self.recent_events(&source.id).await?,
            now: self.inner.shell.clock.now(),
        };
        let mut settled = Vec::with_capacity(faults.len());
        let mut counted = BTreeSet::new();
        for fault in faults {
            let done = self.settle_one(directory, &mut go, &fault).await?;
            counted.extend(done.event.clone());
            settled.push(done);
        }
        let mut tx = self.inner.db.begin().await?;
        let rows = settled.into_iter().map(|done| done.row(go.now));
        SETTLED
            .run(&mut tx, &self.inner.org, rows.collect())
            .await?;
        self.wish_tallies(&mut tx, counted).await?;
        tx.commit().await?;
        Ok(())
    }

    #[allow(clippy::too_many_lines)] // One arm a decision.
    async fn settle_one(
        &self,
        directory: &Directory,
        go: &mut Go<'_>,
        fault: &Looked,
    ) -> Result<Settled> {
        let settled = |disposition| Settled {
            seq: fault.seq,
            disposition,
            rule: None,
            event: None,
            look_at: None,
        };
        // What was put aside stays there, unless it is wrong again: then the rules are asked anew.
        if let Some(disposition) = fault.settled
            && fault.event.is_none()
            && fault.signal.state == State::Resolved
        {
            return Ok(settled(disposition));
        }
        // It has its event; only that is to be counted again.
        if let Some(event) = &fault.event {
            let storm = go.open.get(STORM) == Some(event) && fault.group != STORM;
            let disposition = if storm {
                Disposition::Storm
            } else {
                Disposition::Event
            };
            return Ok(Settled {
                event: Some(event.clone()),
                ..settled(disposition)
            });
        }
        let settings = &go.source.settings;
        let around = Around {
            has_open_event: go.open.contains_key(&fault.group),
            recent: go.recent,
            maintenance_until: fault
                .service
                .as_ref()
                .and_then(|service| directory.held_until(service)),
            declared: self.declared_for(fault.service.as_ref(), settings).await?,
        };
        Ok(match triage(&fault.signal, settings, &around, go.now) {
            Decision::Keep(disposition, rule) => Settled {
                rule,
                ..settled(disposition)
            },
            Decision::Hold(until) => Settled {
                look_at: Some(until.micros()),
                ..settled(Disposition::Maintenance)
            },
            Decision::Attach => Settled {
                event: go.open.get(&fault.group).cloned(),
                ..settled(Disposition::Event)
            },
            Decision::Raise(rule, outcome) => {
                let group = fault.group.clone();
                let commands = raising(self, directory, go.source, fault, rule.clone(), outcome)?;
                let event = self.raise_event(fault.seq, commands).await?;
                go.recent += 1;
                go.open.insert(group, event.clone());
                Settled {
                    rule,
                    event: Some(event),
                    ..settled(Disposition::Event)
                }
            }
            Decision::Storm => {
                let event = if let Some(event) = go.open.get(STORM) {
                    event.clone()
                } else {
                    let commands = storm(self, go.source)?;
                    self.raise_event(fault.seq, commands).await?
                };
                go.open.insert(STORM.to_owned(), event.clone());
                Settled {
                    event: Some(event),
                    ..settled(Disposition::Storm)
                }
            }
        })
    }

    /// Carries out what begins an event; its id, also when that was done before a crash. What a
    /// rule cannot do is left to people: its event waits like any other.
    async fn raise_event(&self, seq: i64, commands: Vec<Command>) -> Result<String> {
        let operation = |key: String, commands| Operation {
            actor: self.system(),
            key: Some(OperationKey {
                key,
                digest: String::new(),
            }),
            seen: Seen::Any,
            commands,
            is_imported: false,
        };
        let alone = commands.first().cloned().into_iter().collect();
        let whole = self.execute(operation(format!("fault/{seq}"), commands));
        let receipt: Receipt = match whole.await {
            Err(Error::Refused(refusal)) => {
                tracing::warn!(%refusal, seq, "a rule of a source could not be carried out");
                let plain = operation(format!("fault/{seq}/plain"), alone);
                self.execute(plain).await?
            }
            answer => answer?,
        };
        let event = receipt.touched.iter().find(|t| t.record_type == "event");
        let event = event.ok_or_else(|| Error::damaged("an event that was not made"))?;
        Ok(event.id.clone())
    }

    /// The newest event of each of these groups that is undecided or of an open incident.
    async fn open_events(
        &self,
        source: &SourceId,
        groups: &[String],
    ) -> Result<HashMap<String, String>> {
        let mut lease = self.inner.db.reader().await?;
        let mut found = HashMap::new();
        for groups in groups.chunks(256) {
            let mut sql = Sql::new("SELECT e.external_id, e.id FROM event e WHERE e.org = ");
            sql.bind(&self.inner.org).push(" AND e.source = ");
            sql.bind(source.as_str()).push(" AND e.external_id IN ");
            sql.list(groups).push(
                " AND (e.standing = 'undecided' OR EXISTS (SELECT 1 FROM incident i \
                 WHERE i.org = e.org AND i.id = e.incident AND i.is_open = TRUE)) ORDER BY e.seq",
            );
            found.extend(sql.all::<(String, String)>(lease.conn()).await?);
        }
        Ok(found)
    }

    async fn recent_events(&self, source: &SourceId) -> Result<u32> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> = Sql::new(
            "SELECT COUNT(*) FROM event WHERE org = $1 AND source = $2 AND received_at > $3",
        )
        .arg(&self.inner.org)
        .arg(source.as_str())
        .arg(self.now() - MINUTE)
        .first(lease.conn())
        .await?;
        Ok(row.map_or(0, |row| u32::try_from(row.0).unwrap_or(u32::MAX)))
    }

    /// The open incident that a rule declared for the service last.
    async fn declared_for(
        &self,
        service: Option<&ServiceId>,
        settings: &Settings,
    ) -> Result<Option<(IncidentId, At)>> {
        // Without rules nothing joins, and nobody needs to ask.
        let (Some(service), false) = (service, settings.rules.is_empty()) else {
            return Ok(None);
        };
        // What a sensitive source says joins nothing that others read, nor what Bifold itself
        // cannot read any more.
        if settings.is_sensitive {
            return Ok(None);
        }
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String, i64)> = Sql::new(
            "SELECT id, recorded_at FROM incident WHERE org = $1 AND is_open = TRUE \
             AND service = $2 AND reporter = $3 AND restricted = FALSE ORDER BY seq DESC LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(service.as_str())
        .arg(self.system().person.as_str())
        .first(lease.conn())
        .await?;
        row.map(|(id, at)| {
            let id = IncidentId::parse(&id).map_err(Error::damaged)?;
            Ok((id, At::from_micros(at)))
        })
        .transpose()
    }
}
