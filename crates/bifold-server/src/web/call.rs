//! Somebody is on the telephone, or stands at the desk: one screen in the order of the talk, one
//! question about safety, and the next caller (features F013).

use super::choice::{self, Choice};
use super::form::Form;
use super::frame::{Frame, Visit, page, see_other};
use super::report::title_of;
use super::rows::urgent;
use super::say::Flash;
use crate::api::incidents::readable;
use crate::error::{Error, Result};
use crate::params::Params;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::event::{Channel, Command as C, Outcome, Receive, Sort, Told};
use bifold_domain::{
    At, Command, Directory, EventId, Permission, PersonId, ServiceId, Short, Text,
};
use bifold_store::query::incident::Filter;
use serde::Deserialize;

const HERE: &str = "/call";
/// Major incidents that are offered as the reason of the call.
const MAJORS: u32 = 5;
/// Open incidents whose numbers are offered.
const OPEN: u32 = 100;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(HERE, "page_call", Access::Needs(Permission::Triage), show)
            .summary("The form for what somebody tells on the telephone.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::post(HERE, "page_call_send", send)
            .summary("Takes in what somebody told on the telephone.")
            .page(),
    ]
}

/// What a telephone system knows of who calls.
#[derive(Debug, Deserialize)]
struct Query {
    caller: Option<String>,
}

#[derive(Template)]
#[template(path = "call.html")]
struct CallPage {
    f: Frame,
    caller: String,
    number: String,
    people: Vec<String>,
    services: Vec<Choice>,
    majors: Vec<super::incident::row::Row>,
    open: Vec<super::incident::row::Row>,
    key: String,
}

/// A number is no name: digits and what people write between them.
fn is_number(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let between = |c: char| matches!(c, '+' | ' ' | '-' | '/' | '.' | '(' | ')');
    text.contains(is_digit) && text.chars().all(|c| is_digit(c) || between(c))
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Params(query): Params<Query>,
) -> Result<Response> {
    let directory = server.store.directory().await?;
    let given = query.caller.unwrap_or_default();
    let given: String = given.trim().chars().take(100).collect();
    let (caller, number) = if is_number(&given) {
        (String::new(), given)
    } else {
        (given, String::new())
    };
    let open = Filter {
        is_open: Some(true),
        ..Filter::default()
    };
    let majors = Filter {
        major: Some("promoted".to_owned()),
        ..open.clone()
    };
    let people = choice::people(&directory, None).into_iter();
    let title = visit.locale().t("call-title");
    page(&CallPage {
        f: visit.frame(&server, title, "call").await?,
        caller,
        number,
        people: people.map(|person| person.label).collect(),
        services: choice::services(&directory, None),
        majors: urgent(&server, &visit, &majors, MAJORS).await?,
        open: urgent(&server, &visit, &open, OPEN).await?,
        key: server.store.shell().ids.next_uuid(),
    })
}

/// The one question about safety.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Safety {
    Yes,
    No,
    Unknown,
}

/// What comes after it is logged.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Then {
    /// The next caller.
    Next,
    /// The decision what it is.
    Decide,
}

/// What was said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    caller: Option<Short>,
    number: Option<Short>,
    what: Text,
    occurred_at: Option<At>,
    affected: Option<u32>,
    safety: Safety,
    service: Option<ServiceId>,
    /// The major incident that it is.
    same: Option<String>,
    /// The number of another incident that it is.
    incident: Option<String>,
    told_at: Option<At>,
    channel: Channel,
    then: Then,
}

/// The person of this name, if there is exactly one.
fn person(directory: &Directory, name: &str) -> Option<PersonId> {
    let name = name.to_lowercase();
    let mut found = directory
        .people
        .values()
        .filter(|person| person.is_active && person.name.shown().to_lowercase() == name);
    let first = found.next()?;
    found.next().is_none().then(|| first.id.clone())
}

/// How to reach them: the number, and the name of whom nobody here knows.
fn contact(name: Option<&Short>, number: Option<&Short>) -> Option<Short> {
    let both: Vec<&str> = [name, number]
        .into_iter()
        .flatten()
        .map(Short::as_str)
        .collect();
    let whole = Short::parse(&both.join(", ")).ok();
    // Two long ones do not fit; the number is how to call back.
    whole.or_else(|| number.or(name).cloned())
}

fn report(call: &Call, directory: &Directory) -> Result<Receive> {
    let title = title_of(call.what.as_str())?;
    let by = call
        .caller
        .as_ref()
        .and_then(|name| person(directory, name.as_str()));
    let unknown = call.caller.as_ref().filter(|_| by.is_none());
    Ok(Receive {
        sort: match call.safety {
            Safety::Yes => Sort::Suspicion,
            Safety::No => Sort::Fault,
            Safety::Unknown => Sort::Unsure,
        },
        description: (call.what.as_str() != title.as_str()).then(|| call.what.clone()),
        title,
        channel: call.channel,
        service: call.service.clone(),
        contact: contact(unknown, call.number.as_ref()),
        occurred_at: call.occurred_at,
        signal: None,
        is_sensitive: false,
        told: Some(Told {
            by,
            at: call.told_at,
            affected: call.affected,
        }),
    })
}

async fn send(State(server): State<Server>, form: Form) -> Result<Response> {
    let write = form.write()?;
    let call: Call = write.body()?;
    let directory = server.store.directory().await?;
    let id = EventId::from_bits(server.store.shell().ids.next());
    let report = report(&call, &directory)?;
    let mut commands = vec![Command::Event(id.clone(), C::Receive(report))];
    if let Some(named) = call.same.as_ref().or(call.incident.as_ref()) {
        let (incident, _) = readable(&server, &write.caller, named).await?;
        let reason = match call.channel {
            Channel::WalkIn => "Told at the desk as part of it.",
            _ => "Told on the telephone as part of it.",
        };
        let outcome = Outcome::Incident {
            incident: incident.id,
            reason: Text::parse(reason).map_err(|_| Error::Internal)?,
        };
        commands.push(Command::Event(id, C::Decide(outcome)));
    }
    let receipt = write.execute(&server, commands).await?;
    let event = receipt.touched.iter().find(|t| t.record_type == "event");
    let number = event.and_then(|t| t.number.clone()).unwrap_or_default();
    let to = match call.then {
        Then::Next => HERE.to_owned(),
        Then::Decide => format!("/events/{number}"),
    };
    Ok(Flash::new("done-call", number).on(see_other(&to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_telephone_system_says_is_a_number_or_a_name() {
        for number in ["+41 44 555 01 23", "(044) 555-0123", "0445550123", "1/2"] {
            assert!(is_number(number), "{number}");
        }
        for name in ["Ada Lovelace", "", "+", "R2D2", "ext 12"] {
            assert!(!is_number(name), "{name}");
        }
    }

    #[test]
    fn a_name_and_a_number_that_do_not_fit_together_leave_the_number() {
        let short = |text: &str| Short::parse(text).unwrap();
        let (name, number) = (short("Somebody"), short("12 34"));
        let both = contact(Some(&name), Some(&number)).unwrap();
        assert_eq!(both.as_str(), "Somebody, 12 34");
        let long = short(&"x".repeat(Short::LIMIT_BYTES));
        assert_eq!(contact(Some(&long), Some(&number)), Some(number));
        assert_eq!(contact(None, None), None);
    }
}
