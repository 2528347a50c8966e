//! The calendar, read by rules of its own: lines unfolded, values unescaped.

use crate::{at, rendered, shop, text};
use bifold_status::{Change, MaintenanceStage, Page};

/// The lines of a calendar as name and value, after holding each to its limits.
pub(crate) fn lines(text: &str) -> Vec<(String, String)> {
    assert!(text.ends_with("\r\n"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert_eq!(text.matches('\r').count(), text.matches("\r\n").count());
    let folded: Vec<&str> = text.split("\r\n").collect();
    for line in &folded {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
    }
    let whole = text.replace("\r\n ", "");
    let lines = whole.split("\r\n").filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line}"));
            let name = name.split(';').next().unwrap();
            assert!(
                name.chars().all(|c| c.is_ascii_uppercase() || c == '-'),
                "{line}"
            );
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

/// A text value as it was meant.
pub(crate) fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next().unwrap() {
                'n' => text.push('\n'),
                c => text.push(c),
            },
            c => text.push(c),
        }
    }
    text
}

/// The events, each as its lines.
pub(crate) fn events(text: &str) -> Vec<Vec<(String, String)>> {
    let lines = lines(text);
    let mut events = Vec::new();
    let mut depth = 0;
    for (name, value) in lines {
        match (name.as_str(), value.as_str()) {
            ("BEGIN", "VEVENT") => {
                assert_eq!(depth, 1);
                depth = 2;
                events.push(Vec::new());
            }
            ("BEGIN", "VCALENDAR") | ("END", "VEVENT") => depth = 1,
            ("END", "VCALENDAR") => depth = 0,
            ("BEGIN" | "END", other) => panic!("a {other}"),
            _ if depth == 2 => events.last_mut().unwrap().push((name, value)),
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    events
}

pub(crate) fn value<'a>(event: &'a [(String, String)], name: &str) -> &'a str {
    let found = event.iter().find(|(found, _)| found == name);
    found.map_or("", |(_, value)| value.as_str())
}

#[test]
fn an_event_keeps_its_identity_and_its_sequence_grows() {
    let mut page = shop();
    page.maintenances.retain(|m| m.key == "MNT-2026-0013");
    let told = |page: &Page| {
        let event = events(&text(&rendered(page), "maintenance.ics")).remove(0);
        ["UID", "SEQUENCE", "STATUS", "DTSTART", "DTEND"].map(|name| value(&event, name).to_owned())
    };
    let uid = "maintenance-MNT-2026-0013@status.acme.example";
    assert_eq!(
        told(&page),
        [
            uid,
            "0",
            "CONFIRMED",
            "20261128T220000Z",
            "20261129T003000Z"
        ]
    );
    page.maintenances[0].from = at("2026-11-28T21:00:00Z");
    page.maintenances[0].changes.push(Change {
        at: at("2026-11-20T10:00:00Z"),
        text: "An hour earlier.".to_owned(),
    });
    assert_eq!(
        told(&page),
        [
            uid,
            "1",
            "CONFIRMED",
            "20261128T210000Z",
            "20261129T003000Z"
        ]
    );
    page.maintenances[0].stage = MaintenanceStage::Cancelled;
    assert_eq!(
        told(&page),
        [
            uid,
            "2",
            "CANCELLED",
            "20261128T210000Z",
            "20261129T003000Z"
        ]
    );
}

#[test]
fn what_did_not_change_has_the_same_stamp_at_the_next_publish() {
    let later = Page {
        generated_at: at("2026-11-21T13:45:00Z"),
        ..shop()
    };
    let calendar = |page: &Page| text(&rendered(page), "maintenance.ics");
    assert_eq!(calendar(&shop()), calendar(&later));
}

#[test]
fn our_own_reader_of_calendars_reads_it_too() {
    let zone = bifold_domain::calendar::Zone::utc();
    let read = bifold_domain::ical::read(&text(&rendered(&shop()), "maintenance.ics"), &zone);
    let events = read.unwrap();
    // It passes over what was cancelled.
    assert_eq!(events.len(), 3);
    assert_eq!(events[0].from, at("2026-10-18T02:00:00Z"));
    assert_eq!(events[0].summary, "Move of the web shop to other machines");
}
