//! Setting service levels, calendars and business functions.
//!
//! A version holds from now on or from later, never from before: what began under another one is
//! counted by that for life, and a clock computed again years later shows the same.

use super::{Fact, Policy};
use crate::calendar::{Calendar, HolidayFeed};
use crate::id::PersonId;
use crate::level::{Levels, NamedCalendar};
use crate::record::Context;
use crate::refusal::Refusal;
use crate::text::Short;
use crate::time::At;
use serde::Deserialize;
use std::collections::BTreeSet;

const CALENDARS_LIMIT: usize = 100;
const VERSIONS_LIMIT: usize = 500;
const FUNCTIONS_LIMIT: usize = 100;
const HOLDERS_LIMIT: usize = 50;

/// A calendar, or a version of one.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCalendar {
    /// Stable key, such as `office`.
    pub key: Short,
    /// What people call it.
    pub name: Short,
    /// When time counts.
    #[schema(value_type = Object)]
    pub calendar: Calendar,
    /// Where holidays are proposed from: the address of a feed, what was taken from it and what
    /// was declined.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub holidays: Option<HolidayFeed>,
    /// From when on it holds; now when absent.
    #[serde(default)]
    pub from: Option<At>,
}

/// Service levels in place of those before.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLevels {
    /// The levels, in the order in which they are tried.
    #[serde(flatten)]
    pub levels: Levels,
    /// From when on they hold; now when absent.
    #[serde(default)]
    pub from: Option<At>,
}

/// Who holds a business function.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFunction {
    /// Stable key, such as `head-of-operations`.
    pub key: Short,
    /// Who holds it; nobody: it is no more.
    pub people: BTreeSet<PersonId>,
}

fn from(from: Option<At>, context: &Context<'_>) -> Result<At, Refusal> {
    match from {
        Some(from) if from < context.now => Err(Refusal::TimeOrder {
            first: "now",
            then: "what holds from then on",
        }),
        // Whatever was recorded at this very moment was recorded before.
        from => Ok(from.unwrap_or(context.now.plus(1))),
    }
}

fn at_most(len: usize, what: &'static str, limit: usize) -> Result<(), Refusal> {
    if len > limit {
        return Err(Refusal::TooMany { what, limit });
    }
    Ok(())
}

impl Policy {
    pub(super) fn set_calendar(
        &self,
        new: NewCalendar,
        context: &Context<'_>,
    ) -> Result<Fact, Refusal> {
        let old = self.terms.calendars.get(&new.key);
        let calendar = NamedCalendar {
            name: new.name,
            calendar: new.calendar,
            holidays: new.holidays,
        };
        match old {
            Some(old) if old.newest().is_some_and(|v| v.value == calendar) => {
                return Err(Refusal::NothingToChange);
            }
            Some(old) => at_most(old.versions().len() + 1, "versions", VERSIONS_LIMIT)?,
            None => at_most(self.terms.calendars.len() + 1, "calendars", CALENDARS_LIMIT)?,
        }
        Ok(Fact::CalendarSet {
            key: new.key,
            from: from(new.from, context)?,
            calendar,
        })
    }

    pub(super) fn set_levels(
        &self,
        new: NewLevels,
        context: &Context<'_>,
    ) -> Result<Fact, Refusal> {
        new.levels.check(context.directory)?;
        let old = &self.terms.levels;
        at_most(old.versions().len() + 1, "versions", VERSIONS_LIMIT)?;
        if old.newest().is_some_and(|v| v.value == new.levels) {
            return Err(Refusal::NothingToChange);
        }
        Ok(Fact::LevelsSet {
            from: from(new.from, context)?,
            levels: new.levels,
        })
    }

    pub(super) fn set_function(
        &self,
        new: NewFunction,
        context: &Context<'_>,
    ) -> Result<Fact, Refusal> {
        at_most(new.people.len(), "people with one function", HOLDERS_LIMIT)?;
        at_most(
            self.functions.len() + 1,
            "business functions",
            FUNCTIONS_LIMIT,
        )?;
        if !new
            .people
            .iter()
            .all(|who| context.directory.is_active(who))
        {
            return Err(Refusal::no("person"));
        }
        let held = self.functions.get(&new.key);
        if held.map_or(new.people.is_empty(), |held| *held == new.people) {
            return Err(Refusal::NothingToChange);
        }
        Ok(Fact::FunctionSet {
            key: new.key,
            people: new.people,
        })
    }

    /// What was agreed holds from its time on.
    pub(super) fn agreed(&mut self, fact: &Fact, now: At) {
        match fact {
            Fact::CalendarSet {
                key,
                from,
                calendar,
            } => {
                let calendars = &mut self.terms.calendars;
                if let Some(dated) = calendars.get_mut(key) {
                    dated.set(*from, calendar.clone(), now);
                } else {
                    let dated = crate::level::Dated::since(*from, calendar.clone());
                    calendars.insert(key.clone(), dated);
                }
            }
            Fact::LevelsSet { from, levels } => {
                self.terms.levels.set(*from, levels.clone(), now);
            }
            Fact::FunctionSet { key, people } if people.is_empty() => {
                self.functions.remove(key);
            }
            Fact::FunctionSet { key, people } => {
                self.functions.insert(key.clone(), people.clone());
            }
            _ => {}
        }
    }
}
