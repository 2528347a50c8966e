//! A schedule as a calendar, and overrides out of one.

use super::parse;
use crate::answer as answers;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::Names;
use crate::write::Write;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bifold_domain::ical::{self, Event};
use bifold_domain::oncall::schedule::{Command as C, Schedule, SetOverride};
use bifold_domain::oncall::{Shift, Span, Why};
use bifold_domain::time::DAY;
use bifold_domain::{At, Command, Directory, Permission, PersonId, Refusal, ScheduleId, Text};
use serde::Deserialize;

pub(crate) const MEDIA_TYPE: &str = "text/calendar";
/// Days of the past that a calendar holds.
const PAST_DAYS: i64 = 7;
/// Days ahead that a calendar holds.
const AHEAD_DAYS: i64 = 90;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/schedules/{id}/calendar.ics",
            "schedule_calendar",
            Access::SignedIn,
            write_out,
        )
        .summary("The shifts of a schedule as a calendar (iCalendar).")
        .answers(200, Answer::Bytes(MEDIA_TYPE)),
        Route::post(
            "/api/v1/schedules/{id}/calendar",
            "schedule_calendar_read",
            read_in,
        )
        .summary("Sets an override for each event of a calendar, all of them or none.")
        .body(Described::of::<Upload>())
        .keyed(200),
    ]
}

/// What a calendar of an instant holds: whole days, so that it is the same all day.
pub(crate) fn window(now: At) -> Span {
    let today = now.micros() - now.micros().rem_euclid(DAY);
    let today = At::from_micros(today);
    Span::new(today.plus(-PAST_DAYS * DAY), today.plus(AHEAD_DAYS * DAY))
}

/// A shift as an event.
pub(crate) fn event(schedule: &ScheduleId, shift: &Shift, summary: String) -> Event {
    let description = match &shift.why {
        Why::Layer { name } => name.to_string(),
        Why::Override { number } => format!("Override {number}"),
        Why::Swap { number } => format!("Swap {number}"),
    };
    Event {
        uid: format!("{schedule}-{}@bifold", shift.span.from.micros()),
        from: shift.span.from,
        until: shift.span.until,
        summary,
        description,
        attendees: Vec::new(),
    }
}

/// A calendar to be kept or subscribed to.
pub(crate) fn answer(name: &str, now: At, events: &[Event]) -> Response {
    let kind = HeaderValue::from_static("text/calendar; charset=utf-8");
    let file = HeaderValue::from_static("attachment; filename=\"on-call.ics\"");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, file),
    ];
    (headers, ical::write(name, now, events)).into_response()
}

async fn write_out(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Response> {
    let found = server
        .store
        .schedule(&caller.viewer(), &parse(&id)?)
        .await?;
    let (schedule, _) = found.ok_or_else(|| Error::no("schedule"))?;
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let events: Vec<Event> = schedule
        .shifts(window(now))
        .iter()
        .map(|shift| {
            let person = Names(&directory).person(&shift.person);
            let summary = format!("{} ({})", person.shown(), schedule.plan.name);
            event(&schedule.id, shift, summary)
        })
        .collect();
    Ok(answer(schedule.plan.name.as_str(), now, &events))
}

/// A calendar to be read.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CalendarUpload)]
struct Upload {
    /// The text of an .ics file. Each event says who by an attendee's address, or by a name or
    /// address as its summary.
    calendar: String,
}

async fn read_in(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let upload: Upload = write.body()?;
    let id = parse(&id)?;
    let commands = commands(&server, &write.caller, &id, &upload.calendar).await?;
    let receipt = write.execute(&server, commands).await?;
    Ok(answers::done(receipt))
}

/// What a calendar asks of a schedule; never nothing.
pub(crate) async fn commands(
    server: &Server,
    caller: &Caller,
    id: &ScheduleId,
    calendar: &str,
) -> Result<Vec<Command>> {
    caller.needs(Permission::ManageOnCall)?;
    let found = server.store.schedule(&caller.viewer(), id).await?;
    let (schedule, _) = found.ok_or_else(|| Error::no("schedule"))?;
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let new = overrides(calendar, &schedule, &directory, now)?;
    if new.is_empty() {
        return Err(Refusal::NothingToChange.into());
    }
    let command = |over| Command::Schedule(id.clone(), C::SetOverride(over));
    Ok(new.into_iter().map(command).collect())
}

/// The overrides that a calendar asks for, without those that are over or set already.
fn overrides(
    text: &str,
    schedule: &Schedule,
    directory: &Directory,
    now: At,
) -> Result<Vec<SetOverride>> {
    let refused = |why: String| Error::Shape {
        at: "calendar".to_owned(),
        why,
    };
    let utc = bifold_domain::calendar::Zone::utc();
    let zone = schedule
        .plan
        .layers
        .first()
        .map_or(&utc, |layer| &layer.zone);
    let events = ical::read(text, zone).map_err(|unread| refused(unread.to_string()))?;
    let mut all = Vec::new();
    for event in events.into_iter().filter(|event| event.until > now) {
        let person = whose(&event, directory).map_err(|why| {
            let day = event.from.to_string();
            refused(format!("the event of {day}: {why}"))
        })?;
        let span = Span::new(event.from.max(now), event.until);
        let is_set = schedule.covers.iter().any(|cover| {
            cover.person == person && cover.span.cut(&span) == span && cover.is_override()
        });
        if !is_set {
            all.push(SetOverride {
                person,
                from: event.from,
                until: event.until,
                reason: Text::parse(&event.description).ok(),
            });
        }
    }
    Ok(all)
}

/// Whom an event is about: an attendee, or whom its summary names.
fn whose(event: &Event, directory: &Directory) -> std::result::Result<PersonId, String> {
    let words = event.attendees.iter().chain([&event.summary]);
    for word in words.filter(|word| !word.is_empty()) {
        match named(word, directory).as_slice() {
            [] => {}
            [one] => return Ok(one.clone()),
            _ => return Err(several(word)),
        }
    }
    let shown: String = event.summary.chars().take(60).collect();
    Err(format!(
        "neither an attendee nor the summary {shown:?} is an active person's name or address"
    ))
}

fn several(word: &str) -> String {
    format!("{word:?} could be several people; use an address")
}

/// Active people of this name, address or id.
fn named(word: &str, directory: &Directory) -> Vec<PersonId> {
    let same = |text: String| text.eq_ignore_ascii_case(word);
    let people = directory.people.values().filter(|p| p.is_active);
    let found =
        people.filter(|p| same(p.email.shown()) || same(p.name.shown()) || p.id.as_str() == word);
    found.map(|p| p.id.clone()).collect()
}

/// People as [`people`] reads them again: a name a line, or the id where two share a name.
pub(crate) fn listed(people: &[PersonId], directory: &Directory) -> String {
    let line = |id: &PersonId| {
        let name = Names(directory).person(id).shown().to_owned();
        if named(&name, directory).len() == 1 {
            name
        } else {
            id.to_string()
        }
    };
    people.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The people whose names or addresses stand in a text, one a line.
pub(crate) fn people(
    text: &str,
    directory: &Directory,
) -> std::result::Result<Vec<PersonId>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let one = |line: &str| match named(line, directory).as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(format!("{line:?} is no active person's name or address")),
        _ => Err(several(line)),
    };
    lines.map(one).collect()
}
