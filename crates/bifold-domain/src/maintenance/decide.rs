//! What may be done with a planned maintenance, and by whom.

use super::{Command, Extend, Fact, Maintenance, Plan, Stage};
use crate::access::{Auth, Permission};
use crate::record::Context;
use crate::refusal::{Invalid, Refusal};
use crate::time::{DAY, MINUTE};

/// Services of one maintenance at most.
const SERVICES: usize = 50;
/// Days that one may last.
const LASTS: i64 = 14;
/// A plan may begin so long ago: work has begun while it was written down.
const LATE: i64 = 15 * MINUTE;

pub(super) fn decide(
    state: Option<&Maintenance>,
    command: Command,
    context: &Context<'_>,
) -> Result<Fact, Refusal> {
    context.actor.needs(Permission::ManageMaintenance)?;
    let Some(found) = state else {
        return match command {
            Command::Plan(plan) => {
                check(&plan, context)?;
                Ok(Fact::Planned {
                    number: context.neighbours.next_number,
                    plan,
                })
            }
            _ => Err(Refusal::no("maintenance")),
        };
    };
    if found.stage.is_over() {
        return Err(Refusal::Settled {
            what: "the maintenance",
            how: if found.stage == Stage::Completed {
                "completed"
            } else {
                "cancelled"
            },
        });
    }
    let is_planned = found.stage == Stage::Planned;
    match command {
        Command::Plan(_) => Err(Refusal::AlreadyExists {
            what: "maintenance".to_owned(),
        }),
        Command::Revise(new) if is_planned => {
            if new.plan == found.plan {
                return Err(Refusal::NothingToChange);
            }
            check(&new.plan, context)?;
            Ok(Fact::Revised {
                plan: new.plan,
                reason: new.reason.into(),
            })
        }
        Command::Begin if is_planned => {
            // The clock begins it at its time and not before; a person may be early.
            if context.actor.auth == Auth::System && context.now < found.plan.from {
                return Err(Refusal::NothingToChange);
            }
            Ok(Fact::Begun)
        }
        Command::Extend(longer) if !is_planned => extended(found, longer, context),
        Command::Complete(done) if !is_planned => {
            if context.actor.auth == Auth::System && context.now < found.plan.until {
                return Err(Refusal::NothingToChange);
            }
            Ok(Fact::Completed {
                note: done.note.map(Into::into),
            })
        }
        Command::Cancel(because) if is_planned => Ok(Fact::Cancelled {
            reason: because.reason.into(),
        }),
        Command::Revise(_) => wrong("revise it", found),
        Command::Begin => wrong("begin it", found),
        Command::Extend(_) => wrong("extend it", found),
        Command::Complete(_) => wrong("complete it", found),
        Command::Cancel(_) => wrong("cancel it", found),
    }
}

fn extended(found: &Maintenance, longer: Extend, context: &Context<'_>) -> Result<Fact, Refusal> {
    if longer.until <= found.plan.until || longer.until <= context.now {
        return Err(Refusal::TimeOrder {
            first: "the end so far",
            then: "the new end",
        });
    }
    in_length(longer.until.micros() - found.plan.from.micros())?;
    Ok(Fact::Extended {
        until: longer.until,
        reason: longer.reason.into(),
    })
}

fn wrong(verb: &'static str, found: &Maintenance) -> Result<Fact, Refusal> {
    let stage = match found.stage {
        Stage::Planned => "planned",
        Stage::InProgress => "in progress",
        Stage::Completed => "completed",
        Stage::Cancelled => "cancelled",
    };
    Err(Refusal::WrongStage { verb, stage })
}

fn in_length(micros: i64) -> Result<(), Refusal> {
    if (1..=LASTS * DAY).contains(&micros) {
        return Ok(());
    }
    Err(Invalid::OutOfRange {
        field: "days of a maintenance",
        min: 0,
        max: LASTS,
    }
    .into())
}

fn check(plan: &Plan, context: &Context<'_>) -> Result<(), Refusal> {
    if plan.until <= plan.from {
        return Err(Refusal::TimeOrder {
            first: "the beginning",
            then: "the end",
        });
    }
    in_length(plan.until.micros() - plan.from.micros())?;
    if plan.from.plus(LATE) < context.now {
        return Err(Refusal::TimeOrder {
            first: "the plan",
            then: "the maintenance",
        });
    }
    if plan.services.is_empty() {
        return Err(Invalid::Empty { field: "services" }.into());
    }
    if plan.services.len() > SERVICES {
        return Err(Invalid::TooMany {
            what: "services of a maintenance",
            limit: SERVICES,
        }
        .into());
    }
    let known = &context.directory.services;
    match plan.services.iter().find(|id| !known.contains_key(*id)) {
        Some(id) => Err(Refusal::Unknown {
            what: "service",
            named: id.to_string(),
        }),
        None => Ok(()),
    }
}
