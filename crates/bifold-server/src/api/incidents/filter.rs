//! Which incidents: the query parameters of lists, exports and reports.

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::route::Param;
use crate::server::Server;
use bifold_domain::At;
use bifold_domain::incident::Stage;
use bifold_domain::kind::Finding;
use bifold_store::query::PAGE_LIMIT;
use bifold_store::query::incident::{Filter, Order};
use serde::Deserialize;

/// What the parameters do, for the document.
pub(crate) const FILTER_PARAMS: &[Param] = &[
    ("open", "boolean", "Open or not."),
    ("stage", "string", "In this stage."),
    (
        "handling",
        "integer",
        "Of this handling priority or more urgent, 1 to 5.",
    ),
    (
        "service_is",
        "string",
        "Service verdict: yes, no, undetermined.",
    ),
    (
        "security_is",
        "string",
        "Security verdict: yes, no, undetermined.",
    ),
    ("kind", "string", "Verdict yes on this kind."),
    ("team", "string", "Of this team."),
    ("assignee", "string", "Of this person, or `me`."),
    ("service", "string", "Of this service."),
    ("category", "string", "Of this category."),
    (
        "major",
        "string",
        "no, proposed, promoted, declined, stood_down.",
    ),
    ("parent", "string", "Children of this incident."),
    (
        "handling_is",
        "integer",
        "Of exactly this handling priority, 1 to 5.",
    ),
    (
        "unassigned",
        "boolean",
        "With `true`, assigned to no person.",
    ),
    (
        "undecided",
        "boolean",
        "With `true`, service or security verdict undetermined.",
    ),
    ("snoozed", "boolean", "Asleep now, or awake."),
    (
        "restricted",
        "boolean",
        "Restricted to named people, or not.",
    ),
    ("reporter", "string", "Reported by this person, or `me`."),
    (
        "ids",
        "string",
        "Only these: ids or numbers with commas between, 200 at most.",
    ),
    ("from", "string", "Recorded then or later (RFC 3339)."),
    ("until", "string", "Recorded before then (RFC 3339)."),
    ("source", "string", "Imported from this source."),
    ("external_id", "string", "With this id there."),
    ("order", "string", "urgent (the default), due or newest."),
    ("cursor", "string", "Where the page begins, from `next`."),
    ("limit", "integer", "Rows, 1 to 200; 50 when absent."),
];

/// The words of [`bifold_domain::incident::Major`].
const MAJOR_WORDS: &[&str] = &["no", "proposed", "promoted", "declined", "stood_down"];

/// How a list is ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sorted {
    #[default]
    Urgent,
    Due,
    Newest,
}

/// The parameters as they come.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncidentQuery {
    open: Option<bool>,
    stage: Option<String>,
    handling: Option<u8>,
    service_is: Option<Finding>,
    security_is: Option<Finding>,
    kind: Option<String>,
    team: Option<String>,
    assignee: Option<String>,
    service: Option<String>,
    category: Option<String>,
    major: Option<String>,
    parent: Option<String>,
    handling_is: Option<u8>,
    #[serde(default)]
    unassigned: bool,
    #[serde(default)]
    undecided: bool,
    snoozed: Option<bool>,
    restricted: Option<bool>,
    reporter: Option<String>,
    ids: Option<String>,
    from: Option<At>,
    until: Option<At>,
    source: Option<String>,
    external_id: Option<String>,
    #[serde(default)]
    order: Sorted,
    pub(crate) cursor: Option<String>,
    pub(crate) limit: Option<u32>,
}

fn one_of(name: &str, value: Option<String>, words: &[&str]) -> Result<Option<String>> {
    match value {
        Some(word) if !words.contains(&word.as_str()) => Err(Error::Query(format!(
            "{name} is one of {}",
            words.join(", ")
        ))),
        other => Ok(other),
    }
}

/// The ids and numbers of a list with commas. A list of none is a mistake, not everything.
fn names(list: Option<String>) -> Result<Vec<String>> {
    let Some(list) = list else {
        return Ok(Vec::new());
    };
    let names: Vec<String> = list.split(',').map(|name| name.trim().to_owned()).collect();
    let fits = names.len() <= PAGE_LIMIT as usize && names.iter().all(|name| !name.is_empty());
    if fits {
        return Ok(names);
    }
    Err(Error::Query(format!(
        "ids are 1 to {PAGE_LIMIT} ids or numbers with commas between"
    )))
}

impl IncidentQuery {
    pub(crate) fn order(&self) -> Order {
        match self.order {
            Sorted::Urgent => Order::MostUrgent,
            Sorted::Newest => Order::Newest,
            Sorted::Due => Order::Due,
        }
    }

    /// The filter for the store, with `me` and numbers resolved.
    pub(crate) async fn filter(self, server: &Server, caller: &Caller) -> Result<Filter> {
        let word = |finding: Option<Finding>| finding.map(|f| f.word().to_owned());
        let person = |name: Option<String>| match name {
            Some(me) if me == "me" => Some(caller.actor.person.to_string()),
            other => other,
        };
        let parent = match self.parent {
            // Whoever cannot read the parent gets what a parent without children gives.
            Some(name) => match super::readable(server, caller, &name).await {
                Ok((parent, _)) => Some(parent.id.to_string()),
                Err(_) => Some(String::new()),
            },
            None => None,
        };
        Ok(Filter {
            is_open: self.open,
            stage: one_of("stage", self.stage, Stage::WORDS)?,
            handling_at_least: self.handling.map(i64::from),
            service_is: word(self.service_is),
            security_is: word(self.security_is),
            kind: self.kind,
            team: self.team,
            assignee: person(self.assignee),
            service: self.service,
            category: self.category,
            major: one_of("major", self.major, MAJOR_WORDS)?,
            parent,
            source: self.source,
            external_id: self.external_id,
            unassigned: self.unassigned,
            handling: self.handling_is.map(i64::from),
            undecided: self.undecided,
            snoozed: self.snoozed,
            restricted: self.restricted,
            reporter: person(self.reporter),
            recorded_from: self.from,
            recorded_until: self.until,
            ids: names(self.ids)?,
        })
    }
}
