//! Whom a step reaches at an instant, or why nobody.

use super::Target;
use crate::access::closed_set;
use crate::directory::Directory;
use crate::id::PersonId;
use crate::time::At;

closed_set! {
    /// Why a step reaches nobody.
    Nobody {
        /// Nobody is on call in the schedule at that time.
        Gap = "gap",
        /// Whoever it would be is barred from the system.
        Barred = "barred",
        /// Nobody belongs to the team.
        EmptyTeam = "empty_team",
        /// The schedule is out of use.
        OutOfUse = "out_of_use",
        /// There is no such person, team or schedule.
        Missing = "missing",
    }
}

/// Who is called: at least one, all of whom may act.
pub fn people(target: &Target, directory: &Directory, at: At) -> Result<Vec<PersonId>, Nobody> {
    let named: Vec<PersonId> = match target {
        Target::Person(person) => vec![person.clone()],
        Target::Team(team) => {
            let team = directory.teams.get(team).ok_or(Nobody::Missing)?;
            team.members.iter().cloned().collect()
        }
        Target::Schedule(schedule) => {
            let schedule = directory.schedules.get(schedule).ok_or(Nobody::Missing)?;
            if schedule.retired_at.is_some_and(|retired| retired <= at) {
                return Err(Nobody::OutOfUse);
            }
            let shift = schedule.on_call(at).ok_or(Nobody::Gap)?;
            vec![shift.person]
        }
        Target::OneOf(people, place) => {
            let place = (*place).min(people.len());
            let (before, from) = people.split_at(place);
            let mut in_turn = from.iter().chain(before);
            let first = in_turn.find(|person| directory.is_active(person));
            return first.map(|p| vec![p.clone()]).ok_or(Nobody::Barred);
        }
    };
    if named.is_empty() {
        return Err(Nobody::EmptyTeam);
    }
    if !named.iter().any(|p| directory.people.contains_key(p)) {
        return Err(Nobody::Missing);
    }
    let active = named.into_iter().filter(|p| directory.is_active(p));
    let active: Vec<PersonId> = active.collect();
    if active.is_empty() {
        return Err(Nobody::Barred);
    }
    Ok(active)
}
