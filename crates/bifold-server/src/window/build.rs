//! From what was said and planned to the plain data of a status page.

use bifold_domain::incident::Announcement;
use bifold_domain::maintenance::{self, Maintenance};
use bifold_domain::status_page::{Settings, StatusPage};
use bifold_domain::{At, IncidentId};
use bifold_status::{
    Affected, Change, Component, Error, Files, Incident, MaintenanceStage, Options, Page, Span,
    Update,
};
use bifold_store::window::Told;

/// The files of a page.
pub(super) fn files(
    page: &StatusPage,
    told: &Told,
    subscribe: Option<String>,
    now: At,
) -> Result<Files, Error> {
    bifold_status::render(&built(page, told, subscribe, now)?, &Options::default())
}

fn built(
    page: &StatusPage,
    told: &Told,
    subscribe: Option<String>,
    now: At,
) -> Result<Page, Error> {
    let settings = &page.settings;
    let components = settings.components.iter().map(|c| Component {
        key: c.key.to_string(),
        name: c.name.to_string(),
        group: c.group.as_ref().map(ToString::to_string),
        about: c.about.as_ref().map(ToString::to_string),
        since: page.since.get(&c.key).copied().unwrap_or(now),
    });
    let maintenances = told.maintenances.iter();
    let maintenances = maintenances.map(|m| planned(m, settings));
    Ok(Page {
        name: settings.name.to_string(),
        about: settings.about.as_ref().map(ToString::to_string),
        language: settings.language,
        zone: settings.zone.name().to_owned(),
        contact: settings.contact.as_ref().map(ToString::to_string),
        subscribe,
        address: settings.address.as_ref().map(ToString::to_string),
        components: components.collect(),
        incidents: told.announcements.iter().map(said).collect(),
        maintenances: maintenances.collect::<Result<_, _>>()?,
        generated_at: now,
    })
}

/// An instant as the page says it.
pub(crate) fn time(page: &StatusPage, at: At) -> String {
    let (language, zone) = (page.settings.language, page.settings.zone.name());
    bifold_status::told(language, zone, at).unwrap_or_else(|_| at.to_string())
}

/// The name of what is said in addresses: the day on which it was first said, and the part of the
/// incident's id that is chance.
pub(crate) fn key_of(id: &IncidentId, told: &Announcement) -> String {
    let at = told.said.first().map_or(told.began_at, |said| said.at);
    let day: String = at.to_string().chars().take(10).collect();
    let id = id.as_str();
    format!("{day}-{}", id.get(id.len() - 8..).unwrap_or(id))
}

fn said((id, told): &(IncidentId, Announcement)) -> Incident {
    let updates = told.said.iter().map(|said| Update {
        at: said.at,
        stage: said.stage,
        text: said.text.shown(),
        next_update_by: said.next_by,
    });
    let spans = told.spans().into_iter().map(|(component, spans)| Affected {
        component: component.to_string(),
        spans: spans
            .into_iter()
            .map(|(state, from, until)| Span { state, from, until })
            .collect(),
    });
    Incident {
        key: key_of(id, told),
        title: told.title.shown(),
        impact: told.impact,
        began_at: told.began_at,
        updates: updates.collect(),
        affected: spans.collect(),
        note_after: None,
    }
}

/// What users are told of a maintenance. Reasons and notes are for colleagues and stay inside.
fn planned(found: &Maintenance, settings: &Settings) -> Result<bifold_status::Maintenance, Error> {
    let on_it = settings.components.iter();
    let on_it = on_it.filter(|c| !c.services.is_disjoint(&found.plan.services));
    let changes = found.moves.iter().map(|moved| {
        let zone = settings.zone.name();
        let text = bifold_status::moved(settings.language, zone, moved.from, moved.until)?;
        Ok(Change { at: moved.at, text })
    });
    Ok(bifold_status::Maintenance {
        key: found.shown_number(),
        title: found.plan.title.to_string(),
        text: found
            .plan
            .text
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        announced_at: Some(found.planned_at),
        components: on_it.map(|c| c.key.to_string()).collect(),
        from: found.plan.from,
        until: found.plan.until,
        began_at: found.began_at,
        ended_at: found.ended_at,
        stage: match found.stage {
            maintenance::Stage::Planned => MaintenanceStage::Planned,
            maintenance::Stage::InProgress => MaintenanceStage::InProgress,
            maintenance::Stage::Completed => MaintenanceStage::Completed,
            maintenance::Stage::Cancelled => MaintenanceStage::Cancelled,
        },
        changes: changes.collect::<Result<_, Error>>()?,
    })
}
