//! `bifold incident clocks`: what is due when, in a line a clock.

use super::{safe, text};
use crate::client::Client;
use serde_json::Value;
use std::fmt::Write as _;

pub(super) fn clocks(client: &Client, incident: &str) -> anyhow::Result<(Value, String)> {
    let answer = client.get(&format!("/incidents/{}/clocks", safe(incident)?))?;
    let items = answer.get("items").and_then(Value::as_array);
    let mut out = String::new();
    for clock in items.into_iter().flatten() {
        let runs = clock.get("runs").and_then(Value::as_array);
        if let Some(run) = runs.and_then(|runs| runs.last()) {
            line(clock, run, &mut out);
        }
    }
    if out.is_empty() {
        out.push_str("No service level is for it.\n");
    }
    Ok((answer, out))
}

fn line(clock: &Value, run: &Value, out: &mut String) {
    let number = |key: &str| run.get(key).and_then(Value::as_i64).unwrap_or_default();
    let is_breached = run.get("is_breached").and_then(Value::as_bool) == Some(true);
    let standing = match (is_breached, text(run, "standing"), text(run, "paused_by")) {
        (true, ..) => "missed".to_owned(),
        (_, "stopped", _) => "met".to_owned(),
        (_, "paused", by) => format!("paused ({})", by.replace('_', " ")),
        (_, standing, _) => standing.to_owned(),
    };
    let _ = write!(
        out,
        "{:<9} {:<22} {:>7} of {:<7}",
        text(clock, "metric"),
        standing,
        span(number("counted_s")),
        span(number("target_s")),
    );
    if let Some(due) = text(run, "due").get(..16) {
        let _ = write!(out, "  due {} UTC", due.replace('T', " "));
    }
    if let Some(percent) = run.pointer("/forecast/percent").and_then(Value::as_u64) {
        let _ = write!(out, "  {percent} % late");
    }
    let _ = writeln!(out, "  [{}]", text(clock, "agreement"));
    let ahead = run.get("ahead").and_then(Value::as_array);
    for step in ahead.into_iter().flatten() {
        let at = text(step, "at").get(..16).unwrap_or_default();
        let act = step.get("act").map_or("", |act| text(act, "do"));
        let _ = writeln!(out, "            {} UTC: {act}", at.replace('T', " "));
    }
}

/// Seconds as people say them.
fn span(seconds: i64) -> String {
    let minutes = seconds / 60;
    match minutes {
        ..60 => format!("{minutes}m"),
        60..2_880 => format!("{}h{:02}m", minutes / 60, minutes % 60),
        _ => format!("{}d{:02}h", minutes / 1_440, minutes % 1_440 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn spans_are_short() {
        let said = [0, 59, 3_599, 3_600, 100_000, 1_000_000].map(span);
        assert_eq!(said, ["0m", "0m", "59m", "1h00m", "27h46m", "11d13h"]);
    }

    #[test]
    fn a_clock_is_a_line_and_what_will_happen_stands_below() {
        let run = json!({
            "standing": "running", "counted_s": 900, "target_s": 14_400, "is_breached": false,
            "due": "2026-03-01T13:00:00Z", "forecast": { "percent": 84 },
            "ahead": [{ "at": "2026-03-01T12:00:00Z", "act": { "do": "page", "whom": [] } }],
        });
        let clock = json!({ "metric": "restore", "agreement": "gold" });
        let mut out = String::new();
        line(&clock, &run, &mut out);
        let said = "restore   running                    15m of 4h00m    due 2026-03-01 13:00 UTC  \
                    84 % late  [gold]\n            2026-03-01 12:00 UTC: page\n";
        assert_eq!(out, said);
    }
}
