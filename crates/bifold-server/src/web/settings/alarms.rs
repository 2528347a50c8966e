//! What was done in an emergency, or to somebody's account, and must be looked at.

use super::{Around, Section, shown};
use crate::api::alarms::{LIMIT, READERS};
use crate::error::Result;
use crate::route::{Access, Route};
use crate::server::Server;
use crate::view::Names;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::At;

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(
            "/settings/alarms",
            "page_settings_alarms",
            Access::Roles(READERS),
            show,
        )
        .summary("The newest alarms."),
    ]
}

/// One alarm. It names a record by its id, and nothing of what is in it.
struct Row {
    what: String,
    who: String,
    subject: String,
    /// Where the record is, for those who may read it.
    link: Option<String>,
    at: At,
}

#[derive(Template)]
#[template(path = "settings-alarms.html")]
struct AlarmsPage {
    f: Frame,
    sections: Vec<Section>,
    rows: Vec<Row>,
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let directory = server.store.directory().await?;
    let names = Names(&directory);
    let l = visit.locale();
    let alarms = server.store.alarms(LIMIT).await?;
    let rows = alarms.into_iter().map(|alarm| Row {
        what: l.word("alarm", &alarm.kind.replace('.', "-")),
        who: names.person_text(&alarm.actor).shown().to_owned(),
        link: alarm
            .subject
            .starts_with("inc_")
            .then(|| format!("/incidents/{}", alarm.subject)),
        // A person's name is no secret of a record.
        subject: names.person_text(&alarm.subject).shown().to_owned(),
        at: At::from_micros(alarm.at),
    });
    let around = Around::of(&server, &visit, "alarms").await?;
    page(&AlarmsPage {
        f: around.f,
        sections: around.sections,
        rows: rows.collect(),
    })
}
