//! What may be done with a disclosure, and by whom.
//!
//! Whoever may not know of it is told that there is none, whatever they ask.

use super::{
    Assign, Because, Close, Command, Deny, Disclosure, Fact, Grant, Ground, Receive, Stage,
    Standing, Words,
};
use crate::access::{Auth, Permission};
use crate::id::PersonId;
use crate::record::Context;
use crate::refusal::{Invalid, Refusal};
use crate::time::DAY;

/// People, and teams, that may be excluded.
const WITHOUT: usize = 200;
/// Things that may happen to one disclosure.
const TURNS: usize = 500;
/// Replies by its reporter among them.
const REPLIES: usize = 100;

pub(super) fn decide(
    state: Option<&Disclosure>,
    command: Command,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    let Some(found) = state else {
        return match command {
            Command::Receive(new) => received(new, context).map(|fact| vec![fact]),
            _ => Err(Refusal::no("disclosure")),
        };
    };
    let is_system = context.actor.auth == Auth::System;
    match command {
        Command::Receive(_) if is_system => Err(Refusal::AlreadyExists {
            what: "disclosure".to_owned(),
        }),
        Command::Reply(words) if is_system => replied(found, words).map(|fact| vec![fact]),
        Command::DeleteIdentity if is_system => over(found, context).map(|fact| vec![fact]),
        Command::GrantIdentity(grant) => granted(found, grant, context).map(|fact| vec![fact]),
        Command::RefuseIdentity(deny) => denied(found, deny, context).map(|fact| vec![fact]),
        command => {
            let viewer = context.actor.viewer();
            if is_system || !found.is_readable_by(&viewer, context.directory) {
                return Err(Refusal::no("disclosure"));
            }
            if found.course.len() >= TURNS {
                let (what, limit) = ("entries of one disclosure", TURNS);
                return Err(Refusal::TooMany { what, limit });
            }
            handled(found, command, context)
        }
    }
}

fn received(new: Receive, context: &Context<'_>) -> Result<Fact, Refusal> {
    if context.actor.auth != Auth::System {
        // A person who enters it would be somebody who knows where it comes from.
        return Err(Refusal::no("disclosure"));
    }
    let mut without = new.without;
    if without.people.len() > WITHOUT || without.teams.len() > WITHOUT {
        return Err(Invalid::TooMany {
            what: "people or teams that must not know of it",
            limit: WITHOUT,
        }
        .into());
    }
    let directory = context.directory;
    let unknown = |what: &'static str, named: String| Refusal::Unknown { what, named };
    for person in &without.people {
        if !directory.people.contains_key(person) {
            return Err(unknown("person", person.to_string()));
        }
    }
    for id in &without.teams {
        let team = directory.teams.get(id);
        let team = team.ok_or_else(|| unknown("team", id.to_string()))?;
        without.people.extend(team.members.iter().cloned());
    }
    let left = [Permission::HandleDisclosures, Permission::KeepIdentities];
    if !left.iter().any(|p| without.leaves(*p, directory)) {
        // Nobody would ever read it.
        return Err(Refusal::EmptyCompartment);
    }
    Ok(Fact::Received {
        number: context.neighbours.next_number,
        concern: new.concern,
        mode: new.mode,
        title: new.title.into(),
        text: new.text.into(),
        without,
    })
}

fn replied(found: &Disclosure, words: Words) -> Result<Fact, Refusal> {
    let replies = found.course.iter();
    let replies = replies.filter(|turn| matches!(turn.fact, Fact::Replied { .. }));
    if replies.count() >= REPLIES {
        let (what, limit) = ("replies to one disclosure", REPLIES);
        return Err(Refusal::TooMany { what, limit });
    }
    Ok(Fact::Replied {
        text: words.text.into(),
    })
}

