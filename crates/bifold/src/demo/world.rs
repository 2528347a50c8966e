//! The hospital as stories name it: who, which team, which service, by short keys.

use super::catalogue::{ASSETS, SERVICES, minute_costs, users};
use super::organisation::{self, FOUNDER, MACHINE, PEOPLE, TEAMS};
use super::rng::Rng;
use super::script::{Script, Step};
use super::words::{short, text};
use bifold_domain::{
    Actor, AssetId, At, Auth, Command, PersonId, ServiceId, TeamId, asset, person, service, team,
};
use std::collections::{BTreeMap, BTreeSet};

/// Keys and the records behind them.
#[derive(Debug)]
pub(crate) struct World {
    actors: BTreeMap<&'static str, Actor>,
    teams: BTreeMap<&'static str, TeamId>,
    services: BTreeMap<&'static str, ServiceId>,
    assets: BTreeMap<&'static str, AssetId>,
}

impl World {
    /// Draws the ids of everybody and everything; the founder's is given.
    pub(crate) fn new(founder: &PersonId, at: At, rng: &mut Rng) -> Self {
        let mut draw = || rng.id_bits(at);
        let teams: BTreeMap<_, _> = TEAMS
            .iter()
            .map(|(key, _)| (*key, TeamId::from_bits(draw())))
            .collect();
        let services = SERVICES
            .iter()
            .map(|s| (s.key, ServiceId::from_bits(draw())))
            .collect();
        let assets = ASSETS
            .iter()
            .map(|a| (a.0, AssetId::from_bits(draw())))
            .collect();
        let mut actors = BTreeMap::new();
        for member in PEOPLE {
            let actor = Actor {
                person: if member.key == FOUNDER {
                    founder.clone()
                } else {
                    PersonId::from_bits(draw())
                },
                roles: member.roles.to_vec(),
                teams: teams.get(member.team).cloned().into_iter().collect(),
                auth: if member.key == MACHINE {
                    Auth::Token
                } else {
                    Auth::Session
                },
            };
            actors.insert(member.key, actor);
        }
        Self {
            actors,
            teams,
            services,
            assets,
        }
    }

    /// Somebody, as they act.
    pub(crate) fn actor(&self, key: &str) -> &Actor {
        known(&self.actors, key)
    }

    /// Somebody, as records name them.
    pub(crate) fn person(&self, key: &str) -> PersonId {
        self.actor(key).person.clone()
    }

    /// A team.
    pub(crate) fn team(&self, key: &str) -> TeamId {
        known(&self.teams, key).clone()
    }

    /// A service.
    pub(crate) fn service(&self, key: &str) -> ServiceId {
        known(&self.services, key).clone()
    }

    /// An asset.
    pub(crate) fn asset(&self, key: &str) -> AssetId {
        known(&self.assets, key).clone()
    }

    /// The directory, entered by the founder in the first hour.
    pub(crate) fn enter(&self, at: At, script: &mut Script) {
        let mut at = at;
        let mut enter = |command: Command| {
            at = at.plus(17_300_000);
            script.push(Step {
                at,
                actor: self.actor(FOUNDER).clone(),
                commands: vec![command],
            });
        };
        for member in PEOPLE.iter().filter(|m| m.key != FOUNDER) {
            let register = person::Register {
                name: short(member.name),
                email: short(&organisation::email(member.key)),
                roles: member.roles.iter().copied().collect(),
            };
            let command = person::Command::Register(register);
            enter(Command::Person(self.person(member.key), command));
        }
        for (key, name) in TEAMS {
            let members = organisation::members(key);
            let form = team::Form {
                name: short(name),
                members: members.iter().map(|m| self.person(m)).collect(),
            };
            enter(Command::Team(self.team(key), team::Command::Form(form)));
        }
        for s in SERVICES {
            let entry = service::Entry {
                key: short(s.key),
                name: short(s.name),
                description: Some(text(s.about)),
                owner: Some(self.team(s.owner)),
                criticality: s.criticality,
                users: users(s.key),
                minute_costs: minute_costs(s.key).map(short),
                depends_on: s.needs.iter().map(|need| self.service(need)).collect(),
            };
            let command = service::Command::Offer(entry);
            enter(Command::Service(self.service(s.key), command));
        }
        for (name, asset_type, delivers, classification) in ASSETS {
            let entry = asset::Entry {
                name: short(name),
                asset_type: short(asset_type),
                services: BTreeSet::from([self.service(delivers)]),
                classification: Some(short(classification)),
            };
            let command = asset::Command::Enrol(entry);
            enter(Command::Asset(self.asset(name), command));
        }
    }
}

#[allow(clippy::expect_used)]
fn known<'a, T>(all: &'a BTreeMap<&'static str, T>, key: &str) -> &'a T {
    all.get(key)
        .expect("stories name only what the tables of the demonstration hold; a test reads them")
}
