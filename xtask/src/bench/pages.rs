//! The queue, one incident and a search, over the API and as pages for people, with more and more
//! incidents behind them.

use super::table::{Row, Table, percentile};
use super::text;
use crate::http::Client;
use anyhow::{Result, bail};
use serde_json::Value;
use std::time::{Duration, Instant};

const REQUESTS: u64 = 400;
const WARM_UP: u64 = 20;
/// Fewer requests than that when they take longer than this altogether.
const PATIENCE: Duration = Duration::from_secs(30);
/// After so many pages the walk begins at the top again.
const PAGES: u64 = 10;

/// Sorted times of all of them, in milliseconds.
pub(super) struct Times {
    queue: Vec<f64>,
    incident: Vec<f64>,
    search: Vec<f64>,
    queue_page: Vec<f64>,
    incident_page: Vec<f64>,
    search_page: Vec<f64>,
}

/// Asks for each of them many times.
pub(super) fn measure(client: &Client, ids: &[String]) -> Result<Times> {
    let mut next = None;
    Ok(Times {
        queue: times(|n| {
            let cursor: Option<String> = next.take().filter(|_| n % PAGES != 0);
            let cursor = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
            let path = format!("/api/v1/incidents?limit=50&open=true{cursor}");
            let (took, page) = timed(client, &path)?;
            next = page["next"].as_str().map(str::to_owned);
            Ok(took)
        })?,
        incident: times(|n| {
            let at = usize::try_from(n * 7_919)? % ids.len().max(1);
            let id = ids.get(at).map_or("", String::as_str);
            Ok(timed(client, &format!("/api/v1/incidents/{id}"))?.0)
        })?,
        search: times(|n| {
            let words = text::search(n).replace(' ', "+");
            Ok(timed(client, &format!("/api/v1/search?q={words}"))?.0)
        })?,
        queue_page: times(|n| {
            let views = [
                "open=true",
                "open=true&handling=2",
                "open=true&undecided=true",
            ];
            let view = views
                .get(usize::try_from(n)? % views.len())
                .unwrap_or(&"open=true");
            page(client, &format!("/incidents?{view}"))
        })?,
        incident_page: times(|n| {
            let at = usize::try_from(n * 7_919)? % ids.len().max(1);
            let id = ids.get(at).map_or("", String::as_str);
            page(client, &format!("/incidents/{id}"))
        })?,
        search_page: times(|n| {
            let words = text::search(n).replace(' ', "+");
            page(client, &format!("/search?q={words}"))
        })?,
    })
}

impl Times {
    /// Adds them to the table, beside those of the smallest size.
    pub(super) fn add(&self, size: u64, smallest: &Self, table: &mut Table) {
        let queue = percentile(&smallest.queue, 0.95) * 1.5;
        add(
            table,
            "queue",
            size,
            (&self.queue, &smallest.queue),
            queue.min(100.0),
        );
        add(
            table,
            "incident",
            size,
            (&self.incident, &smallest.incident),
            200.0,
        );
        add(
            table,
            "search",
            size,
            (&self.search, &smallest.search),
            300.0,
        );
        let pages = [
            (
                "queue as a page",
                &self.queue_page,
                &smallest.queue_page,
                150.0,
            ),
            (
                "incident as a page",
                &self.incident_page,
                &smallest.incident_page,
                200.0,
            ),
            (
                "search as a page",
                &self.search_page,
                &smallest.search_page,
                300.0,
            ),
        ];
        for (what, here, smallest, limit) in pages {
            add(table, what, size, (here, smallest), limit);
        }
    }
}

fn add(table: &mut Table, what: &str, size: u64, times: (&[f64], &[f64]), limit: f64) {
    let (here, smallest) = times;
    let name = |which: &str| format!("{what} at {size}: {which}");
    for (which, share) in [("p50", 0.5), ("p95", 0.95)] {
        let row = Row::new(name(which), percentile(here, share), "ms");
        let row = row.against(percentile(smallest, share));
        table.add(if which == "p95" {
            row.at_most((limit * 100.0).round() / 100.0)
        } else {
            row
        });
    }
}

/// Times many requests; sorted, in milliseconds.
fn times(mut request: impl FnMut(u64) -> Result<f64>) -> Result<Vec<f64>> {
    for n in 0..WARM_UP {
        request(n)?;
    }
    let start = Instant::now();
    let mut times = (0..REQUESTS)
        .take_while(|_| start.elapsed() < PATIENCE)
        .map(request)
        .collect::<Result<Vec<f64>>>()?;
    times.sort_by(f64::total_cmp);
    Ok(times)
}

fn timed(client: &Client, path: &str) -> Result<(f64, Value)> {
    let start = Instant::now();
    let reply = client.get(path)?;
    let took = start.elapsed().as_secs_f64() * 1_000.0;
    if !reply.is_success() {
        bail!("{path} answered {}: {}", reply.status, reply.body);
    }
    Ok((took, reply.json()?))
}

/// A page, whole, as a browser gets it.
fn page(client: &Client, path: &str) -> Result<f64> {
    let start = Instant::now();
    let reply = client.page(path)?;
    let took = start.elapsed().as_secs_f64() * 1_000.0;
    if !reply.is_success() || !reply.body.contains("</html>") {
        bail!("{path} answered {} and no page", reply.status);
    }
    Ok(took)
}
