//! The queue, an incident's page and a search over the API, with more and more incidents behind
//! them.

use super::table::{Row, Table, percentile};
use super::text;
use crate::http::Client;
use anyhow::{Result, bail};
use std::time::Instant;

const REQUESTS: u64 = 400;
const WARM_UP: u64 = 20;
/// After so many pages the walk begins at the top again.
const PAGES: u64 = 10;

/// The p95 of the smallest size, to compare with.
#[derive(Default)]
pub(super) struct Smallest {
    queue: Option<f64>,
    incident: Option<f64>,
    search: Option<f64>,
}

/// Measures all three.
pub(super) fn measure(
    client: &Client,
    size: u64,
    ids: &[String],
    smallest: &mut Smallest,
    table: &mut Table,
) -> Result<()> {
    let mut next = None;
    let queue = times(|n| {
        let cursor: Option<String> = next.take().filter(|_| n % PAGES != 0);
        let cursor = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let path = format!("/api/v1/incidents?limit=50&open=true{cursor}");
        let start = Instant::now();
        let page = get(client, &path)?;
        let took = start.elapsed().as_secs_f64() * 1_000.0;
        next = page["next"].as_str().map(str::to_owned);
        Ok(took)
    })?;
    let incident = times(|n| {
        let at = usize::try_from(n * 7_919)? % ids.len().max(1);
        let id = ids.get(at).map_or("", String::as_str);
        timed(client, &format!("/api/v1/incidents/{id}"))
    })?;
    let search = times(|n| {
        let words = text::search(n).replace(' ', "+");
        timed(client, &format!("/api/v1/search?q={words}"))
    })?;
    add(table, "queue", size, &queue, (100.0, &mut smallest.queue));
    add(
        table,
        "incident",
        size,
        &incident,
        (200.0, &mut smallest.incident),
    );
    add(
        table,
        "search",
        size,
        &search,
        (300.0, &mut smallest.search),
    );
    Ok(())
}

fn add(table: &mut Table, what: &str, size: u64, sorted: &[f64], p95: (f64, &mut Option<f64>)) {
    let (limit, smallest) = p95;
    let figure = percentile(sorted, 0.95);
    let baseline = *smallest.get_or_insert(figure);
    let name = |which: &str| format!("{what} at {size}: {which}");
    table.add(Row::new(name("p50"), percentile(sorted, 0.5), "ms"));
    let row = Row::new(name("p95"), figure, "ms").against(baseline);
    // The queue is also held to its own figure at the smallest size.
    let limit = if what == "queue" {
        limit.min(baseline * 1.5)
    } else {
        limit
    };
    table.add(row.at_most((limit * 100.0).round() / 100.0));
}

/// Times many requests; sorted, in milliseconds.
fn times(mut request: impl FnMut(u64) -> Result<f64>) -> Result<Vec<f64>> {
    for n in 0..WARM_UP {
        request(n)?;
    }
    let mut times = (0..REQUESTS).map(request).collect::<Result<Vec<f64>>>()?;
    times.sort_by(f64::total_cmp);
    Ok(times)
}

fn timed(client: &Client, path: &str) -> Result<f64> {
    let start = Instant::now();
    get(client, path)?;
    Ok(start.elapsed().as_secs_f64() * 1_000.0)
}

fn get(client: &Client, path: &str) -> Result<serde_json::Value> {
    let reply = client.get(path)?;
    if !reply.is_success() {
        bail!("{path} answered {}: {}", reply.status, reply.body);
    }
    reply.json()
}
