//! What must hold after all the kills.
//!
//! Every acknowledged operation is in the ledger exactly once and answers the same when repeated;
//! nothing else is there; the tree re-derives, the tables equal their replay, and checkpoints
//! published before the kills still are prefixes.

use super::Load;
use super::client::Done;
use super::leaves::{self, Published};
use crate::http::Client;
use crate::process::Running;
use crate::server::Organisation;
use anyhow::{Result, anyhow};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const REPEATERS: usize = 8;
const STOPS_WITHIN: Duration = Duration::from_secs(20);
/// Where the entries of each operation are.
type Places<'a> = BTreeMap<&'a str, Vec<u64>>;

/// Everything that is wrong, in sentences.
pub(super) fn examine(
    organisation: &Organisation,
    mut serving: Running,
    folder: &Path,
    load: &Load,
) -> Result<Vec<String>> {
    let done: Vec<&Done> = load.records.iter().flat_map(|r| &r.done).collect();
    let mut wrong = repeat(organisation, &done)?;
    serving.end("TERM", STOPS_WITHIN);
    wrong.extend(commands(organisation));
    let published = leaves::publish(organisation, &folder.join("after"))?;
    println!("{} ledger entries", published.count());
    wrong.extend(in_the_ledger(&done, &published, load.entries_before));
    wrong.extend(numbers(&done));
    wrong.extend(prefixes(organisation, &published, load)?);
    Ok(wrong)
}

/// Repeats every acknowledged operation: the answer must be the one given before.
fn repeat(organisation: &Organisation, done: &[&Done]) -> Result<Vec<String>> {
    let share = done.len().div_ceil(REPEATERS).max(1);
    std::thread::scope(|scope| {
        let mut repeaters = Vec::new();
        for share in done.chunks(share) {
            let client = organisation.client();
            let again = move |done: &&Done| differs(&client, done);
            repeaters.push(scope.spawn(|| share.iter().filter_map(again).collect::<Vec<_>>()));
        }
        let mut wrong = Vec::new();
        for repeater in repeaters {
            let found = repeater.join();
            wrong.extend(found.map_err(|_| anyhow!("a repeater panicked"))?);
        }
        Ok(wrong)
    })
}

/// Asks once more, and says so when the answer is another one.
fn differs(client: &Client, Done { ask, answer }: &Done) -> Option<String> {
    let reply = client.post(&ask.path, &ask.key, &ask.body);
    let is_same = reply.as_ref().is_ok_and(|reply| {
        let repeated = reply.json().unwrap_or_default();
        let same = |part: &str| repeated[part] == answer[part];
        reply.is_success() && ["id", "operation", "ledger"].into_iter().all(same)
    });
    (!is_same).then(|| format!("{} was {answer}, repeated it is {reply:?}", ask.key))
}

/// The product's own checks.
fn commands(organisation: &Organisation) -> Vec<String> {
    let mut wrong = Vec::new();
    for verb in ["verify", "replay"] {
        let mut command = organisation.bifold(&["ledger", verb]);
        match command.stdin(Stdio::null()).output() {
            Ok(output) if output.status.success() => println!("bifold ledger {verb}: well"),
            Ok(output) => wrong.push(format!(
                "bifold ledger {verb} ended with {}: {}{}",
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            )),
            Err(error) => wrong.push(format!("bifold ledger {verb}: {error}")),
        }
    }
    wrong
}

/// Acknowledged operations and ledger entries must match both ways, entry by entry.
fn in_the_ledger(done: &[&Done], published: &Published, before: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    let all = published
        .0
        .iter()
        .flat_map(|log| (0_u64..).zip(&log.leaves));
    let mut found = Places::new();
    for (index, leaf) in all.skip(before) {
        found.entry(&leaf.operation).or_default().push(index);
    }
    let mut seen = BTreeSet::new();
    for Done { ask, answer } in done {
        let entries = answer["ledger"]["entries"].as_array();
        let told: Vec<u64> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| entry["index"].as_u64())
            .collect();
        let operation = answer["operation"].as_str().unwrap_or_default();
        let there = found.get(operation).cloned().unwrap_or_default();
        if told.is_empty() || told != there {
            let key = &ask.key;
            wrong.push(format!(
                "{key} was told of entries {told:?}, the ledger has {there:?}: {answer}"
            ));
        }
        if !seen.insert(operation) {
            wrong.push(format!("operation {operation} was given to two requests"));
        }
    }
    let strange = found.keys().filter(|operation| !seen.contains(**operation));
    wrong.extend(strange.map(|op| format!("nobody asked for operation {op} of the ledger")));
    wrong
}

