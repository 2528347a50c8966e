//! Facets: how the incidents of a queue divide, so that it can be narrowed down by one choice.
//!
//! Each facet is counted as if its own condition were not in the filter: whoever looks at one
//! team sees how much the other teams have. Nothing is counted that the viewer cannot read.
//!
//! The work is bounded, whatever is asked. Of open incidents the newest [`FACET_ROWS`] that fit
//! are counted, from an index that holds all that is needed. A filter that is not about open
//! incidents alone divides the newest [`FACET_ROWS`] that the viewer can read. A facet says when
//! there are more.

use super::filter::{Filter, conditions};
use super::visible;
use crate::db::Sql;
use crate::error::Result;
use crate::store::Store;
use bifold_domain::Viewer;
use serde::Serialize;
use sqlx::FromRow;

/// Rows that one facet counts at most.
pub const FACET_ROWS: u32 = 10_000;
/// Values that one facet shows at most.
const VALUES_LIMIT: u32 = 100;

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

#[derive(FromRow)]
struct Row {
    facet: String,
    value: Option<String>,
    n: i64,
}

/// A property to divide by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dimension {
    Stage,
    Handling,
    ServiceIs,
    SecurityIs,
    Team,
    Assignee,
    Service,
}

impl Dimension {
    const ALL: [Self; 7] = [
        Self::Stage,
        Self::Handling,
        Self::ServiceIs,
        Self::SecurityIs,
        Self::Team,
        Self::Assignee,
        Self::Service,
    ];

    fn column(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Handling => "handling",
            Self::ServiceIs => "service_is",
            Self::SecurityIs => "security_is",
            Self::Team => "team",
            Self::Assignee => "assignee",
            Self::Service => "service",
        }
    }

    /// Takes the filter's conditions on this property away; gives the value it asks for.
    fn lift(self, filter: &mut Filter) -> Option<String> {
        match self {
            Self::Stage => filter.stage.take(),
            Self::Handling => {
                filter.handling_at_least = None;
                filter.handling.take().map(|handling| handling.to_string())
            }
            Self::ServiceIs => filter.service_is.take(),
            Self::SecurityIs => filter.security_is.take(),
            Self::Team => filter.team.take(),
            Self::Assignee => {
                filter.unassigned = false;
                filter.assignee.take()
            }
            Self::Service => filter.service.take(),
        }
    }
}

/// A filter in two: what the rows are looked up by, and what is asked of each row found.
pub(super) struct Parts {
    looked_up: Filter,
    asked: Filter,
    /// What is carried along from the rows found.
    columns: String,
}

/// What a filter can ask of an incident, besides the properties to divide by.
const ASKED: &str = ", i.org, i.id, i.category, i.major, i.source, i.external_id, \
    i.restricted, i.snoozed_until";

impl Parts {
    pub(super) fn of(filter: &Filter) -> Self {
        let columns = format!("i.{}", Dimension::ALL.map(Dimension::column).join(", i."));
        if filter.is_open == Some(true) {
            let mut looked_up = filter.clone();
            for dimension in Dimension::ALL {
                dimension.lift(&mut looked_up);
            }
            let asked = Filter {
                stage: filter.stage.clone(),
                handling_at_least: filter.handling_at_least,
                handling: filter.handling,
                service_is: filter.service_is.clone(),
                security_is: filter.security_is.clone(),
                team: filter.team.clone(),
                assignee: filter.assignee.clone(),
                unassigned: filter.unassigned,
                service: filter.service.clone(),
                ..Filter::default()
            };
            return Self {
                looked_up,
                asked,
                columns,
            };
        }
        // Only what an index finds: anything rarer could walk all incidents.
        let looked_up = Filter {
            is_open: filter.is_open,
            reporter: filter.reporter.clone(),
            parent: filter.parent.clone(),
            ids: filter.ids.clone(),
            ..Filter::default()
        };
        let asked = Filter {
            is_open: None,
            reporter: None,
            parent: None,
            ids: Vec::new(),
            ..filter.clone()
        };
        Self {
            looked_up,
            asked,
            columns: columns + ASKED,
        }
    }

    /// Whether the rows that fit entirely are looked up too.
    fn has_fitting(&self) -> bool {
        self.looked_up.is_open == Some(true) && self.asked != Filter::default()
    }

    /// Whether this property is divided among the rows that fit entirely: its own condition is
    /// not there to be lifted.
    fn takes_fitting(&self, dimension: Dimension) -> bool {
        let mut asked = self.asked.clone();
        dimension.lift(&mut asked);
        self.has_fitting() && asked == self.asked
    }
}

