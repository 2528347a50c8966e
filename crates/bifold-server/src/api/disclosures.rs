//! The confidential channel from inside: for those who handle disclosures, and for custodians.
//!
//! To whoever may not know of one there is none, and to whoever handles none there is no list:
//! every answer is the one for what is not there. Taking in and replying have no endpoint; they
//! are pages that ask for nothing.

use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::page::{self, Page};
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::disclosure::{DisclosureView, IdentityView, RequestView, RowView, SummaryView};
use crate::{body, write::Write};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::disclosure::{
    Assign, Because, Close, Command as C, Deny, Disclosure, Grant, Words,
};
use bifold_domain::event::{Channel, Command as EventCommand, Receive, Sort};
use bifold_domain::{At, Command, DisclosureId, EventId, Text, Title, Viewer};
use bifold_store::voice::{Filter, Row};
use bifold_store::{Operation, OperationKey, Receipt, Seen};
use serde::Deserialize;

const FOLDER: &str = "/api/v1/disclosures";

#[allow(clippy::too_many_lines)] // A list: one entry a route.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(FOLDER, "disclosures", Access::SignedIn, list)
            .summary("What was said in confidence, the newest first; for those who handle it.")
            .query(&[
                (
                    "closed",
                    "boolean",
                    "Only closed ones, or only those that are not.",
                ),
                ("limit", "integer", "Rows of a page, 1 to 200."),
                ("cursor", "string", "Where the page begins."),
            ])
            .answers(200, Answer::Json(Described::page_of::<RowView>())),
        Route::get(
            "/api/v1/disclosures/summary",
            "disclosure_summary",
            Access::SignedIn,
            summary,
        )
        .summary(
            "Counts and times of what was said in confidence, without a word of it; for auditors.",
        )
        .query(&[
            ("from", "string", "Received at this time or later."),
            ("until", "string", "Received before this time."),
        ])
        .answers(200, Answer::Json(Described::of::<SummaryView>())),
        Route::get(
            "/api/v1/disclosures/requests",
            "disclosure_requests",
            Access::SignedIn,
            requests,
        )
        .summary("The names that somebody asks for, for custodians of identities to decide.")
        .answers(200, Answer::Json(Described::page_of::<RequestView>())),
        Route::get(
            "/api/v1/disclosures/{id}",
            "disclosure",
            Access::SignedIn,
            show,
        )
        .summary("One disclosure, by id or number.")
        .answers(200, Answer::Json(Described::of::<DisclosureView>())),
        Route::post(
            "/api/v1/disclosures/{id}/assign",
            "disclosure_assign",
            assign,
        )
        .summary("Gives it to one of those who may handle it.")
        .body(Described::of::<Assign>())
        .keyed(200),
        Route::post(
            "/api/v1/disclosures/{id}/acknowledge",
            "disclosure_acknowledge",
            acknowledge,
        )
        .summary("Tells its reporter that it came in; due seven days after it did.")
        .keyed(200),
        Route::post(
            "/api/v1/disclosures/{id}/answer",
            "disclosure_answer",
            reply,
        )
        .summary("Says something to its reporter.")
        .body(Described::of::<Words>())
        .keyed(200),
        Route::post("/api/v1/disclosures/{id}/note", "disclosure_note", note)
            .summary("Writes something down that its reporter does not read.")
            .body(Described::of::<Words>())
            .keyed(200),
        Route::post(
            "/api/v1/disclosures/{id}/feedback",
            "disclosure_feedback",
            feedback,
        )
        .summary("Tells its reporter what was done; due three months after the acknowledgement.")
        .body(Described::of::<Words>())
        .keyed(200),
        Route::post("/api/v1/disclosures/{id}/refer", "disclosure_refer", refer)
            .summary("Raises an event from it, in these words. The event does not lead back.")
            .body(Described::of::<Refer>())
            .keyed(200),
        Route::post("/api/v1/disclosures/{id}/close", "disclosure_close", close)
            .summary("Closes it, as what it was found to be.")
            .body(Described::of::<Close>())
            .keyed(200),
        Route::post(
            "/api/v1/disclosures/{id}/reopen",
            "disclosure_reopen",
            reopen,
        )
        .summary("Takes it up again.")
        .body(Described::of::<Because>())
        .keyed(200),
        Route::post(
            "/api/v1/disclosures/{id}/ask-identity",
            "disclosure_ask_identity",
            ask_identity,
        )
        .summary("Asks a custodian for the name.")
        .body(Described::of::<Because>())
        .keyed(200),
        Route::post(
            "/api/v1/disclosures/{id}/grant-identity",
            "disclosure_grant_identity",
            grant_identity,
        )
        .summary("Lets somebody see the name who asked for it; another person than who asked.")
        .body(Described::of::<Grant>())
        .keyed(200),
        Route::post(
            "/api/v1/disclosures/{id}/refuse-identity",
            "disclosure_refuse_identity",
            refuse_identity,
        )
        .summary("Does not let somebody see the name who asked for it.")
        .body(Described::of::<Deny>())
        .keyed(200),
        Route::post(
            "/api/v1/disclosures/{id}/show-identity",
            "disclosure_show_identity",
            show_identity,
        )
        .summary(
            "Shows the name to whoever asked and was let by another. Each time is a ledger entry.",
        )
        .answers(200, Answer::Json(Described::of::<IdentityView>())),
        Route::post(
            "/api/v1/disclosures/{id}/delete-identity",
            "disclosure_delete_identity",
            delete_identity,
        )
        .summary("Deletes the name for good.")
        .keyed(200),
    ]
}

