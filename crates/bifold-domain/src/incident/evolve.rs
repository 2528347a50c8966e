//! Folding facts into the state. Decides nothing: whatever was decided once is believed.

use super::Incident;
use super::command::ImportedStage;
use super::fact::{Fact, ObservedRow};
use super::state::{
    Containment, EvidenceState, Imported, Lane, Major, NotificationState, Original, PendingOn,
    Relation, RelationKind, ReviewState, Snooze, Stage, StatedTimes, Task, TaskEnd, Times, Tlp,
};
use crate::id::{IncidentId, PersonId, TaskId, TeamId};
use crate::kind::{Finding, KindKey, Verdict};
use crate::priority::{Priority, Scores};
use crate::record::{BrokenHistory, Meta};
use crate::redact::Redactable;
use crate::time::At;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn evolve(
    state: Option<Incident>,
    fact: &Fact,
    meta: &Meta,
) -> Result<Incident, BrokenHistory> {
    let broken = || BrokenHistory {
        subject: meta.subject.clone(),
        kind: "incident".to_owned(),
    };
    match (state, fact) {
        (_, Fact::Declared { .. } | Fact::Imported { .. }) => {
            let id = IncidentId::parse(&meta.subject).map_err(|_| broken())?;
            created(id, fact, meta).ok_or_else(broken)
        }
        (Some(mut incident), fact) => {
            incident.assessed(fact, meta);
            incident.worked(fact, meta);
            incident.related(fact);
            incident.ended(fact, meta);
            incident.guarded(fact, meta);
            Ok(incident)
        }
        (None, _) => Err(broken()),
    }
}

fn blank(id: IncidentId, number: u64, original: Original, recorded: At) -> Incident {
    Incident {
        id,
        number,
        title: original.title.clone(),
        description: original.description.clone(),
        original,
        times: Times {
            recorded,
            stated: StatedTimes::default(),
            acknowledged: None,
            assigned: None,
            contained: None,
            mitigated: None,
            restored: None,
            resolved: None,
            confirmed: None,
            closed: None,
        },
        service: None,
        assets: BTreeSet::new(),
        category: None,
        impact: crate::priority::Impact::Minor,
        urgency: crate::priority::Urgency::Low,
        ratings: BTreeMap::new(),
        scores: Scores {
            service: Priority::LEAST_URGENT,
            security: None,
            people: None,
        },
        handling: Priority::LEAST_URGENT,
        verdicts: BTreeMap::new(),
        stage: Stage::New,
        containment: Containment::None,
        evidence: EvidenceState::None,
        notification: NotificationState::NotApplicable,
        review: ReviewState::NotApplicable,
        // Service work is always possible; other lanes open with their question.
        lanes: BTreeMap::from([(KindKey::service(), Lane::default())]),
        workaround: None,
        fix: None,
        resolution_code: None,
        cause_code: None,
        team: None,
        assignee: None,
        roles: BTreeMap::new(),
        tasks: Vec::new(),
        parent: None,
        relations: BTreeSet::new(),
        snoozed: None,
        major: Major::No,
        tlp: Tlp::Amber,
        compartment: None,
        broken_glass: BTreeMap::new(),
        reassigned: 0,
        reopened: 0,
        imported: None,
    }
}

fn created(id: IncidentId, fact: &Fact, meta: &Meta) -> Option<Incident> {
    match fact {
        Fact::Declared {
            number,
            title,
            description,
            impact,
            urgency,
            scores,
            handling,
            reporter,
            channel,
            times,
            service,
            assets,
            category,
            split_from,
            compartment,
            tlp,
            ..
        } => {
            let original = Original {
                title: title.clone(),
                description: description.clone(),
                reporter: reporter.clone(),
                channel: *channel,
            };
            let mut incident = blank(id, *number, original, meta.at);
            incident.impact = *impact;
            incident.urgency = *urgency;
            incident.scores = *scores;
            incident.handling = *handling;
            incident.times.stated = times.clone();
            incident.service.clone_from(service);
            incident.assets.clone_from(assets);
            incident.category.clone_from(category);
            incident.compartment.clone_from(compartment);
            incident.tlp = *tlp;
            incident
                .relations
                .extend(split_from.clone().map(|other| Relation {
                    kind: RelationKind::SplitFrom,
                    other,
                }));
            Some(incident)
        }
        Fact::Imported {
            number,
            source,
            external_id,
            title,
            description,
            opened_at,
            channel,
            row,
        } => {
            let original = Original {
                title: title.clone(),
                description: description.clone(),
                reporter: meta.actor.clone(),
                channel: *channel,
            };
            let mut incident = blank(id, *number, original, meta.at);
            incident.times.stated.reported = Some(*opened_at);
            incident.imported = Some(Imported {
                source: source.clone(),
                external_id: external_id.clone(),
                observations: 0,
                observed_at: row.at,
                labels: row.labels.clone(),
                assignee: None,
                oddities: BTreeSet::new(),
            });
            incident.observed(row, meta);
            Some(incident)
        }
        _ => None,
    }
}

