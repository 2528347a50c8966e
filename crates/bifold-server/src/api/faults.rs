//! The fault log, and the reviews of it (27001:2022 8.15).

use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::page::{self, Page};
use crate::params::Params;
use crate::route::{Access, Answer, Described, Param, Route};
use crate::server::Server;
use crate::view::{Named, Names};
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::signal::State as SignalState;
use bifold_domain::signal::review::{Command as C, Found, SignOff};
use bifold_domain::signal::triage::Disposition;
use bifold_domain::{At, Command, EventId, FaultReviewId, Permission, PersonId, SourceId, Text};
use bifold_store::intake::{FaultFilter, FaultRow, ReviewRow};
use serde::{Deserialize, Serialize};

const FOLDER: &str = "/api/v1/faults";
const REVIEWS: &str = "/api/v1/fault-reviews";
const READS: Access = Access::Needs(Permission::ReadIncidents);
/// Reviews that are listed.
const LISTED: u32 = 100;

pub(crate) fn routes() -> Vec<Route> {
    const PERIOD: &[Param] = &[
        ("from", "string", "The first instant, RFC 3339."),
        ("until", "string", "The first instant after it."),
    ];
    vec![
        Route::get(FOLDER, "faults", READS, list)
            .summary("The fault log, newest first.")
            .query(&[
                ("source", "string", "Of this source."),
                ("disposition", "string", "Of which this became."),
                ("state", "string", "In this state."),
                ("event", "string", "Of this event, by its id."),
                ("limit", "integer", "Rows of a page, 200 at most."),
                ("cursor", "string", "Where the page begins."),
            ])
            .answers(200, Answer::Json(Described::page_of::<FaultView>())),
        Route::get(REVIEWS, "fault_reviews", READS, reviews)
            .summary("Reviews of the fault log, the newest period first.")
            .answers(200, Answer::Json(Described::page_of::<ReviewView>())),
        Route::get(
            "/api/v1/fault-reviews/preview",
            "fault_review_preview",
            Access::Needs(Permission::ReviewFaults),
            period,
        )
        .summary("What the fault log holds of a period: what a review of it would sign.")
        .query(PERIOD)
        .answers(200, Answer::Json(Described::of::<Found>())),
        Route::post(REVIEWS, "fault_review_sign", sign)
            .summary("Signs that the fault log of a period was looked through.")
            .body(Described::of::<SignBody>())
            .keyed(201),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    source: Option<SourceId>,
    disposition: Option<Disposition>,
    state: Option<SignalState>,
    event: Option<EventId>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// A fault: one occurrence, however often it was signalled.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Fault)]
pub(crate) struct FaultView {
    /// Its place in the log.
    pub(crate) seq: i64,
    /// Which source signalled it.
    pub(crate) source: SourceId,
    /// The source's name.
    pub(crate) source_name: String,
    /// Its identity there.
    pub(crate) external_id: String,
    /// Since when it was so, by the sender.
    pub(crate) began_at: At,
    /// What the sender said last.
    pub(crate) state: String,
    /// How bad it was at worst.
    pub(crate) severity: String,
    /// What it is.
    pub(crate) title: String,
    /// The service concerned.
    pub(crate) service: Option<String>,
    /// When it was first heard of.
    pub(crate) first_at: At,
    /// When it was last heard of.
    pub(crate) last_at: At,
    /// When it was said to be over.
    pub(crate) ended_at: Option<At>,
    /// How often it was signalled.
    pub(crate) count: i64,
    /// How far the sender's clock was ahead, in milliseconds; negative when behind.
    pub(crate) clock_offset_ms: Option<i64>,
    /// What became of it.
    pub(crate) disposition: String,
    /// The rule that decided.
    pub(crate) rule: Option<String>,
    /// The event it is part of, by its id.
    pub(crate) event: Option<String>,
}

impl FaultView {
    pub(crate) fn of(row: FaultRow, directory: &bifold_domain::Directory) -> Option<Self> {
        let source = SourceId::parse(&row.source).ok()?;
        let name = directory.sources.get(&source)?.settings.name.to_string();
        let service = row.service.as_deref();
        let service = service.and_then(|id| bifold_domain::ServiceId::parse(id).ok());
        let service = service.and_then(|id| directory.services.get(&id));
        Some(Self {
            seq: row.seq,
            source,
            source_name: name,
            external_id: row.external_id,
            began_at: At::from_micros(row.began_at),
            state: row.state,
            severity: row.severity,
            title: row.title,
            service: service.map(|service| service.entry.name.to_string()),
            first_at: At::from_micros(row.first_at),
            last_at: At::from_micros(row.last_at),
            ended_at: row.ended_at.map(At::from_micros),
            count: row.count,
            clock_offset_ms: row.offset_us.map(|micros| micros / 1_000),
            disposition: row.disposition,
            rule: row.rule,
            event: row.event,
        })
    }
}

async fn list(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<Query>,
) -> Result<Response> {
    let limit = page::limit(query.limit)?;
    let before: Option<i64> = page::open(query.cursor.as_deref())?;
    let filter = FaultFilter {
        source: query.source,
        disposition: query.disposition.map(|d| d.word().to_owned()),
        state: query.state.map(|s| s.word().to_owned()),
        event: query.event,
    };
    let viewer = caller.viewer();
    let found = server.store.faults(&viewer, &filter, before, limit + 1);
    let mut rows = found.await?;
    let next = page::cut(&mut rows, limit, |row| row.seq);
    let directory = server.store.directory().await?;
    let views = rows.into_iter();
    let items = views
        .filter_map(|row| FaultView::of(row, &directory))
        .collect();
    Ok(answer::ok(&Page { items, next }))
}

/// A signed review.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = FaultReview)]
pub(crate) struct ReviewView {
    pub(crate) id: String,
    /// The first instant of its period.
    pub(crate) from: At,
    /// The first instant after it.
    pub(crate) until: At,
    pub(crate) faults: i64,
    pub(crate) signals: i64,
    /// SHA-256 of the log's lines of the period.
    pub(crate) digest: String,
    pub(crate) by: Named,
    pub(crate) at: At,
}

impl ReviewView {
    pub(crate) fn of(row: ReviewRow, names: Names<'_>) -> Option<Self> {
        Some(Self {
            id: row.id,
            from: At::from_micros(row.from_at),
            until: At::from_micros(row.until_at),
            faults: row.faults,
            signals: row.signals,
            digest: row.digest,
            by: names.person(&PersonId::parse(&row.signed_by).ok()?),
            at: At::from_micros(row.signed_at),
        })
    }
}

async fn reviews(State(server): State<Server>) -> Result<Response> {
    let rows = server.store.fault_reviews(LISTED).await?;
    let directory = server.store.directory().await?;
    let view = |row| ReviewView::of(row, Names(&directory));
    let items = rows.into_iter().filter_map(view).collect();
    Ok(answer::ok(&Page::<ReviewView>::whole(items)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Period {
    from: At,
    until: At,
}

async fn period(State(server): State<Server>, Params(period): Params<Period>) -> Result<Response> {
    if period.until <= period.from {
        return Err(Error::Query("until must be after from".to_owned()));
    }
    let found = server.store.fault_log_of(period.from, period.until).await?;
    Ok(answer::ok(&found))
}

/// Which period is signed, and what was noticed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = FaultReviewSigned)]
#[serde(deny_unknown_fields)]
struct SignBody {
    from: At,
    until: At,
    #[serde(default)]
    remarks: Option<Text>,
}

async fn sign(State(server): State<Server>, write: Write) -> Result<Response> {
    write.caller.needs(Permission::ReviewFaults)?;
    let asked: SignBody = write.body()?;
    let found = server.store.fault_log_of(asked.from, asked.until).await?;
    let id = FaultReviewId::from_bits(server.store.shell().ids.next());
    let command = C::SignOff(SignOff {
        from: asked.from,
        until: asked.until,
        found,
        remarks: asked.remarks,
    });
    write
        .made(&server, Command::FaultReview(id, command), REVIEWS)
        .await
}
