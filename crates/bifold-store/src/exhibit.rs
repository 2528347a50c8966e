//! What the system does about evidence by itself: looking at the bytes, raising the alarm when
//! they changed, destroying them when two people disposed of them.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::job::Next;
use crate::store::Store;
use crate::write::{LOOK_EVERY, Operation, OperationKey, Seen};
use bifold_domain::event::Channel;
use bifold_domain::evidence::{self, Evidence, Integrity, Life, Verb};
use bifold_domain::incident::{Assess, Declare, StatedTimes};
use bifold_domain::kind::{Finding, KindKey};
use bifold_domain::priority::{Impact, Urgency};
use bifold_domain::{Actor, At, Command, EvidenceId, IncidentId, Text, Title, incident, time};
use std::collections::{BTreeMap, BTreeSet};

impl Store {
    /// What a look at the bytes of an item finds. Bytes that are not there, or that their disk
    /// cannot read, are not verifiable; a service that does not answer is no finding at all.
    pub async fn look_at(&self, item: &Evidence) -> Result<Integrity> {
        let Some(hash) = item.sha256() else {
            return Ok(Integrity::NotVerifiable);
        };
        Ok(match self.look_at_blob(hash.as_str()).await {
            Ok(Some(true)) => Integrity::Match,
            Ok(Some(false)) => Integrity::Mismatch,
            Ok(None) => Integrity::NotVerifiable,
            Err(error @ Error::EvidenceStore { .. }) => return Err(error),
            Err(error) => {
                tracing::error!(%error, item = %item.id, "evidence could not be read");
                Integrity::NotVerifiable
            }
        })
    }

    /// Looks at the bytes of an item and records what was found.
    pub async fn verify_evidence(&self, actor: &Actor, item: &Evidence) -> Result<Integrity> {
        let found = self.look_at(item).await?;
        let command = evidence::Command {
            incident: item.incident.clone(),
            verb: Verb::Verify(found),
        };
        let command = Command::Evidence(item.id.clone(), command);
        self.execute(Operation::one(actor, command)).await?;
        Ok(found)
    }

    /// A look that came due.
    pub(crate) async fn look(&self, id: &str) -> Result<()> {
        let Some(item) = self.named(id).await? else {
            return Ok(());
        };
        let is_recent = |at: At| at.micros() > self.now() - LOOK_EVERY + time::HOUR;
        // A numbered seal on a thing is for people to look at.
        let is_sealed = matches!(item.life, Life::Sealed { .. }) && item.sha256().is_some();
        // Somebody looked meanwhile, and the next look follows from that.
        if !is_sealed || item.verified.is_some_and(|(_, at)| is_recent(at)) {
            return Ok(());
        }
        self.verify_evidence(&self.system(), &item).await.map(drop)
    }

    /// The bytes of an item are not the sealed ones: that is an incident of security.
    pub(crate) async fn mismatch(&self, id: &str) -> Result<()> {
        let Some(item) = self.named(id).await? else {
            return Ok(());
        };
        let Some((Integrity::Mismatch, at)) = item.verified else {
            return Ok(());
        };
        let number = item.shown_number();
        let new = IncidentId::from_bits(self.inner.shell.ids.next());
        let declare = Declare {
            title: title(&format!(
                "Stored evidence {number} no longer matches its seal"
            ))?,
            description: Some(text(
                "A look at the stored bytes found another hash than the one they were sealed \
                 with. Keep the storage as it is, find out who could write to it, and look at \
                 the other items.",
            )?),
            impact: Impact::Significant,
            urgency: Urgency::High,
            service: None,
            customer: None,
            assets: BTreeSet::new(),
            category: None,
            reporter: None,
            channel: Channel::Alert,
            times: StatedTimes::default(),
            team: None,
            split_from: None,
            event: None,
            compartment: None,
            tlp: None,
        };
        let assess = Assess {
            kind: KindKey::security(),
            finding: Finding::Yes,
            answers: BTreeMap::new(),
            reason: text("The integrity of evidence is lost.")?,
        };
        let operation = Operation {
            actor: self.system(),
            // The job may run twice, the incident is declared once.
            key: Some(OperationKey {
                key: format!("mismatch/{id}/{}", at.micros()),
                digest: String::new(),
            }),
            seen: Seen::Any,
            commands: vec![
                Command::Incident(new.clone(), incident::Command::Declare(Box::new(declare))),
                Command::Incident(new, incident::Command::Assess(assess)),
            ],
            is_imported: false,
        };
        self.execute(operation).await.map(drop)
    }

    /// Destroys the bytes of an item that was disposed of, unless another item is the same bytes,
    /// or may be in a moment.
    pub(crate) async fn destroy(&self, id: &str) -> Result<Next> {
        let Some(item) = self.named(id).await? else {
            return Ok(Next::Done);
        };
        let (Life::Disposed { .. }, Some(hash)) = (&item.life, item.sha256()) else {
            return Ok(Next::Done);
        };
        let mut lease = self.inner.db.reader().await?;
        let other: Option<(String,)> = Sql::new(
            "SELECT id FROM evidence WHERE org = $1 AND sha256 = $2 AND standing <> 'disposed'",
        )
        .arg(&self.inner.org)
        .arg(hash.as_str())
        .first(lease.conn())
        .await?;
        drop(lease);
        match other {
            Some(_) => Ok(Next::Done),
            None => self.destroy_blob(hash.as_str()).await,
        }
    }

    async fn named(&self, id: &str) -> Result<Option<Evidence>> {
        let id = EvidenceId::parse(id).map_err(Error::damaged)?;
        self.evidence_state(&id).await
    }
}

fn title(words: &str) -> Result<Title> {
    Title::parse(words).map_err(Error::damaged)
}
fn text(words: &str) -> Result<Text> {
    Text::parse(words).map_err(Error::damaged)
}
