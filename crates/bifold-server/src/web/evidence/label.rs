//! A label to print and stick onto the bag of an exhibit: its number for people and for readers of
//! QR codes, what seals it, and the lines that each hand signs.
//!
//! A bag is seen by people who may not see the exhibit: neither its title nor its incident is on
//! the label.

use crate::api::evidence::readable;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::view::Names;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::evidence::Seal;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// Light modules around the code, as ISO/IEC 18004 asks for.
const QUIET: usize = 4;
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

/// A QR code as the path of a drawing, one unit to a module.
struct Code {
    side: usize,
    path: String,
}

impl Code {
    fn of(text: &str) -> Result<Self> {
        // A label gets scratched: a quarter of the code may be lost.
        let code = QrCode::with_error_correction_level(text, EcLevel::Q);
        let code = code.map_err(|_| Error::Internal)?;
        let width = code.width();
        let mut path = String::new();
        for (n, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                let (x, y) = (QUIET + n % width, QUIET + n / width);
                // Writing to a string cannot fail.
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
        let side = width + 2 * QUIET;
        Ok(Self { side, path })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_finders_and_a_quiet_border() {
        let code = Code::of("EVD-2026-0007").unwrap();
        assert!(code.side > 2 * QUIET + 20, "{}", code.side);
        let far = code.side - QUIET - 7;
        for (x, y) in [(QUIET, QUIET), (far, QUIET), (QUIET, far)] {
            assert!(code.path.contains(&format!("M{x} {y}h1")), "{x} {y}");
        }
        for n in 0..QUIET {
            assert!(!code.path.contains(&format!("M{n} ")), "column {n}");
            assert!(!code.path.contains(&format!(" {n}h1v1")), "row {n}");
        }
    }
}
