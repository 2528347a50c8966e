//! One client of the load: declares, assesses, notes, resolves, and writes down what it was told.
//!
//! It behaves as a careful client does: every operation has an id, and when the answer does not
//! come, it asks again with the same id until one does.

use crate::http::{Client, Reply};
use crate::random::Random;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Open incidents one client works on at a time.
const MAX_CASES: usize = 12;
/// How long an answer is waited for once the load has ended.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

/// An operation that was acknowledged.
pub(super) struct Done {
    pub ask: Ask,
    pub answer: Value,
}

/// What is asked, with the operation's id.
pub(super) struct Ask {
    pub path: String,
    pub key: String,
    pub body: String,
}

/// What one client was told.
#[derive(Default)]
pub(super) struct Record {
    pub done: Vec<Done>,
    pub refused: u64,
    pub asked_again: u64,
    pub wrong: Vec<String>,
}

/// Works until told to stop.
pub(super) fn work(client: &Client, n: u64, seed: u64, stop: &AtomicBool) -> Record {
    let mut random = Random::new(seed ^ (n << 40));
    let mut record = Record::default();
    let mut cases: Vec<String> = Vec::new();
    let mut count = 0_u64;
    while !stop.load(Ordering::SeqCst) {
        count += 1;
        let (path, body) = next(&mut random, &mut cases, count);
        let ask = Ask {
            path,
            key: format!("crash-{seed}-{n}-{count}"),
            body: body.to_string(),
        };
        let Some(reply) = until_answered(client, &ask, stop, &mut record.asked_again) else {
            record.wrong.push(format!("{} was never answered", ask.key));
            continue;
        };
        take_in(&mut record, &mut cases, ask, &reply);
    }
    record
}

/// The next operation: path and body.
fn next(random: &mut Random, cases: &mut Vec<String>, count: u64) -> (String, Value) {
    let at = usize::try_from(random.below(cases.len() as u64)).unwrap_or(0);
    let choice = random.below(100);
    let declares = choice < 35 && cases.len() < MAX_CASES;
    let Some(id) = cases.get(at).filter(|_| !declares).cloned() else {
        let body = json!({
            "title": format!("Crash trial {count} {}", random.next()),
            "description": "The service was not reachable after the change. ".repeat(8),
            "impact": random.pick(&["extensive", "significant", "moderate", "minor"]),
            "urgency": random.pick(&["critical", "high", "medium", "low"]),
        });
        return ("/api/v1/incidents".to_owned(), body);
    };
    let about = format!("Step {count}: {}", random.next());
    let (action, body) = match choice {
        0..60 => ("notes", json!({ "text": about })),
        60..75 => (
            "assess",
            json!({ "kind": "service", "finding": "yes", "reason": about }),
        ),
        75..85 => (
            "assess",
            json!({ "kind": "security", "finding": "no", "reason": about }),
        ),
        _ => {
            cases.swap_remove(at);
            ("resolve", json!({ "code": "fixed", "text": about }))
        }
    };
    (format!("/api/v1/incidents/{id}/{action}"), body)
}

/// Asks until an answer comes that is not "later, please".
fn until_answered(
    client: &Client,
    ask: &Ask,
    stop: &AtomicBool,
    asked_again: &mut u64,
) -> Option<Reply> {
    let mut since = Instant::now();
    loop {
        match client.post(&ask.path, &ask.key, &ask.body) {
            Ok(reply) if !matches!(reply.status, 429 | 503) => return Some(reply),
            _ => *asked_again += 1,
        }
        if !stop.load(Ordering::SeqCst) {
            since = Instant::now();
        } else if since.elapsed() > PATIENCE {
            return None;
        }
        std::thread::sleep(PAUSE);
    }
}

fn take_in(record: &mut Record, cases: &mut Vec<String>, ask: Ask, reply: &Reply) {
    if !reply.is_success() {
        record.refused += 1;
        // Every operation above is allowed: a refusal means that the server forgot something.
        let Reply { status, body } = reply;
        let sentence = format!("{} {} answered {status}: {body}", ask.path, ask.body);
        record.wrong.push(sentence);
        return;
    }
    match reply.json() {
        Ok(answer) => {
            if let Some(id) = answer["id"].as_str().filter(|_| reply.status == 201)
                && ask.path.ends_with("/incidents")
            {
                cases.push(id.to_owned());
            }
            record.done.push(Done { ask, answer });
        }
        Err(error) => record.wrong.push(format!("{}: {error:#}", ask.key)),
    }
}
