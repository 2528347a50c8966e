//! Clocks: what fires on them, and calls for help by hand (features F071, F072).
//!
//! Nothing is believed of whoever says that something is due: the clocks are computed again, at
//! the time of the decision. So a late, early or repeated look changes nothing.

use super::paging::{self, Why};
use crate::access::Permission;
use crate::incident::command::{Escalate, Foresee};
use crate::incident::fact::Fact;
use crate::incident::{Incident, Major};
use crate::kind::KindKey;
use crate::level::{self, Act, Due, Level};
use crate::record::Context;
use crate::refusal::{Invalid, Refusal};
use crate::text::Text;

/// Firings taken at one look; more wait for the next, which comes at once.
const AT_ONCE: usize = 32;

/// What is due now.
///
/// An imported incident is watched by the system it came from: its clocks are shown, and nobody
/// is called because of them.
pub(super) fn tick(incident: &Incident, context: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    let policy = &context.directory.policy;
    let held = policy.terms.held(incident.times.recorded);
    let clocks = level::clocks(&incident.trail, &held);
    let mut due: Vec<Due<'_>> = Vec::new();
    let watched = clocks.iter().filter(|_| incident.imported.is_none());
    for clock in watched {
        let all = level::firings(clock, &held, |firing| incident.fired.contains(firing));
        due.extend(all.into_iter().filter(|due| due.at <= context.now));
    }
    due.sort_by_key(|due| due.at);
    let mut facts = paging::tick(incident, &clocks, context);
    due.truncate(AT_ONCE);
    fire(incident, due, None, context, &mut facts);
    if facts.is_empty() {
        return Err(Refusal::NothingToChange);
    }
    Ok(facts)
}

/// What a forecast makes due. That it is as probable as that is believed of whoever says so: the
/// model is not of the record. It stands in the fact.
pub(super) fn foresee(
    incident: &Incident,
    foreseen: &Foresee,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    let policy = &context.directory.policy;
    let held = policy.terms.held(incident.times.recorded);
    let clocks = level::clocks(&incident.trail, &held);
    let mut clocks = clocks.iter().filter(|_| incident.imported.is_none());
    let clock = clocks.find(|clock| clock.key == foreseen.clock);
    let has_fired = |firing: &level::Firing| incident.fired.contains(firing);
    let due =
        clock.map(|clock| level::foreseen(clock, &held, has_fired, foreseen.percent, context.now));
    let mut facts = Vec::new();
    let due = due.unwrap_or_default();
    fire(incident, due, Some(foreseen.percent), context, &mut facts);
    if facts.is_empty() {
        return Err(Refusal::NothingToChange);
    }
    Ok(facts)
}

/// Records what is due, and what follows from it.
fn fire(
    incident: &Incident,
    due: Vec<Due<'_>>,
    likely: Option<u16>,
    context: &Context<'_>,
    facts: &mut Vec<Fact>,
) {
    let policy = &context.directory.policy;
    let held = policy.terms.held(incident.times.recorded);
    let levels = held
        .levels()
        .map_or(&[][..], |version| &version.value.levels);
    let mut begun = 0;
    for due in due {
        let level = levels.iter().find(|level| level.key == due.firing.level);
        let lane = level.and_then(|level| lane_of(level, context));
        match (due.act, due.due) {
            (Some(act), _) => {
                let follows = follows(incident, act, &due, context, facts);
                let pages = match act {
                    Act::Page { whom } => {
                        let why = Why {
                            clock: Some(&due.firing),
                            lane: lane.as_ref(),
                        };
                        paging::start(incident, whom, &why, context, &mut begun)
                    }
                    _ => Vec::new(),
                };
                facts.push(Fact::Escalated {
                    firing: due.firing,
                    planned: due.at,
                    act: act.clone(),
                    likely,
                    lane,
                });
                facts.extend(follows);
                facts.extend(pages);
            }
            (None, Some(end)) => facts.push(Fact::TargetMissed {
                firing: due.firing,
                due: end,
                lane,
            }),
            (None, None) => {}
        }
    }
}

/// A level for incidents of a sensitive kind tells that this is one.
fn lane_of(level: &Level, context: &Context<'_>) -> Option<KindKey> {
    let policy = &context.directory.policy;
    let mut kinds = level.when.kinds.iter();
    kinds.find(|kind| policy.is_sensitive(kind)).cloned()
}

/// What a step changes in the incident, besides telling people.
fn follows(
    incident: &Incident,
    act: &Act,
    due: &Due<'_>,
    context: &Context<'_>,
    before: &[Fact],
) -> Option<Fact> {
    let clock = &due.firing.clock;
    let why = || {
        let words = format!("{} of {} was due.", clock.metric, clock.agreement);
        Text::parse(&words).ok()
    };
    match act {
        Act::Raise { to } => {
            let raised = before.iter().rev().find_map(|fact| match fact {
                Fact::PriorityOverridden { to, .. } => Some(*to),
                _ => None,
            });
            (*to < raised.unwrap_or(incident.handling)).then_some(Fact::PriorityOverridden {
                to: *to,
                reason: why()?.into(),
            })
        }
        Act::Reassign { team } => {
            let is_known = context.directory.teams.contains_key(team);
            let is_other = incident.team.as_ref() != Some(team);
            (is_known && is_other).then(|| Fact::Assigned {
                team: Some(team.clone()),
                person: None,
            })
        }
        Act::Major { responsible } => {
            let is_open = matches!(incident.major, Major::No | Major::Proposed { .. });
            let said =
                |f: &Fact| matches!(f, Fact::MajorPromoted { .. } | Fact::MajorProposed { .. });
            if !is_open || before.iter().any(said) {
                return None;
            }
            let reason = why()?.into();
            match responsible
                .as_ref()
                .filter(|who| context.directory.is_active(who))
            {
                Some(who) => Some(Fact::MajorPromoted {
                    responsible: who.clone(),
                    reason,
                }),
                None => matches!(incident.major, Major::No).then(|| Fact::MajorProposed {
                    criteria: std::collections::BTreeSet::new(),
                    reason,
                    rule: None,
                }),
            }
        }
        Act::Notify { .. } | Act::Page { .. } => None,
    }
}

/// Somebody calls for help.
pub(super) fn escalate(
    incident: &Incident,
    new: Escalate,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Work)?;
    super::in_stage(incident, "escalate", super::Stage::is_open)?;
    if new.whom.is_empty() {
        return Err(Invalid::Empty {
            field: "list of people",
        }
        .into());
    }
    super::at_most(new.whom.len(), "people to call", 20)?;
    level::known(&new.whom, context.directory)?;
    let why = Why {
        clock: None,
        lane: None,
    };
    let pages = paging::start(incident, &new.whom, &why, context, &mut 0);
    let called = Fact::EscalatedByHand {
        way: new.way,
        whom: new.whom,
        reason: new.reason.into(),
    };
    Ok([vec![called], pages].concat())
}
