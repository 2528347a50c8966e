//! The organisation's policy: matrix, kinds, categories, codes and limits, all as data.
//!
//! A change is a fact with a new version; what was decided keeps the version it was decided
//! under.

mod start;
mod terms;
#[cfg(test)]
mod tests;

pub use terms::{NewCalendar, NewFunction, NewLevels};

use crate::access::Permission;
use crate::gate;
use crate::id::PersonId;
use crate::kind::{Kind, KindKey, KindVersion};
use crate::level::{Levels, NamedCalendar, Terms};
use crate::major;
use crate::priority::{Matrix, Priority};
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::refusal::{Invalid, Refusal};
use crate::template::Templates;
use crate::text::Short;
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// There is one policy per organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId;

impl PolicyId {
    /// Reads the only id there is.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text == "policy" {
            Ok(Self)
        } else {
            Err(Invalid::Id { expected: "policy" })
        }
    }
}
impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("policy")
    }
}

/// The policy in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Impact × urgency → priority, with its version.
    pub matrix: Versioned<Matrix>,
    /// The questions asked of incidents.
    pub kinds: BTreeMap<KindKey, KindVersion>,
    /// The category tree; a path such as `network/wan`.
    pub categories: Versioned<Vec<Short>>,
    /// What fixed it.
    pub resolution_codes: Versioned<Vec<Short>>,
    /// Why it happened.
    pub cause_codes: Versioned<Vec<Short>>,
    /// Limits.
    pub limits: Limits,
    /// The preservation gate.
    #[serde(default = "Versioned::starting")]
    pub gate: Versioned<gate::Rules>,
    /// Service levels and the calendars they count by.
    #[serde(default)]
    pub terms: Terms,
    /// The customers whom services are for (20000-1 8.3.2), by the names they go by.
    #[serde(default = "Versioned::starting")]
    pub customers: Versioned<Vec<Short>>,
    /// When an incident looks like a major one.
    #[serde(default = "Versioned::starting")]
    pub major: Versioned<major::Rules>,
    /// Words that are prepared for what users are told.
    #[serde(default = "Versioned::starting")]
    pub templates: Versioned<Templates>,
    /// Who holds which business function, such as `head-of-operations`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub functions: BTreeMap<Short, BTreeSet<PersonId>>,
}

/// A value with the version that counts its changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Versioned<T> {
    /// From 1 upwards.
    pub version: u32,
    /// The value.
    pub value: T,
}

impl<T> Versioned<T> {
    fn first(value: T) -> Self {
        Self { version: 1, value }
    }
    fn starting() -> Self
    where
        T: Default,
    {
        Self::first(T::default())
    }
    fn replaced(&self, value: T) -> Self {
        Self {
            version: self.version.saturating_add(1),
            value,
        }
    }
}

/// Numbers the policy sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// How long after closure an incident may be reopened, in days.
    pub reopen_days: u32,
    /// How long the reporter has to confirm before closure is possible without it, in days.
    pub confirm_days: u32,
    /// At this security severity or worse, closure waits for a post-incident review.
    pub review_at_or_above: Priority,
    /// How long break-glass access lasts, in minutes.
    pub break_glass_minutes: u32,
    /// How long after the closing of a disclosure the name is kept that was given in trust, in
    /// days.
    #[serde(default = "two_years", skip_serializing_if = "is_two_years")]
    pub keep_identity_days: u32,
}

/// As long as a name that was given in trust is kept where nobody said otherwise.
const TWO_YEARS: u32 = 730;

fn two_years() -> u32 {
    TWO_YEARS
}
#[allow(clippy::trivially_copy_pass_by_ref)] // Serde wants a reference.
fn is_two_years(days: &u32) -> bool {
    *days == TWO_YEARS
}

impl Policy {
    /// The kind with this key.
    pub fn kind(&self, key: &KindKey) -> Result<&KindVersion, Refusal> {
        self.kinds.get(key).ok_or_else(|| Refusal::Unknown {
            what: "kind",
            named: key.to_string(),
        })
    }

    /// Whether the lane of this kind is for cleared people only. An unknown kind counts as so.
    pub fn is_sensitive(&self, key: &KindKey) -> bool {
        self.kinds.get(key).is_none_or(|k| k.kind.sensitive)
    }

    /// Refuses a customer that is not on the list.
    pub fn known_customer(&self, named: &Short) -> Result<(), Refusal> {
        let is_known = self.customers.value.contains(named);
        is_known.then_some(()).ok_or_else(|| Refusal::Unknown {
            what: "customer",
            named: named.to_string(),
        })
    }

