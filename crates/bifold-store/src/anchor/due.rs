//! When a log is stamped again: a pure function.

use bifold_domain::time::{DAY, HOUR};

/// How long a log that grew waits for its next stamp, in microseconds, unless somebody wishes it
/// earlier.
pub(super) const STAMP_EVERY: i64 = HOUR;
/// How long before a certificate of its path expires a stamp is renewed, in microseconds.
pub(super) const RENEWAL_MARGIN: i64 = 30 * DAY;

/// A log as an authority should know it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Log {
    /// The size of its newest signed checkpoint.
    pub signed: i64,
    /// Up to which size a stamp is wished for at once; 0 without a wish.
    pub wished: i64,
    /// It will not grow any more.
    pub is_closed: bool,
}

/// The newest stamp of an authority that is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Last {
    /// Of which size.
    pub size: i64,
    /// When it came.
    pub answered_at: i64,
}

/// Whether to ask an authority now that owes no stamp of the log.
pub(super) fn is_due(log: Log, last: Option<Last>, now: i64) -> bool {
    let Some(last) = last else {
        return log.signed > 0;
    };
    if log.signed <= last.size {
        return false;
    }
    // A wish waits until the checkpoint that it is about is signed, which takes a second.
    let is_wished = log.wished > last.size && log.signed >= log.wished;
    log.is_closed || is_wished || now - last.answered_at >= STAMP_EVERY
}

#[cfg(test)]
mod tests {
    use super::*;
    use bifold_domain::time::MINUTE;

    const fn log(signed: i64) -> Log {
        Log {
            signed,
            wished: 0,
            is_closed: false,
        }
    }

    fn due(log: Log, stamped: Option<i64>, age: i64) -> bool {
        let last = stamped.map(|size| Last {
            size,
            answered_at: 0,
        });
        is_due(log, last, age)
    }

    #[test]
    fn a_log_is_stamped_each_hour_in_which_it_grew() {
        assert!(due(log(7), None, 0), "the first time at once");
        assert!(!due(log(0), None, 0), "an empty log says nothing");
        assert!(!due(log(9), Some(7), 59 * MINUTE));
        assert!(due(log(9), Some(7), HOUR));
        assert!(!due(log(7), Some(7), 9 * HOUR), "nothing is new");
    }

    #[test]
    fn a_wish_does_not_wait_for_the_hour_but_for_its_checkpoint() {
        let wished = |signed, wished| Log {
            wished,
            ..log(signed)
        };
        assert!(due(wished(9, 9), Some(7), 0));
        assert!(due(wished(12, 9), Some(7), 0));
        assert!(!due(wished(8, 9), Some(7), 0), "not signed yet");
        assert!(!due(wished(12, 7), Some(7), 0), "fulfilled already");
    }

    #[test]
    fn the_end_of_a_year_is_stamped_at_once() {
        let closed = |signed| Log {
            is_closed: true,
            ..log(signed)
        };
        assert!(due(closed(9), Some(7), 0));
        assert!(!due(closed(9), Some(9), DAY));
    }
}
