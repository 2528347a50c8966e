//! The custody automaton: may the steps of an item follow each other as they do?
//!
//! Written from the rules, not from the code that decides: it knows nothing of how a step came to
//! be accepted. It looks at order, hands, holds and dual control, and after a breach goes on from
//! what was recorded, so that one breach is one finding.

use std::collections::BTreeMap;

use serde_json::Value;

mod ballot;

use ballot::{Act, Ballots};

use crate::finding::Findings;

/// One recorded step of an item.
#[derive(Debug, Clone)]
pub(crate) struct Event<'a> {
    /// Its place in the item's chain.
    pub(crate) n: u64,
    /// When it was recorded, microseconds since 1970.
    pub(crate) at_micros: i64,
    /// The pseudonym of who did it.
    pub(crate) actor: &'a str,
    /// What it is, without the record type.
    pub(crate) tag: &'a str,
    /// Its body; none if that was removed.
    pub(crate) body: Option<&'a Value>,
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Nothing was recorded yet.
    Unknown,
    /// Registered.
    Planned,
    /// Given up before it was collected.
    Forgone,
    /// Collected, not sealed.
    Collected,
    /// Sealed and kept.
    Sealed,
    /// Destroyed or given away for good.
    Disposed,
}

/// An offer that waits for an answer.
#[derive(Debug)]
struct Offer {
    by: String,
    to: String,
}

/// An item while its steps are followed.
#[derive(Debug)]
struct Item {
    standing: Standing,
    /// Who has it outside the storage.
    out: Option<String>,
    offer: Option<Offer>,
    /// Holds by id, and whether they are in force.
    holds: BTreeMap<String, bool>,
    releases: Ballots,
    disposals: Ballots,
}

/// What may happen to an item that was disposed of.
const AFTER_THE_END: [&str; 4] = ["hold_lifted", "handled", "verified", "described"];
/// What may happen to an item that nobody ever had.
const AFTER_GIVING_UP: [&str; 4] = ["hold_lifted", "handled", "described", "reclassified"];
/// What makes no sense before something is sealed.
const NEEDS_SEAL: [&str; 17] = [
    "verified",
    "accessed",
    "checked_out",
    "checked_in",
    "offered",
    "accepted",
    "declined",
    "retracted",
    "derived",
    "release_requested",
    "release_approved",
    "release_refused",
    "released",
    "disposal_requested",
    "disposal_approved",
    "disposal_refused",
    "disposed",
];

/// Follows the steps of one item, in order. `place` names it in findings.
pub(crate) fn follow(place: &str, events: &[Event<'_>], out: &mut Findings) {
    let mut item = Item {
        standing: Standing::Unknown,
        out: None,
        offer: None,
        holds: BTreeMap::new(),
        releases: Ballots::default(),
        disposals: Ballots::default(),
    };
    for event in events {
        let Some(body) = event.body else {
            let says = format!(
                "step {} ({}) was removed, so it cannot be judged",
                event.n, event.tag
            );
            out.gap("step_removed", place, says);
            item.take_unseen(event);
            continue;
        };
        let step = Step { event, body };
        match item.take(&step) {
            Ok(true) => {}
            Ok(false) => {
                let says = format!("step {}: `{}` is not known here", event.n, event.tag);
                out.gap("unknown_step", place, says);
            }
            Err(breach) => {
                let says = format!("step {} ({}): {breach}", event.n, event.tag);
                out.fault("custody", place, says);
            }
        }
    }
}

/// One step with its body.
struct Step<'a> {
    event: &'a Event<'a>,
    body: &'a Value,
}

impl Step<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// Whether the fact has the value, be it shown or removed.
    fn has(&self, name: &str) -> bool {
        self.body.get(name).is_some_and(|value| !value.is_null())
    }

    fn id(&self, name: &str) -> Result<String, String> {
        let id = self.text(name).map(str::to_owned);
        id.ok_or_else(|| format!("it does not say which {name}"))
    }
}

fn refuse<T>(says: impl Into<String>) -> Result<T, String> {
    Err(says.into())
}

impl Item {
    /// Takes a step whose body is gone: only the standing can follow.
    fn take_unseen(&mut self, event: &Event<'_>) {
        self.standing = match event.tag {
            "registered" => Standing::Planned,
            "forgone" => Standing::Forgone,
            "collected" => Standing::Collected,
            "sealed" => Standing::Sealed,
            "disposed" => Standing::Disposed,
            _ => self.standing,
        };
    }