/// Every incident has a number of its own.
fn numbers(done: &[&Done]) -> Vec<String> {
    let declared: Vec<&Value> = done
        .iter()
        .filter(|done| done.ask.path.ends_with("/incidents"))
        .map(|done| &done.answer["number"])
        .collect();
    let unique: BTreeSet<String> = declared.iter().map(ToString::to_string).collect();
    if unique.len() == declared.len() {
        Vec::new()
    } else {
        let (declared, unique) = (declared.len(), unique.len());
        vec![format!(
            "{declared} declared incidents have {unique} numbers"
        )]
    }
}

/// The standalone verifier accepts the log and finds every older checkpoint in it.
fn prefixes(
    organisation: &Organisation,
    published: &Published,
    load: &Load,
) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for log in &published.0 {
        let year = log.folder.file_name().unwrap_or_default();
        let mut verify = Command::new(organisation.program("bifold-verify"));
        verify.arg(&log.folder).args(["--vkey", &log.vkey]);
        let mut count = 0;
        for file in &load.checkpoints {
            let origin = std::fs::read_to_string(file)?;
            let origin = origin.lines().next().unwrap_or_default();
            if origin.ends_with(&*year.to_string_lossy()) {
                verify.arg("--checkpoint").arg(file);
                count += 1;
            }
        }
        let output = verify.stdin(Stdio::null()).output()?;
        if output.status.success() {
            println!("bifold-verify: accepted, with {count} older checkpoints as prefixes");
        } else {
            let said = String::from_utf8_lossy(&output.stdout);
            wrong.push(format!(
                "bifold-verify ended with {}: {said}",
                output.status
            ));
        }
    }
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use super::super::client::{Ask, Done};
    use super::super::leaves::{Leaf, Log, Published};
    use super::{in_the_ledger, numbers};
    use serde_json::json;

    fn done(operation: &str, number: &str, entries: &[u64]) -> Done {
        let entries: Vec<_> = entries.iter().map(|n| json!({ "index": n })).collect();
        Done {
            ask: Ask {
                path: "/api/v1/incidents".to_owned(),
                key: "k".to_owned(),
                body: String::new(),
            },
            answer: json!({
                "operation": operation, "number": number, "ledger": { "entries": entries },
            }),
        }
    }

    fn published(operations: &[&str]) -> Published {
        let leaves = operations.iter().map(|operation| Leaf {
            operation: (*operation).to_owned(),
        });
        Published(vec![Log {
            folder: "2026".into(),
            vkey: String::new(),
            leaves: leaves.collect(),
        }])
    }

    #[test]
    fn what_was_lost_doubled_moved_or_invented_is_found() {
        let (a, b) = (done("a", "1", &[1, 2]), done("b", "2", &[3]));
        let cases = [
            (vec!["init", "a", "a", "b"], 0, "as told"),
            (vec!["init", "a", "a"], 1, "b was lost"),
            (vec!["init", "a", "b"], 2, "a is torn, and b moved"),
            (vec!["init", "a", "a", "b", "b"], 1, "b is there twice"),
            (vec!["init", "a", "a", "b", "c"], 1, "c is nobody's"),
            (vec!["init", "b", "a", "a"], 2, "in another order"),
        ];
        for (operations, wrong, what) in cases {
            let found = in_the_ledger(&[&a, &b], &published(&operations), 1);
            assert_eq!(found.len(), wrong, "{what}: {found:?}");
        }
        let twice = in_the_ledger(&[&a, &a], &published(&["init", "a", "a"]), 1);
        assert_eq!(twice.len(), 1, "{twice:?}");
    }

    #[test]
    fn two_incidents_with_one_number_are_found() {
        let (a, b) = (done("a", "1", &[1]), done("b", "1", &[2]));
        assert_eq!(numbers(&[&a, &b]).len(), 1);
        assert_eq!(numbers(&[&a]).len(), 0);
    }
}
