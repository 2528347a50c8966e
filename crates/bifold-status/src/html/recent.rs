//! The last days, the newest first: incidents that are over, and the days between without any.

use super::incident::{Told, told};
use crate::Show;
use crate::days::{midnight, shifted};
use crate::model::{Incident, Stage};
use jiff::civil::Date;

/// Days shown, today among them.
const DAYS: i32 = 15;

/// One day, or several in a row that have the same nothing to tell.
pub(super) struct Stretch<'a> {
    /// The day, or the first and the last of them.
    pub(super) said: String,
    pub(super) told: Vec<Told<'a>>,
    /// What is said where nothing is told, as the key of a message.
    pub(super) nothing: &'static str,
}

struct Day<'a> {
    date: Date,
    began: Vec<&'a Incident>,
    nothing: &'static str,
}

/// The last days. An incident stands on the day it began, or on the oldest day shown if it began
/// before and was over later.
pub(super) fn stretches<'a>(show: &Show<'a>) -> Vec<Stretch<'a>> {
    let today = show.clock.day(show.now());
    let oldest = shifted(today, 1 - DAYS);
    let days = (0..DAYS).map(|back| day(show, shifted(today, -back), oldest));
    let days: Vec<Day<'a>> = days.collect();
    days.chunk_by(|a, b| a.began.is_empty() && b.began.is_empty() && a.nothing == b.nothing)
        .filter_map(|run| Some((run.first()?, run.last()?)))
        .map(|(newest, oldest)| Stretch {
            said: said(show, newest.date, oldest.date),
            told: newest
                .began
                .iter()
                .map(|incident| told(show, incident))
                .collect(),
            nothing: newest.nothing,
        })
        .collect()
}

fn day<'a>(show: &Show<'a>, date: Date, oldest: Date) -> Day<'a> {
    let zone = &show.clock.zone;
    let (from, until) = (midnight(date, zone), midnight(shifted(date, 1), zone));
    let touching = show.page.incidents.iter().filter(|incident| {
        let is_over = incident.resolved_at().is_some_and(|over| over < from);
        incident.began_at < until && !is_over
    });
    let (open, over): (Vec<&Incident>, Vec<&Incident>) =
        touching.partition(|incident| incident.stage() != Stage::Resolved);
    let went_on = !over.is_empty();
    let mut began = over;
    began.retain(|incident| incident.began_at >= from || date == oldest);
    let nothing = match (open.is_empty(), went_on) {
        (false, _) => "recent-open",
        (true, true) => "recent-went-on",
        (true, false) => "recent-quiet",
    };
    Day {
        date,
        began,
        nothing,
    }
}

fn said(show: &Show<'_>, newest: Date, oldest: Date) -> String {
    if newest == oldest {
        return show.clock.weekday(newest);
    }
    let (from, until) = (show.clock.date(oldest), show.clock.date(newest));
    let values = [("from", from.into()), ("until", until.into())];
    show.words().say("days-of-week", &values)
}
