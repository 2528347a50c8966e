//! What takes two people: releases of several items to somebody outside, and disposals.
//!
//! A request has one id on all its items, and what is asked of it is asked of all of them in one
//! operation: they are released together or not at all.

use crate::answer;
use crate::auth::Caller;
use crate::body;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Described, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::evidence::dual::{End, Release, Request};
use bifold_domain::evidence::{
    AskDisposal, AskRelease, Command as C, DisposalTerms, Evidence, Life, Named, Refuse,
    ReleaseTerms, Verb, Why,
};
use bifold_domain::{Command, EvidenceId, IncidentId, Refusal, RequestId};
use bifold_store::Receipt;
use serde::Deserialize;
use std::collections::BTreeSet;

/// What may be asked of a request.
const WORDS: [&str; 3] = ["approve", "refuse", "carry-out"];

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::post(
            "/api/v1/incidents/{id}/releases",
            "release_request",
            ask_release,
        )
        .summary("Asks to release evidence to somebody outside; two others approve.")
        .body(Described::of::<AskReleaseBody>())
        .keyed(201),
        Route::post(
            "/api/v1/incidents/{id}/disposals",
            "disposal_request",
            ask_disposal,
        )
        .summary("Asks to destroy evidence; two others approve, and a legal hold forbids it.")
        .body(Described::of::<AskDisposalBody>())
        .keyed(201),
    ];
    for (word, path, name, summary) in [
        (
            "approve",
            "/api/v1/incidents/{id}/requests/{request}/approve",
            "request_approve",
            "Approves a release or a disposal.",
        ),
        (
            "refuse",
            "/api/v1/incidents/{id}/requests/{request}/refuse",
            "request_refuse",
            "Refuses a release or a disposal.",
        ),
        (
            "carry-out",
            "/api/v1/incidents/{id}/requests/{request}/carry-out",
            "request_carry_out",
            "Releases or destroys what two people approved.",
        ),
    ] {
        let handler = move |State(server): State<Server>,
                            Place((name, request)): Place<(String, String)>,
                            write: Write| async move {
            let receipt = act(&server, &write, &name, &request, word).await?;
            Ok::<Response, Error>(answer::done(receipt))
        };
        let route = Route::post(path, name, handler).summary(summary).keyed(200);
        routes.push(if word == "refuse" {
            route.body(Described::of::<Why>())
        } else {
            route
        });
    }
    routes
}

/// Asks to release evidence.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = RequestRelease)]
#[serde(deny_unknown_fields)]
struct AskReleaseBody {
    /// Which items; all sealed ones that you see when none is named.
    #[serde(default)]
    items: BTreeSet<EvidenceId>,
    /// To whom, what for, on what basis.
    terms: ReleaseTerms,
}

/// Asks to destroy evidence.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = RequestDisposal)]
#[serde(deny_unknown_fields)]
struct AskDisposalBody {
    /// Which items.
    items: BTreeSet<EvidenceId>,
    /// How and why.
    terms: DisposalTerms,
}

/// Items of an incident that the caller sees, whole, each with the version it is.
pub(crate) async fn versions_of(
    server: &Server,
    caller: &Caller,
    incident: &IncidentId,
) -> Result<Vec<(Evidence, u64)>> {
    let rows = server.store.evidence_of(&caller.viewer(), incident).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let (item, version, _) = super::readable(server, caller, &row.id).await?;
        items.push((item, version));
    }
    Ok(items)
}

/// The same without their versions.
pub(crate) async fn items_of(
    server: &Server,
    caller: &Caller,
    incident: &IncidentId,
) -> Result<Vec<Evidence>> {
    let items = versions_of(server, caller, incident).await?;
    Ok(items.into_iter().map(|(item, _)| item).collect())
}

async fn incident_of(server: &Server, caller: &Caller, name: &str) -> Result<IncidentId> {
    let (incident, _) = crate::api::incidents::readable(server, caller, name).await?;
    Ok(incident.id)
}

fn command(item: &Evidence, verb: Verb) -> Command {
    let incident = item.incident.clone();
    Command::Evidence(item.id.clone(), C { incident, verb })
}

/// The named items among those the caller sees; all sealed ones when none is named.
fn chosen(all: Vec<Evidence>, named: &BTreeSet<EvidenceId>) -> Result<Vec<Evidence>> {
    let is_sealed = |item: &Evidence| matches!(item.life, Life::Sealed { .. });
    let fits = |item: &Evidence| {
        if named.is_empty() {
            is_sealed(item)
        } else {
            named.contains(&item.id)
        }
    };
    let items: Vec<Evidence> = all.into_iter().filter(fits).collect();
    if items.is_empty() || (!named.is_empty() && items.len() != named.len()) {
        return Err(Error::no("evidence"));
    }
    Ok(items)
}

