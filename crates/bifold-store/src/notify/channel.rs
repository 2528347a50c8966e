//! A person's channels: where they lead, what they may carry, whether they work.

use super::{browser, seal};
use crate::db::{Conn, Sql, Tx};
use crate::error::{Error, Result};
use crate::store::{Inner, Store};
use bifold_domain::time::MINUTE;
use bifold_domain::{At, Directory, PersonId, Refusal, Short};
use bifold_notify::{Clearance, Kind, Outcome, Target, rules};
use sha2::{Digest, Sha256};
use sqlx::FromRow;

/// Channels of one person at most.
pub const CHANNELS_LIMIT: usize = 12;
/// How often a code may be tried.
const TRIES_LIMIT: i64 = 5;
/// Failures in a row after which a channel rests.
pub(super) const REST_AFTER: i64 = 6;
/// How long it rests before it is tried again, in microseconds. One that refused its address
/// rests until somebody tests it.
const REST: i64 = 30 * MINUTE;
/// What the address by which somebody signs in may carry, until they say otherwise.
const ACCOUNT_CLEARANCE: Clearance = Clearance::Amber;

/// A channel to be made.
#[derive(Debug, Clone)]
pub struct NewChannel {
    /// What its person calls it.
    pub label: Short,
    /// Where it leads.
    pub target: Target,
    /// What it may carry.
    pub clearance: Clearance,
}

/// Whether a channel works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelState {
    /// Nobody has shown yet that its messages arrive.
    Unverified,
    /// It works, as far as anybody knows.
    Ready,
    /// It failed often and is tried again later.
    Resting,
    /// It refused its address, or the key to it is not here; a test brings it back.
    Dead,
}

impl ChannelState {
    /// The word in JSON and in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Ready => "ready",
            Self::Resting => "resting",
            Self::Dead => "dead",
        }
    }
}

/// A person's channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub person: PersonId,
    /// What its person calls it.
    pub label: String,
    /// Which kind.
    pub kind: Kind,
    /// Where it leads; `None` where the key to it is not here.
    pub target: Option<Target>,
    /// What it may carry.
    pub clearance: Clearance,
    /// Whether it works.
    pub state: ChannelState,
    /// When something was last sent by it.
    pub last_at: Option<At>,
    /// What went wrong last.
    pub error: Option<String>,
    pub(super) failures: i64,
}

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    person: String,
    kind: String,
    label: String,
    target: String,
    clearance: String,
    verified_at: Option<i64>,
    last_at: Option<i64>,
    failures: i64,
    dead_at: Option<i64>,
    is_refused: bool,
    error: Option<String>,
}

pub(super) const COLUMNS: &str = "SELECT id, person, kind, label, target, clearance, verified_at, \
     last_at, failures, dead_at, is_refused, error FROM channel";

impl Row {
    pub(super) fn opened(self, inner: &Inner, now: i64) -> Result<Channel> {
        let target = seal::open(inner, &self.id, &self.target)?
            .and_then(|text| serde_json::from_str(&text).ok());
        let state = match (self.verified_at, self.dead_at) {
            _ if target.is_none() => ChannelState::Dead,
            (None, _) => ChannelState::Unverified,
            (Some(_), Some(_)) if self.is_refused => ChannelState::Dead,
            (Some(_), Some(since)) if now < since + REST => ChannelState::Resting,
            (Some(_), _) => ChannelState::Ready,
        };
        Ok(Channel {
            person: PersonId::parse(&self.person).map_err(Error::damaged)?,
            label: self.label,
            kind: Kind::from_word(&self.kind).ok_or_else(|| Error::damaged("a kind of channel"))?,
            target,
            clearance: Clearance::from_word(&self.clearance)
                .ok_or_else(|| Error::damaged("a clearance"))?,
            state,
            last_at: self.last_at.map(At::from_micros),
            error: self.error,
            failures: self.failures,
            id: self.id,
        })
    }
}

impl Channel {
    /// As the choice of ways needs it.
    pub fn as_way(&self, means: super::Means) -> rules::Channel {
        let is_sendable = match self.kind {
            Kind::Email => means.mail,
            Kind::Push => means.push,
            Kind::Ntfy | Kind::Chat | Kind::Teams | Kind::Matrix => true,
        };
        rules::Channel {
            id: self.id.clone(),
            kind: self.kind,
            is_ready: is_sendable && self.state == ChannelState::Ready,
            last_at: self.last_at,
        }
    }
}

