//! The probability that an open incident misses its target, learned from an organisation's own
//! closed incidents: pure functions on plain values.
//!
//! A [`History`] is what happened to one incident, for one of its clocks. [`train`] learns from
//! those whose [`Outcome`] was known at a moment; [`Model::predict`] says of a [`Snapshot`], which
//! is what is known of an open incident, how probable a breach is, the three things that moved the
//! forecast most, and how long comparable incidents took. The words of reasons are the caller's:
//! they come as closed sets with values. [`ColdStart`] says that there is nothing to learn from
//! yet, with counts.
//!
//! What it refuses to do: look ahead. A snapshot is made of events up to its moment, training takes
//! outcomes known before its moment only, and of incidents that were open then nothing but their
//! age. It reads no clock, draws no randomness (the seed is an option), and works on one thread in
//! a fixed order, so the same histories and options give the same model, byte by byte.
//!
//! How it works and how well is in the operators' manual, `docs/forecast.md`.
//!
//! ```
//! use bifold_forecast::{Event, Field, History, Measure, Options, Outcome, Snapshot, Stage, train};
//!
//! // Every history tells what its source knew at each change, nothing from later.
//! let history = |number: i64| {
//!     let opened_s = number * 3600;
//!     let is_hard = number % 3 == 0;
//!     let mut given = Snapshot::default();
//!     given.name(Field::Team, if is_hard { "Network" } else { "Desk" });
//!     given.set(Measure::TargetShare, 0.0);
//!     let events = vec![Event { at_s: opened_s, stage: Stage::New, given }];
//!     let end_s = opened_s + if is_hard { 90_000 } else { 600 };
//!     let outcome = Outcome { known_s: end_s, resolved_s: Some(end_s), is_breached: is_hard };
//!     History { opened_s, events, outcome: Some(outcome) }
//! };
//! let past: Vec<History> = (0..600).map(history).collect();
//! let now_s = 700 * 3600;
//! let model = train(&past, now_s, &Options::default())?;
//!
//! let open = history(699).snapshot(now_s).ok_or("nothing happened yet")?;
//! let forecast = model.predict(&open);
//! assert!(forecast.probability > 0.8);
//! println!("{:.0} %", forecast.probability * 100.0);
//! for reason in &forecast.reasons {
//!     println!("{reason}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # To serve an organisation's own incidents
//!
//! 1. For each incident and clock make a [`History`]: one [`Event`] a change that says everything
//!    known then (state, priority, team, …, and of the clock [`Measure::CountedHours`] and
//!    [`Measure::TargetShare`]). What is not known is left out.
//! 2. Once a day, and when ten in a hundred more incidents are closed, call [`train`] with all of
//!    them and the moment of now, in a job: some seconds for 20,000 incidents. Keep the model with
//!    serde; train anew when [`Model::is_current`] says no. One model a kind of clock, or one for
//!    all of them with [`Field::Clock`].
//! 3. Whenever an open incident is looked at, follow its events with a [`Watch`], ask for the
//!    snapshot of now, and [`Model::predict`]: microseconds.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod boost;
mod calibrate;
mod durations;
mod encode;
pub mod evaluate;
mod forecast;
mod history;
mod model;
mod rows;
pub mod servicenow;
mod snapshot;
mod train;
mod weight;

pub use durations::{Alike, Quantiles};
pub use forecast::{Cause, Forecast, REASONS, Reason};
pub use history::{Event, History, Outcome, Stage, Watch};
pub use model::{LAYOUT, Learned, Model};
pub use rows::MOST_EVENTS;
pub use snapshot::{Field, Measure, Name, Snapshot};
pub use train::{ColdStart, LEAST_CLOSED, LEAST_OF_EACH, MOST_HISTORIES, Options, train};
