//! Anchors: what ties the ledger to others, so that not even its keeper can rewrite it unseen.
//!
//! A time-stamp authority (RFC 3161) says when a checkpoint existed; a witness (c2sp.org
//! tlog-witness) says that it saw no other history. Here is kept what is to be asked, what was
//! answered, and what went wrong. Whoever asks does so without a transaction: a claim puts the
//! next attempt off, the answer is recorded afterwards, and a claim that nobody finished comes
//! due again.
//!
//! It refuses to talk to anybody, and to judge a time-stamp: its caller verifies it before it is
//! recorded. A cosignature is verified here, against the checkpoint it is for.

mod cosign;
mod due;
mod stamp;
mod standing;

pub use cosign::ToCosign;
pub use stamp::{Stamped, ToStamp};
pub use standing::{AuthorityStanding, Reach, StampAnswer, WitnessStanding};

use bifold_domain::time::{HOUR, MINUTE, SECOND};

/// How long a claim lasts before others may try, in microseconds. Longer than any question may
/// take.
const CLAIM_MICROS: i64 = 2 * MINUTE;
/// The wait after a first failed attempt; it doubles with each further one.
const RETRY_FIRST: i64 = 10 * SECOND;
/// The longest wait between two attempts.
const RETRY_MAX: i64 = HOUR;
/// Characters of a foreign error message that are kept.
const ERROR_CHARS: usize = 300;

/// How long to wait after this many failed attempts, in microseconds.
fn back_off(attempts: i64) -> i64 {
    let steps = u32::try_from((attempts - 1).clamp(0, 20)).unwrap_or(20);
    (RETRY_FIRST << steps).min(RETRY_MAX)
}

/// An error as it is kept: short, and without what a terminal would obey. Part of it is what
/// somebody else said.
fn kept(error: &str) -> String {
    let plain = error.chars().filter(|c| !c.is_control());
    plain.take(ERROR_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_an_hour_and_never_ends() {
        assert_eq!(back_off(0), RETRY_FIRST);
        assert_eq!(back_off(1), 10 * SECOND);
        assert_eq!(back_off(2), 20 * SECOND);
        assert_eq!(back_off(9), 2_560 * SECOND);
        assert_eq!(back_off(10), HOUR);
        assert_eq!(back_off(i64::MAX), HOUR);
    }

    #[test]
    fn what_others_say_is_kept_short_and_plain() {
        assert_eq!(kept("no\u{1b}[31m\n"), "no[31m");
        assert_eq!(kept(&"ä".repeat(1_000)).chars().count(), ERROR_CHARS);
    }
}
