//! Who can read an incident, and why: what a page answers to "who sees this?".
//!
//! It says for people what [`Incident::is_readable_by`] and [`Incident::shows_lane`] say for one
//! viewer; a test compares them person by person. People who may not act read nothing.

use super::Incident;
use crate::access::{Permission, Role, Viewer};
use crate::directory::Directory;
use crate::id::{PersonId, TeamId};
use crate::kind::KindKey;
use crate::time::At;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Why somebody can read an incident. Where several reasons hold, the most lasting one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// It is not restricted, and these roles read such incidents.
    Roles {
        /// Which.
        roles: BTreeSet<Role>,
    },
    /// It is not restricted, and they reported it.
    Reporter,
    /// They are named in the compartment.
    Member,
    /// A team of theirs is named in the compartment.
    Team {
        /// Which.
        team: TeamId,
    },
    /// They broke the glass.
    BrokenGlass {
        /// Until when it is open to them.
        until: At,
    },
}

/// Why somebody sees a sensitive lane of an incident that they can read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum LaneWhy {
    /// These roles see sensitive lanes.
    Roles {
        /// Which.
        roles: BTreeSet<Role>,
    },
    /// They, or a team of theirs, have a seat in the lane.
    Seat,
}

/// Who can read an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readers {
    /// Whether it is restricted to named people and teams.
    pub is_restricted: bool,
    /// Everybody who can read it, and why.
    pub people: BTreeMap<PersonId, Why>,
    /// For each sensitive lane that the asker sees: who of those also sees the lane, and why.
    pub lanes: BTreeMap<KindKey, BTreeMap<PersonId, LaneWhy>>,
}

impl Readers {
    /// How many people read it by each role. Somebody with two such roles counts for both.
    pub fn by_role(&self) -> BTreeMap<Role, usize> {
        let mut counts = BTreeMap::new();
        for why in self.people.values() {
            if let Why::Roles { roles } = why {
                for role in roles {
                    *counts.entry(*role).or_default() += 1;
                }
            }
        }
        counts
    }
}

/// Those of a person's roles that carry the permission.
fn with(roles: &BTreeSet<Role>, permission: Permission) -> BTreeSet<Role> {
    let carries = |role: &Role| role.permits(permission);
    roles.iter().copied().filter(carries).collect()
}

impl Incident {
    /// Who can read it now, and why.
    ///
    /// `asker` can read it too. Who has a seat in a sensitive lane is told only to those who see
    /// that lane: it would say what the lane is there to hide.
    pub fn readers(&self, asker: &Viewer, directory: &Directory, now: At) -> Readers {
        let mut teams: BTreeMap<&PersonId, Vec<TeamId>> = BTreeMap::new();
        for (id, team) in &directory.teams {
            for member in &team.members {
                teams.entry(member).or_default().push(id.clone());
            }
        }
        let sensitive = directory.policy.kinds.keys().filter(|kind| {
            directory.policy.is_sensitive(kind) && self.shows_lane(kind, asker, &directory.policy)
        });
        let mut readers = Readers {
            is_restricted: self.compartment.is_some(),
            people: BTreeMap::new(),
            lanes: sensitive
                .map(|kind| (kind.clone(), BTreeMap::new()))
                .collect(),
        };
        for (id, person) in directory.people.iter().filter(|(_, p)| p.is_active) {
            let teams = teams.get(id).map_or(&[][..], Vec::as_slice);
            let Some(why) = self.why(id, &person.roles, teams, now) else {
                continue;
            };
            for (kind, lane) in &mut readers.lanes {
                if let Some(why) = self.lane_why(kind, id, &person.roles, teams) {
                    lane.insert(id.clone(), why);
                }
            }
            readers.people.insert(id.clone(), why);
        }
        readers
    }

    fn why(
        &self,
        person: &PersonId,
        roles: &BTreeSet<Role>,
        teams: &[TeamId],
        now: At,
    ) -> Option<Why> {
        let Some(compartment) = &self.compartment else {
            let roles = with(roles, Permission::ReadIncidents);
            if !roles.is_empty() {
                return Some(Why::Roles { roles });
            }
            return (self.original.reporter == *person).then_some(Why::Reporter);
        };
        if compartment.people.contains(person) {
            return Some(Why::Member);
        }
        if let Some(team) = teams.iter().find(|team| compartment.teams.contains(team)) {
            return Some(Why::Team { team: team.clone() });
        }
        let until = self.broken_glass.get(person).filter(|until| **until > now);
        until.map(|until| Why::BrokenGlass { until: *until })
    }

    fn lane_why(
        &self,
        kind: &KindKey,
        person: &PersonId,
        roles: &BTreeSet<Role>,
        teams: &[TeamId],
    ) -> Option<LaneWhy> {
        let roles = with(roles, Permission::ReadSensitiveLanes);
        if !roles.is_empty() {
            return Some(LaneWhy::Roles { roles });
        }
        self.is_seated(kind, person, teams).then_some(LaneWhy::Seat)
    }
}
