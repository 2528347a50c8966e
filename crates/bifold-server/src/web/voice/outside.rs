//! Where anybody speaks up, and comes back with the code: without an account, a cookie or a
//! script. The code is sent in the body of a form each time, so that it stands in no address.

use super::spoken::{Spoken, brake, shape};
use crate::error::{Error, Problem, Result};
use crate::route::{Access, Answer, Method, Route};
use crate::server::Server;
use crate::view::disclosure::kind;
use crate::web::frame::{Frame, page_with};
use crate::web::guest::Guest;
use crate::web::report::title_of;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bifold_domain::disclosure::{Concern, Disclosure, Fact, Mode, Receive, Without, Words};
use bifold_domain::{At, Directory, Permission, PersonId, Refusal};
use bifold_store::voice::Identity;
use std::collections::BTreeSet;

const HERE: &str = "/speak-up";
const BACK: &str = "/speak-up/answer";
/// A field that people do not see; programs that fill in everything do.
const TRAP: &str = "website";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(HERE, "page_speak_up", Access::Anyone, show)
            .summary(
                "The confidential channel, for everybody: what is kept, who reads it, the form.",
            )
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::new(
            Method::Post,
            HERE,
            "page_speak_up_send",
            Access::Anyone,
            send,
        )
        .summary("Takes a disclosure in, and shows its code once.")
        .page(),
        Route::get(BACK, "page_speak_up_back", Access::Anyone, back)
            .summary("Asks for the code of a disclosure.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::new(
            Method::Post,
            BACK,
            "page_speak_up_answer",
            Access::Anyone,
            answer,
        )
        .summary("Shows what was answered, and takes a reply, for whoever has the code.")
        .page(),
    ]
}

/// Somebody who may read what is said here.
struct Reader {
    id: String,
    name: String,
    is_excluded: bool,
}

#[derive(Template)]
#[template(path = "speak-up.html")]
struct SpeakPage {
    f: Frame,
    concerns: &'static [Concern],
    handlers: Vec<Reader>,
    custodians: Vec<Reader>,
    key: String,
    wrong: Option<(String, String)>,
    kept: Kept,
}

/// What was written, to be shown again where it did not go through.
#[derive(Default)]
struct Kept {
    mode: String,
    concern: String,
    what: String,
    name: String,
    contact: String,
    without: Vec<String>,
    key: Option<String>,
}

fn readers(directory: &Directory, permission: Permission, kept: &Kept) -> Vec<Reader> {
    let people = directory.people_with(permission);
    let mut readers: Vec<Reader> = people
        .filter_map(|id| {
            let name = directory.people.get(id)?.name.shown();
            Some(Reader {
                id: id.to_string(),
                name,
                is_excluded: kept.without.contains(&id.to_string()),
            })
        })
        .collect();
    readers.sort_by(|a, b| a.name.cmp(&b.name));
    readers
}

/// A page of the channel: no address of where one comes from goes anywhere.
fn plain(status: StatusCode, page: &impl Template) -> Result<Response> {
    let mut response = page_with(status, page)?;
    let headers = response.headers_mut();
    let none = HeaderValue::from_static("no-referrer");
    headers.insert(header::REFERRER_POLICY, none);
    Ok(response)
}

async fn speak_page(
    server: &Server,
    guest: &Guest,
    kept: Kept,
    wrong: Option<(String, String)>,
) -> Result<SpeakPage> {
    let directory = server.store.directory().await?;
    let key = kept.key.clone();
    Ok(SpeakPage {
        f: Frame::new(guest, server, guest.locale.t("speak-title")),
        concerns: Concern::ALL,
        handlers: readers(&directory, Permission::HandleDisclosures, &kept),
        custodians: readers(&directory, Permission::KeepIdentities, &kept),
        key: key.unwrap_or_else(|| server.store.shell().ids.next_uuid()),
        wrong,
        kept,
    })
}

async fn show(State(server): State<Server>, guest: Guest) -> Result<Response> {
    let page = speak_page(&server, &guest, Kept::default(), None).await?;
    plain(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "speak-up-code.html")]
