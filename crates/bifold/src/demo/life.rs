//! One incident being lived: a clock of its own, and the verbs by which people act on it.
//!
//! It writes steps and decides nothing; that the steps are ones the rules accept is for the
//! course that uses it, and for the tests.

use super::calendar::working_minutes_later;
use super::rng::Rng;
use super::script::Step;
use super::words::{kind, short, text, title};
use super::world::World;
use bifold_domain::event::{self, Channel, Outcome, Receive};
use bifold_domain::incident::{
    Assess, Assign, Audience, Because, Close, Command as C, Compartment, Containment, Declare,
    EndTask, EvidenceState, HandRole, Hold, IncidentRole, NewTask, Note, PendingOn, Rate, Remedy,
    Resolve, Restrict, SetLane, StatedTimes, Track,
};
use bifold_domain::kind::{Answer, Finding};
use bifold_domain::priority::{Dimension, Harm, Impact, Urgency};
use bifold_domain::time::MINUTE;
use bifold_domain::{ActionId, At, Command, EventId, IncidentId, TaskId};
use std::collections::{BTreeMap, BTreeSet};

/// Waits are as drawn at a thousand, and shorter below.
pub(crate) const NATURAL_PACE: i64 = 1_000;

/// An incident being lived.
#[derive(Debug)]
pub(crate) struct Life<'a> {
    pub(crate) world: &'a World,
    pub(crate) rng: Rng,
    /// Now, for this story.
    pub(crate) at: At,
    pub(crate) incident: IncidentId,
    /// Whether people work on it at night too.
    pub(crate) is_urgent: bool,
    /// How fast, in thousandths of the natural waits.
    pub(crate) pace: i64,
    steps: Vec<Step>,
}

/// A declaration with nothing in it but what it must have.
pub(crate) fn opening(line: &str, story: &str, size: (Impact, Urgency)) -> Declare {
    Declare {
        title: title(line),
        description: Some(text(story)),
        impact: size.0,
        urgency: size.1,
        service: None,
        customer: None,
        assets: BTreeSet::new(),
        category: None,
        reporter: None,
        channel: Channel::Web,
        times: StatedTimes::default(),
        team: None,
        split_from: None,
        event: None,
        compartment: None,
        tlp: None,
    }
}

impl<'a> Life<'a> {
    /// A life that begins now.
    pub(crate) fn new(world: &'a World, mut rng: Rng, at: At) -> Self {
        let incident = IncidentId::from_bits(rng.id_bits(at));
        Self {
            world,
            rng,
            at,
            incident,
            is_urgent: true,
            pace: NATURAL_PACE,
            steps: Vec::new(),
        }
    }

    /// What was done in it.
    pub(crate) fn steps(self) -> Vec<Step> {
        self.steps
    }

    /// Some minutes pass: around the clock when it is urgent, in working hours otherwise.
    pub(crate) fn wait(&mut self, low: i64, high: i64) {
        let minutes = self.rng.between(low, high);
        let jitter = self.rng.between(0, MINUTE - 1);
        let scaled = |amount: i64| amount.saturating_mul(self.pace) / NATURAL_PACE;
        self.at = if self.is_urgent {
            self.at.plus(scaled(minutes * MINUTE + jitter))
        } else {
            working_minutes_later(self.at, scaled(minutes)).plus(scaled(jitter))
        };
    }

    /// So many minutes after a beginning, and never before what was done already.
    pub(crate) fn minute(&mut self, beginning: At, minutes: i64) -> &mut Self {
        let jitter = self.rng.between(1, 25_000_000);
        self.at = beginning.plus(minutes * MINUTE + jitter).max(self.at);
        self
    }

    /// Somebody asks for several things at once.
    pub(crate) fn together(&mut self, who: &str, commands: Vec<Command>) {
        self.steps.push(Step {
            at: self.at,
            actor: self.world.actor(who).clone(),
            commands,
        });
    }

    /// Somebody asks something of the incident.
    pub(crate) fn act(&mut self, who: &str, command: C) {
        let command = Command::Incident(self.incident.clone(), command);
        self.together(who, vec![command]);
    }

    /// Something is reported or signalled.
    pub(crate) fn receive(&mut self, who: &str, report: Receive) -> EventId {
        let id = EventId::from_bits(self.rng.id_bits(self.at));
        let command = event::Command::Receive(report);
        self.together(who, vec![Command::Event(id.clone(), command)]);
        id
    }

    /// It is declared, out of an event if there is one.
    pub(crate) fn declare(&mut self, who: &str, mut new: Declare, event: Option<(EventId, &str)>) {
        new.event = event.as_ref().map(|(id, _)| id.clone());
        let declare = C::Declare(Box::new(new));
        let mut commands = vec![Command::Incident(self.incident.clone(), declare)];
        commands.extend(event.map(|(id, reason)| self.bound(id, reason)));
        self.together(who, commands);
    }

    /// The decision that an event belongs to this incident.
    fn bound(&self, event: EventId, reason: &str) -> Command {
        let outcome = Outcome::Incident {
            incident: self.incident.clone(),
            reason: text(reason),
        };
        Command::Event(event, event::Command::Decide(outcome))
    }

    /// An event is found to belong here.
    pub(crate) fn bind(&mut self, who: &str, event: EventId, reason: &str) {
        let command = self.bound(event, reason);
        self.together(who, vec![command]);
    }

