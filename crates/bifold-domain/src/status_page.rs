//! Status pages: which services people outside see by which names, and who may see the page
//! (features F093, F095). What is said on one is part of the incident it is about.

use crate::access::{Permission, closed_set};
use crate::calendar::Zone;
use crate::id::{ServiceId, StatusPageId};
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::refusal::{Invalid, Refusal};
use crate::text::{Short, Text};
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

closed_set! {
    /// A language that a page can be in.
    PageLanguage {
        /// English.
        En = "en",
        /// German.
        De = "de",
    }
}

closed_set! {
    /// How a component is, from best to worst.
    ComponentState {
        /// It works.
        Operational = "operational",
        /// It is worked on as announced.
        UnderMaintenance = "under_maintenance",
        /// It works worse than it should.
        DegradedPerformance = "degraded_performance",
        /// It does not work for some, or in part.
        PartialOutage = "partial_outage",
        /// It does not work.
        MajorOutage = "major_outage",
    }
}

closed_set! {
    /// How much an incident means to those who use the services.
    AnnouncedImpact {
        /// Nothing that they would notice.
        None = "none",
        /// A nuisance.
        Minor = "minor",
        /// Something important does not work.
        Major = "major",
        /// Nothing works that matters.
        Critical = "critical",
    }
}

closed_set! {
    /// Where the work on an incident stands, as users are told.
    AnnouncedStage {
        /// The cause is looked for.
        Investigating = "investigating",
        /// The cause is known.
        Identified = "identified",
        /// It is mended, and watched.
        Monitoring = "monitoring",
        /// It is over.
        Resolved = "resolved",
    }
}

closed_set! {
    /// Who may see a page.
    PageAudience {
        /// Everybody. Its files are written out.
        Public = "public",
        /// Whoever has an account here.
        Staff = "staff",
    }
}

closed_set! {
    /// When a second person has to agree to what is said.
    Approval {
        /// While it may be an incident of information as well: as long as nobody said that it is
        /// none, and always for a restricted one.
        WhenSensitive = "when_sensitive",
        /// Always.
        Always = "always",
    }
}

/// The name of a page or a component in addresses and files: up to 40 letters a-z, digits and
/// hyphens, beginning and ending with a letter or digit.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    /// Most characters.
    pub const LIMIT: usize = 40;

    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let is_end = |c: Option<char>| c.is_some_and(|c| c != '-');
        let fits = text.len() <= Self::LIMIT
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && is_end(text.chars().next())
            && is_end(text.chars().next_back());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::Slug)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Slug {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> String {
        slug.0
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A part of the services that people know by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = StatusComponent)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its name in addresses and files.
    pub key: Slug,
    /// Its name for people.
    pub name: Short,
    /// The heading under which it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Short>,
    /// What it is for, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Short>,
    /// The services behind it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub services: BTreeSet<ServiceId>,
}

/// What a status page is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = StatusPageSettings)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its name in addresses and folders, unique.
    pub key: Slug,
    /// Whose services these are.
    pub name: Short,
    /// A few sentences about the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// The language of the words around the data.
    pub language: PageLanguage,
    /// The zone in which its days begin and times are told.
    #[schema(value_type = String, example = "Europe/Zurich")]
    pub zone: Zone,
    /// Where people get help: a mail address, a web address or words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Short>,
    /// Where its files are published, for links from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Short>,
    /// Who may see it.
    pub audience: PageAudience,
    /// When a second person has to agree.
    pub approval: Approval,
    /// What is watched, in the order shown.
    #[schema(max_items = 200)]
    pub components: Vec<Component>,
    /// Words that are not said on it, such as names of customers or of projects.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub never_say: BTreeSet<Short>,
}

impl Settings {
    /// Components at most.
    pub const COMPONENTS_LIMIT: usize = 200;
    /// Words not to be said at most.
    pub const WORDS_LIMIT: usize = 500;

    /// The component of this key.
    pub fn component(&self, key: &Slug) -> Option<&Component> {
        self.components.iter().find(|c| c.key == *key)
    }
}

/// What may be asked of a status page.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Makes it.
    Make(Box<Settings>),
    /// Changes it.
    Revise(Box<Settings>),
    /// Takes it out of use: nothing is said on it any more.
    Retire,
}

