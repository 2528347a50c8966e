//! Measures of a forecast.

use serde::Serialize;

/// The prefixes whose order is told by themselves: forecasts at this event of their incident.
const PREFIXES: [u32; 4] = [1, 3, 5, 8];
/// Bands of the reliability table.
const BANDS: u8 = 10;

/// A forecast and what came of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    pub(super) event: u32,
    pub(super) probability: f64,
    pub(super) rule: f64,
    pub(super) is_breached: bool,
}

/// How good a forecast is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Forecasts judged.
    pub events: usize,
    /// How many of them were of incidents that missed their target.
    pub breached: usize,
    /// The area under the ROC curve over all of them: how probable it is that of two, one of each
    /// outcome, the one that missed its target was given more. None without both outcomes.
    pub auc: Option<f64>,
    /// The same for the rule "hours open and 5 for each reassignment".
    pub auc_of_rule: Option<f64>,
    /// The same by prefix.
    pub at: Vec<AtPrefix>,
    /// The mean square of probability less outcome (Brier 1950): 0 is perfect, and 0.25 is what one
    /// half for everything has.
    pub brier: Option<f64>,
    /// What was said beside what came true.
    pub reliability: Vec<Band>,
}

/// The order at one event of each incident.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AtPrefix {
    /// Which event, from 1.
    pub event: u32,
    /// Forecasts judged.
    pub events: usize,
    /// Area under the ROC curve; none without both outcomes.
    pub auc: Option<f64>,
}

/// Forecasts of about the same probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Band {
    /// From this probability on.
    pub from: f64,
    /// To under this one; the last band includes 1.
    pub to: f64,
    /// Forecasts in it.
    pub events: usize,
    /// What was said, on average.
    pub said: Option<f64>,
    /// What share came true.
    pub true_share: Option<f64>,
}

impl Scores {
    pub(super) fn of(judged: &[Judged]) -> Self {
        let at = |event| {
            let at: Vec<_> = judged
                .iter()
                .filter(|one| one.event == event)
                .copied()
                .collect();
            AtPrefix {
                event,
                events: at.len(),
                auc: auc_by(&at, |one| one.probability),
            }
        };
        let missed = |one: &Judged| one.probability - f64::from(u8::from(one.is_breached));
        Self {
            events: judged.len(),
            breached: judged.iter().filter(|one| one.is_breached).count(),
            auc: auc_by(judged, |one| one.probability),
            auc_of_rule: auc_by(judged, |one| one.rule),
            at: PREFIXES.map(at).to_vec(),
            brier: mean(judged.iter().map(|one| missed(one).powi(2))),
            reliability: (0..BANDS).map(|band| Band::of(band, judged)).collect(),
        }
    }
}

impl Band {
    fn of(band: u8, judged: &[Judged]) -> Self {
        let edge = |band: u8| f64::from(band) / f64::from(BANDS);
        let (from, to) = (edge(band), edge(band + 1));
        let is_last = band + 1 == BANDS;
        let within = |p: f64| p >= from && (p < to || is_last);
        let inside: Vec<_> = judged
            .iter()
            .filter(|one| within(one.probability))
            .collect();
        Self {
            from,
            to,
            events: inside.len(),
            said: mean(inside.iter().map(|one| one.probability)),
            true_share: mean(
                inside
                    .iter()
                    .map(|one| f64::from(u8::from(one.is_breached))),
            ),
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0_usize, 0.0), |(count, sum), value| {
        (count + 1, sum + value)
    });
    (count > 0).then(|| sum / crate::boost::count(count))
}

fn auc_by(judged: &[Judged], score: impl Fn(&Judged) -> f64) -> Option<f64> {
    auc(judged
        .iter()
        .map(|one| (score(one), one.is_breached))
        .collect())
}

/// The area under the ROC curve of scores, equal ones counting half (Mann and Whitney 1947). None
/// without both outcomes.
pub fn auc(mut scored: Vec<(f64, bool)>) -> Option<f64> {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut pairs_won, mut positive) = (0.0, 0.0, 0.0);
    for equal in scored.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let hits = crate::boost::count(equal.iter().filter(|(_, hit)| *hit).count());
        let misses = crate::boost::count(equal.len()) - hits;
        pairs_won += hits * (below + misses / 2.0);
        below += misses;
        positive += hits;
    }
    let pairs = positive * below;
    (pairs > 0.0).then(|| pairs_won / pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_pairs(scored: &[(f64, bool)]) -> Option<f64> {
        let (mut won, mut pairs) = (0.0, 0.0);
        for hit in scored.iter().filter(|(_, hit)| *hit) {
            for miss in scored.iter().filter(|(_, hit)| !*hit) {
                pairs += 1.0;
                won += match hit.0.total_cmp(&miss.0) {
                    std::cmp::Ordering::Greater => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Less => 0.0,
                };
            }
        }
        (pairs > 0.0).then(|| won / pairs)
    }

    proptest! {
        #[test]
        fn the_area_is_the_share_of_pairs_in_order(
            scored in prop::collection::vec((0_u8..6, any::<bool>()), 0..40),
        ) {
            let scored: Vec<_> = scored.into_iter().map(|(s, hit)| (f64::from(s), hit)).collect();
            let (area, expected) = (auc(scored.clone()), by_pairs(&scored));
            prop_assert_eq!(area.is_some(), expected.is_some());
            let difference = area.unwrap_or_default() - expected.unwrap_or_default();
            prop_assert!(difference.abs() < 1e-12);
        }
    }

    #[test]
    fn the_table_holds_every_forecast_once_and_says_what_came_true() {
        let one = |probability, is_breached| Judged {
            event: 1,
            probability,
            rule: 0.0,
            is_breached,
        };
        let judged = [
            one(0.0, false),
            one(0.1, false),
            one(0.15, true),
            one(1.0, true),
        ];
        let scores = Scores::of(&judged);
        let sizes: Vec<_> = scores.reliability.iter().map(|band| band.events).collect();
        assert_eq!(sizes, [1, 2, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(scores.reliability[1].true_share, Some(0.5));
        assert_eq!(scores.reliability[2].said, None);
        let brier = (0.01 + 0.85 * 0.85) / 4.0;
        assert!((scores.brier.unwrap_or_default() - brier).abs() < 1e-12);
        assert_eq!(scores.at[0].auc, Some(1.0));
        assert_eq!((scores.at[1].events, scores.at[1].auc), (0, None));
    }
}
