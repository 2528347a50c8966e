//! What the crate promises to the outside: facts read for ever, and nothing impure inside.
// Helpers outside #[test] functions: what they unwrap is made by this very file.
#![allow(clippy::unwrap_used, clippy::panic)]

mod golden;
mod purity;
mod samples;
