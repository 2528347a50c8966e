//! What every handler gets: the store and the little the server itself remembers.

use crate::auth::{Brake, Knock, Known};
use crate::config::Config;
use bifold_domain::time::MINUTE;
use bifold_store::Store;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Mutex, Semaphore, watch};

/// Locks for signals by identity; two signals of one identity never pass at the same time.
const SIGNAL_LOCKS: usize = 64;
/// Open pages that are told of changes, at most; more are asked to come back.
const STREAMS_LIMIT: usize = 2_000;

/// Forms of the confidential channel within ten minutes, from everybody together.
const VOICES_PER_TEN_MINUTES: u32 = 300;

/// A server around an open store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Server(Arc<Inner>);

/// What the clones of a server share.
#[derive(Debug)]
#[allow(unreachable_pub)] // Named by `Deref`, reached by nobody outside.
pub struct Inner {
    pub(crate) store: Store,
    pub(crate) config: Config,
    pub(crate) known: Known,
    /// The same of sources that knock at the doors.
    pub(crate) knocks: Known<Knock>,
    pub(crate) brake: Brake,
    /// For reports of anybody.
    pub(crate) reports: Brake,
    /// For the confidential channel: one limit for everybody together, as no address is looked at.
    pub(crate) voices: Brake,
    /// For tests of channels and webhooks.
    pub(crate) trials: crate::notify::Trials,
    /// Status pages as they were made last.
    pub(crate) window: crate::window::Window,
    pub(crate) seats: Semaphore,
    /// Places for answers that last as long as a page is open; they take no seat.
    pub(crate) streams: Arc<Semaphore>,
    ending: watch::Sender<bool>,
    requests: AtomicU64,
    request_prefix: String,
    signals: Vec<Mutex<()>>,
}

impl std::ops::Deref for Server {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Server {
    /// A server that answers from this store.
    pub fn new(store: Store, config: Config) -> Self {
        let request_prefix = store.shell().ids.next_uuid();
        Self(Arc::new(Inner {
            known: Known::default(),
            knocks: Known::default(),
            brake: Brake::new(config.sign_ins_per_minute),
            reports: Brake::within(10 * MINUTE, config.reports_per_ten_minutes),
            voices: Brake::within(10 * MINUTE, VOICES_PER_TEN_MINUTES),
            trials: crate::notify::Trials::default(),
            window: crate::window::Window::default(),
            seats: Semaphore::new(config.requests_limit),
            streams: Arc::new(Semaphore::new(STREAMS_LIMIT)),
            ending: watch::Sender::new(false),
            requests: AtomicU64::new(1),
            request_prefix,
            signals: (0..SIGNAL_LOCKS).map(|_| Mutex::new(())).collect(),
            store,
            config,
        }))
    }

    /// Whether new requests are welcome.
    pub fn is_ready(&self) -> bool {
        !*self.ending.borrow()
    }

    /// From now on `/readyz` answers 503, so that a load balancer looks elsewhere, and answers
    /// that last come to their end.
    pub fn stop_intake(&self) {
        self.ending.send_replace(true);
    }

    /// Turns true when the server begins to end.
    pub(crate) fn ending(&self) -> watch::Receiver<bool> {
        self.ending.subscribe()
    }

    /// An id for a request that brought none.
    pub(crate) fn next_request_id(&self) -> String {
        let n = self.requests.fetch_add(1, Ordering::Relaxed);
        format!("{}-{n}", self.request_prefix)
    }

    /// Holds back other signals of the same identity until dropped.
    pub(crate) async fn signal_lock(
        &self,
        source: &str,
        external_id: &str,
    ) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let hash = source
            .bytes()
            .chain([0])
            .chain(external_id.bytes())
            .fold(5381_usize, |h, b| h.wrapping_mul(33) ^ usize::from(b));
        match self.signals.get(hash % SIGNAL_LOCKS) {
            Some(lock) => Some(lock.lock().await),
            None => None,
        }
    }
}