    /// Refuses a category that the tree does not hold. `network/wan` is held by `network`.
    pub fn known_category(&self, named: &Short) -> Result<(), Refusal> {
        let root = named.as_str().split('/').next().unwrap_or_default();
        if self
            .categories
            .value
            .iter()
            .any(|c| c == named || c.as_str() == root)
        {
            Ok(())
        } else {
            Err(Refusal::Unknown {
                what: "category",
                named: named.to_string(),
            })
        }
    }
}

/// What may be asked of the policy.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(tag = "set", content = "value", rename_all = "snake_case")]
#[schema(as = PolicyChange)]
pub enum Command {
    /// Replaces the priority matrix.
    Matrix(Matrix),
    /// Adds or replaces a kind.
    Kind(Kind),
    /// Replaces the category tree.
    Categories(Vec<Short>),
    /// Replaces the resolution codes.
    ResolutionCodes(Vec<Short>),
    /// Replaces the cause codes.
    CauseCodes(Vec<Short>),
    /// Replaces the list of customers.
    Customers(Vec<Short>),
    /// Replaces the limits.
    Limits(Limits),
    /// Replaces the rules of the preservation gate.
    Gate(gate::Rules),
    /// Replaces the rules that propose major incidents.
    Major(major::Rules),
    /// Replaces the words that are prepared for what users are told.
    Templates(Templates),
    /// Adds a calendar, or a version of one.
    Calendar(Box<NewCalendar>),
    /// Replaces the service levels from an instant on.
    Levels(NewLevels),
    /// Says who holds a business function; nobody: it is no more.
    Function(NewFunction),
}

/// What happened to the policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Matrix replaced.
    MatrixSet {
        /// The matrix.
        matrix: Matrix,
    },
    /// Kind added or replaced.
    KindSet {
        /// The kind.
        kind: Kind,
    },
    /// Categories replaced.
    CategoriesSet {
        /// The tree.
        categories: Vec<Short>,
    },
    /// Resolution codes replaced.
    ResolutionCodesSet {
        /// The codes.
        codes: Vec<Short>,
    },
    /// Cause codes replaced.
    CauseCodesSet {
        /// The codes.
        codes: Vec<Short>,
    },
    /// List of customers replaced.
    CustomersSet {
        /// The customers.
        customers: Vec<Short>,
    },
    /// Limits replaced.
    LimitsSet {
        /// The limits.
        limits: Limits,
    },
    /// Rules of the preservation gate replaced.
    GateSet {
        /// The rules.
        rules: gate::Rules,
    },
    /// Rules that propose major incidents replaced.
    MajorSet {
        /// The rules.
        rules: major::Rules,
    },
    /// Prepared words replaced.
    TemplatesSet {
        /// The templates.
        templates: Templates,
    },
    /// Calendar added, or a version of one.
    CalendarSet {
        /// Its key.
        key: Short,
        /// From when on.
        from: At,
        /// Its name and when time counts.
        #[serde(flatten)]
        calendar: NamedCalendar,
    },
    /// Service levels replaced.
    LevelsSet {
        /// From when on.
        from: At,
        /// The levels.
        levels: Levels,
    },
    /// Business function given to others.
    FunctionSet {
        /// Its key.
        key: Short,
        /// Who holds it.
        people: BTreeSet<PersonId>,
    },
}

impl Command {
    /// Nothing beyond the directory.
    pub fn needs(&self) -> Needs {
        Needs::default()
    }
}

const CODES_LIMIT: usize = 2_000;
const CRITERIA_LIMIT: usize = 50;
const KINDS_LIMIT: usize = 50;

/// Refuses a list that is empty or longer than its limit.
fn filled(what: &'static str, len: usize, limit: usize) -> Result<(), Refusal> {
    match len {
        0 => Err(Invalid::Empty { field: what }.into()),
        len if len > limit => Err(Refusal::TooMany { what, limit }),
        _ => Ok(()),
    }
}

fn codes(what: &'static str, new: Vec<Short>, old: &[Short]) -> Result<Vec<Short>, Refusal> {
    filled(what, new.len(), CODES_LIMIT)?;
    if new == old {
        Err(Refusal::NothingToChange)
    } else {
        Ok(new)
    }
}

impl Limits {
    /// Refuses numbers outside what makes sense.
    fn check(&self) -> Result<(), Refusal> {
        for (field, number, min, max) in [
            ("reopen days", self.reopen_days, 0, 3_650),
            ("confirm days", self.confirm_days, 0, 365),
            ("break-glass minutes", self.break_glass_minutes, 1, 1_440),
            (
                "days that a name is kept",
                self.keep_identity_days,
                0,
                3_650,
            ),
        ] {
            if !(min..=max).contains(&i64::from(number)) {
                return Err(Invalid::OutOfRange { field, min, max }.into());
            }
        }
        Ok(())
    }
}

