//! The guided forms behind the questions "is it this kind?" (features F034).

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::Incident;
use bifold_domain::kind::{self, Finding, KindVersion, propose};
use serde::Serialize;

pub(crate) fn routes() -> Vec<Route> {
    const PATH: &str = "/api/v1/incidents/{id}/assessment";
    vec![
        Route::get(PATH, "incident_assessment", Access::SignedIn, assessment)
            .summary("The form of every kind, with the answers given and what they propose.")
            .answers(200, Answer::Json(Described::of::<Assessment>())),
    ]
}

/// The forms.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Assessment {
    /// One a kind.
    kinds: Vec<Form>,
}

/// The form of one kind.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = AssessmentForm)]
pub(crate) struct Form {
    /// The kind's key.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: String,
    /// What its lane is called.
    pub(crate) lane: String,
    /// The definition applied.
    pub(crate) definition: String,
    /// The version of the form in force.
    pub(crate) version: u32,
    /// Whether it is asked of every incident.
    pub(crate) is_always_asked: bool,
    /// The verdict as it stands.
    pub(crate) finding: Finding,
    /// What the answers propose; absent where the lane is not open to you.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proposed: Option<Finding>,
    /// What is asked.
    pub(crate) criteria: Vec<Criterion>,
}

/// One question.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = AssessmentCriterion)]
pub(crate) struct Criterion {
    /// Its key.
    pub(crate) key: String,
    /// What is asked.
    pub(crate) question: String,
    /// Whether a yes to it alone proposes yes.
    pub(crate) is_decisive: bool,
    /// The answer given, if any and if open to you.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<kind::Answer>,
}

async fn assessment(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
) -> Result<Response> {
    let (incident, version) = super::readable(&server, &caller, &name).await?;
    let directory = server.store.directory().await?;
    let (viewer, policy) = (caller.viewer(), &directory.policy);
    let shows = |kind: &KindVersion| incident.shows_lane(&kind.kind.key, &viewer, policy);
    let form = |kind: &KindVersion| form(&incident, kind, shows(kind));
    let kinds = policy.kinds.values().map(form).collect();
    Ok(answer::tagged(version, &Assessment { kinds }))
}

pub(crate) fn form(incident: &Incident, version: &KindVersion, shows: bool) -> Form {
    let kind = &version.kind;
    let verdict = incident.verdicts.get(&kind.key).filter(|_| shows);
    let answers = verdict.map(|v| v.answers.clone()).unwrap_or_default();
    let criterion = |c: &kind::Criterion| Criterion {
        key: c.key.to_string(),
        question: c.question.to_string(),
        is_decisive: c.decisive,
        answer: answers.get(&c.key).copied(),
    };
    Form {
        kind: kind.key.to_string(),
        name: kind.name.to_string(),
        lane: kind.lane.to_string(),
        definition: kind.definition.to_string(),
        version: version.version,
        is_always_asked: kind.always_asked,
        finding: incident.finding(&kind.key),
        proposed: shows.then(|| propose(&kind.criteria, &answers)),
        criteria: kind.criteria.iter().map(criterion).collect(),
    }
}
