//! What is asked about clocks.

use crate::access::closed_set;
use crate::level::{ClockKey, Whom};
use crate::text::Text;
use serde::Deserialize;
use std::collections::BTreeSet;

closed_set! {
    /// Which way somebody calls for help (20000-1 8.6.1: escalated if needed).
    Way {
        /// To people who know more.
        Functional = "functional",
        /// To people who decide more.
        Hierarchical = "hierarchical",
    }
}

/// A forecast says how probable it is that a clock's target is missed.
#[derive(Debug, Clone, PartialEq)]
pub struct Foresee {
    /// Which clock.
    pub clock: ClockKey,
    /// How probable, in percent.
    pub percent: u16,
}

/// Calls for help, whatever the clocks say.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Escalate {
    /// Which way.
    pub way: Way,
    /// To whom.
    pub whom: BTreeSet<Whom>,
    /// Why.
    pub reason: Text,
}
