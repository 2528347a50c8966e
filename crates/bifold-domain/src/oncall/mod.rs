//! On-call: who answers at which hour, and whom to call when nobody does (features F074, F075, F078).
//!
//! A [`schedule::Schedule`] says who is on call at an instant; a [`chain::Chain`] says whom to call
//! one after the other until somebody answers. Neither sends anything and neither asks the time:
//! what is to be done now is computed from what has happened, and whoever does it says so.
//!
//! To page along a chain, keep what happened since its start as [`chain::Moment`]s, ask
//! [`chain::next`] what is to be done, do it, add the moment that says so, and ask again until the
//! answer is a time to look again or the end. [`chain::people`] says who a step reaches at that
//! moment. [`chain::simulate`] is that very loop with nobody answering.

pub mod chain;
mod fault;
mod layer;
mod plan;
pub mod schedule;
mod shift;
#[cfg(test)]
mod tests;
pub(crate) mod wall;

pub use fault::Fault;
pub use layer::{Layer, SlotShape, Turn, Unit};
pub use plan::Plan;
pub use shift::{Shift, Span, Why};
