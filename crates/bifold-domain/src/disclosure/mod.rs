//! Disclosures: what somebody says in confidence, or without a name, to the impartial people who
//! are named for it (Directive (EU) 2019/1937 Art. 9, ISO 37002, 27001:2022 6.8).
//!
//! It goes both ways: whoever holds the receipt reads the answers and replies. A name that was
//! given in trust is not here but in the identity vault; here is only who asked for it, who of
//! others granted it, and when it was shown. Nothing that follows from a disclosure leads back to
//! it.

mod decide;
mod due;
mod evolve;
#[cfg(test)]
mod tests;
mod turn;

pub use due::{ACKNOWLEDGE_DAYS, FEEDBACK_MONTHS, acknowledge_by, feedback_by};
pub use turn::{Ask, Standing, Turn};

use crate::access::{Permission, Viewer, closed_set};
use crate::directory::Directory;
use crate::id::{DisclosureId, EventId, PersonId, TeamId};
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::redact::Redactable;
use crate::refusal::Refusal;
use crate::text::{Text, Title};
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

closed_set! {
    /// What it is about.
    Concern {
        /// A law or a rule is broken.
        Wrongdoing = "wrongdoing",
        /// Work is done in a way that endangers people or information.
        UnsafePractice = "unsafe_practice",
        /// A weakness that can be used.
        Weakness = "weakness",
        /// Personal data are handled as they must not be.
        DataProtection = "data_protection",
        /// Something else.
        Other = "other",
    }
}

closed_set! {
    /// Whether its reporter has a name.
    Mode {
        /// Nobody knows who it is.
        Anonymous = "anonymous",
        /// A name was given in trust; it lies in the vault.
        Confidential = "confidential",
    }
}

closed_set! {
    /// Where a disclosure stands.
    Stage {
        /// Nobody has said yet that it came in.
        Received = "received",
        /// Somebody looks into it.
        Acknowledged = "acknowledged",
        /// It is closed.
        Closed = "closed",
    }
}

closed_set! {
    /// What it was found to be.
    Conclusion {
        /// It is so.
        Founded = "founded",
        /// It is not so.
        Unfounded = "unfounded",
        /// It is nothing for this channel.
        OutOfScope = "out_of_scope",
        /// The reporter took it back.
        Withdrawn = "withdrawn",
        /// Others go on with it.
        Referred = "referred",
    }
}

closed_set! {
    /// Why a name was deleted.
    Ground {
        /// A handler said so.
        Decision = "decision",
        /// Its time was over.
        Retention = "retention",
    }
}

/// Who must not know of it: it concerns them, or the reporter fears them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = DisclosureWithout)]
#[serde(deny_unknown_fields)]
pub struct Without {
    /// People. Members of a named team are entered here when it is received, so that leaving the
    /// team later opens nothing.
    #[serde(default)]
    pub people: BTreeSet<PersonId>,
    /// Teams, and so whoever joins them.
    #[serde(default)]
    pub teams: BTreeSet<TeamId>,
}

impl Without {
    /// Whether this person must not know of it.
    pub fn names(&self, person: &PersonId, teams: &[TeamId]) -> bool {
        self.people.contains(person) || teams.iter().any(|team| self.teams.contains(team))
    }

    /// Whether somebody with the permission is left who may know of it.
    fn leaves(&self, permission: Permission, directory: &Directory) -> bool {
        let mut people = directory.people_with(permission);
        people.any(|person| !self.names(person, &directory.teams_of(person)))
    }
}

/// Takes a disclosure in. Only Bifold does, for whoever stands before the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Receive {
    /// What it is about.
    pub concern: Concern,
    /// Whether a name was given.
    pub mode: Mode,
    /// One line.
    pub title: Title,
    /// All of it.
    pub text: Text,
    /// Who must not know of it.
    pub without: Without,
}

/// Words: an answer, a note, a reply, or what was done.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[schema(as = DisclosureWords)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What is said.
    pub text: Text,
}

/// Gives it to one of those who handle disclosures.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[schema(as = DisclosureAssignment)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// Whom.
    pub person: PersonId,
}

/// Closes it.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[schema(as = DisclosureClosure)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// What it was found to be. The reporter reads this.
    pub outcome: Conclusion,
    /// Why. The reporter does not read this.
    pub reason: Text,
}

/// Why something is done.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[schema(as = DisclosureReason)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// Why.
    pub reason: Text,
}

/// Lets somebody see the name who has asked for it.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[schema(as = DisclosureGrant)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Who asked.
    pub asker: PersonId,
}

/// Does not let somebody see the name who has asked for it.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[schema(as = DisclosureDenial)]
#[serde(deny_unknown_fields)]
pub struct Deny {
    /// Who asked.
    pub asker: PersonId,
    /// Why not.
    pub reason: Text,
}

/// What may be asked of a disclosure.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Takes it in.
    Receive(Receive),
    /// Gives it to a handler.
    Assign(Assign),
    /// Says that it came in.
    Acknowledge,
    /// Says something to the reporter.
    Answer(Words),
    /// Writes something down for those who handle it.
    Note(Words),
    /// What the reporter says, by Bifold for whoever holds the receipt.
    Reply(Words),
    /// Tells the reporter what was done.
    Feedback(Words),
    /// An event was raised from it, in words that say nothing of where it comes from.
    Refer(EventId),
    /// Closes it.
    Close(Close),
    /// Takes it up again.
    Reopen(Because),
    /// Asks for the name.
    AskIdentity(Because),
    /// Lets it be seen.
    GrantIdentity(Grant),
    /// Does not let it be seen.
    RefuseIdentity(Deny),
    /// Sees it.
    ShowIdentity,
    /// Deletes it.
    DeleteIdentity,
}

