//! What the leak guard compares with: the texts of an incident, apart by who may know them.

use super::Batch;
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::write::seal::BODY;
use bifold_domain::incident::LaneTexts;
use bifold_domain::kind::KindKey;
use bifold_domain::record::State;
use bifold_ledger::disclosure::Disclosure;
use serde_json::Value;

/// Entries read at most, the latest: more have never been seen.
const ENTRIES: i64 = 20_000;

#[derive(sqlx::FromRow)]
struct Row {
    log: i64,
    idx: i64,
    kind: String,
    lane: Option<String>,
    disclosures: String,
}

impl Batch<'_> {
    /// The texts of an incident and of its evidence, as they are written.
    pub(super) async fn texts(&mut self, incident: &str) -> Result<LaneTexts> {
        let rows: Vec<Row> = Sql::new(
            "SELECT e.log, e.idx, e.kind, e.lane, d.disclosures FROM ledger_entry e \
             JOIN ledger_disclosure d ON d.org = e.org AND d.log = e.log AND d.idx = e.idx \
             WHERE e.org = $1 AND (e.subject = $2 OR e.subject IN \
             (SELECT id FROM evidence WHERE org = $1 AND incident = $2)) \
             ORDER BY e.log DESC, e.idx DESC LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(incident)
        .arg(ENTRIES)
        .all(self.tx.conn())
        .await?;
        let is_restricted = match self.loaded.get(incident).and_then(|l| l.state.as_ref()) {
            Some(State::Incident(incident)) => incident.compartment.is_some(),
            _ => false,
        };
        let mut texts = LaneTexts::default();
        for row in rows {
            // What was said, or was to be, is what is compared.
            if row.kind.starts_with("incident.announce") {
                continue;
            }
            let is_secret = is_restricted || row.lane.is_some_and(|lane| self.is_sensitive(&lane));
            let into = if is_secret {
                &mut texts.secret
            } else {
                &mut texts.open
            };
            let index = u64::try_from(row.idx).map_err(Error::damaged)?;
            let opened = self.envelopes.open(row.log, index, &row.disclosures)?;
            for line in opened.lines.lines().filter(|line| !line.is_empty()) {
                let found = Disclosure::decode(line).map_err(Error::damaged)?;
                match found.value {
                    Value::String(text) if found.name != BODY => into.push(text),
                    _ => {}
                }
            }
        }
        Ok(texts)
    }

    fn is_sensitive(&self, lane: &str) -> bool {
        let kind = KindKey::parse(lane);
        kind.map_or(true, |kind| self.directory.policy.is_sensitive(&kind))
    }
}
