//! The room of an incident on a terminal.

use super::{safe, text};
use crate::client::Client;
use serde_json::Value;
use std::fmt::Write as _;

/// Characters of a time that people need: to the minute.
const MINUTES: usize = 16;

fn when(value: &Value) -> String {
    let at = text(value, "at");
    at.get(..MINUTES).unwrap_or(at).replace('T', " ")
}

fn name(value: &Value, key: &str) -> String {
    let name = value.get(key).and_then(|who| who.get("name"));
    name.and_then(Value::as_str)
        .unwrap_or("somebody")
        .to_owned()
}

fn each<'a>(answer: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    answer
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// Reports, decisions and what was said, the newest last.
pub(super) fn room(client: &Client, incident: &str) -> anyhow::Result<(Value, String)> {
    let answer = client.get(&format!("/incidents/{}/room", safe(incident)?))?;
    let words = words(&answer);
    Ok((answer, words))
}

fn words(answer: &Value) -> String {
    let mut out = String::new();
    let reports = answer.get("reports").and_then(Value::as_object);
    for (to, report) in reports.into_iter().flatten() {
        let _ = writeln!(
            out,
            "Report ({to}), {}, {}: {}",
            name(report, "by"),
            when(report),
            text(report, "conditions")
        );
        for part in ["actions", "needs"] {
            if let Some(said) = report.get(part).and_then(Value::as_str) {
                let _ = writeln!(out, "  {part}: {said}");
            }
        }
    }
    let decisions: Vec<&Value> = each(answer, "decisions").collect();
    for decision in decisions.into_iter().rev() {
        let who = match text(decision, "state") {
            "open" => format!("open, proposed by {}", name(decision, "proposed_by")),
            state => format!("{state} by {}", name(decision, "decided_by")),
        };
        let n = decision
            .get("n")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let _ = writeln!(out, "Decision {n} ({who}): {}", text(decision, "text"));
    }
    for message in each(answer, "messages") {
        let lane = text(message, "lane");
        let lane = if lane.is_empty() {
            String::new()
        } else {
            format!(" [{lane}]")
        };
        let back = message.get("retracted").is_some_and(Value::is_string);
        let mark = if back { " (taken back)" } else { "" };
        let said = text(message, "text");
        let by = name(message, "by");
        let _ = writeln!(out, "{}  {by}{lane}: {said}{mark}", when(message));
    }
    if out.is_empty() {
        out.push_str("Nothing was said in this room yet.\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_room_reads_from_the_top_to_what_was_said_last() {
        let by = json!({ "id": "per_1", "name": "Ada" });
        let answer = json!({
            "reports": { "tactical": { "by": by, "at": "2026-03-01T09:30:00Z",
                "conditions": "Two of nine work.", "needs": "A supplier.", "actions": null } },
            "decisions": [
                { "n": 2, "state": "open", "text": "Fail over.", "proposed_by": by },
                { "n": 1, "state": "taken", "text": "Wait.", "decided_by": by },
            ],
            "messages": [
                { "at": "2026-03-01T09:31:00Z", "by": by, "lane": "security", "text": "A beacon." },
                { "at": "2026-03-01T09:32:00Z", "by": by, "lane": null, "text": "Lunch?",
                    "retracted": "Wrong room." },
            ],
        });
        assert_eq!(
            words(&answer),
            "Report (tactical), Ada, 2026-03-01 09:30: Two of nine work.\n  needs: A supplier.\n\
             Decision 1 (taken by Ada): Wait.\nDecision 2 (open, proposed by Ada): Fail over.\n\
             2026-03-01 09:31  Ada [security]: A beacon.\n\
             2026-03-01 09:32  Ada: Lunch? (taken back)\n"
        );
        assert_eq!(words(&json!({})), "Nothing was said in this room yet.\n");
    }
}