/// Raises an event from a disclosure.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = DisclosureReferral)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refer {
    /// One line, written for those who triage.
    pub(crate) title: Title,
    /// What they must know, and nothing that leads to the reporter.
    pub(crate) text: Text,
    /// Whether it speaks of the safety of information: only who reads sensitive lanes sees it.
    #[serde(default)]
    pub(crate) is_sensitive: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    closed: Option<bool>,
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    from: Option<At>,
    until: Option<At>,
}

fn none() -> Error {
    Error::no("disclosure")
}

/// Refuses whoever has nothing to do with the channel, as if there were none.
pub(crate) fn has_part(viewer: &Viewer) -> Result<()> {
    if viewer.handles_disclosures || viewer.keeps_identities {
        Ok(())
    } else {
        Err(none())
    }
}

/// Where a list goes on after this row.
pub(crate) fn place(row: &Row) -> i64 {
    row.seq
}

async fn list(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<Query>,
) -> Result<Response> {
    let viewer = caller.viewer();
    has_part(&viewer)?;
    let (limit, before) = (
        page::limit(query.limit)?,
        page::open(query.cursor.as_deref())?,
    );
    let filter = Filter {
        is_closed: query.closed,
    };
    let found = server
        .store
        .seen_disclosures(&viewer, &filter, before, limit + 1);
    let mut rows = found.await?;
    let next = page::cut(&mut rows, limit, place);
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let rows = rows.into_iter();
    let items = rows.map(|row| RowView::of(row, &directory, now)).collect();
    Ok(answer::ok(&Page::<RowView> { items, next }))
}

async fn summary(
    State(server): State<Server>,
    caller: Caller,
    Params(span): Params<Span>,
) -> Result<Response> {
    let viewer = caller.viewer();
    let found = server
        .store
        .disclosure_summary(&viewer, span.from, span.until);
    let found = found.await?.ok_or_else(none)?;
    Ok(answer::ok(&SummaryView::from(found)))
}

async fn requests(State(server): State<Server>, caller: Caller) -> Result<Response> {
    let viewer = caller.viewer();
    if !viewer.keeps_identities {
        return Err(none());
    }
    let directory = server.store.directory().await?;
    let found = server.store.identity_requests(&viewer).await?.into_iter();
    let items = found.map(|one| RequestView::of(one, &directory)).collect();
    Ok(answer::ok(&Page::<RequestView>::whole(items)))
}

/// The disclosure and its version, if this viewer may read it.
pub(crate) async fn readable(
    server: &Server,
    viewer: &Viewer,
    name: &str,
) -> Result<(Disclosure, u64)> {
    let found = server.store.disclosure(viewer, name).await?;
    found.ok_or_else(none)
}

