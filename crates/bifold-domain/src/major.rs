//! When an incident looks like a major one: ordered rules that propose, and never decide
//! (20000-1 8.6.1, features F052).
//!
//! The first rule that fits proposes, with its criteria; a person accepts or declines. What was
//! declined or is over is not proposed again by a rule.

use crate::access::closed_set;
use crate::directory::Directory;
use crate::incident::{Incident, Major, MajorCriterion};
use crate::kind::{Finding, KindKey};
use crate::priority::Priority;
use crate::refusal::{Invalid, Refusal};
use crate::service::Criticality;
use crate::text::Short;
use crate::time::{At, MINUTE};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Rules of one organisation: more than these nobody keeps in mind.
const RULES_LIMIT: usize = 50;
/// A week: reports further apart are no rush.
const MINUTES_LIMIT: i64 = 7 * 24 * 60;

/// What a rule looks for. Everything that is said must be so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = MajorWhen)]
pub struct When {
    /// At least so urgent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// At least so severe for information.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<Priority>,
    /// The service is one of these.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub criticality: BTreeSet<Criticality>,
    /// It is an incident of one of these kinds.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub kinds: BTreeSet<KindKey>,
    /// At least so many open incidents are part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub children: Option<u32>,
    /// At least so many people or machines reported it within a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reports: Option<Rush>,
}

/// Many reports in a short time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MajorRush)]
pub struct Rush {
    /// At least so many.
    pub count: u32,
    /// Within so many minutes.
    pub minutes: u32,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MajorRule)]
pub struct Rule {
    /// Stable key, unique among the rules.
    pub key: Short,
    /// Its name for people.
    pub name: Short,
    /// Whether it is asked.
    pub is_on: bool,
    /// What it looks for.
    pub when: When,
    /// On which grounds it proposes.
    pub criteria: BTreeSet<MajorCriterion>,
}

/// The rules, in the order in which they are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MajorRules)]
pub struct Rules {
    /// The rules.
    pub rules: Vec<Rule>,
}

closed_set! {
    /// The rules an organisation starts with, all switched off.
    Starting {
        /// The highest priority on a vital service.
        Vital = "vital",
        /// The highest severity for information.
        Information = "information",
        /// Several incidents with one cause.
        Family = "family",
        /// Many reports in a short time.
        Rush = "rush",
    }
}

impl Starting {
    fn rule(self) -> Option<Rule> {
        let (name, criterion, when) = match self {
            Self::Vital => (
                "Highest priority on a vital service",
                MajorCriterion::VitalService,
                When {
                    priority: Some(Priority::MOST_URGENT),
                    criticality: BTreeSet::from([Criticality::Vital]),
                    ..When::default()
                },
            ),
            Self::Information => (
                "Highest severity for information",
                MajorCriterion::SecuritySev1,
                When {
                    security: Some(Priority::MOST_URGENT),
                    kinds: BTreeSet::from([KindKey::security()]),
                    ..When::default()
                },
            ),
            Self::Family => (
                "Three open incidents are part of it",
                MajorCriterion::CommonCause,
                When {
                    children: Some(3),
                    ..When::default()
                },
            ),
            Self::Rush => (
                "Ten reports within fifteen minutes",
                MajorCriterion::ManyUsers,
                When {
                    reports: Some(Rush {
                        count: 10,
                        minutes: 15,
                    }),
                    ..When::default()
                },
            ),
        };
        Some(Rule {
            key: Short::parse(self.word()).ok()?,
            name: Short::parse(name).ok()?,
            is_on: false,
            when,
            criteria: BTreeSet::from([criterion]),
        })
    }
}

impl Default for Rules {
    fn default() -> Self {
        let starting = Starting::ALL.iter();
        Self {
            rules: starting.filter_map(|starting| starting.rule()).collect(),
        }
    }
}

/// What of the neighbourhood of an incident the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Open incidents that are part of it.
    pub children: u64,
    /// When it was reported, in any order.
    pub reports: &'a [At],
    /// Now.
    pub now: At,
}

impl When {
    fn fits(&self, incident: &Incident, directory: &Directory, around: Around<'_>) -> bool {
        let criticality = || {
            let service = directory.services.get(incident.service.as_ref()?)?;
            Some(service.entry.criticality)
        };
        let is = |kind: &KindKey| incident.finding(kind) == Finding::Yes;
        let at_least = |bound: Priority, has: Option<Priority>| {
            has.is_some_and(|has| has.number() <= bound.number())
        };
        self.priority
            .is_none_or(|bound| at_least(bound, Some(incident.handling)))
            && self
                .security
                .is_none_or(|bound| at_least(bound, incident.scores.security))
            && (self.criticality.is_empty()
                || criticality().is_some_and(|of| self.criticality.contains(&of)))
            && (self.kinds.is_empty() || self.kinds.iter().any(is))
            && self
                .children
                .is_none_or(|least| around.children >= u64::from(least))
            && self.reports.is_none_or(|rush| rush.is_there(around))
    }
}

impl Rush {
    fn is_there(self, around: Around<'_>) -> bool {
        let since = around.now.plus(-i64::from(self.minutes) * MINUTE);
        let recent = around.reports.iter().filter(|at| **at >= since);
        u32::try_from(recent.count()).is_ok_and(|count| count >= self.count)
    }
}

impl Rules {
    /// Refuses rules that cannot work.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if self.rules.len() > RULES_LIMIT {
            return Err(Refusal::TooMany {
                what: "rules for major incidents",
                limit: RULES_LIMIT,
            });
        }
        let mut keys = BTreeSet::new();
        for rule in &self.rules {
            if !keys.insert(&rule.key) {
                return Err(Refusal::AlreadyExists {
                    what: format!("rule {}", rule.key),
                });
            }
            if rule.when == When::default() || rule.criteria.is_empty() {
                return Err(Invalid::Empty {
                    field: "rule for major incidents",
                }
                .into());
            }
            let minutes = rule.when.reports.map_or(1, |rush| i64::from(rush.minutes));
            if !(1..=MINUTES_LIMIT).contains(&minutes) {
                return Err(Invalid::OutOfRange {
                    field: "minutes of a rush",
                    min: 1,
                    max: MINUTES_LIMIT,
                }
                .into());
            }
        }
        Ok(())
    }

    /// Whether any rule looks at what stands in other records.
    pub fn looks_around(&self) -> bool {
        let on = self.rules.iter().filter(|rule| rule.is_on);
        on.clone()
            .any(|rule| rule.when.children.is_some() || rule.when.reports.is_some())
    }

    /// The first rule that proposes this incident as a major one.
    pub fn proposing(
        &self,
        incident: &Incident,
        directory: &Directory,
        around: Around<'_>,
    ) -> Option<&Rule> {
        if incident.major != Major::No || !incident.stage.is_open() || incident.imported.is_some() {
            return None;
        }
        let mut on = self.rules.iter().filter(|rule| rule.is_on);
        on.find(|rule| rule.when.fits(incident, directory, around))
    }
}
