//! Who was behind a secret a moment ago.
//!
//! Every request would otherwise ask the database twice. What is remembered holds for less than
//! two seconds, and not even that once this process changed anything about people, teams,
//! sessions or tokens: the generation counts up after the change is durable, and what was looked
//! up before it does not count any more.

use crate::error::Result;
use bifold_domain::Actor;
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

#[derive(Debug, Clone)]
struct Entry {
    actor: Arc<Actor>,
    generation: u64,
    looked_up: Instant,
    /// The store's clock, which tests move by hand.
    at_micros: i64,
}

/// Remembered secrets, by their SHA-256.
#[derive(Debug, Default)]
pub(crate) struct Known {
    generation: AtomicU64,
    entries: RwLock<HashMap<[u8; 32], Entry>>,
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

    /// To be called after a change to people, teams, sessions or tokens is durable.
    pub(crate) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    fn remembered(&self, key: &[u8; 32], store: &Store) -> Option<Arc<Actor>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(key)?;
        let age_micros = store.shell().clock.now().micros() - entry.at_micros;
        let holds = entry.generation == self.generation.load(Ordering::SeqCst)
            && entry.looked_up.elapsed() < HOLDS
            && (0..HOLDS_MICROS).contains(&age_micros);
        holds.then(|| entry.actor.clone())
    }

    fn remember(&self, key: [u8; 32], actor: Option<&Arc<Actor>>, generation: u64, store: &Store) {
        // Only what was found: nobody can fill the memory with guesses.
        let Some(actor) = actor else { return };
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= LIMIT {
            entries.clear();
        }
        let entry = Entry {
            actor: actor.clone(),
            generation,
            looked_up: Instant::now(),
            at_micros: store.shell().clock.now().micros(),
        };
        entries.insert(key, entry);
    }
}
