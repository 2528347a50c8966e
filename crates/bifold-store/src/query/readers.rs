//! Who can read a record, by name: the answer to "who sees this?".
//!
//! The rule is the domain's, `Incident::readers`; here it gets names. Which roles somebody holds
//! is told to those who run or audit the system; everybody else learns how many people read by
//! which role.

use crate::error::Result;
use crate::store::Store;
use bifold_domain::incident::{LaneWhy, Readers, Why};
use bifold_domain::kind::KindKey;
use bifold_domain::{Directory, PersonId, Role, Viewer};
use serde::Serialize;
use std::collections::BTreeMap;

/// Names of one list at most; the counts are of all.
pub const NAMES_LIMIT: usize = 500;

/// Somebody, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named<W> {
    /// Pseudonym.
    pub id: PersonId,
    /// Name.
    pub name: String,
    /// Why.
    pub why: W,
}

/// People by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Names<W> {
    /// How many in all.
    pub count: usize,
    /// The first of them, [`NAMES_LIMIT`] at most.
    pub people: Vec<Named<W>>,
}

/// Who can read an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Access {
    /// Whether it is restricted to named people and teams.
    pub is_restricted: bool,
    /// Who reads it. `roles` in the reasons are empty unless the asker audits.
    pub readers: Names<Why>,
    /// How many read it by each role; somebody with two counts for both.
    pub by_role: BTreeMap<Role, usize>,
    /// Who of them sees each sensitive lane; only the lanes that the asker sees.
    pub lanes: BTreeMap<KindKey, Names<LaneWhy>>,
}

impl Store {
    /// Who can read the incident of this id or number; `None` when it is not there for the asker.
    pub async fn readers(&self, asker: &Viewer, name: &str) -> Result<Option<Access>> {
        let Some((incident, _)) = self.incident(asker, name).await? else {
            return Ok(None);
        };
        let directory = self.directory().await?;
        let now = self.inner.shell.clock.now();
        let readers = incident.readers(asker, &directory, now);
        Ok(Some(access(readers, &directory, asker.audits)))
    }
}

fn access(readers: Readers, directory: &Directory, tells_roles: bool) -> Access {
    let by_role = readers.by_role();
    let person = |mut why: Why| {
        if let Why::Roles { roles } = &mut why
            && !tells_roles
        {
            roles.clear();
        }
        why
    };
    let in_lane = |mut why: LaneWhy| {
        if let LaneWhy::Roles { roles } = &mut why
            && !tells_roles
        {
            roles.clear();
        }
        why
    };
    let lane = |(kind, people)| (kind, named(people, directory, in_lane));
    Access {
        is_restricted: readers.is_restricted,
        readers: named(readers.people, directory, person),
        by_role,
        lanes: readers.lanes.into_iter().map(lane).collect(),
    }
}

fn named<W>(
    people: BTreeMap<PersonId, W>,
    directory: &Directory,
    told: impl Fn(W) -> W,
) -> Names<W> {
    let count = people.len();
    let name = |id: &PersonId| directory.people.get(id).map(|person| person.name.shown());
    let mut people: Vec<Named<W>> = people
        .into_iter()
        .map(|(id, why)| Named {
            name: name(&id).unwrap_or_default(),
            id,
            why: told(why),
        })
        .collect();
    people.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    people.truncate(NAMES_LIMIT);
    Names { count, people }
}
