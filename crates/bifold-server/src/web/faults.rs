//! The fault log, and signing that it was looked through (27001:2022 8.15).

use super::form::Form;
use super::frame::{Frame, Visit};
use super::say::Flash;
use crate::api::faults::{FaultView, ReviewView};
use crate::error::{Error, Result};
use crate::page;
use crate::params::Params;
use crate::route::{Access, Answer, Method, Param, Route};
use crate::server::Server;
use crate::view::Names;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::signal::review::{Command as C, SignOff, period};
use bifold_domain::signal::triage::Disposition;
use bifold_domain::time::DAY;
use bifold_domain::{At, Command, EventId, FaultReviewId, Permission, SourceId, Text};
use bifold_store::intake::FaultFilter;
use serde::Deserialize;

const HERE: &str = "/faults";
/// Faults on a page.
const LISTED: u32 = 50;
/// Reviews on the page.
const REVIEWS: u32 = 12;
/// Days that a first review proposes to sign.
const PERIOD: i64 = 30;

const QUERY: &[Param] = &[
    ("source", "string", "Of this source."),
    ("disposition", "string", "Of which this became."),
    ("event", "string", "Of this event, by its id."),
    ("cursor", "string", "Where the page begins."),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            HERE,
            "page_faults",
            Access::Needs(Permission::ReadIncidents),
            show,
        )
        .summary("The fault log and its reviews.")
        .query(QUERY)
        .page()
        .answers(200, Answer::Bytes("text/html")),
        Route::new(
            Method::Post,
            "/faults/reviews",
            "page_fault_review",
            Access::Needs(Permission::ReviewFaults),
            sign,
        )
        .summary("Signs that the fault log of a period was looked through.")
        .page(),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    source: Option<SourceId>,
    disposition: Option<Disposition>,
    event: Option<EventId>,
    cursor: Option<String>,
}

struct Tab {
    href: String,
    label: String,
    is_on: bool,
}

#[derive(Template)]
#[template(path = "faults.html")]
struct FaultsPage {
    f: Frame,
    key: String,
    tabs: Vec<Tab>,
    faults: Vec<FaultView>,
    next: Option<String>,
    reviews: Vec<ReviewView>,
    unreviewed: Option<At>,
    may_sign: bool,
    from: String,
    until: String,
}

impl FaultsPage {
    fn period(review: &ReviewView) -> String {
        period(review.from, review.until).replace('/', " – ")
    }

    fn digest(review: &ReviewView) -> String {
        review.digest.chars().take(12).collect()
    }
}

fn day(at: At) -> String {
    at.to_string().chars().take(10).collect()
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Params(query): Params<Query>,
) -> Result<Response> {
    let l = visit.locale();
    let before: Option<i64> = page::open(query.cursor.as_deref())?;
    let source = query.source.as_ref().map(|id| format!("source={id}"));
    let event = query.event.as_ref().map(|id| format!("event={id}"));
    let kept = source.or(event);
    let link = |more: Option<String>| {
        let parts: Vec<String> = [kept.clone(), more].into_iter().flatten().collect();
        format!("{HERE}?{}", parts.join("&"))
    };
    let mut tabs = vec![Tab {
        href: link(None),
        label: l.t("faults-all"),
        is_on: query.disposition.is_none(),
    }];
    tabs.extend(Disposition::ALL.iter().map(|disposition| Tab {
        href: link(Some(format!("disposition={}", disposition.word()))),
        label: l.word("disposition", disposition.word()),
        is_on: query.disposition == Some(*disposition),
    }));
    let word = query.disposition.map(|d| d.word().to_owned());
    let filter = FaultFilter {
        source: query.source,
        disposition: word.clone(),
        event: query.event,
        ..FaultFilter::default()
    };
    let viewer = visit.caller.viewer();
    let found = server.store.faults(&viewer, &filter, before, LISTED + 1);
    let mut rows = found.await?;
    let next = page::cut(&mut rows, LISTED, |row| row.seq).map(|cursor| {
        let disposition = word.map(|word| format!("disposition={word}&"));
        link(Some(format!(
            "{}cursor={cursor}",
            disposition.unwrap_or_default()
        )))
    });
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let unreviewed = server.store.unreviewed_since().await?;
    let reviews = server.store.fault_reviews(REVIEWS).await?;
    let reviews = reviews.into_iter();
    super::frame::page(&FaultsPage {
        f: visit.frame(&server, l.t("faults-title"), "triage").await?,
        key: server.store.shell().ids.next_uuid(),
        tabs,
        faults: rows
            .into_iter()
            .filter_map(|row| FaultView::of(row, &directory))
            .collect(),
        next,
        reviews: reviews
            .filter_map(|row| ReviewView::of(row, Names(&directory)))
            .collect(),
        may_sign: visit.may(Permission::ReviewFaults),
        from: day(unreviewed
            .unwrap_or(now.plus(-PERIOD * DAY))
            .min(now.plus(-DAY))),
        until: day(now),
        unreviewed,
    })
}

async fn sign(State(server): State<Server>, form: Form) -> Result<Response> {
    let instant = |name: &str| {
        let text = form.get(name).unwrap_or_default();
        At::parse(&format!("{text}T00:00:00Z")).map_err(|_| Error::Shape {
            at: name.to_owned(),
            why: "a day is meant".to_owned(),
        })
    };
    let (from, until) = (instant("from")?, instant("until")?);
    let remarks = form.get("remarks").map(str::trim).filter(|r| !r.is_empty());
    let remarks = remarks.map(Text::parse).transpose();
    let remarks = remarks.map_err(|error| Error::Shape {
        at: "remarks".to_owned(),
        why: error.to_string(),
    })?;
    let found = server.store.fault_log_of(from, until).await?;
    let write = form.write()?;
    let id = FaultReviewId::from_bits(write.bits(&server));
    let command = C::SignOff(SignOff {
        from,
        until,
        found,
        remarks,
    });
    let command = Command::FaultReview(id, command);
    write.execute(&server, vec![command]).await?;
    let said = Flash::new("done-fault-review", period(from, until));
    Ok(said.on(super::frame::see_other(HERE)))
}
