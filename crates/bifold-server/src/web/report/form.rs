//! The form: five choices, three fields, one button.

use super::same::{Known, known};
use super::sent::{Sent, title_of, whoever};
use super::{for_everybody, reporter, take_in};
use crate::api::maintenances::MaintenanceView;
use crate::error::{Error, Problem, Result};
use crate::route::{Access, Answer, Method, Route};
use crate::server::Server;
use crate::web::frame::{Frame, see_other};
use crate::web::guest::Guest;
use crate::web::locale::Locale;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bifold_domain::event::{Channel, Receive, Sort};
use bifold_domain::time::DAY;
use bifold_domain::{ServiceId, Text};

/// The five choices, in the order of the page.
const CHOICES: [Sort; 5] = [
    Sort::Fault,
    Sort::Suspicion,
    Sort::Weakness,
    Sort::AiMisbehaviour,
    Sort::Unsure,
];
/// A field that people do not see; programs that fill in everything do.
const TRAP: &str = "website";
/// How long before its beginning a maintenance is told on the form.
const SOON: i64 = DAY;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/report", "page_report", Access::Anyone, show)
            .summary("The form to report something, for everybody.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::new(
            Method::Post,
            "/report",
            "page_report_send",
            Access::Anyone,
            send,
        )
        .summary("Takes a report in; its receipt follows.")
        .page(),
    ]
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    f: Frame,
    choices: [Sort; 5],
    services: Vec<(String, String, bool)>,
    /// What is known already.
    known: Vec<Known>,
    /// What goes on or begins soon, for those who know the catalogue.
    maintenance: Vec<MaintenanceView>,
    is_signed_in: bool,
    key: String,
    wrong: Option<(String, String)>,
    kept: Kept,
}

/// What was written, to be shown again where it did not go through.
#[derive(Default)]
struct Kept {
    sort: Option<Sort>,
    what: String,
    place: String,
    contact: String,
    service: String,
    is_unnamed: bool,
}

async fn show(State(server): State<Server>, guest: Guest, headers: HeaderMap) -> Result<Response> {
    let is_signed_in = whoever(&server, &headers).await?.is_some();
    let page = report_page(&server, &guest, is_signed_in, Kept::default(), None).await?;
    for_everybody(StatusCode::OK, &page)
}

async fn report_page(
    server: &Server,
    guest: &Guest,
    is_signed_in: bool,
    kept: Kept,
    wrong: Option<(String, String)>,
) -> Result<ReportPage> {
    let (mut services, mut maintenance) = (Vec::new(), Vec::new());
    if is_signed_in {
        // The catalogue is not for strangers.
        let directory = server.store.directory().await?;
        let offered = directory.services.values().filter(|s| !s.is_retired);
        services.extend(offered.map(|s| {
            let id = s.id.to_string();
            let is_on = id == kept.service;
            (id, s.entry.name.to_string(), is_on)
        }));
        let soon = server.store.shell().clock.now().plus(SOON);
        let all = server.store.coming_maintenance().await?.into_iter();
        let near = all.filter(|found| found.plan.from <= soon);
        maintenance.extend(near.map(|found| MaintenanceView::of(found, &directory)));
    }
    Ok(ReportPage {
        f: Frame::new(guest, server, guest.locale.t("report-title")),
        choices: CHOICES,
        services,
        known: known(server, is_signed_in).await?,
        maintenance,
        is_signed_in,
        key: server.store.shell().ids.next_uuid(),
        wrong,
        kept,
    })
}

async fn send(State(server): State<Server>, sent: Sent) -> Result<Response> {
    match accepted(&server, &sent).await {
        Ok(code) => Ok(see_other(&format!("/report/received/{code}"))),
        Err(error) if sent.is_fetched => Err(error),
        Err(error) => again(&server, &sent, error).await,
    }
}

/// Stores the report and gives the code of its receipt.
async fn accepted(server: &Server, sent: &Sent) -> Result<String> {
    sent.brake(server)?;
    if !sent.get(TRAP).is_empty() {
        return Err(Error::Shape {
            at: TRAP.to_owned(),
            why: "must stay empty".to_owned(),
        });
    }
    let actor = reporter(
        server,
        sent.caller.as_ref(),
        !sent.get("unnamed").is_empty(),
    );
    let report = report(sent)?;
    let event = take_in(server, &actor, report, sent.key()).await?;
    Ok(server.store.give_slip(&event, &actor.person).await?)
}

fn report(sent: &Sent) -> Result<Receive> {
    let what = sent.text("what")?.ok_or_else(|| Error::Shape {
        at: "what".to_owned(),
        why: "must say something".to_owned(),
    })?;
    let title = title_of(what.as_str())?;
    let mut whole = what.to_string();
    if let Some(place) = sent.text("where")? {
        let head = Locale::default().t("report-where-head");
        whole = format!("{whole}\n\n{head} {place}");
    }
    // A report of one short line is its title, and nothing is said twice.
    let description = if whole == title.as_str() {
        None
    } else {
        Some(Text::parse(&whole).map_err(|why| Error::Shape {
            at: "what".to_owned(),
            why: why.to_string(),
        })?)
    };
    Ok(Receive {
        is_sensitive: false,
        told: None,
        sort: sort(sent).unwrap_or(Sort::Unsure),
        title,
        description,
        channel: Channel::Web,
        service: ServiceId::parse(sent.get("service")).ok(),
        contact: sent.short("contact")?,
        occurred_at: None,
        signal: None,
    })
}

fn sort(sent: &Sent) -> Option<Sort> {
    Sort::from_word(sent.get("sort")).filter(|sort| CHOICES.contains(sort))
}

/// The form once more, with everything that was written in it.
async fn again(server: &Server, sent: &Sent, error: Error) -> Result<Response> {
    let problem = Problem::from(&error);
    if problem.status >= 500 {
        return Err(error);
    }
    let l = sent.guest.locale;
    let at = match &error {
        Error::Shape { at, .. } => at.clone(),
        _ => problem.code.clone(),
    };
    let own = l.find(&format!("report-wrong-{at}"), None);
    let next = l.find(&format!("report-wrong-{at}-next"), None);
    let (said, todo) = crate::web::failure::words(l, &problem);
    let wrong = (own.unwrap_or(said), next.unwrap_or(todo));
    let kept = Kept {
        sort: sort(sent),
        what: sent.get("what").to_owned(),
        place: sent.get("where").to_owned(),
        contact: sent.get("contact").to_owned(),
        service: sent.get("service").to_owned(),
        is_unnamed: !sent.get("unnamed").is_empty(),
    };
    let page = report_page(
        server,
        &sent.guest,
        sent.caller.is_some(),
        kept,
        Some(wrong),
    )
    .await?;
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = for_everybody(status, &page)?;
    if let Error::Wait { seconds } = error {
        let seconds = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    Ok(response)
}
