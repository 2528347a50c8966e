//! Working on it: assignment, holds, lanes, tasks, notes, remedies, roles, sleep.

use super::{after_occurrence, in_stage, lane_of, may_work_in, one, paging};
use crate::access::Permission;
use crate::id::{PersonId, TaskId, TeamId};
use crate::incident::command::{
    Assign, Audience, EndTask, GiveTask, HandRole, Hold, Mitigate, NewTask, Note, Remedy, SetLane,
    Sleep,
};
use crate::incident::fact::Fact;
use crate::incident::state::{Task, TaskEnd};
use crate::incident::{Incident, Stage};
use crate::kind::KindKey;
use crate::record::Context;
use crate::refusal::Refusal;

/// Tasks of one incident; more than this is another incident.
const TASKS_LIMIT: usize = 200;

type Facts = Result<Vec<Fact>, Refusal>;

fn known_person(person: Option<&PersonId>, context: &Context<'_>) -> Result<(), Refusal> {
    match person.filter(|p| !context.directory.is_active(p)) {
        Some(p) => Err(Refusal::Unknown {
            what: "active person",
            named: p.to_string(),
        }),
        None => Ok(()),
    }
}

fn known_team(team: Option<&TeamId>, context: &Context<'_>) -> Result<(), Refusal> {
    match team.filter(|t| !context.directory.teams.contains_key(t)) {
        Some(t) => Err(Refusal::Unknown {
            what: "team",
            named: t.to_string(),
        }),
        None => Ok(()),
    }
}

pub(super) fn acknowledge(incident: &Incident, context: &Context<'_>) -> Facts {
    // Whoever is called may answer, whatever their role.
    if !paging::is_called(incident, &context.actor.person) {
        context.actor.needs(Permission::Work)?;
    }
    let pages = paging::acknowledge(incident, context);
    let is_new = incident.times.acknowledged.is_none();
    if !is_new && pages.is_empty() {
        return Err(Refusal::NothingToChange);
    }
    in_stage(incident, "acknowledge", Stage::is_open)?;
    let first = is_new.then_some(Fact::Acknowledged);
    Ok(first.into_iter().chain(pages).collect())
}

pub(super) fn assign(incident: &Incident, to: Assign, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Assign)?;
    in_stage(incident, "assign", Stage::is_open)?;
    known_team(to.team.as_ref(), context)?;
    known_person(to.person.as_ref(), context)?;
    if to.team.is_none() && to.person.is_none() {
        return Err(Refusal::Unknown {
            what: "team or person",
            named: String::new(),
        });
    }
    // A person without a team keeps the team; a new team without a person waits for one.
    let team = to.team.clone().or_else(|| incident.team.clone());
    if team == incident.team && to.person == incident.assignee {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::Assigned {
        team,
        person: to.person,
    })
}

pub(super) fn take(incident: &Incident, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    in_stage(incident, "take", Stage::is_open)?;
    let me = Some(context.actor.person.clone());
    if incident.assignee == me {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::Assigned {
        team: incident.team.clone(),
        person: me,
    })
}

pub(super) fn start(incident: &Incident, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    if incident.stage == Stage::InProgress {
        return Err(Refusal::NothingToChange);
    }
    in_stage(incident, "start work", |s| {
        matches!(
            s,
            Stage::New | Stage::Acknowledged | Stage::InAssessment | Stage::Assigned
        )
    })?;
    one(Fact::WorkStarted)
}

pub(super) fn hold(incident: &Incident, hold: Hold, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    in_stage(incident, "put on hold", Stage::is_open)?;
    if hold.until.is_some_and(|until| until <= context.now) {
        return Err(Refusal::TimeOrder {
            first: "now",
            then: "the end of the hold",
        });
    }
    if matches!(&incident.stage, Stage::Pending { on, until } if *on == hold.on && *until == hold.until)
    {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::Held {
        on: hold.on,
        reason: hold.reason.into(),
        until: hold.until,
    })
}

pub(super) fn resume(incident: &Incident, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    in_stage(incident, "resume", |s| matches!(s, Stage::Pending { .. }))?;
    one(Fact::Resumed)
}

pub(super) fn set_lane(incident: &Incident, lane: SetLane, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Assign)?;
    let old = lane_of(incident, &lane.kind, context)?;
    known_person(lane.owner.as_ref(), context)?;
    known_team(lane.team.as_ref(), context)?;
    if (&old.owner, &old.team) == (&lane.owner, &lane.team) {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::LaneSet {
        kind: lane.kind,
        owner: lane.owner,
        team: lane.team,
    })
}

pub(super) fn add_task(
    incident: &Incident,
    id: TaskId,
    new: NewTask,
    context: &Context<'_>,
) -> Facts {
    lane_of(incident, &new.lane, context)?;
    known_person(new.owner.as_ref(), context)?;
    if incident.task(&id).is_ok() {
        return Err(Refusal::AlreadyExists {
            what: "task".to_owned(),
        });
    }
    if incident.tasks.len() >= TASKS_LIMIT {
        return Err(Refusal::TooMany {
            what: "tasks",
            limit: TASKS_LIMIT,
        });
    }
    one(Fact::TaskAdded {
        task: id,
        lane: new.lane,
        title: new.title.into(),
        owner: new.owner,
        due: new.due,
        mandatory: new.mandatory,
        stream: new.stream,
    })
}

