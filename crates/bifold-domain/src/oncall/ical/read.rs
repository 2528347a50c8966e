//! Reading a calendar.

use super::Event;
use crate::calendar::Zone;
use crate::oncall::wall::Wall;
use crate::time::At;
use jiff::civil::{Date, DateTime};

/// Events in one calendar at most.
pub const EVENTS_LIMIT: usize = 200;

/// Why a calendar was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It is none.
    #[error("it does not begin with BEGIN:VCALENDAR; choose a file that ends in .ics")]
    NoCalendar,
    /// It ends before it should.
    #[error("it ends within {part}; the file was cut off")]
    CutOff {
        /// In which part.
        part: String,
    },
    /// A part ends that did not begin.
    #[error("END:{part} ends what did not begin")]
    WrongEnd {
        /// Which.
        part: String,
    },
    /// A line that says nothing.
    #[error("a line without a colon is no property")]
    NoProperty,
    /// Something that happens more than once.
    #[error("{property} repeats the event; write each as an event of its own, or make it a layer")]
    Repeats {
        /// By which property.
        property: String,
    },
    /// A time that is none.
    #[error("{text:?} is no date or time, such as 20260302T080000Z")]
    Time {
        /// What was given, cut short.
        text: String,
    },
    /// A zone that nobody knows.
    #[error("{name:?} is no time zone; write an IANA name, such as Europe/Zurich, or UTC")]
    Zone {
        /// What was given, cut short.
        name: String,
    },
    /// An event without a beginning.
    #[error("the event has no DTSTART")]
    NoStart,
    /// An event without an end.
    #[error("the event has neither DTEND nor DURATION")]
    NoEnd,
    /// An event that ends before it begins.
    #[error("the event ends before it begins")]
    Backwards,
    /// More than fit.
    #[error("there are more than {EVENTS_LIMIT} events; send them in parts")]
    TooMany,
}

/// Why a calendar was not read, and in which line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Unread {
    /// The line, from 1.
    pub line: usize,
    /// Why.
    pub why: Why,
}

/// A property: name, parameters, value.
struct Property<'a> {
    name: String,
    parameters: &'a str,
    value: &'a str,
}

impl<'a> Property<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        // A colon within quotes belongs to a parameter.
        let mut is_quoted = false;
        let colon = line.char_indices().find_map(|(n, c)| {
            is_quoted ^= c == '"';
            (c == ':' && !is_quoted).then_some(n)
        })?;
        let (head, value) = (line.get(..colon)?, line.get(colon + 1..)?);
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        Some(Self {
            name: name.to_ascii_uppercase(),
            parameters,
            value,
        })
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        let all = self.parameters.split(';');
        let mut pairs = all.filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(found.1.trim_matches('"'))
    }
}

/// What is known of an event before it ends.
#[derive(Default)]
struct Draft {
    uid: String,
    summary: String,
    description: String,
    attendees: Vec<String>,
    start: Option<Time>,
    end: Option<Time>,
    duration: Option<jiff::Span>,
    is_cancelled: bool,
}

/// A date, or a date and time, on a wall.
struct Time {
    civil: DateTime,
    zone: Zone,
    is_date: bool,
}

impl Time {
    fn instant(&self) -> Option<At> {
        Wall::of(&self.zone).reaches(self.civil)
    }

    fn after(&self, span: jiff::Span) -> Option<At> {
        let civil = self.civil.checked_add(span).ok()?;
        Wall::of(&self.zone).reaches(civil)
    }
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Reads a time; one without a zone is meant in `here`.
fn time(property: &Property<'_>, here: &Zone) -> Result<Time, Why> {
    let text = property.value.trim();
    let wrong = || Why::Time { text: cut(text) };
    let zone = match property.parameter("TZID") {
        _ if text.ends_with('Z') => Zone::utc(),
        Some(name) => Zone::named(name).map_err(|_| Why::Zone { name: cut(name) })?,
        None => here.clone(),
    };
    // Eight digits are a date.
    if text.len() == 8 {
        let date = Date::strptime("%Y%m%d", text).map_err(|_| wrong())?;
        return Ok(Time {
            civil: date.at(0, 0, 0, 0),
            zone,
            is_date: true,
        });
    }
    let civil = text.strip_suffix('Z').unwrap_or(text);
    let civil = DateTime::strptime("%Y%m%dT%H%M%S", civil).map_err(|_| wrong())?;
    Ok(Time {
        civil,
        zone,
        is_date: false,
    })
}

/// The lines of a calendar with their numbers, those that were folded put together again.
fn lines(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for (n, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), found.last_mut()) {
            (Some(rest), Some((_, last))) => last.push_str(rest),
            _ if line.is_empty() => {}
            _ => found.push((n + 1, line.to_owned())),
        }
    }
    found
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => {}
            },
            c => plain.push(c),
        }
    }
    plain
}

