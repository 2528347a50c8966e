use super::*;
use crate::tree::tests::{leaves, naive_root};
use crate::tree::{Node, leaf_hash};
use proptest::prelude::*;

/// A tree as a store keeps it: leaf hashes and every full subtree.
fn nodes(leaves: &[Hash]) -> BTreeMap<(u8, u64), Hash> {
    let mut frontier = Frontier::new();
    let mut nodes = BTreeMap::new();
    for leaf in leaves {
        nodes.insert((0, frontier.size()), *leaf);
        for Node { level, index, hash } in frontier.push(*leaf) {
            nodes.insert((level, index), hash);
        }
    }
    nodes
}

fn usize_of(n: u64) -> usize {
    usize::try_from(n).unwrap()
}

/// PATH of RFC 6962 §2.1.1, word for word.
fn naive_path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, sibling) = if m < left.len() {
        (naive_path(m, left), naive_root(right))
    } else {
        (naive_path(m - left.len(), right), naive_root(left))
    };
    path.push(sibling);
    path
}

/// SUBPROOF of RFC 6962 §2.1.2, word for word.
fn naive_subproof(m: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if known {
            Vec::new()
        } else {
            vec![naive_root(leaves)]
        };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut proof, other) = if m <= left.len() {
        (naive_subproof(m, left, known), naive_root(right))
    } else {
        (
            naive_subproof(m - left.len(), right, false),
            naive_root(left),
        )
    };
    proof.push(other);
    proof
}

#[test]
fn proofs_are_those_of_the_recursive_definition_up_to_size_40() {
    let leaves = leaves(40);
    let nodes = nodes(&leaves);
    for size in 1..=40 {
        let tree = &leaves[..usize_of(size)];
        let root = root_at(&nodes, size).unwrap();
        assert_eq!(root, naive_root(tree));
        for index in 0..size {
            let proof = inclusion_proof(&nodes, index, size).unwrap();
            assert_eq!(
                proof,
                naive_path(usize_of(index), tree),
                "{index} in {size}"
            );
            let leaf = &leaves[usize_of(index)];
            assert_eq!(verify_inclusion(leaf, index, size, &proof, &root), Ok(()));
        }
        for from in 1..=size {
            let proof = consistency_proof(&nodes, from, size).unwrap();
            assert_eq!(
                proof,
                naive_subproof(usize_of(from), tree, true),
                "{from} to {size}"
            );
            let older = root_at(&nodes, from).unwrap();
            assert_eq!(
                verify_consistency(from, size, &proof, &older, &root),
                Ok(())
            );
        }
    }
}

#[test]
fn questions_outside_the_tree_are_refused() {
    let nodes = nodes(&leaves(4));
    assert_eq!(
        inclusion_proof(&nodes, 4, 4),
        Err(ProofError::NoSuchEntry { index: 4, size: 4 })
    );
    for (from, to) in [(0, 4), (4, 3), (0, 0)] {
        assert_eq!(
            consistency_proof(&nodes, from, to),
            Err(ProofError::NotForward { from, to })
        );
        assert!(needed_for_consistency(from, to).is_empty());
    }
    assert!(needed_for_inclusion(0, 0).is_empty());
    let missing = inclusion_proof(&nodes, 0, 8).unwrap_err();
    let expected = MissingNode { level: 2, index: 1 };
    assert_eq!(missing, ProofError::Reader(expected));
    assert_eq!(root_at(&nodes, 0), Ok(EMPTY_ROOT));
}

#[test]
fn the_largest_sizes_are_planned_without_overflow() {
    assert_eq!(needed_for_root(u64::MAX).len(), 64);
    assert_eq!(needed_for_root(1 << 63), [(63, 0)]);
    assert!(!needed_for_inclusion(u64::MAX - 1, u64::MAX).is_empty());
    assert!(!needed_for_consistency(1 << 63, u64::MAX).is_empty());
}

