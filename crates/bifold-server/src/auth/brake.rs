//! Slows down what comes from one address: guessing, and floods of reports. The store slows down
//! guessing at one account.

use bifold_domain::time::MINUTE;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Addresses remembered at most.
const ADDRESSES_LIMIT: usize = 50_000;

/// Attempts per address in the current span of each.
#[derive(Debug)]
pub(crate) struct Brake {
    limit: u32,
    span: i64,
    attempts: Mutex<HashMap<IpAddr, (i64, u32)>>,
}

impl Brake {
    /// So many a minute.
    pub(crate) fn new(per_minute: u32) -> Self {
        Self::within(MINUTE, per_minute)
    }

    /// So many within a span, in microseconds.
    pub(crate) fn within(span: i64, limit: u32) -> Self {
        Self {
            limit,
            span,
            attempts: Mutex::default(),
        }
    }

    /// Counts an attempt; the seconds to wait when there were too many.
    pub(crate) fn attempt(&self, address: IpAddr, now_micros: i64) -> Option<i64> {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        if attempts.len() >= ADDRESSES_LIMIT {
            attempts.retain(|_, (since, _)| now_micros - *since < self.span);
        }
        let (since, count) = attempts.entry(network(address)).or_insert((now_micros, 0));
        if now_micros - *since >= self.span {
            (*since, *count) = (now_micros, 0);
        }
        *count = count.saturating_add(1);
        (*count > self.limit).then(|| (*since + self.span - now_micros) / 1_000_000 + 1)
    }
}

/// One customer of IPv6 has 2⁶⁴ addresses; they count as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_waits_after_its_attempts_and_then_begins_anew() {
        let brake = Brake::new(2);
        let here: IpAddr = "2001:db8::1".parse().unwrap();
        let next_door: IpAddr = "2001:db8::2".parse().unwrap();
        let elsewhere: IpAddr = "192.0.2.1".parse().unwrap();
        assert_eq!(brake.attempt(here, 0), None);
        assert_eq!(brake.attempt(next_door, 0), None);
        assert_eq!(brake.attempt(here, MINUTE / 2), Some(31));
        assert_eq!(brake.attempt(elsewhere, 0), None);
        assert_eq!(brake.attempt(here, MINUTE), None);
    }
}
