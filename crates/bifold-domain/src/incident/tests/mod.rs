//! Given, when, then: the rules of the incident as tables, one file a theme.

mod access;
mod assessment;
mod closure;
mod gate;
mod gate_parts;
mod gate_random;
mod intake;
mod lanes;
mod major;
mod matrix;
mod paging;
mod places;
mod random;
mod readers;
mod relations;
mod room;
mod sealed;
mod window;
mod work;

use super::*;
use crate::fixture::*;
use crate::refusal::ClosureGap;

fn security() -> KindKey {
    KindKey::security()
}
fn service() -> KindKey {
    KindKey::service()
}
fn privacy() -> KindKey {
    KindKey::parse("privacy").unwrap()
}

fn verdict(kind: KindKey, finding: Finding) -> Command {
    Command::Assess(Assess {
        kind,
        finding,
        answers: BTreeMap::new(),
        reason: text(&format!("It looks like {finding}.")),
    })
}

fn rating(rows: &[(Dimension, Harm)]) -> Command {
    Command::Rate(Rate {
        ratings: rows.iter().copied().collect(),
        basis: text("What we saw."),
    })
}

fn new_task(lane: KindKey, mandatory: bool) -> NewTask {
    NewTask {
        lane,
        title: title("Look at the logs"),
        owner: None,
        due: None,
        mandatory,
        stream: None,
    }
}

fn end() -> EndTask {
    EndTask {
        outcome: text("Nothing found."),
    }
}

fn in_words(words: &str) -> Remedy {
    Remedy { text: text(words) }
}

fn note(lane: Option<KindKey>, audience: Audience) -> Command {
    Command::Note(Note {
        text: text("We are looking."),
        lane,
        audience,
        next_by: None,
    })
}

fn foresee(percent: u16) -> Foresee {
    Foresee {
        clock: crate::level::ClockKey {
            agreement: short("standard"),
            metric: crate::level::Metric::Resolve,
        },
        percent,
    }
}

fn resolve() -> Resolve {
    Resolve {
        code: short("fixed"),
        text: text("Replaced the certificate."),
        restored_at: None,
        cause: Some(short("defect")),
    }
}

fn close() -> Close {
    Close {
        cause: None,
        without_confirmation: None,
    }
}

fn only(people: &[&str], teams: &[&str]) -> Restrict {
    Restrict {
        people: people.iter().map(|name| person(name)).collect(),
        teams: teams.iter().map(|name| team(name)).collect(),
        reason: text("Need to know."),
    }
}

fn categorised(name: &str) -> Command {
    Command::Classify(Classify {
        category: Some(short(name)),
        service: None,
        customer: None,
        assets: None,
    })
}

/// The officer has found that it is a security incident.
fn secured() -> Case {
    declared().and("officer", verdict(security(), Finding::Yes))
}

/// Resolved, with both questions answered and a category: only the reporter is missing.
fn resolved() -> Case {
    declared()
        .and("agent", categorised("network"))
        .and("agent", verdict(service(), Finding::Yes))
        .and("agent", verdict(security(), Finding::No))
        .and("agent", Command::Resolve(resolve()))
}

fn closed() -> Case {
    resolved()
        .and("reporter", Command::Confirm)
        .and("agent", Command::Close(close()))
}

fn merged() -> Case {
    declared().and(
        "agent",
        Command::Merge(Merge {
            into: open_one(),
            reason: text("Same outage."),
        }),
    )
}

fn wrong_stage(verb: &'static str, stage: &'static str) -> Refusal {
    Refusal::WrongStage { verb, stage }
}

#[allow(clippy::needless_pass_by_value)] // Ids, references and words alike.
fn unknown(what: &'static str, named: impl ToString) -> Refusal {
    Refusal::Unknown {
        what,
        named: named.to_string(),
    }
}

fn not_permitted(permission: crate::access::Permission) -> Refusal {
    Refusal::NotPermitted { permission }
}