struct CodePage {
    f: Frame,
    code: String,
    is_named: bool,
}

async fn send(State(server): State<Server>, spoken: Spoken) -> Result<Response> {
    match taken_in(&server, &spoken).await {
        Ok((code, is_named)) => {
            let l = spoken.guest.locale;
            let f = Frame::new(&spoken.guest, &server, l.t("speak-thanks"));
            let page = CodePage { f, code, is_named };
            plain(StatusCode::CREATED, &page)
        }
        Err(error) => again(&server, &spoken, error).await,
    }
}

async fn taken_in(server: &Server, spoken: &Spoken) -> Result<(String, bool)> {
    brake(server)?;
    if !spoken.get(TRAP).is_empty() {
        return Err(shape(TRAP, &"must stay empty"));
    }
    let mode = Mode::from_word(spoken.get("mode"));
    let mode = mode.ok_or_else(|| shape("mode", &"must be chosen"))?;
    let text = spoken.text("what")?;
    let title = title_of(text.as_str())?;
    let identity = match mode {
        // What a browser filled in by itself is not for us.
        Mode::Anonymous => None,
        Mode::Confidential => {
            let name = spoken.short("name")?;
            Some(Identity {
                name: name.ok_or_else(|| shape("name", &"must say something"))?,
                contact: spoken.short("contact")?,
            })
        }
    };
    let without = spoken.all("without").into_iter();
    let people: Option<BTreeSet<PersonId>> = without.map(|id| PersonId::parse(id).ok()).collect();
    let report = Receive {
        concern: Concern::from_word(spoken.get("concern")).unwrap_or(Concern::Other),
        mode,
        title,
        text,
        without: Without {
            people: people.ok_or_else(|| shape("without", &"is not somebody who reads here"))?,
            teams: BTreeSet::new(),
        },
    };
    let code = server
        .store
        .disclose(report, identity.as_ref(), spoken.form())
        .await?;
    Ok((code, identity.is_some()))
}

/// What went wrong, in words, and its status.
fn said(spoken: &Spoken, error: &Error) -> (StatusCode, (String, String)) {
    let l = spoken.guest.locale;
    let problem = Problem::from(error);
    let at = match error {
        Error::Shape { at, .. } => at.clone(),
        _ => problem.code.clone(),
    };
    let own = l.find(&format!("speak-wrong-{at}"), None);
    let next = l.find(&format!("speak-wrong-{at}-next"), None);
    let (said, todo) = crate::web::failure::words(l, &problem);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, (own.unwrap_or(said), next.unwrap_or(todo)))
}

fn is_ours(error: &Error) -> bool {
    Problem::from(error).status >= 500
}

