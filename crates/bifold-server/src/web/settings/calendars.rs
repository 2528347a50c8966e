//! Calendars: when time counts. Hours are written as people write them, and the next days on which
//! time counts are shown before anybody believes them.

use super::matrix::{change, version};
use super::{Around, POLICY, Section, done, sent, shown};
use crate::error::{Error, Result};
use crate::holidays;
use crate::params::Place;
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use crate::web::locale::Locale;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::calendar::{Calendar, Date, Day, HolidayFeed};
use bifold_domain::level::NamedCalendar;
use bifold_domain::{At, Refusal};
use bifold_store::holiday::Proposed;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const HERE: &str = "/settings/calendars";
const ONE: &str = "/settings/calendars/{key}";
/// Days on which time counts that are shown before a calendar is believed.
const PREVIEW_DAYS: usize = 14;

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_calendars", POLICY, list).summary("Calendars."),
        shown(ONE, "page_settings_calendar", POLICY, show).summary("One calendar, or a new one."),
        sent(HERE, "page_settings_calendar_set", POLICY, set)
            .summary("Adds a calendar, or a version of one."),
        sent(
            "/settings/calendars/{key}/holidays",
            "page_settings_holidays",
            POLICY,
            decide,
        )
        .summary("Takes or declines what a feed of holidays proposes."),
        sent(
            "/settings/calendars/{key}/look",
            "page_settings_holidays_look",
            POLICY,
            look,
        )
        .summary("Fetches the feed of a calendar now."),
    ]
}

#[derive(Template)]
#[template(path = "settings-calendars.html")]
struct CalendarsPage {
    f: Frame,
    sections: Vec<Section>,
    calendars: Vec<Entry>,
}

/// A calendar in the list.
struct Entry {
    key: String,
    name: String,
    zone: String,
    version: u32,
    /// Its week in words.
    week: Vec<(String, String)>,
    dates: usize,
}

#[derive(Template)]
#[template(path = "settings-calendar.html")]
struct CalendarPage {
    f: Frame,
    sections: Vec<Section>,
    form_key: String,
    version: u64,
    is_new: bool,
    key: String,
    name: String,
    zone: String,
    /// Message of the day, field, hours.
    week: Vec<(String, String, String)>,
    dates: String,
    /// The address of the feed of holidays.
    feed: String,
    proposed: Option<Card>,
    preview: Vec<(String, Vec<(At, At)>)>,
}

/// What the feed of a calendar proposes.
struct Card {
    rows: Vec<Line>,
    fetched_at: Option<At>,
    error: Option<String>,
    left_out: usize,
}

/// A date that is proposed.
struct Line {
    date: String,
    weekday: String,
    name: String,
    is_open: bool,
}

fn card(l: Locale, found: Proposed) -> Card {
    let fetched = found.fetched;
    let line = |(date, proposal): (&Date, &_)| {
        let (word, name) = holidays::told(proposal);
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        Line {
            date: date.to_string(),
            weekday: l.word("weekday", DAYS.get(weekday).copied().unwrap_or_default()),
            name: name.to_owned(),
            is_open: word == "open",
        }
    };
    Card {
        rows: found.proposals.iter().map(line).collect(),
        fetched_at: fetched
            .as_ref()
            .and_then(|fetched| fetched.fetched_at)
            .map(At::from_micros),
        error: fetched.and_then(|fetched| fetched.error),
        left_out: found.left_out,
    }
}

const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Hours as people write them: `08:00-12:00, 13:00-17:00`; nothing for a day that is closed.
fn hours(day: &Day) -> String {
    let slots = day.slots().iter().map(|slot| {
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        format!("{}-{}", clock(slot.from), clock(slot.to))
    });
    slots.collect::<Vec<_>>().join(", ")
}

fn shape(at: &str, why: &str) -> Error {
    Error::Shape {
        at: at.to_owned(),
        why: why.to_owned(),
    }
}

/// Reads hours; the rules of a day are the calendar's.
fn slots(at: &str, text: &str) -> Result<Value> {
    let minutes = |text: &str| -> Option<u16> {
        let (hours, minutes) = text.trim().split_once(':')?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 24 && minutes < 60).then_some(hours * 60 + minutes)
    };
    let slot = |part: &str| {
        let (from, to) = part.split_once('-')?;
        Some(json!({ "from": minutes(from)?, "to": minutes(to)? }))
    };
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let why = || shape(at, "must be hours such as 08:00-12:00, 13:00-17:00");
            slot(part).ok_or_else(why)
        })
        .collect()
}

/// One line a date: `2026-12-25` for a day that is closed, `2026-12-24 08:00-12:00` for another.
/// What follows a `#` is a remark.
fn dates(text: &str) -> Result<Value> {
    let mut dates = Map::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let (date, hours) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        if dates
            .insert(date.to_owned(), slots("dates", hours)?)
            .is_some()
        {
            return Err(shape("dates", "has the same date twice"));
        }
    }
    Ok(Value::Object(dates))
}

fn week(l: Locale, calendar: &Calendar) -> Vec<(String, String)> {
    let days = DAYS.iter().zip(calendar.week());
    days.map(|(day, hours_of)| (l.word("weekday", day), hours(hours_of)))
        .collect()
}

