//! Random histories of custody.

use super::*;
use crate::fixture::PEOPLE;
use proptest::prelude::*;
use proptest::sample::select;

fn any_verb() -> impl Strategy<Value = Verb> {
    let people = select(PEOPLE.iter().map(|(who, _)| *who).collect::<Vec<_>>());
    prop_oneof![
        7 => select(vec![
            access(), check_out(), Verb::CheckIn(CheckIn { condition: None }), accept(),
            Verb::Retract, Verb::Decline(why()), hold("k"), lift("k"), found_as_sealed(),
            Verb::Verify(Integrity::Mismatch),
        ]),
        1 => people.prop_map(offer),
        1 => (1..4_u128).prop_map(ask_release),
        3 => (1..4_u128).prop_map(approve_release),
        2 => (1..4_u128).prop_map(release),
        1 => (1..4_u128).prop_map(ask_disposal),
        3 => (1..4_u128).prop_map(approve_disposal),
        2 => (1..4_u128).prop_map(dispose),
        1 => (1..4_u128).prop_map(|n| Verb::RefuseDisposal(Refuse {
            request: request(n), reason: text("No."),
        })),
    ]
}

const ACTING: &[&str] = &["resolver", "manager", "officer", "deputy", "custodian"];

/// Says from the facts alone, without the state, whether two others approved.
fn two_others_approved(
    facts: &[(PersonId, Fact)],
    asked: impl Fn(&Fact) -> bool,
    approved: impl Fn(&Fact) -> bool,
) -> bool {
    // The last time it was asked for counts.
    let at = facts.iter().rposition(|(_, fact)| asked(fact)).unwrap();
    let approvers: std::collections::BTreeSet<_> = facts[at..]
        .iter()
        .filter(|(who, fact)| approved(fact) && *who != facts[at].0)
        .map(|(who, _)| who)
        .collect();
    approvers.len() >= 2
}

/// What the last look at the bytes found, from the facts alone.
fn last_look(facts: &[(PersonId, Fact)]) -> Option<Integrity> {
    facts.iter().rev().find_map(|(_, fact)| match fact {
        Fact::Verified { result } => Some(*result),
        _ => None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_history_releases_or_destroys_with_one_person(
        steps in proptest::collection::vec((select(ACTING), any_verb(), 0..30_i64), 1..60),
    ) {
        let mut given = kept();
        for (who, verb, minutes) in steps {
            given = given.later(minutes);
            if given.decide(who, verb.clone()).is_ok() {
                given = given.and(who, verb);
            }
            if let Some((_, fact)) = given.facts.last() {
                let two = match fact {
                    Fact::Released { release } => last_look(&given.facts) == Some(Integrity::Match) && two_others_approved(
                        &given.facts,
                        |f| matches!(f, Fact::ReleaseRequested { release: r, .. } if r == release),
                        |f| matches!(f, Fact::ReleaseApproved { release: r } if r == release),
                    ),
                    Fact::Disposed { disposal } => given.item().holds.is_empty() && two_others_approved(
                        &given.facts,
                        |f| matches!(f, Fact::DisposalRequested { disposal: d, .. } if d == disposal),
                        |f| matches!(f, Fact::DisposalApproved { disposal: d } if d == disposal),
                    ),
                    _ => true,
                };
                prop_assert!(two, "{:?}", fact);
            }
            // Somebody always answers for it, until it is gone.
            let gone = matches!(given.item().life, Life::Disposed { .. });
            prop_assert!(gone || given.item().holder().is_some());
        }
    }
}
