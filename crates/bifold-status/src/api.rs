//! The page as JSON, in the shape of the Statuspage API (version 2) that readers of status pages
//! know: `summary`, `status`, `components`, `incidents` and `scheduled-maintenances`.
//!
//! Times are UTC with milliseconds. Fields that Bifold has nothing for are `null` or `false`, never
//! left out. That shape has no word for a maintenance that was called off: it says `completed`, and
//! a field of ours, `cancelled`, is true. Ours too is `next_update_by`. The identity of an update is
//! its place in its incident.

use crate::course::{changed_at, overall, state_by, state_of, worst_by};
use crate::html;
use crate::model::{
    Component, Incident, Maintenance, MaintenanceStage, Page, Stage, State, Update,
};
use crate::moment::utc;
use crate::{Error, Files, Show};
use bifold_domain::At;
use serde_json::{Value, json};
use std::cmp::Reverse;

const JSON: &str = "application/json";
/// The identity of the page in its own documents; a folder holds one.
const PAGE_ID: &str = "page";

pub(crate) fn render(show: &Show<'_>, files: &mut Files) -> Result<(), Error> {
    let components = components(show.page);
    let (incidents, maintenances) = (latest_incidents(show), latest_maintenances(show));
    let open = incidents.iter().filter(|i| i.stage() != Stage::Resolved);
    let open: Vec<Value> = open.map(|i| incident(show, i)).collect();
    let all: Vec<Value> = incidents.iter().map(|i| incident(show, i)).collect();
    let ahead = maintenances.iter().filter(|m| m.is_open());
    let ahead: Vec<Value> = ahead.map(|m| maintenance(show, m)).collect();
    let works: Vec<Value> = maintenances.iter().map(|m| maintenance(show, m)).collect();
    let status = status(show);
    let summary = json!({
        "components": components,
        "incidents": open,
        "scheduled_maintenances": ahead,
        "status": status,
    });
    for (name, document) in [
        ("summary", summary),
        ("status", json!({ "status": status })),
        ("components", json!({ "components": components })),
        ("incidents", json!({ "incidents": all })),
        ("incidents/unresolved", json!({ "incidents": open })),
        (
            "scheduled-maintenances",
            json!({ "scheduled_maintenances": works }),
        ),
    ] {
        let mut document = document;
        if let Value::Object(fields) = &mut document {
            fields.insert("page".to_owned(), page(show));
        }
        let text = serde_json::to_string(&document)?;
        files.add(&format!("api/v2/{name}.json"), JSON, text);
    }
    Ok(())
}

/// Those that are open, and as many others as there is room for, the latest begun first.
fn latest_incidents<'a>(show: &Show<'a>) -> Vec<&'a Incident> {
    let mut room = show.options.api_limit;
    let mut fits = |incident: &&Incident| {
        let is_in = incident.stage() != Stage::Resolved || room > 0;
        room = room.saturating_sub(1);
        is_in
    };
    show.page.incidents.iter().filter(|i| fits(i)).collect()
}

fn latest_maintenances<'a>(show: &Show<'a>) -> Vec<&'a Maintenance> {
    let mut all: Vec<&Maintenance> = show.page.maintenances.iter().collect();
    all.sort_by_key(|m| (!m.is_open(), Reverse(m.from)));
    let open = all.iter().filter(|m| m.is_open()).count();
    all.truncate(show.options.api_limit.max(open));
    all
}

fn page(show: &Show<'_>) -> Value {
    json!({
        "id": PAGE_ID,
        "name": show.page.name,
        "url": show.page.address.as_deref().unwrap_or_default(),
        "time_zone": show.page.zone,
        "updated_at": utc(show.now()),
    })
}

fn status(show: &Show<'_>) -> Value {
    let state = overall(show.page);
    let indicator = match state {
        State::Operational => "none",
        State::UnderMaintenance => "maintenance",
        State::DegradedPerformance => "minor",
        State::PartialOutage => "major",
        State::MajorOutage => "critical",
    };
    json!({
        "indicator": indicator,
        "description": show.words().word("banner", state.word()).trim_end_matches('.'),
    })
}

/// The identity of a group. No key has a colon.
fn group_id(name: &str) -> String {
    format!("group:{name}")
}

fn group_of(component: &Component) -> Option<&str> {
    component.group.as_deref().filter(|name| !name.is_empty())
}

fn components(page: &Page) -> Vec<Value> {
    let mut values = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for component in &page.components {
        if let Some(name) = group_of(component)
            && !seen.contains(&name)
        {
            seen.push(name);
            let place = values.len() + 1;
            values.push(group(page, name, place));
        }
        let place = values.len() + 1;
        values.push(self::component(page, component, place));
    }
    values
}

fn component(page: &Page, component: &Component, place: usize) -> Value {
    json!({
        "id": component.key,
        "name": component.name,
        "status": state_of(page, component).word(),
        "created_at": utc(component.since),
        "updated_at": utc(changed_at(page, component)),
        "position": place,
        "description": component.about,
        "showcase": true,
        "start_date": utc(component.since).get(..10),
        "group_id": group_of(component).map(group_id),
        "page_id": PAGE_ID,
        "group": false,
        "only_show_if_degraded": false,
    })
}

