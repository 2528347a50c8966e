//! Holidays that feeds propose for calendars.

use crate::answer;
use crate::error::Result;
use crate::holidays;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::calendar::Date;
use bifold_domain::{At, Permission};
use bifold_store::holiday::Proposed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const POLICY: Access = Access::Needs(Permission::ManagePolicy);
const HERE: &str = "/api/v1/calendars/{key}/holidays";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(HERE, "calendar_holidays", POLICY, show)
            .summary("What the feed of a calendar proposes, and how the feed stands.")
            .answers(200, Answer::Json(Described::of::<Feed>())),
        Route::new(
            Method::Post,
            HERE,
            "calendar_holidays_decide",
            POLICY,
            decide,
        )
        .summary("Takes proposals into the calendar, or declines them.")
        .body(Described::of::<Decide>())
        .answers(200, Answer::Json(Described::of::<Feed>())),
        Route::new(
            Method::Post,
            "/api/v1/calendars/{key}/holidays/look",
            "calendar_holidays_look",
            POLICY,
            look,
        )
        .summary("Fetches the feed now.")
        .answers(200, Answer::Json(Described::of::<Feed>())),
    ]
}

/// A feed of holidays.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = HolidayFeed)]
struct Feed {
    /// When it was fetched last.
    #[schema(required)]
    fetched_at: Option<At>,
    /// What was wrong with it last.
    #[schema(required)]
    error: Option<String>,
    /// Entries that are no whole days, or repeat in a way that is not followed.
    left_out: usize,
    proposals: Vec<ProposalView>,
}

/// What is proposed for a date.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = HolidayProposal)]
struct ProposalView {
    /// The date.
    date: String,
    /// `close` for a holiday; `open` where the feed has it no more.
    propose: &'static str,
    /// The holiday.
    name: String,
}

impl From<Proposed> for Feed {
    fn from(found: Proposed) -> Self {
        let fetched = found.fetched;
        let at = fetched.as_ref().and_then(|fetched| fetched.fetched_at);
        let view = |(date, proposal): (&Date, &_)| {
            let (propose, name) = holidays::told(proposal);
            ProposalView {
                date: date.to_string(),
                propose,
                name: name.to_owned(),
            }
        };
        Self {
            fetched_at: at.map(At::from_micros),
            error: fetched.and_then(|fetched| fetched.error),
            left_out: found.left_out,
            proposals: found.proposals.iter().map(view).collect(),
        }
    }
}

/// What is decided.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DecideHolidays)]
struct Decide {
    /// The dates, of those that are proposed.
    #[schema(value_type = Vec<String>)]
    dates: BTreeSet<Date>,
    /// Whether they are taken; otherwise they are not proposed again.
    take: bool,
}

async fn show(State(server): State<Server>, Place(key): Place<String>) -> Result<Response> {
    let found = holidays::proposed(&server, &key).await?;
    Ok(answer::ok(&Feed::from(found)))
}

async fn look(State(server): State<Server>, Place(key): Place<String>) -> Result<Response> {
    let found = holidays::look(&server, &key).await?;
    Ok(answer::ok(&Feed::from(found)))
}

async fn decide(
    State(server): State<Server>,
    Place(key): Place<String>,
    write: Write,
) -> Result<Response> {
    let Decide { dates, take } = write.body()?;
    holidays::decide(&server, &write, &key, &dates, take).await?;
    let found = holidays::proposed(&server, &key).await?;
    Ok(answer::ok(&Feed::from(found)))
}
