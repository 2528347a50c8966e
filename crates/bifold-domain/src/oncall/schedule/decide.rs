//! Who may change a schedule, and whose a shift is to give.

use super::{AskSwap, Command, Fact, HandOver, Schedule, SetOverride, Standing, Swap};
use crate::access::Permission;
use crate::id::PersonId;
use crate::oncall::plan::Plan;
use crate::oncall::shift::Span;
use crate::record::{BrokenHistory, Context, Meta, Record};
use crate::refusal::Refusal;
use crate::text::Text;
use crate::time::{At, HOUR};

/// How long after its end a shift can be handed over.
const HAND_OVER_WINDOW: i64 = 12 * HOUR;
/// Incidents named in one hand-over at most.
const INCIDENTS_LIMIT: usize = 100;

impl Record for Schedule {
    const TYPE: &'static str = "schedule";
    type Id = crate::id::ScheduleId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        if is_planning(&command) {
            context.actor.needs(Permission::ManageOnCall)?;
        }
        let fact = match (state, command) {
            (None, Command::Make(plan)) => {
                check(&plan, None, context)?;
                Fact::Made { plan }
            }
            (None, _) => return Err(Refusal::no("schedule")),
            (Some(_), Command::Make(_)) => {
                return Err(Refusal::AlreadyExists {
                    what: "schedule".to_owned(),
                });
            }
            (Some(schedule), _) if schedule.is_retired() => {
                return Err(settled("the schedule", "out of use"));
            }
            (Some(schedule), command) => schedule.change(command, context)?,
        };
        Ok(vec![fact])
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        super::evolve::evolve(state, fact, meta)
    }
}

/// Whether a command changes who is on call without those whom it concerns agreeing to it.
fn is_planning(command: &Command) -> bool {
    match command {
        Command::Make(_)
        | Command::Revise(_)
        | Command::Retire
        | Command::SetOverride(_)
        | Command::WithdrawOverride(_) => true,
        Command::AskSwap(_)
        | Command::AcceptSwap(_)
        | Command::DeclineSwap(_)
        | Command::WithdrawSwap(_)
        | Command::HandOver(_)
        | Command::AcceptHandOver(_) => false,
    }
}

fn settled(what: &'static str, how: &'static str) -> Refusal {
    Refusal::Settled { what, how }
}

fn reason(text: Option<Text>) -> Option<crate::redact::Redactable<Text>> {
    text.map(Into::into)
}

impl Schedule {
    fn change(&self, command: Command, context: &Context<'_>) -> Result<Fact, Refusal> {
        match command {
            Command::Make(plan) | Command::Revise(plan) => {
                check(&plan, Some(self), context)?;
                Ok(Fact::Revised { plan })
            }
            Command::Retire => self.retire(context),
            Command::SetOverride(new) => self.set_override(new, context),
            Command::WithdrawOverride(number) => {
                let mut covers = self.covers.iter().filter(|c| c.is_override());
                let found = covers.find(|c| c.number() == number);
                let cover = found.ok_or_else(|| Refusal::no("override"))?;
                if cover.span.until <= context.now {
                    return Err(settled("the override", "over"));
                }
                Ok(Fact::OverrideWithdrawn { number })
            }
            Command::AskSwap(swap) => self.ask(swap, context),
            Command::AcceptSwap(number) => {
                let swap = self.answered(number, context)?;
                self.is_theirs(&swap.from, swap.gives, context.now)?;
                if let Some(takes) = swap.takes {
                    self.is_theirs(&swap.with, takes, context.now)?;
                }
                Ok(Fact::SwapAccepted { number })
            }
            Command::DeclineSwap(number) => {
                self.answered(number, context)?;
                Ok(Fact::SwapDeclined { number })
            }
            Command::WithdrawSwap(number) => {
                let swap = self.asked(number)?;
                for_whom(&swap.from, "taking a swap back", context)?;
                Ok(Fact::SwapWithdrawn { number })
            }
            Command::HandOver(hand_over) => self.hand_over(hand_over, context),
            Command::AcceptHandOver(number) => {
                let mut all = self.hand_overs.iter();
                let found = all.find(|h| h.number == number);
                let hand_over = found.ok_or_else(|| Refusal::no("hand-over"))?;
                for_whom(&hand_over.to, "accepting a hand-over", context)?;
                if hand_over.accepted_at.is_some() {
                    return Err(settled("the hand-over", "accepted"));
                }
                Ok(Fact::HandOverAccepted { number })
            }
        }
    }

    fn next_number(&self) -> u32 {
        self.last_number.saturating_add(1)
    }

    fn retire(&self, context: &Context<'_>) -> Result<Fact, Refusal> {
        let mut chains = context.directory.chains.values();
        match chains.find(|chain| !chain.is_retired && chain.entry.asks(&self.id)) {
            Some(chain) => Err(Refusal::InUse {
                what: "schedule",
                by: chain.entry.name.to_string(),
            }),
            None => Ok(Fact::Retired),
        }
    }

