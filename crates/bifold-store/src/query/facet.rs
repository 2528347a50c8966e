//! Facets: how the incidents of a queue divide, so that it can be narrowed down by one choice.
//!
//! Each facet is counted as if its own condition were not in the filter: whoever looks at one
//! team sees how much the other teams have. Nothing is counted that the viewer cannot read.
//!
//! The work is bounded, whatever is asked. Of open incidents the newest [`FACET_ROWS`] that fit
//! are counted, from an index that holds all that is needed. A filter that is not about open
//! incidents alone divides the newest [`FACET_ROWS`] that the viewer can read. A facet says when
//! there are more.
//!
//! The database gives the rows as one text and they are counted here, in one pass: dividing ten
//! thousand rows seven ways takes it several times as long as finding them.

use super::filter::{Filter, conditions};
use super::visible;
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_domain::Viewer;
use serde::Serialize;
use std::collections::HashMap;

/// Rows that one facet counts at most.
pub const FACET_ROWS: usize = 10_000;

/// One value and how many incidents have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// The value; `None` is no team, no person, no service.
    pub value: Option<String>,
    /// How many incidents.
    pub count: i64,
}

/// How the incidents divide by one property.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facet {
    /// The most frequent values first. A value that the filter asks for is always among them
    /// when any incident has it.
    pub values: Vec<Counted>,
    /// Whether there are more incidents than were counted; the counts are then of the newest.
    pub is_capped: bool,
}

/// How the incidents divide.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facets {
    /// Where they stand.
    pub stage: Facet,
    /// Handling priority, `1` to `5`.
    pub handling: Facet,
    /// The service verdict.
    pub service_is: Facet,
    /// The security verdict.
    pub security_is: Facet,
    /// The team, by id.
    pub team: Facet,
    /// The person, by pseudonym.
    pub assignee: Facet,
    /// The service concerned, by id.
    pub service: Facet,
}

/// The properties to divide by, in the order of the fields of a row.
const COLUMNS: [&str; 7] = [
    "stage",
    "handling",
    "service_is",
    "security_is",
    "team",
    "assignee",
    "service",
];

/// What stands in a row for no value; no id and no word is written so.
const NONE: &str = "-";

/// The filter's conditions on the properties to divide by, in their order.
#[derive(Debug, Default)]
struct Choice {
    /// Exactly this value; [`NONE`] asks for no value.
    exactly: [Option<String>; 7],
    /// Of this handling priority or more urgent.
    handling_at_least: Option<i64>,
}

impl Choice {
    /// Takes the conditions out of the filter.
    fn of(filter: &mut Filter) -> Self {
        let unassigned = std::mem::take(&mut filter.unassigned);
        let assignee = match (filter.assignee.take(), unassigned) {
            // Somebody's and nobody's at once: no value is that.
            (Some(_), true) => Some(String::new()),
            (None, true) => Some(NONE.to_owned()),
            (person, false) => person,
        };
        Self {
            exactly: [
                filter.stage.take(),
                filter.handling.take().map(|handling| handling.to_string()),
                filter.service_is.take(),
                filter.security_is.take(),
                filter.team.take(),
                assignee,
                filter.service.take(),
            ],
            handling_at_least: filter.handling_at_least.take(),
        }
    }

    /// Whether the filter asks anything of this property.
    fn asks(&self, property: usize) -> bool {
        self.exactly.get(property).is_some_and(Option::is_some)
            || (COLUMNS.get(property) == Some(&"handling") && self.handling_at_least.is_some())
    }

    /// Whether the value of this property is as asked.
    fn fits(&self, property: usize, value: &str) -> bool {
        let is_exact = match self.exactly.get(property) {
            Some(Some(exactly)) => exactly == value,
            _ => true,
        };
        let is_urgent = match self.handling_at_least {
            Some(least) if COLUMNS.get(property) == Some(&"handling") => {
                value.parse().is_ok_and(|handling: i64| handling <= least)
            }
            _ => true,
        };
        is_exact && is_urgent
    }
}

/// A filter in what rows are looked up by, what else is asked of a row, and what divides.
struct Parts {
    is_of_open: bool,
    looked_up: Filter,
    asked: Filter,
    choice: Choice,
}

