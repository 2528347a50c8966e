//! The rules of the incident, one file a theme.
//!
//! First the record must exist and be readable by the actor: to everybody else it is not there.
//! A sealed record then takes only dated additions, reopening and what concerns access.

mod access;
mod assessment;
mod clock;
mod closure;
mod gate;
mod intake;
mod major;
mod paging;
mod relations;
mod room;
mod window;
mod work;

use super::command::Command;
use super::fact::Fact;
use super::state::Lane;
use super::{Incident, Stage};
use crate::access::{Auth, Permission};
use crate::kind::KindKey;
use crate::priority::{Priority, Scores};
use crate::record::Context;
use crate::refusal::Refusal;
use crate::time::At;

pub(super) fn decide(
    state: Option<&Incident>,
    command: Command,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    let mut facts = decided(state, command, context)?;
    if !facts.is_empty() {
        facts.extend(major::proposed(state, &facts, context));
    }
    Ok(facts)
}

fn decided(
    state: Option<&Incident>,
    command: Command,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    let (incident, command) = match (state, command) {
        (None, Command::Declare(new)) => return intake::declare(*new, context),
        (None, Command::Import(new)) => return intake::import(*new, context),
        (None, _) => return Err(Refusal::no("incident")),
        // Breaking the glass is for those who cannot read it; everything else is not.
        (Some(incident), Command::BreakGlass(why)) => {
            return access::break_glass(incident, why, context);
        }
        // The clock of a gate runs for every record, whoever may read it.
        (Some(incident), Command::Elapse(id)) if context.actor.auth == Auth::System => {
            return gate::elapse(incident, &id, context);
        }
        // So do those of service levels.
        (Some(incident), Command::Tick) if context.actor.auth == Auth::System => {
            return clock::tick(incident, context);
        }
        (Some(incident), Command::Weigh) if context.actor.auth == Auth::System => {
            return major::weigh(incident, context);
        }
        (Some(incident), Command::Foresee(f)) if context.actor.auth == Auth::System => {
            return clock::foresee(incident, &f, context);
        }
        (Some(incident), command) => {
            if !incident.is_readable_by(&context.actor.viewer(), context.now) {
                return Err(Refusal::no("incident"));
            }
            (incident, command)
        }
    };
    if matches!(command, Command::Declare(_) | Command::Import(_)) {
        return Err(Refusal::AlreadyExists {
            what: "incident".to_owned(),
        });
    }
    if incident.stage.is_sealed() && !reaches_sealed(&command) {
        return Err(Refusal::Sealed);
    }
    dispatch(incident, command, context)
}

/// The few commands that a sealed record still takes.
fn reaches_sealed(command: &Command) -> bool {
    matches!(
        command,
        Command::Add(_)
            | Command::Reopen(_)
            | Command::Unmerge(_)
            | Command::Observe(_)
            | Command::Restrict(_)
            | Command::Unrestrict(_)
            | Command::Label(_)
            | Command::Relate(_)
            | Command::ReviewWaiver(..)
            | Command::Export(_)
            | Command::Announce(_)
            | Command::ApproveAnnouncement(_)
            | Command::DeclineAnnouncement(_)
            | Command::RetractAnnouncement(_)
    )
}

