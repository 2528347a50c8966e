use super::*;
use crate::calendar::Zone;
use crate::time::{HOUR, SECOND};
use proptest::prelude::*;

fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

fn zurich() -> Zone {
    Zone::named("Europe/Zurich").unwrap()
}

/// A calendar with one event of these lines.
fn event(lines: &[&str]) -> String {
    let inner = lines.join("\r\n");
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n{inner}\r\nEND:VEVENT\r\n\
         END:VCALENDAR\r\n"
    )
}

fn times(lines: &[&str]) -> (String, String) {
    let events = read(&event(lines), &zurich()).unwrap();
    let clock = |at: At| at.to_string().replace(".000000", "");
    (clock(events[0].from), clock(events[0].until))
}

#[test]
fn times_come_in_utc_in_a_zone_without_one_and_as_dates() {
    for (lines, from, until) in [
        (
            ["DTSTART:20260302T080000Z", "DTEND:20260302T160000Z"],
            "2026-03-02T08:00:00Z",
            "2026-03-02T16:00:00Z",
        ),
        (
            [
                "DTSTART;TZID=America/New_York:20260302T080000",
                "DTEND;TZID=\"America/New_York\":20260302T160000",
            ],
            "2026-03-02T13:00:00Z",
            "2026-03-02T21:00:00Z",
        ),
        (
            ["DTSTART:20260302T080000", "DURATION:PT8H"],
            "2026-03-02T07:00:00Z",
            "2026-03-02T15:00:00Z",
        ),
        (
            ["DTSTART;VALUE=DATE:20260328", "DTEND;VALUE=DATE:20260330"],
            "2026-03-27T23:00:00Z",
            "2026-03-29T22:00:00Z",
        ),
        // A day of 23 hours.
        (
            ["DTSTART;VALUE=DATE:20260329", "SUMMARY:x"],
            "2026-03-28T23:00:00Z",
            "2026-03-29T22:00:00Z",
        ),
        (
            ["DTSTART:20260328T090000", "DURATION:P1D"],
            "2026-03-28T08:00:00Z",
            "2026-03-29T07:00:00Z",
        ),
    ] {
        assert_eq!(times(&lines), (from.to_owned(), until.to_owned()));
    }
}

#[test]
fn what_calendar_programs_add_is_passed_over() {
    let text = "\u{feff}BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VTIMEZONE\nTZID:Europe/Zurich\n\
        BEGIN:STANDARD\nDTSTART:19701025T030000\nRRULE:FREQ=YEARLY\nEND:STANDARD\nEND:VTIMEZONE\n\
        BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Zurich:20260302T090000\n\
        DTEND;TZID=Europe/Zurich:20260302T170000\nSUMMARY:Ann\\, for\n  Bob\n\
        ATTENDEE;CN=\"Ann: A\";ROLE=REQ-PARTICIPANT:mailto:ann@example.org\n\
        DESCRIPTION:One\\nTwo\nX-ODD:1\nBEGIN:VALARM\nTRIGGER:-PT15M\nSUMMARY:no\nEND:VALARM\n\
        END:VEVENT\nBEGIN:VEVENT\nSTATUS:CANCELLED\nEND:VEVENT\nEND:VCALENDAR\n";
    let events = read(text, &Zone::utc()).unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].summary, "Ann, for Bob");
    assert_eq!(events[0].description, "One\nTwo");
    assert_eq!(events[0].attendees, ["ann@example.org"]);
    assert_eq!(events[0].from, at("2026-03-02T08:00:00Z"));
}

#[test]
fn what_would_be_a_guess_is_refused_with_its_line() {
    let start = "DTSTART:20260302T080000Z";
    for (text, why) in [
        (String::new(), "line 1: it does not begin"),
        ("hello".to_owned(), "line 1: it does not begin"),
        ("a:b".to_owned(), "line 1: it does not begin"),
        (
            "BEGIN:VCARD\nEND:VCARD".to_owned(),
            "line 1: it does not begin",
        ),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\n".to_owned(),
            "line 2: it ends within VEVENT",
        ),
        (
            "BEGIN:VCALENDAR\nEND:VEVENT\n".to_owned(),
            "line 2: END:VEVENT ends",
        ),
        (
            "BEGIN:VCALENDAR\nnothing\n".to_owned(),
            "line 2: a line without a colon",
        ),
        (event(&["SUMMARY:x"]), "no DTSTART"),
        (event(&[start]), "neither DTEND nor DURATION"),
        (event(&[start, "DTEND:20260302T080000Z"]), "ends before"),
        (event(&[start, "RRULE:FREQ=DAILY"]), "line 6: RRULE repeats"),
        (
            event(&["DTSTART:tomorrow"]),
            "line 5: \"tomorrow\" is no date",
        ),
        (event(&["DTSTART:20261302T080000Z"]), "is no date"),
        (
            event(&["DTSTART;TZID=W. Europe Standard Time:20260302T080000"]),
            "is no time zone",
        ),
        (event(&[start, "DURATION:soon"]), "is no date or time"),
    ] {
        let found = read(&text, &zurich()).unwrap_err().to_string();
        assert!(found.contains(why), "{found} is not: {why}");
    }
    let one = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260302\nEND:VEVENT\n";
    let many = |n| format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", one.repeat(n));
    assert_eq!(read(&many(200), &zurich()).unwrap().len(), 200);
    assert!(read(&many(201), &zurich()).is_err());
}

#[test]
fn long_lines_are_folded_and_never_within_a_character() {
    let summary =
        "Überwachung der Zahlungen; nachts, auch am Wochenende \u{1f469}\u{200d}\u{1f692} "
            .repeat(9);
    let event = Event {
        uid: "1".to_owned(),
        from: at("2026-03-02T08:00:00Z"),
        until: at("2026-03-02T16:00:00Z"),
        summary: summary.trim().to_owned(),
        description: "a\\b\nc".to_owned(),
        attendees: Vec::new(),
    };
    let text = write("Payments; nights", event.from, std::slice::from_ref(&event));
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    assert!(text.contains("X-WR-CALNAME:Payments\\; nights\r\n"));
    assert_eq!(read(&text, &Zone::utc()).unwrap(), [event]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(
        summary in "\\PC{0,200}", description in "(\\PC|\n){0,200}", late in 0..90_000_000_i64,
    ) {
        let from = at("2026-03-02T08:00:00Z").plus(late * SECOND);
        let event = Event {
            uid: "x-1@bifold".to_owned(),
            from,
            until: from.plus(HOUR),
            summary: summary.trim().to_owned(),
            description: description.trim().to_owned(),
            attendees: Vec::new(),
        };
        let text = write("x", from, std::slice::from_ref(&event));
        prop_assert_eq!(read(&text, &Zone::utc()).unwrap(), [event]);
    }

    /// Whatever comes in is read or refused, and that soon.
    #[test]
    fn garbage_is_refused_and_nothing_worse(text in "(BEGIN|END|:|;|=|VEVENT|VCALENDAR|DTSTART|DTEND|DURATION|[0-9TZP]|\"|\n| |\\PC){0,60}") {
        let _ = read(&text, &zurich());
        let _ = read(&event(&[&text]), &zurich());
    }
}
