//! Lines of syslog: RFC 5424, and RFC 3164 as it is really sent.
//!
//! The identity is the host, the program and its words without numbers, so that the same complaint
//! is the same fault whatever it counts. A line is something that happened.

use super::cef;
use crate::value::label;
use crate::{Incoming, Reading, fit, value};
use bifold_domain::At;
use bifold_domain::signal::{Severity, Signal, State};

const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv",
    "ftp", "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4",
    "local5", "local6", "local7",
];
const LEVELS: [&str; 8] = [
    "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
];

pub(crate) fn read(incoming: &Incoming<'_>) -> Reading {
    let text = String::from_utf8_lossy(incoming.body);
    let mut reading = Reading::default();
    for (place, line) in text.lines().enumerate() {
        let line = line
            .trim_start_matches('\u{feff}')
            .trim_end_matches(['\0', ' ']);
        if !line.is_empty() {
            reading.add(place, signal(line, incoming.received_at));
        }
    }
    reading
}

/// What a line says, taken apart.
struct Line<'a> {
    level: usize,
    facility: usize,
    at: Option<At>,
    host: Option<&'a str>,
    program: Option<&'a str>,
    data: Option<&'a str>,
    words: &'a str,
}

fn signal(line: &str, received_at: At) -> Result<Signal, String> {
    let line = apart(line, received_at)?;
    let words = line.words.trim_start_matches('\u{feff}').trim();
    let program = line.program.unwrap_or("-");
    let host = line.host.unwrap_or("-");
    let steady: String = words.chars().filter(|c| !c.is_ascii_digit()).collect();
    let mut signal = if let Some(read) = cef::read(words, line.host) {
        read?
    } else {
        let title = if words.is_empty() { program } else { words };
        let mut signal = value::bare(&format!("{host} {program} {steady}"), title)?;
        signal.state = State::Info;
        signal.severity = match line.level {
            0..=2 => Severity::Critical,
            3 => Severity::Major,
            4 => Severity::Warning,
            _ => Severity::Info,
        };
        let level = LEVELS.get(line.level).copied().unwrap_or("debug");
        signal.severity_word = fit::short(level);
        signal
    };
    signal.sent_at = line.at;
    let facility = FACILITIES.get(line.facility).copied().unwrap_or("-");
    for (name, text) in [
        ("host", line.host),
        ("program", line.program),
        ("facility", Some(facility)),
        ("data", line.data),
    ] {
        if let Some(text) = text {
            label(&mut signal.labels, name, text);
        }
    }
    Ok(signal)
}

fn apart(line: &str, received_at: At) -> Result<Line<'_>, String> {
    let rest = line
        .strip_prefix('<')
        .ok_or("it does not begin with a priority")?;
    let (priority, rest) = rest.split_once('>').ok_or("its priority does not end")?;
    let priority: usize = priority.parse().map_err(|_| "its priority is no number")?;
    if priority > 191 {
        return Err(format!("there is no priority {priority}"));
    }
    let (facility, level) = (priority / 8, priority % 8);
    let base = Line {
        level,
        facility,
        at: None,
        host: None,
        program: None,
        data: None,
        words: rest,
    };
    Ok(match rest.strip_prefix("1 ") {
        Some(rest) => new(rest, &base),
        None => old(rest, &base, received_at),
    })
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty() && text != "-").then_some(text)
}

/// RFC 5424: five words with single spaces, structured data, the message.
fn new<'a>(rest: &'a str, base: &Line<'a>) -> Line<'a> {
    let mut words = rest.splitn(6, ' ');
    let mut next = || words.next().unwrap_or_default();
    let (at, host, program, _process, _kind) = (next(), next(), next(), next(), next());
    let rest = next();
    let (data, words) = structured(rest);
    Line {
        at: value::instant(at),
        host: some(host),
        program: some(program),
        data: some(data),
        words,
        ..*base
    }
}

/// The structured data before the message: `-`, or elements in brackets in which a bracket or a
/// quote may be escaped.
fn structured(rest: &str) -> (&str, &str) {
    if !rest.starts_with('[') {
        let (data, words) = rest.split_once(' ').unwrap_or((rest, ""));
        return (data, words);
    }
    let (mut quoted, mut escaped, mut open) = (false, false, false);
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => open = true,
            ']' if !quoted => open = false,
            ' ' if !quoted && !open => {
                let (data, words) = rest.split_at(at);
                return (data, words.trim_start());
            }
            _ => {}
        }
    }
    (rest, "")
}

