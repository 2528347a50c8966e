//! Folding what was read into faults.

use super::fault::{self, Fault, First};
use crate::db::{Sql, Tx, Value};
use crate::error::{Error, Result};
use crate::mail::Filed;
use crate::store::Store;
use bifold_domain::signal::Signal;
use bifold_domain::signal::source::Settings;
use bifold_domain::signal::triage::{group_key, service};
use bifold_domain::{At, Directory, SourceId};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

/// What reading a delivery gave.
#[derive(Debug, Clone)]
pub struct ReadDelivery {
    /// Its place in the order of arrival.
    pub id: i64,
    /// From which source.
    pub source: SourceId,
    /// When it came.
    pub received_at: At,
    /// Its signals and what was noticed, or why it could not be read.
    pub outcome: std::result::Result<(Vec<Signal>, Option<String>), String>,
    /// For a mail: what came of it.
    pub mail: Option<Box<Filed>>,
}

/// A signal and where it came from.
struct Said {
    signal: Signal,
    at: i64,
    inbound: Option<i64>,
}

impl Store {
    /// Folds what was read into faults and moves on. `false` when another node has read it
    /// meanwhile, and nothing was written.
    pub async fn fold(&self, read_to: i64, deliveries: Vec<ReadDelivery>) -> Result<bool> {
        let Some(last) = deliveries.last().map(|d| d.id) else {
            return Ok(true);
        };
        let directory = self.directory().await?;
        let mut by_source: BTreeMap<SourceId, Vec<Said>> = BTreeMap::new();
        let (mut marks, mut mails) = (Vec::new(), Vec::new());
        for delivery in deliveries {
            if let Some(filed) = delivery.mail {
                mails.push((
                    delivery.id,
                    delivery.source.clone(),
                    delivery.received_at,
                    filed,
                ));
            }
            match delivery.outcome {
                Ok((signals, remarks)) => {
                    if let Some(remarks) = remarks {
                        marks.push((delivery.id, delivery.source.clone(), remarks, false));
                    }
                    let said = signals.into_iter().map(|signal| Said {
                        signal,
                        at: delivery.received_at.micros(),
                        inbound: Some(delivery.id),
                    });
                    by_source.entry(delivery.source).or_default().extend(said);
                }
                Err(error) => marks.push((delivery.id, delivery.source, error, true)),
            }
        }
        let mut tx = self.inner.db.begin().await?;
        // Also the lock: nobody else folds until this is over.
        let moved =
            Sql::new("UPDATE inbound_cursor SET read_to = $3 WHERE org = $1 AND read_to = $2")
                .arg(&self.inner.org)
                .arg(read_to)
                .arg(last)
                .run(tx.conn())
                .await?;
        if moved == 0 {
            return Ok(false);
        }
        self.fold_said(&mut tx, &directory, by_source).await?;
        for (id, source, at, filed) in mails {
            self.file(&mut tx, id, &source, at, *filed).await?;
        }
        for (id, source, text, is_error) in marks {
            self.mark(&mut tx, id, &source, &text, is_error).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Folds a signal that nobody sent: Bifold's own word about a source, or a test of its rules.
    pub async fn signal(&self, source: &SourceId, signal: Signal) -> Result<()> {
        let directory = self.directory().await?;
        let said = Said {
            signal,
            at: self.now(),
            inbound: None,
        };
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO inbound_cursor (org, given, read_to, swept_to, fault_seq) \
             VALUES ($1, 0, 0, 0, 0) ON CONFLICT (org) DO UPDATE SET org = excluded.org",
        )
        .arg(&self.inner.org)
        .run(tx.conn())
        .await?;
        let said = BTreeMap::from([(source.clone(), vec![said])]);
        self.fold_said(&mut tx, &directory, said).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn fold_said(
        &self,
        tx: &mut Tx,
        directory: &Directory,
        by_source: BTreeMap<SourceId, Vec<Said>>,
    ) -> Result<()> {
        let (mut next,): (i64,) = Sql::new("SELECT fault_seq FROM inbound_cursor WHERE org = $1")
            .arg(&self.inner.org)
            .first(tx.conn())
            .await?
            .ok_or_else(|| Error::damaged("faults without anything taken in"))?;
        for (source, said) in by_source {
            // A source that was taken out of use meanwhile keeps its settings.
            let Some(found) = directory.sources.get(&source) else {
                continue;
            };
            let count = said.len() as u64;
            let faults = self
                .folded(tx, directory, &source, &found.settings, said)
                .await?;
            fault::write(tx, &self.inner.org, source.as_str(), &faults, &mut next).await?;
            Sql::new(
                "UPDATE source_state SET signals = signals + $3 WHERE org = $1 AND source = $2",
            )
            .arg(&self.inner.org)
            .arg(source.as_str())
            .arg(count)
            .run(tx.conn())
            .await?;
        }
        Sql::new("UPDATE inbound_cursor SET fault_seq = $2 WHERE org = $1")
            .arg(&self.inner.org)
            .arg(next)
            .run(tx.conn())
            .await?;
        Ok(())
    }

    /// The faults of one source after these signals, in the order in which they are written:
    /// earlier occurrences before later ones.
    async fn folded(
        &self,
        tx: &mut Tx,
        directory: &Directory,
        source: &SourceId,
        settings: &Settings,
        said: Vec<Said>,
    ) -> Result<Vec<Fault>> {
        let org = &self.inner.org;
        let mut identities: Vec<String> = said
            .iter()
            .map(|said| said.signal.external_id.to_string())
            .collect();
        identities.sort_unstable();
        identities.dedup();
        let mut faults = fault::latest(tx, org, source.as_str(), &identities).await?;
        let mut place: HashMap<String, usize> = faults
            .iter()
            .enumerate()
            .map(|(n, fault)| (fault.external_id.clone(), n))
            .collect();
        for Said {
            signal,
            at,
            inbound,
        } in said
        {
            let identity = signal.external_id.to_string();
            let known = place.get(&identity).copied();
            let compared = known
                .and_then(|n| faults.get(n))
                .map(|fault| fault.compare(&signal, at));
            match (known.and_then(|n| faults.get_mut(n)), compared) {
                (Some(fault), Some(Ordering::Equal)) => fault.add(&signal, at),
                (Some(_), Some(Ordering::Less)) => {
                    let began = signal.began_at.map_or(0, At::micros);
                    let earlier =
                        fault::earlier(tx, org, source.as_str(), &identity, began).await?;
                    // Of an occurrence that nobody knows, and that is past: nothing to do.
                    if let Some(mut fault) = earlier {
                        fault.add(&signal, at);
                        fault::write(tx, org, source.as_str(), &[fault], &mut 0).await?;
                    }
                }
                (latest, _) => {
                    if let Some(latest) = latest {
                        latest.surpass();
                    }
                    let service = service(&signal, settings, directory);
                    let first = First {
                        service: service.map(ToString::to_string),
                        group: group_key(&signal, settings).to_string(),
                        inbound,
                        signal,
                    };
                    place.insert(identity, faults.len());
                    faults.push(Fault::new(first, at));
                }
            }
        }
        Ok(faults)
    }

    async fn mark(
        &self,
        tx: &mut Tx,
        id: i64,
        source: &SourceId,
        text: &str,
        is_error: bool,
    ) -> Result<()> {
        let text = text.replace('\0', " ");
        let (remarks, error) = if is_error {
            (Value::NullText, Value::Text(text))
        } else {
            (Value::Text(text), Value::NullText)
        };
        Sql::new("UPDATE inbound SET remarks = $3, error = $4 WHERE org = $1 AND id = $2")
            .arg(&self.inner.org)
            .arg(id)
            .arg(remarks)
            .arg(error)
            .run(tx.conn())
            .await?;
        if is_error {
            Sql::new("UPDATE source_state SET unread = unread + 1 WHERE org = $1 AND source = $2")
                .arg(&self.inner.org)
                .arg(source.as_str())
                .run(tx.conn())
                .await?;
        }
        Ok(())
    }
}
