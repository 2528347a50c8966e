//! Who was behind a secret a moment ago.
//!
//! Every request would otherwise ask the database twice. What is remembered holds for less than
//! two seconds, and not even that once this process changed anything about people, teams,
//! sessions or tokens: the generation counts up after the change is durable, and what was looked
//! up before it does not count any more.

use crate::error::Result;
use bifold_domain::{Actor, Directory, SourceId};
use bifold_store::Store;
use bifold_store::account::Presence;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How long a look-up holds. Another node's change is seen after this at the latest.
const HOLDS: Duration = Duration::from_millis(1_500);
const HOLDS_MICROS: i64 = 1_500_000;
/// Secrets remembered at most; then all are forgotten.
const LIMIT: usize = 10_000;

#[derive(Debug)]
struct Entry<T> {
    behind: Arc<T>,
    generation: u64,
    looked_up: Instant,
    /// The store's clock, which tests move by hand.
    at_micros: i64,
}

/// What was behind remembered secrets, by their SHA-256: a person who acts, or the source at a door.
#[derive(Debug)]
pub(crate) struct Known<T = Actor> {
    generation: AtomicU64,
    entries: RwLock<HashMap<[u8; 32], Entry<T>>>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self {
            generation: AtomicU64::default(),
            entries: RwLock::default(),
        }
    }
}

/// A source that knocked, and the organisation as it was then.
#[derive(Debug)]
pub(crate) struct Knock {
    /// Which.
    pub(crate) source: SourceId,
    /// The organisation.
    pub(crate) directory: Arc<Directory>,
}

impl Known<Knock> {
    /// The source behind a token.
    pub(crate) async fn source(&self, store: &Store, token: &str) -> Result<Option<Arc<Knock>>> {
        let key = Sha256::digest(token.as_bytes()).into();
        let generation = self.generation.load(Ordering::SeqCst);
        if let Some(knock) = self.remembered(&key, store) {
            return Ok(Some(knock));
        }
        let Some(source) = store.source_of_token(token).await? else {
            return Ok(None);
        };
        let directory = store.directory().await?;
        let knock = Arc::new(Knock { source, directory });
        self.remember(key, Some(&knock), generation, store);
        Ok(Some(knock))
    }
}

impl Known {
    /// The actor behind an API token.
    pub(crate) async fn token(&self, store: &Store, token: &str) -> Result<Option<Arc<Actor>>> {
        let key = Sha256::digest(token.as_bytes()).into();
        let generation = self.generation.load(Ordering::SeqCst);
        if let Some(actor) = self.remembered(&key, store) {
            return Ok(Some(actor));
        }
        let actor = store.token_actor(token).await?.map(Arc::new);
        self.remember(key, actor.as_ref(), generation, store);
        Ok(actor)
    }

    /// The actor behind a session secret.
    pub(crate) async fn session(
        &self,
        store: &Store,
        secret: &str,
        presence: Presence,
    ) -> Result<Option<Arc<Actor>>> {
        // Kept apart, so that somebody who acts is written down as such.
        let how: &[u8] = match presence {
            Presence::Acting => b"acting ",
            Presence::Watching => b"watching ",
        };
        let key = Sha256::digest([how, secret.as_bytes()].concat()).into();
        let generation = self.generation.load(Ordering::SeqCst);
        if let Some(actor) = self.remembered(&key, store) {
            return Ok(Some(actor));
        }
        let actor = store.session_actor(secret, presence).await?.map(Arc::new);
        self.remember(key, actor.as_ref(), generation, store);
        Ok(actor)
    }
}

impl<T> Known<T> {
    /// To be called after a change to people, teams, sessions, tokens or sources is durable.
    pub(crate) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    fn remembered(&self, key: &[u8; 32], store: &Store) -> Option<Arc<T>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(key)?;
        let age_micros = store.shell().clock.now().micros() - entry.at_micros;
        let holds = entry.generation == self.generation.load(Ordering::SeqCst)
            && entry.looked_up.elapsed() < HOLDS
            && (0..HOLDS_MICROS).contains(&age_micros);
        holds.then(|| entry.behind.clone())
    }

    fn remember(&self, key: [u8; 32], behind: Option<&Arc<T>>, generation: u64, store: &Store) {
        // Only what was found: nobody can fill the memory with guesses.
        let Some(behind) = behind else { return };
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= LIMIT {
            entries.clear();
        }
        let entry = Entry {
            behind: behind.clone(),
            generation,
            looked_up: Instant::now(),
            at_micros: store.shell().clock.now().micros(),
        };
        entries.insert(key, entry);
    }
}
