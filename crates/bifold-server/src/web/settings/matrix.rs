//! Impact × urgency → priority.

use super::{Around, POLICY, Section, done, sent, shown};
use crate::error::{Error, Result};
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Command;
use bifold_domain::policy::{Command as C, PolicyId};
use bifold_domain::priority::{Impact, Matrix, Urgency};
use serde_json::{Map, Value, json};

const HERE: &str = "/settings/matrix";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_matrix", POLICY, show).summary("The priority matrix."),
        sent(HERE, "page_settings_matrix_set", POLICY, set).summary("Replaces the matrix."),
    ]
}

#[derive(Template)]
#[template(path = "settings-matrix.html")]
struct MatrixPage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    rows: Vec<Row>,
    matrix_version: u32,
    version: u64,
    urgencies: &'static [Urgency],
}

/// One row of selects: the impact's word, and for each urgency its word and the five priorities,
/// of which one is chosen.
struct Row {
    impact: &'static str,
    cells: Vec<(&'static str, [(u8, bool); 5])>,
}

fn row(matrix: &Matrix, impact: Impact) -> Row {
    let cell = |urgency: &Urgency| {
        let now = matrix.priority(impact, *urgency).number();
        (urgency.word(), [1, 2, 3, 4, 5].map(|n| (n, n == now)))
    };
    Row {
        impact: impact.word(),
        cells: Urgency::ALL.iter().map(cell).collect(),
    }
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let directory = server.store.directory().await?;
    let matrix = &directory.policy.matrix;
    let rows = Impact::ALL.iter().map(|impact| row(&matrix.value, *impact));
    let around = Around::of(&server, &visit, "matrix").await?;
    page(&MatrixPage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        rows: rows.collect(),
        matrix_version: matrix.version,
        version: version(&server).await?,
        urgencies: Urgency::ALL,
    })
}

/// The version of the policy, against lost updates.
pub(super) async fn version(server: &Server) -> Result<u64> {
    let version = server.store.version(&PolicyId.to_string()).await?;
    Ok(version.unwrap_or(0))
}

/// Changes one part of the policy, from the same JSON as the API's.
pub(super) async fn change(server: &Server, form: &Form, body: &Value) -> Result<()> {
    let write = form.write_of(body.to_string().into_bytes());
    let command: C = write.body()?;
    let command = Command::Policy(PolicyId, command);
    write.execute(server, vec![command]).await?;
    Ok(())
}

async fn set(State(server): State<Server>, form: Form) -> Result<Response> {
    let mut rows = Map::new();
    for impact in Impact::ALL {
        let cells = Urgency::ALL
            .iter()
            .map(|urgency| number(&form, &format!("{}-{}", impact.word(), urgency.word())));
        let cells = cells.collect::<Result<Vec<u32>>>()?;
        rows.insert(impact.word().to_owned(), json!(cells));
    }
    let body = json!({ "set": "matrix", "value": { "rows": rows } });
    change(&server, &form, &body).await?;
    Ok(done("done-matrix", "", HERE))
}

/// A field that must be a number.
pub(super) fn number(form: &Form, name: &str) -> Result<u32> {
    let text = form.get(name).unwrap_or_default();
    text.parse().map_err(|_| Error::Shape {
        at: name.to_owned(),
        why: "must be a number".to_owned(),
    })
}