impl Policy {
    /// Service and security are asked of every incident, and what was promised to be seen by
    /// cleared people only stays so.
    fn may_set(&self, kind: &Kind) -> Result<(), Refusal> {
        filled("criteria", kind.criteria.len(), CRITERIA_LIMIT)?;
        let is_first = kind.key == KindKey::service() || kind.key == KindKey::security();
        if is_first && !kind.always_asked {
            return Err(Refusal::MustStay {
                what: "a question that every incident is asked",
            });
        }
        match self.kinds.get(&kind.key) {
            Some(old) if old.kind.sensitive && !kind.sensitive => Err(Refusal::MustStay {
                what: "the protection of a sensitive lane",
            }),
            None if self.kinds.len() >= KINDS_LIMIT => Err(Refusal::TooMany {
                what: "kinds",
                limit: KINDS_LIMIT,
            }),
            _ => Ok(()),
        }
    }
}

impl Record for Policy {
    const TYPE: &'static str = "policy";
    type Id = PolicyId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        context.actor.needs(Permission::ManagePolicy)?;
        let now = state.cloned().unwrap_or_default();
        Ok(vec![match command {
            Command::Matrix(matrix) => {
                filled("matrix", matrix.rows.len(), 4)?;
                if matrix == now.matrix.value {
                    return Err(Refusal::NothingToChange);
                }
                Fact::MatrixSet { matrix }
            }
            Command::Kind(kind) => {
                now.may_set(&kind)?;
                if now.kinds.get(&kind.key).is_some_and(|k| k.kind == kind) {
                    return Err(Refusal::NothingToChange);
                }
                Fact::KindSet { kind }
            }
            Command::Categories(c) => Fact::CategoriesSet {
                categories: codes("categories", c, &now.categories.value)?,
            },
            Command::ResolutionCodes(c) => Fact::ResolutionCodesSet {
                codes: codes("resolution codes", c, &now.resolution_codes.value)?,
            },
            Command::CauseCodes(c) => Fact::CauseCodesSet {
                codes: codes("cause codes", c, &now.cause_codes.value)?,
            },
            // An organisation may have none but itself.
            Command::Customers(customers) if customers.is_empty() => {
                if now.customers.value.is_empty() {
                    return Err(Refusal::NothingToChange);
                }
                Fact::CustomersSet { customers }
            }
            Command::Customers(c) => Fact::CustomersSet {
                customers: codes("customers", c, &now.customers.value)?,
            },
            Command::Limits(limits) => {
                limits.check()?;
                if limits == now.limits {
                    return Err(Refusal::NothingToChange);
                }
                Fact::LimitsSet { limits }
            }
            Command::Gate(rules) => {
                rules.check()?;
                if rules == now.gate.value {
                    return Err(Refusal::NothingToChange);
                }
                Fact::GateSet { rules }
            }
            Command::Major(rules) => {
                rules.check()?;
                if rules == now.major.value {
                    return Err(Refusal::NothingToChange);
                }
                Fact::MajorSet { rules }
            }
            Command::Templates(templates) => {
                templates.check()?;
                if templates == now.templates.value {
                    return Err(Refusal::NothingToChange);
                }
                Fact::TemplatesSet { templates }
            }
            Command::Calendar(new) => now.set_calendar(*new, context)?,
            Command::Levels(new) => now.set_levels(new, context)?,
            Command::Function(new) => now.set_function(new, context)?,
        }])
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        let mut policy = state.unwrap_or_default();
        match fact {
            Fact::MatrixSet { matrix } => policy.matrix = policy.matrix.replaced(matrix.clone()),
            Fact::KindSet { kind } => {
                let version = policy.kinds.get(&kind.key).map_or(0, |k| k.version) + 1;
                policy.kinds.insert(
                    kind.key.clone(),
                    KindVersion {
                        version,
                        kind: kind.clone(),
                    },
                );
            }
            Fact::CategoriesSet { categories } => {
                policy.categories = policy.categories.replaced(categories.clone());
            }
            Fact::ResolutionCodesSet { codes } => {
                policy.resolution_codes = policy.resolution_codes.replaced(codes.clone());
            }
            Fact::CauseCodesSet { codes } => {
                policy.cause_codes = policy.cause_codes.replaced(codes.clone());
            }
            Fact::CustomersSet { customers } => {
                policy.customers = policy.customers.replaced(customers.clone());
            }
            Fact::LimitsSet { limits } => policy.limits = limits.clone(),
            Fact::GateSet { rules } => policy.gate = policy.gate.replaced(rules.clone()),
            Fact::MajorSet { rules } => policy.major = policy.major.replaced(rules.clone()),
            Fact::TemplatesSet { templates } => {
                policy.templates = policy.templates.replaced(templates.clone());
            }
            Fact::CalendarSet { .. } | Fact::LevelsSet { .. } | Fact::FunctionSet { .. } => {
                policy.agreed(fact, meta.at);
            }
        }
        Ok(policy)
    }
}
