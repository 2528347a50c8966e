//! The clocks of ten imported incidents, as a human being computes them by hand (`docs/clocks.md`).

use crate::import_run::{World, utc};
use crate::shared;
use bifold::import::{Format, run};
use bifold_domain::level::{Metric, Test, Why, clocks, explain};
use bifold_domain::time::MINUTE;
use std::io::{BufRead, BufReader};

/// Number, priority in the end, minutes that count of the time to resolve, minutes that it waited
/// for the user, whether it was missed.
const BY_HAND: [(&str, u8, i64, i64, bool); 10] = [
    ("INC0000047", 3, 614, 38, false),
    ("INC0000071", 3, 568, 118, false),
    ("INC0000074", 3, 15, 60_841, false),
    ("INC0000246", 3, 1_020, 2_895, false),
    ("INC0001287", 3, 62_565, 0, true),
    ("INC0003228", 3, 34_054, 0, true),
    ("INC0000303", 4, 659, 13_013, false),
    ("INC0000373", 4, 565, 13_014, false),
    ("INC0000341", 1, 91, 223_069, false),
    ("INC0000594", 3, 2_648, 13_067, false),
];

#[tokio::test]
async fn imported_incidents_show_the_clocks_that_a_human_being_computes() {
    let Some(path) = shared("itsm/uci_stream_asof.csv.gz") else {
        return;
    };
    let packed = std::fs::File::open(path).unwrap();
    let lines = BufReader::new(flate2::read::MultiGzDecoder::new(packed)).lines();
    let mut text = String::new();
    for (i, line) in lines.enumerate() {
        let line = line.unwrap();
        let number = line.split(',').next().unwrap_or_default();
        if i == 0 || BY_HAND.iter().any(|(of, ..)| *of == number) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    let world = World::new().await;
    let file = world.file("ten.csv", &text);
    run(&world.store, Format::ServiceNow, &file, utc(), None)
        .await
        .unwrap();
    let directory = world.store.directory().await.unwrap();
    let viewer = world.admin.viewer();
    let ids: Vec<String> = BY_HAND.iter().map(|(of, ..)| (*of).to_owned()).collect();
    let found = world.store.imported("servicenow", &ids).await.unwrap();
    assert_eq!(found.len(), BY_HAND.len());
    for (external, id) in found {
        let (_, priority, counted, waited, is_missed) =
            *BY_HAND.iter().find(|(of, ..)| *of == external).unwrap();
        let incident = world.store.incident(&viewer, id.as_str()).await.unwrap();
        let (incident, _) = incident.unwrap();
        assert_eq!(incident.handling.number(), priority, "{external}");
        let held = directory.policy.terms.held(incident.times.recorded);
        let clocks = clocks(&incident.trail, &held);
        let resolve = clocks
            .iter()
            .find(|clock| clock.key.metric == Metric::Resolve);
        let run = resolve.and_then(|clock| clock.run()).unwrap();
        let intervals = explain(run, &held, run.since);
        let user = Why::Paused {
            by: Test::PendingUser,
        };
        let paused: i64 = intervals
            .iter()
            .filter(|interval| interval.why == user)
            .map(bifold_domain::level::Interval::micros)
            .sum();
        let shown = (run.counted / MINUTE, paused / MINUTE, run.due.is_some());
        assert_eq!(shown, (counted, waited, is_missed), "{external}");
    }
    world.check().await;
}
