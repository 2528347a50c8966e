//! Restoring actions of an incident, and the preservation gate in front of them (features F058).

use crate::answer;
use crate::auth::Caller;
use crate::body;
use crate::error::{Error, Result};
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::{
    Advise, Because, CaptureFirst, Captured, Command as C, GoNow, Perform, Restore, ReviewWaiver,
};
use bifold_domain::{ActionId, At, Command};
use bifold_store::query::gate;
use serde::Serialize;

/// Gates listed at most.
const LIMIT: u32 = 200;

/// What may be done about a restoring action: the last word of the path, and how its body reads.
struct Verb {
    word: &'static str,
    path: &'static str,
    name: &'static str,
    summary: &'static str,
    body: Option<Described>,
    parse: fn(ActionId, &[u8]) -> Result<C>,
}

macro_rules! verbs {
    ($($word:literal $name:literal => $command:ident $(($body:ident))?, $summary:literal;)*) => {
        const VERBS: &[Verb] = &[$(Verb {
            word: $word,
            path: concat!("/api/v1/incidents/{id}/actions/{action}/", $word),
            name: $name,
            summary: $summary,
            body: verbs!(@body $($body)?),
            parse: verbs!(@parse $command $($body)?),
        }),*];
    };
    (@body) => { None };
    (@body $body:ident) => { Some(Described::of::<$body>()) };
    (@parse $command:ident) => { |id, bytes| body::nothing(bytes).map(|()| C::$command(id)) };
    (@parse $command:ident $body:ident) => {
        |id, bytes| body::parse::<$body>(bytes).map(|body| C::$command(id, body))
    };
}

verbs! {
    "advise" "action_advise" => Advise(Advise), "Says what one of the two sides advises.";
    "captured" "action_captured" => Captured(Captured), "Says that the evidence is saved.";
    "capture-first" "action_capture_first" => CaptureFirst(CaptureFirst),
        "Lets the saving of evidence go first, with a timer.";
    "go-now" "action_go_now" => GoNow(GoNow), "Gives evidence up and lets restoring go first.";
    "ask-security" "action_ask_security" => AskSecurity, "Asks the security lead.";
    "perform" "action_perform" => Perform(Perform), "Says that it was done.";
    "withdraw" "action_withdraw" => Withdraw(Because), "Says that it is not wanted any more.";
    "elapse" "action_elapse" => Elapse, "Says that the time of its gate is over.";
    "review" "action_review" => ReviewWaiver(ReviewWaiver),
        "Looks back on evidence that was given up.";
}

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::post("/api/v1/incidents/{id}/actions", "action_restore", restore)
            .summary("Restores, or waits at the preservation gate where there is one.")
            .body(Described::of::<Restore>())
            .keyed(201),
        Route::get("/api/v1/gates", "gates", Access::SignedIn, held)
            .summary("Restoring actions that the gate holds up, the most pressing first.")
            .answers(200, Answer::Json(Described::page_of::<HeldAction>())),
    ];
    routes.extend(VERBS.iter().map(route));
    routes
}

fn route(verb: &'static Verb) -> Route {
    let handler = move |State(server): State<Server>,
                        Place((name, action)): Place<(String, String)>,
                        write: Write| async move {
        let command = (verb.parse)(parse(&action)?, write.bytes())?;
        let id = super::id_of(&server, &name).await?;
        let receipt = write
            .execute(&server, vec![Command::Incident(id, command)])
            .await?;
        Ok::<Response, Error>(answer::done(receipt))
    };
    let route = Route::post(verb.path, verb.name, handler)
        .summary(verb.summary)
        .keyed(200);
    match verb.body {
        Some(body) => route.body(body),
        None => route,
    }
}

fn parse(id: &str) -> Result<ActionId> {
    ActionId::parse(id).map_err(|_| Error::no("restoring action"))
}

/// A new restoring action, from its body.
pub(crate) fn wanted(action: ActionId, bytes: &[u8]) -> Result<C> {
    Ok(C::Restore(action, body::parse(bytes)?))
}

/// What is done about one, by the last word of the path; `None` where there is no such word.
pub(crate) fn changed(word: &str, action: &str, bytes: &[u8]) -> Option<Result<C>> {
    let verb = VERBS.iter().find(|verb| verb.word == word)?;
    Some(parse(action).and_then(|id| (verb.parse)(id, bytes)))
}

async fn restore(
    State(server): State<Server>,
    Place(name): Place<String>,
    write: Write,
) -> Result<Response> {
    let wanted: Restore = write.body()?;
    let id = super::id_of(&server, &name).await?;
    let action = ActionId::from_bits(write.bits(&server));
    let command = Command::Incident(id, C::Restore(action.clone(), wanted));
    let receipt = write.execute(&server, vec![command]).await?;
    Ok(answer::with_action(receipt, action.to_string()))
}

/// A restoring action that the gate holds up.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct HeldAction {
    /// The action's id.
    id: String,
    /// Number of its incident.
    incident: String,
    /// Title of its incident.
    title: String,
    /// Which of the catalogue.
    action: String,
    /// What it does to evidence.
    effect: String,
    /// Until when the gate holds it.
    due: At,
}

async fn held(State(server): State<Server>, caller: Caller) -> Result<Response> {
    let held = server.store.held_actions(&caller.viewer(), LIMIT).await?;
    let items = held.into_iter().map(|held: gate::Held| HeldAction {
        id: held.id,
        incident: held.number,
        title: held.title,
        action: held.action,
        effect: held.effect,
        due: At::from_micros(held.due),
    });
    Ok(answer::ok(&Page::whole(items.collect::<Vec<_>>())))
}
