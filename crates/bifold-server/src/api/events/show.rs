//! One event.

use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::{Named, NamedService, Names};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::event::{Channel, Dismissal, Event, Proposal, Signal, Sort, Standing, Tally};
use bifold_domain::{At, Redactable};
use serde::Serialize;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/events/{id}", "event", Access::SignedIn, show)
            .summary("One event by id or number.")
            .answers(200, Answer::Json(Described::of::<EventView>())),
    ]
}

/// One event.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Event)]
struct EventView {
    id: String,
    number: String,
    version: u64,
    /// What the reporter says it is.
    sort: Sort,
    title: String,
    #[schema(required)]
    description: Option<String>,
    channel: Channel,
    #[schema(required)]
    service: Option<NamedService>,
    /// How to reach the reporter.
    #[schema(required)]
    contact: Option<String>,
    #[schema(required)]
    occurred_at: Option<At>,
    #[schema(required)]
    signal: Option<Signal>,
    reporter: Named,
    /// Who entered what somebody else told.
    #[schema(required)]
    entered_by: Option<Named>,
    /// When it was told, where that is not when it was entered.
    #[schema(required)]
    told_at: Option<At>,
    /// Of how many people it is so, as the reporter says.
    #[schema(required)]
    affected: Option<u32>,
    received_at: At,
    /// What it was found to be.
    standing: String,
    /// On which ground it was dismissed.
    #[schema(required)]
    ground: Option<Dismissal>,
    /// The incident it belongs to, if you can read that.
    #[schema(required)]
    incident: Option<String>,
    #[schema(required)]
    decided_by: Option<Named>,
    #[schema(required)]
    decided_at: Option<At>,
    /// Whether only who reads sensitive lanes sees it, and who reported it.
    is_sensitive: bool,
    /// The incident that a rule of the source proposes.
    #[schema(required)]
    proposal: Option<Proposal>,
    /// For a machine's event: what its faults add up to now.
    #[schema(required)]
    tally: Option<Tally>,
    /// Since when all its faults are over.
    #[schema(required)]
    cleared_at: Option<At>,
    /// What was said about it afterwards, the oldest first.
    additions: Vec<AdditionView>,
}

/// What was said about an event afterwards.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = EventAdded)]
struct AdditionView {
    at: At,
    by: Named,
    text: String,
    channel: Channel,
    /// Who says it, when it is not the one who entered it.
    #[schema(required)]
    contact: Option<String>,
}

impl EventView {
    fn of(event: &Event, version: u64, incident: Option<String>, names: Names<'_>) -> Self {
        let ground = match event.standing {
            Standing::Dismissed { ground } => Some(ground),
            _ => None,
        };
        let decided = event.decided.as_ref();
        Self {
            id: event.id.to_string(),
            number: event.shown_number(),
            version,
            sort: event.sort,
            title: event.title.shown(),
            description: event.description.as_ref().map(Redactable::shown),
            channel: event.channel,
            service: event.service.as_ref().map(|id| names.service(id)),
            contact: event.contact.as_ref().map(Redactable::shown),
            occurred_at: event.occurred_at,
            signal: event.signal.clone(),
            reporter: names.person(&event.reporter),
            entered_by: event.entered_by.as_ref().map(|by| names.person(by)),
            told_at: event.told.as_ref().and_then(|told| told.at),
            affected: event.told.as_ref().and_then(|told| told.affected),
            received_at: event.received_at,
            standing: event.standing.word().to_owned(),
            ground,
            incident,
            decided_by: decided.map(|(person, _)| names.person(person)),
            decided_at: decided.map(|(_, at)| *at),
            is_sensitive: event.is_sensitive,
            proposal: event.proposal.clone(),
            tally: None,
            cleared_at: event.cleared_at,
            additions: event
                .additions
                .iter()
                .map(|more| AdditionView {
                    at: more.at,
                    by: names.person(&more.by),
                    text: more.text.shown(),
                    channel: more.channel,
                    contact: more.contact.as_ref().map(Redactable::shown),
                })
                .collect(),
        }
    }
}

async fn show(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
) -> Result<Response> {
    let found = server.store.event(&caller.viewer(), &name).await?;
    let (event, version, incident) = found.ok_or_else(|| Error::no("event"))?;
    let directory = server.store.directory().await?;
    let mut view = EventView::of(&event, version, incident, Names(&directory));
    if event.signal.is_some() {
        view.tally = Some(server.store.tally_of(&event.id).await?);
    }
    Ok(answer::tagged(version, &view))
}
