//! The receipt: where a report stands in plain words, and the way to add to it, for whoever has
//! the code.

use super::sent::{Sent, title_of};
use super::{for_everybody, reporter, take_in};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Method, Route};
use crate::server::Server;
use crate::web::frame::{Frame, see_other};
use crate::web::guest::Guest;
use crate::web::say::Flash;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bifold_domain::event::{Channel, Event, Receive, Standing};
use bifold_domain::incident::Stage;
use bifold_domain::{At, EventId, IncidentId, PersonId, Redactable, Text, Title, Viewer};
use bifold_store::answer::OutwardNote;

const ONE: &str = "/report/received/{receipt}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(ONE, "page_report_received", Access::Anyone, show)
            .summary("Where a report stands, for whoever has its receipt.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::new(Method::Post, ONE, "page_report_add", Access::Anyone, add)
            .summary("Adds to a report.")
            .page(),
        Route::new(
            Method::Post,
            "/report/received",
            "page_report_find",
            Access::Anyone,
            find,
        )
        .summary("Opens the receipt whose code was typed in.")
        .page(),
    ]
}

/// One thing that was said: the report, or an addition to it.
pub(super) struct Said {
    title: String,
    text: String,
    at: At,
}

#[derive(Template)]
#[template(path = "report-received.html")]
pub(super) struct ReceivedPage {
    f: Frame,
    /// The code, if that is how one came here.
    code: Option<String>,
    /// The address of this page, to be kept.
    link: String,
    number: String,
    sort: &'static str,
    /// The sentence that says where it stands, by its key.
    state: &'static str,
    ground: Option<&'static str>,
    is_new: bool,
    help_line: Option<String>,
    said: Vec<Said>,
    /// What those who work on it wrote back.
    answers: Vec<OutwardNote>,
    key: String,
}

impl ReceivedPage {
    /// The page of these events, the report first.
    pub(super) async fn of(
        server: &Server,
        guest: &Guest,
        entries: &[(EventId, PersonId)],
        code: Option<String>,
    ) -> Result<Self> {
        let mut events = Vec::new();
        for (event, reporter) in entries {
            // Nothing is read but what this reporter said.
            let found = server.store.event(&own(reporter), event.as_str()).await?;
            events.extend(found.map(|(event, ..)| event));
        }
        let report = events.first().ok_or_else(|| Error::no("receipt"))?;
        let (state, ground) = standing(server, &report.standing).await?;
        let l = guest.locale;
        let number = report.shown_number();
        let path = guest.here.split('?').next().unwrap_or_default();
        let url = server.config.public_url.as_deref().unwrap_or_default();
        Ok(Self {
            f: Frame::new(
                guest,
                server,
                l.with("received-title", "number", number.as_str()),
            ),
            link: format!("{}{path}", url.trim_end_matches('/')),
            code,
            number,
            sort: report.sort.word(),
            state,
            ground,
            is_new: events.len() == 1 && report.standing == Standing::Undecided,
            help_line: server.config.help_line.clone(),
            said: events.iter().map(said).collect(),
            answers: answers(server, &events).await?,
            key: server.store.shell().ids.next_uuid(),
        })
    }

    pub(super) fn flash(mut self, headers: &HeaderMap) -> Self {
        self.f.flash = Flash::from_headers(headers);
        self
    }
}

/// Somebody who sees what they reported themselves, and nothing else.
pub(super) fn own(reporter: &PersonId) -> Viewer {
    Viewer {
        person: reporter.clone(),
        teams: Vec::new(),
        reads_incidents: false,
        reads_sensitive_lanes: false,
        audits: false,
        handles_disclosures: false,
        keeps_identities: false,
    }
}

fn said(event: &Event) -> Said {
    let text = event.description.as_ref().map(Redactable::shown);
    Said {
        title: event.title.shown(),
        text: text.unwrap_or_default(),
        at: event.received_at,
    }
}

/// Where it stands, as a reporter is told: nothing of the incident but whether it goes on.
async fn standing(
    server: &Server,
    standing: &Standing,
) -> Result<(&'static str, Option<&'static str>)> {
    Ok(match standing {
        Standing::Undecided => ("waiting", None),
        Standing::Weakness => ("weakness", None),
        Standing::Dismissed { ground } => ("dismissed", Some(ground.word())),
        Standing::Incident { incident } if is_over(server, incident).await? => ("over", None),
        Standing::Incident { .. } => ("work", None),
    })
}

