//! Who is told of a fact: a pure function from facts to notices.

use crate::notify::{About, Raise};
use crate::voice;
use bifold_domain::incident::{Incident, IncidentRole, Major, Report, Task, TaskEnd};
use bifold_domain::kind::KindKey;
use bifold_domain::level::{self, Act, Whom};
use bifold_domain::record::State;
use bifold_domain::{At, Directory, Fact, PersonId, Role, Subject, TeamId, disclosure, incident};
use bifold_notify::Urgency;
use bifold_notify::notice::Occasion;
use std::collections::BTreeSet;

/// Something to be told, before it is known who may hear it.
type Told = (Occasion, Urgency, BTreeSet<PersonId>);

/// Whom a fact is told, as the record is after it. Nobody is told what they did themselves, nor
/// what they may not read.
///
/// A new thing to be told is an arm here: the notice is then written in the transaction of its
/// fact, and cannot be lost or come without it.
pub(crate) fn notices(
    fact: &Fact,
    state: Option<&State>,
    by: &PersonId,
    directory: &Directory,
    now: At,
) -> Vec<Raise> {
    if let (Fact::Disclosure(fact), Some(State::Disclosure(found))) = (fact, state) {
        return confided(fact, found, directory);
    }
    let (Fact::Incident(fact), Some(State::Incident(incident))) = (fact, state) else {
        return Vec::new();
    };
    let Some((occasion, urgency, mut to)) = told(fact, incident, directory, now) else {
        return Vec::new();
    };
    let lane = fact.lane();
    // A page reaches its people also when one of them began it: a rule calls, not a person.
    let is_call = occasion == Occasion::Paged;
    to.retain(|person| {
        (is_call || person != by) && incident.may_be_told(person, lane.as_ref(), directory, now)
    });
    if to.is_empty() {
        return Vec::new();
    }
    vec![Raise {
        occasion,
        urgency,
        to,
        about: About::Record(Subject::Incident(incident.id.clone())),
        by: Some(by.clone()),
    }]
}

/// That something waits in the confidential channel, and not a word more.
fn confided(
    fact: &disclosure::Fact,
    found: &disclosure::Disclosure,
    directory: &Directory,
) -> Vec<Raise> {
    use disclosure::Fact as F;
    let to = match fact {
        F::Received { .. } | F::Replied { .. } => voice::readers(found, directory),
        F::Assigned { person } => BTreeSet::from([person.clone()]),
        F::IdentityAsked { .. } => voice::custodians(found, directory),
        F::IdentityGranted { asker } | F::IdentityRefused { asker, .. } => {
            BTreeSet::from([asker.clone()])
        }
        _ => BTreeSet::new(),
    };
    if to.is_empty() {
        return Vec::new();
    }
    vec![voice::waiting(to)]
}

fn told(
    fact: &incident::Fact,
    incident: &Incident,
    directory: &Directory,
    now: At,
) -> Option<Told> {
    use incident::Fact as F;
    let one = |person: &PersonId| BTreeSet::from([person.clone()]);
    let told = match fact {
        F::Assigned {
            person: Some(person),
            ..
        } => (Occasion::Assigned, Urgency::Normal, one(person)),
        F::Assigned {
            team: Some(team),
            person: None,
        } => {
            let members = members(team, directory);
            (Occasion::AssignedTeam, Urgency::Low, members)
        }
        F::TaskAdded {
            owner: Some(owner), ..
        }
        | F::TaskGiven { owner, .. } => (Occasion::TaskGiven, Urgency::Normal, one(owner)),
        F::MajorProposed { .. } => (
            Occasion::MajorProposed,
            Urgency::Normal,
            managers(directory),
        ),
        // Whoever may agree: those who lead, and security.
        F::AnnouncementProposed { .. } => {
            let mut people = managers(directory);
            people.extend(security(incident, directory));
            (Occasion::AnnouncementProposed, Urgency::Normal, people)
        }
        F::MajorPromoted { responsible, .. } => {
            (Occasion::MajorPromoted, Urgency::Page, one(responsible))
        }
        // The gate's clock runs: whoever is asked has minutes.
        F::SecurityAsked { .. } => (
            Occasion::SecurityAsked,
            Urgency::Page,
            security(incident, directory),
        ),
        F::Escalated {
            act: Act::Notify { whom },
            ..
        } => {
            let people = people(whom, incident, directory, now);
            (Occasion::Escalated, Urgency::Normal, people)
        }
        F::Paged { people, .. } => {
            let people = people.iter().cloned().collect();
            (Occasion::Paged, Urgency::Page, people)
        }
        // Whoever else was woken may go back to sleep.
        F::PageAcknowledged { page, .. } => {
            let mut paging = incident.paging.iter();
            let page = paging.find(|paging| paging.n == *page)?;
            let called = page.called().into_iter().cloned().collect();
            (Occasion::PageTaken, Urgency::Normal, called)
        }
        F::PageUnacknowledged { by: Some(by), .. } => {
            (Occasion::PageSilent, Urgency::Page, one(by))
        }
        F::PageExhausted { .. } => {
            let mut people = managers(directory);
            if let Major::Promoted { responsible, .. } = &incident.major {
                people.insert(responsible.clone());
            }
            (Occasion::PageUnanswered, Urgency::Page, people)
        }
        _ => return of_room(fact, incident),
    };
    Some(told)
}

