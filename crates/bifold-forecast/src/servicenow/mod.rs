//! Reads a log of incident updates as ServiceNow writes it, and the outcomes that belong to it.
//!
//! The log has one row for every update, in the order in which they happened, as in UCI 498
//! (Amaral, Fantinato and Peres 2018). Its columns are read **by name, and only those in
//! [`COLUMNS`]**: a log may carry what was known only afterwards (whether the target was met, when
//! it was resolved, why), and none of that is looked at. Outcomes come from a second file, whose
//! columns are [`LABEL_COLUMNS`].
//!
//! Times are civil, `29/2/2016 01:16` (the day first) or `2016-02-29 01:16:00`. What is `?` or
//! empty is unknown. Times that go back and states without a word here are read and counted
//! ([`Oddities`]); a time or count that cannot be read ends the reading with its line and column.

mod civil;
mod columns;
mod labels;
mod stream;

pub use civil::civil;
pub use columns::ReadError;
pub use labels::{LABEL_COLUMNS, Label, Labels};
pub use stream::{COLUMNS, Incident, MOST_ROWS, Oddities, Stream};

#[cfg(test)]
mod tests;
