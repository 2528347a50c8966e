//! What the forms about one incident ask for, on whichever page of it they stand.

use crate::web::evidence::Line;
use std::sync::atomic::{AtomicU32, Ordering};

/// A page with forms about one incident.
pub(super) trait Forms {
    /// Its number.
    fn number(&self) -> &str;
    /// Forms rendered so far.
    fn forms(&self) -> &AtomicU32;
    /// Its evidence.
    fn exhibits(&self) -> &[Line];

    /// The address of a verb.
    fn action(&self, verb: &str) -> String {
        format!("/incidents/{}/do/{verb}", self.number())
    }

    /// Every form of a page is an operation of its own.
    fn nonce(&self) -> u32 {
        self.forms().fetch_add(1, Ordering::Relaxed)
    }

    /// The address of a verb of a restoring action.
    fn gate_action(&self, action: &str, verb: &str) -> String {
        self.action(&format!("actions/{action}/{verb}"))
    }

    /// Exhibits that what was saved for the gate may have become.
    fn sealed(&self) -> Vec<&Line> {
        let is_sealed =
            |line: &&Line| matches!(line.r.standing.as_str(), "kept" | "offered" | "out");
        self.exhibits().iter().filter(is_sealed).collect()
    }

    /// Whether there are any.
    fn has_sealed(&self) -> bool {
        !self.sealed().is_empty()
    }
}
