//! When things happen in a hospital: around the clock, but mostly when the offices are full.

use super::rng::Rng;
use bifold_domain::At;
use bifold_domain::time::{DAY, HOUR, MINUTE, SECOND};

/// How many incidents begin on a working day, and on a day of the weekend.
const PER_WORKING_DAY: (i64, i64) = (4, 6);
const PER_WEEKEND_DAY: (i64, i64) = (1, 3);

/// How likely each hour is on a working day: the desk opens at seven, lunch is quieter.
const WORKING_HOURS: [usize; 24] = [
    1, 1, 1, 1, 1, 2, 4, 8, 12, 12, 11, 9, 7, 9, 10, 9, 7, 5, 3, 2, 2, 2, 1, 1,
];
const WEEKEND_HOURS: [usize; 24] = [
    1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 4, 4, 4, 4, 4, 4, 3, 3, 2, 2, 2, 1,
];
/// When those who work by day begin and end.
const OPENS: i64 = 7 * HOUR;
const CLOSES: i64 = 18 * HOUR;

fn day_of(at: At) -> i64 {
    at.micros() / DAY
}

/// Whether this day, counted from the epoch, is a Saturday or a Sunday.
fn is_weekend(day: i64) -> bool {
    // The epoch was a Thursday: with Monday as 0, a 3.
    (day + 3) % 7 >= 5
}

/// A moment of this day, by the weights of its hours.
fn moment(day: i64, rng: &mut Rng) -> At {
    let weights = if is_weekend(day) {
        &WEEKEND_HOURS
    } else {
        &WORKING_HOURS
    };
    let mut left = rng.below(weights.iter().sum());
    let mut hour = 0;
    for weight in weights {
        if left < *weight {
            break;
        }
        left -= *weight;
        hour += 1;
    }
    let within = rng.between(0, HOUR / SECOND - 1) * SECOND + rng.between(0, 999_999);
    At::from_micros(day * DAY + hour * HOUR + within)
}

/// When incidents begin in so many days before the end, in order.
pub(crate) fn beginnings(end: At, days: i64, rng: &mut Rng) -> Vec<At> {
    let first = day_of(end) - days;
    let start = end.plus(-days * DAY);
    let mut all = Vec::new();
    for day in first..=day_of(end) {
        let (low, high) = if is_weekend(day) {
            PER_WEEKEND_DAY
        } else {
            PER_WORKING_DAY
        };
        for _ in 0..rng.between(low, high) {
            all.push(moment(day, rng));
        }
    }
    all.retain(|at| *at > start && *at < end);
    all.sort_unstable();
    all
}

/// A moment like any other of the last so many days, at least an hour ago.
pub(crate) fn some_moment(end: At, days: i64, rng: &mut Rng) -> At {
    let day = rng.between(day_of(end) - days + 1, day_of(end));
    let at = moment(day, rng);
    let earliest = end.plus(-days * DAY + HOUR);
    at.clamp(earliest, end.plus(-HOUR).max(earliest))
}

/// So many minutes later for those who work by day.
pub(crate) fn working_minutes_later(at: At, minutes: i64) -> At {
    let mut now = at.micros();
    let mut left = minutes * MINUTE;
    loop {
        let day = now / DAY;
        let of_day = now % DAY;
        if is_weekend(day) || of_day >= CLOSES {
            now = (day + 1) * DAY + OPENS;
            continue;
        }
        now = day * DAY + of_day.max(OPENS);
        let rest = day * DAY + CLOSES - now;
        if left < rest {
            return At::from_micros(now + left);
        }
        left -= rest;
        now = day * DAY + CLOSES;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> At {
        At::parse(text).unwrap()
    }

    #[test]
    fn work_by_day_rests_at_night_and_over_the_weekend() {
        for (from, minutes, to) in [
            ("2026-03-02T09:00:00Z", 30, "2026-03-02T09:30:00Z"),
            ("2026-03-02T05:00:00Z", 30, "2026-03-02T07:30:00Z"),
            ("2026-03-02T17:50:00Z", 30, "2026-03-03T07:20:00Z"),
            // A Friday evening.
            ("2026-03-06T17:50:00Z", 30, "2026-03-09T07:20:00Z"),
            ("2026-03-07T12:00:00Z", 0, "2026-03-09T07:00:00Z"),
            ("2026-03-02T09:00:00Z", 660, "2026-03-03T09:00:00Z"),
        ] {
            assert_eq!(working_minutes_later(at(from), minutes), at(to), "{from}");
        }
    }

    #[test]
    fn more_begins_by_day_than_by_night_and_on_a_monday_than_on_a_sunday() {
        let end = at("2026-03-30T12:00:00Z");
        let all = beginnings(end, 90, &mut Rng::new(3));
        assert!((330..=480).contains(&all.len()), "{}", all.len());
        assert!(all.iter().all(|b| *b < end && *b > end.plus(-90 * DAY)));
        let by_day = |b: &&At| (7..18).contains(&(b.micros() % DAY / HOUR));
        assert!(all.iter().filter(by_day).count() * 3 > all.len() * 2);
        let on_weekend = all.iter().filter(|b| is_weekend(day_of(**b))).count();
        assert!(on_weekend * 5 < all.len());
    }
}
