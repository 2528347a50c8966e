//! Nothing that was known only afterwards reaches a forecast.

use crate::shared;
use bifold_forecast::evaluate::{predictions, split, write};
use bifold_forecast::servicenow::{COLUMNS, LABEL_COLUMNS, Labels, Stream};
use bifold_forecast::{History, Model, Options, train};

/// What such logs carry although it was known only afterwards.
const BACK_FILLED: [&str; 6] = [
    "made_sla",
    "closed_code",
    "resolved_by",
    "resolved_at",
    "closed_at",
    "caused_by",
];

fn histories(stream: &Stream) -> Vec<History> {
    stream.incidents.iter().map(|i| i.history.clone()).collect()
}

fn csv(model: &Model, stream: &Stream, since_s: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&predictions(model, stream, since_s), &mut bytes).unwrap();
    bytes
}

/// The log with columns that give the outcome away, and the labels, so many incidents of them.
fn poisoned(log: &str, labels: &Labels) -> String {
    let mut reader = csv::Reader::from_reader(log.as_bytes());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut header = reader.headers().unwrap().clone();
    for column in BACK_FILLED {
        header.push_field(column);
    }
    writer.write_record(&header).unwrap();
    for record in reader.records() {
        let mut record = record.unwrap();
        let label = labels.get(&record[0]).unwrap();
        let gives_away = if label.is_breached { "false" } else { "true" };
        for _ in BACK_FILLED {
            record.push_field(gives_away);
        }
        writer.write_record(&record).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// The first lines of a text.
fn lines(text: &str, count: usize) -> &str {
    let end = text
        .match_indices('\n')
        .nth(count)
        .map_or(text.len(), |(at, _)| at + 1);
    &text[..end]
}

#[test]
fn the_columns_that_are_read_are_named_and_none_is_filled_in_afterwards() {
    for column in BACK_FILLED {
        assert!(!COLUMNS.contains(&column), "{column}");
    }
    assert_eq!(
        LABEL_COLUMNS,
        ["number", "made_sla", "resolved_at", "closed_at"]
    );
}

#[test]
fn back_filled_columns_change_no_byte() {
    let (Some(log), Some(labels)) = (
        shared::text("uci_stream_asof.csv.gz"),
        shared::text("uci_labels.csv.gz"),
    ) else {
        return;
    };
    let log = lines(&log, 30_000);
    let labels = Labels::read(labels.as_bytes()).unwrap();
    let mut clean = Stream::read(log.as_bytes()).unwrap();
    let mut poisoned = Stream::read(poisoned(log, &labels).as_bytes()).unwrap();
    assert_eq!(clean, poisoned);
    clean.label(&labels);
    poisoned.label(&labels);
    let now_s = split(&clean, 0.7).unwrap();
    let options = Options::default();
    let one = train(&histories(&clean), now_s, &options).unwrap();
    let other = train(&histories(&poisoned), now_s, &options).unwrap();
    assert_eq!(
        serde_json::to_vec(&one).unwrap(),
        serde_json::to_vec(&other).unwrap()
    );
    assert_eq!(csv(&one, &clean, now_s), csv(&other, &poisoned, now_s));
}

#[test]
fn nothing_after_the_training_reaches_the_model_and_nothing_later_a_forecast() {
    let Some(whole) = shared::text("uci_stream_asof.csv.gz") else {
        return;
    };
    let Some(labels) = shared::text("uci_labels.csv.gz") else {
        return;
    };
    let labels = Labels::read(labels.as_bytes()).unwrap();
    let mut stream = Stream::read(lines(&whole, 40_000).as_bytes()).unwrap();
    stream.label(&labels);
    let now_s = split(&stream, 0.6).unwrap();
    let past = histories(&stream);
    let model = train(&past, now_s, &Options::default()).unwrap();

    // Outcomes that are not known yet say the opposite, and events of later are gone.
    let mut turned = past.clone();
    for history in &mut turned {
        history.events.retain(|event| event.at_s < now_s);
        let opened_before = history.opened_s < now_s;
        if let Some(end) = history.outcome.as_mut().filter(|end| end.known_s >= now_s) {
            end.is_breached = !end.is_breached;
            end.known_s = if opened_before { i64::MAX } else { now_s };
        }
    }
    let again = train(&turned, now_s, &Options::default()).unwrap();
    assert_eq!(
        serde_json::to_vec(&model).unwrap(),
        serde_json::to_vec(&again).unwrap()
    );

    // A log that ends earlier has the same forecasts up to its end.
    let shorter = Stream::read(lines(&whole, 35_000).as_bytes()).unwrap();
    let short = csv(&model, &shorter, now_s);
    let long = csv(&model, &stream, now_s);
    assert!(short.len() > 1000 && long.starts_with(&short));
}