async fn show(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Response> {
    let (found, version) = readable(&server, &caller.viewer(), &id).await?;
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    Ok(answer::tagged(
        version,
        &DisclosureView::of(&found, &directory, now),
    ))
}

/// Carries a command out on one that the caller may read. Whoever may not hears nothing of its
/// version either.
pub(crate) async fn execute(
    server: &Server,
    id: &str,
    write: &Write,
    command: C,
) -> Result<Receipt> {
    let (found, _) = readable(server, &write.caller.viewer(), id).await?;
    let command = Command::Disclosure(found.id, command);
    write.execute(server, vec![command]).await
}

async fn done(server: &Server, id: &str, write: &Write, command: C) -> Result<Response> {
    let receipt = execute(server, id, write, command).await?;
    Ok(answer::done(receipt))
}

/// Carries out what a custodian decides, who need not be able to read the disclosure.
pub(crate) async fn decide(
    server: &Server,
    id: &str,
    write: &Write,
    command: C,
) -> Result<Receipt> {
    let viewer = write.caller.viewer();
    let asked = server.store.identity_requests(&viewer).await?;
    let asked = asked
        .into_iter()
        .find(|one| one.id.as_str() == id || one.number == id);
    let id: DisclosureId = match asked {
        Some(one) => one.id,
        None => readable(server, &viewer, id).await?.0.id,
    };
    write
        .execute(server, vec![Command::Disclosure(id, command)])
        .await
}

macro_rules! verbs {
    ($($name:ident => $command:ident),* $(,)?) => {$(
        async fn $name(
            State(server): State<Server>,
            Place(id): Place<String>,
            write: Write,
        ) -> Result<Response> {
            done(&server, &id, &write, C::$command(write.body()?)).await
        }
    )*};
}

verbs! {
    assign => Assign,
    reply => Answer,
    note => Note,
    feedback => Feedback,
    close => Close,
    reopen => Reopen,
    ask_identity => AskIdentity,
}

async fn acknowledge(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    done(&server, &id, &write, C::Acknowledge).await
}

async fn delete_identity(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    done(&server, &id, &write, C::DeleteIdentity).await
}

async fn grant_identity(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let command = C::GrantIdentity(write.body()?);
    Ok(answer::done(decide(&server, &id, &write, command).await?))
}

async fn refuse_identity(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let command = C::RefuseIdentity(write.body()?);
    Ok(answer::done(decide(&server, &id, &write, command).await?))
}

/// Shows the name to the caller.
pub(crate) async fn identity(server: &Server, id: &str, caller: &Caller) -> Result<IdentityView> {
    let (found, _) = readable(server, &caller.viewer(), id).await?;
    let shown = server.store.show_identity(&caller.actor, &found.id);
    let (identity, _) = shown.await?;
    Ok(IdentityView {
        name: identity.name.to_string(),
        contact: identity.contact.map(|contact| contact.to_string()),
    })
}

async fn show_identity(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    let shown = identity(&server, &id, &write.caller).await?;
    Ok(answer::ok(&shown))
}

/// Raises the event, and then says so on the disclosure. They are two operations: one would tie
/// them together in the ledger, where everybody could read of the event that it came from here.
/// The event stands as reported by nobody, as those of the form for everybody do.
pub(crate) async fn referred(server: &Server, id: &str, write: &Write) -> Result<Receipt> {
    let words: Refer = write.body()?;
    let (found, _) = readable(server, &write.caller.viewer(), id).await?;
    if found.closed.is_some() {
        let (what, how) = ("the disclosure", "closed");
        return Err(bifold_domain::Refusal::Settled { what, how }.into());
    }
    let bits = write.bits(server);
    let event = EventId::from_bits(bits);
    let report = Receive {
        sort: Sort::Suspicion,
        title: words.title,
        description: Some(words.text),
        channel: Channel::Web,
        service: None,
        contact: None,
        occurred_at: None,
        signal: None,
        is_sensitive: words.is_sensitive,
        told: None,
    };
    let raise = Operation {
        actor: server.store.system(),
        key: Some(OperationKey {
            key: format!("report::{}", event.as_str()),
            digest: String::new(),
        }),
        seen: Seen::Any,
        commands: vec![Command::Event(event.clone(), EventCommand::Receive(report))],
        is_imported: false,
    };
    server.store.execute(raise).await?;
    let command = Command::Disclosure(found.id, C::Refer(event));
    write.execute(server, vec![command]).await
}

async fn refer(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    Ok(answer::done(referred(&server, &id, &write).await?))
}