impl Command {
    /// Nothing of other records.
    pub fn needs(&self) -> Needs {
        Needs::default()
    }
}

/// What happened to a status page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Made.
    Made {
        /// What it is.
        settings: Box<Settings>,
    },
    /// Changed.
    Revised {
        /// What it is from then on.
        settings: Box<Settings>,
    },
    /// Taken out of use.
    Retired,
}

/// A status page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatusPage {
    /// Its id.
    pub id: StatusPageId,
    /// What it is.
    pub settings: Settings,
    /// Since when each component is on it.
    pub since: BTreeMap<Slug, At>,
    /// Whether it is out of use.
    pub is_retired: bool,
}

impl Record for StatusPage {
    const TYPE: &'static str = "status_page";
    type Id = StatusPageId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        context.actor.needs(Permission::ManageStatusPages)?;
        let fact = match (state, command) {
            (None, Command::Make(settings)) => {
                check(&settings, None, context)?;
                Fact::Made { settings }
            }
            (None, _) => return Err(Refusal::no("status page")),
            (Some(_), Command::Make(_)) => {
                return Err(Refusal::AlreadyExists {
                    what: "status page".to_owned(),
                });
            }
            (Some(page), _) if page.is_retired => {
                return Err(Refusal::Settled {
                    what: "the status page",
                    how: "out of use",
                });
            }
            (Some(page), Command::Revise(settings)) => {
                check(&settings, Some(page), context)?;
                Fact::Revised { settings }
            }
            (Some(_), Command::Retire) => Fact::Retired,
        };
        Ok(vec![fact])
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        let broken = || BrokenHistory {
            subject: meta.subject.clone(),
            kind: "status_page".to_owned(),
        };
        let mut page = match (state, fact) {
            (_, Fact::Made { settings }) => Self {
                id: StatusPageId::parse(&meta.subject).map_err(|_| broken())?,
                settings: (**settings).clone(),
                since: BTreeMap::new(),
                is_retired: false,
            },
            (Some(page), Fact::Revised { settings }) => Self {
                settings: (**settings).clone(),
                ..page
            },
            (Some(page), Fact::Retired) => Self {
                is_retired: true,
                ..page
            },
            (None, _) => return Err(broken()),
        };
        // One that left and comes back keeps its days.
        for component in &page.settings.components {
            page.since.entry(component.key.clone()).or_insert(meta.at);
        }
        Ok(page)
    }
}

fn check(
    settings: &Settings,
    own: Option<&StatusPage>,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    if own.is_some_and(|own| own.settings == *settings) {
        return Err(Refusal::NothingToChange);
    }
    let too_many = |what, limit| Err(Refusal::from(Invalid::TooMany { what, limit }));
    if settings.components.len() > Settings::COMPONENTS_LIMIT {
        return too_many("components", Settings::COMPONENTS_LIMIT);
    }
    if settings.never_say.len() > Settings::WORDS_LIMIT {
        return too_many("words not to be said", Settings::WORDS_LIMIT);
    }
    if let Some(address) = &settings.address {
        let is_web = address.as_str().starts_with("https://");
        let is_plain = !address.as_str().contains(['?', '#', ' ']) && address.as_str().is_ascii();
        if !is_web || !is_plain {
            return Err(Invalid::NoWebAddress { field: "address" }.into());
        }
    }
    let directory = context.directory;
    let mut others = directory.status_pages.values();
    let is_other = |page: &StatusPage| own.is_none_or(|own| own.id != page.id);
    if others.any(|page| is_other(page) && page.settings.key == settings.key) {
        return Err(Refusal::AlreadyExists {
            what: "status page of this key".to_owned(),
        });
    }
    let mut keys = BTreeSet::new();
    for component in &settings.components {
        if !keys.insert(&component.key) {
            return Err(Refusal::AlreadyExists {
                what: format!("component of the key {}", component.key),
            });
        }
        let known = &directory.services;
        if let Some(id) = component
            .services
            .iter()
            .find(|id| !known.contains_key(*id))
        {
            return Err(Refusal::Unknown {
                what: "service",
                named: id.to_string(),
            });
        }
    }
    Ok(())
}
