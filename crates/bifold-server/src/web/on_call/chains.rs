//! Escalation chains in words, and whom each would call.

mod form;

use super::{PLANS, sent, shown};
use crate::error::{Error, Result};
use crate::route::{Access, Route};
use crate::server::Server;
use crate::view::on_call::CallView;
use crate::view::{Named, Names};
use crate::web::choice::Choice;
use crate::web::fields::Fields;
use crate::web::frame::{Frame, Visit, page};
use crate::web::locale::Locale;
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use bifold_domain::oncall::chain::{Chain, Step};
use bifold_domain::{At, ChainId, Directory, Permission};

pub(super) const HERE: &str = "/oncall/chains";
const READS: Access = Access::Needs(Permission::ReadIncidents);

pub(super) fn routes() -> Vec<Route> {
    const NEW: &str = "/oncall/chains/new";
    const ONE: &str = "/oncall/chains/{id}";
    vec![
        shown(HERE, "page_chains", READS, show)
            .summary("Escalation chains, and whom they would call."),
        shown(NEW, "page_chain_new", PLANS, form::new).summary("A new escalation chain."),
        sent(NEW, "page_chain_make", PLANS, form::make).summary("Makes an escalation chain."),
        shown(ONE, "page_chain", PLANS, form::show).summary("A chain, to be changed."),
        sent(ONE, "page_chain_revise", PLANS, form::revise).summary("Replaces what a chain says."),
        sent(
            "/oncall/chains/{id}/retire",
            "page_chain_retire",
            PLANS,
            form::retire,
        )
        .summary("Takes a chain out of use."),
    ]
}

/// A chain in words.
struct Shown {
    id: String,
    name: String,
    steps: Vec<String>,
    /// What an acknowledgement without work leads to.
    silence: String,
}

/// One call of a rehearsal.
struct Called {
    at: At,
    after: String,
    step: String,
    /// Who; empty when nobody can be called.
    who: String,
    why: String,
}

/// What a chain would do.
struct Rehearsed {
    name: String,
    calls: Vec<Called>,
    ends_at: At,
}

#[derive(Template)]
#[template(path = "oncall-chains.html")]
struct ChainsPage {
    f: Frame,
    chains: Vec<Shown>,
    choices: Vec<Choice>,
    /// From when on, as the field holds it.
    at: String,
    rehearsed: Option<Rehearsed>,
    may_plan: bool,
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let l = visit.locale();
    let viewer = visit.caller.viewer();
    let directory = server.store.directory().await?;
    let asked = Fields::of_query(query.as_deref());
    let now = server.store.shell().clock.now();
    let at = asked.get("at").map_or(Ok(now), moment)?;
    let chains = server.store.chains(&viewer).await?;
    let chosen = asked.get("chain").map(parse).transpose()?;
    let rehearsed = match &chosen {
        Some(id) => Some(rehearse(&server, &visit, id, at, &directory).await?),
        None => None,
    };
    let choice = |chain: &Chain| {
        Choice::new(
            &chain.id,
            &chain.entry.name,
            chosen.as_ref() == Some(&chain.id),
        )
    };
    page(&ChainsPage {
        f: visit.frame(&server, l.t("chains"), "on-call").await?,
        choices: chains.iter().map(choice).collect(),
        chains: chains
            .iter()
            .map(|chain| in_words(l, chain, &directory))
            .collect(),
        at: at.to_string().chars().take(16).collect(),
        rehearsed,
        may_plan: visit.may(Permission::ManageOnCall),
    })
}

pub(super) fn parse(id: &str) -> Result<ChainId> {
    ChainId::parse(id).map_err(|_| Error::no("escalation chain"))
}

/// A time as the field of a browser writes it, in UTC.
fn moment(text: &str) -> Result<At> {
    let text = if text.len() == 16 {
        format!("{text}:00Z")
    } else {
        text.to_owned()
    };
    At::parse(&text).map_err(|why| Error::Query(why.to_string()))
}

async fn rehearse(
    server: &Server,
    visit: &Visit,
    id: &ChainId,
    at: At,
    directory: &Directory,
) -> Result<Rehearsed> {
    let l = visit.locale();
    let viewer = visit.caller.viewer();
    let missing = || Error::no("escalation chain");
    let (chain, _) = server.store.chain(&viewer, id).await?.ok_or_else(missing)?;
    let rehearsal = server.store.rehearse(&viewer, id, at, 0).await?;
    let rehearsal = rehearsal.ok_or_else(missing)?;
    let calls = rehearsal.calls.iter().map(|call| {
        let view = CallView::of(call, Names(directory));
        let people: Vec<&str> = view.people.iter().map(Named::shown).collect();
        let step = chain.entry.steps.get(usize::from(call.step));
        Called {
            at: call.at,
            after: after(l, (call.at.micros() - at.micros()) / 1_000_000),
            step: step.map_or_else(String::new, |step| said(l, step, directory)),
            who: people.join(", "),
            why: view
                .nobody
                .map_or_else(String::new, |why| l.word("nobody-is", why.word())),
        }
    });
    Ok(Rehearsed {
        name: chain.entry.name.to_string(),
        calls: calls.collect(),
        ends_at: rehearsal.ends_at,
    })
}

fn after(l: Locale, seconds: i64) -> String {
    if seconds == 0 {
        return l.t("chain-at-once");
    }
    l.with("chain-after", "span", l.span(seconds))
}

fn in_words(l: Locale, chain: &Chain, directory: &Directory) -> Shown {
    let entry = &chain.entry;
    let silence = entry.unacknowledge_minutes;
    Shown {
        id: chain.id.to_string(),
        name: entry.name.to_string(),
        steps: entry
            .steps
            .iter()
            .map(|step| said(l, step, directory))
            .collect(),
        silence: silence.map_or_else(
            || l.t("chain-stands"),
            |minutes| l.with("chain-silence", "n", minutes),
        ),
    }
}

/// A step in words.
fn said(l: Locale, step: &Step, directory: &Directory) -> String {
    let names = Names(directory);
    match step {
        Step::Wait { minutes } => l.with("step-wait", "n", *minutes),
        Step::Repeat { times } => l.with("step-repeat", "n", *times),
        Step::Person { person } => l.with("step-person", "who", names.person(person).shown()),
        Step::Team { team } => l.with("step-team", "who", names.team(team).shown()),
        Step::Schedule { schedule } => {
            let found = directory.schedules.get(schedule);
            let name = found.map_or_else(|| schedule.to_string(), |s| s.plan.name.to_string());
            l.with("step-schedule", "who", name)
        }
        Step::RoundRobin { people } => {
            let people: Vec<String> = people
                .iter()
                .map(|person| names.person(person).shown().to_owned())
                .collect();
            l.with("step-round", "who", people.join(", "))
        }
        Step::OnlyIn { hours, outside } => l.with(
            &format!("step-only-{}", outside.word()),
            "zone",
            hours.zone().name(),
        ),
    }
}
