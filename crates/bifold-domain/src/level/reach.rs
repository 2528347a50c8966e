//! Who is meant by a step of a ladder, on this incident, at this instant.

use super::Whom;
use crate::directory::Directory;
use crate::id::PersonId;
use crate::incident::Incident;
use crate::oncall::chain::{self, Happened, Moment, Next, Target};
use crate::time::At;
use std::collections::BTreeSet;

/// The people who are meant and may act; possibly nobody. Of a chain, whom it would call first.
pub fn people(
    whom: &Whom,
    incident: &Incident,
    directory: &Directory,
    at: At,
) -> BTreeSet<PersonId> {
    let team = |id| {
        let team = directory.teams.get(id);
        team.map(|team| team.members.iter().cloned().collect())
    };
    let found: Option<BTreeSet<PersonId>> = match whom {
        Whom::Assignee => incident.assignee.clone().map(|p| BTreeSet::from([p])),
        Whom::Holders => incident.team.as_ref().and_then(team),
        Whom::Seat(role) => incident
            .roles
            .get(role)
            .map(|p| BTreeSet::from([p.clone()])),
        Whom::Role(role) => {
            let people = directory.people.values();
            let with = people.filter(|person| person.roles.contains(role));
            Some(with.map(|person| person.id.clone()).collect())
        }
        Whom::Team(id) => team(id),
        Whom::Person(person) => Some(BTreeSet::from([person.clone()])),
        Whom::Function(key) => {
            let people = directory.policy.functions.get(key);
            people.map(|people| people.iter().cloned().collect())
        }
        Whom::Schedule(id) => called(&Target::Schedule(id.clone()), directory, at),
        Whom::Chain(id) => directory.chains.get(id).and_then(|chain| {
            let turn = incident.number;
            let started = [Moment {
                at,
                what: Happened::Started { turn },
            }];
            match chain::next(&chain.entry, &started, at) {
                Next::Page { target, .. } => called(&target, directory, at),
                _ => None,
            }
        }),
    };
    let mut found = found.unwrap_or_default();
    found.retain(|person| directory.is_active(person));
    found
}

fn called(target: &Target, directory: &Directory, at: At) -> Option<BTreeSet<PersonId>> {
    let called = chain::people(target, directory, at).ok()?;
    Some(called.into_iter().collect())
}