/// The events of a calendar, without those that were cancelled. A time without a zone is meant in
/// `here`.
pub fn read(text: &str, here: &Zone) -> Result<Vec<Event>, Unread> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parts: Vec<String> = Vec::new();
    let mut draft = Draft::default();
    let mut events = Vec::new();
    let mut last = 1;
    for (number, line) in lines(text) {
        last = number;
        let fail = |why| Unread { line: number, why };
        let property = Property::parse(&line).ok_or_else(|| {
            let is_first = parts.is_empty() && events.is_empty();
            fail(if is_first {
                Why::NoCalendar
            } else {
                Why::NoProperty
            })
        })?;
        let value = property.value.trim().to_ascii_uppercase();
        match (property.name.as_str(), parts.last().map(String::as_str)) {
            ("BEGIN", None) if value != "VCALENDAR" => return Err(fail(Why::NoCalendar)),
            ("BEGIN", _) => {
                if value == "VEVENT" {
                    draft = Draft::default();
                }
                parts.push(value);
            }
            (_, None) => return Err(fail(Why::NoCalendar)),
            ("END", Some(part)) if part != value => {
                return Err(fail(Why::WrongEnd { part: cut(&value) }));
            }
            ("END", Some(part)) => {
                if part == "VEVENT" {
                    let event = std::mem::take(&mut draft).finish().map_err(fail)?;
                    events.extend(event);
                }
                if events.len() > EVENTS_LIMIT {
                    return Err(fail(Why::TooMany));
                }
                parts.pop();
            }
            (_, Some("VEVENT")) => draft.take(&property, here).map_err(fail)?,
            _ => {}
        }
    }
    let open = parts.pop();
    match open {
        None if last == 1 && events.is_empty() => Err(Unread {
            line: 1,
            why: Why::NoCalendar,
        }),
        None => Ok(events),
        Some(part) => Err(Unread {
            line: last,
            why: Why::CutOff { part: cut(&part) },
        }),
    }
}

impl Draft {
    fn take(&mut self, property: &Property<'_>, here: &Zone) -> Result<(), Why> {
        let value = property.value;
        match property.name.as_str() {
            "UID" => self.uid = plain(value),
            "SUMMARY" => plain(value).trim().clone_into(&mut self.summary),
            "DESCRIPTION" => plain(value).trim().clone_into(&mut self.description),
            "STATUS" => self.is_cancelled = value.trim().eq_ignore_ascii_case("CANCELLED"),
            "ATTENDEE" => {
                let is_mail = value
                    .get(..7)
                    .is_some_and(|s| s.eq_ignore_ascii_case("mailto:"));
                let address = if is_mail { value.get(7..) } else { None };
                self.attendees.extend(address.map(|a| a.trim().to_owned()));
            }
            "DTSTART" => self.start = Some(time(property, here)?),
            "DTEND" => self.end = Some(time(property, here)?),
            "DURATION" => {
                let span = value.trim().parse();
                let wrong = |_| Why::Time { text: cut(value) };
                self.duration = Some(span.map_err(wrong)?);
            }
            repeats @ ("RRULE" | "RDATE" | "RECURRENCE-ID") => {
                let property = repeats.to_owned();
                return Err(Why::Repeats { property });
            }
            _ => {}
        }
        Ok(())
    }

    /// The event; `None` when it was cancelled.
    fn finish(self) -> Result<Option<Event>, Why> {
        if self.is_cancelled {
            return Ok(None);
        }
        let start = self.start.ok_or(Why::NoStart)?;
        let far = || Why::Time {
            text: start.civil.to_string(),
        };
        let from = start.instant().ok_or_else(far)?;
        let until = match (self.end, self.duration) {
            (Some(end), _) => end.instant(),
            (None, Some(duration)) => start.after(duration),
            (None, None) if start.is_date => start.after(jiff::Span::new().days(1)),
            (None, None) => return Err(Why::NoEnd),
        };
        let until = until.ok_or_else(far)?;
        if until <= from {
            return Err(Why::Backwards);
        }
        Ok(Some(Event {
            uid: self.uid,
            from,
            until,
            summary: self.summary,
            description: self.description,
            attendees: self.attendees,
        }))
    }
}
