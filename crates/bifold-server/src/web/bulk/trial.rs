//! What would happen: the same pure decision as the real thing, and nothing is written.

use super::{Asked, Line, line};
use crate::api::incidents::{readable, verbs};
use crate::error::{Error, Problem, Result};
use crate::server::Server;
use crate::web::failure;
use crate::web::form::Form;
use crate::web::locale::Locale;
use bifold_domain::incident::{Command as C, Incident};
use bifold_domain::time::HOUR;
use bifold_domain::{Context, Neighbours, Record};
use serde_json::json;

/// How it goes with one incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Changes,
    Refused,
    Already,
}

/// A refusal: whether it is so already, and why not in words.
pub(super) fn refused(l: Locale, problem: &Problem) -> (Outcome, String) {
    if problem.code == "nothing-to-change" {
        return (Outcome::Already, String::new());
    }
    (Outcome::Refused, failure::words(l, problem).0)
}

/// A line for each, as it would go now.
pub(super) async fn lines(server: &Server, form: &Form, asked: &Asked) -> Result<Vec<Line>> {
    let is_complete = asked.is_complete();
    let command = if is_complete {
        asked.command()?
    } else {
        stand_in(server, form, asked.verb)?
    };
    let mut lines = Vec::new();
    for number in &asked.numbers {
        let tried = tried(server, form, number, &command).await;
        let mut line = line(server, form, number, tried).await;
        // That it is so already says something only of what was chosen.
        if !is_complete && line.outcome == Outcome::Already {
            line.outcome = Outcome::Changes;
        }
        lines.push(line);
    }
    Ok(lines)
}

async fn tried(server: &Server, form: &Form, number: &str, command: &C) -> Result<()> {
    let (incident, _) = readable(server, &form.caller, number).await?;
    let directory = server.store.directory().await?;
    let neighbours = Neighbours {
        can_read: true,
        ..Neighbours::default()
    };
    let context = Context {
        actor: &form.caller.actor,
        now: server.store.shell().clock.now(),
        directory: &directory,
        neighbours: &neighbours,
    };
    Incident::decide(Some(&incident), command.clone(), &context)?;
    Ok(())
}

/// The command with values that stand in for those not chosen yet: what it says about who may,
/// and at which stage, holds for the others too.
fn stand_in(server: &Server, form: &Form, verb: &str) -> Result<C> {
    let now = server.store.shell().clock.now();
    let me = form.caller.actor.person.as_str();
    let body = match verb {
        "snooze" => json!({ "until": now.plus(HOUR).to_string(), "reason": "-" }),
        "assign" => json!({ "person": me }),
        _ => json!({ "impact": "moderate", "urgency": "medium", "reason": "-" }),
    };
    let bytes = serde_json::to_vec(&body).map_err(|_| Error::Internal)?;
    verbs::command(verb, &bytes).ok_or(Error::NoRoute)?
}