#[allow(clippy::too_many_lines)] // A list: one arm a command.
fn dispatch(
    incident: &Incident,
    command: Command,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    use Command as C;
    match command {
        C::Declare(_) | C::Import(_) | C::BreakGlass(_) => Err(Refusal::NothingToChange),
        C::Observe(row) => intake::observe(incident, *row, context),
        C::Acknowledge => work::acknowledge(incident, context),
        C::Assess(a) => assessment::assess(incident, a, context),
        C::Rate(r) => assessment::rate(incident, r, context),
        C::Prioritise(p) => assessment::prioritise(incident, p, context),
        C::OverridePriority(o) => assessment::override_priority(incident, o, context),
        C::Classify(c) => assessment::classify(incident, c, context),
        C::Track(t) => assessment::track(incident, t, context),
        C::CorrectTimes(t) => intake::correct_times(incident, t, context),
        C::Amend(a) => intake::amend(incident, a, context),
        C::Assign(a) => work::assign(incident, a, context),
        C::Take => work::take(incident, context),
        C::Start => work::start(incident, context),
        C::Hold(h) => work::hold(incident, h, context),
        C::Resume => work::resume(incident, context),
        C::SetLane(l) => work::set_lane(incident, l, context),
        C::AddTask(id, t) => work::add_task(incident, id, t, context),
        C::GiveTask(id, g) => work::give_task(incident, &id, g, context),
        C::FinishTask(id, e) => work::finish_task(incident, &id, e, context),
        C::DropTask(id, e) => work::drop_task(incident, &id, e, context),
        C::Restore(id, r) => gate::restore(incident, id, r, context),
        C::Advise(id, a) => gate::advise(incident, id, a, context),
        C::Captured(id, c) => gate::captured(incident, id, c, context),
        C::CaptureFirst(id, c) => gate::capture_first(incident, id, c, context),
        C::GoNow(id, g) => gate::go_now(incident, id, g, context),
        C::AskSecurity(id) => gate::ask_security(incident, id, context),
        C::Perform(id, p) => gate::perform(incident, &id, &p, context),
        C::Withdraw(id, b) => gate::withdraw(incident, id, b, context),
        C::Tick => {
            context.actor.needs(Permission::Work)?;
            clock::tick(incident, context)
        }
        C::Foresee(f) => {
            context.actor.needs(Permission::Work)?;
            clock::foresee(incident, &f, context)
        }
        C::Weigh => major::weigh(incident, context),
        C::Escalate(e) => clock::escalate(incident, e, context),
        C::Elapse(id) => gate::elapse(incident, &id, context),
        C::ReviewWaiver(id, r) => gate::review(incident, id, r, context),
        C::Note(n) => work::note(incident, n, context),
        C::SetWorkaround(r) => work::workaround(incident, r, context),
        C::SetFix(r) => work::fix(incident, r, context),
        C::Mitigate(m) => work::mitigate(incident, &m, context),
        C::HandRole(h) => work::hand_role(incident, h, context),
        C::Snooze(s) => work::snooze(incident, s, context),
        C::Wake => work::wake(incident, context),
        C::Relate(r) => relations::relate(incident, r, context),
        C::Unrelate(r) => relations::unrelate(incident, r, context),
        C::SetParent(p) => relations::set_parent(incident, p, context),
        C::Merge(m) => relations::merge(incident, m, context),
        C::Unmerge(b) => relations::unmerge(incident, b, context),
        C::Resolve(r) => closure::resolve(incident, r, context),
        C::Confirm => closure::confirm(incident, context),
        C::Close(c) => closure::close(incident, &c, context),
        C::Reopen(b) => closure::reopen(incident, b, context),
        C::Reject(r) => closure::reject(incident, r, context),
        C::ConvertToRequest(c) => closure::convert(incident, c, context),
        C::Cancel(b) => closure::cancel(incident, b, context),
        C::Add(r) => closure::add(incident, r, context),
        C::ProposeMajor(p) => access::propose_major(incident, p, context),
        C::PromoteMajor(p) => access::promote_major(incident, p, context),
        C::DeclineMajor(b) => access::decline_major(incident, b, context),
        C::StandDown(b) => access::stand_down(incident, b, context),
        C::Restrict(r) => access::restrict(incident, r, context),
        C::Unrestrict(b) => access::unrestrict(incident, b, context),
        C::Label(l) => access::label(incident, &l, context),
        C::Export(e) => access::export(incident, e, context),
        C::Announce(a) => window::announce(incident, a, context),
        C::ApproveAnnouncement(a) => window::approve(incident, a, context),
        C::DeclineAnnouncement(u) => window::decline(incident, u, context),
        C::RetractAnnouncement(u) => window::retract(incident, u, context),
        C::Say(s) => room::say(incident, s, context),
        C::AmendMessage(a) => room::amend(incident, a, context),
        C::RetractMessage(r) => room::retract(incident, r, context),
        C::KeepMessage(k) => room::keep(incident, &k, context),
        C::ProposeDecision(p) => room::propose(incident, p, context),
        C::TakeDecision(t) => room::take(incident, t, context),
        C::DropDecision(d) => room::drop(incident, d, context),
        C::ReportSituation(r) => room::report(r, context),
        C::ArrangeRoom(a) => room::arrange(incident, a, context),
    }
}

/// Assets of one incident, and people and teams of one compartment.
const NAMED_LIMIT: usize = 500;

/// Refuses more of something than an incident holds.
fn at_most(len: usize, what: &'static str, limit: usize) -> Result<(), Refusal> {
    if len > limit {
        return Err(Refusal::TooMany { what, limit });
    }
    Ok(())
}

/// A command that gives exactly one fact.
#[allow(clippy::unnecessary_wraps)] // Every rule has the same shape: facts or a refusal.
fn one(fact: Fact) -> Result<Vec<Fact>, Refusal> {
    Ok(vec![fact])
}

/// Refuses unless the actor may work in the lane of this kind.
///
/// In a sensitive lane that takes the role for it, or a seat in the lane: its owner and its
/// team work there whatever their role (features F174).
fn may_work_in(incident: &Incident, kind: &KindKey, context: &Context<'_>) -> Result<(), Refusal> {
    let actor = context.actor;
    actor.needs(Permission::Work)?;
    let sensitive = context.directory.policy.is_sensitive(kind);
    if !sensitive || incident.is_seated(kind, &actor.person, &actor.teams) {
        Ok(())
    } else {
        actor.needs(Permission::WorkSensitiveLanes)
    }
}

/// The lane of this kind, if it is open and the actor may work in it. Whoever may not learns
/// nothing about whether it is open.
fn lane_of<'a>(
    incident: &'a Incident,
    kind: &KindKey,
    context: &Context<'_>,
) -> Result<&'a Lane, Refusal> {
    may_work_in(incident, kind, context)?;
    incident.lanes.get(kind).ok_or_else(|| Refusal::LaneClosed {
        kind: kind.to_string(),
    })
}

/// Refuses a moment that lies ahead, or before anything can have happened.
fn after_occurrence(
    incident: &Incident,
    at: At,
    what: &'static str,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    if at > context.now {
        return Err(Refusal::TimeOrder {
            first: "the moment of recording",
            then: what,
        });
    }
    match incident.times.stated.occurred_from {
        Some(from) if at < from => Err(Refusal::TimeOrder {
            first: "the occurrence",
            then: what,
        }),
        _ => Ok(()),
    }
}

/// The handling priority after new scores: as urgent as what is new in them, never less than it
/// was.
fn handling(incident: &Incident, scores: Scores) -> Priority {
    scores.raise(incident.handling, incident.scores)
}

/// Refuses a stage in which the verb makes no sense.
fn in_stage(
    incident: &Incident,
    verb: &'static str,
    fits: impl Fn(&Stage) -> bool,
) -> Result<(), Refusal> {
    if fits(&incident.stage) {
        Ok(())
    } else {
        Err(Refusal::WrongStage {
            verb,
            stage: incident.stage.word(),
        })
    }
}