/// A person's channels, in their order.
pub(super) async fn of_person(conn: Conn<'_>, inner: &Inner, person: &str) -> Result<Vec<Channel>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push(" WHERE org = ").bind(&inner.org);
    sql.push(" AND person = ").bind(person);
    sql.push(" ORDER BY place, id");
    let rows: Vec<Row> = sql.all(conn).await?;
    let now = inner.shell.clock.now().micros();
    rows.into_iter().map(|row| row.opened(inner, now)).collect()
}

pub(super) async fn one(conn: Conn<'_>, inner: &Inner, id: &str) -> Result<Option<Channel>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push(" WHERE org = ").bind(&inner.org);
    sql.push(" AND id = ").bind(id);
    let row: Option<Row> = sql.first(conn).await?;
    let now = inner.shell.clock.now().micros();
    row.map(|row| row.opened(inner, now)).transpose()
}

async fn insert(
    tx: &mut Tx,
    inner: &Inner,
    person: &PersonId,
    new: &NewChannel,
    is_verified: bool,
) -> Result<String> {
    let id = format!("chn_{}", inner.shell.ids.next_uuid());
    let target = serde_json::to_string(&new.target).map_err(Error::damaged)?;
    let now = inner.shell.clock.now().micros();
    Sql::new(
        "INSERT INTO channel (org, id, person, kind, label, target, clearance, place, tries, \
         verified_at, failures, is_refused, created_at) \
         SELECT $1, $2, $3, $4, $5, $6, $7, COALESCE(MAX(place), -1) + 1, 0, $8, 0, FALSE, $9 \
         FROM channel WHERE org = $1 AND person = $3",
    )
    .arg(&inner.org)
    .arg(&id)
    .arg(person.as_str())
    .arg(new.target.kind().word())
    .arg(new.label.as_str())
    .arg(seal::seal(inner, &id, &target)?)
    .arg(new.clearance.word())
    .arg(is_verified.then_some(now))
    .arg(now)
    .run(tx.conn())
    .await?;
    Ok(id)
}

/// The address by which a person signs in, as their first channel: whoever never chose a way is
/// reached all the same. It needs no proof, as they already have their account by it.
pub(super) async fn insert_account(
    tx: &mut Tx,
    inner: &Inner,
    directory: &Directory,
    person: &PersonId,
) -> Result<()> {
    let known = directory.people.get(person);
    let Some(email) = known.and_then(|known| known.email.present()) else {
        return Ok(());
    };
    let target = Target::Email {
        address: email.as_str().to_owned(),
    };
    if target.check().is_err() {
        return Ok(());
    }
    let new = NewChannel {
        // Not the address: it is sealed, and may be redacted where it comes from.
        label: Short::parse(Kind::Email.word()).map_err(Error::damaged)?,
        target,
        clearance: ACCOUNT_CLEARANCE,
    };
    insert(tx, inner, person, &new, true).await.map(drop)
}

/// Sets what a channel is called and what it may carry.
async fn named(
    tx: &mut Tx,
    inner: &Inner,
    id: &str,
    label: &Short,
    clearance: Clearance,
) -> Result<()> {
    Sql::new("UPDATE channel SET label = $3, clearance = $4 WHERE org = $1 AND id = $2")
        .arg(&inner.org)
        .arg(id)
        .arg(label.as_str())
        .arg(clearance.word())
        .run(tx.conn())
        .await?;
    Ok(())
}

fn hashed(id: &str, code: &str) -> String {
    use base64::Engine;
    let digest = Sha256::digest(format!("channel code {id} {code}"));
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest)
}

/// Six digits of the random bytes.
fn digits(random: [u8; 32]) -> String {
    let bytes = random.first_chunk::<8>().copied().unwrap_or_default();
    format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000)
}

impl Store {
    /// A person's channels, in their order.
    pub async fn channels(&self, person: &PersonId) -> Result<Vec<Channel>> {
        let mut lease = self.inner.db.reader().await?;
        of_person(lease.conn(), &self.inner, person.as_str()).await
    }