/// What those do who may read it.
fn handled(
    found: &Disclosure,
    command: Command,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    let is_closed = found.stage == Stage::Closed;
    let settled = || Refusal::Settled {
        what: "the disclosure",
        how: "closed",
    };
    let fact = match command {
        // A late word is still a word, and what is written down does not change the outcome.
        Command::Note(words) => Fact::Noted {
            text: words.text.into(),
        },
        Command::Answer(words) => {
            let text = words.text.into();
            return Ok(spoken(found, Fact::Answered { text }));
        }
        Command::Feedback(words) => {
            let text = words.text.into();
            return Ok(spoken(found, Fact::FeedbackGiven { text }));
        }
        Command::Reopen(Because { reason }) if is_closed => Fact::Reopened {
            reason: reason.into(),
        },
        Command::DeleteIdentity if found.has_identity() => Fact::IdentityDeleted {
            ground: Ground::Decision,
        },
        Command::Reopen(_) | Command::DeleteIdentity => return Err(Refusal::NothingToChange),
        Command::ShowIdentity if found.shows_identity_to(&context.actor.person) => {
            Fact::IdentityShown
        }
        Command::ShowIdentity => {
            let act = "seeing the name";
            return Err(Refusal::SecondPersonNeeded { act });
        }
        _ if is_closed => return Err(settled()),
        Command::Assign(to) => assigned(found, to, context)?,
        Command::Acknowledge if found.acknowledged_at.is_none() => Fact::Acknowledged,
        Command::Refer(event) => {
            if !context.neighbours.events.contains(&event) {
                return Err(Refusal::no("event"));
            }
            Fact::Referred { event }
        }
        Command::Close(Close { outcome, reason }) => Fact::Closed {
            outcome,
            reason: reason.into(),
        },
        Command::AskIdentity(because) => asked(found, because, &context.actor.person)?,
        Command::Acknowledge => return Err(Refusal::NothingToChange),
        Command::Receive(_)
        | Command::Reply(_)
        | Command::GrantIdentity(_)
        | Command::RefuseIdentity(_) => return Err(Refusal::no("disclosure")),
    };
    Ok(vec![fact])
}

/// Whoever is spoken to knows that it came in.
fn spoken(found: &Disclosure, fact: Fact) -> Vec<Fact> {
    if found.stage == Stage::Received {
        vec![Fact::Acknowledged, fact]
    } else {
        vec![fact]
    }
}

fn assigned(found: &Disclosure, to: Assign, context: &Context<'_>) -> Result<Fact, Refusal> {
    let actor = context.directory.actor(&to.person, Auth::Session);
    let may = actor.is_some_and(|actor| found.is_readable_by(&actor.viewer(), context.directory));
    if !may {
        return Err(Refusal::Unknown {
            what: "handler",
            named: to.person.to_string(),
        });
    }
    if found.handler.as_ref() == Some(&to.person) {
        return Err(Refusal::NothingToChange);
    }
    Ok(Fact::Assigned { person: to.person })
}

fn asked(found: &Disclosure, because: Because, who: &PersonId) -> Result<Fact, Refusal> {
    if !found.has_identity() {
        return Err(Refusal::no("identity"));
    }
    let stands =
        |standing: &Standing| matches!(standing, Standing::Pending | Standing::Granted { .. });
    let mut asks = found.asks.iter();
    if asks.any(|ask| ask.by == *who && stands(&ask.standing)) {
        return Err(Refusal::NothingToChange);
    }
    Ok(Fact::IdentityAsked {
        reason: because.reason.into(),
    })
}

fn granted(found: &Disclosure, grant: Grant, context: &Context<'_>) -> Result<Fact, Refusal> {
    may_settle(found, &grant.asker, context)?;
    Ok(Fact::IdentityGranted { asker: grant.asker })
}

fn denied(found: &Disclosure, deny: Deny, context: &Context<'_>) -> Result<Fact, Refusal> {
    may_settle(found, &deny.asker, context)?;
    Ok(Fact::IdentityRefused {
        asker: deny.asker,
        reason: deny.reason.into(),
    })
}

/// A custodian who is not excluded and did not ask themselves decides what was asked.
fn may_settle(found: &Disclosure, asker: &PersonId, context: &Context<'_>) -> Result<(), Refusal> {
    let viewer = context.actor.viewer();
    if !found.is_kept_by(&viewer) {
        // Who reads it may know that there is something to decide, and who decides.
        return if found.is_readable_by(&viewer, context.directory) {
            let permission = Permission::KeepIdentities;
            Err(Refusal::NotPermitted { permission })
        } else {
            Err(Refusal::no("disclosure"))
        };
    }
    let mut asks = found.asks.iter();
    let is_asked = asks.any(|ask| ask.by == *asker && ask.standing == Standing::Pending);
    if !is_asked || !found.has_identity() {
        return Err(Refusal::no("request for the identity"));
    }
    if context.actor.person == *asker {
        let act = "seeing the name";
        return Err(Refusal::SecondPersonNeeded { act });
    }
    Ok(())
}

/// Deletes the name when it was kept for as long as policy says after the closing.
fn over(found: &Disclosure, context: &Context<'_>) -> Result<Fact, Refusal> {
    let days = i64::from(context.directory.policy.limits.keep_identity_days);
    let is_over = found
        .closed
        .is_some_and(|(at, _)| at.plus(days * DAY) <= context.now);
    if !found.has_identity() || !is_over {
        return Err(Refusal::NothingToChange);
    }
    Ok(Fact::IdentityDeleted {
        ground: Ground::Retention,
    })
}
