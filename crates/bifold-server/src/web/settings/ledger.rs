//! The ledger: how long it is, what was signed last, and how to check it without us.

use super::{Around, Section, shown};
use crate::anchor::{AnchorsView, standing};
use crate::error::Result;
use crate::route::{Access, Route};
use crate::server::Server;
use crate::web::frame::{Frame, Visit, page};
use crate::web::qr::Code;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Permission;

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(
            "/settings/ledger",
            "page_settings_ledger",
            Access::Needs(Permission::Audit),
            show,
        )
        .summary("The ledger and how to check it."),
        shown(
            "/settings/ledger/print",
            "page_settings_ledger_print",
            Access::Needs(Permission::Audit),
            print,
        )
        .summary("The newest checkpoint, to be printed and kept by somebody else."),
    ]
}

/// Writes the log out as files.
const PUBLISH: &str = "bifold ledger publish published --data data";

#[derive(Template)]
#[template(path = "settings-ledger.html")]
struct LedgerPage {
    f: Frame,
    sections: Vec<Section>,
    log: i64,
    size: u64,
    origin: String,
    /// The newest signed note, and up to which entry it reaches.
    signed: Option<(u64, String)>,
    /// Absent on a node that does not sign.
    vkey: Option<String>,
    anchors: AnchorsView,
}

impl LedgerPage {
    fn verify(&self) -> String {
        let vkey = self.vkey.as_deref().unwrap_or("…");
        format!("bifold-verify published/{} --vkey '{vkey}'", self.log)
    }
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let state = server.store.log_state().await?;
    let signed = server.store.checkpoint(state.log, 0).await?;
    let around = Around::of(&server, &visit, "ledger").await?;
    page(&LedgerPage {
        f: around.f,
        sections: around.sections,
        log: state.log,
        size: state.size,
        origin: server.store.origin(state.log),
        signed: signed.map(|(checkpoint, note)| (checkpoint.size, note)),
        vkey: server.store.vkey(state.log).ok(),
        anchors: standing(&server).await?,
    })
}

#[derive(Template)]
#[template(path = "checkpoint.html")]
struct CheckpointPage {
    f: Frame,
    /// The newest signed note, with its size and its code.
    signed: Option<(u64, String, Code)>,
    vkey: Option<String>,
    printed: String,
}

async fn print(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let log = server.store.log_state().await?.log;
    let signed = server.store.checkpoint(log, 0).await?;
    let signed = signed.map(|(checkpoint, note)| {
        let code = Code::of(&note)?;
        Ok::<_, crate::error::Error>((checkpoint.size, note, code))
    });
    let l = visit.locale();
    let now = server.store.shell().clock.now();
    page(&CheckpointPage {
        f: visit
            .frame(&server, l.t("checkpoint-title"), "settings")
            .await?,
        signed: signed.transpose()?,
        vkey: server.store.vkey(log).ok(),
        printed: l.moment(&now),
    })
}