impl Parts {
    fn of(filter: &Filter) -> Self {
        let mut rest = filter.clone();
        let choice = Choice::of(&mut rest);
        if rest.is_open == Some(true) {
            rest.is_open = None;
            return Self {
                is_of_open: true,
                looked_up: rest,
                asked: Filter::default(),
                choice,
            };
        }
        // Only what an index finds: anything rarer could walk all incidents.
        let looked_up = Filter {
            is_open: rest.is_open.take(),
            reporter: rest.reporter.take(),
            parent: rest.parent.take(),
            ids: std::mem::take(&mut rest.ids),
            ..Filter::default()
        };
        Self {
            is_of_open: false,
            looked_up,
            asked: rest,
            choice,
        }
    }
}

/// The counts of each property's values, as far as they are taken from these rows.
#[derive(Default)]
struct Tally<'a> {
    values: [HashMap<&'a str, i64>; 7],
    rows: usize,
}

impl<'a> Tally<'a> {
    /// Counts rows. A row counts for a property when it is as asked in all the others.
    fn of(packed: &'a str, choice: &Choice) -> Result<Self> {
        let mut tally = Self::default();
        for row in packed.split(',').filter(|row| !row.is_empty()) {
            tally.rows += 1;
            let mut fields = row.split(' ');
            let is_asked = fields.next() == Some("1");
            let mut values = [""; 7];
            for value in &mut values {
                *value = fields.next().ok_or_else(|| Error::damaged("a short row"))?;
            }
            let fits = |(property, value): &(usize, &&str)| choice.fits(*property, value);
            let mut unfit = values.iter().enumerate().filter(|v| !fits(v));
            let unfit = (unfit.next().map(|v| v.0), unfit.next().map(|v| v.0));
            for (property, (counts, value)) in tally.values.iter_mut().zip(values).enumerate() {
                let counts_here = match unfit {
                    (None, _) => true,
                    (Some(only), None) => only == property,
                    (Some(_), Some(_)) => false,
                };
                if is_asked && counts_here {
                    *counts.entry(value).or_default() += 1;
                }
            }
        }
        Ok(tally)
    }

    /// The most frequent values of a property, and the one asked for.
    fn facet(&self, property: usize, choice: &Choice, limit: usize) -> Facet {
        let mut values: Vec<(&str, i64)> = self
            .values
            .get(property)
            .map(|counts| counts.iter().map(|(value, n)| (*value, *n)).collect())
            .unwrap_or_default();
        let asks = choice.exactly.get(property).and_then(Option::as_deref);
        let by_count = |value: &(&str, i64)| (std::cmp::Reverse(value.1), value.0.to_owned());
        values.sort_by_key(|value| (asks != Some(value.0), by_count(value)));
        values.truncate(limit);
        values.sort_by_key(by_count);
        let counted = |(value, count): (&str, i64)| Counted {
            value: (value != NONE).then(|| value.to_owned()),
            count,
        };
        Facet {
            values: values.into_iter().map(counted).collect(),
            is_capped: self.rows > FACET_ROWS,
        }
    }
}

