//! Assignment, stages of work, lanes, tasks, roles, sleep.

use crate::id::{PersonId, TaskId, TeamId};
use crate::incident::Incident;
use crate::incident::fact::Fact;
use crate::incident::state::{IncidentRole, Lane, Major, Snooze, Stage, Task, TaskEnd};
use crate::record::Meta;
use crate::time::At;

impl Incident {
    pub(super) fn assigned_to(&mut self, team: Option<&TeamId>, person: Option<&PersonId>, at: At) {
        if self.team.is_some() && team.is_some() && self.team.as_ref() != team {
            self.reassigned = self.reassigned.saturating_add(1);
        }
        self.team = team.cloned();
        self.assignee = person.cloned();
        self.times.assigned.get_or_insert(at);
    }

    pub(super) fn moved(&mut self, fact: &Fact, meta: &Meta) {
        // Being assigned by somebody else is the only step here that shows no human at work.
        let by_another = matches!(
            fact,
            Fact::Assigned { person, .. } if person.as_ref() != Some(&meta.actor)
        );
        if !by_another {
            self.times.acknowledged.get_or_insert(meta.at);
        }
        match fact {
            Fact::Acknowledged if self.stage == Stage::New => self.stage = Stage::Acknowledged,
            Fact::Assigned { team, person } => {
                self.assigned_to(team.as_ref(), person.as_ref(), meta.at);
                let early = matches!(
                    self.stage,
                    Stage::New | Stage::Acknowledged | Stage::InAssessment
                );
                if early {
                    self.stage = Stage::Assigned;
                }
            }
            Fact::WorkStarted | Fact::Resumed => self.stage = Stage::InProgress,
            Fact::Held { on, until, .. } => {
                self.stage = Stage::Pending {
                    on: *on,
                    until: *until,
                };
            }
            Fact::Mitigated { at } => {
                self.stage = Stage::Mitigated;
                self.times.mitigated = Some(*at);
            }
            _ => {}
        }
    }

    pub(super) fn worked(&mut self, fact: &Fact, meta: &Meta) {
        match fact {
            Fact::LaneSet { kind, owner, team } => {
                let lane = Lane {
                    owner: owner.clone(),
                    team: team.clone(),
                };
                self.lanes.insert(kind.clone(), lane);
            }
            Fact::WorkaroundSet { text } => self.workaround = Some(text.clone()),
            Fact::FixSet { text } => self.fix = Some(text.clone()),
            Fact::RoleHanded { role, to, .. } => self.handed(*role, to),
            Fact::Snoozed { until, reason } => {
                self.snoozed = Some(Snooze {
                    until: *until,
                    reason: reason.clone(),
                });
            }
            Fact::Woken => self.snoozed = None,
            // Word from the reporter wakes a sleeping record.
            Fact::NoteAdded { .. } if meta.actor == self.original.reporter => self.snoozed = None,
            _ => {}
        }
    }

    /// A major incident has one responsible person: whoever manages it (20000-1 8.6.1).
    fn handed(&mut self, role: IncidentRole, to: &PersonId) {
        self.roles.insert(role, to.clone());
        if let (IncidentRole::IncidentManager, Major::Promoted { responsible, .. }) =
            (role, &mut self.major)
        {
            *responsible = to.clone();
        }
    }

    pub(super) fn tasked(&mut self, fact: &Fact) {
        match fact {
            Fact::TaskAdded {
                task,
                lane,
                title,
                owner,
                due,
                mandatory,
                stream,
            } => self.tasks.push(Task {
                id: task.clone(),
                lane: lane.clone(),
                title: title.clone(),
                owner: owner.clone(),
                due: *due,
                is_mandatory: *mandatory,
                stream: stream.clone(),
                end: TaskEnd::Open,
            }),
            Fact::TaskGiven { task, owner, .. } => {
                self.with_task(task, |t| t.owner = Some(owner.clone()));
            }
            Fact::TaskFinished { task, outcome, .. } => {
                let outcome = outcome.clone();
                self.with_task(task, |t| t.end = TaskEnd::Done { outcome });
            }
            Fact::TaskDropped { task, reason, .. } => {
                let reason = reason.clone();
                self.with_task(task, |t| t.end = TaskEnd::Dropped { reason });
            }
            _ => {}
        }
    }

    fn with_task(&mut self, id: &TaskId, change: impl FnOnce(&mut Task)) {
        if let Some(task) = self.tasks.iter_mut().find(|t| t.id == *id) {
            change(task);
        }
    }
}
