//! The triage tray: what was reported or signalled and waits for somebody to say what it is; and
//! what was said of the rest.

mod card;
mod decide;
mod show;

use super::choice::{self, Choice};
use super::frame::{Frame, Visit, page};
use super::locale::Locale;
use super::rows::counted;
use crate::error::Result;
use crate::page;
use crate::params::Params;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::event::Dismissal;
use bifold_domain::priority::{Impact, Urgency};
use bifold_domain::{Directory, Permission};
use bifold_store::query::event::{Filter, Row};
use card::Card;
use serde::Deserialize;

/// Cards of a page. Each is read by somebody, and carries its forms.
const ROWS: u32 = 10;
/// Where counting stops.
const CAP: u32 = 1_000;
/// The tabs: what waits, and what it was found to be.
const STANDINGS: [&str; 4] = ["undecided", "incident", "weakness", "dismissed"];

pub(crate) fn routes() -> Vec<Route> {
    let html = Answer::Bytes("text/html");
    let tray = Route::get(
        "/triage",
        "page_triage",
        Access::Needs(Permission::Triage),
        tray,
    )
    .summary("The triage tray.")
    .page()
    .answers(200, html);
    [vec![tray], decide::routes(), show::routes()].concat()
}

#[derive(Debug, Deserialize)]
struct Query {
    standing: Option<String>,
    cursor: Option<String>,
}

struct Tab {
    label: String,
    href: String,
    is_on: bool,
}

/// What the forms of a card offer.
struct Options {
    services: Vec<Choice>,
    impacts: Vec<&'static str>,
    urgencies: Vec<&'static str>,
    grounds: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "triage.html")]
struct TrayPage {
    f: Frame,
    tabs: Vec<Tab>,
    standing: &'static str,
    waiting: String,
    cards: Vec<Card>,
    options: Options,
    next: Option<String>,
    is_first: bool,
    first: String,
}

async fn tray(
    State(server): State<Server>,
    visit: Visit,
    Params(query): Params<Query>,
) -> Result<Response> {
    let l = visit.locale();
    let asked = query.standing.as_deref().unwrap_or_default();
    let standing = STANDINGS.into_iter().find(|s| *s == asked);
    let standing = standing.unwrap_or("undecided");
    let after = page::open(query.cursor.as_deref())?;
    let mut rows = rows(&server, &visit, standing, after).await?;
    let next = page::cut(&mut rows, ROWS, |row| row.seq);
    let viewer = visit.caller.viewer();
    let undecided = of("undecided");
    let waiting = server.store.count_events(&viewer, &undecided, CAP).await?;
    let mut cards = Vec::new();
    for row in rows {
        cards.extend(Card::of(&server, &visit, &row.id).await?);
    }
    let directory = server.store.directory().await?;
    page(&TrayPage {
        f: visit.frame(&server, l.t("nav-triage"), "triage").await?,
        tabs: tabs(l, standing),
        waiting: l.with("triage-waiting", "n", counted(waiting)),
        cards,
        options: Options::of(&directory),
        next: next.map(|cursor| format!("{}&cursor={cursor}", address(standing))),
        is_first: after.is_none(),
        first: address(standing),
        standing,
    })
}

fn of(standing: &str) -> Filter {
    Filter {
        standing: Some(standing.to_owned()),
        ..Filter::default()
    }
}

/// What waits stands with the oldest first; what is decided with the newest.
async fn rows(
    server: &Server,
    visit: &Visit,
    standing: &str,
    after: Option<i64>,
) -> Result<Vec<Row>> {
    let (store, viewer) = (&server.store, visit.caller.viewer());
    Ok(if standing == "undecided" {
        store.waiting_events(&viewer, after, ROWS + 1).await?
    } else {
        store
            .events(&viewer, &of(standing), after, ROWS + 1)
            .await?
    })
}

fn address(standing: &str) -> String {
    format!("/triage?standing={standing}")
}

fn tabs(l: Locale, here: &str) -> Vec<Tab> {
    let tab = |standing: &str| Tab {
        label: l.word("standing", standing),
        href: address(standing),
        is_on: standing == here,
    };
    STANDINGS.into_iter().map(tab).collect()
}

impl Options {
    fn of(directory: &Directory) -> Self {
        Self {
            services: choice::services(directory, None),
            impacts: Impact::ALL.iter().map(|i| i.word()).collect(),
            urgencies: Urgency::ALL.iter().map(|u| u.word()).collect(),
            grounds: Dismissal::ALL.iter().map(|d| d.word()).collect(),
        }
    }
}

impl TrayPage {
    fn is_waiting(&self) -> bool {
        self.standing == "undecided"
    }
}