    fn set_override(&self, new: SetOverride, context: &Context<'_>) -> Result<Fact, Refusal> {
        let span = Span {
            from: new.from.max(context.now),
            until: new.until,
        };
        span.check(context.now)?;
        may_be_called(&new.person, context)?;
        let ahead = self.covers.iter().filter(|c| c.span.until > context.now);
        if ahead.count() >= Self::COVERS_LIMIT / 2 {
            return Err(Refusal::TooMany {
                what: "overrides still to come",
                limit: Self::COVERS_LIMIT / 2,
            });
        }
        Ok(Fact::OverrideSet {
            number: self.next_number(),
            person: new.person,
            span,
            reason: reason(new.reason),
        })
    }

    fn ask(&self, swap: AskSwap, context: &Context<'_>) -> Result<Fact, Refusal> {
        let me = &context.actor.person;
        may_be_called(&swap.with, context)?;
        if swap.with == *me {
            return Err(Refusal::NothingToChange);
        }
        for (span, person) in [(Some(swap.gives), me), (swap.takes, &swap.with)] {
            if let Some(span) = span {
                span.check(context.now)?;
                self.is_theirs(person, span, context.now)?;
            }
        }
        let open = self.swaps.iter().filter(|s| s.is_open(context.now));
        if open.count() >= Self::SWAPS_LIMIT / 2 {
            return Err(Refusal::TooMany {
                what: "swaps that wait for an answer",
                limit: Self::SWAPS_LIMIT / 2,
            });
        }
        Ok(Fact::SwapRequested {
            number: self.next_number(),
            with: swap.with,
            gives: swap.gives,
            takes: swap.takes,
            reason: reason(swap.reason),
        })
    }

    /// Refuses unless a stretch is still to come and all this person's.
    fn is_theirs(&self, person: &PersonId, span: Span, now: At) -> Result<(), Refusal> {
        if span.from < now {
            return Err(settled("that time", "over or under way"));
        }
        if self.is_all(span, person) {
            return Ok(());
        }
        Err(Refusal::NotOnCall {
            person: person.to_string(),
        })
    }

    fn asked(&self, number: u32) -> Result<&Swap, Refusal> {
        let swap = self.swap(number).ok_or_else(|| Refusal::no("swap"))?;
        match swap.standing {
            Standing::Asked => Ok(swap),
            other => Err(settled("the swap", other.word())),
        }
    }

    /// A swap that is this actor's to answer.
    fn answered(&self, number: u32, context: &Context<'_>) -> Result<&Swap, Refusal> {
        // Whose it is comes first: to all others it is none of their business how it stands.
        let swap = self.swap(number).ok_or_else(|| Refusal::no("swap"))?;
        for_whom(&swap.with, "answering a swap", context)?;
        self.asked(number)
    }

    fn hand_over(&self, new: HandOver, context: &Context<'_>) -> Result<Fact, Refusal> {
        let me = &context.actor.person;
        let now = context.now;
        let recent = Span::new(now.plus(-HAND_OVER_WINDOW), now.plus(1));
        if self.shifts_of(me, recent).is_empty() {
            return Err(Refusal::NotOnCall {
                person: me.to_string(),
            });
        }
        may_be_called(&new.to, context)?;
        if new.to == *me {
            return Err(Refusal::NothingToChange);
        }
        if new.incidents.len() > INCIDENTS_LIMIT {
            return Err(Refusal::TooMany {
                what: "incidents in this hand-over",
                limit: INCIDENTS_LIMIT,
            });
        }
        let known = &context.neighbours.incidents;
        if new.incidents.iter().any(|id| !known.contains_key(id)) {
            return Err(Refusal::no("incident"));
        }
        Ok(Fact::HandedOver {
            number: self.next_number(),
            to: new.to,
            notes: new.notes.into(),
            incidents: new.incidents,
        })
    }
}

fn for_whom(person: &PersonId, act: &'static str, context: &Context<'_>) -> Result<(), Refusal> {
    if *person == context.actor.person {
        return Ok(());
    }
    Err(Refusal::NotForYou { act })
}

/// Refuses somebody who is not there, or barred: calling them would call nobody.
fn may_be_called(person: &PersonId, context: &Context<'_>) -> Result<(), Refusal> {
    if context.directory.is_active(person) {
        return Ok(());
    }
    Err(Refusal::Unknown {
        what: "active person",
        named: person.to_string(),
    })
}

/// Refuses a plan that cannot work, names what is not there, or changes nothing.
fn check(plan: &Plan, own: Option<&Schedule>, context: &Context<'_>) -> Result<(), Refusal> {
    plan.check()?;
    let directory = context.directory;
    let others = directory.schedules.values();
    let mut others = others.filter(|s| !s.is_retired() && own.is_none_or(|own| own.id != s.id));
    if others.any(|s| s.plan.name == plan.name) {
        return Err(Refusal::AlreadyExists {
            what: "schedule of this name".to_owned(),
        });
    }
    let team = plan.team.as_ref();
    if let Some(team) = team.filter(|team| !directory.teams.contains_key(team)) {
        return Err(Refusal::Unknown {
            what: "team",
            named: team.to_string(),
        });
    }
    for person in plan.layers.iter().flat_map(|layer| &layer.people) {
        may_be_called(person, context)?;
    }
    match own {
        Some(own) if own.plan == *plan => Err(Refusal::NothingToChange),
        _ => Ok(()),
    }
}
