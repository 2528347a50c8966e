//! Mail: what came of each message, and the letters that are sent to people who wrote.
//!
//! A message is a delivery like any other, kept byte for byte. What came of it is written in the
//! transaction in which it counts as read, together with the letter that says so: a crash before
//! that repeats the reading, whose commands then find themselves done, and sends nothing twice.

use crate::db::{Insert, Sql, Tx};
use crate::error::{Error, Result};
use crate::ledger::keep_private;
use crate::store::Store;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bifold_domain::time::{DAY, HOUR, MINUTE, SECOND};
use bifold_domain::{At, SourceId};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

/// Letters sent in one go.
const GO: i64 = 16;
/// How long a node has for one letter before another may try.
const CLAIM: i64 = 2 * MINUTE;
/// Attempts before a letter is given up: about two days.
const ATTEMPTS: i64 = 14;
/// The longest wait between two of them.
const WAIT_MAX: i64 = 6 * HOUR;
/// Receipts to one address: so long nothing after one, and so many a day (RFC 3834 2).
const RECEIPT_EVERY: i64 = 10 * MINUTE;
const RECEIPTS_A_DAY: i64 = 10;

const MAIL: Insert = Insert {
    table: "mail",
    columns: &[
        "org",
        "inbound",
        "source",
        "message_id",
        "sender",
        "subject",
        "record",
        "became",
        "reasons",
        "at",
    ],
    key: &[],
};

const LETTER: Insert = Insert {
    table: "letter",
    columns: &[
        "org",
        "id",
        "source",
        "record",
        "recipient",
        "kind",
        "letter",
        "made_at",
        "due_at",
        "attempts",
    ],
    key: &[],
};

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// Its identity, as it says itself.
    pub message_id: Option<String>,
    /// Who it says wrote it.
    pub sender: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// The event or incident it belongs to; `None` while it is parked.
    pub record: Option<String>,
    /// What it became.
    pub became: Became,
    /// Why it is not answered, and what is known of its sender, in words for the page.
    pub reasons: Vec<String>,
    /// What is sent because of it.
    pub letter: Option<Letter>,
}

/// What a message became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// A new event.
    Event,
    /// More of an event, or a note of its incident.
    Added,
    /// A word about a letter that did not arrive.
    Bounce,
    /// Nothing: it came before.
    Again,
    /// Nothing for now: it waits for somebody who looks.
    Parked,
}

impl Became {
    /// The word used in the database and in lists.
    pub fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Added => "added",
            Self::Bounce => "bounce",
            Self::Again => "again",
            Self::Parked => "parked",
        }
    }
}

/// A mail to somebody who wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What stands left of the `@` of its identity.
    pub id: String,
    /// From which mailbox.
    pub from: String,
    /// Where answers go: the mailbox with a token in its address.
    pub reply_to: String,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// What it answers.
    pub in_reply_to: Option<String>,
    /// What it belongs to, oldest first.
    pub references: Vec<String>,
    /// Whether a machine wrote it in answer to a message, and not a person.
    pub is_automatic: bool,
    /// Where whoever gets it leaves the list it comes by, with one press.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribe: Option<String>,
}

/// A letter that is to be sent now.
#[derive(Debug, Clone)]
pub struct DueLetter {
    /// The letter.
    pub letter: Letter,
    attempts: i64,
}

/// A message in a list.
#[derive(Debug, Clone, FromRow)]
pub struct MailRow {
    /// Its delivery.
    pub inbound: i64,
    /// In which mailbox.
    pub source: String,
    /// Who it says wrote it.
    pub sender: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// What it belongs to.
    pub record: Option<String>,
    /// What it became.
    pub became: String,
    /// Why it is not answered, and what is known of its sender, a line each.
    pub reasons: String,
    /// When it was read.
    pub at: i64,
}

/// A letter in a list.
#[derive(Debug, Clone, FromRow)]
pub struct LetterRow {
    /// To whom.
    pub recipient: String,
    /// When it was written.
    pub made_at: i64,
    /// When it is tried next; `None` when it was sent or given up.
    pub due_at: Option<i64>,
    /// What the mail server said that took it.
    pub receipt: Option<String>,
    /// What went wrong last.
    pub error: Option<String>,
}

