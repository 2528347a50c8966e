//! The pauses of real incidents of Volvo IT (BPI Challenge 2013): how long each waited for its
//! user, counted from the log by a loop over its lines, is what its clock was paused.

use crate::import_run::{World, utc};
use crate::shared;
use bifold::import::{Format, Options, run};
use bifold_domain::level::{Metric, Test, Why, clocks, explain};
use bifold_domain::{At, incident::Incident};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

/// Incidents that waited for their user and were solved; the first of the log.
const CASES: usize = 150;

/// A trace as it stands in the file, and what of it matters here.
#[derive(Default)]
struct Case {
    text: String,
    name: String,
    /// Sub-status and time of each event.
    events: Vec<(String, i64)>,
}

/// The value of a line such as `<string key="KEY" value="…"/>`.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let rest = line.split_once(&format!("key=\"{key}\" value=\""))?.1;
    rest.split_once('"').map(|(value, _)| value)
}

fn waits_for_user(status: &str) -> bool {
    matches!(status, "Wait - User" | "Wait - Customer")
}

fn is_done(status: &str) -> bool {
    matches!(status, "Resolved" | "In Call" | "Closed")
}

impl Case {
    fn see(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        if let Some(name) = value(line, "concept:name").filter(|_| self.name.is_empty()) {
            name.clone_into(&mut self.name);
        }
        if let Some(status) = value(line, "lifecycle:transition") {
            self.events.push((status.to_owned(), 0));
        }
        if let Some(time) = value(line, "time:timestamp") {
            let at = At::parse(time).unwrap().micros();
            self.events.last_mut().unwrap().1 = at;
        }
    }

    /// Whether it is one of those that are looked at: it waited for its user, its events are in
    /// order, and it was solved in the end and not before.
    fn fits(&self) -> bool {
        let waited = self.events.iter().any(|(status, _)| waits_for_user(status));
        let is_sorted = self.events.is_sorted_by_key(|(_, at)| *at);
        let done = self.events.iter().position(|(status, _)| is_done(status));
        let only_done_after = |from: usize| {
            let mut rest = self.events.iter().skip(from);
            rest.all(|(status, _)| is_done(status))
        };
        waited && is_sorted && done.is_some_and(only_done_after)
    }

    /// How long it waited for its user, in microseconds.
    fn waited(&self) -> i64 {
        let pairs = self.events.windows(2);
        let waits = pairs.filter(|pair| waits_for_user(&pair[0].0));
        waits.map(|pair| pair[1].1 - pair[0].1).sum()
    }
}

fn cases(lines: impl Iterator<Item = String>) -> Vec<Case> {
    let (mut cases, mut case) = (Vec::new(), None::<Case>);
    for line in lines {
        if line.contains("<trace>") {
            case = Some(Case::default());
        }
        if let Some(open) = &mut case {
            open.see(&line);
        }
        if line.contains("</trace>") {
            cases.extend(case.take().filter(Case::fits));
        }
        if cases.len() == CASES {
            break;
        }
    }
    cases
}

fn paused(incident: &Incident, policy: &bifold_domain::policy::Policy) -> i64 {
    let held = policy.terms.held(incident.times.recorded);
    let clocks = clocks(&incident.trail, &held);
    let mut resolve = clocks.iter().filter(|c| c.key.metric == Metric::Resolve);
    let run = resolve.next().and_then(|clock| clock.run()).unwrap();
    let user = Why::Paused {
        by: Test::PendingUser,
    };
    let intervals = explain(run, &held, run.since).into_iter();
    let paused = intervals.filter(|interval| interval.why == user);
    paused.map(|interval| interval.micros()).sum()
}

#[tokio::test]
async fn the_clock_of_a_real_incident_is_paused_as_long_as_it_waited_for_its_user() {
    let Some(path) = shared("itsm/bpi_challenge_2013_incidents.xes.gz") else {
        return;
    };
    let packed = std::fs::File::open(path).unwrap();
    let lines = BufReader::new(flate2::read::MultiGzDecoder::new(packed)).lines();
    let cases = cases(lines.map_while(Result::ok));
    assert_eq!(cases.len(), CASES);
    let traces: String = cases.iter().map(|case| case.text.as_str()).collect();
    let world = World::new().await;
    let file = world.file("volvo.xes", &format!("<log>\n{traces}</log>\n"));
    let options = Options {
        source: Some("volvo".to_owned()),
        ..utc()
    };
    run(&world.store, Format::Xes, &file, options, None)
        .await
        .unwrap();
    let directory = world.store.directory().await.unwrap();
    let viewer = world.admin.viewer();
    let ids: Vec<String> = cases.iter().map(|case| case.name.clone()).collect();
    let found = world.store.imported("volvo", &ids).await.unwrap();
    let found: BTreeMap<_, _> = found.into_iter().collect();
    assert_eq!(found.len(), CASES);
    for case in &cases {
        let id = &found[&case.name];
        let incident = world.store.incident(&viewer, id.as_str()).await.unwrap();
        let (incident, _) = incident.unwrap();
        let shown = paused(&incident, &directory.policy);
        assert_eq!(shown, case.waited(), "{}: {:?}", case.name, case.events);
    }
    world.check().await;
}