/// What happened to a disclosure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Taken in.
    Received {
        /// Number of the year.
        number: u64,
        /// What it is about.
        concern: Concern,
        /// Whether a name was given.
        mode: Mode,
        /// One line.
        title: Redactable<Title>,
        /// All of it.
        text: Redactable<Text>,
        /// Who must not know of it.
        without: Without,
    },
    /// Given to a handler.
    Assigned {
        /// Whom.
        person: PersonId,
    },
    /// The reporter was told that it came in.
    Acknowledged,
    /// The reporter was told something.
    Answered {
        /// What.
        text: Redactable<Text>,
    },
    /// Written down for those who handle it.
    Noted {
        /// What.
        text: Redactable<Text>,
    },
    /// The reporter said something.
    Replied {
        /// What.
        text: Redactable<Text>,
    },
    /// The reporter was told what was done.
    FeedbackGiven {
        /// What.
        text: Redactable<Text>,
    },
    /// An event was raised from it.
    Referred {
        /// Which.
        event: EventId,
    },
    /// Closed.
    Closed {
        /// What it was found to be.
        outcome: Conclusion,
        /// Why.
        reason: Redactable<Text>,
    },
    /// Taken up again.
    Reopened {
        /// Why.
        reason: Redactable<Text>,
    },
    /// Somebody asked for the name.
    IdentityAsked {
        /// Why.
        reason: Redactable<Text>,
    },
    /// Somebody else lets them see it.
    IdentityGranted {
        /// Who asked.
        asker: PersonId,
    },
    /// Somebody else does not.
    IdentityRefused {
        /// Who asked.
        asker: PersonId,
        /// Why not.
        reason: Redactable<Text>,
    },
    /// The name was shown to who did this.
    IdentityShown,
    /// The name was deleted from the vault.
    IdentityDeleted {
        /// Why.
        ground: Ground,
    },
}

impl Fact {
    /// Whether its reporter reads it.
    pub fn is_for_reporter(&self) -> bool {
        matches!(
            self,
            Self::Received { .. }
                | Self::Acknowledged
                | Self::Answered { .. }
                | Self::Replied { .. }
                | Self::FeedbackGiven { .. }
                | Self::Closed { .. }
                | Self::Reopened { .. }
        )
    }
}

/// A disclosure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disclosure {
    /// Its id.
    pub id: DisclosureId,
    /// Number of the year.
    pub number: u64,
    /// When it came in.
    pub received_at: At,
    /// What it is about.
    pub concern: Concern,
    /// Whether a name was given.
    pub mode: Mode,
    /// One line.
    pub title: Redactable<Title>,
    /// All of it.
    pub text: Redactable<Text>,
    /// Who must not know of it.
    pub without: Without,
    /// Where it stands.
    pub stage: Stage,
    /// Who looks into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<PersonId>,
    /// When the reporter was told that it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<At>,
    /// When the reporter was first told what was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback_at: Option<At>,
    /// When it was closed, and as what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<(At, Conclusion)>,
    /// The events that were raised from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventId>,
    /// Who asked for the name, and what came of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<Ask>,
    /// When the name was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_deleted_at: Option<At>,
    /// All that happened to it since it came in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub course: Vec<Turn>,
}

impl Disclosure {
    /// Its number for people, such as `DIS-2026-0001`.
    pub fn shown_number(&self) -> String {
        format!("DIS-{}-{:04}", self.received_at.year(), self.number)
    }

    /// Until when the reporter is to be told that it came in.
    pub fn acknowledge_by(&self) -> At {
        acknowledge_by(self.received_at)
    }

    /// Until when the reporter is to be told what was done.
    pub fn feedback_by(&self) -> At {
        feedback_by(self.received_at, self.acknowledged_at)
    }

    /// Whether there is a name in the vault.
    pub fn has_identity(&self) -> bool {
        self.mode == Mode::Confidential && self.identity_deleted_at.is_none()
    }

    /// Whether somebody who handles disclosures may know of it.
    pub fn has_handler(&self, directory: &Directory) -> bool {
        self.without
            .leaves(Permission::HandleDisclosures, directory)
    }

    /// Whether this viewer may know of it: who handles disclosures and is not excluded; and where
    /// nobody is left of those, the custodians of identities who are not excluded.
    pub fn is_readable_by(&self, viewer: &Viewer, directory: &Directory) -> bool {
        if self.without.names(&viewer.person, &viewer.teams) {
            return false;
        }
        viewer.handles_disclosures || (viewer.keeps_identities && !self.has_handler(directory))
    }

    /// Whether this viewer decides who sees the name: a custodian who is not excluded.
    pub fn is_kept_by(&self, viewer: &Viewer) -> bool {
        viewer.keeps_identities && !self.without.names(&viewer.person, &viewer.teams)
    }

    /// Whether this person may see the name now: they asked, and somebody else let them.
    pub fn shows_identity_to(&self, person: &PersonId) -> bool {
        self.has_identity()
            && self.asks.iter().any(|ask| {
                ask.by == *person
                    && matches!(&ask.standing, Standing::Granted { by, .. } if by != person)
            })
    }
}

impl Command {
    /// A number where one is given out, and the event where one was raised.
    pub fn needs(&self) -> Needs {
        match self {
            Self::Receive(_) => Needs {
                number: true,
                ..Needs::default()
            },
            Self::Refer(event) => Needs {
                events: vec![event.clone()],
                ..Needs::default()
            },
            _ => Needs::default(),
        }
    }
}

impl Record for Disclosure {
    const TYPE: &'static str = "disclosure";
    type Id = DisclosureId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        decide::decide(state, command, context)
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        evolve::evolve(state, fact, meta)
    }
}
