//! The guided form behind one question: is it an incident of this kind? (features F034)

use super::row::lane_style;
use crate::api::incidents::assessment::{Form, form};
use crate::api::incidents::readable;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::kind::{Answer as Given, KindKey};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/incidents/{id}/assess/{kind}",
            "page_incident_assess",
            Access::SignedIn,
            show,
        )
        .summary("The guided form of one question.")
        .page()
        .answers(200, Answer::Bytes("text/html")),
    ]
}

#[derive(Template)]
#[template(path = "assess.html")]
struct AssessPage {
    f: Frame,
    number: String,
    title: String,
    version: u64,
    form: Form,
    style: &'static str,
    reason: String,
    decided: Option<String>,
    key: String,
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place((name, kind)): Place<(String, String)>,
) -> Result<Response> {
    let (incident, version) = readable(&server, &visit.caller, &name).await?;
    let directory = server.store.directory().await?;
    let key = KindKey::parse(&kind).map_err(|_| Error::no("question"))?;
    let kind = directory
        .policy
        .kinds
        .get(&key)
        .ok_or_else(|| Error::no("question"))?;
    let shows = incident.shows_lane(&key, &visit.caller.viewer(), &directory.policy);
    let verdict = incident.verdicts.get(&key).filter(|_| shows);
    let l = visit.locale();
    let decided = verdict.map(|v| {
        let who = directory
            .people
            .get(&v.decider)
            .map(|p| p.name.shown())
            .unwrap_or_default();
        format!(
            "{} · {who} · {}",
            l.word("finding", v.finding.word()),
            l.moment(&v.at)
        )
    });
    page(&AssessPage {
        f: visit
            .frame(
                &server,
                l.with("assess-title", "kind", l.word("kind", key.as_str())),
                "incidents",
            )
            .await?,
        number: incident.shown_number(),
        title: incident.title.shown(),
        version,
        form: form(&incident, kind, shows),
        style: lane_style(key.as_str()),
        reason: verdict.map(|v| v.reason.shown()).unwrap_or_default(),
        decided,
        key: server.store.shell().ids.next_uuid(),
    })
}

impl AssessPage {
    /// The three answers, and whether each was given.
    fn answers(&self, given: Option<&Given>) -> Vec<(&'static str, bool)> {
        let all = Given::ALL.iter();
        all.map(|a| {
            (
                a.word(),
                given == Some(a) || (given.is_none() && *a == Given::Unknown),
            )
        })
        .collect()
    }
}