impl Store {
    /// How the incidents of this filter divide, each facet with its own condition lifted, `limit`
    /// values each.
    pub async fn facets(&self, viewer: &Viewer, filter: &Filter, limit: u32) -> Result<Facets> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let parts = Parts::of(filter);
        let mut lease = self.inner.db.reader().await?;
        let every = self.packed_sql(viewer, &parts, None);
        let every: Option<(Option<String>,)> = every.first(lease.conn()).await?;
        let every = every.and_then(|row| row.0).unwrap_or_default();
        let every = Tally::of(&every, &parts.choice)?;
        // A rare value among more open incidents than are counted still divides exactly: the
        // rows that fit entirely are looked up by themselves.
        let asks = (0..COLUMNS.len()).any(|property| parts.choice.asks(property));
        let fitting = if asks && parts.is_of_open && every.rows > FACET_ROWS {
            let fitting = self.packed_sql(viewer, &parts, Some(filter));
            let row: Option<(Option<String>,)> = fitting.first(lease.conn()).await?;
            row.and_then(|row| row.0)
        } else {
            None
        };
        let fitting = match &fitting {
            Some(fitting) => Some(Tally::of(fitting, &parts.choice)?),
            None => None,
        };
        let facet = |property| {
            let tally = match &fitting {
                Some(fitting) if !parts.choice.asks(property) => fitting,
                _ => &every,
            };
            tally.facet(property, &parts.choice, limit)
        };
        Ok(Facets {
            stage: facet(0),
            handling: facet(1),
            service_is: facet(2),
            security_is: facet(3),
            team: facet(4),
            assignee: facet(5),
            service: facet(6),
        })
    }

    #[cfg(test)]
    pub(super) fn facets_sql(&self, viewer: &Viewer, filter: &Filter) -> [Sql; 2] {
        let parts = Parts::of(filter);
        [None, Some(filter)].map(|fitting| self.packed_sql(viewer, &parts, fitting))
    }

    /// The newest readable rows that are looked up, one more than is counted, as one text:
    /// commas between rows, spaces between fields, first whether a row is as asked. With
    /// `fitting`, only those that fit the whole filter.
    fn packed_sql(&self, viewer: &Viewer, parts: &Parts, fitting: Option<&Filter>) -> Sql {
        let (org, now) = (&self.inner.org, self.inner.shell.clock.now());
        let mut sql = Sql::new(
            "SELECT string_agg(packed.fields, ',') FROM (\
             SELECT concat_ws(' ', CASE WHEN TRUE",
        );
        conditions(&mut sql, org, &parts.asked, now);
        sql.push(" THEN 1 ELSE 0 END");
        for column in COLUMNS {
            // Numbers are written as text by both databases alike.
            sql.push(", COALESCE(CAST(i.").push(column);
            sql.push(" AS TEXT), '").push(NONE).push("')");
        }
        sql.push(") AS fields FROM incident i WHERE i.org = ")
            .bind(org);
        if parts.is_of_open {
            // Said as the index says it, which is for this question alone.
            sql.push(" AND i.is_open IS TRUE");
        }
        conditions(&mut sql, org, &parts.looked_up, now);
        if let Some(filter) = fitting {
            let chosen = Filter {
                is_open: None,
                ..filter.clone()
            };
            conditions(&mut sql, org, &chosen, now);
        }
        sql.push(" AND ");
        visible(&mut sql, viewer, now);
        sql.push(" ORDER BY i.seq DESC LIMIT ")
            .bind(i64::try_from(FACET_ROWS + 1).unwrap_or(i64::MAX));
        sql.push(") packed");
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(facet: &Facet) -> Vec<(Option<&str>, i64)> {
        let values = facet.values.iter();
        values.map(|v| (v.value.as_deref(), v.count)).collect()
    }

    #[test]
    fn a_row_counts_where_it_is_as_asked_in_all_the_others() {
        let packed = "1 new 1 yes no a - s,1 new 2 yes no b - s,1 held 1 yes no a p s,\
                      0 new 1 yes no a - s";
        let mut filter = Filter {
            stage: Some("new".to_owned()),
            handling_at_least: Some(1),
            unassigned: true,
            ..Filter::default()
        };
        let choice = Choice::of(&mut filter);
        assert_eq!(filter, Filter::default());
        let tally = Tally::of(packed, &choice).unwrap();
        let facet = |property| tally.facet(property, &choice, 9);
        // The second row is only not urgent enough; the third differs in two ways.
        assert_eq!(values(&facet(0)), [(Some("new"), 1)]);
        assert_eq!(values(&facet(1)), [(Some("1"), 1), (Some("2"), 1)]);
        assert_eq!(values(&facet(4)), [(Some("a"), 1)]);
        assert_eq!(values(&facet(5)), [(None, 1)]);
        assert_eq!(tally.rows, 4);
        assert!(Tally::of("1 new", &choice).is_err());
    }

    #[test]
    fn a_facet_is_capped_by_one_row_more_than_it_counts() {
        let choice = Choice::default();
        for (rows, is_capped) in [(FACET_ROWS, false), (FACET_ROWS + 1, true)] {
            let packed = vec!["1 new 1 yes no a - s"; rows].join(",");
            let tally = Tally::of(&packed, &choice).unwrap();
            assert_eq!(tally.facet(0, &choice, 9).is_capped, is_capped);
        }
    }
}