fn waits(mut response: Response, error: &Error) -> Response {
    if let Error::Wait { seconds } = error {
        let seconds = HeaderValue::from(*seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// The form once more, with everything that was written in it.
async fn again(server: &Server, spoken: &Spoken, error: Error) -> Result<Response> {
    if is_ours(&error) {
        return Err(error);
    }
    let (status, wrong) = said(spoken, &error);
    let kept = Kept {
        mode: spoken.get("mode").to_owned(),
        concern: spoken.get("concern").to_owned(),
        what: spoken.get("what").to_owned(),
        name: spoken.get("name").to_owned(),
        contact: spoken.get("contact").to_owned(),
        without: spoken
            .all("without")
            .into_iter()
            .map(str::to_owned)
            .collect(),
        key: spoken.form().map(str::to_owned),
    };
    let page = speak_page(server, &spoken.guest, kept, Some(wrong)).await?;
    Ok(waits(plain(status, &page)?, &error))
}

#[derive(Template)]
#[template(path = "speak-up-back.html")]
struct BackPage {
    f: Frame,
    wrong: Option<(String, String)>,
}

async fn back(State(server): State<Server>, guest: Guest) -> Result<Response> {
    let title = guest.locale.t("speak-back-title");
    let f = Frame::new(&guest, &server, title);
    plain(StatusCode::OK, &BackPage { f, wrong: None })
}

/// One thing of the course, as its reporter reads it.
struct Line {
    kind: &'static str,
    text: Option<String>,
    outcome: Option<&'static str>,
    at: At,
}

#[derive(Template)]
#[template(path = "speak-up-answer.html")]
struct AnswerPage {
    f: Frame,
    number: String,
    code: String,
    text: String,
    received_at: At,
    stage: &'static str,
    acknowledge_by: At,
    feedback_by: At,
    waits_for: &'static str,
    lines: Vec<Line>,
    key: String,
    is_replied: bool,
    wrong: Option<(String, String)>,
    kept: String,
}

impl AnswerPage {
    /// The day of a time, in UTC.
    fn day(&self, at: &At) -> String {
        at.to_string().chars().take(10).collect()
    }
}

async fn answer(State(server): State<Server>, spoken: Spoken) -> Result<Response> {
    let found = match opened(&server, &spoken).await {
        Ok(found) => found,
        Err(error) if is_ours(&error) => return Err(error),
        Err(error) => {
            let (status, wrong) = said(&spoken, &error);
            let title = spoken.guest.locale.t("speak-back-title");
            let f = Frame::new(&spoken.guest, &server, title);
            let wrong = Some(wrong);
            return Ok(waits(plain(status, &BackPage { f, wrong })?, &error));
        }
    };
    if spoken.get("what").is_empty() {
        let page = answer_page(&server, &spoken, &found, false, None);
        return plain(StatusCode::OK, &page);
    }
    match replied(&server, &spoken).await {
        Ok(()) => {
            let found = opened(&server, &spoken).await?;
            let page = answer_page(&server, &spoken, &found, true, None);
            plain(StatusCode::OK, &page)
        }
        Err(error) if is_ours(&error) => Err(error),
        Err(error) => {
            let (status, wrong) = said(&spoken, &error);
            let page = answer_page(&server, &spoken, &found, false, Some(wrong));
            Ok(waits(plain(status, &page)?, &error))
        }
    }
}

async fn opened(server: &Server, spoken: &Spoken) -> Result<Disclosure> {
    brake(server)?;
    let found = server.store.disclosed_by(spoken.get("receipt")).await?;
    found.ok_or_else(|| Refusal::no("receipt").into())
}

async fn replied(server: &Server, spoken: &Spoken) -> Result<()> {
    let text = spoken.text("what")?;
    let words = Words { text };
    let code = spoken.get("receipt");
    server
        .store
        .reply_to_disclosure(code, words, spoken.form())
        .await?;
    Ok(())
}

fn answer_page(
    server: &Server,
    spoken: &Spoken,
    found: &Disclosure,
    is_replied: bool,
    wrong: Option<(String, String)>,
) -> AnswerPage {
    let lines = found.course.iter().map(|turn| {
        let (text, outcome) = match &turn.fact {
            Fact::Answered { text } | Fact::Replied { text } | Fact::FeedbackGiven { text } => {
                (Some(text.shown()), None)
            }
            // Why is for those inside.
            Fact::Closed { outcome, .. } => (None, Some(outcome.word())),
            _ => (None, None),
        };
        Line {
            kind: kind(&turn.fact),
            text,
            outcome,
            at: turn.at,
        }
    });
    let waits_for = if found.closed.is_some() || found.feedback_at.is_some() {
        "nothing"
    } else if found.acknowledged_at.is_none() {
        "acknowledgement"
    } else {
        "feedback"
    };
    let kept = if wrong.is_some() {
        spoken.get("what")
    } else {
        ""
    };
    AnswerPage {
        f: Frame::new(
            &spoken.guest,
            server,
            spoken.guest.locale.t("speak-answer-title"),
        ),
        number: found.shown_number(),
        code: spoken.get("receipt").to_owned(),
        text: found.text.shown(),
        received_at: found.received_at,
        stage: found.stage.word(),
        acknowledge_by: found.acknowledge_by(),
        feedback_by: found.feedback_by(),
        waits_for,
        lines: lines.collect(),
        key: server.store.shell().ids.next_uuid(),
        is_replied,
        wrong,
        kept: kept.to_owned(),
    }
}
