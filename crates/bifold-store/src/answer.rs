//! Answers to those who reported: the notes of an incident that are for them too, on the page of
//! their receipt, and as letters where they wrote by mail.
//!
//! Of a restricted incident nothing goes out this way: its members speak to people themselves.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::mail::{self, Letter};
use crate::store::Store;
use crate::write::seal;
use bifold_domain::signal::source::Source;
use bifold_domain::{At, EventId, IncidentId, SourceId};
use bifold_intake::mail::token;
use std::collections::BTreeMap;

/// Notes shown and looked at, the latest.
const NOTES: i64 = 200;
/// Mails of an incident that are looked at, the latest.
const MAILS: i64 = 500;
/// Bytes of a subject at most.
const SUBJECT: usize = 200;

/// A note for those who reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutwardNote {
    /// Its place in the history of the incident.
    pub n: i64,
    /// When it was written.
    pub at: At,
    /// What it says.
    pub text: String,
}

#[derive(sqlx::FromRow)]
struct NoteRow {
    log: i64,
    idx: i64,
    subject_n: i64,
    at: i64,
    disclosures: Option<String>,
    by_idx: Option<i64>,
}

/// One of those who wrote, and what they wrote last.
#[derive(sqlx::FromRow)]
struct Wrote {
    event: String,
    number: String,
    source: String,
    sender: String,
    subject: Option<String>,
    message_id: Option<String>,
}

impl Store {
    /// The notes of an incident that are for those who reported it, oldest first; none of a
    /// restricted one. Whoever asks has shown that they reported.
    pub async fn outward_notes(&self, incident: &IncidentId) -> Result<Vec<OutwardNote>> {
        let mut lease = self.inner.db.reader().await?;
        let mut rows: Vec<NoteRow> = Sql::new(
            "SELECT e.log, e.idx, e.subject_n, e.at, d.disclosures, \
             (SELECT MAX(r.by_idx) FROM ledger_redaction r WHERE r.org = e.org \
             AND r.log = e.log AND r.idx = e.idx) AS by_idx \
             FROM ledger_entry e JOIN incident i ON i.org = e.org AND i.id = e.subject \
             LEFT JOIN ledger_disclosure d ON d.org = e.org AND d.log = e.log AND d.idx = e.idx \
             WHERE e.org = $1 AND e.subject = $2 AND e.kind = 'incident.note_added' \
             AND e.lane IS NULL AND i.restricted = FALSE ORDER BY e.subject_n DESC LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(incident.as_str())
        .arg(NOTES)
        .all(lease.conn())
        .await?;
        drop(lease);
        rows.reverse();
        let mut envelopes = self.inner.envelopes()?;
        let mut notes = Vec::new();
        for row in rows {
            let index = u64::try_from(row.idx).map_err(Error::damaged)?;
            let by = u64::try_from(row.by_idx.unwrap_or(0)).map_err(Error::damaged)?;
            let stored = row.disclosures.unwrap_or_default();
            let opened = envelopes.open(row.log, index, &stored)?;
            let kind = "incident.note_added";
            let (_, fact) = seal::join_json(kind, &opened.lines, by.max(opened.by()))?;
            let text = fact.pointer("/text/~").and_then(serde_json::Value::as_str);
            if let (Some("outward"), Some(text)) = (fact["audience"].as_str(), text) {
                notes.push(OutwardNote {
                    n: row.subject_n,
                    at: At::from_micros(row.at),
                    text: text.to_owned(),
                });
            }
        }
        Ok(notes)
    }

    /// Has a note sent to everybody who wrote by mail about the incident, once each.
    pub(crate) async fn answer(&self, payload: &str) -> Result<()> {
        let (incident, at) = payload
            .split_once(' ')
            .ok_or_else(|| Error::damaged("a job without its time"))?;
        let incident = IncidentId::parse(incident).map_err(Error::damaged)?;
        let at = at.parse().map(At::from_micros).map_err(Error::damaged)?;
        let notes = self.outward_notes(&incident).await?;
        let notes: Vec<OutwardNote> = notes.into_iter().filter(|note| note.at == at).collect();
        if notes.is_empty() {
            return Ok(());
        }
        let wrote = self.wrote(&incident).await?;
        let directory = self.directory().await?;
        for note in notes {
            for one in &wrote {
                let source = SourceId::parse(&one.source).map_err(Error::damaged)?;
                let Some(source) = directory.sources.get(&source) else {
                    continue;
                };
                let Some(letter) = self.answering(source, one, &incident, &note)? else {
                    continue;
                };
                self.post_once(&one.source, &one.event, letter).await?;
            }
        }
        Ok(())
    }

    /// Who wrote by mail what belongs to the incident, each with what they wrote last.
    async fn wrote(&self, incident: &IncidentId) -> Result<Vec<Wrote>> {
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<Wrote> = Sql::new(
            "SELECT m.record AS event, e.number, m.source, m.sender, m.subject, m.message_id \
             FROM event e JOIN mail m ON m.org = e.org AND m.record = e.id \
             WHERE e.org = $1 AND e.incident = $2 AND m.sender IS NOT NULL \
             AND m.became IN ('event', 'added') ORDER BY m.inbound DESC LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(incident.as_str())
        .arg(MAILS)
        .all(lease.conn())
        .await?;
        let mut each: BTreeMap<(String, String), Wrote> = BTreeMap::new();
        for row in rows {
            let key = (row.event.clone(), row.sender.to_lowercase());
            each.entry(key).or_insert(row);
        }
        Ok(each.into_values().collect())
    }

    fn answering(
        &self,
        source: &Source,
        to: &Wrote,
        incident: &IncidentId,
        note: &OutwardNote,
    ) -> Result<Option<Letter>> {
        let Some(mailbox) = &source.settings.mailbox else {
            return Ok(None);
        };
        let Some((_, domain)) = mailbox.parts() else {
            return Ok(None);
        };
        let event = EventId::parse(&to.event).map_err(Error::damaged)?;
        let token = token::make(&self.reply_key()?, event.bits().to_be_bytes());
        let subject: String = to
            .subject
            .as_deref()
            .unwrap_or_default()
            .chars()
            .take(SUBJECT)
            .collect();
        let subject = subject.trim_start_matches("Re: ").to_owned();
        let plain = |text: &str| {
            text.chars()
                .filter(char::is_ascii_alphanumeric)
                .collect::<String>()
        };
        Ok(Some(Letter {
            id: format!("{incident}.{}.{}.{}", note.n, event, plain(&to.sender)),
            from: mailbox.address.to_string(),
            reply_to: format!("{}{token}@{domain}", token::PREFIX),
            to: to.sender.clone(),
            subject: format!("[{}] Re: {subject}", to.number)
                .trim_end()
                .to_owned(),
            text: note.text.clone(),
            in_reply_to: to.message_id.clone(),
            references: to.message_id.iter().cloned().collect(),
            is_automatic: false,
            unsubscribe: None,
        }))
    }

    /// Has a letter sent unless it was already.
    async fn post_once(&self, source: &str, event: &str, letter: Letter) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        let found: Option<(i64,)> = Sql::new("SELECT 1 FROM letter WHERE org = $1 AND id = $2")
            .arg(&self.inner.org)
            .arg(&letter.id)
            .first(tx.conn())
            .await?;
        if found.is_some() {
            return Ok(());
        }
        let letters = vec![(event.to_owned(), letter)];
        mail::post_all(
            &mut tx,
            (&self.inner.org, source),
            "answer",
            letters,
            self.now(),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
