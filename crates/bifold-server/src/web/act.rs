//! Forms of the incident page: every verb of the API under one address, with undo where there is
//! a way back, and both versions side by side where somebody else was quicker.

use super::form::Form;
use super::frame::{Frame, Visit, page_with, see_other};
use super::incident::sentences::{Sentence, sentence};
use super::locale::Locale;
use super::say::{Flash, Undo};
use crate::api::incidents::timeline::happenings;
use crate::api::incidents::{actions, id_of, readable, tasks, verbs};
use crate::error::{Error, Problem, Result};
use crate::params::Place;
use crate::route::Route;
use crate::server::Server;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bifold_domain::incident::Incident;
use bifold_domain::{ActionId, Command, TaskId};
use bifold_store::query::timeline::Part;

/// The verb of a conversation.
const SAY: &str = "say";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post("/incidents/{id}/do/{*verb}", "page_incident_do", act)
            .summary("Does one thing to an incident, as the form of its page says.")
            .page(),
    ]
}

async fn act(
    State(server): State<Server>,
    Place((name, verb)): Place<(String, String)>,
    form: Form,
) -> Result<Response> {
    // Not everybody who may act may read: breaking the glass is for those who cannot.
    let before = readable(&server, &form.caller, &name).await.ok();
    let shown = before
        .as_ref()
        .map_or_else(|| name.clone(), |(i, _)| i.shown_number());
    match carry_out(&server, &name, &verb, &form).await {
        Ok(()) => {
            let undo = before.and_then(|(incident, _)| undo(&incident, &verb, &form));
            let then = form.then(format!("/incidents/{shown}"));
            if verb == SAY {
                // In a conversation what was said is seen.
                return Ok(see_other(&then));
            }
            let say = format!("done-{}", verb_key(&verb));
            Ok(Flash::new(say, shown).undo(undo).on(see_other(&then)))
        }
        Err(error) if form.is_fetched && !is_stale(&error) => Err(error),
        Err(error) => match before {
            Some((incident, _)) => again(&server, form, &verb, &incident, error).await,
            None => Err(error),
        },
    }
}

/// `tasks/tsk_…/finish` is the verb `task-finish`; `major/propose` is `major-propose`.
fn verb_key(verb: &str) -> String {
    match verb.split('/').collect::<Vec<_>>().as_slice() {
        ["tasks", _, what] => format!("task-{what}"),
        ["tasks"] => "task-add".to_owned(),
        ["actions", _, what] => format!("action-{what}"),
        ["actions"] => "action-restore".to_owned(),
        _ => verb.replace('/', "-"),
    }
}

async fn carry_out(server: &Server, name: &str, verb: &str, form: &Form) -> Result<()> {
    let write = form.write()?;
    let command = match verb.split('/').collect::<Vec<_>>().as_slice() {
        ["tasks"] => {
            let task = TaskId::from_bits(write.bits(server));
            tasks::added(task, write.bytes())?
        }
        ["actions"] => {
            let action = ActionId::from_bits(write.bits(server));
            actions::wanted(action, write.bytes())?
        }
        ["actions", action, what] => {
            actions::changed(what, action, write.bytes()).ok_or(Error::NoRoute)??
        }
        ["tasks", task, what] => {
            let task = TaskId::parse(task).map_err(|_| Error::no("task"))?;
            tasks::changed(what, task, write.bytes()).ok_or(Error::NoRoute)??
        }
        _ => verbs::command(verb, write.bytes()).ok_or(Error::NoRoute)??,
    };
    let id = id_of(server, name).await?;
    write
        .execute(server, vec![Command::Incident(id, command)])
        .await?;
    Ok(())
}

fn is_stale(error: &Error) -> bool {
    matches!(error, Error::Store(bifold_store::Error::Stale { .. }))
}