/// Who is told of what happens in the room.
fn of_room(fact: &incident::Fact, incident: &Incident) -> Option<Told> {
    use incident::Fact as F;
    let told = match fact {
        F::RoleHanded { to, .. } => (
            Occasion::RoleHanded,
            Urgency::Normal,
            BTreeSet::from([to.clone()]),
        ),
        F::DecisionProposed { .. } => {
            let leads = leads(incident);
            (Occasion::DecisionProposed, Urgency::Normal, leads)
        }
        F::SituationReported(briefing) => {
            let people = match briefing.report {
                Report::Tactical => working(incident),
                Report::Executive => answerable(incident),
            };
            (Occasion::SituationReported, Urgency::Normal, people)
        }
        _ => return None,
    };
    Some(told)
}

fn people(
    whom: &BTreeSet<Whom>,
    incident: &Incident,
    directory: &Directory,
    now: At,
) -> BTreeSet<PersonId> {
    let each = whom.iter();
    each.flat_map(|whom| level::people(whom, incident, directory, now))
        .collect()
}

fn members(team: &TeamId, directory: &Directory) -> BTreeSet<PersonId> {
    let team = directory.teams.get(team);
    let members = team.map(|team| team.members.iter().cloned().collect());
    members.unwrap_or_default()
}

fn with_role(role: Role, directory: &Directory) -> BTreeSet<PersonId> {
    let people = directory.people.values();
    let with = people.filter(|person| person.is_active && person.roles.contains(&role));
    with.map(|person| person.id.clone()).collect()
}

fn managers(directory: &Directory) -> BTreeSet<PersonId> {
    with_role(Role::IncidentManager, directory)
}

/// Who leads an incident.
fn leads(incident: &Incident) -> BTreeSet<PersonId> {
    let seat = incident.roles.get(&IncidentRole::IncidentManager);
    let responsible = match &incident.major {
        Major::Promoted { responsible, .. } => Some(responsible),
        _ => None,
    };
    seat.into_iter().chain(responsible).cloned().collect()
}

/// Who works on an incident: whoever has it, holds a role on it or has an open task of it.
fn working(incident: &Incident) -> BTreeSet<PersonId> {
    let open = |task: &&Task| task.end == TaskEnd::Open;
    let tasks = incident.tasks.iter().filter(open);
    let owners = tasks.filter_map(|task| task.owner.as_ref());
    let holders = incident.assignee.iter().chain(incident.roles.values());
    holders.chain(owners).cloned().collect()
}

/// Who answers for the organisation: who leads, and who links to top management.
fn answerable(incident: &Incident) -> BTreeSet<PersonId> {
    let liaison = incident.roles.get(&IncidentRole::ExecutiveLiaison);
    leads(incident)
        .into_iter()
        .chain(liaison.cloned())
        .collect()
}

/// Who answers for security on an incident: the owner of its lane, or its team, or every security
/// officer where it has neither.
fn security(incident: &Incident, directory: &Directory) -> BTreeSet<PersonId> {
    let lane = incident.lanes.get(&KindKey::security());
    if let Some(owner) = lane.and_then(|lane| lane.owner.clone()) {
        return BTreeSet::from([owner]);
    }
    let team = lane.and_then(|lane| lane.team.as_ref());
    let members = team.map(|team| members(team, directory));
    match members.filter(|members| !members.is_empty()) {
        Some(members) => members,
        None => with_role(Role::SecurityOfficer, directory),
    }
}
