//! Maintenance as a calendar (iCalendar, RFC 5545) that programs subscribe to.
//!
//! An event keeps its UID; its SEQUENCE grows with every change that was told, and once more when it
//! is cancelled, so that a calendar takes the newer one. Times are UTC: no reader needs our zones.

use crate::html::maintenance::path;
use crate::model::{Maintenance, MaintenanceStage};
use crate::{Files, Show, days};
use bifold_domain::At;

const CALENDAR: &str = "text/calendar; charset=utf-8";
/// The most octets of a line, without its end (RFC 5545, 3.1).
const LINE_LIMIT: usize = 75;

pub(crate) fn render(show: &Show<'_>, files: &mut Files) {
    let mut text = Lines::default();
    let title = show.words().with("calendar-title", "name", &show.page.name);
    text.line("BEGIN:VCALENDAR");
    text.line("VERSION:2.0");
    text.line("PRODID:-//Bifold//status//EN");
    text.line("METHOD:PUBLISH");
    text.line(&format!("X-WR-CALNAME:{}", escaped(&title)));
    text.line("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    for maintenance in &show.page.maintenances {
        event(show, maintenance, &mut text);
    }
    text.line("END:VCALENDAR");
    files.add("maintenance.ics", CALENDAR, text.0);
}

fn event(show: &Show<'_>, maintenance: &Maintenance, text: &mut Lines) {
    let is_cancelled = maintenance.stage == MaintenanceStage::Cancelled;
    let changes = &maintenance.changes;
    let last = stamp(maintenance.updated_at(show.now()));
    let mut words = vec![maintenance.text.as_str()];
    words.extend(changes.iter().rev().map(|change| change.text.as_str()));
    let words: Vec<&str> = words.into_iter().filter(|text| !text.is_empty()).collect();
    text.line("BEGIN:VEVENT");
    text.line(&format!(
        "UID:maintenance-{}@{}",
        maintenance.key,
        show.authority()
    ));
    text.line(&format!(
        "SEQUENCE:{}",
        changes.len() + usize::from(is_cancelled)
    ));
    text.line(&format!("DTSTAMP:{last}"));
    text.line(&format!("LAST-MODIFIED:{last}"));
    text.line(&format!("DTSTART:{}", stamp(maintenance.from)));
    // An end has to be later than the beginning; an event without one ends at once.
    if stamp(maintenance.from) < stamp(maintenance.until) {
        text.line(&format!("DTEND:{}", stamp(maintenance.until)));
    }
    text.line(&format!("SUMMARY:{}", escaped(&maintenance.title)));
    if !words.is_empty() {
        text.line(&format!("DESCRIPTION:{}", escaped(&words.join("\n\n"))));
    }
    let components = show.page.components.iter();
    let components = components.filter(|c| maintenance.components.contains(&c.key));
    let names: Vec<String> = components.map(|c| escaped(&c.name)).collect();
    if !names.is_empty() {
        text.line(&format!("CATEGORIES:{}", names.join(",")));
    }
    let status = if is_cancelled {
        "CANCELLED"
    } else {
        "CONFIRMED"
    };
    text.line(&format!("STATUS:{status}"));
    text.line("TRANSP:TRANSPARENT");
    if let Some(address) = show.absolute(&path(maintenance)) {
        text.line(&format!("URL:{address}"));
    }
    text.line("END:VEVENT");
}

/// An instant to the second, as `20260302T080000Z`.
fn stamp(at: At) -> String {
    days::timestamp(at).strftime("%Y%m%dT%H%M%SZ").to_string()
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
            c if c.is_control() && c != '\t' => {}
            c => safe.push(c),
        }
    }
    safe
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    /// Adds a line; a long one goes on in the next after a space, never within a character.
    fn line(&mut self, content: &str) {
        let mut room = LINE_LIMIT;
        for c in content.chars() {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE_LIMIT - 1;
            }
            room -= c.len_utf8();
            self.0.push(c);
        }
        self.0.push_str("\r\n");
    }
}
