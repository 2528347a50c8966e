//! Refusals: answers that say what is refused, by which rule, and what to do next.
//!
//! A refusal is not an error. It writes nothing, and the person who gets it can act on it.

mod class;
mod gap;
#[cfg(test)]
mod tests;

pub use class::Class;
pub use gap::ClosureGap;
use gap::sentence;

use crate::access::Permission;
use crate::priority::Priority;
use serde::Serialize;

/// A value that could not be read into a domain type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "invalid", rename_all = "snake_case")]
pub enum Invalid {
    /// Nothing but white space.
    #[error("the {field} is empty; write at least one character")]
    Empty {
        /// Which field.
        field: &'static str,
    },
    /// Longer than the limit.
    #[error("the {field} is too long; the limit is {limit_bytes} bytes of UTF-8")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// The limit.
        limit_bytes: usize,
    },
    /// A control character.
    #[error("the {field} holds a control character; remove it")]
    ControlCharacter {
        /// Which field.
        field: &'static str,
    },
    /// Not an id of the expected type.
    #[error("not an id of this type; expected {expected}_ and 26 characters")]
    Id {
        /// The prefix that was expected.
        expected: &'static str,
    },
    /// Not an instant with a zone.
    #[error("{text:?} is not a time with a zone; write RFC 3339, as 2026-03-01T09:30:00Z")]
    Time {
        /// What was given, cut short.
        text: String,
    },
    /// No zone of this name.
    #[error("{name:?} is no time zone; write an IANA name, such as Europe/Zurich")]
    Zone {
        /// What was given, cut short.
        name: String,
    },
    /// Something else than an address of the web.
    #[error(
        "{field} must begin with https:// and have at most 1,000 characters, all of them ASCII"
    )]
    NoWebAddress {
        /// Which field.
        field: &'static str,
    },
    /// Not a name for addresses and files.
    #[error("a key has up to 40 letters a-z, digits and hyphens, and no hyphen at its ends")]
    Slug,
    /// Prepared words in which something is still to be filled in.
    #[error("{{{blank}}} is still to be filled in")]
    BlankLeft {
        /// What.
        blank: &'static str,
    },
    /// A slot that is none.
    #[error("{slot} is no part of a day; it ends after it begins, at 24:00 at the latest")]
    Slot {
        /// From when to when.
        slot: String,
    },
    /// Two slots of a day share some time.
    #[error("{slot} overlaps with the slot before it; make one of both, or correct one")]
    Overlap {
        /// From when to when.
        slot: String,
    },
    /// More than fit.
    #[error("at most {limit} {what} fit")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A number outside its range.
    #[error("{field} must be from {min} to {max}")]
    OutOfRange {
        /// Which field.
        field: &'static str,
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// Settings of a source that cannot work.
    #[error("{why}")]
    Source {
        /// What is wrong with them.
        why: String,
    },
    /// A schedule or an escalation chain that cannot work.
    #[error("{why}")]
    OnCall {
        /// Why.
        #[from]
        why: crate::oncall::Fault,
    },
}

