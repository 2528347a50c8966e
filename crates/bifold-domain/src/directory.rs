//! People, teams, services, who is on call, and policy: what every decision may look up.
//!
//! The store keeps one per organisation in memory and replaces it when one of these records
//! changes. It holds what decisions need, not what screens show.

use crate::access::{Actor, Auth, Permission, Role};
use crate::id::{
    ChainId, MaintenanceId, PersonId, ScheduleId, ServiceId, SourceId, StatusPageId, TeamId,
};
use crate::maintenance::Maintenance;
use crate::oncall::chain::Chain;
use crate::oncall::schedule::Schedule;
use crate::person::Person;
use crate::policy::Policy;
use crate::service::Service;
use crate::signal::source::Source;
use crate::status_page::StatusPage;
use crate::team::Team;
use crate::time::At;
use std::collections::BTreeMap;

/// The organisation as decisions see it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Directory {
    /// The policy in force.
    pub policy: Policy,
    /// People by pseudonym.
    pub people: BTreeMap<PersonId, Person>,
    /// Teams.
    pub teams: BTreeMap<TeamId, Team>,
    /// Services.
    pub services: BTreeMap<ServiceId, Service>,
    /// On-call schedules.
    pub schedules: BTreeMap<ScheduleId, Schedule>,
    /// Escalation chains.
    pub chains: BTreeMap<ChainId, Chain>,
    /// Sources of signals.
    pub sources: BTreeMap<SourceId, Source>,
    /// Maintenance that is planned or goes on.
    pub maintenances: BTreeMap<MaintenanceId, Maintenance>,
    /// Status pages.
    pub status_pages: BTreeMap<StatusPageId, StatusPage>,
}

impl Directory {
    /// The actor a person is now, or `None` when unknown or disabled.
    pub fn actor(&self, person: &PersonId, auth: Auth) -> Option<Actor> {
        let found = self.people.get(person).filter(|p| p.is_active)?;
        Some(Actor {
            person: person.clone(),
            roles: found.roles.iter().copied().collect(),
            teams: self.teams_of(person),
            auth,
        })
    }

    /// Until when alerts of a service are held because it is worked on; the latest, where several
    /// are.
    pub fn held_until(&self, service: &ServiceId) -> Option<At> {
        let all = self.maintenances.values();
        all.filter_map(|maintenance| maintenance.holds(service))
            .max()
    }

    /// The teams a person belongs to.
    pub fn teams_of(&self, person: &PersonId) -> Vec<TeamId> {
        let member =
            |(id, team): (&TeamId, &Team)| team.members.contains(person).then(|| id.clone());
        self.teams.iter().filter_map(member).collect()
    }

    /// Whether the person exists and may act.
    pub fn is_active(&self, person: &PersonId) -> bool {
        self.people.get(person).is_some_and(|p| p.is_active)
    }

    /// The active people one of whose roles carries the permission.
    pub fn people_with(&self, permission: Permission) -> impl Iterator<Item = &PersonId> {
        let active = self.people.values().filter(|person| person.is_active);
        active
            .filter(move |person| person.roles.iter().any(|role| role.permits(permission)))
            .map(|person| &person.id)
    }

    /// How many active administrators there are.
    pub fn administrators(&self) -> usize {
        self.people
            .values()
            .filter(|p| p.is_active && p.roles.contains(&Role::Administrator))
            .count()
    }
}