    /// Adds a channel; its id. A browser proves itself by subscribing, and keeps the channel it
    /// has; everything else is unverified until a code that was sent there comes back.
    pub async fn add_channel(&self, person: &PersonId, new: &NewChannel) -> Result<String> {
        new.target
            .check()
            .map_err(|e| Error::Unfit(e.to_string()))?;
        let mut tx = self.inner.db.begin().await?;
        let held = of_person(tx.conn(), &self.inner, person.as_str()).await?;
        let endpoint = new.target.endpoint();
        if let Some(same) = endpoint.and_then(|endpoint| browser::known(&held, endpoint)) {
            // The same browser once more: two channels of it would pass for two ways.
            browser::subscribed(&mut tx, &self.inner, &same.id, &new.target).await?;
            named(&mut tx, &self.inner, &same.id, &new.label, new.clearance).await?;
            tx.commit().await?;
            return Ok(same.id.clone());
        }
        if held.len() >= CHANNELS_LIMIT {
            let (what, limit) = ("channels", CHANNELS_LIMIT);
            return Err(Refusal::TooMany { what, limit }.into());
        }
        let is_verified = new.target.kind() == Kind::Push;
        let id = insert(&mut tx, &self.inner, person, new, is_verified).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Changes what a channel is called, what it may carry and where it stands among the others;
    /// `false` when this person has none such.
    pub async fn change_channel(
        &self,
        person: &PersonId,
        id: &str,
        label: &Short,
        clearance: Clearance,
        place: u16,
    ) -> Result<bool> {
        let mut tx = self.inner.db.begin().await?;
        let mut order: Vec<String> = of_person(tx.conn(), &self.inner, person.as_str())
            .await?
            .into_iter()
            .map(|channel| channel.id)
            .collect();
        let Some(from) = order.iter().position(|known| known == id) else {
            return Ok(false);
        };
        let moved = order.remove(from);
        order.insert(usize::from(place).min(order.len()), moved);
        for (place, known) in (0_i64..).zip(&order) {
            Sql::new("UPDATE channel SET place = $3 WHERE org = $1 AND id = $2")
                .arg(&self.inner.org)
                .arg(known)
                .arg(place)
                .run(tx.conn())
                .await?;
        }
        named(&mut tx, &self.inner, id, label, clearance).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Removes a channel; `false` when this person has none such.
    pub async fn remove_channel(&self, person: &PersonId, id: &str) -> Result<bool> {
        let mut tx = self.inner.db.begin().await?;
        let removed = Sql::new("DELETE FROM channel WHERE org = $1 AND person = $2 AND id = $3")
            .arg(&self.inner.org)
            .arg(person.as_str())
            .arg(id)
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(removed > 0)
    }

    /// A code to be sent to a channel, with the channel; `None` when this person has none such.
    /// The code is kept as a hash only, and only the newest counts.
    pub async fn channel_code(
        &self,
        person: &PersonId,
        id: &str,
    ) -> Result<Option<(Channel, String)>> {
        let mut tx = self.inner.db.begin().await?;
        let found = one(tx.conn(), &self.inner, id).await?;
        let Some(channel) = found.filter(|channel| channel.person == *person) else {
            return Ok(None);
        };
        let code = digits(self.inner.shell.entropy.take());
        Sql::new("UPDATE channel SET code = $3, tries = 0 WHERE org = $1 AND id = $2")
            .arg(&self.inner.org)
            .arg(id)
            .arg(hashed(id, &code))
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(Some((channel, code)))
    }

    /// What became of a test. One that went well brings a dead channel back; that it arrived,
    /// only the code shows.
    pub async fn record_channel_test(&self, id: &str, outcome: &Outcome) -> Result<()> {
        let error = match outcome {
            Outcome::Sent { .. } => None,
            Outcome::Later { why, .. } | Outcome::Dead { why } => Some(super::kept(why)),
        };
        let mut tx = self.inner.db.begin().await?;
        let mut sql = Sql::new("UPDATE channel SET error = ");
        sql.bind(error.clone());
        if error.is_none() {
            sql.push(", dead_at = NULL, is_refused = FALSE, failures = 0");
        }
        sql.push(" WHERE org = ").bind(&self.inner.org);
        sql.push(" AND id = ").bind(id);
        sql.run(tx.conn()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes the code that came with a test. After five wrong ones a new test is needed.
    pub async fn verify_channel(&self, person: &PersonId, id: &str, code: &str) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        let row: Option<(Option<String>, i64)> =
            Sql::new("SELECT code, tries FROM channel WHERE org = $1 AND person = $2 AND id = $3")
                .arg(&self.inner.org)
                .arg(person.as_str())
                .arg(id)
                .first(tx.conn())
                .await?;
        let (kept, tries) = row.ok_or_else(|| Refusal::no("channel"))?;
        let is_right = tries < TRIES_LIMIT && kept == Some(hashed(id, code.trim()));
        let mut sql = Sql::new("UPDATE channel SET tries = tries + 1");
        if is_right {
            sql.push(", code = NULL, verified_at = ").bind(self.now());
        }
        sql.push(" WHERE org = ").bind(&self.inner.org);
        sql.push(" AND id = ").bind(id);
        sql.run(tx.conn()).await?;
        tx.commit().await?;
        if is_right {
            return Ok(());
        }
        let wrong = "this is not the code that was sent last, or it was tried too often";
        Err(Error::Unfit(wrong.to_owned()))
    }
}
