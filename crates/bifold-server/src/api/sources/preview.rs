//! What settings would make of a body, without anything being stored.

use super::{KEEPS, checked};
use crate::answer;
use crate::error::Result;
use crate::intake::read;
use crate::route::{Answer, Described, Method, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::signal::Signal;
use bifold_domain::signal::source::Settings;
use bifold_domain::signal::triage::{Around, Decision, Outcome, group_key, service, triage};
use bifold_domain::{At, Directory};
use bifold_intake::Incoming;
use serde::{Deserialize, Serialize};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::Post,
            "/api/v1/sources/preview",
            "source_preview",
            KEEPS,
            preview,
        )
        .summary("What settings make of a body: its signals, and what the rules do with each.")
        .body(Described::of::<Asked>())
        .answers(200, Answer::Json(Described::of::<Preview>())),
    ]
}

/// Settings, and a body as a source would send it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = SourcePreviewAsked)]
#[serde(deny_unknown_fields)]
struct Asked {
    settings: Settings,
    /// The body.
    body: String,
    /// Its media type.
    #[serde(default)]
    content_type: Option<String>,
}

/// What settings make of a body.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SourcePreview)]
pub(crate) struct Preview {
    /// Its signals.
    pub(crate) signals: Vec<Previewed>,
    /// What was noticed.
    pub(crate) remarks: Option<String>,
    /// Why it cannot be read.
    pub(crate) error: Option<String>,
}

/// A signal, and what becomes of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = PreviewedSignal)]
pub(crate) struct Previewed {
    pub(crate) signal: Signal,
    /// What it belongs together with.
    pub(crate) group: String,
    /// The service it concerns, by name.
    pub(crate) service: Option<String>,
    /// `triage`, `propose`, `declare`, `below_floor`, `by_rule` or `over`.
    pub(crate) becomes: &'static str,
    /// The rule that decides.
    pub(crate) rule: Option<String>,
}

async fn preview(State(server): State<Server>, write: Write) -> Result<Response> {
    let asked: Asked = write.body()?;
    let settings = checked(asked.settings)?;
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let content_type = asked.content_type.as_deref();
    let made = previewed(
        &settings,
        asked.body.as_bytes(),
        content_type,
        &directory,
        now,
    );
    Ok(answer::ok(&made))
}

/// What these settings make of a body.
pub(crate) fn previewed(
    settings: &Settings,
    body: &[u8],
    content_type: Option<&str>,
    directory: &Directory,
    now: At,
) -> Preview {
    let incoming = Incoming {
        content_type,
        headers: &[],
        body,
        received_at: now,
    };
    match read::read_as(settings, &incoming) {
        Err(error) => Preview {
            signals: Vec::new(),
            remarks: None,
            error: Some(error),
        },
        Ok((signals, remarks)) => Preview {
            signals: signals
                .into_iter()
                .map(|signal| one(signal, settings, directory, now))
                .collect(),
            remarks,
            error: None,
        },
    }
}

fn one(signal: Signal, settings: &Settings, directory: &Directory, now: At) -> Previewed {
    let decision = triage(&signal, settings, &Around::default(), now);
    let (becomes, rule) = match decision {
        Decision::Keep(disposition, rule) => (disposition.word(), rule),
        Decision::Raise(rule, Outcome::Propose(_)) => ("propose", rule),
        Decision::Raise(rule, Outcome::Declare(_) | Outcome::Join(_)) => ("declare", rule),
        Decision::Raise(rule, Outcome::Triage) => ("triage", rule),
        Decision::Hold(_) | Decision::Attach | Decision::Storm => ("triage", None),
    };
    let service = service(&signal, settings, directory);
    let service = service.and_then(|id| directory.services.get(id));
    Previewed {
        group: group_key(&signal, settings).to_string(),
        service: service.map(|service| service.entry.name.to_string()),
        becomes,
        rule: rule.map(|rule| rule.to_string()),
        signal,
    }
}
