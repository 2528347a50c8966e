//! Forecasts of missed targets: learned once a day from the organisation's own incidents, said of
//! the open ones (`docs/forecast.md`).
//!
//! Neither model nor forecast is a record: both are made anew from incidents. What follows from a
//! forecast is: a step of a ladder fires by a command, and its fact says how probable a breach was.

mod course;
mod learn;
mod look;

pub use learn::Learned;
pub use look::{Foreseen, foresee};
