//! Made-up histories: the cold start, what no input may do, and that the same gives the same.

use bifold_forecast::{
    Cause, ColdStart, Event, Field, History, Measure, Options, Outcome, Snapshot, Stage, train,
};
use proptest::prelude::*;

const HOUR_S: i64 = 3600;

/// One an hour; every `nth` is the network's, takes two days and misses its target.
fn past(count: i64, nth: i64) -> Vec<History> {
    let history = |number: i64| {
        let opened_s = number * HOUR_S;
        let is_hard = number % nth == 0;
        let mut given = Snapshot::default();
        given.name(Field::Team, if is_hard { "Network" } else { "Desk" });
        given.name(Field::Priority, "3");
        given.set(Measure::TargetShare, 0.1);
        let events = vec![Event {
            at_s: opened_s + 60,
            stage: Stage::New,
            given,
        }];
        let end_s = opened_s + if is_hard { 48 } else { 1 } * HOUR_S;
        let outcome = Outcome {
            known_s: end_s,
            resolved_s: Some(end_s),
            is_breached: is_hard,
        };
        History {
            opened_s,
            events,
            outcome: Some(outcome),
        }
    };
    (0..count).map(history).collect()
}

#[test]
fn with_too_little_to_learn_from_it_says_so() {
    let table = [
        (
            past(0, 3),
            ColdStart::TooFew {
                closed: 0,
                least: 200,
            },
        ),
        (
            past(100, 3),
            ColdStart::TooFew {
                closed: 100,
                least: 200,
            },
        ),
        (
            past(400, 1000),
            ColdStart::OneOutcome {
                closed: 400,
                breached: 1,
                least: 20,
            },
        ),
    ];
    for (past, expected) in table {
        assert_eq!(train(&past, i64::MAX, &Options::default()), Err(expected));
    }
    // Of four hundred, most are not closed at that moment.
    let early = train(&past(400, 3), 100 * HOUR_S, &Options::default());
    assert_eq!(
        early,
        Err(ColdStart::TooFew {
            closed: 84,
            least: 200
        })
    );
    let words = ColdStart::TooFew {
        closed: 84,
        least: 200,
    }
    .to_string();
    assert_eq!(
        words,
        "too few closed incidents to learn from: 84, and 200 are needed"
    );
}

#[test]
fn what_it_learned_it_says_with_reasons_and_hours() {
    let past = past(600, 3);
    let now_s = 700 * HOUR_S;
    let model = train(&past, now_s, &Options::default()).unwrap();
    assert_eq!(
        (model.learned().closed, model.learned().breached),
        (600, 200)
    );
    let forecast = model.predict(&past[597].snapshot(now_s).unwrap());
    assert!(forecast.probability > 0.8, "{forecast:?}");
    let reason = &forecast.reasons[0];
    let Cause::Field {
        field: Field::Team,
        name,
        breached,
        closed: 200,
    } = &reason.cause
    else {
        panic!("{reason:?}");
    };
    assert!(reason.raises() && name.as_deref() == Some("Network") && *breached > 0.9);
    let hours = forecast.quantiles.unwrap();
    assert_eq!(hours.half_h, None, "it took longer than all of them");
    let fresh = model.predict(&past[598].moments(i64::MAX).next().unwrap().1);
    assert!(fresh.probability < 0.2, "{fresh:?}");
    assert_eq!(fresh.quantiles.unwrap().half_h, Some(1.0));
}

#[test]
fn a_field_left_out_is_not_looked_at() {
    let without = [Field::Team].into();
    let options = Options {
        without,
        ..Options::default()
    };
    let model = train(&past(600, 3), i64::MAX, &options).unwrap();
    let mut known = Snapshot::default();
    let before = model.probability(&known);
    known.name(Field::Team, "Network");
    assert_eq!(model.probability(&known).to_bits(), before.to_bits());
}

fn snapshots() -> impl Strategy<Value = Snapshot> {
    let measure = (0..Measure::ALL.len(), any::<f64>());
    let name = (0..Field::ALL.len(), "\\PC{0,6}|Network|Desk");
    let known = (
        prop::collection::vec(measure, 0..20),
        prop::collection::vec(name, 0..20),
    );
    known.prop_map(|(measures, names)| {
        let mut snapshot = Snapshot::default();
        for (index, value) in measures {
            snapshot.set(Measure::ALL[index], value);
        }
        for (index, name) in names {
            snapshot.name(Field::ALL[index], name);
        }
        snapshot
    })
}

fn stages() -> impl Strategy<Value = Stage> {
    prop::sample::select(vec![
        Stage::New,
        Stage::Active,
        Stage::Waiting,
        Stage::Other,
        Stage::Resolved,
        Stage::Closed,
    ])
}

fn odd_histories() -> impl Strategy<Value = Vec<History>> {
    let event = (any::<i64>(), stages(), snapshots());
    let event = event.prop_map(|(at_s, stage, given)| Event { at_s, stage, given });
    let outcome = (any::<i64>(), any::<Option<i64>>(), any::<bool>());
    let outcome = outcome.prop_map(|(known_s, resolved_s, is_breached)| Outcome {
        known_s,
        resolved_s,
        is_breached,
    });
    let history = (
        any::<i64>(),
        prop::collection::vec(event, 0..3),
        prop::option::of(outcome),
    );
    let history = history.prop_map(|(opened_s, events, outcome)| History {
        opened_s,
        events,
        outcome,
    });
    prop::collection::vec(history, 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_known_the_probability_is_one(known in snapshots()) {
        static MODEL: std::sync::LazyLock<bifold_forecast::Model> = std::sync::LazyLock::new(|| {
            train(&past(600, 3), i64::MAX, &Options::default()).unwrap()
        });
        let forecast = MODEL.predict(&known);
        prop_assert!((0.0..=1.0).contains(&forecast.probability));
        prop_assert_eq!(forecast.probability.to_bits(), MODEL.probability(&known).to_bits());
        prop_assert!(forecast.reasons.len() <= 3);
        for two in forecast.reasons.windows(2) {
            prop_assert!(two[0].effect.abs() >= two[1].effect.abs());
        }
        let json = serde_json::to_string(&forecast).unwrap();
        prop_assert_eq!(serde_json::from_str::<bifold_forecast::Forecast>(&json).is_ok(), true);
    }

    #[test]
    fn no_histories_make_it_panic_and_the_same_give_the_same(
        odd in odd_histories(),
        now_s in any::<i64>(),
        seed in any::<u64>(),
    ) {
        let mut all = past(300, 3);
        all.extend(odd);
        let options = Options { seed, half_life: 50, ..Options::default() };
        for now_s in [now_s, 10_000 * HOUR_S] {
            let one = train(&all, now_s, &options);
            prop_assert_eq!(&one, &train(&all, now_s, &options));
            if let Ok(model) = one {
                for history in &all {
                    for (_, known) in history.moments(i64::MAX) {
                        prop_assert!((0.0..=1.0).contains(&model.probability(&known)));
                    }
                }
            }
        }
    }
}
