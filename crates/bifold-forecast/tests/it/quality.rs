//! How good the forecast is on the log of UCI 498: later incidents told by earlier ones.

use crate::shared;
use bifold_forecast::evaluate::{judge, predictions, split};
use bifold_forecast::{History, Model, Options, train};

/// A stored model is no larger.
const MOST_BYTES: usize = 500_000;

#[test]
fn later_incidents_are_told_by_earlier_ones() {
    let Some(stream) = shared::stream() else {
        return;
    };
    assert_eq!((stream.rows, stream.incidents.len()), (120_003, 20_769));
    let histories: Vec<History> = stream.incidents.iter().map(|i| i.history.clone()).collect();
    let now_s = split(&stream, 0.7).unwrap();
    let model = train(&histories, now_s, &Options::default()).unwrap();
    let learned = model.learned();
    let closed = histories
        .iter()
        .filter(|h| h.outcome_before(now_s).is_some())
        .count();
    assert_eq!(learned.closed as usize, closed);
    assert!(
        learned.open > 500,
        "incidents open at the split are not learned from"
    );

    let made = predictions(&model, &stream, now_s);
    assert!(
        made.iter()
            .all(|one| (0.0..=1.0).contains(&one.probability))
    );
    let scores = judge(&made);
    let (auc, first) = (scores.auc.unwrap(), scores.at[0].auc.unwrap());
    let brier = scores.brier.unwrap();
    println!("AUC {auc:.4}, at the first event {first:.4}, Brier {brier:.4}");
    assert!(auc >= 0.83, "AUC {auc}");
    assert!(first >= 0.77, "AUC at the first event {first}");
    assert!(brier <= 0.165, "Brier {brier}");
    let rule = scores.auc_of_rule.unwrap();
    assert!(
        auc > rule + 0.05,
        "no better than a rule on one line: {rule}"
    );

    let stored = serde_json::to_string(&model).unwrap();
    assert!(stored.len() < MOST_BYTES, "{} bytes", stored.len());
    let again: Model = serde_json::from_str(&stored).unwrap();
    assert_eq!(again, model);

    for one in made.iter().step_by(500) {
        let index = one.event as usize - 1;
        let (_, known) = one
            .incident
            .history
            .moments(i64::MAX)
            .find(|m| m.0 == index)
            .unwrap();
        let forecast = model.predict(&known);
        assert!((forecast.probability - one.probability).abs() < 1e-9);
        assert_eq!(forecast.reasons.len(), 3);
        assert!(forecast.quantiles.is_some());
    }
}
