//! The form of a schedule's plan. Each layer is a row of fields; people stand one a line, in the
//! order of their turns, so that it works without any module.

use super::{HERE, PLANS, sent, shown};
use crate::api::on_call::schedules::{calendar, parse};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::Route;
use crate::server::Server;
use crate::web::choice::{self, Choice};
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page, see_other};
use crate::web::say::Flash;
use crate::write::Write;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::calendar::Day;
use bifold_domain::oncall::schedule::Command as C;
use bifold_domain::oncall::{Layer, Plan, Unit};
use bifold_domain::{Command, Directory, ScheduleId};
use serde_json::{Value, json};

pub(super) fn routes() -> Vec<Route> {
    const NEW: &str = "/oncall/new";
    const ONE: &str = "/oncall/schedules/{id}";
    vec![
        shown(NEW, "page_schedule_new", PLANS, new).summary("A new schedule."),
        sent(NEW, "page_schedule_make", PLANS, make).summary("Makes a schedule."),
        shown(ONE, "page_schedule_plan", PLANS, show).summary("A schedule's plan, to be changed."),
        sent(ONE, "page_schedule_revise", PLANS, revise)
            .summary("Replaces the plan of a schedule from now on."),
    ]
}

/// A layer as its fields hold it.
#[derive(Default)]
struct Row {
    name: String,
    zone: String,
    starts: String,
    count: String,
    unit: &'static str,
    people: String,
    /// Slots of each weekday, as `09:00-17:00, 20:00-24:00`.
    days: [String; 7],
}

#[derive(Template)]
#[template(path = "oncall-plan.html")]
struct PlanPage {
    f: Frame,
    /// Absent for a new one.
    id: Option<String>,
    name: String,
    teams: Vec<Choice>,
    rows: Vec<Row>,
    version: u64,
    key: String,
}

impl PlanPage {
    /// The key of a weekday's word, from 1 for Monday.
    fn weekday(place: &usize) -> String {
        place.to_string()
    }

    fn units() -> impl Iterator<Item = &'static str> {
        Unit::ALL.iter().map(|unit| unit.word())
    }
}

impl Row {
    fn of(layer: &Layer, directory: &Directory) -> Self {
        let days = layer.only.as_ref();
        Self {
            name: layer.name.to_string(),
            zone: layer.zone.name().to_owned(),
            // As browsers want it: to the minute.
            starts: layer.starts.to_string().chars().take(16).collect(),
            count: layer.turn.count.to_string(),
            unit: layer.turn.unit.word(),
            people: calendar::listed(&layer.people, directory),
            days: days.map_or_else(Default::default, |days| days.each_ref().map(slots)),
        }
    }

    /// A row to be filled in.
    fn empty(zone: &str) -> Self {
        Self {
            zone: zone.to_owned(),
            count: "1".to_owned(),
            unit: Unit::Weeks.word(),
            ..Self::default()
        }
    }

    fn has_slots(&self) -> bool {
        self.days.iter().any(|day| !day.is_empty())
    }
}

/// The slots of a day as text.
fn slots(day: &Day) -> String {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let slots = day.slots().iter();
    let slots = slots.map(|slot| format!("{}-{}", clock(slot.from), clock(slot.to)));
    slots.collect::<Vec<_>>().join(", ")
}

async fn new(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let l = visit.locale();
    let directory = server.store.directory().await?;
    let mut first = Row::empty("UTC");
    first.name = l.t("on-call-first-layer");
    page(&PlanPage {
        f: visit.frame(&server, l.t("on-call-new"), "on-call").await?,
        id: None,
        name: String::new(),
        teams: choice::teams(&directory, None),
        rows: vec![first, Row::empty("UTC")],
        version: 0,
        key: server.store.shell().ids.next_uuid(),
    })
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(id): Place<String>,
) -> Result<Response> {
    let found = server
        .store
        .schedule(&visit.caller.viewer(), &parse(&id)?)
        .await?;
    let (schedule, version) = found.ok_or_else(|| Error::no("schedule"))?;
    let directory = server.store.directory().await?;
    let plan = &schedule.plan;
    let zone = plan.layers.last().map_or("UTC", |layer| layer.zone.name());
    let layers = plan.layers.iter().map(|layer| Row::of(layer, &directory));
    page(&PlanPage {
        f: visit
            .frame(&server, plan.name.to_string(), "on-call")
            .await?,
        id: Some(schedule.id.to_string()),
        name: plan.name.to_string(),
        teams: choice::teams(&directory, plan.team.as_ref()),
        rows: layers.chain([Row::empty(zone)]).collect(),
        version,
        key: server.store.shell().ids.next_uuid(),
    })
}