impl Facets {
    fn facet(&mut self, dimension: Dimension) -> &mut Facet {
        match dimension {
            Dimension::Stage => &mut self.stage,
            Dimension::Handling => &mut self.handling,
            Dimension::ServiceIs => &mut self.service_is,
            Dimension::SecurityIs => &mut self.security_is,
            Dimension::Team => &mut self.team,
            Dimension::Assignee => &mut self.assignee,
            Dimension::Service => &mut self.service,
        }
    }
}

impl Store {
    /// How the incidents of this filter divide, each facet with its own condition lifted, `limit`
    /// values each.
    pub async fn facets(&self, viewer: &Viewer, filter: &Filter, limit: u32) -> Result<Facets> {
        let parts = Parts::of(filter);
        let sql = self.facets_sql(viewer, &parts, limit);
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<Row> = sql.all(lease.conn()).await?;
        let mut facets = Facets::default();
        let found = |name: &str| rows.iter().find(|r| r.facet == name).map_or(0, |r| r.n);
        let is_capped = |name| found(name) > i64::from(FACET_ROWS);
        let (every, fitting) = (is_capped("every"), is_capped("fitting"));
        for dimension in Dimension::ALL {
            let mine = rows.iter().filter(|r| r.facet == dimension.column());
            let mut values: Vec<Counted> = mine
                .map(|row| Counted {
                    value: row.value.clone(),
                    count: row.n,
                })
                .collect();
            values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
            let is_capped = if parts.takes_fitting(dimension) {
                fitting
            } else {
                every
            };
            *facets.facet(dimension) = Facet { values, is_capped };
        }
        Ok(facets)
    }

    /// One statement. `every` are the rows looked up, once; each facet asks of them what the
    /// filter asks apart from the facet's own condition. Where the filter asks something of open
    /// incidents, `fitting` are the rows that fit entirely, so that a rare value among more open
    /// incidents than are counted still divides exactly.
    pub(super) fn facets_sql(&self, viewer: &Viewer, parts: &Parts, limit: u32) -> Sql {
        let mut sql = Sql::new("WITH every AS MATERIALIZED (");
        self.newest(&mut sql, viewer, parts, &[&parts.looked_up]);
        if parts.has_fitting() {
            sql.push("), fitting AS MATERIALIZED (");
            self.newest(&mut sql, viewer, parts, &[&parts.looked_up, &parts.asked]);
        }
        sql.push(
            ") SELECT 'every' AS facet, CAST(NULL AS TEXT) AS value, COUNT(*) AS n FROM every",
        );
        if parts.has_fitting() {
            sql.push(" UNION ALL SELECT 'fitting', NULL, COUNT(*) FROM fitting");
        }
        for dimension in Dimension::ALL {
            self.divide(&mut sql, parts, dimension, limit);
        }
        sql
    }

    /// Adds the most frequent values of one property.
    fn divide(&self, sql: &mut Sql, parts: &Parts, dimension: Dimension, limit: u32) {
        let column = dimension.column();
        sql.push(" UNION ALL SELECT * FROM (SELECT '").push(column);
        sql.push("', CAST(i.")
            .push(column)
            .push(" AS TEXT), COUNT(*) FROM ");
        let mut asked = parts.asked.clone();
        let chosen = dimension.lift(&mut asked);
        if parts.takes_fitting(dimension) {
            sql.push("fitting i");
        } else {
            sql.push("every i WHERE TRUE");
            conditions(sql, &self.inner.org, &asked, self.inner.shell.clock.now());
        }
        sql.push(" GROUP BY i.").push(column).push(" ORDER BY ");
        if let Some(chosen) = chosen {
            sql.push("CASE WHEN CAST(i.").push(column);
            sql.push(" AS TEXT) = ").bind(chosen);
            sql.push(" THEN 0 ELSE 1 END, ");
        }
        sql.push("COUNT(*) DESC LIMIT ")
            .bind(i64::from(limit.min(VALUES_LIMIT)));
        sql.push(") by_").push(column);
    }

    /// The newest readable incidents that fit these filters, one more than is counted.
    fn newest(&self, sql: &mut Sql, viewer: &Viewer, parts: &Parts, filters: &[&Filter]) {
        let now = self.inner.shell.clock.now();
        sql.push("SELECT ")
            .push(&parts.columns)
            .push(" FROM incident i WHERE i.org = ")
            .bind(&self.inner.org);
        for filter in filters {
            conditions(sql, &self.inner.org, filter, now);
        }
        sql.push(" AND ");
        visible(sql, viewer, now);
        sql.push(" ORDER BY i.seq DESC LIMIT ")
            .bind(i64::from(FACET_ROWS) + 1);
    }
}
