use super::*;
use std::collections::BTreeSet;

#[test]
fn every_refusal_has_its_own_code_a_rule_and_a_next_step() {
    let codes: BTreeSet<_> = Refusal::CODES.iter().map(|row| row.0).collect();
    assert_eq!(codes.len(), Refusal::CODES.len());
    assert!(
        Refusal::CODES
            .iter()
            .all(|(_, rule, next)| rule.len() > 8 && next.ends_with('.'))
    );
}

#[test]
fn a_closure_refusal_names_each_gap() {
    let refusal = Refusal::NotClosable {
        gaps: vec![ClosureGap::NoCause, ClosureGap::OpenChildren { count: 2 }],
    };
    assert_eq!(
        refusal.to_string(),
        "it cannot be closed yet: it has no cause code; 2 child incidents are open"
    );
}