/// What was written back about these reports, oldest first.
async fn answers(server: &Server, events: &[Event]) -> Result<Vec<OutwardNote>> {
    let mut incidents: Vec<&IncidentId> = Vec::new();
    for event in events {
        if let Standing::Incident { incident } = &event.standing
            && !incidents.contains(&incident)
        {
            incidents.push(incident);
        }
    }
    let mut all = Vec::new();
    for incident in incidents {
        all.extend(server.store.outward_notes(incident).await?);
    }
    all.sort_by_key(|note| note.at);
    Ok(all)
}

/// Whether an incident that everybody inside may read is over. Of a restricted one nothing is
/// said.
async fn is_over(server: &Server, incident: &IncidentId) -> Result<bool> {
    let viewer = server.store.system().viewer();
    let found = server.store.incident(&viewer, incident.as_str()).await?;
    let over = |stage: &Stage| matches!(stage, Stage::Resolved | Stage::Confirmed | Stage::Closed);
    Ok(found.is_some_and(|(incident, _)| over(&incident.stage)))
}

async fn show(
    State(server): State<Server>,
    guest: Guest,
    headers: HeaderMap,
    Place(code): Place<String>,
) -> Result<Response> {
    let slip = server.store.slip(&code).await?;
    let slip = slip.ok_or_else(|| Error::no("receipt"))?;
    let page = ReceivedPage::of(&server, &guest, &slip.entries, Some(code)).await?;
    for_everybody(StatusCode::OK, &page.flash(&headers))
}

async fn find(State(server): State<Server>, sent: Sent) -> Result<Response> {
    sent.brake(&server)?;
    let code: String = sent
        .get("receipt")
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    match server.store.slip(&code).await? {
        Some(_) => Ok(see_other(&format!("/report/received/{code}"))),
        None => Err(Error::no("receipt")),
    }
}

async fn add(
    State(server): State<Server>,
    Place(code): Place<String>,
    sent: Sent,
) -> Result<Response> {
    sent.brake(&server)?;
    let slip = server.store.slip(&code).await?;
    let slip = slip.ok_or_else(|| Error::no("receipt"))?;
    slip.has_room()?;
    let (first, reporter_of) = slip.entries.first().ok_or_else(|| Error::no("receipt"))?;
    // The code says that it is the same reporter, not that it is a person: only one who is signed
    // in speaks in their own name.
    let is_same = |person: &PersonId| person == reporter_of;
    let is_other = sent
        .caller
        .as_ref()
        .is_none_or(|c| !is_same(&c.actor.person));
    let actor = reporter(&server, sent.caller.as_ref(), is_other);
    let found = server
        .store
        .event(&own(reporter_of), first.as_str())
        .await?;
    let (report, ..) = found.ok_or_else(|| Error::no("receipt"))?;
    let event = take_in(&server, &actor, addition(&report, &sent)?, sent.key()).await?;
    server
        .store
        .add_to_slip(&code, &event, &actor.person)
        .await?;
    let say = Flash::new("received-added", report.shown_number());
    Ok(say.on(see_other(&format!("/report/received/{code}"))))
}

/// More about a report, as an event of its own that names the first: nobody overlooks it, whatever
/// the first was found to be.
pub(super) fn addition(report: &Event, sent: &Sent) -> Result<Receive> {
    let text: Text = sent.text("what")?.ok_or_else(|| Error::Shape {
        at: "what".to_owned(),
        why: "must say something".to_owned(),
    })?;
    let about = format!("{}: {}", report.shown_number(), title_of(text.as_str())?);
    let title = Title::parse(&about).or_else(|_| Title::parse(&report.shown_number()));
    Ok(Receive {
        is_sensitive: false,
        told: None,
        sort: report.sort,
        title: title.map_err(|_| Error::Internal)?,
        description: Some(text),
        channel: Channel::Web,
        service: report.service.clone(),
        contact: None,
        occurred_at: None,
        signal: None,
    })
}
