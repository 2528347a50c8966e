//! Counts over the incidents the viewer can read, each with its definition in the store.

use super::incidents::{FILTER_PARAMS, IncidentQuery};
use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::page::Page;
use crate::params::Params;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use axum::extract::State;
use axum::response::Response;
use bifold_store::query::report;
use serde::Serialize;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/reports/matrix",
            "report_matrix",
            Access::SignedIn,
            matrix,
        )
        .summary("Impact × urgency → priority as the records show it.")
        .query(FILTER_PARAMS)
        .answers(200, Answer::Json(Described::page_of::<Cell>())),
        Route::get(
            "/api/v1/reports/flow",
            "report_flow",
            Access::SignedIn,
            flow,
        )
        .summary("Reassignment and reopening.")
        .query(FILTER_PARAMS)
        .answers(200, Answer::Json(Described::of::<Flow>())),
        Route::get(
            "/api/v1/reports/outcomes",
            "report_outcomes",
            Access::SignedIn,
            outcomes,
        )
        .summary("Service, security, both, neither, and what is undetermined.")
        .query(FILTER_PARAMS)
        .answers(200, Answer::Json(Described::page_of::<Outcome>())),
        Route::get(
            "/api/v1/reports/conflict",
            "report_conflict",
            Access::SignedIn,
            conflict,
        )
        .summary("What preserving evidence cost services, and restoring them the evidence.")
        .query(FILTER_PARAMS)
        .answers(200, Answer::Json(Described::of::<Conflict>())),
    ]
}

/// One cell of the matrix in use.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = MatrixCell)]
struct Cell {
    /// Impact, in the source's own words where the record was imported.
    impact: String,
    /// Urgency, likewise.
    urgency: String,
    /// How many incidents.
    incidents: i64,
    /// How many different priorities they have; 1 where the matrix was followed.
    priorities: i64,
    /// The least of those priorities, as text.
    priority: String,
}

impl From<report::Cell> for Cell {
    fn from(c: report::Cell) -> Self {
        Self {
            impact: c.impact,
            urgency: c.urgency,
            incidents: c.incidents,
            priorities: c.priorities,
            priority: c.priority,
        }
    }
}

/// How often work changed hands and came back.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Flow {
    /// Incidents counted.
    incidents: i64,
    /// Rows taken in from other systems.
    observations: i64,
    /// Incidents whose team changed after the first assignment.
    reassigned: i64,
    /// Incidents reopened at least once.
    reopened: i64,
    /// Incidents open now.
    open: i64,
}

/// How many incidents a combination of the two verdicts has.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Outcome {
    /// Is a service hurt?
    service_is: String,
    /// Is information hurt?
    security_is: String,
    /// How many.
    incidents: i64,
}

async fn matrix(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<IncidentQuery>,
) -> Result<Response> {
    let filter = query.filter(&server, &caller).await?;
    let cells = server
        .store
        .matrix_in_use(&caller.viewer(), &filter)
        .await?;
    let cells: Vec<Cell> = cells.into_iter().map(Into::into).collect();
    Ok(answer::ok(&Page::whole(cells)))
}

async fn flow(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<IncidentQuery>,
) -> Result<Response> {
    let filter = query.filter(&server, &caller).await?;
    let f = server.store.flow(&caller.viewer(), &filter).await?;
    Ok(answer::ok(&Flow {
        incidents: f.incidents,
        observations: f.observations,
        reassigned: f.reassigned,
        reopened: f.reopened,
        open: f.open,
    }))
}

async fn outcomes(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<IncidentQuery>,
) -> Result<Response> {
    let filter = query.filter(&server, &caller).await?;
    let rows = server.store.outcomes(&caller.viewer(), &filter).await?;
    let rows: Vec<Outcome> = rows
        .into_iter()
        .map(|row| Outcome {
            service_is: row.service_is,
            security_is: row.security_is,
            incidents: row.incidents,
        })
        .collect();
    Ok(answer::ok(&Page::whole(rows)))
}

/// What each side cost the other.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Conflict {
    /// Incidents in which the gate shut at least once.
    incidents: i64,
    /// Actions that met it.
    actions: i64,
    /// Minutes services waited for evidence; in one incident what overlaps counts once.
    waited_minutes: i64,
    /// Things saved before restoring.
    saved_items: i64,
    /// Things given up by restoring.
    lost_items: i64,
    /// Actions let through by giving evidence up.
    waivers: i64,
    /// Of those, not yet looked back on.
    unreviewed: i64,
}

async fn conflict(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<IncidentQuery>,
) -> Result<Response> {
    let filter = query.filter(&server, &caller).await?;
    let c = server.store.conflict(&caller.viewer(), &filter).await?;
    Ok(answer::ok(&Conflict {
        incidents: c.incidents,
        actions: c.actions,
        waited_minutes: c.waited_minutes,
        saved_items: c.saved_items,
        lost_items: c.lost_items,
        waivers: c.waivers,
        unreviewed: c.unreviewed,
    }))
}
