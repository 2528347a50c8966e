//! Calendars in the form that calendar programs read and write (iCalendar, RFC 5545).
//!
//! What goes out is one event a shift, all in UTC, so that no reader needs our zones. What comes in
//! is read narrowly: single events with a beginning and an end. What would be a guess is refused
//! with the line it stands in: a repetition, a zone that nobody knows, an event without an end.

mod holidays;
mod read;
mod syntax;
#[cfg(test)]
mod tests;

pub use holidays::{Holidays, holidays};
pub use read::{EVENTS_LIMIT, read};
pub use syntax::{Unread, Why};

use crate::time::At;

/// The most octets of a line, without its end (RFC 5545, 3.1).
const LINE_LIMIT: usize = 75;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What makes it the same event when it is read again.
    pub uid: String,
    /// When it begins.
    pub from: At,
    /// When it ends.
    pub until: At,
    /// What it is, in a few words.
    pub summary: String,
    /// What else there is to say.
    pub description: String,
    /// Addresses of those whom it concerns. Never written: addresses are not for everybody.
    pub attendees: Vec<String>,
}

/// A calendar of these events, under a name, as it is at an instant.
pub fn write(name: &str, now: At, events: &[Event]) -> String {
    let mut text = String::new();
    line(&mut text, "BEGIN:VCALENDAR");
    line(&mut text, "VERSION:2.0");
    line(&mut text, "PRODID:-//Bifold//on call//EN");
    line(&mut text, "METHOD:PUBLISH");
    line(&mut text, &format!("X-WR-CALNAME:{}", escaped(name)));
    line(&mut text, "REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    for event in events {
        line(&mut text, "BEGIN:VEVENT");
        line(&mut text, &format!("UID:{}", escaped(&event.uid)));
        line(&mut text, &format!("DTSTAMP:{}", stamp(now)));
        line(&mut text, &format!("DTSTART:{}", stamp(event.from)));
        line(&mut text, &format!("DTEND:{}", stamp(event.until)));
        line(&mut text, &format!("SUMMARY:{}", escaped(&event.summary)));
        if !event.description.is_empty() {
            let description = escaped(&event.description);
            line(&mut text, &format!("DESCRIPTION:{description}"));
        }
        line(&mut text, "TRANSP:TRANSPARENT");
        line(&mut text, "END:VEVENT");
    }
    line(&mut text, "END:VCALENDAR");
    text
}

/// An instant to the second, as `20260302T080000Z`.
fn stamp(at: At) -> String {
    at.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text with what means something to the format made harmless (RFC 5545, 3.3.11).
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                safe.push('\\');
                safe.push(c);
            }
            '\n' => safe.push_str("\\n"),
            c if c.is_control() => {}
            c => safe.push(c),
        }
    }
    safe
}

/// Writes a line; a long one goes on in the next after a space, never within a character.
fn line(text: &mut String, content: &str) {
    let mut room = LINE_LIMIT;
    for c in content.chars() {
        if c.len_utf8() > room {
            text.push_str("\r\n ");
            room = LINE_LIMIT - 1;
        }
        room -= c.len_utf8();
        text.push(c);
    }
    text.push_str("\r\n");
}
