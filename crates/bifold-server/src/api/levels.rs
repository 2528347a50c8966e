//! Service levels: those in force, what others would have done, and how they went.

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::page::Page;
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Described, Param, Route};
use crate::server::Server;
use crate::view::forecast::ModelView;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::level::{Cause, Levels, Metric, Version};
use bifold_domain::time::{DAY, SECOND};
use bifold_domain::{At, Permission};
use bifold_store::query::level;
use serde::{Deserialize, Serialize};

/// How far back a back-test goes, in days, when nobody says.
pub(crate) const DAYS: u32 = 90;
const DAYS_MAX: u32 = 3_660;
/// Missed targets in one answer.
pub(crate) const MISSES: u32 = 500;

const BETWEEN: &[Param] = &[
    (
        "from",
        "string",
        "Of runs that began at this time or later; 90 days ago when absent.",
    ),
    ("until", "string", "And before this time; now when absent."),
];

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/service-levels",
            "service_levels",
            Access::SignedIn,
            show,
        )
        .summary("The service levels in force, in the order in which they are tried.")
        .answers(200, Answer::Json(Described::of::<InForce>())),
        Route::new(
            crate::route::Method::Post,
            "/api/v1/service-levels/back-test",
            "service_levels_back_test",
            Access::Needs(Permission::ManagePolicy),
            back_test,
        )
        .summary("What other service levels would have missed. Changes nothing.")
        .body(Described::of::<Ask>())
        .answers(200, Answer::Json(Described::of::<Found>())),
        Route::get(
            "/api/v1/forecast",
            "forecast_model",
            Access::Needs(Permission::ReadIncidents),
            learned,
        )
        .summary("What forecasts are learned from, or why there are none yet.")
        .answers(200, Answer::Json(Described::of::<ModelView>())),
        Route::get(
            "/api/v1/calendars/{key}/preview",
            "calendar_preview",
            Access::SignedIn,
            preview,
        )
        .summary("The next days on which time counts.")
        .answers(200, Answer::Json(Described::page_of::<OpenDay>())),
        Route::get(
            "/api/v1/reports/service-levels",
            "report_service_levels",
            Access::SignedIn,
            performance,
        )
        .summary("How often targets were met and missed.")
        .query(BETWEEN)
        .answers(200, Answer::Json(Described::page_of::<Performance>())),
        Route::get(
            "/api/v1/reports/service-levels/missed",
            "report_service_levels_missed",
            Access::SignedIn,
            missed,
        )
        .summary("The targets that were missed, the newest first, and what their time went to.")
        .query(BETWEEN)
        .answers(200, Answer::Json(Described::page_of::<Missed>())),
    ]
}

/// The service levels in force.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ServiceLevelsInForce)]
struct InForce {
    /// Their version.
    version: u32,
    /// From when on they hold.
    from: At,
    #[serde(flatten)]
    levels: Levels,
}

/// Other service levels, to be tried on what happened.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BackTestAsked)]
struct Ask {
    /// The levels.
    levels: Levels,
    /// How many days back; 90 when absent.
    #[serde(default)]
    days: Option<u32>,
}

/// What a back-test found.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = BackTest)]
struct Found {
    /// How many incidents it looked at.
    incidents: u64,
    /// Whether there were more.
    is_cut: bool,
    clocks: Vec<Tested>,
}

/// One metric of one agreement.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = BackTestClock)]
struct Tested {
    agreement: String,
    metric: Metric,
    /// Runs that are over, by the levels in force.
    runs_now: u64,
    /// Of those, missed.
    missed_now: u64,
    /// Runs that would be over, by the others.
    runs_then: u64,
    /// Of those, missed.
    missed_then: u64,
}

/// A day on which time counts.
#[derive(Serialize, utoipa::ToSchema)]
struct OpenDay {
    /// The date on the wall.
    date: String,
    /// From when until when.
    open: Vec<Span>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = OpenSpan)]
struct Span {
    from: At,
    until: At,
}

/// How one metric of one agreement went.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ServiceLevelPerformance)]
struct Performance {
    agreement: String,
    party: String,
    metric: String,
    /// Runs that ended, or are over their time.
    runs: i64,
    /// Of those, not in time.
    missed: i64,
    /// Runs that go on, in time.
    running: i64,
}

