//! How service levels went: met and missed, and what the time of the missed ones went to.

use super::frame::{Frame, Visit, page};
use super::locale::Locale;
use crate::api::levels::MISSES;
use crate::error::Result;
use crate::params::Params;
use crate::route::{Access, Answer, Param, Route};
use crate::server::Server;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::level::Cause;
use bifold_domain::time::{DAY, SECOND};
use bifold_domain::{At, Permission};
use bifold_store::query::level::{Miss, Performance};
use serde::Deserialize;
use std::collections::BTreeMap;

const HERE: &str = "/reports/service-levels";
/// Periods to choose from, in days.
const PERIODS: [i64; 4] = [7, 30, 90, 365];
/// The period when nobody says.
const PERIOD: i64 = 30;
/// Missed targets listed one by one.
const LISTED: usize = 100;

const QUERY: &[Param] = &[("days", "integer", "Of runs that began in the last days.")];

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            HERE,
            "page_report_levels",
            Access::Needs(Permission::ReadIncidents),
            show,
        )
        .summary("How service levels went, and what the time of missed targets went to.")
        .query(QUERY)
        .page()
        .answers(200, Answer::Bytes("text/html")),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    days: Option<i64>,
}

#[derive(Template)]
#[template(path = "report-levels.html")]
struct LevelsReport {
    f: Frame,
    days: i64,
    rows: Vec<Row>,
    causes: Vec<Share>,
    /// Whose the time was in all, in percent: the organisation's own.
    own: Option<i64>,
    looked_at: usize,
    /// Whether more were missed than are looked at.
    is_cut: bool,
    misses: Vec<Line>,
    is_listed_whole: bool,
}

impl LevelsReport {
    fn periods() -> impl Iterator<Item = &'static i64> {
        PERIODS.iter()
    }
}

/// How one clock went.
struct Row {
    clock: String,
    about: String,
    runs: i64,
    missed: i64,
    running: i64,
    /// Met, in percent; absent where nothing is over.
    met: Option<String>,
}

/// What time went to.
struct Share {
    name: String,
    percent: i64,
    hours: String,
    /// Missed targets of which it is the main cause.
    main: usize,
}

/// A missed target.
struct Line {
    number: String,
    title: String,
    clock: String,
    due: At,
    cause: String,
    /// How much of the time it was.
    of: String,
}

fn clock_name(l: Locale, agreement: &str, metric: &str) -> String {
    format!("{} · {agreement}", l.word("metric", metric))
}

fn row(l: Locale, found: &Performance) -> Row {
    let met = found.runs - found.missed;
    Row {
        clock: clock_name(l, &found.agreement, &found.metric),
        about: l.word("party", &found.party),
        runs: found.runs,
        missed: found.missed,
        running: found.running,
        // Rounded down: what is not met whole must not read 100 %.
        met: (found.runs > 0).then(|| {
            let tenths = met * 1_000 / found.runs;
            l.with(
                "went-percent",
                "n",
                if tenths % 10 == 0 {
                    (tenths / 10).to_string()
                } else {
                    format!("{}.{}", tenths / 10, tenths % 10)
                },
            )
        }),
    }
}

fn percent(part: i64, of: i64) -> i64 {
    if of > 0 { part * 100 / of } else { 0 }
}

/// What the time of all that was missed went to, the most first, and how much of it was the
/// organisation's own.
fn shares(l: Locale, misses: &[Miss]) -> (Vec<Share>, Option<i64>) {
    let mut sums: BTreeMap<Cause, (i64, usize)> = BTreeMap::new();
    for miss in misses {
        for (i, (cause, micros)) in miss.causes.iter().enumerate() {
            let sum = sums.entry(*cause).or_default();
            sum.0 += micros;
            sum.1 += usize::from(i == 0);
        }
    }
    let all: i64 = sums.values().map(|(micros, _)| micros).sum();
    let own = sums.iter().filter(|(cause, _)| cause.is_own());
    let own = own.map(|(_, (micros, _))| micros).sum();
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, (micros, _))| std::cmp::Reverse(*micros));
    let share = |(cause, (micros, main)): (Cause, (i64, usize))| Share {
        name: l.word("cause", cause.word()),
        percent: percent(micros, all),
        hours: l.span(micros / SECOND),
        main,
    };
    let shares = sums.into_iter().map(share).collect();
    (shares, (all > 0).then(|| percent(own, all)))
}

fn line(l: Locale, miss: Miss) -> Line {
    let all: i64 = miss.causes.iter().map(|(_, micros)| micros).sum();
    let main = miss.causes.first();
    Line {
        clock: clock_name(l, &miss.agreement, &miss.metric),
        due: At::from_micros(miss.due),
        cause: main.map_or_else(String::new, |(cause, _)| l.word("cause", cause.word())),
        of: main.map_or_else(String::new, |(_, micros)| {
            let (part, of) = (l.span(micros / SECOND), l.span(all / SECOND));
            if part == of {
                of
            } else {
                format!("{part} / {of}")
            }
        }),
        number: miss.number,
        title: miss.title,
    }
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Params(query): Params<Query>,
) -> Result<Response> {
    let l = visit.locale();
    let days = query.days.unwrap_or(PERIOD).clamp(1, 3_660);
    let now = server.store.shell().clock.now();
    let (from, until) = (now.plus(-days * DAY), now.plus(1));
    let viewer = visit.caller.viewer();
    let found = server.store.performance(&viewer, from, until).await?;
    let misses = server.store.misses(&viewer, from, until, MISSES).await?;
    let all: i64 = found.iter().map(|row| row.missed).sum();
    let looked_at = misses.len();
    let (causes, own) = shares(l, &misses);
    page(&LevelsReport {
        f: visit.frame(&server, l.t("went-title"), "reports").await?,
        days,
        rows: found.iter().map(|found| row(l, found)).collect(),
        causes,
        own,
        looked_at,
        is_cut: usize::try_from(all).is_ok_and(|all| all > looked_at),
        is_listed_whole: looked_at <= LISTED,
        misses: misses
            .into_iter()
            .take(LISTED)
            .map(|miss| line(l, miss))
            .collect(),
    })
}
