//! Reading a calendar.

use super::Event;
use super::syntax::{Property, Step, Unread, Why, cut, plain, walk};
use crate::calendar::Zone;
use crate::oncall::wall::Wall;
use crate::time::At;
use jiff::civil::{Date, DateTime};

/// Events in one calendar at most.
pub const EVENTS_LIMIT: usize = 200;

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

/// The events of a calendar, without those that were cancelled. A time without a zone is meant in
/// `here`.
pub fn read(text: &str, here: &Zone) -> Result<Vec<Event>, Unread> {
    let mut draft = Draft::default();
    let mut events = Vec::new();
    walk(text, |step| {
        match step {
            Step::Begin("VEVENT") => draft = Draft::default(),
            Step::Says("VEVENT", property) => draft.take(property, here)?,
            Step::End("VEVENT") => events.extend(std::mem::take(&mut draft).finish()?),
            _ => {}
        }
        if events.len() > EVENTS_LIMIT {
            let limit = EVENTS_LIMIT;
            return Err(Why::TooMany { limit });
        }
        Ok(())
    })?;
    Ok(events)
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