async fn list(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let l = visit.locale();
    let directory = server.store.directory().await?;
    let around = Around::of(&server, &visit, "calendars").await?;
    let all = directory.policy.terms.calendars.iter();
    let entry = |(key, dated): (&_, &bifold_domain::level::Dated<NamedCalendar>)| {
        let newest = dated.newest()?;
        let calendar = &newest.value.calendar;
        Some(Entry {
            key: ToString::to_string(key),
            name: newest.value.name.to_string(),
            zone: calendar.zone().name().to_owned(),
            version: newest.version,
            week: week(l, calendar),
            dates: calendar.dates().len(),
        })
    };
    page(&CalendarsPage {
        f: around.f,
        sections: around.sections,
        calendars: all.filter_map(entry).collect(),
    })
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(key): Place<String>,
) -> Result<Response> {
    let l = visit.locale();
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let mut all = directory.policy.terms.calendars.iter();
    let found = all.find(|(k, _)| k.as_str() == key);
    let found = found.and_then(|(_, dated)| dated.newest());
    let is_new = found.is_none();
    let (name, calendar) = match found {
        Some(version) => (
            version.value.name.to_string(),
            version.value.calendar.clone(),
        ),
        None if key == "new" => (String::new(), Calendar::always()),
        None => return Err(Error::no("calendar")),
    };
    let feed = found.and_then(|version| version.value.holidays.as_ref());
    let proposed = match feed {
        Some(_) => server.store.proposed(&key).await?.map(|p| card(l, p)),
        None => None,
    };
    let around = Around::of(&server, &visit, "calendars").await?;
    let lines = calendar.dates().iter();
    let lines = lines.map(|(date, day)| format!("{date} {}", hours(day)).trim_end().to_owned());
    let fields = DAYS.iter().zip(week(l, &calendar));
    page(&CalendarPage {
        f: around.f,
        sections: around.sections,
        form_key: around.key,
        version: version(&server).await?,
        is_new,
        key: if is_new { String::new() } else { key },
        name,
        zone: calendar.zone().name().to_owned(),
        week: fields
            .map(|(day, (label, hours))| (label, (*day).to_owned(), hours))
            .collect(),
        dates: lines.collect::<Vec<_>>().join("\n"),
        feed: feed
            .map(|feed| feed.address().to_owned())
            .unwrap_or_default(),
        proposed,
        preview: calendar
            .preview(now, PREVIEW_DAYS)
            .into_iter()
            .map(|(date, open)| (date.to_string(), open))
            .collect(),
    })
}

async fn set(State(server): State<Server>, form: Form) -> Result<Response> {
    let field = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let week: Result<Vec<Value>> = DAYS.iter().map(|day| slots(day, &field(day))).collect();
    let key = field("key");
    let holidays = match field("feed").as_str() {
        "" => None,
        // As calendar programs link to it.
        address => {
            let address = address.replacen("webcal://", "https://", 1);
            let old = feed_of(&server, &key).await?;
            Some(match old.filter(|old| old.address() == address) {
                Some(old) => old,
                None => HolidayFeed::at(&address).map_err(|why| Refusal::BadValue { why })?,
            })
        }
    };
    let body = json!({ "set": "calendar", "value": {
        "key": key,
        "name": field("name"),
        "calendar": { "zone": field("zone"), "week": week?, "dates": dates(&field("dates"))? },
        "holidays": holidays,
    }});
    change(&server, &form, &body).await?;
    Ok(done(
        "done-calendar-set",
        field("name"),
        &format!("{HERE}/{key}"),
    ))
}

async fn feed_of(server: &Server, key: &str) -> Result<Option<HolidayFeed>> {
    let directory = server.store.directory().await?;
    let mut calendars = directory.policy.terms.calendars.iter();
    let found = calendars.find(|(found, _)| found.as_str() == key);
    let found = found.and_then(|(_, dated)| dated.newest());
    Ok(found.and_then(|version| version.value.holidays.clone()))
}

async fn look(State(server): State<Server>, Place(key): Place<String>) -> Result<Response> {
    holidays::look(&server, &key).await?;
    Ok(done("done-feed-look", "", &format!("{HERE}/{key}")))
}

async fn decide(
    State(server): State<Server>,
    Place(key): Place<String>,
    form: Form,
) -> Result<Response> {
    let parsed = form.column("dates[]").into_iter().map(str::parse);
    let dates: std::result::Result<BTreeSet<Date>, _> = parsed.collect();
    let dates = dates.map_err(|_| shape("dates", "must be dates"))?;
    if dates.is_empty() {
        return Err(shape("dates", "tick at least one date"));
    }
    let write = form.write_of(Vec::new());
    let is_taken = form.get("do") != Some("decline");
    holidays::decide(&server, &write, &key, &dates, is_taken).await?;
    let say = if is_taken {
        "done-holidays-taken"
    } else {
        "done-holidays-declined"
    };
    Ok(done(say, dates.len().to_string(), &format!("{HERE}/{key}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        let read = slots("monday", " 08:00-12:00,13:00 - 17:30 ").unwrap();
        let day: Day = serde_json::from_value(read).unwrap();
        assert_eq!(hours(&day), "08:00-12:00, 13:00-17:30");
        assert_eq!(slots("monday", "").unwrap(), json!([]));
        for bad in ["8", "08:00", "08:00-25:00", "08:61-09:00", "a-b"] {
            assert!(slots("monday", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn dates_have_hours_or_none_and_come_once() {
        let read = dates("2026-12-25 # Christmas\n\n2026-12-24 08:00-12:00").unwrap();
        assert_eq!(
            read,
            json!({ "2026-12-24": [{"from": 480, "to": 720}], "2026-12-25": [] })
        );
        assert!(dates("2026-12-25\n2026-12-25").is_err());
    }
}
