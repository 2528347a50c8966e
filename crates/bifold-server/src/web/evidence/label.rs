//! A label to print and stick onto the bag of an exhibit: its number for people and for readers of
//! QR codes, what seals it, and the lines that each hand signs.
//!
//! A bag is seen by people who may not see the exhibit: neither its title nor its incident is on
//! the label.

use crate::api::evidence::readable;
use crate::error::Result;
use crate::params::Place;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::view::Names;
use crate::web::frame::{Frame, Visit, page};
use crate::web::qr::Code;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::evidence::Seal;

/// Lines to sign on.
const LINES: usize = 4;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/evidence/{id}/label",
            "page_evidence_label",
            Access::SignedIn,
            label,
        )
        .summary("A label for the bag of an exhibit.")
        .page()
        .answers(200, Answer::Bytes("text/html")),
    ]
}

#[derive(Template)]
#[template(path = "label.html")]
struct LabelPage {
    f: Frame,
    number: String,
    id: String,
    sort: &'static str,
    tlp: String,
    /// What fixes it: the number of its seal or its SHA-256.
    seal: Option<String>,
    is_hash: bool,
    collected: Option<(String, String)>,
    code: Code,
    lines: [(); LINES],
}

async fn label(
    State(server): State<Server>,
    visit: Visit,
    Place(name): Place<String>,
) -> Result<Response> {
    let (item, ..) = readable(&server, &visit.caller, &name).await?;
    let directory = server.store.directory().await?;
    let number = item.shown_number();
    let text = match &server.config.public_url {
        Some(url) => format!("{}/evidence/{number}", url.trim_end_matches('/')),
        None => number.clone(),
    };
    let l = visit.locale();
    let seal = match item.seal() {
        Some(Seal::Numbered { number }) => Some(number.shown()),
        Some(Seal::Bytes { sha256, .. }) => Some(sha256.shown()),
        None => None,
    };
    let collected = item.acquisition().map(|acquisition| {
        let who = match &acquisition.collector {
            Some(name) => name.shown(),
            None => Names(&directory).person(&acquisition.by).shown().to_owned(),
        };
        (l.moment(&acquisition.at), who)
    });
    page(&LabelPage {
        f: visit.frame(&server, number.clone(), "evidence").await?,
        code: Code::of(&text)?,
        id: item.id.to_string(),
        sort: item.sort.word(),
        tlp: item.tlp.word().replace('_', "+").to_uppercase(),
        is_hash: item.sha256().is_some(),
        seal,
        collected,
        number,
        lines: [(); LINES],
    })
}
