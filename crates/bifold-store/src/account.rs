//! Accounts: passwords, sessions, API tokens. Nothing here is stored so that it could be used.
//!
//! Passwords are argon2id hashes; sessions and tokens are 256 random bits of which only the
//! SHA-256 is kept. An unknown address gets the same answer after the same work as a wrong
//! password, and failures slow an account down instead of locking it.

use crate::db::{Sql, Value};
use crate::error::{Error, Result};
use crate::store::Store;
use crate::write::Operation;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bifold_domain::{Actor, At, Auth, Command, PersonId, Refusal, person};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// A session ends after this long without use, in microseconds.
const SESSION_IDLE: i64 = 30 * bifold_domain::time::MINUTE;
/// A session ends after this long in any case.
const SESSION_MAX: i64 = 12 * bifold_domain::time::HOUR;
/// The last use is written down at most this often.
const SEEN_STEP: i64 = bifold_domain::time::MINUTE;
/// Failures that cost nothing.
const FREE_FAILURES: i64 = 5;
/// The longest wait between two attempts.
const WAIT_MAX: i64 = 15 * bifold_domain::time::MINUTE;
/// The fewest characters of a password (ASVS 5.0 6.2.1 asks for at least 8).
pub const PASSWORD_MIN_CHARS: usize = 10;
/// The most bytes of a password.
pub const PASSWORD_MAX_BYTES: usize = 256;
/// How every API token begins, so that scanners find leaked ones.
pub const TOKEN_PREFIX: &str = "bfd_";
/// Tokens one person may have.
const TOKENS_LIMIT: i64 = 100;

/// Each hash takes 19 MiB and half a core; more at once would be a way to stop the server.
static HASHING: Semaphore = Semaphore::const_new(2);

/// How somebody is at their session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// They ask for something, or do something.
    Acting,
    /// An open page asks by itself whether something changed.
    Watching,
}

/// What comes of trying to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// The secret for the session cookie; it is not kept.
    Welcome {
        /// Goes into the cookie.
        secret: String,
        /// Who it is.
        person: PersonId,
    },
    /// Unknown address, wrong password, or barred: it is not said which.
    Refused,
    /// Too many failures; wait.
    Wait {
        /// How long.
        seconds: i64,
    },
}

/// A token as listed; never the token itself.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct TokenRow {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// When it was made, microseconds since the epoch.
    pub created_at: i64,
    /// When it stops working.
    pub expires_at: Option<i64>,
    /// Whether it was revoked.
    pub revoked: bool,
}

fn sha256(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

fn normal(email: &str) -> String {
    email.trim().to_lowercase()
}

fn hash(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|e| Error::Damaged(format!("hashing a password: {e}")))
}

fn fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

/// The hash of nobody's password, for unknown addresses to be compared with.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash("nobody has this password").unwrap_or_default());

async fn hashing<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _seat = HASHING.acquire().await.map_err(|_| Error::Closed)?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Closed)
}

impl Store {
    /// Sets a person's password, for the address the directory has of them, and ends their
    /// sessions.
    ///
    /// Whoever sets somebody else's password could sign in as them. That takes the right to
    /// manage people, is a fact about the person, raises an alarm, and ends the person's tokens
    /// too. The fact comes first: a node that dies in between leaves an alarm without a new
    /// password, and never a new password without an alarm.
    pub async fn set_password(
        &self,
        by: &Actor,
        person: &PersonId,
        password: String,
    ) -> Result<()> {
        let directory = self.directory().await?;
        let known = directory.people.get(person).ok_or(Refusal::no("person"))?;
        let email = known.email.present().ok_or(Refusal::no("address"))?;
        let hash = hashing(move || hash(&password)).await??;
        let is_own = by.person == *person;
        if !is_own {
            let command = Command::Person(person.clone(), person::Command::SetPassword);
            self.execute(Operation::one(by, command)).await?;
        }
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO credential (org, email, person, password_hash, changed_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org, email) DO UPDATE SET \
             person = excluded.person, password_hash = excluded.password_hash, \
             changed_at = excluded.changed_at",
        )
        .arg(&self.inner.org)
        .arg(normal(email.as_str()))
        .arg(person.as_str())
        .arg(hash)
        .arg(self.now())
        .run(tx.conn())
        .await?;
        let mut ended = vec!["DELETE FROM session WHERE org = $1 AND person = $2"];
        if !is_own {
            ended.push("UPDATE api_token SET revoked = TRUE WHERE org = $1 AND person = $2");
        }
        for text in ended {
            Sql::new(text)
                .arg(&self.inner.org)
                .arg(person.as_str())
                .run(tx.conn())
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Tries to sign in.
    pub async fn sign_in(&self, email: &str, password: String) -> Result<SignIn> {
        let email = normal(email);
        if let Some(seconds) = self.must_wait(&email).await? {
            return Ok(SignIn::Wait { seconds });
        }
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String, String)> =
            Sql::new("SELECT person, password_hash FROM credential WHERE org = $1 AND email = $2")
                .arg(&self.inner.org)
                .arg(&email)
                .first(lease.conn())
                .await?;
        drop(lease);
        let (person, stored) = match row {
            Some((person, stored)) => (PersonId::parse(&person).ok(), stored),
            None => (None, String::new()),
        };
        let known = person.is_some();
        let right = hashing(move || {
            let stored = if known { stored } else { NOBODY.clone() };
            fits(&password, &stored)
        })
        .await?;
        let active = match &person {
            Some(person) => self.directory().await?.is_active(person),
            None => false,
        };
        match person {
            Some(person) if right && active => {
                self.forget_failures(&email).await?;
                let secret = self.open_session(&person).await?;
                Ok(SignIn::Welcome { secret, person })
            }
            _ => {
                self.note_failure(&email).await?;
                Ok(SignIn::Refused)
            }
        }
    }

