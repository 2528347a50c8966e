//! Standing orders: what a service and security agreed beforehand for the gate (features F061).
//!
//! An order is drafted, signed by the team that owns the service and by security, two different
//! people, and is then in force until a later one is. A draft changes nothing.

use crate::access::{Actor, Permission};
use crate::gate::{Course, Side};
use crate::id::PersonId;
use crate::record::Context;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::text::Text;
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is to be agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StandingOrderDraft)]
pub struct Draft {
    /// `restore_first` or `evidence_first`: what holds when nobody decides in time.
    pub course: Course,
    /// The order in words, with what is always to be done.
    pub text: Text,
}

/// A standing order of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingOrder {
    /// From 1 upwards.
    pub version: u32,
    /// What holds when nobody decides in time.
    pub course: Course,
    /// The order in words.
    pub text: Text,
    /// Who signed for which side, and when.
    pub signed: BTreeMap<Side, (PersonId, At)>,
}

impl StandingOrder {
    /// Whether both sides signed.
    pub fn is_agreed(&self) -> bool {
        Side::ALL.iter().all(|side| self.signed.contains_key(side))
    }
}

/// Refuses a draft by somebody who has nothing to do with the service or its protection, or of
/// a course that needs somebody to carry it out.
pub(crate) fn may_draft(
    service: &Service,
    draft: &Draft,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    if !owns(service, context.actor) {
        context.actor.needs(Permission::DecideGate)?;
    }
    if !matches!(draft.course, Course::RestoreFirst | Course::EvidenceFirst) {
        return Err(Refusal::Unknown {
            what: "default that needs nobody (restore_first or evidence_first)",
            named: draft.course.word().to_owned(),
        });
    }
    let same = |order: &&StandingOrder| order.course == draft.course && order.text == draft.text;
    match service.orders.last().filter(same) {
        Some(_) => Err(Refusal::NothingToChange),
        None => Ok(()),
    }
}

/// Refuses a signature that is not this person's to give.
pub(crate) fn may_sign(
    service: &Service,
    version: u32,
    side: Side,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    match side {
        Side::Service if !owns(service, context.actor) => {
            return Err(Refusal::NotPermitted {
                permission: Permission::SignForService,
            });
        }
        Side::Service => {}
        Side::Security => context.actor.needs(Permission::SignForSecurity)?,
    }
    let latest = service
        .orders
        .last()
        .filter(|order| order.version == version);
    let order = latest.ok_or_else(|| Refusal::no("standing order to sign"))?;
    if order.signed.contains_key(&side) {
        return Err(Refusal::NothingToChange);
    }
    if order
        .signed
        .values()
        .any(|(person, _)| *person == context.actor.person)
    {
        return Err(Refusal::SecondPersonNeeded {
            act: "signing for the other side",
        });
    }
    Ok(())
}

/// Whether the actor belongs to the team that owns the service, or signs for any.
pub fn owns(service: &Service, actor: &Actor) -> bool {
    let owner = service.entry.owner.as_ref();
    actor.may(Permission::SignForService) || owner.is_some_and(|t| actor.teams.contains(t))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{after, decide, directory, payments, text};
    use crate::service::{Command, Fact};

    fn draft() -> Command {
        Command::DraftOrder(Draft {
            course: Course::EvidenceFirst,
            text: text("Snapshot first."),
        })
    }
    fn payments_now() -> Service {
        directory().services[&payments()].clone()
    }
    fn and(service: Service, who: &str, command: Command) -> Service {
        let facts = decide(&directory(), who, Some(&service), command).unwrap();
        facts
            .iter()
            .fold(service, |s, fact| after(Some(s), &payments(), who, fact))
    }
    fn refused(service: &Service, who: &str, command: Command) -> &'static str {
        decide(&directory(), who, Some(service), command)
            .unwrap_err()
            .code()
    }

    #[test]
    fn an_order_holds_when_two_people_signed_for_both_sides() {
        let service = and(payments_now(), "resolver", draft());
        assert_eq!(service.order_in_force(), None);
        let service = and(service, "resolver", Command::SignOrder(1, Side::Service));
        assert_eq!(service.order_in_force(), None);
        let service = and(service, "officer", Command::SignOrder(1, Side::Security));
        assert_eq!(
            service.order_in_force().unwrap().course,
            Course::EvidenceFirst
        );
    }

    #[test]
    fn a_new_draft_changes_nothing_until_it_is_signed() {
        let agreed = and(payments_now(), "resolver", draft());
        let agreed = and(agreed, "resolver", Command::SignOrder(1, Side::Service));
        let agreed = and(agreed, "officer", Command::SignOrder(1, Side::Security));
        let other = Draft {
            course: Course::RestoreFirst,
            text: text("Restore first."),
        };
        let service = and(agreed, "officer", Command::DraftOrder(other));
        assert_eq!(service.order_in_force().unwrap().version, 1);
        assert_eq!(
            refused(&service, "officer", Command::SignOrder(1, Side::Security)),
            "not-found"
        );
        let service = and(service, "officer", Command::SignOrder(2, Side::Security));
        let service = and(service, "manager", Command::SignOrder(2, Side::Service));
        assert_eq!(service.order_in_force().unwrap().version, 2);
        assert_eq!(
            service.orders.len(),
            2,
            "what held before stays in the record"
        );
    }

    #[test]
    fn nobody_signs_for_what_is_not_theirs_or_for_both() {
        let service = and(payments_now(), "officer", draft());
        for (who, side) in [
            ("agent", Side::Service),
            ("resolver", Side::Security),
            ("manager", Side::Security),
            ("officer", Side::Service),
        ] {
            let code = refused(&service, who, Command::SignOrder(1, side));
            assert_eq!(code, "not-permitted", "{who} for {side}");
        }
        assert_eq!(refused(&service, "agent", draft()), "not-permitted");
        let mut both = directory();
        let person = crate::fixture::person("officer");
        both.people.get_mut(&person).unwrap();
        let team = service.entry.owner.clone().unwrap();
        both.teams.get_mut(&team).unwrap().members.insert(person);
        let sign = |side| Command::SignOrder(1, side);
        let facts = decide(&both, "officer", Some(&service), sign(Side::Service)).unwrap();
        assert_eq!(
            facts,
            [Fact::OrderSigned {
                version: 1,
                side: Side::Service
            }]
        );
        let service = after(Some(service), &payments(), "officer", &facts[0]);
        let refusal = decide(&both, "officer", Some(&service), sign(Side::Security)).unwrap_err();
        assert_eq!(refusal.code(), "second-person-needed");
    }

    #[test]
    fn an_order_says_something_new_that_needs_nobody() {
        let service = and(payments_now(), "resolver", draft());
        assert_eq!(refused(&service, "resolver", draft()), "nothing-to-change");
        let parallel = Draft {
            course: Course::Parallel,
            text: text("Both."),
        };
        assert_eq!(
            refused(&service, "resolver", Command::DraftOrder(parallel)),
            "unknown"
        );
    }
}