/// The task, if it is open and the actor may work in its lane. To others it does not exist.
fn open_task<'a>(
    incident: &'a Incident,
    id: &TaskId,
    context: &Context<'_>,
) -> Result<&'a Task, Refusal> {
    context.actor.needs(Permission::Work)?;
    let task = incident.task(id)?;
    may_work_in(incident, &task.lane, context).map_err(|_| Refusal::TaskUnknown)?;
    if task.end == TaskEnd::Open {
        Ok(task)
    } else {
        Err(Refusal::TaskFinished)
    }
}

pub(super) fn give_task(
    incident: &Incident,
    id: &TaskId,
    give: GiveTask,
    context: &Context<'_>,
) -> Facts {
    let task = open_task(incident, id, context)?;
    known_person(Some(&give.owner), context)?;
    if task.owner.as_ref() == Some(&give.owner) {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::TaskGiven {
        task: id.clone(),
        lane: task.lane.clone(),
        owner: give.owner,
    })
}

pub(super) fn finish_task(
    incident: &Incident,
    id: &TaskId,
    end: EndTask,
    context: &Context<'_>,
) -> Facts {
    let lane = open_task(incident, id, context)?.lane.clone();
    one(Fact::TaskFinished {
        task: id.clone(),
        lane,
        outcome: end.outcome.into(),
    })
}

pub(super) fn drop_task(
    incident: &Incident,
    id: &TaskId,
    end: EndTask,
    context: &Context<'_>,
) -> Facts {
    let lane = open_task(incident, id, context)?.lane.clone();
    one(Fact::TaskDropped {
        task: id.clone(),
        lane,
        reason: end.outcome.into(),
    })
}

/// Anybody who works may note; a reporter may write to their own incident, outward only.
///
/// What is said in a sensitive lane stays in it: such a note never goes to the reporter.
pub(super) fn note(incident: &Incident, note: Note, context: &Context<'_>) -> Facts {
    let is_outward = note.audience == Audience::Outward;
    let is_reporter = incident.original.reporter == context.actor.person;
    match &note.lane {
        Some(lane) => {
            lane_of(incident, lane, context)?;
            if is_outward && context.directory.policy.is_sensitive(lane) {
                return Err(Refusal::WrongStage {
                    verb: "tell the reporter",
                    stage: "in a lane that reporters do not see",
                });
            }
        }
        None if is_reporter && is_outward => {}
        None => context.actor.needs(Permission::Work)?,
    }
    if note.next_by.is_some() && !is_outward {
        return Err(Refusal::WrongStage {
            verb: "promise an update",
            stage: "not told to those who wait for it",
        });
    }
    if note.next_by.is_some_and(|by| by <= context.now) {
        return Err(Refusal::TimeOrder {
            first: "now",
            then: "the next update",
        });
    }
    if note.next_by.is_some() {
        context.actor.needs(Permission::Work)?;
    }
    one(Fact::NoteAdded {
        text: note.text.into(),
        lane: note.lane,
        audience: note.audience,
        next_by: note.next_by,
    })
}

pub(super) fn workaround(incident: &Incident, remedy: Remedy, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    if incident.workaround.as_ref().and_then(|w| w.present()) == Some(&remedy.text) {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::WorkaroundSet {
        text: remedy.text.into(),
    })
}

pub(super) fn fix(incident: &Incident, remedy: Remedy, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    if incident.fix.as_ref().and_then(|w| w.present()) == Some(&remedy.text) {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::FixSet {
        text: remedy.text.into(),
    })
}

pub(super) fn mitigate(incident: &Incident, mitigate: &Mitigate, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    in_stage(incident, "mitigate", |s| {
        s.is_open() && *s != Stage::Mitigated
    })?;
    let at = mitigate.at.unwrap_or(context.now);
    after_occurrence(incident, at, "the mitigation", context)?;
    if incident.workaround.is_none() {
        return Err(Refusal::WrongStage {
            verb: "mitigate",
            stage: "without a workaround on record",
        });
    }
    one(Fact::Mitigated { at })
}

pub(super) fn hand_role(incident: &Incident, hand: HandRole, context: &Context<'_>) -> Facts {
    let from = incident.roles.get(&hand.role).cloned();
    // Whoever holds a role may hand it on; anybody else needs the right to assign.
    if from.as_ref() != Some(&context.actor.person) {
        context.actor.needs(Permission::Assign)?;
        if hand.role.is_of_security() {
            may_work_in(incident, &KindKey::security(), context)?;
        }
    }
    known_person(Some(&hand.to), context)?;
    if from.as_ref() == Some(&hand.to) {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::RoleHanded {
        role: hand.role,
        from,
        to: hand.to,
        handover: hand.handover.map(Into::into),
    })
}

pub(super) fn snooze(incident: &Incident, sleep: Sleep, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    in_stage(incident, "snooze", Stage::is_open)?;
    if sleep.until <= context.now {
        return Err(Refusal::TimeOrder {
            first: "now",
            then: "the time to wake",
        });
    }
    if incident
        .snoozed
        .as_ref()
        .is_some_and(|old| old.until == sleep.until && old.reason.present() == Some(&sleep.reason))
    {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::Snoozed {
        until: sleep.until,
        reason: sleep.reason.into(),
    })
}

pub(super) fn wake(incident: &Incident, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    if incident.snoozed.is_none() {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::Woken)
}
