//! How people and programs are told: one's own channels, rules and inbox, and webhooks.

pub(crate) mod channels;
pub(crate) mod inbox;
pub(crate) mod rules;
pub(crate) mod webhooks;

use crate::route::Route;
use bifold_notify::Outcome;
use serde::Serialize;

pub(crate) fn routes() -> Vec<Route> {
    [
        inbox::routes(),
        channels::routes(),
        rules::routes(),
        webhooks::routes(),
    ]
    .concat()
}

/// What became of a test.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Tested {
    /// `sent`, `later` (it may work in a moment) or `dead` (the address was refused).
    pub(crate) outcome: &'static str,
    /// What the other side said.
    pub(crate) says: String,
}

impl From<Outcome> for Tested {
    fn from(outcome: Outcome) -> Self {
        let (outcome, says) = match outcome {
            Outcome::Sent { receipt } => ("sent", receipt),
            Outcome::Later { why, .. } => ("later", why),
            Outcome::Dead { why } => ("dead", why),
        };
        Self { outcome, says }
    }
}
