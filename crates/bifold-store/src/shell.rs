//! The outside that the pure core does without: clock, ids, entropy.
//!
//! Tests give a clock they move by hand and ids from a seed; a server has the real ones. Nothing
//! else in the project asks for the time or for randomness.

use bifold_domain::At;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine.
    System,
    /// A test; microseconds since the epoch.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// Now.
    #[allow(clippy::disallowed_methods)] // The one place where the time is asked for.
    pub fn now(&self) -> At {
        match self {
            Self::System => At::from_micros(jiff::Timestamp::now().as_microsecond()),
            Self::Manual(micros) => At::from_micros(micros.load(Ordering::SeqCst)),
        }
    }
}

/// Where ids come from.
#[derive(Clone, Debug)]
pub enum Ids {
    /// `UUIDv7`: the time, then randomness.
    Random,
    /// A counter, so that tests and demonstrations repeat.
    Seeded(Arc<AtomicU64>),
}

impl Ids {
    /// 128 bits for a new id, greater than those given before.
    #[allow(clippy::disallowed_methods)] // The one place where ids are made.
    pub fn next(&self) -> u128 {
        match self {
            Self::Random => uuid::Uuid::now_v7().as_u128(),
            Self::Seeded(counter) => {
                let n = u128::from(counter.fetch_add(1, Ordering::SeqCst));
                // The version and variant bits of a `UUIDv7`, so that it is one in form.
                (0x7 << 76) | (0x2 << 62) | n
            }
        }
    }

    /// The same as the text of a UUID.
    pub fn next_uuid(&self) -> String {
        uuid::Uuid::from_u128(self.next()).to_string()
    }
}

/// Random bytes from the operating system, fetched a page at a time.
#[derive(Clone, Debug, Default)]
pub struct Entropy {
    page: Arc<Mutex<Vec<u8>>>,
}

const PAGE_BYTES: usize = 4096;

impl Entropy {
    /// 32 fresh bytes, handed out once and forgotten here.
    ///
    /// # Panics
    /// When the operating system gives no randomness: without it no salt and no secret is safe,
    /// and going on would be worse than stopping.
    #[allow(clippy::disallowed_methods, clippy::expect_used)]
    pub fn take(&self) -> [u8; 32] {
        let mut page = self
            .page
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if page.len() < 32 {
            page.resize(PAGE_BYTES, 0);
            getrandom::fill(&mut page).expect("the operating system gives randomness");
        }
        let mut bytes = [0; 32];
        let rest = page.len() - 32;
        bytes.copy_from_slice(&page.split_off(rest));
        bytes
    }
}

/// Everything from outside, together.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The time.
    pub clock: Clock,
    /// Ids.
    pub ids: Ids,
    /// Randomness.
    pub entropy: Entropy,
}

impl Default for Shell {
    fn default() -> Self {
        Self {
            clock: Clock::System,
            ids: Ids::Random,
            entropy: Entropy::default(),
        }
    }
}

impl Shell {
    /// For tests and demonstrations: a clock that starts here and is moved by hand, and ids that
    /// count up from a seed.
    pub fn manual(start: At, seed: u64) -> Self {
        Self {
            clock: Clock::Manual(Arc::new(AtomicI64::new(start.micros()))),
            ids: Ids::Seeded(Arc::new(AtomicU64::new(seed))),
            entropy: Entropy::default(),
        }
    }

    /// Moves a manual clock; the system's clock is not moved.
    pub fn advance(&self, micros: i64) {
        if let Clock::Manual(clock) = &self.clock {
            clock.fetch_add(micros, Ordering::SeqCst);
        }
    }

    /// Sets a manual clock.
    pub fn set(&self, at: At) {
        if let Clock::Manual(clock) = &self.clock {
            clock.store(at.micros(), Ordering::SeqCst);
        }
    }
}