macro_rules! refusals {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident $({ $($(#[doc = $fdoc:literal])* $field:ident : $ty:ty),* $(,)? })? ,
        $class:ident, $code:literal, $sentence:literal, $(args: [$($arg:expr),*],)? rule: $rule:literal, next: $next:literal;
    )*) => {
        /// Why a command may not be. Each variant is one row of the table in this file.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        pub enum Refusal {
            $(
                $(#[doc = $doc])+
                #[error($sentence $($(, $arg)*)?)]
                $name $({ $($(#[doc = $fdoc])* $field: $ty),* })?,
            )*
        }

        impl Refusal {
            /// A stable code for programs.
            pub fn code(&self) -> &'static str {
                match self { $(Self::$name { .. } => $code,)* }
            }
            /// How it is answered at the edge.
            pub fn class(&self) -> Class {
                match self { $(Self::$name { .. } => Class::$class,)* }
            }
            /// The rule it comes from: a clause, a feature row or a house rule.
            pub fn rule(&self) -> &'static str {
                match self { $(Self::$name { .. } => $rule,)* }
            }
            /// What the person can do next.
            pub fn next(&self) -> &'static str {
                match self { $(Self::$name { .. } => $next,)* }
            }
            /// Every code, for the documentation and its test.
            pub const CODES: &'static [(&'static str, &'static str, &'static str)] =
                &[$(($code, $rule, $next)),*];
        }
    };
}

refusals! {
    /// The role does not carry the permission.
    NotPermitted {
        /// What was missing.
        permission: Permission,
    }, NotAllowed, "not-permitted", "your roles do not include: {permission}",
    rule: "27001 A.5.3, 5.15: segregation of duties and access control",
    next: "Ask somebody who has the role, or ask an administrator for it.";

    /// The record is not there for this actor.
    NotFound {
        /// What was sought.
        what: String,
    }, NotFound, "not-found", "there is no such {what}",
    rule: "27001 A.5.15, 8.3: need to know",
    next: "Check the id or number. If it is restricted, ask its owner to add you.";

    /// It was created before.
    AlreadyExists {
        /// What.
        what: String,
    }, Conflict, "already-exists", "this {what} exists already",
    rule: "one record for one thing",
    next: "Open the existing one, or choose another key.";

    /// A value could not be used.
    BadValue {
        /// Why.
        why: Invalid,
    }, Invalid, "bad-value", "{why}",
    rule: "input is checked at the door",
    next: "Correct the value and send it again.";

    /// A reference to something that policy does not define.
    Unknown {
        /// What sort of thing.
        what: &'static str,
        /// What was named.
        named: String,
    }, Invalid, "unknown", "there is no {what} named {named:?}",
    rule: "20000-1 8.6.1: classification by the agreed scheme",
    next: "Choose one that the policy lists (GET /api/v1/policy).";

    /// A clock would never do what it is for.
    Contradiction {
        /// Which service level.
        level: String,
        /// Why.
        why: String,
    }, Invalid, "contradiction", "the service level {level} contradicts itself: {why}",
    rule: "20000-1 8.3.3: targets are agreed, and measured",
    next: "Change its conditions or its place, and look at the preview before you save.";

    /// The record is closed and sealed.
    Sealed, Conflict, "sealed", "this incident is closed and sealed",
    rule: "features F087: closed means sealed",
    next: "Add a dated addition, or reopen it with a reason.";

    /// Not possible at this stage of the lifecycle.
    WrongStage {
        /// What was attempted.
        verb: &'static str,
        /// The stage it is in.
        stage: &'static str,
    }, Conflict, "wrong-stage", "cannot {verb} while it is {stage}",
    rule: "20000-1 8.6.1: lifecycle of the incident",
    next: "Look at its stage and take the step before this one.";

    /// Nothing would change.
    NothingToChange, Conflict, "nothing-to-change", "that is how it already is",
    rule: "a fact records a change",
    next: "Nothing needs doing.";

    /// A reason is required.
    ReasonRequired {
        /// For what.
        act: &'static str,
    }, Invalid, "reason-required", "{act} needs a reason",
    rule: "27001 A.5.25: decisions are recorded with their reason",
    next: "Say why in a sentence.";

    /// The four-eyes rule.
    SecondPersonNeeded {
        /// For what.
        act: &'static str,
    }, NotAllowed, "second-person-needed", "{act} needs a second person",
    rule: "features F035: withdrawing a verdict takes two people",
    next: "Ask a colleague with the role to do it.";

    /// Users would be told what few may know.
    WouldTell {
        /// Words that would.
        words: Vec<String>,
    }, Conflict, "would-tell", "this would tell everybody: {}", args: [words.join(", ")],
    rule: "features F101: the leak guard",
    next: "Say it in other words, or write down why these may be said.";

    /// A verdict cannot be withdrawn after the authority was told.
    NotifiedAlready, Conflict, "notified-already",
    "an authority has been notified on the strength of this verdict",
    rule: "features F035: no withdrawal after a filing",
    next: "File a correction with the authority; the verdict stays.";

    /// Handling priority is never lowered silently.
    PriorityWouldFall {
        /// What it is.
        from: Priority,
        /// What it would become.
        to: Priority,
    }, Conflict, "priority-would-fall", "handling priority {from} would fall to {to}",
    rule: "standards 3.4: handling priority is never lowered automatically",
    next: "Lower it explicitly with a reason, as incident manager.";

    /// No such task.
    TaskUnknown, NotFound, "task-unknown", "there is no such task on this incident",
    rule: "20000-1 8.6.1: actions are recorded",
    next: "List the tasks of the incident.";

    /// The task is finished.
    TaskFinished, Conflict, "task-finished", "this task is finished",
    rule: "features F044: a task ends once, with its outcome",
    next: "Add a new task.";

    /// The lane is not open.
    LaneClosed {
        /// Which kind.
        kind: String,
    }, Conflict, "lane-closed", "the lane of {kind} is not open",
    rule: "features F036: a lane opens with its question",
    next: "Give the verdict of that kind first: undetermined is enough.";

    /// The closure gate.
    NotClosable {
        /// What is missing.
        gaps: Vec<ClosureGap>,
    }, Conflict, "not-closable", "it cannot be closed yet: {}", args: [sentence(gaps)],
    rule: "features F085: closure gate",
    next: "Do each of the missing steps, or waive it where policy allows.";

    /// Times in an impossible order or in the future.
    TimeOrder {
        /// Which must come first.
        first: &'static str,
        /// Which must not come before it.
        then: &'static str,
    }, Invalid, "time-order", "{then} cannot lie before {first}",
    rule: "features F027: five timestamps",
    next: "Correct the times; give an interval if you are not sure.";

    /// The preservation gate is shut.
    GateShut {
        /// Until when.
        until: String,
    }, Conflict, "gate-shut",
    "it would harm evidence, and nobody has decided yet; the gate opens by itself at {until}",
    rule: "standards 3.3: restoring and preserving are decided, not raced",
    next: "Captured, capture first, go now, or ask the security lead.";

    /// A law shuts the gate, and no time opens it.
    LawForbids {
        /// Which.
        law: String,
    }, NotAllowed, "law-forbids", "{law} forbids altering it before the authority was told",
    rule: "features F058: where the law forbids alteration the stronger authority decides",
    next: "Save it, or ask a security officer to let it through with a reason.";

    /// Only who has the item can do that.
    NotTheKeeper {
        /// What.
        act: &'static str,
    }, NotAllowed, "not-the-keeper", "{act} is for the one who has it",
    rule: "ISO/IEC 27037: every hand it passes through is recorded",
    next: "Ask who has it, or have it handed over to you first.";

    /// Other bytes arrived than were sent.
    HashDiffers {
        /// What the sender says.
        said: String,
        /// What arrived.
        found: String,
    }, Invalid, "hash-differs", "bytes with the SHA-256 {found} arrived, not {said}",
    rule: "features F116: the hash at the source is compared with the one at arrival",
    next: "Send the bytes again; should it happen again, look at the source and the way between.";

    /// What is to be handed out was not looked at, or is not what was sealed.
    NotAsSealed {
        /// Its exhibit number.
        item: String,
        /// What the last look found.
        found: &'static str,
    }, Conflict, "not-as-sealed", "{item} cannot be handed out: {found}",
    rule: "ISO/IEC 27037: what is handed out is compared with its seal first",
    next: "Look at its bytes again; if they differ, keep the storage as it is and find out why.";

    /// The label says that it stays in a smaller circle.
    LabelledStricter {
        /// Which.
        label: String,
    }, Conflict, "labelled-stricter", "it is labelled TLP:{label}, which is stricter than what goes out",
    rule: "features F128: what goes out is filtered by its label",
    next: "Choose a label that admits it, or label the record anew first.";

    /// An order says that it is not to be destroyed.
    OnHold {
        /// Which orders.
        holds: String,
    }, Conflict, "on-hold", "it is under legal hold: {holds}",
    rule: "features F125: a legal hold stops retention and disposal",
    next: "Ask the authority that ordered the hold, and lift it first.";

    /// Evidence was given up, and nobody has looked back on that.
    WaiversUnreviewed {
        /// How many times.
        count: usize,
    }, Conflict, "waivers-unreviewed",
    "evidence was given up {count} times, and nobody has looked back on that",
    rule: "features F058, F088: the review covers every waiver",
    next: "Say of each whether it was right, and what was learnt.";

    /// It has been decided, done or withdrawn.
    GateDecided, Conflict, "gate-decided", "that is decided already",
    rule: "features F060: a decision is made once, and stands in the record",
    next: "Look at the decision; a new action gets a new one.";

    /// A thing cannot relate to itself or close a circle.
    WouldLoop, Conflict, "would-loop", "that would make a circle",
    rule: "features F022-F025: relations lead somewhere",
    next: "Choose another incident.";

    /// The reopen window is over.
    ReopenWindowPassed {
        /// How long it was.
        days: u32,
    }, Conflict, "reopen-window-passed", "it was closed more than {days} days ago",
    rule: "standards 5.4: reopening is limited in time",
    next: "Declare a new incident and relate it to this one.";

    /// Only the reporter may confirm.
    NotTheReporter, NotAllowed, "not-the-reporter", "only the reporter may do that",
    rule: "features F084: confirmation by the reporter",
    next: "Ask the reporter, or close after the waiting time.";

    /// Somebody else's message is not corrected.
    NotTheSpeaker, NotAllowed, "not-the-speaker", "only whoever said it says it otherwise",
    rule: "features F054: what was said is corrected by who said it",
    next: "Answer the message instead.";

    /// A compartment must keep somebody in it.
    EmptyCompartment, Conflict, "empty-compartment",
    "a restricted record needs at least one member who can read it",
    rule: "features F173: restricted to named people and teams",
    next: "Name at least one person or team.";

    /// A bound on a list inside a record.
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    }, Conflict, "too-many", "there are already {limit} {what}",
    rule: "everything has a limit",
    next: "Split the work into another incident.";

    /// A safeguard that policy may not switch off.
    MustStay {
        /// What.
        what: &'static str,
    }, Conflict, "must-stay", "{what} cannot be switched off",
    rule: "20000-1 8.6.1 and 27001 A.5.25: both questions, and need to know, hold for every incident",
    next: "Leave it as it is; criteria and names may be changed.";

    /// Not all of the time is that person's.
    NotOnCall {
        /// Who.
        person: String,
    }, Conflict, "not-on-call", "{person} is not on call for all of that time",
    rule: "features F074: a shift is handed on by whose it is",
    next: "Look at the shifts, and choose a time that is all theirs.";

    /// It was asked of somebody else.
    NotForYou {
        /// What.
        act: &'static str,
    }, NotAllowed, "not-for-you", "{act} is for the person whom it concerns",
    rule: "features F074: a shift changes hands by those whose it is",
    next: "Ask them, or have an incident manager set an override.";

    /// It has come to its end.
    Settled {
        /// What.
        what: &'static str,
        /// How.
        how: &'static str,
    }, Conflict, "settled", "{what} is {how} already",
    rule: "what was settled stays in the record",
    next: "Look at how it stands, and make a new one if it is still wanted.";

    /// Something else relies on it.
    InUse {
        /// What.
        what: &'static str,
        /// What relies on it.
        by: String,
    }, Conflict, "in-use", "the {what} is used by {by:?}",
    rule: "features F075: a chain that runs into nothing calls nobody",
    next: "Take it out of there first.";

    /// The last administrator cannot go.
    LastAdministrator, Conflict, "last-administrator",
    "the organisation would be left without an administrator",
    rule: "27001 A.5.2: responsibilities are assigned",
    next: "Make somebody else administrator first.";
}

impl From<Invalid> for Refusal {
    fn from(why: Invalid) -> Self {
        Self::BadValue { why }
    }
}

impl Refusal {
    /// The refusal for something that is not there for this actor.
    pub fn no(what: &str) -> Self {
        Self::NotFound {
            what: what.to_owned(),
        }
    }
}
