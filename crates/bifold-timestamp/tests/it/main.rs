//! Tests against an authority and tokens that others made.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may end the test"
)]

mod assembled;
mod authority;
mod fixtures;
mod mutated;
mod odd;
mod openssl;
mod refused;