/// A target that was missed.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = MissedTarget)]
struct Missed {
    number: String,
    title: String,
    agreement: String,
    metric: String,
    /// When the time was over.
    due: At,
    #[schema(required)]
    ended_at: Option<At>,
    /// What most of its time went to until it was over; absent where none counted.
    #[schema(required)]
    cause: Option<Cause>,
    /// All that its time went to, the most first.
    spent: Vec<Spent>,
}

/// A part of the time of a missed target.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TimeSpent)]
struct Spent {
    /// What it went to.
    cause: Cause,
    /// How much, in seconds of the calendar.
    seconds: i64,
}

async fn learned(State(server): State<Server>, _: Caller) -> Result<Response> {
    let learned = server.store.learned().await?;
    Ok(answer::ok(&ModelView::of(learned.as_deref())))
}

async fn show(State(server): State<Server>) -> Result<Response> {
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let held = directory.policy.terms.levels.at(now);
    let shown = held.map(
        |Version {
             version,
             from,
             value,
         }| InForce {
            version: *version,
            from: *from,
            levels: value.clone(),
        },
    );
    Ok(answer::ok(
        &shown.ok_or_else(|| crate::error::Error::no("service level"))?,
    ))
}

async fn back_test(State(server): State<Server>, write: Write) -> Result<Response> {
    let ask: Ask = write.body()?;
    let directory = server.store.directory().await?;
    ask.levels.check(&directory)?;
    let days = ask.days.unwrap_or(DAYS).clamp(1, DAYS_MAX);
    let since = server
        .store
        .shell()
        .clock
        .now()
        .plus(-i64::from(days) * DAY);
    let viewer = write.caller.viewer();
    let found = server.store.back_test(&viewer, &ask.levels, since).await?;
    let tested = |t: level::Tested| Tested {
        agreement: t.agreement,
        metric: t.metric,
        runs_now: t.now.runs,
        missed_now: t.now.missed,
        runs_then: t.then.runs,
        missed_then: t.then.missed,
    };
    Ok(answer::ok(&Found {
        incidents: found.incidents,
        is_cut: found.is_cut,
        clocks: found.clocks.into_iter().map(tested).collect(),
    }))
}

async fn preview(State(server): State<Server>, Place(key): Place<String>) -> Result<Response> {
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let mut calendars = directory.policy.terms.calendars.iter();
    let found = calendars.find(|(k, _)| k.as_str() == key);
    let found = found.and_then(|(_, dated)| dated.at(now).or_else(|| dated.newest()));
    let version = found.ok_or_else(|| crate::error::Error::no("calendar"))?;
    let days = version.value.calendar.preview(now, 14).into_iter();
    let shown = days.map(|(date, open)| OpenDay {
        date: date.to_string(),
        open: open
            .into_iter()
            .map(|(from, until)| Span { from, until })
            .collect(),
    });
    Ok(answer::ok(&Page::whole(shown.collect())))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Between {
    from: Option<At>,
    until: Option<At>,
}

impl Between {
    fn times(&self, server: &Server) -> (At, At) {
        let now = server.store.shell().clock.now();
        let until = self.until.unwrap_or(now.plus(1));
        (self.from.unwrap_or(now.plus(-i64::from(DAYS) * DAY)), until)
    }
}

async fn performance(
    State(server): State<Server>,
    caller: Caller,
    Params(between): Params<Between>,
) -> Result<Response> {
    let (from, until) = between.times(&server);
    let found = server
        .store
        .performance(&caller.viewer(), from, until)
        .await?;
    let shown = found.into_iter().map(|p| Performance {
        agreement: p.agreement,
        party: p.party,
        metric: p.metric,
        runs: p.runs,
        missed: p.missed,
        running: p.running,
    });
    Ok(answer::ok(&Page::whole(shown.collect())))
}

async fn missed(
    State(server): State<Server>,
    caller: Caller,
    Params(between): Params<Between>,
) -> Result<Response> {
    let (from, until) = between.times(&server);
    let viewer = caller.viewer();
    let found = server.store.misses(&viewer, from, until, MISSES).await?;
    let shown = found.into_iter().map(|m| Missed {
        number: m.number,
        title: m.title,
        agreement: m.agreement,
        metric: m.metric,
        due: At::from_micros(m.due),
        ended_at: m.ended_at.map(At::from_micros),
        cause: m.causes.first().map(|(cause, _)| *cause),
        spent: m
            .causes
            .iter()
            .map(|&(cause, micros)| Spent {
                cause,
                seconds: micros / SECOND,
            })
            .collect(),
    });
    Ok(answer::ok(&Page::whole(shown.collect())))
}
