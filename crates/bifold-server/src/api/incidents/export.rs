//! The queue as a table for spreadsheets.

use super::filter::{FILTER_PARAMS, IncidentQuery};
use super::list::Place;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::page;
use crate::params::Params;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bifold_domain::At;
use bifold_report::csv;
use bifold_store::query::incident::Row;

/// Rows of one export at most; the header `x-next-cursor` says where the rest begins.
const EXPORT_LIMIT: usize = 10_000;
const PAGE: u32 = 200;
const NEXT: HeaderName = HeaderName::from_static("x-next-cursor");

const COLUMNS: &[&str] = &[
    "number",
    "id",
    "title",
    "stage",
    "handling",
    "impact",
    "urgency",
    "service_is",
    "security_is",
    "further_kinds",
    "service",
    "category",
    "team",
    "assignee",
    "major",
    "tlp",
    "recorded_at",
    "resolved_at",
    "source",
    "external_id",
];

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/incidents.csv",
            "incidents_csv",
            Access::SignedIn,
            export,
        )
        .summary("The incidents you can read, as CSV; 10,000 rows at most in one answer.")
        .query(FILTER_PARAMS)
        .answers(200, Answer::Bytes("text/csv")),
    ]
}

async fn export(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<IncidentQuery>,
) -> Result<Response> {
    let order = query.order();
    let mut after = page::open::<Place>(query.cursor.as_deref())?.map(Place::after);
    let filter = query.filter(&server, &caller).await?;
    let viewer = caller.viewer();
    let mut table = csv::Table::new(COLUMNS);
    let mut next = None;
    while table.rows() < EXPORT_LIMIT {
        let mut rows = server
            .store
            .incidents(&viewer, &filter, order, after, PAGE + 1)
            .await?;
        next = page::cut(&mut rows, PAGE, Place::of);
        after = rows.last().map(|row| Place::of(row).after());
        for row in rows {
            table.push(cells(row)).map_err(|_| Error::Internal)?;
        }
        if next.is_none() {
            break;
        }
    }
    answer(table, next)
}

fn answer(table: csv::Table, next: Option<String>) -> Result<Response> {
    let bytes = table.finish().map_err(|_| Error::Internal)?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
    let name = HeaderValue::from_static("attachment; filename=\"incidents.csv\"");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name),
    ];
    let mut response = (headers, bytes).into_response();
    if let Some(next) = next.and_then(|next| HeaderValue::from_str(&next).ok()) {
        response.headers_mut().insert(NEXT, next);
    }
    Ok(response)
}

fn cells(row: Row) -> Vec<String> {
    let time = |micros| At::from_micros(micros).to_string();
    vec![
        row.number,
        row.id,
        row.title,
        row.stage,
        row.handling.to_string(),
        row.impact,
        row.urgency,
        row.service_is,
        row.security_is,
        row.further_kinds,
        row.service.unwrap_or_default(),
        row.category.unwrap_or_default(),
        row.team.unwrap_or_default(),
        row.assignee.unwrap_or_default(),
        row.major,
        row.tlp,
        time(row.recorded_at),
        row.resolved_at.map(time).unwrap_or_default(),
        row.source.unwrap_or_default(),
        row.external_id.unwrap_or_default(),
    ]
}
