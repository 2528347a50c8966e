//! The vectors of transparency-dev/merkle: 518 cases, of which 482 must fail.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bifold_ledger::hash::Hash;
use bifold_ledger::proof::{
    verify_consistency, verify_inclusion, verify_subtree_consistency, verify_subtree_inclusion,
};
use serde_json::Value;

use crate::shared;

/// A field as a hash; nothing is no hash. Some cases carry words or truncated hashes instead: a
/// hash of those stands in for them, which keeps equal things equal and different ones different.
fn hash(value: &Value) -> Option<Hash> {
    let bytes = STANDARD
        .decode(value.as_str()?)
        .ok()
        .filter(|bytes| !bytes.is_empty())?;
    let stand_in = |_| Hash::of(&[b"stand-in", bytes.as_slice()].concat());
    Some(bytes.as_slice().try_into().map_or_else(stand_in, Hash))
}

fn accepted(path: &str, case: &Value) -> Option<()> {
    let number = |key: &str| case[key].as_u64();
    let proof: Vec<Hash> = match &case["proof"] {
        Value::Null => Vec::new(),
        list => list.as_array()?.iter().map(hash).collect::<Option<_>>()?,
    };
    match path.split_once('/')?.0 {
        "inclusion" => {
            let (index, size) = (number("leafIdx")?, number("treeSize")?);
            let (leaf, root) = (hash(&case["leafHash"])?, hash(&case["root"])?);
            verify_inclusion(&leaf, index, size, &proof, &root).ok()
        }
        "subtreeinclusion" => {
            let (index, span) = (number("leafIdx")?, number("start")?..number("end")?);
            let (leaf, root) = (hash(&case["leafHash"])?, hash(&case["root"])?);
            verify_subtree_inclusion(&leaf, index, span, &proof, &root).ok()
        }
        "consistency" => {
            let (from, to) = (number("size1")?, number("size2")?);
            let (older, newer) = (hash(&case["root1"])?, hash(&case["root2"])?);
            verify_consistency(from, to, &proof, &older, &newer).ok()
        }
        "subtreeconsistency" => {
            let (span, size) = (number("start")?..number("end")?, number("size")?);
            let (subtree, root) = (hash(&case["root1"])?, hash(&case["root2"])?);
            verify_subtree_consistency(span, size, &proof, &subtree, &root).ok()
        }
        other => panic!("vectors of an unknown kind: {other}"),
    }
}

#[test]
fn all_518_vectors_end_as_they_should() {
    let Some(files) = shared::archive("merkle_vectors") else {
        return;
    };
    let (mut total, mut must_fail) = (0, 0);
    for (path, bytes) in files
        .iter()
        .filter(|(path, _)| path.strip_suffix(".json").is_some())
    {
        let case: Value = serde_json::from_slice(bytes).unwrap();
        let want_error = case["wantErr"].as_bool().unwrap();
        assert_eq!(
            accepted(path, &case).is_none(),
            want_error,
            "{path}: {}",
            case["desc"]
        );
        total += 1;
        must_fail += usize::from(want_error);
    }
    assert_eq!((total, must_fail), (518, 482));
}