    async fn must_wait(&self, email: &str) -> Result<Option<i64>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64, i64)> =
            Sql::new("SELECT failures, last_at FROM login_failure WHERE org = $1 AND account = $2")
                .arg(&self.inner.org)
                .arg(sha256(email))
                .first(lease.conn())
                .await?;
        let Some((failures, last_at)) = row.filter(|r| r.0 >= FREE_FAILURES) else {
            return Ok(None);
        };
        // Doubling from one second: 1, 2, 4 … up to the longest wait.
        let steps = u32::try_from((failures - FREE_FAILURES).min(20)).unwrap_or(20);
        let wait = (bifold_domain::time::SECOND << steps).min(WAIT_MAX);
        let left = last_at + wait - self.now();
        Ok((left > 0).then(|| left / bifold_domain::time::SECOND + 1))
    }

    async fn note_failure(&self, email: &str) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO login_failure (org, account, failures, last_at) VALUES ($1, $2, 1, $3) \
             ON CONFLICT (org, account) DO UPDATE SET failures = login_failure.failures + 1, \
             last_at = excluded.last_at",
        )
        .arg(&self.inner.org)
        .arg(sha256(email))
        .arg(self.now())
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn forget_failures(&self, email: &str) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new("DELETE FROM login_failure WHERE org = $1 AND account = $2")
            .arg(&self.inner.org)
            .arg(sha256(email))
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Opens a session for somebody and gives the secret for the cookie; it is not kept.
    ///
    /// No password is asked: whoever calls this has made sure who it is, as [`Store::sign_in`]
    /// does, or it is the demonstration's one-click sign-in to a made-up organisation. Nothing
    /// else may call it. A person who is barred has no use of it: every request asks again.
    pub async fn open_session(&self, person: &PersonId) -> Result<String> {
        let secret = URL_SAFE_NO_PAD.encode(self.inner.shell.entropy.take());
        let mut tx = self.inner.db.begin().await?;
        let now = self.now();
        Sql::new("DELETE FROM session WHERE org = $1 AND created_at < $2")
            .arg(&self.inner.org)
            .arg(now - SESSION_MAX)
            .run(tx.conn())
            .await?;
        Sql::new(
            "INSERT INTO session (org, token_hash, person, created_at, seen_at) \
             VALUES ($1, $2, $3, $4, $4)",
        )
        .arg(&self.inner.org)
        .arg(sha256(&secret))
        .arg(person.as_str())
        .arg(now)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// The actor behind a session secret, if the session still holds.
    ///
    /// Acting keeps the session awake; a page that looks by itself whether something changed does
    /// not, so that the idle limit counts from what the person last did.
    pub async fn session_actor(&self, secret: &str, presence: Presence) -> Result<Option<Actor>> {
        let hash = sha256(secret);
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String, i64, i64)> = Sql::new(
            "SELECT person, created_at, seen_at FROM session WHERE org = $1 AND token_hash = $2",
        )
        .arg(&self.inner.org)
        .arg(&hash)
        .first(lease.conn())
        .await?;
        drop(lease);
        let now = self.now();
        let Some((person, created, seen)) = row else {
            return Ok(None);
        };
        if created + SESSION_MAX < now || seen + SESSION_IDLE < now {
            return Ok(None);
        }
        if presence == Presence::Acting && seen + SEEN_STEP < now {
            let mut tx = self.inner.db.begin().await?;
            Sql::new("UPDATE session SET seen_at = $3 WHERE org = $1 AND token_hash = $2")
                .arg(&self.inner.org)
                .arg(&hash)
                .arg(now)
                .run(tx.conn())
                .await?;
            tx.commit().await?;
        }
        let person = PersonId::parse(&person).map_err(Error::damaged)?;
        self.actor(&person, Auth::Session).await
    }

    /// Ends a session.
    pub async fn sign_out(&self, secret: &str) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new("DELETE FROM session WHERE org = $1 AND token_hash = $2")
            .arg(&self.inner.org)
            .arg(sha256(secret))
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Makes an API token. The text is given once and not kept.
    pub async fn create_token(
        &self,
        person: &PersonId,
        name: &str,
        expires_at: Option<At>,
    ) -> Result<(String, String)> {
        let (id, secret) = (
            self.inner.shell.ids.next_uuid(),
            self.inner.shell.entropy.take(),
        );
        let token = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(secret));
        let mut tx = self.inner.db.begin().await?;
        let count: Option<(i64,)> = Sql::new(
            "SELECT COUNT(*) FROM api_token WHERE org = $1 AND person = $2 AND revoked = FALSE",
        )
        .arg(&self.inner.org)
        .arg(person.as_str())
        .first(tx.conn())
        .await?;
        if count.is_some_and(|c| c.0 >= TOKENS_LIMIT) {
            let limit = usize::try_from(TOKENS_LIMIT).unwrap_or(usize::MAX);
            return Err(Refusal::TooMany {
                what: "tokens",
                limit,
            }
            .into());
        }
        Sql::new(
            "INSERT INTO api_token (org, id, token_hash, person, name, created_at, expires_at, revoked) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE)",
        )
        .arg(&self.inner.org)
        .arg(&id)
        .arg(sha256(&token))
        .arg(person.as_str())
        .arg(name)
        .arg(self.now())
        .arg(expires_at.map_or(Value::NullInt, |at| Value::Int(at.micros())))
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok((id, token))
    }

    /// The actor behind an API token, if it still holds.
    pub async fn token_actor(&self, token: &str) -> Result<Option<Actor>> {
        if !token.starts_with(TOKEN_PREFIX) {
            return Ok(None);
        }
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String, Option<i64>, bool)> = Sql::new(
            "SELECT person, expires_at, revoked FROM api_token WHERE org = $1 AND token_hash = $2",
        )
        .arg(&self.inner.org)
        .arg(sha256(token))
        .first(lease.conn())
        .await?;
        drop(lease);
        let Some((person, expires_at, false)) = row else {
            return Ok(None);
        };
        if expires_at.is_some_and(|at| at <= self.now()) {
            return Ok(None);
        }
        let person = PersonId::parse(&person).map_err(Error::damaged)?;
        self.actor(&person, Auth::Token).await
    }

    /// A person's tokens.
    pub async fn tokens(&self, person: &PersonId) -> Result<Vec<TokenRow>> {
        let mut lease = self.inner.db.reader().await?;
        Ok(Sql::new(
            "SELECT id, name, created_at, expires_at, revoked FROM api_token \
             WHERE org = $1 AND person = $2 ORDER BY created_at, id",
        )
        .arg(&self.inner.org)
        .arg(person.as_str())
        .all(lease.conn())
        .await?)
    }

    /// Revokes one of a person's own tokens; `false` when there is none such.
    pub async fn revoke_token(&self, person: &PersonId, id: &str) -> Result<bool> {
        let mut tx = self.inner.db.begin().await?;
        let touched = Sql::new(
            "UPDATE api_token SET revoked = TRUE WHERE org = $1 AND person = $2 AND id = $3",
        )
        .arg(&self.inner.org)
        .arg(person.as_str())
        .arg(id)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(touched > 0)
    }

    /// The person who signs in with this address.
    pub async fn person_of(&self, email: &str) -> Result<Option<PersonId>> {
        let email = normal(email);
        let directory = self.directory().await?;
        Ok(directory
            .people
            .values()
            .find(|p| {
                p.email
                    .present()
                    .is_some_and(|e| normal(e.as_str()) == email)
            })
            .map(|p| p.id.clone()))
    }

    pub(crate) fn now(&self) -> i64 {
        self.inner.shell.clock.now().micros()
    }
}