    /// Takes a step; `false` if it is not known, an error if it breaks a rule.
    fn take(&mut self, step: &Step<'_>) -> Result<bool, String> {
        let tag = step.event.tag;
        if (tag == "registered") != (self.standing == Standing::Unknown) {
            if self.standing == Standing::Unknown {
                self.standing = Standing::Planned;
            }
            return refuse("an item begins with being registered, once");
        }
        self.may_still(step)?;
        match tag {
            "registered" | "forgone" | "collected" | "sealed" => self.begin(step)?,
            "checked_out" | "checked_in" => self.carry(step)?,
            "offered" | "accepted" | "declined" | "retracted" => self.hand(step)?,
            "hold_set" | "hold_lifted" => self.hold(step)?,
            "release_requested" | "release_approved" | "release_refused" | "released" => {
                self.releases.take(&act(step, "release", "released")?)?;
            }
            "disposal_requested" | "disposal_approved" | "disposal_refused" | "disposed" => {
                self.dispose(step)?;
            }
            "assigned" | "described" | "verified" | "accessed" | "derived" | "handled"
            | "reclassified" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether a step of this sort can come at this point of an item's life.
    fn may_still(&self, step: &Step<'_>) -> Result<(), String> {
        let tag = step.event.tag;
        match self.standing {
            Standing::Forgone if !AFTER_GIVING_UP.contains(&tag) => {
                refuse("it was given up before, nothing can follow")
            }
            Standing::Disposed if !AFTER_THE_END.contains(&tag) => {
                refuse("it was disposed of before")
            }
            Standing::Disposed
                if tag == "verified" && step.text("result") != Some("not_verifiable") =>
            {
                refuse("it was disposed of before, so it cannot have been verified")
            }
            Standing::Planned | Standing::Collected if NEEDS_SEAL.contains(&tag) => {
                refuse("nothing is sealed yet")
            }
            _ => Ok(()),
        }
    }

    /// Registered, then given up or collected, then sealed.
    fn begin(&mut self, step: &Step<'_>) -> Result<(), String> {
        let (from, to) = match step.event.tag {
            "registered" => (Standing::Unknown, Standing::Planned),
            "forgone" => (Standing::Planned, Standing::Forgone),
            "collected" => (Standing::Planned, Standing::Collected),
            _ => (Standing::Collected, Standing::Sealed),
        };
        if self.standing != from {
            return refuse("it comes at the wrong point of the item's life");
        }
        self.standing = to;
        let is_whole = step.has("seal") || (step.has("sha256") && step.has("size_bytes"));
        if to == Standing::Sealed && !is_whole {
            return refuse("a seal has a number, or a hash and a size");
        }
        Ok(())
    }

    /// Out of the storage and back.
    fn carry(&mut self, step: &Step<'_>) -> Result<(), String> {
        let actor = step.event.actor;
        if step.event.tag == "checked_in" {
            let was_out = self.out.take();
            return match was_out {
                Some(_) => Ok(()),
                None => refuse("it was not checked out"),
            };
        }
        let before = self.out.replace(actor.to_owned());
        if before.is_some_and(|has| has != actor) {
            return refuse("somebody else has it checked out");
        }
        Ok(())
    }

    /// From hand to hand: an offer, and its one answer.
    fn hand(&mut self, step: &Step<'_>) -> Result<(), String> {
        let actor = step.event.actor;
        if step.event.tag == "offered" {
            let (by, to) = (actor.to_owned(), step.id("to")?);
            let is_second = self.offer.replace(Offer { by, to }).is_some();
            if is_second {
                return refuse("another offer waits for its answer");
            }
            if self.out.as_ref().is_some_and(|has| has != actor) {
                return refuse("somebody else has it checked out");
            }
            return Ok(());
        }
        let Some(offer) = self.offer.take() else {
            return refuse("nothing was offered");
        };
        if step.event.tag != "accepted" {
            return Ok(());
        }
        self.out = None;
        if offer.to != actor {
            return refuse("it was offered to somebody else");
        }
        if offer.by == actor {
            return refuse("nobody takes over from oneself");
        }
        Ok(())
    }

    /// A hold is set once and lifted once.
    fn hold(&mut self, step: &Step<'_>) -> Result<(), String> {
        let hold = step.id("hold")?;
        let is_set = step.event.tag == "hold_set";
        match (self.holds.insert(hold, is_set), is_set) {
            (None | Some(false), true) | (Some(true), false) => Ok(()),
            (Some(true), true) => refuse("this hold is in force already"),
            (Some(false), false) => refuse("this hold was lifted before"),
            (None, false) => refuse("this hold was never set"),
        }
    }

    fn dispose(&mut self, step: &Step<'_>) -> Result<(), String> {
        let decided = self.disposals.take(&act(step, "disposal", "disposed")?);
        if step.event.tag == "disposed" {
            self.standing = Standing::Disposed;
            decided?;
            if self.holds.values().any(|in_force| *in_force) {
                return refuse("a hold is in force");
            }
            return Ok(());
        }
        decided
    }
}

/// What a step does to the ballot of the act it belongs to.
fn act(step: &Step<'_>, what: &str, done: &str) -> Result<Act, String> {
    let is = |suffix: &str| step.event.tag == format!("{what}_{suffix}");
    let (id, by) = (step.id(what)?, step.event.actor.to_owned());
    Ok(if is("requested") {
        Act::Requested {
            id,
            by,
            expires_at: step.text("expires_at").map(str::to_owned),
            is_small_team: step.body.get("small_team") == Some(&Value::Bool(true)),
        }
    } else if is("approved") {
        Act::Approved { id, by }
    } else if step.event.tag == done {
        let at_micros = step.event.at_micros;
        Act::Done { id, at_micros }
    } else {
        Act::Refused { id }
    })
}

#[cfg(test)]
mod tests;