#[test]
fn levels_between_the_stored_ones_are_hashed_together() {
    let all = nodes(&leaves(700));
    let stored: HashMap<_, _> = all
        .iter()
        .filter(|((level, _), _)| level % 8 == 0)
        .map(|(k, v)| (*k, *v))
        .collect();
    let reader = FromStored(&stored);
    for (node, hash) in &all {
        assert_eq!(reader.node(node.0, node.1), Ok(*hash));
    }
    assert_eq!(stored_for(11, 3), (8, 24..32));
    assert_eq!(
        inclusion_proof(&reader, 300, 700).unwrap(),
        inclusion_proof(&all, 300, 700).unwrap()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn exactly_the_planned_nodes_are_read(size in 1u64..3000, a: u64, b: u64) {
        let leaves: Vec<Hash> = (0..size).map(|i| leaf_hash(&i.to_le_bytes())).collect();
        let all = nodes(&leaves);
        let only = |needed: Vec<(u8, u64)>| -> BTreeMap<_, _> {
            needed.into_iter().map(|node| (node, all[&node])).collect()
        };
        let index = a % size;
        let path = inclusion_proof(&only(needed_for_inclusion(index, size)), index, size).unwrap();
        let root = root_at(&only(needed_for_root(size)), size).unwrap();
        prop_assert_eq!(verify_inclusion(&leaves[usize_of(index)], index, size, &path, &root), Ok(()));

        let from = 1 + b % size;
        let older = root_at(&only(needed_for_root(from)), from).unwrap();
        let proof = consistency_proof(&only(needed_for_consistency(from, size)), from, size).unwrap();
        prop_assert_eq!(verify_consistency(from, size, &proof, &older, &root), Ok(()));
    }

    #[test]
    fn every_mutation_of_an_inclusion_proof_is_detected(
        size in 1u64..400, a: u64, bit in 0usize..256, pick: usize,
    ) {
        let leaves = leaves(size);
        let nodes = nodes(&leaves);
        let index = a % size;
        let leaf = leaves[usize_of(index)];
        let root = root_at(&nodes, size).unwrap();
        let proof = inclusion_proof(&nodes, index, size).unwrap();
        let flip = |hash: &Hash| { let mut hash = *hash; hash.0[bit / 8] ^= 1 << (bit % 8); hash };

        prop_assert!(verify_inclusion(&flip(&leaf), index, size, &proof, &root).is_err());
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &flip(&root)).is_err());
        let mut longer = proof.clone();
        longer.push(root);
        prop_assert!(verify_inclusion(&leaf, index, size, &longer, &root).is_err());
        prop_assert!(verify_inclusion(&leaf, size, size, &proof, &root).is_err());
        if !proof.is_empty() {
            let at = pick % proof.len();
            let mut altered = proof.clone();
            altered[at] = flip(&altered[at]);
            prop_assert!(verify_inclusion(&leaf, index, size, &altered, &root).is_err());
            let mut shorter = proof.clone();
            shorter.remove(at);
            prop_assert!(verify_inclusion(&leaf, index, size, &shorter, &root).is_err());
            prop_assert!(verify_inclusion(&leaf, index ^ 1, size, &proof, &root).is_err());
        }
    }

    #[test]
    fn every_mutation_of_a_consistency_proof_is_detected(
        size in 2u64..400, a: u64, bit in 0usize..256, pick: usize,
    ) {
        let nodes = nodes(&leaves(size));
        let from = 1 + a % (size - 1);
        let older = root_at(&nodes, from).unwrap();
        let root = root_at(&nodes, size).unwrap();
        let proof = consistency_proof(&nodes, from, size).unwrap();
        let flip = |hash: &Hash| { let mut hash = *hash; hash.0[bit / 8] ^= 1 << (bit % 8); hash };

        prop_assert!(verify_consistency(from, size, &proof, &flip(&older), &root).is_err());
        prop_assert!(verify_consistency(from, size, &proof, &older, &flip(&root)).is_err());
        prop_assert!(verify_consistency(from, size, &[], &older, &root).is_err());
        prop_assert!(verify_consistency(0, size, &proof, &older, &root).is_err());
        prop_assert!(verify_consistency(size, from, &proof, &root, &older).is_err());
        let mut altered = proof.clone();
        let at = pick % proof.len();
        altered[at] = flip(&altered[at]);
        prop_assert!(verify_consistency(from, size, &altered, &older, &root).is_err());
        let mut longer = proof;
        longer.push(root);
        prop_assert!(verify_consistency(from, size, &longer, &older, &root).is_err());
    }
}
