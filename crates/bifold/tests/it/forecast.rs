//! `bifold forecast evaluate` as people run it, on a made-up log, and on a real one where it is.

use crate::journey::{bifold, run};
use crate::shared;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

const HEADER: &str = "number,incident_state,reassignment_count,opened_at,sys_updated_at,priority,\
    assignment_group,made_sla,resolved_at\n";

fn time(minutes: u32) -> String {
    let (day, minute) = (minutes / 1440, minutes % 1440);
    format!(
        "{}/{}/2016 {}:{:02}",
        day % 28 + 1,
        day / 28 + 1,
        minute / 60,
        minute % 60
    )
}

/// A log and its labels: an incident every half hour, every third is the network's and late.
/// What the log says of the outcome is wrong, and must not be read.
fn made_up(numbers: std::ops::Range<u32>) -> (String, String) {
    let mut rows = Vec::new();
    let mut labels = "number,made_sla,resolved_at,closed_at\n".to_owned();
    for number in numbers {
        let is_hard = number % 3 == 0;
        let (team, open) = if is_hard {
            ("Network", 900)
        } else {
            ("Desk", 40)
        };
        let opened = number * 30;
        let resolved = opened + open;
        for (state, at) in [
            ("New", opened + 1),
            ("Active", opened + 20),
            ("Resolved", resolved),
        ] {
            let (opened, now) = (time(opened), time(at));
            let row = format!("INC{number},{state},0,{opened},{now},3,{team},{is_hard},{now}\n");
            rows.push((at, row));
        }
        let (met, at) = (!is_hard, time(resolved));
        let _ = writeln!(labels, "INC{number},{met},{at},?");
    }
    rows.sort_by_key(|(at, _)| *at);
    let rows: String = rows.into_iter().map(|(_, row)| row).collect();
    (format!("{HEADER}{rows}"), labels)
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

fn put(folder: &Path, name: &str, text: &str) -> String {
    let path = path(folder, name);
    if Path::new(name)
        .extension()
        .is_some_and(|ending| ending == "gz")
    {
        let mut packed = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap();
    } else {
        std::fs::write(&path, text).unwrap();
    }
    path
}

#[test]
fn a_log_is_judged_by_its_later_part_and_says_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (log, labels) = made_up(0..900);
    let file = put(folder, "desk_stream_2016.csv.gz", &log);
    let evaluate = ["forecast", "evaluate", &file];
    let (code, text) = run(&evaluate);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("desk_labels.csv.gz"), "{text}");

    put(folder, "desk_labels.csv", &labels);
    let (code, text) = run(&evaluate);
    assert_eq!(code, Some(0), "{text}");
    for line in [
        "2700 events of 900 incidents",
        "AUC, all prefixes   1.000",
        "odd: no column impact",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let out = path(folder, "out.csv");
    let output = bifold(&[&evaluate[..], &["--predictions", &out, "--json"]].concat());
    let answer = |mut command: std::process::Command| -> serde_json::Value {
        serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
    };
    let first = answer(output);
    let written = std::fs::read_to_string(&out).unwrap();
    // 270 incidents opened since the split, each open at two of its three events.
    assert_eq!(first["scores"]["events"], 540);
    assert_eq!(written.lines().count(), 541);
    assert!(
        written.starts_with("incident,event,probability\nINC630,1,0."),
        "{written}"
    );
    assert!(!written.contains(",3,"), "no forecast when it is resolved");

    // Plain, the labels named, and what the log says of outcomes turned round.
    let other = log
        .replace(",true,", ",x,")
        .replace(",false,", ",true,")
        .replace(",x,", ",false,");
    assert_ne!(other, log);
    let other = put(folder, "other.csv", &other);
    let labels = path(folder, "desk_labels.csv");
    let again = path(folder, "again.csv");
    let evaluate = [
        "forecast", "evaluate", &other, "--labels", &labels, "--json",
    ];
    let second = answer(bifold(
        &[&evaluate[..], &["--predictions", &again]].concat(),
    ));
    assert_eq!(first["scores"], second["scores"]);
    assert_eq!(first["trained"], second["trained"]);
    assert_eq!(std::fs::read_to_string(&again).unwrap(), written);
}

#[test]
fn a_log_without_labels_is_predicted_from_an_earlier_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ((past, labels), (later, _)) = (made_up(0..600), made_up(600..640));
    let past = put(folder, "past.csv", &past);
    let labels = put(folder, "labels.csv", &labels);
    let later = put(folder, "later.csv.gz", &later);
    let out = path(folder, "out.csv");
    let two = [
        "forecast", "evaluate", "--train", &past, "--labels", &labels, "--test", &later,
    ];
    let (code, text) = run(&two);
    assert_eq!(code, Some(2), "{text}");
    let (code, text) = run(&[&two[..], &["--predictions", &out]].concat());
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Written  80 forecasts"), "{text}");
    // When the second log begins, the latest of the first are not closed yet.
    assert!(text.contains("on 590 closed incidents"), "{text}");
    let written = std::fs::read_to_string(&out).unwrap();
    let of = |number: &str| -> f64 {
        let line = written
            .lines()
            .find(|line| line.starts_with(number))
            .unwrap();
        line.rsplit(',').next().unwrap().parse().unwrap()
    };
    assert!(of("INC600,1,") > 0.8 && of("INC601,2,") < 0.2, "{written}");
}

#[test]
fn what_is_wrong_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (log, labels) = made_up(0..300);
    let labels = put(folder, "labels.csv", &labels);
    let good = put(folder, "good.csv", &log);
    let bad_time = log.replacen("1/1/2016 0:20", "soon", 1);
    let table = [
        (
            put(folder, "time.csv", &bad_time),
            "column `sys_updated_at`: `soon` is not a time",
        ),
        (put(folder, "empty.csv", ""), "the file is empty"),
        (
            put(folder, "few.csv", &made_up(0..60).0),
            "too few closed incidents to learn from: ",
        ),
        (
            put(folder, "no.csv", "number,state\n"),
            "there is no column `opened_at`",
        ),
        (
            put(folder, "others.csv", &log.replace("INC", "REQ")),
            "has none of the incidents of",
        ),
    ];
    for (file, expected) in &table {
        let (code, text) = run(&["forecast", "evaluate", file, "--labels", &labels]);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains(expected), "{text}");
    }
    let absent = path(folder, "absent.csv");
    assert_eq!(run(&["forecast", "evaluate", &absent]).0, Some(3));
    for more in [
        ["--split", "1.5"],
        ["--without", "colour"],
        ["--train", &good],
    ] {
        let (code, text) = run(&[&["forecast", "evaluate", &good][..], &more].concat());
        assert_eq!(code, Some(2), "{text}");
    }
}

#[test]
fn the_real_log_is_predicted_at_every_open_event() {
    let Some(log) = shared("itsm/uci_stream_asof.csv.gz") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out.csv");
    let log = log.display().to_string();
    let (code, text) = run(&["forecast", "evaluate", &log, "--predictions", &out]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("120003 events of 20769 incidents"), "{text}");
    assert!(
        text.contains("2 events in a state there is no word for"),
        "{text}"
    );
    let written = std::fs::read_to_string(&out).unwrap();
    assert_eq!(written.lines().count(), 1 + 19_115);
}
