//! Sources: what sends signals, and what becomes of them.

mod mailbox;

use super::{Format, Severity, Signal};
use crate::access::{Permission, closed_set};
use crate::id::{ServiceId, SourceId, TeamId};
use crate::kind::{Finding, KindKey};
use crate::priority::{Impact, Urgency};
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::refusal::{Invalid, Refusal};
use crate::text::{Short, Text};
pub use mailbox::Mailbox;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sources in use at most.
pub const SOURCES: usize = 200;
const RULES: usize = 50;
const TESTS: usize = 10;
const GROUP_BY: usize = 8;
const QUOTA: u32 = 10_000;
const SILENCE_MINUTES: u32 = 7 * 24 * 60;
const JOIN_MINUTES: u32 = 7 * 24 * 60;

/// What a source is and what becomes of its signals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SourceSettings)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its name for people.
    pub name: Short,
    /// How it writes.
    pub format: Format,
    /// For a generic source: how its JSON is read, as the JSON of a mapping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Text>,
    /// The service its signals concern, where they do not name one that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// The team that is asked about it; members of a restricted incident that a rule declares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// Whether it speaks of the safety of information: only who reads sensitive lanes sees what
    /// comes of it.
    #[serde(default)]
    pub is_sensitive: bool,
    /// What is less severe goes into the fault log only (features F083).
    #[serde(default = "warning")]
    pub floor: Severity,
    /// New events a minute before the rest is collected in one (features F081).
    #[serde(default = "twenty")]
    #[schema(minimum = 1, maximum = 10_000)]
    pub quota: u32,
    /// Minutes after which its silence is an event of its own; `None` when silence is no news.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10_080)]
    pub silence_minutes: Option<u32>,
    /// Labels whose values make signals belong together; empty for the sender's own grouping.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<Short>,
    /// Whether an event nobody has decided, and that is over by itself, is put aside.
    #[serde(default)]
    pub settles_itself: bool,
    /// What becomes of which signals; the first that fits counts. Where none fits, it waits for
    /// somebody who triages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Whether nothing is taken from it for the time being.
    #[serde(default)]
    pub is_paused: bool,
    /// For mail: the mailbox it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<Mailbox>,
}

fn warning() -> Severity {
    Severity::Warning
}
fn twenty() -> u32 {
    20
}

/// What becomes of signals that fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SignalRule)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, which stands where it decided something.
    pub name: Short,
    /// All of these must hold; none holds always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Test>,
    /// Then.
    pub then: Then,
}

closed_set! {
    /// How a value is compared. Letters' case does not matter.
    How {
        /// Equal.
        Is = "is",
        /// Not equal, also when absent.
        IsNot = "is_not",
        /// Somewhere in it.
        Contains = "contains",
        /// At its beginning.
        StartsWith = "starts_with",
        /// It is there, whatever it says.
        IsThere = "is_there",
        /// For `severity`: so bad or worse.
        AtLeast = "at_least",
    }
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SignalTest)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// `title`, `body`, `severity`, `severity_word`, `service`, `group`, `identity`, or the name
    /// of a label.
    pub field: Short,
    /// How it is compared.
    pub how: How,
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Short>,
}

/// What becomes of a signal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SignalOutcome)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Then {
    /// It waits for somebody who triages.
    Triage,
    /// It stands in the fault log and nowhere else.
    Log,
    /// It is a candidate: an incident is proposed to whoever triages (features F080).
    Propose(Plan),
    /// It is an incident at once.
    Declare(Plan),
}

/// The incident that a rule proposes or declares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SignalPlan)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// How widely it is felt.
    pub impact: Impact,
    /// How soon it hurts.
    pub urgency: Urgency,
    /// What it is found to be, by kind; what is not named stays undetermined.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub findings: BTreeMap<KindKey, Finding>,
    /// Minutes in which an open incident that a rule declared for the same service takes further
    /// events in; 0 for never.
    #[serde(default)]
    #[schema(maximum = 10_080)]
    pub join_minutes: u32,
}