/// The way back, where there is one that needs no explanation.
fn undo(before: &Incident, verb: &str, form: &Form) -> Option<Undo> {
    let field = |name: &str, value: String| (name.to_owned(), value);
    let reason = || field("reason", form.guest.locale.t("undo-reason"));
    let (verb, fields) = match verb {
        "snooze" => ("wake", vec![]),
        "hold" => ("resume", vec![]),
        "merge" => ("unmerge", vec![reason()]),
        "restrict" if before.compartment.is_none() => ("unrestrict", vec![reason()]),
        "major/propose" => ("major/decline", vec![reason()]),
        "label" => ("label", vec![field("tlp", before.tlp.word().to_owned())]),
        "prioritise" => (
            "prioritise",
            vec![
                field("impact", before.impact.word().to_owned()),
                field("urgency", before.urgency.word().to_owned()),
                reason(),
            ],
        ),
        "assign" | "take" if before.team.is_some() || before.assignee.is_some() => {
            let team = before.team.iter().map(|t| field("team", t.to_string()));
            let person = before
                .assignee
                .iter()
                .map(|p| field("person", p.to_string()));
            ("assign", team.chain(person).collect())
        }
        "relate" => (
            "unrelate",
            form.written()
                .map(|(n, v)| field(n, v.to_owned()))
                .collect(),
        ),
        _ => return None,
    };
    Some(Undo {
        action: format!("/incidents/{}/do/{verb}", before.shown_number()),
        fields,
    })
}

/// One field of the form that did not go through, to be corrected and sent again.
struct Kept {
    name: String,
    label: String,
    value: String,
    is_long: bool,
    is_hidden: bool,
}

#[derive(Template)]
#[template(path = "again.html")]
struct AgainPage {
    f: Frame,
    said: String,
    todo: String,
    problem: Problem,
    gaps: Vec<String>,
    number: String,
    title: String,
    action: String,
    key: String,
    version: u64,
    kept: Vec<Kept>,
    is_conflict: bool,
    /// What others did since the form was rendered.
    since: Vec<Sentence>,
}

/// The form once more, with everything that was written in it.
async fn again(
    server: &Server,
    form: Form,
    verb: &str,
    incident: &Incident,
    error: Error,
) -> Result<Response> {
    let problem = Problem::from(&error);
    if problem.status >= 500 {
        return Err(error);
    }
    let l = form.guest.locale;
    let visit = Visit::of(form.caller.clone(), form.guest.clone());
    let (said, todo) = super::failure::words(l, &problem);
    let number = incident.shown_number();
    let (now, version) = readable(server, &form.caller, &number).await?;
    let mut since = Vec::new();
    if let Some(seen) = problem.seen_version {
        // Versions count facts: the first new one has the number of the version that was seen.
        let part = Part {
            after: Some(i64::try_from(seen).unwrap_or(0) - 1),
            ..Part::default()
        };
        let page = happenings(server, &form.caller, &now, &part, 50).await?;
        let directory = server.store.directory().await?;
        since = page
            .items
            .into_iter()
            .map(|h| sentence(l, h, &directory))
            .collect();
    }
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
    let page = AgainPage {
        f: visit.frame(server, l.t("again-title"), "incidents").await?,
        said,
        todo,
        gaps: super::failure::gaps(l, &problem),
        title: now.title.shown(),
        action: format!("/incidents/{number}/do/{verb}"),
        number,
        key: server.store.shell().ids.next_uuid(),
        version,
        kept: form
            .written()
            .map(|(name, value)| kept(l, name, value))
            .collect(),
        is_conflict: is_stale(&error),
        since,
        problem,
    };
    page_with(status, &page)
}

fn kept(l: Locale, name: &str, value: &str) -> Kept {
    let bare = name
        .trim_end_matches("[]")
        .trim_end_matches(['?', '@', '#', '!']);
    let is_text = matches!(
        bare,
        "text"
            | "reason"
            | "description"
            | "outcome"
            | "title"
            | "basis"
            | "loss"
            | "whereabouts"
            | "note"
    );
    Kept {
        label: l.word("field", bare),
        name: name.to_owned(),
        value: value.to_owned(),
        is_long: is_text && bare != "title",
        is_hidden: !is_text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_has_one_key_whatever_its_path() {
        for (verb, key) in [
            ("resolve", "resolve"),
            ("major/propose", "major-propose"),
            ("tasks", "task-add"),
            ("tasks/tsk_x/finish", "task-finish"),
        ] {
            assert_eq!(verb_key(verb), key);
        }
    }
}
