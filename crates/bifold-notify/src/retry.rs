//! When something is tried again: pure functions of how often it failed.

use crate::notice::Urgency;
use bifold_domain::time::{HOUR, MINUTE, SECOND};

/// What is being sent, by how long it is worth trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// A page. It also takes the next way at its first failure.
    Page,
    /// Any other notice to a person.
    Notice,
    /// An event to another program.
    Webhook,
}

/// A page is worth nothing after half an hour.
const PAGE: &[i64] = &[
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
];
const NOTICE: &[i64] = &[MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR];
/// As Standard Webhooks proposes: three days and a half in all.
const WEBHOOK: &[i64] = &[
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];

/// The longest that a receiver may put us off, in microseconds.
const PUT_OFF_MAX: i64 = 6 * HOUR;

impl From<Urgency> for Course {
    fn from(urgency: Urgency) -> Self {
        match urgency {
            Urgency::Page => Self::Page,
            Urgency::Normal | Urgency::Low => Self::Notice,
        }
    }
}

impl Course {
    fn waits(self) -> &'static [i64] {
        match self {
            Self::Page => PAGE,
            Self::Notice => NOTICE,
            Self::Webhook => WEBHOOK,
        }
    }

    /// How long to wait after so many failures, in microseconds; `None` when it is given up.
    ///
    /// `put_off` is what the receiver asked for. `jitter` is a random octet: it adds up to a
    /// fifth, so that what failed together does not come back together.
    pub fn wait(self, failures: u32, put_off: Option<i64>, jitter: u8) -> Option<i64> {
        let nth = usize::try_from(failures.saturating_sub(1)).ok()?;
        let wait = *self.waits().get(nth)?;
        let wait = wait + wait / 5 * i64::from(jitter) / 255;
        Some(wait.max(put_off.unwrap_or(0).clamp(0, PUT_OFF_MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_is_tried_again_at_once_and_given_up_soon() {
        assert_eq!(Course::Page.wait(1, None, 0), Some(15 * SECOND));
        assert_eq!(Course::Page.wait(6, None, 0), Some(10 * MINUTE));
        assert_eq!(Course::Page.wait(7, None, 0), None);
        assert!(PAGE.iter().sum::<i64>() < 20 * MINUTE);
    }

    #[test]
    fn an_event_is_tried_for_days() {
        assert!(WEBHOOK.iter().sum::<i64>() > 72 * HOUR);
        assert_eq!(Course::Webhook.wait(9, None, 0), Some(24 * HOUR));
    }

    #[test]
    fn a_receiver_may_put_us_off_but_not_for_ever() {
        assert_eq!(Course::Notice.wait(1, Some(HOUR), 0), Some(HOUR));
        assert_eq!(Course::Notice.wait(1, Some(i64::MAX), 0), Some(PUT_OFF_MAX));
        assert_eq!(Course::Notice.wait(1, Some(-1), 0), Some(MINUTE));
    }

    proptest! {
        #[test]
        fn a_wait_is_never_shorter_than_its_step_nor_a_fifth_longer(n in 1_u32..20, jitter: u8) {
            for course in [Course::Page, Course::Notice, Course::Webhook] {
                let Some(plain) = course.wait(n, None, 0) else { continue };
                let shaken = course.wait(n, None, jitter).unwrap();
                prop_assert!(shaken >= plain && shaken <= plain + plain / 5);
            }
        }
    }
}