impl Incident {
    fn assigned_to(&mut self, team: Option<&TeamId>, person: Option<&PersonId>, at: At) {
        if self.team.is_some() && team.is_some() && self.team.as_ref() != team {
            self.reassigned = self.reassigned.saturating_add(1);
        }
        self.team = team.cloned();
        self.assignee = person.cloned();
        self.times.assigned.get_or_insert(at);
    }

    fn observed(&mut self, row: &ObservedRow, meta: &Meta) {
        let stage = match row.stage {
            ImportedStage::New => Some(Stage::New),
            ImportedStage::InProgress => Some(Stage::InProgress),
            ImportedStage::PendingUser => Some(pending(PendingOn::User)),
            ImportedStage::PendingSupplier => Some(pending(PendingOn::Supplier)),
            ImportedStage::PendingChange => Some(pending(PendingOn::Change)),
            ImportedStage::PendingEvidence => Some(pending(PendingOn::Evidence)),
            ImportedStage::Resolved => Some(Stage::Resolved),
            ImportedStage::Closed => Some(Stage::Closed),
            // A row that does not say leaves the stage alone.
            ImportedStage::Unknown => None,
        };
        let was_over = matches!(self.stage, Stage::Resolved | Stage::Closed);
        if let Some(stage) = stage {
            let is_over = matches!(stage, Stage::Resolved | Stage::Closed);
            if was_over && !is_over && row.reopened.is_none() {
                self.reopened = self.reopened.saturating_add(1);
            }
            match stage {
                Stage::Resolved => {
                    let at = row.resolved_at.unwrap_or(row.at);
                    self.times.resolved = Some(at);
                    self.times.restored = Some(at);
                }
                Stage::Closed => {
                    self.times.closed = Some(row.closed_at.unwrap_or(row.at));
                    self.times
                        .resolved
                        .get_or_insert(row.resolved_at.unwrap_or(row.at));
                }
                _ => {}
            }
            self.stage = stage;
        }
        // The source's own count wins: it also knows what happened between two rows.
        self.reopened = row.reopened.unwrap_or(self.reopened).max(self.reopened);
        self.impact = row.impact;
        self.urgency = row.urgency;
        self.scores.service = row.priority;
        self.handling = row.priority;
        if row.category.is_some() {
            self.category.clone_from(&row.category);
        }
        if row.team.is_some() {
            let assignee = self.assignee.clone();
            self.assigned_to(row.team.as_ref(), assignee.as_ref(), row.at);
        }
        if let Some(is_security) = row.is_security {
            let finding = if is_security {
                Finding::Yes
            } else {
                Finding::No
            };
            let verdict = Verdict {
                finding,
                proposed: Finding::Undetermined,
                answers: BTreeMap::new(),
                reason: crate::text::Text::parse("As the source system says.")
                    .map_or(Redactable::Redacted(0), Redactable::Present),
                decider: meta.actor.clone(),
                at: row.at,
                criteria_version: 0,
            };
            self.verdicts.insert(KindKey::security(), verdict);
            self.lanes.entry(KindKey::security()).or_default();
        }
        if let Some(imported) = &mut self.imported {
            imported.observations = imported.observations.saturating_add(1);
            imported.observed_at = imported.observed_at.max(row.at);
            imported.labels = row.labels.clone();
            imported.assignee.clone_from(&row.assignee);
            imported.oddities.extend(row.oddities.iter().cloned());
        }
    }

    fn scored(&mut self, scores: Scores, handling: Priority) {
        self.scores = scores;
        self.handling = handling;
    }