impl Test {
    /// Whether the signal fits.
    pub fn holds(&self, signal: &Signal) -> bool {
        if self.how == How::AtLeast {
            let least = self
                .value
                .as_ref()
                .and_then(|v| Severity::from_word(v.as_str()));
            return least.is_some_and(|least| signal.severity <= least);
        }
        let text = |text: &str| Some(text.to_lowercase());
        let short = |value: &Option<Short>| value.as_ref().and_then(|v| text(v.as_str()));
        let found = match self.field.as_str() {
            "title" => text(signal.title.as_str()),
            "body" => signal.body.as_ref().and_then(|b| text(b.as_str())),
            "severity" => text(signal.severity.word()),
            "severity_word" => short(&signal.severity_word),
            "service" => short(&signal.service),
            "group" => short(&signal.group),
            "identity" => text(signal.external_id.as_str()),
            label => signal.labels.get(label).and_then(|v| text(v)),
        };
        let value = short(&self.value).unwrap_or_default();
        match (self.how, found) {
            (How::IsNot, found) => found.is_none_or(|found| found != value),
            (_, None) | (How::AtLeast, Some(_)) => false,
            (How::Is, Some(found)) => found == value,
            (How::Contains, Some(found)) => found.contains(&value),
            (How::StartsWith, Some(found)) => found.starts_with(&value),
            (How::IsThere, Some(_)) => true,
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        let bad = |why: &str| Err(unfit(format!("the test of {}: {why}", self.field)));
        match (self.how, &self.value) {
            (How::IsThere, Some(_)) => bad("whether it is there compares with nothing"),
            (How::IsThere, None) => Ok(()),
            (_, None) => bad("a value to compare with is missing"),
            (How::AtLeast, Some(value)) => {
                if self.field.as_str() != "severity" {
                    bad("only a severity can be at least something")
                } else if Severity::from_word(value.as_str()).is_none() {
                    bad("critical, major, minor, warning or info is meant")
                } else {
                    Ok(())
                }
            }
            _ => Ok(()),
        }
    }
}

impl Rule {
    /// Whether all its tests hold.
    pub fn fits(&self, signal: &Signal) -> bool {
        self.when.iter().all(|test| test.holds(signal))
    }
}

fn unfit(why: impl Into<String>) -> Refusal {
    Invalid::Source { why: why.into() }.into()
}

fn at_most(what: &'static str, count: usize, limit: usize) -> Result<(), Refusal> {
    if count > limit {
        return Err(Invalid::TooMany { what, limit }.into());
    }
    Ok(())
}

fn in_range(field: &'static str, value: u32, min: u32, max: u32) -> Result<(), Refusal> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(Invalid::OutOfRange {
        field,
        min: min.into(),
        max: max.into(),
    }
    .into())
}

impl Settings {
    /// What can be seen to be wrong without asking anybody.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.mapping.is_some() != (self.format == Format::Generic) {
            return Err(unfit(
                "a mapping belongs to a generic source, and to no other",
            ));
        }
        if self.mailbox.is_some() != (self.format == Format::Mail) {
            return Err(unfit(
                "a mailbox belongs to a source of mail, and to no other",
            ));
        }
        if self.mailbox.as_ref().is_some_and(|m| m.parts().is_none()) {
            return Err(unfit("the mailbox has an address such as desk@example.org"));
        }
        in_range("new events a minute", self.quota, 1, QUOTA)?;
        if let Some(minutes) = self.silence_minutes {
            in_range("minutes of silence", minutes, 1, SILENCE_MINUTES)?;
        }
        at_most("labels to group by", self.group_by.len(), GROUP_BY)?;
        at_most("rules", self.rules.len(), RULES)?;
        for rule in &self.rules {
            if rule.name.as_str().contains(':') {
                return Err(unfit("the name of a rule has no colon"));
            }
            at_most("tests of a rule", rule.when.len(), TESTS)?;
            rule.when.iter().try_for_each(Test::check)?;
            if let Then::Propose(plan) | Then::Declare(plan) = &rule.then {
                in_range("minutes to join", plan.join_minutes, 0, JOIN_MINUTES)?;
            }
            if self.is_sensitive && self.team.is_none() && matches!(rule.then, Then::Declare(_)) {
                return Err(unfit(
                    "an incident of a sensitive source is restricted to its team: name one",
                ));
            }
        }
        Ok(())
    }
}

/// A source of signals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// What it is and what becomes of its signals.
    pub settings: Settings,
    /// Secrets by which it is known, by their short names.
    #[serde(default)]
    pub secrets: Vec<Short>,
    /// Whether it was disconnected.
    pub is_disconnected: bool,
}

closed_set! {
    /// How a source proves that it is the one.
    SecretKind {
        /// It sends a token.
        Token = "token",
        /// It signs what it sends with a key, by HMAC-SHA-256.
        Hmac = "hmac",
    }
}

/// Secrets of a source at most: the new one, the old one, and one that somebody forgot.
pub const SECRETS: usize = 3;

