//! The tree and its text: what was destroyed is gone, and all else is as it was.

use super::text::{Content, Gone};
use super::tree::{Address, Tree, Walk};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn address(log: i64, index: u64, slot: u16) -> Address {
    Address::new(log, index, slot).unwrap()
}

fn key(tree: &Tree, address: Address) -> Option<[u8; 32]> {
    tree.key(&mut Walk::default(), address).map(|seed| seed.0)
}

#[test]
fn keys_of_different_addresses_differ_and_repeat() {
    let tree = Tree::new([7; 32]);
    let mut seen = BTreeSet::new();
    for log in [1970, 2026, 2027] {
        for index in [0, 1, 2, 1_000_000, (1 << 40) - 1] {
            for slot in 0..5 {
                let at = address(log, index, slot);
                assert!(seen.insert(key(&tree, at).unwrap()));
                assert_eq!(key(&tree, at), key(&tree.clone(), at));
            }
        }
    }
}

#[test]
fn a_place_that_no_log_has_is_no_address() {
    assert_eq!(Address::new(-1, 0, 0), None);
    assert_eq!(Address::new(70_000, 0, 0), None);
    assert_eq!(Address::new(2026, 1 << 40, 0), None);
}

#[test]
fn the_first_puncture_leaves_one_seed_a_level() {
    let mut tree = Tree::new([7; 32]);
    assert!(tree.puncture(address(2026, 5, 2)));
    // 56 levels, the two slots before it, and the slots after it.
    assert_eq!(tree.seeds.len(), 56 + 2 + 1);
    assert!(!tree.puncture(address(2026, 5, 2)));
    assert_eq!(tree.first_free_slot(address(2026, 5, 0)), Some(3));
    assert_eq!(tree.first_free_slot(address(2026, 6, 0)), Some(0));
}

#[test]
fn a_damaged_text_is_refused() {
    let mut content = Content {
        id: "ring".to_owned(),
        tree: Tree::new([7; 32]),
        gone: Default::default(),
    };
    let gone = Gone {
        by: 9,
        digest: "digest".to_owned(),
    };
    content.destroy(address(2026, 3, 1), gone);
    let text = content.to_text();
    assert_eq!(Content::from_text(&text), Some(content));
    for cut in [0, 10, text.len() / 2, text.len() - 1] {
        assert_eq!(Content::from_text(&text[..cut]), None);
    }
    assert_eq!(Content::from_text(&text.replacen("seed", "Seed", 1)), None);
}

/// Addresses close to each other and far apart.
fn some_address() -> impl Strategy<Value = Address> {
    let index = prop_oneof![0..20_u64, 1_000_000..1_000_010_u64, 0..(1_u64 << 40)];
    (2025..2028_i64, index, 0..6_u16).prop_map(|(log, index, slot)| address(log, index, slot))
}

proptest! {
    #[test]
    fn what_was_punctured_is_gone_and_every_other_key_is_as_it_was(
        punctured in proptest::collection::vec(some_address(), 0..30),
        asked in proptest::collection::vec(some_address(), 1..60),
    ) {
        let whole = Tree::new([7; 32]);
        let mut tree = whole.clone();
        let mut gone = BTreeSet::new();
        for at in punctured {
            prop_assert_eq!(tree.puncture(at), gone.insert(at));
        }
        // One walk for all of them, in whatever order they come.
        let mut walk = Walk::default();
        for at in asked.into_iter().chain(gone.iter().copied()) {
            let found = tree.key(&mut walk, at).map(|seed| seed.0);
            prop_assert_eq!(tree.is_punctured(at), gone.contains(&at));
            if gone.contains(&at) {
                prop_assert_eq!(found, None);
            } else {
                prop_assert_eq!(found, key(&whole, at));
            }
        }
        let free = gone.iter().filter_map(|at| tree.first_free_slot(*at));
        prop_assert_eq!(free.count(), gone.len());
        let content = Content {
            id: "ring".to_owned(),
            tree,
            gone: Default::default(),
        };
        let text = content.to_text();
        prop_assert_eq!(Content::from_text(&text), Some(content));
    }
}