    fn assessed(&mut self, fact: &Fact, meta: &Meta) {
        match fact {
            Fact::VerdictGiven {
                kind,
                finding,
                proposed,
                answers,
                reason,
                criteria_version,
                scores,
                handling,
            } => {
                let verdict = Verdict {
                    finding: *finding,
                    proposed: *proposed,
                    answers: answers.clone(),
                    reason: reason.clone(),
                    decider: meta.actor.clone(),
                    at: meta.at,
                    criteria_version: *criteria_version,
                };
                self.verdicts.insert(kind.clone(), verdict);
                self.scored(*scores, *handling);
                // The lane opens with its question and stays: work in it is history.
                if *finding != Finding::No {
                    self.lanes.entry(kind.clone()).or_default();
                }
                let wants_evidence = *kind == KindKey::security() && *finding == Finding::Yes;
                if wants_evidence && self.evidence == EvidenceState::None {
                    self.evidence = EvidenceState::Planned;
                }
                if matches!(self.stage, Stage::New | Stage::Acknowledged) {
                    self.stage = Stage::InAssessment;
                    self.times.acknowledged.get_or_insert(meta.at);
                }
            }
            Fact::Rated {
                ratings,
                scores,
                handling,
                ..
            } => {
                self.ratings.extend(ratings.iter().map(|(d, h)| (*d, *h)));
                self.scored(*scores, *handling);
            }
            Fact::Prioritised {
                impact,
                urgency,
                scores,
                handling,
                ..
            } => {
                self.impact = *impact;
                self.urgency = *urgency;
                self.scored(*scores, *handling);
            }
            Fact::PriorityOverridden { to, .. } => self.handling = *to,
            Fact::Classified {
                category,
                service,
                assets,
            } => {
                self.category.clone_from(category);
                self.service.clone_from(service);
                self.assets.clone_from(assets);
            }
            Fact::ContainmentSet { to } => {
                self.containment = *to;
                if *to == Containment::Contained {
                    self.times.contained.get_or_insert(meta.at);
                }
            }
            Fact::EvidenceSet { to, .. } => self.evidence = *to,
            Fact::NotificationSet { to } => self.notification = *to,
            Fact::ReviewSet { to } => self.review = *to,
            Fact::Amended {
                title, description, ..
            } => {
                if let Some(title) = title {
                    self.title = title.clone();
                }
                if description.is_some() {
                    self.description.clone_from(description);
                }
            }
            Fact::TimesCorrected { times, .. } => self.times.stated = times.clone(),
            Fact::Observed { row } => self.observed(row, meta),
            _ => {}
        }
    }