/// RFC 3164, and the many ways round it: a time or none, a host or none, a program with or without
/// its process.
fn old<'a>(rest: &'a str, base: &Line<'a>, received_at: At) -> Line<'a> {
    let (at, rest) = stamp(rest.trim_start(), received_at);
    let (host, rest) = match rest.split_once(' ') {
        // A word that ends with a colon, or has a process, is the program already.
        Some((word, after)) if at.is_some() && !word.ends_with(':') && !word.contains('[') => {
            (some(word), after.trim_start())
        }
        _ => (None, rest),
    };
    let (program, words) = match rest.split_once(": ").or_else(|| rest.split_once(':')) {
        Some((tag, words)) if !tag.contains(' ') && tag.len() <= 64 => {
            (tag.split('[').next().and_then(some), words)
        }
        _ => (None, rest),
    };
    Line {
        at,
        host,
        program,
        words,
        ..*base
    }
}

/// The time at the beginning: RFC 3339, or `Mmm dd hh:mm:ss` without a year or a zone, which is
/// taken for UTC in the year that brings it nearest to its arrival.
fn stamp(rest: &str, received_at: At) -> (Option<At>, &str) {
    if let Some((word, after)) = rest.split_once(' ')
        && word.len() >= 20
        && let Some(at) = value::instant(word)
    {
        return (Some(at), after.trim_start());
    }
    let Some((text, after)) = rest.split_at_checked(15) else {
        return (None, rest);
    };
    let Some(after) = after.strip_prefix(' ') else {
        return (None, rest);
    };
    let year = received_at.year();
    let in_year = |year: i16| {
        let text = format!("{year} {}", text.replace("  ", " "));
        let civil = jiff::civil::DateTime::strptime("%Y %b %d %H:%M:%S", text).ok()?;
        let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(At::from_micros(zoned.timestamp().as_microsecond()))
    };
    let distance = |at: &At| (at.micros() - received_at.micros()).abs();
    let nearest = [-1, 0, 1]
        .into_iter()
        .filter_map(|years| in_year(i16::try_from(i64::from(year) + years).ok()?))
        .min_by_key(distance);
    match nearest {
        Some(at) => (Some(at), after.trim_start()),
        None => (None, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Signal {
        signal(line, At::parse("2026-01-01T00:05:00Z").unwrap()).unwrap()
    }

    #[test]
    fn both_forms_are_read_with_their_time_host_program_and_words() {
        let new = of(
            "<155>1 2025-12-31T23:59:59.5+00:00 vm app 42 - [a x=\"]\\\"\"] \u{feff}disk is 98% full",
        );
        assert_eq!(new.title.as_str(), "disk is 98% full");
        assert_eq!(new.severity, Severity::Major);
        assert_eq!(new.labels["host"], "vm");
        assert_eq!(new.labels["program"], "app");
        assert_eq!(new.labels["facility"], "local3");
        assert!(new.labels["data"].starts_with("[a x="));
        // In December by the sender, in January here: the year before is nearer.
        let old = of("<11>Dec 31 23:59:58 gate sshd[812]: error: 3 failures");
        let at = At::parse("2025-12-31T23:59:58Z").unwrap();
        assert_eq!(old.sent_at, Some(at));
        assert_eq!(old.labels["host"], "gate");
        assert_eq!(old.labels["program"], "sshd");
        assert_eq!(old.title.as_str(), "error: 3 failures");
    }

    #[test]
    fn the_same_complaint_is_the_same_fault_whatever_it_counts() {
        let a = of("<11>Jan  1 00:00:01 gate kernel: disk sda1 has 12 bad blocks");
        let b = of("<11>Jan  1 00:00:09 gate kernel: disk sda1 has 13 bad blocks");
        assert_eq!(a.external_id, b.external_id);
    }

    #[test]
    fn lines_without_what_they_should_have_are_read_as_far_as_they_go() {
        let bare = of("<4>something is odd");
        assert_eq!(bare.title.as_str(), "something is odd");
        assert_eq!(bare.severity, Severity::Warning);
        let tagged = of("<4>app: odd");
        assert_eq!(tagged.labels["program"], "app");
        for wrong in ["no priority", "<x>a", "<192>a", "<1"] {
            assert!(signal(wrong, At::from_micros(0)).is_err(), "{wrong}");
        }
    }
}