async fn make(State(server): State<Server>, form: Form) -> Result<Response> {
    let id = ScheduleId::from_bits(server.store.shell().ids.next());
    let (write, plan) = planned(&server, &form).await?;
    let name = plan.name.to_string();
    let command = Command::Schedule(id, C::Make(plan));
    write.execute(&server, vec![command]).await?;
    Ok(Flash::new("done-schedule", name).on(see_other(HERE)))
}

async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    let (write, plan) = planned(&server, &form).await?;
    let name = plan.name.to_string();
    let command = Command::Schedule(parse(&id)?, C::Revise(plan));
    write.execute(&server, vec![command]).await?;
    Ok(Flash::new("done-schedule", name).on(see_other(HERE)))
}

/// The plan that the fields say, read as the API reads it.
async fn planned(server: &Server, form: &Form) -> Result<(Write, Plan)> {
    let directory = server.store.directory().await?;
    let names = form.column("layer_name");
    let mut layers = Vec::new();
    for (n, name) in names.iter().enumerate() {
        let cell = |column: &str| form.column(column).get(n).copied().unwrap_or_default();
        let people = cell("layer_people");
        if name.is_empty() && people.is_empty() {
            continue;
        }
        let people = calendar::people(people, &directory)
            .map_err(|why| wrong(&format!("layers[{n}].people"), why))?;
        let mut layer = json!({
            "name": name,
            "zone": cell("layer_zone"),
            "starts": cell("layer_starts"),
            "turn": { "count": cell("layer_count").parse::<u16>().unwrap_or(0), "unit": cell("layer_unit") },
            "people": people,
        });
        let days = (0..7).map(|day| cell_slots(cell(&format!("layer_d{day}")), n));
        let days: Vec<Value> = days.collect::<Result<_>>()?;
        if days
            .iter()
            .any(|day| day.as_array().is_some_and(|slots| !slots.is_empty()))
        {
            layer["only"] = Value::from(days);
        }
        layers.push(layer);
    }
    let mut plan = json!({ "name": form.get("name").unwrap_or_default(), "layers": layers });
    if let Some(team) = form.get("team") {
        plan["team"] = Value::from(team);
    }
    let bytes = serde_json::to_vec(&plan).map_err(|_| Error::Internal)?;
    let write = form.write_of(bytes);
    let plan = write.body()?;
    Ok((write, plan))
}

fn wrong(at: &str, why: String) -> Error {
    Error::Shape {
        at: at.to_owned(),
        why,
    }
}

/// `09:00-17:00, 20:00-24:00` as slots in minutes.
fn cell_slots(text: &str, row: usize) -> Result<Value> {
    let slots = text
        .split(',')
        .map(str::trim)
        .filter(|slot| !slot.is_empty());
    let minutes = |clock: &str| -> Option<u16> {
        let (hours, minutes) = clock.trim().split_once(':')?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 24 && minutes < 60).then_some(hours * 60 + minutes)
    };
    let slots = slots.map(|slot| {
        let ends = slot.split_once(['-', '–']);
        let ends = ends.and_then(|(from, to)| minutes(from).zip(minutes(to)));
        let (from, to) = ends.ok_or_else(|| {
            let why = format!("{slot:?} is no slot, such as 09:00-17:00");
            wrong(&format!("layers[{row}].only"), why)
        })?;
        Ok(json!({ "from": from, "to": to }))
    });
    Ok(Value::from(slots.collect::<Result<Vec<_>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_read_as_they_are_written() {
        let read = |text| cell_slots(text, 0).ok();
        let expected = json!([{ "from": 540, "to": 1020 }, { "from": 1200, "to": 1440 }]);
        let text = "09:00-17:00, 20:00–24:00";
        assert_eq!(read(text), Some(expected.clone()));
        assert_eq!(read(" "), Some(json!([])));
        for wrong in ["9-17", "09:00", "09:00-25:00", "09:00-10:60", "a-b"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        let day: Day = serde_json::from_value(expected).unwrap();
        assert_eq!(slots(&day), "09:00-17:00, 20:00-24:00");
    }
}
