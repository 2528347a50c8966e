//! Bytes caught from the real senders.

use crate::{data, take};
use bifold_domain::signal::{Severity, State};
use bifold_intake::Format;
use bifold_intake::frames::Frames;
use std::io::Read;

#[test]
fn a_retry_of_alertmanager_gives_the_same_signals_and_resolved_is_said_per_alert() {
    let Some(folder) = data("payloads/alertmanager") else {
        return;
    };
    let of = |name: &str| {
        // The capture keeps the request; what Alertmanager sent is its body.
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let caught: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let body = caught["body"].to_string();
        take(Format::Alertmanager, None, body.as_bytes()).unwrap()
    };
    let first = of("cap1.json");
    assert!(!first.signals.is_empty());
    assert_eq!(first, of("cap2.json"));
    assert!(first.signals.iter().all(|s| s.state == State::Firing));
    // The group of the third fires, and one of its alerts is over.
    let third = of("cap3.json");
    let states: Vec<State> = third.signals.iter().map(|s| s.state).collect();
    assert!(states.contains(&State::Firing), "{states:?}");
    assert_eq!(states.iter().filter(|s| **s == State::Resolved).count(), 1);
    // What is over is the occurrence that began.
    let over = third.signals.iter().find(|s| s.state == State::Resolved);
    let over = over.unwrap();
    let begun = first
        .signals
        .iter()
        .find(|s| s.external_id == over.external_id);
    assert_eq!(begun.unwrap().began_at, over.began_at);
}

#[test]
fn the_bytes_of_rsyslog_are_two_lines_whose_counts_include_the_line_feed() {
    let Some(path) = data("payloads/syslog/rsyslog-8.2302-octet-counted-rfc5424.raw") else {
        return;
    };
    let bytes = std::fs::read(path).unwrap();
    let mut frames = Frames::default();
    let mut titles = Vec::new();
    for part in bytes.chunks(3) {
        frames.push(part);
        while let Some(frame) = frames.take() {
            let reading = take(Format::Syslog, None, &frame).unwrap();
            assert_eq!(reading.signals[0].severity, Severity::Major);
            titles.push(reading.signals[0].title.as_str().to_owned());
        }
    }
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert_eq!(titles[0], "disk /dev/sda1 is 98% full");
    assert!(titles[1].starts_with("second line ünï"), "{titles:?}");
}

#[test]
fn the_examples_of_opentelemetry_are_read() {
    let Some(path) = data("payloads/otlp_examples.tar.gz") else {
        return;
    };
    let file = std::fs::File::open(path).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let mut seen = 0;
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name.ends_with("logs.json") || name.ends_with("events.json") {
            let reading = take(Format::OtlpLogs, None, &bytes).unwrap();
            assert!(reading.remarks.is_empty(), "{name}: {:?}", reading.remarks);
            assert!(!reading.signals.is_empty(), "{name}");
            seen += 1;
        } else if name.ends_with("trace.json") || name.ends_with("metrics.json") {
            let why = take(Format::OtlpLogs, None, &bytes).unwrap_err();
            assert!(why.to_string().contains("resourceLogs"), "{why}");
            seen += 1;
        }
    }
    assert_eq!(seen, 4);
}
