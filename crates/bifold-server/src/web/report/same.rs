//! What users wait for the end of, told where they report, and *this concerns me too*: one press,
//! one event, bound to the incident at once (features F102).

use super::sent::{Sent, shape};
use super::{reporter, take_in};
use crate::error::{Error, Result};
use crate::route::{Access, Method, Route};
use crate::server::Server;
use crate::web::frame::see_other;
use crate::window::key_of;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::event::{Channel, Command as C, Outcome, Receive, Sort};
use bifold_domain::incident::Announcement;
use bifold_domain::status_page::{AnnouncedStage, PageAudience};
use bifold_domain::{At, Command, IncidentId, StatusPageId, Text, Title};
use bifold_store::{Error as StoreError, Operation};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::Post,
            "/report/same",
            "page_report_same",
            Access::Anyone,
            send,
        )
        .summary("Says that what is known concerns one too; its receipt follows.")
        .page(),
    ]
}

/// What is known, as it stands on a status page.
pub(super) struct Known {
    /// Its name on the page.
    pub(super) key: String,
    /// The page's key.
    pub(super) page: String,
    pub(super) title: String,
    pub(super) stage: AnnouncedStage,
    pub(super) text: String,
    pub(super) said_at: At,
    pub(super) next_by: Option<At>,
    incident: IncidentId,
}

/// What users of the pages that they may see wait for the end of.
pub(super) async fn known(server: &Server, is_signed_in: bool) -> Result<Vec<Known>> {
    let mut pages = server.store.status_pages().await?;
    pages.retain(|page| is_signed_in || page.settings.audience == PageAudience::Public);
    let ids: Vec<StatusPageId> = pages.iter().map(|page| page.id.clone()).collect();
    let mut known: Vec<Known> = Vec::new();
    for (page, incident, told) in server.store.told_now(&ids).await? {
        // One incident that stands on several pages is told once.
        if known.iter().any(|known| known.incident == incident) {
            continue;
        }
        let on = pages.iter().find(|p| p.id == page);
        let on = on.map(|page| page.settings.key.to_string());
        known.extend(one(on.unwrap_or_default(), incident, &told));
    }
    Ok(known)
}

fn one(page: String, incident: IncidentId, told: &Announcement) -> Option<Known> {
    let last = told.last()?;
    Some(Known {
        key: key_of(&incident, told),
        page,
        title: told.title.shown(),
        stage: last.stage,
        text: last.text.shown(),
        said_at: last.at,
        next_by: last.next_by,
        incident,
    })
}

async fn send(State(server): State<Server>, sent: Sent) -> Result<Response> {
    sent.brake(&server)?;
    let known = known(&server, sent.caller.is_some()).await?;
    let about = known.into_iter().find(|k| k.key == sent.get("about"));
    let about = about.ok_or_else(|| Error::no("announcement"))?;
    let actor = reporter(&server, sent.caller.as_ref(), false);
    let words = sent
        .guest
        .locale
        .with("same-title", "title", about.title.clone());
    let words: String = words.chars().take(Title::LIMIT_BYTES / 4).collect();
    let report = Receive {
        sort: Sort::Fault,
        title: Title::parse(&words).map_err(|why| shape("about", &why))?,
        description: None,
        channel: Channel::Web,
        service: None,
        contact: None,
        occurred_at: None,
        signal: None,
        is_sensitive: false,
        told: None,
    };
    let event = take_in(&server, &actor, report, sent.key()).await?;
    bind(&server, event.clone(), about.incident).await?;
    let code = server.store.give_slip(&event, &actor.person).await?;
    Ok(see_other(&format!("/report/received/{code}")))
}

/// Binds the event to the incident. One that may not be named here, because few may read it,
/// leaves the event to whoever triages.
async fn bind(server: &Server, event: bifold_domain::EventId, incident: IncidentId) -> Result<()> {
    let reason = Text::parse("The reporter saw it on a status page.");
    let reason: Text = reason.map_err(|why| shape("about", &why))?;
    let outcome = Outcome::Incident { incident, reason };
    let command = Command::Event(event, C::Decide(outcome));
    match server
        .store
        .execute(Operation::one(&server.store.system(), command))
        .await
    {
        Ok(_) | Err(StoreError::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