/// What may be asked of a source.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Connects it.
    Connect(Box<Settings>),
    /// Replaces its settings.
    Revise(Box<Settings>),
    /// A secret was made for it, known from then on by this name.
    IssueSecret(Short),
    /// This secret opens nothing any more.
    WithdrawSecret(Short),
    /// Nothing more is taken from it.
    Disconnect,
}

/// What happened to a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Connected.
    Connected {
        /// Its settings.
        settings: Box<Settings>,
    },
    /// Settings replaced.
    Revised {
        /// Those from then on.
        settings: Box<Settings>,
    },
    /// A secret was made.
    SecretIssued {
        /// Its name.
        secret: Short,
    },
    /// A secret was taken back.
    SecretWithdrawn {
        /// Its name.
        secret: Short,
    },
    /// Disconnected.
    Disconnected,
}

impl Command {
    /// Nothing beyond the directory.
    pub fn needs(&self) -> Needs {
        Needs::default()
    }
}

impl Record for Source {
    const TYPE: &'static str = "source";
    type Id = SourceId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        context.actor.needs(Permission::ManageSources)?;
        let fact = match (state, command) {
            (None, Command::Connect(settings)) => {
                check(&settings, None, context)?;
                let all = context.directory.sources.values();
                let used = all.filter(|s| !s.is_disconnected).count();
                at_most("sources", used + 1, SOURCES)?;
                Fact::Connected { settings }
            }
            (None, _) => return Err(Refusal::no("source")),
            (Some(_), Command::Connect(_)) => {
                return Err(Refusal::AlreadyExists {
                    what: "source".to_owned(),
                });
            }
            (Some(source), _) if source.is_disconnected => {
                return Err(Refusal::Settled {
                    what: "the source",
                    how: "disconnected",
                });
            }
            (Some(source), Command::Revise(settings)) => {
                check(&settings, Some(source), context)?;
                Fact::Revised { settings }
            }
            (Some(source), Command::IssueSecret(secret)) => {
                at_most("secrets of a source", source.secrets.len() + 1, SECRETS)?;
                Fact::SecretIssued { secret }
            }
            (Some(source), Command::WithdrawSecret(secret)) => {
                if !source.secrets.contains(&secret) {
                    return Err(Refusal::no("secret"));
                }
                Fact::SecretWithdrawn { secret }
            }
            (Some(_), Command::Disconnect) => Fact::Disconnected,
        };
        Ok(vec![fact])
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        let broken = || BrokenHistory {
            subject: meta.subject.clone(),
            kind: "source".to_owned(),
        };
        if let Fact::Connected { settings } = fact {
            return Ok(Self {
                id: SourceId::parse(&meta.subject).map_err(|_| broken())?,
                settings: (**settings).clone(),
                secrets: Vec::new(),
                is_disconnected: false,
            });
        }
        let mut source = state.ok_or_else(broken)?;
        match fact {
            Fact::Connected { settings } | Fact::Revised { settings } => {
                source.settings = (**settings).clone();
            }
            Fact::SecretIssued { secret } => source.secrets.push(secret.clone()),
            Fact::SecretWithdrawn { secret } => source.secrets.retain(|s| s != secret),
            Fact::Disconnected => {
                source.is_disconnected = true;
                source.secrets.clear();
            }
        }
        Ok(source)
    }
}

/// Refuses what cannot work, names what is not there, or changes nothing.
fn check(settings: &Settings, own: Option<&Source>, context: &Context<'_>) -> Result<(), Refusal> {
    settings.check()?;
    let directory = context.directory;
    let others = directory.sources.values();
    let mut others = others.filter(|s| !s.is_disconnected && own.is_none_or(|own| own.id != s.id));
    if others.any(|source| source.settings.name == settings.name) {
        return Err(Refusal::AlreadyExists {
            what: "source of this name".to_owned(),
        });
    }
    let unknown = |what, named: String| Err(Refusal::Unknown { what, named });
    if let Some(service) = &settings.service
        && !directory.services.contains_key(service)
    {
        return unknown("service", service.to_string());
    }
    if let Some(team) = &settings.team
        && !directory.teams.contains_key(team)
    {
        return unknown("team", team.to_string());
    }
    let plans = settings.rules.iter().filter_map(|rule| match &rule.then {
        Then::Propose(plan) | Then::Declare(plan) => Some(plan),
        Then::Triage | Then::Log => None,
    });
    for kind in plans.flat_map(|plan| plan.findings.keys()) {
        if !directory.policy.kinds.contains_key(kind) {
            return unknown("kind", kind.to_string());
        }
    }
    match own {
        Some(own) if own.settings == *settings => Err(Refusal::NothingToChange),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