impl Store {
    /// The key that signs reply tokens; made at first use. Whoever loses it loses the threads of
    /// letters that were sent by then, as far as their headers do not name them.
    pub fn reply_key(&self) -> Result<Vec<u8>> {
        let path = self.inner.data.join("keys").join("reply.key");
        if !path.exists() {
            let made = self.inner.shell.entropy.take();
            keep_private(&path, &format!("{}\n", STANDARD.encode(made)))?;
        }
        let text = std::fs::read_to_string(&path).map_err(Error::file("reading keys/reply.key"))?;
        STANDARD.decode(text.trim()).map_err(Error::damaged)
    }

    /// What a message of this identity became that came into this mailbox before; a server that
    /// missed our answer sends it again.
    pub async fn mail_before(&self, source: &SourceId, message_id: &str) -> Result<Option<String>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> = Sql::new(
            "SELECT record FROM mail WHERE org = $1 AND source = $2 AND message_id = $3 \
             AND record IS NOT NULL ORDER BY inbound LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(source.as_str())
        .arg(message_id)
        .first(lease.conn())
        .await?;
        Ok(row.map(|row| row.0))
    }

    /// What the letter of this identity is about, if we sent it.
    pub async fn letter_about(&self, id: &str) -> Result<Option<String>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> =
            Sql::new("SELECT record FROM letter WHERE org = $1 AND id = $2")
                .arg(&self.inner.org)
                .arg(id)
                .first(lease.conn())
                .await?;
        Ok(row.map(|row| row.0))
    }

    /// Whether this address takes part in a record: it wrote, or was written to.
    pub async fn mails_with(&self, record: &str, address: &str) -> Result<bool> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> = Sql::new(
            "SELECT 1 FROM mail WHERE org = $1 AND record = $2 AND sender = $3 \
             UNION ALL SELECT 1 FROM letter WHERE org = $1 AND record = $2 AND recipient = $3 \
             LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(record)
        .arg(address)
        .first(lease.conn())
        .await?;
        Ok(row.is_some())
    }

    /// Whether this address may be told once more that something came in.
    pub async fn may_acknowledge(&self, address: &str) -> Result<bool> {
        let now = self.now();
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64, Option<i64>)> = Sql::new(
            "SELECT COUNT(*), MAX(made_at) FROM letter WHERE org = $1 AND recipient = $2 \
             AND kind = 'receipt' AND made_at > $3",
        )
        .arg(&self.inner.org)
        .arg(address)
        .arg(now - DAY)
        .first(lease.conn())
        .await?;
        Ok(row.is_none_or(|(count, last)| {
            count < RECEIPTS_A_DAY && last.is_none_or(|last| last <= now - RECEIPT_EVERY)
        }))
    }

    /// How many events this mailbox brought within the last minute.
    pub async fn recent_mails(&self, source: &SourceId) -> Result<u64> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> = Sql::new(
            "SELECT COUNT(*) FROM mail WHERE org = $1 AND source = $2 AND became = 'event' \
             AND at > $3",
        )
        .arg(&self.inner.org)
        .arg(source.as_str())
        .arg(self.now() - MINUTE)
        .first(lease.conn())
        .await?;
        Ok(row.map_or(0, |row| u64::try_from(row.0).unwrap_or(0)))
    }

    /// Letters that are to be sent now, claimed for a while.
    pub async fn due_letters(&self) -> Result<Vec<DueLetter>> {
        let now = self.now();
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String, String, i64, i64)> = Sql::new(
            "SELECT id, letter, due_at, attempts FROM letter WHERE org = $1 \
             AND due_at IS NOT NULL AND due_at <= $2 ORDER BY due_at LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(now)
        .arg(GO)
        .all(lease.conn())
        .await?;
        drop(lease);
        let mut claimed = Vec::new();
        for (id, letter, due_at, attempts) in rows {
            let mut tx = self.inner.db.begin().await?;
            let won = Sql::new(
                "UPDATE letter SET due_at = $4, attempts = attempts + 1 \
                 WHERE org = $1 AND id = $2 AND due_at = $3",
            )
            .arg(&self.inner.org)
            .arg(&id)
            .arg(due_at)
            .arg(now + CLAIM)
            .run(tx.conn())
            .await?;
            tx.commit().await?;
            if won == 1 {
                let letter = serde_json::from_str(&letter).map_err(Error::damaged)?;
                let attempts = attempts + 1;
                claimed.push(DueLetter { letter, attempts });
            }
        }
        Ok(claimed)
    }

    /// The mail server took it.
    pub async fn letter_sent(&self, due: &DueLetter, receipt: &str) -> Result<()> {
        self.letter_over(due, None, Some(receipt), None).await
    }

    /// It did not go out: it is tried again, unless that is hopeless or was tried for two days.
    pub async fn letter_failed(&self, due: &DueLetter, why: &str, is_dead: bool) -> Result<()> {
        let steps = u32::try_from(due.attempts.clamp(0, 12)).unwrap_or(12);
        let wait = ((10 * SECOND) << steps).min(WAIT_MAX);
        let again = (!is_dead && due.attempts < ATTEMPTS).then(|| self.now() + wait);
        self.letter_over(due, again, None, Some(why)).await
    }

    async fn letter_over(
        &self,
        due: &DueLetter,
        again: Option<i64>,
        receipt: Option<&str>,
        error: Option<&str>,
    ) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "UPDATE letter SET due_at = $3, receipt = $4, error = $5 WHERE org = $1 AND id = $2",
        )
        .arg(&self.inner.org)
        .arg(&due.letter.id)
        .arg(again)
        .arg(receipt)
        .arg(error)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The newest messages of a mailbox.
    pub async fn mails(&self, source: &SourceId, limit: u32) -> Result<Vec<MailRow>> {
        let mut lease = self.inner.db.reader().await?;
        Ok(Sql::new(
            "SELECT inbound, source, sender, subject, record, became, reasons, at FROM mail \
             WHERE org = $1 AND source = $2 ORDER BY inbound DESC LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(source.as_str())
        .arg(i64::from(limit))
        .all(lease.conn())
        .await?)
    }

    /// The messages of a record, the oldest first. Whoever asks has been shown the record.
    pub async fn mails_about(&self, record: &str) -> Result<Vec<MailRow>> {
        let mut lease = self.inner.db.reader().await?;
        Ok(Sql::new(
            "SELECT inbound, source, sender, subject, record, became, reasons, at FROM mail \
             WHERE org = $1 AND record = $2 ORDER BY inbound LIMIT 200",
        )
        .arg(&self.inner.org)
        .arg(record)
        .all(lease.conn())
        .await?)
    }

    /// The letters of a record, the oldest first. Whoever asks has been shown the record.
    pub async fn letters_about(&self, record: &str) -> Result<Vec<LetterRow>> {
        let mut lease = self.inner.db.reader().await?;
        Ok(Sql::new(
            "SELECT recipient, made_at, due_at, receipt, error FROM letter \
             WHERE org = $1 AND record = $2 ORDER BY made_at LIMIT 200",
        )
        .arg(&self.inner.org)
        .arg(record)
        .all(lease.conn())
        .await?)
    }

    /// Writes what came of a message, and what is sent because of it.
    pub(crate) async fn file(
        &self,
        tx: &mut Tx,
        inbound: i64,
        source: &SourceId,
        at: At,
        filed: Filed,
    ) -> Result<()> {
        let org = self.inner.org.as_str();
        let plain = |text: Option<String>| text.map(|text| text.replace('\0', " "));
        let row = vec![
            org.into(),
            inbound.into(),
            source.as_str().into(),
            plain(filed.message_id).into(),
            plain(filed.sender).into(),
            plain(filed.subject).into(),
            filed.record.as_deref().into(),
            filed.became.word().into(),
            filed.reasons.join("\n").into(),
            at.micros().into(),
        ];
        MAIL.run(tx, vec![row]).await?;
        let (Some(letter), Some(record)) = (filed.letter, filed.record) else {
            return Ok(());
        };
        let kind = if letter.is_automatic {
            "receipt"
        } else {
            "answer"
        };
        let json = serde_json::to_string(&letter).map_err(Error::damaged)?;
        let row = vec![
            org.into(),
            letter.id.into(),
            source.as_str().into(),
            record.into(),
            letter.to.into(),
            kind.into(),
            json.into(),
            self.now().into(),
            self.now().into(),
            0_i64.into(),
        ];
        LETTER.run(tx, vec![row]).await?;
        Ok(())
    }
}

/// Has letters sent; each stands beside what it is about.
pub(crate) async fn post_all(
    tx: &mut Tx,
    (org, source): (&str, &str),
    kind: &str,
    letters: Vec<(String, Letter)>,
    now: i64,
) -> Result<()> {
    let mut rows = Vec::with_capacity(letters.len());
    for (about, letter) in letters {
        let json = serde_json::to_string(&letter).map_err(Error::damaged)?;
        rows.push(vec![
            org.into(),
            letter.id.into(),
            source.into(),
            about.into(),
            letter.to.into(),
            kind.into(),
            json.into(),
            now.into(),
            now.into(),
            0_i64.into(),
        ]);
    }
    LETTER.run(tx, rows).await?;
    Ok(())
}