fn group(page: &Page, name: &str, place: usize) -> Value {
    let all = page.components.iter();
    let within: Vec<&Component> = all.filter(|c| group_of(c) == Some(name)).collect();
    let states = within.iter().map(|c| state_of(page, c));
    let since = within.iter().map(|c| c.since).min();
    let changed = within.iter().map(|c| changed_at(page, c)).max();
    json!({
        "id": group_id(name),
        "name": name,
        "status": states.max().unwrap_or(State::Operational).word(),
        "created_at": since.map(utc),
        "updated_at": changed.map(utc),
        "position": place,
        "description": null,
        "showcase": false,
        "start_date": null,
        "group_id": null,
        "page_id": PAGE_ID,
        "group": true,
        "only_show_if_degraded": false,
        "components": within.iter().map(|c| &c.key).collect::<Vec<_>>(),
    })
}

fn incident(show: &Show<'_>, incident: &Incident) -> Value {
    let page = show.page;
    let monitoring = incident
        .updates
        .iter()
        .find(|u| u.stage == Stage::Monitoring);
    let places = page.components.iter().enumerate();
    let named = places.filter(|(_, c)| worst_by(incident, c).is_some());
    let named = named.map(|(place, c)| component(page, c, place + 1));
    let updates = incident.updates.iter().enumerate().rev();
    json!({
        "id": incident.key,
        "name": incident.title,
        "status": incident.stage().word(),
        "created_at": utc(incident.began_at),
        "updated_at": utc(incident.updated_at()),
        "monitoring_at": monitoring.map(|update| utc(update.at)),
        "resolved_at": incident.resolved_at().map(utc),
        "impact": incident.impact.word(),
        "shortlink": show.absolute(&html::incident::path(incident)),
        "started_at": utc(incident.began_at),
        "page_id": PAGE_ID,
        "next_update_by": incident.next_update_by().map(utc),
        "incident_updates": updates
            .map(|(place, update)| said(page, incident, place, update))
            .collect::<Vec<_>>(),
        "components": named.collect::<Vec<_>>(),
    })
}

fn said(page: &Page, incident: &Incident, place: usize, update: &Update) -> Value {
    let before = place
        .checked_sub(1)
        .and_then(|before| incident.updates.get(before));
    let turns = page.components.iter().filter_map(|c| {
        worst_by(incident, c)?;
        let state = |at: Option<At>| at.map_or(State::Operational, |at| state_by(incident, c, at));
        Some(json!({
            "code": c.key,
            "name": c.name,
            "old_status": state(before.map(|update| update.at)).word(),
            "new_status": state(Some(update.at)).word(),
        }))
    });
    one_update(
        &format!("{}-{}", incident.key, place + 1),
        &incident.key,
        update.stage.word(),
        &update.text,
        update.at,
        &turns.collect::<Vec<_>>(),
    )
}

fn one_update(id: &str, of: &str, word: &str, text: &str, at: At, turns: &[Value]) -> Value {
    json!({
        "id": id,
        "status": word,
        "body": text,
        "incident_id": of,
        "created_at": utc(at),
        "updated_at": utc(at),
        "display_at": utc(at),
        "affected_components": turns,
        "deliver_notifications": false,
        "custom_tweet": null,
        "tweet_id": null,
    })
}

/// The word that readers of this shape know.
fn stage_word(stage: MaintenanceStage) -> &'static str {
    match stage {
        MaintenanceStage::Planned => "scheduled",
        MaintenanceStage::InProgress => "in_progress",
        MaintenanceStage::Completed | MaintenanceStage::Cancelled => "completed",
    }
}

fn maintenance(show: &Show<'_>, maintenance: &Maintenance) -> Value {
    let key = &maintenance.key;
    let places = show.page.components.iter().enumerate();
    let named = places.filter(|(_, c)| maintenance.components.contains(&c.key));
    let named = named.map(|(place, c)| component(show.page, c, place + 1));
    let changes = maintenance.changes.iter().enumerate().rev();
    let mut updates: Vec<Value> = changes
        .map(|(place, change)| {
            let word = stage_word(maintenance.stage_at(change.at));
            let id = format!("{key}-{}", place + 1);
            one_update(&id, key, word, &change.text, change.at, &[])
        })
        .collect();
    let announced = maintenance.announced(show.now());
    let id = format!("{key}-0");
    updates.push(one_update(
        &id,
        key,
        "scheduled",
        &maintenance.text,
        announced,
        &[],
    ));
    json!({
        "id": key,
        "name": maintenance.title,
        "status": stage_word(maintenance.stage),
        "cancelled": maintenance.stage == MaintenanceStage::Cancelled,
        "created_at": utc(announced),
        "updated_at": utc(maintenance.updated_at(show.now())),
        "monitoring_at": null,
        "resolved_at": maintenance.ended_at.filter(|_| !maintenance.is_open()).map(utc),
        "impact": "maintenance",
        "shortlink": show.absolute(&html::maintenance::path(maintenance)),
        "started_at": utc(maintenance.began_at.unwrap_or(announced)),
        "page_id": PAGE_ID,
        "scheduled_for": utc(maintenance.from),
        "scheduled_until": utc(maintenance.until),
        "incident_updates": updates,
        "components": named.collect::<Vec<_>>(),
    })
}