    fn worked(&mut self, fact: &Fact, meta: &Meta) {
        match fact {
            Fact::Acknowledged => {
                self.times.acknowledged.get_or_insert(meta.at);
                if self.stage == Stage::New {
                    self.stage = Stage::Acknowledged;
                }
            }
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
            Fact::WorkStarted | Fact::Resumed => {
                self.stage = Stage::InProgress;
                self.times.acknowledged.get_or_insert(meta.at);
            }
            Fact::Held { on, until, .. } => {
                self.stage = Stage::Pending {
                    on: *on,
                    until: *until,
                };
            }
            Fact::LaneSet { kind, owner, team } => {
                self.lanes.insert(
                    kind.clone(),
                    Lane {
                        owner: owner.clone(),
                        team: team.clone(),
                    },
                );
            }
            Fact::TaskAdded {
                task,
                lane,
                title,
                owner,
                due,
                mandatory,
            } => {
                self.tasks.push(Task {
                    id: task.clone(),
                    lane: lane.clone(),
                    title: title.clone(),
                    owner: owner.clone(),
                    due: *due,
                    is_mandatory: *mandatory,
                    end: TaskEnd::Open,
                });
            }
            Fact::TaskGiven { task, owner, .. } => {
                self.with_task(task, |t| t.owner = Some(owner.clone()));
            }
            Fact::TaskFinished { task, outcome, .. } => {
                self.with_task(task, |t| {
                    t.end = TaskEnd::Done {
                        outcome: outcome.clone(),
                    }
                });
            }
            Fact::TaskDropped { task, reason, .. } => {
                self.with_task(task, |t| {
                    t.end = TaskEnd::Dropped {
                        reason: reason.clone(),
                    }
                });
            }
            Fact::WorkaroundSet { text } => self.workaround = Some(text.clone()),
            Fact::FixSet { text } => self.fix = Some(text.clone()),
            Fact::Mitigated { at } => {
                self.stage = Stage::Mitigated;
                self.times.mitigated = Some(*at);
            }
            Fact::RoleHanded { role, to, .. } => {
                self.roles.insert(*role, to.clone());
            }
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

    fn with_task(&mut self, id: &TaskId, change: impl FnOnce(&mut Task)) {
        if let Some(task) = self.tasks.iter_mut().find(|t| t.id == *id) {
            change(task);
        }
    }

    fn related(&mut self, fact: &Fact) {
        match fact {
            Fact::Related { relation } => {
                self.relations.insert(relation.clone());
            }
            Fact::Unrelated { relation } => {
                self.relations.remove(relation);
            }
            Fact::ParentSet { parent } => self.parent.clone_from(parent),
            Fact::Merged { into, .. } => {
                let was = Box::new(self.stage.clone());
                self.stage = Stage::Merged {
                    into: into.clone(),
                    was,
                };
            }
            Fact::Unmerged { .. } => {
                if let Stage::Merged { was, .. } = &self.stage {
                    self.stage = (**was).clone();
                }
            }
            _ => {}
        }
    }

    fn ended(&mut self, fact: &Fact, meta: &Meta) {
        match fact {
            Fact::Resolved {
                code,
                restored_at,
                cause,
                ..
            } => {
                self.stage = Stage::Resolved;
                self.times.resolved = Some(meta.at);
                self.times.restored = Some(*restored_at);
                self.resolution_code = Some(code.clone());
                if cause.is_some() {
                    self.cause_code.clone_from(cause);
                }
                self.snoozed = None;
            }
            Fact::Confirmed => {
                self.stage = Stage::Confirmed;
                self.times.confirmed = Some(meta.at);
            }
            Fact::Closed { cause, .. } => {
                self.stage = Stage::Closed;
                self.times.closed = Some(meta.at);
                self.cause_code = Some(cause.clone());
            }
            Fact::Reopened { .. } => {
                self.stage = Stage::InProgress;
                self.reopened = self.reopened.saturating_add(1);
                self.times.resolved = None;
                self.times.restored = None;
                self.times.confirmed = None;
                self.times.closed = None;
            }
            Fact::Rejected { ground, .. } => {
                self.stage = Stage::Rejected { ground: *ground };
                self.times.closed = Some(meta.at);
            }
            Fact::ConvertedToRequest { .. } => {
                self.stage = Stage::ConvertedToRequest;
                self.times.closed = Some(meta.at);
            }
            Fact::Cancelled { .. } => {
                self.stage = Stage::Cancelled;
                self.times.closed = Some(meta.at);
            }
            _ => {}
        }
    }

    fn guarded(&mut self, fact: &Fact, meta: &Meta) {
        match fact {
            Fact::MajorProposed { criteria, .. } => {
                self.major = Major::Proposed {
                    by: meta.actor.clone(),
                    criteria: criteria.clone(),
                };
            }
            Fact::MajorPromoted { responsible, .. } => {
                self.major = Major::Promoted {
                    responsible: responsible.clone(),
                    at: meta.at,
                };
                self.roles
                    .insert(super::IncidentRole::IncidentManager, responsible.clone());
                // A major incident is reported and reviewed afterwards (20000-1 8.6.1).
                if self.review == ReviewState::NotApplicable {
                    self.review = ReviewState::Due;
                }
            }
            Fact::MajorDeclined { .. } => self.major = Major::Declined,
            Fact::MajorStoodDown { .. } => self.major = Major::StoodDown,
            Fact::Restricted { compartment, .. } => self.compartment = Some(compartment.clone()),
            Fact::Unrestricted { .. } => self.compartment = None,
            Fact::GlassBroken { until, .. } => {
                self.broken_glass.insert(meta.actor.clone(), *until);
            }
            Fact::Labelled { tlp } => self.tlp = *tlp,
            _ => {}
        }
    }
}

fn pending(on: PendingOn) -> Stage {
    Stage::Pending { on, until: None }
}
