//! Which incidents: the conditions that lists, counts, facets and reports share.

use crate::db::Sql;
use bifold_domain::{At, IncidentId};

/// Which incidents.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Open or not.
    pub is_open: Option<bool>,
    /// In this stage.
    pub stage: Option<String>,
    /// Of this handling priority or more urgent.
    pub handling_at_least: Option<i64>,
    /// The service verdict.
    pub service_is: Option<String>,
    /// The security verdict.
    pub security_is: Option<String>,
    /// Also this kind.
    pub kind: Option<String>,
    /// Of this team.
    pub team: Option<String>,
    /// Of this person.
    pub assignee: Option<String>,
    /// Of this service.
    pub service: Option<String>,
    /// Of this category.
    pub category: Option<String>,
    /// Major or not, as one of the words.
    pub major: Option<String>,
    /// Children of this one.
    pub parent: Option<String>,
    /// From this source.
    pub source: Option<String>,
    /// With this id there.
    pub external_id: Option<String>,
    /// Assigned to no person.
    pub unassigned: bool,
    /// Of exactly this handling priority.
    pub handling: Option<i64>,
    /// The service or the security verdict is undetermined.
    pub undecided: bool,
    /// Asleep now, or awake.
    pub snoozed: Option<bool>,
    /// Restricted to named people, or not.
    pub restricted: Option<bool>,
    /// Reported by this person.
    pub reporter: Option<String>,
    /// Recorded then or later.
    pub recorded_from: Option<At>,
    /// Recorded before then.
    pub recorded_until: Option<At>,
    /// Only these, by id or number; empty means all. [`IDS_LIMIT`] at most.
    pub ids: Vec<String>,
}

/// Ids and numbers that one filter may name.
pub const IDS_LIMIT: usize = 500;

impl Filter {
    /// Takes out the condition that the incidents are open, and says whether it is to be asked
    /// as `IS TRUE`, which the index of all open incidents answers. Where another index finds
    /// fewer rows it stays as it is.
    pub(super) fn take_open(&mut self) -> bool {
        let has_own_index = self.team.is_some()
            || self.assignee.is_some()
            || self.reporter.is_some()
            || self.parent.is_some()
            || self.external_id.is_some()
            || !self.ids.is_empty();
        let is_taken = self.is_open == Some(true) && !has_own_index;
        if is_taken {
            self.is_open = None;
        }
        is_taken
    }
}

/// Adds the condition of the organisation and those of the filter, for incidents under the alias
/// `i`.
pub(super) fn filtered(sql: &mut Sql, org: &str, filter: &Filter, now: At) {
    sql.push("i.org = ").bind(org);
    conditions(sql, org, filter, now);
}

/// Adds the filter's conditions alone, each after an AND.
pub(super) fn conditions(sql: &mut Sql, org: &str, filter: &Filter, now: At) {
    if let Some(is_open) = filter.is_open {
        // A literal, so that the planner uses the indexes that begin with it.
        sql.push(if is_open {
            " AND i.is_open = TRUE"
        } else {
            " AND i.is_open = FALSE"
        });
    }
    let equal = [
        (" AND i.stage = ", &filter.stage),
        (" AND i.service_is = ", &filter.service_is),
        (" AND i.security_is = ", &filter.security_is),
        (" AND i.team = ", &filter.team),
        (" AND i.assignee = ", &filter.assignee),
        (" AND i.service = ", &filter.service),
        (" AND i.category = ", &filter.category),
        (" AND i.major = ", &filter.major),
        (" AND i.parent = ", &filter.parent),
        (" AND i.source = ", &filter.source),
        (" AND i.external_id = ", &filter.external_id),
        (" AND i.reporter = ", &filter.reporter),
    ];
    for (text, value) in equal {
        if let Some(value) = value {
            sql.push(text).bind(value);
        }
    }
    if let Some(handling) = filter.handling_at_least {
        sql.push(" AND i.handling <= ").bind(handling);
    }
    if let Some(handling) = filter.handling {
        sql.push(" AND i.handling = ").bind(handling);
    }
    if let Some(kind) = &filter.kind {
        sql.push(
            " AND EXISTS (SELECT 1 FROM incident_verdict v WHERE v.org = i.org \
             AND v.incident = i.id AND v.finding = 'yes' AND v.kind = ",
        );
        sql.bind(kind).push(")");
    }
    if let Some(from) = filter.recorded_from {
        sql.push(" AND i.recorded_at >= ").bind(from.micros());
    }
    if let Some(until) = filter.recorded_until {
        sql.push(" AND i.recorded_at < ").bind(until.micros());
    }
    standing(sql, filter, now);
    named(sql, org, &filter.ids);
}

/// How things stand with them, as yes or no.
fn standing(sql: &mut Sql, filter: &Filter, now: At) {
    if filter.unassigned {
        sql.push(" AND i.assignee IS NULL");
    }
    if filter.undecided {
        sql.push(" AND (i.service_is = 'undetermined' OR i.security_is = 'undetermined')");
    }
    match filter.restricted {
        Some(true) => sql.push(" AND i.restricted = TRUE"),
        Some(false) => sql.push(" AND i.restricted = FALSE"),
        None => sql,
    };
    // On its date an incident is awake, whether the job that says so has run or not.
    match filter.snoozed {
        Some(true) => {
            sql.push(" AND i.snoozed_until > ").bind(now.micros());
        }
        Some(false) => {
            sql.push(" AND (i.snoozed_until IS NULL OR i.snoozed_until <= ")
                .bind(now.micros())
                .push(")");
        }
        None => {}
    }
}

/// Only those named. A subquery, so that the few named are looked up by their names.
fn named(sql: &mut Sql, org: &str, names: &[String]) {
    if names.is_empty() {
        return;
    }
    let names = names.iter().take(IDS_LIMIT).map(String::as_str);
    let (ids, numbers): (Vec<&str>, Vec<&str>) =
        names.partition(|name| IncidentId::parse(name).is_ok());
    sql.push(" AND i.id IN (SELECT n.id FROM incident n WHERE n.org = ")
        .bind(org);
    sql.push(" AND n.id IN ").list(&ids);
    sql.push(" UNION ALL SELECT n.id FROM incident n WHERE n.org = ")
        .bind(org);
    sql.push(" AND n.number IN ").list(&numbers).push(")");
}
