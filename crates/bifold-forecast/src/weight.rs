//! How much each closed incident counts in the training.
//!
//! Two corrections, both known at the moment of training. *Recent incidents count more*: the
//! weight halves with every so many incidents opened since, so that a desk with little to do
//! forgets slowly. *Slow incidents are missing among the young*: of what was opened yesterday only
//! the quick half is closed. Each closed incident therefore stands for those of its age that are
//! still open: it is weighted by the inverse of the probability that an incident which takes as
//! long as it did is closed by now, estimated over all incidents after Kaplan and Meier
//! (J. Amer. Statist. Assoc. 53, 1958; Robins and Rotnitzky 1992 for the weights). Of an open
//! incident nothing is used but its age.

use crate::history::History;

/// No incident stands for more than so many others.
const MOST: f64 = 20.0;

/// A weight for every history: zero where the outcome was not known before `now_s`.
///
/// `half_life` is the number of incidents after which a weight has halved.
pub(crate) fn weights(histories: &[&History], now_s: i64, half_life: u32) -> Vec<f64> {
    let stand_for = stand_for(histories, now_s);
    let newer = newer(histories, now_s);
    let halving = f64::from(half_life.max(1));
    stand_for
        .into_iter()
        .zip(newer)
        .map(|(weight, newer)| weight * (-(newer / halving)).exp2())
        .collect()
}

/// For how many incidents of its age each closed one stands.
fn stand_for(histories: &[&History], now_s: i64) -> Vec<f64> {
    // How long each was watched, whether that was its whole life, and which one it is.
    let mut watched: Vec<(i64, bool, usize)> = histories
        .iter()
        .enumerate()
        .filter(|(_, history)| history.opened_s < now_s)
        .map(|(index, history)| match history.outcome_before(now_s) {
            Some(end) => (end.known_s.saturating_sub(history.opened_s), true, index),
            None => (now_s.saturating_sub(history.opened_s), false, index),
        })
        .collect();
    // Of equal times the ends come first: whoever is still open was watched at least as long.
    watched.sort_by_key(|&(long_s, is_whole, index)| (long_s, !is_whole, index));
    let mut weights = vec![0.0; histories.len()];
    let mut still_watched = 1.0;
    for (place, &(_, is_whole, index)) in watched.iter().enumerate() {
        if is_whole {
            if let Some(weight) = weights.get_mut(index) {
                *weight = (1.0_f64 / still_watched).min(MOST);
            }
        } else {
            still_watched *= 1.0 - 1.0 / count(watched.len() - place);
        }
    }
    weights
}

/// How many incidents were opened after each and before now.
fn newer(histories: &[&History], now_s: i64) -> Vec<f64> {
    let mut opened: Vec<i64> = histories
        .iter()
        .map(|history| history.opened_s)
        .filter(|&opened_s| opened_s < now_s)
        .collect();
    opened.sort_unstable();
    histories
        .iter()
        .map(|history| {
            let not_newer = opened.partition_point(|&other| other <= history.opened_s);
            count(opened.len() - not_newer)
        })
        .collect()
}

#[allow(clippy::cast_precision_loss)] // Nobody has 2^53 incidents.
fn count(of: usize) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Outcome;

    fn history(opened_s: i64, known_s: Option<i64>) -> History {
        let outcome = known_s.map(|known_s| Outcome {
            known_s,
            resolved_s: Some(known_s),
            is_breached: false,
        });
        History {
            opened_s,
            events: Vec::new(),
            outcome,
        }
    }

    #[test]
    fn what_is_not_known_yet_has_no_weight() {
        let past = [
            history(0, Some(50)),
            history(0, Some(100)),
            history(0, None),
        ];
        let weights = weights(&past.each_ref(), 100, 1000);
        assert!(weights[0] > 0.0);
        assert!(weights[1] + weights[2] < 1e-12);
    }

    #[test]
    fn a_slow_one_stands_for_the_young_ones_that_are_still_open() {
        // One in two takes 10, the other 100; half of them were opened 50 ago.
        let mut past = Vec::new();
        for opened_s in [0, 0, 850, 850] {
            past.push(history(opened_s, Some(opened_s + 10)));
            past.push(history(opened_s, Some(opened_s + 100)));
        }
        let weights = stand_for(&past.iter().collect::<Vec<_>>(), 900);
        let is = |index: usize, weight: f64| (weights[index] - weight).abs() < 1e-12;
        assert!(is(2, 1.0), "quick ones stand for themselves");
        assert!(
            is(1, 2.0),
            "slow ones also for one nobody has seen to its end"
        );
        assert!(is(5, 0.0), "what is open yet stands for nothing");
        let sum: f64 = weights.iter().sum();
        assert!((sum - 8.0).abs() < 1e-9, "{sum}");
    }

    #[test]
    fn the_weight_halves_with_so_many_incidents() {
        let past: Vec<_> = (0..21).map(|at_s| history(at_s, Some(at_s + 1))).collect();
        let weights = weights(&past.iter().collect::<Vec<_>>(), 1000, 10);
        assert!((weights[20] - 1.0).abs() < 1e-12);
        assert!((weights[10] - 0.5).abs() < 1e-12);
        assert!((weights[0] - 0.25).abs() < 1e-12);
    }
}
