//! What may be done with an item: the last word of the path, and how its body reads.

use crate::answer;
use crate::body;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Described, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Command;
use bifold_domain::Text;
use bifold_domain::evidence::{
    Access, Assign, CheckIn, CheckOut, Collect, Command as C, Describe, Fix, Handle, LiftHold,
    Offer, Reclassify, SealNumber, SetHold, Verb, Way, Why,
};
use serde::Deserialize;

/// What something is looked at for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = ViewEvidence)]
#[serde(deny_unknown_fields)]
struct View {
    /// What for.
    purpose: Text,
}

impl From<View> for Access {
    fn from(view: View) -> Self {
        Self {
            way: Way::View,
            purpose: view.purpose,
        }
    }
}

struct Word {
    last: &'static str,
    path: &'static str,
    name: &'static str,
    summary: &'static str,
    body: Option<Described>,
    parse: fn(&[u8]) -> Result<Verb>,
}

macro_rules! words {
    ($($word:literal $name:literal $body:ty => $make:expr, $summary:literal;)*) => {
        const WORDS: &[Word] = &[$(Word {
            last: $word,
            path: concat!("/api/v1/evidence/{id}/", $word),
            name: $name,
            summary: $summary,
            body: Some(Described::of::<$body>()),
            parse: |bytes| body::parse::<$body>(bytes).map($make),
        },)* Word {
            last: "retract",
            path: "/api/v1/evidence/{id}/retract",
            name: "evidence_retract",
            summary: "Takes an offer back.",
            body: None,
            parse: |bytes| body::nothing(bytes).map(|()| Verb::Retract),
        }];
    };
}

words! {
    "assign" "evidence_assign" Assign => Verb::Assign, "Says who is to get it.";
    "describe" "evidence_describe" Describe => Verb::Describe, "Names it better.";
    "forgo" "evidence_forgo" Why => Verb::Forgo, "Gives it up before anybody had it.";
    "collect" "evidence_collect" Collect => |c| Verb::Collect(Box::new(c)),
        "Says how it was acquired.";
    "seal" "evidence_seal" SealNumber => |seal| Verb::Seal(Fix::Numbered(seal)),
        "Seals a thing one can hold, in a bag or with a tape that has a number.";
    "view" "evidence_view" View => |view| Verb::Access(view.into()),
        "Says that the thing itself was looked at, and what for.";
    "check-out" "evidence_check_out" CheckOut => Verb::CheckOut, "Lends it out to you.";
    "check-in" "evidence_check_in" CheckIn => Verb::CheckIn, "Brings it back.";
    "offer" "evidence_offer" Offer => Verb::Offer, "Offers it to the next keeper.";
    "accept" "evidence_accept" CheckIn => Verb::Accept, "Takes it over.";
    "decline" "evidence_decline" Why => Verb::Decline, "Does not take it over.";
    "note" "evidence_note" Handle => Verb::Handle,
        "Notes what could not be avoided when handling it.";
    "label" "evidence_label" Reclassify => Verb::Reclassify, "Labels it.";
    "hold" "evidence_hold" SetHold => Verb::SetHold, "Orders that it is not to be destroyed.";
    "lift" "evidence_lift" LiftHold => Verb::LiftHold, "Lifts such an order.";
}

pub(crate) fn routes() -> Vec<Route> {
    let mut routes: Vec<Route> = WORDS.iter().map(route).collect();
    routes.push(
        Route::post("/api/v1/evidence/{id}/verify", "evidence_verify", verify)
            .summary("Looks whether the stored bytes are the sealed ones: match, mismatch or not verifiable.")
            .keyed(200),
    );
    routes
}

fn route(word: &'static Word) -> Route {
    let handler = move |State(server): State<Server>, Place(name): Place<String>, write: Write| async move {
        let verb = (word.parse)(write.bytes())?;
        let receipt = act(&server, &write, &name, verb).await?;
        Ok::<Response, Error>(answer::done(receipt))
    };
    let route = Route::post(word.path, word.name, handler)
        .summary(word.summary)
        .keyed(200);
    match word.body {
        Some(body) => route.body(body),
        None => route,
    }
}

/// What is asked by the last word of the path; `None` where there is no such word.
pub(crate) fn asked(word: &str, bytes: &[u8]) -> Option<Result<Verb>> {
    let known = WORDS.iter().find(|known| known.last == word)?;
    Some((known.parse)(bytes))
}

/// Asks it of the item with this id or exhibit number.
pub(crate) async fn act(
    server: &Server,
    write: &Write,
    name: &str,
    verb: Verb,
) -> Result<bifold_store::Receipt> {
    let (evidence, ..) = super::readable(server, &write.caller, name).await?;
    let incident = evidence.incident;
    let command = Command::Evidence(evidence.id, C { incident, verb });
    write.execute(server, vec![command]).await
}

async fn verify(
    State(server): State<Server>,
    Place(name): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    let (evidence, ..) = super::readable(&server, &write.caller, &name).await?;
    let found = server.store.look_at(&evidence).await?;
    let receipt = act(&server, &write, &name, Verb::Verify(found)).await?;
    Ok(answer::done(receipt))
}