async fn ask_release(
    State(server): State<Server>,
    Place(name): Place<String>,
    write: Write,
) -> Result<Response> {
    let body: AskReleaseBody = write.body()?;
    let incident = incident_of(&server, &write.caller, &name).await?;
    let items = chosen(
        items_of(&server, &write.caller, &incident).await?,
        &body.items,
    )?;
    let release = RequestId::from_bits(write.bits(&server));
    let ask = |item: &Evidence| {
        let asked = AskRelease {
            release: release.clone(),
            terms: body.terms.clone(),
        };
        command(item, Verb::RequestRelease(asked))
    };
    let receipt = write
        .execute(&server, items.iter().map(ask).collect())
        .await?;
    Ok(answer::with_request(receipt, release.to_string()))
}

async fn ask_disposal(
    State(server): State<Server>,
    Place(name): Place<String>,
    write: Write,
) -> Result<Response> {
    let body: AskDisposalBody = write.body()?;
    let incident = incident_of(&server, &write.caller, &name).await?;
    let items = chosen(
        items_of(&server, &write.caller, &incident).await?,
        &body.items,
    )?;
    let disposal = RequestId::from_bits(write.bits(&server));
    let ask = |item: &Evidence| {
        let asked = AskDisposal {
            disposal: disposal.clone(),
            terms: body.terms.clone(),
        };
        command(item, Verb::RequestDisposal(asked))
    };
    let receipt = write
        .execute(&server, items.iter().map(ask).collect())
        .await?;
    Ok(answer::with_request(receipt, disposal.to_string()))
}

/// Which of the two a request is. One that has ended counts too: whoever repeats what ended it
/// gets the same answer.
fn is_release(item: &Evidence, id: &RequestId) -> Option<bool> {
    let named = |request: &Request| request.id == *id;
    if item.releases.iter().any(|r| named(&r.request)) {
        Some(true)
    } else if item.disposals.iter().any(|d| named(&d.request)) {
        Some(false)
    } else {
        None
    }
}

/// Asks something of a request, on all its items at once.
pub(crate) async fn act(
    server: &Server,
    write: &Write,
    incident: &str,
    request: &str,
    word: &str,
) -> Result<Receipt> {
    if !WORDS.contains(&word) {
        return Err(Error::NoRoute);
    }
    let incident = incident_of(server, &write.caller, incident).await?;
    let id = RequestId::parse(request).map_err(|_| Error::no("request"))?;
    let reason = if word == "refuse" {
        Some(body::parse::<Why>(write.bytes())?.reason)
    } else {
        body::nothing(write.bytes())?;
        None
    };
    let items = items_of(server, &write.caller, &incident).await?;
    let mut commands = Vec::new();
    for item in &items {
        let Some(is_release) = is_release(item, &id) else {
            continue;
        };
        let named = Named(id.clone());
        let verb = match (&reason, word, is_release) {
            (Some(reason), _, is_release) => {
                let refuse = Refuse {
                    request: id.clone(),
                    reason: reason.clone(),
                };
                if is_release {
                    Verb::RefuseRelease(refuse)
                } else {
                    Verb::RefuseDisposal(refuse)
                }
            }
            (None, "approve", true) => Verb::ApproveRelease(named),
            (None, "approve", false) => Verb::ApproveDisposal(named),
            (None, _, true) => Verb::Release(named),
            (None, _, false) => Verb::Dispose(named),
        };
        commands.push(command(item, verb));
    }
    if commands.is_empty() {
        return Err(Error::no("request"));
    }
    if word != "carry-out" {
        return write.execute(server, commands).await;
    }
    let (looks, refused) = look(server, &items, &id).await?;
    if let Some(refused) = refused {
        // What was found is recorded, also where nothing is handed out because of it.
        write.execute(server, looks).await?;
        return Err(refused.into());
    }
    write.execute(server, [looks, commands].concat()).await
}

/// Looks at the bytes of what is about to be released: what was found, and why it stays here.
async fn look(
    server: &Server,
    items: &[Evidence],
    id: &RequestId,
) -> Result<(Vec<Command>, Option<Refusal>)> {
    let now = server.store.shell().clock.now();
    let is_due = |Release { request: r, .. }: &Release| {
        r.id == *id && r.end == End::Open && r.doable(now).is_ok()
    };
    let due = |item: &&Evidence| item.sha256().is_some() && item.releases.iter().any(is_due);
    let (mut looks, mut refused) = (Vec::new(), None);
    for item in items.iter().filter(due) {
        let found = server.store.look_at(item).await?;
        looks.push(command(item, Verb::Verify(found)));
        refused = refused.or_else(|| item.not_as_sealed(found));
    }
    Ok((looks, refused))
}