    pub(crate) fn assess(
        &mut self,
        who: &str,
        key: &str,
        finding: Finding,
        answers: &[(&str, Answer)],
        reason: &str,
    ) {
        let assess = Assess {
            kind: kind(key),
            finding,
            answers: answers.iter().map(|(k, a)| (short(k), *a)).collect(),
            reason: text(reason),
        };
        self.act(who, C::Assess(assess));
    }

    pub(crate) fn rate(&mut self, who: &str, ratings: &[(Dimension, Harm)], basis: &str) {
        let rate = Rate {
            ratings: ratings.iter().copied().collect::<BTreeMap<_, _>>(),
            basis: text(basis),
        };
        self.act(who, C::Rate(rate));
    }

    pub(crate) fn assign(&mut self, who: &str, team: &str, person: Option<&str>) {
        let assign = Assign {
            team: Some(self.world.team(team)),
            person: person.map(|p| self.world.person(p)),
        };
        self.act(who, C::Assign(assign));
    }

    pub(crate) fn note(&mut self, who: &str, words: &str) {
        self.noted(who, words, None, Audience::Internal);
    }

    pub(crate) fn tell(&mut self, who: &str, words: &str) {
        self.noted(who, words, None, Audience::Outward);
    }

    pub(crate) fn lane_note(&mut self, who: &str, lane: &str, words: &str) {
        self.noted(who, words, Some(lane), Audience::Internal);
    }

    fn noted(&mut self, who: &str, words: &str, lane: Option<&str>, audience: Audience) {
        let note = Note {
            text: text(words),
            lane: lane.map(kind),
            audience,
            next_by: None,
        };
        self.act(who, C::Note(note));
    }

    pub(crate) fn lane(&mut self, who: &str, key: &str, owner: &str, team: &str) {
        let lane = SetLane {
            kind: kind(key),
            owner: Some(self.world.person(owner)),
            team: Some(self.world.team(team)),
        };
        self.act(who, C::SetLane(lane));
    }

    /// A task, due so many minutes from now.
    pub(crate) fn task(
        &mut self,
        who: &str,
        lane: &str,
        headline: &str,
        owner: &str,
        due: i64,
        mandatory: bool,
    ) -> TaskId {
        let id = TaskId::from_bits(self.id_bits());
        let task = NewTask {
            lane: kind(lane),
            title: title(headline),
            owner: Some(self.world.person(owner)),
            due: Some(self.at.plus(due * MINUTE)),
            mandatory,
            stream: None,
        };
        self.act(who, C::AddTask(id.clone(), task));
        id
    }

    /// An id of this moment.
    pub(crate) fn id_bits(&mut self) -> u128 {
        self.rng.id_bits(self.at)
    }

    /// An id for a restoring action of this moment.
    pub(crate) fn action_id(&mut self) -> ActionId {
        ActionId::from_bits(self.id_bits())
    }

    pub(crate) fn finish(&mut self, who: &str, task: TaskId, outcome: &str) {
        let end = EndTask {
            outcome: text(outcome),
        };
        self.act(who, C::FinishTask(task, end));
    }

    pub(crate) fn workaround(&mut self, who: &str, words: &str) {
        self.act(who, C::SetWorkaround(Remedy { text: text(words) }));
    }

    /// It waits, for so many minutes if that is known.
    pub(crate) fn hold(&mut self, who: &str, on: PendingOn, minutes: Option<i64>, reason: &str) {
        let hold = Hold {
            on,
            reason: text(reason),
            until: minutes.map(|m| self.at.plus(m * MINUTE)),
        };
        self.act(who, C::Hold(hold));
    }

    pub(crate) fn containment(&mut self, who: &str, to: Containment) {
        self.act(who, C::Track(Track::Containment { to }));
    }

    pub(crate) fn evidence(&mut self, who: &str, to: EvidenceState, reason: Option<&str>) {
        let reason = reason.map(text);
        self.act(who, C::Track(Track::Evidence { to, reason }));
    }

    pub(crate) fn role(&mut self, who: &str, role: IncidentRole, to: &str, handover: Option<&str>) {
        let hand = HandRole {
            role,
            to: self.world.person(to),
            handover: handover.map(text),
        };
        self.act(who, C::HandRole(hand));
    }

    pub(crate) fn resolve(&mut self, who: &str, code: &str, cause: &str, words: &str) {
        let resolve = Resolve {
            code: short(code),
            text: text(words),
            restored_at: None,
            cause: Some(short(cause)),
        };
        self.act(who, C::Resolve(resolve));
    }

    pub(crate) fn close(&mut self, who: &str, without_confirmation: Option<&str>) {
        let close = Close {
            cause: None,
            without_confirmation: without_confirmation.map(text),
        };
        self.act(who, C::Close(close));
    }

    pub(crate) fn compartment(&self, people: &[&str], teams: &[&str]) -> Compartment {
        Compartment {
            people: people.iter().map(|p| self.world.person(p)).collect(),
            teams: teams.iter().map(|t| self.world.team(t)).collect(),
        }
    }

    pub(crate) fn restrict(&mut self, who: &str, people: &[&str], teams: &[&str], reason: &str) {
        let Compartment { people, teams } = self.compartment(people, teams);
        let restrict = Restrict {
            people,
            teams,
            reason: text(reason),
        };
        self.act(who, C::Restrict(restrict));
    }
}

/// Nothing but a reason.
pub(crate) fn because(reason: &str) -> Because {
    Because {
        reason: text(reason),
    }
}
