//! Which bundles are written, and which are refused.

use std::io::{Cursor, Read};

use bifold_report::bag::BagWriter;
use bifold_report::bundle::{BundleError, write};

use crate::sample::{Case, at};

#[test]
fn evidence_whose_bytes_changed_is_not_handed_out() {
    let case = Case::new();
    let parent = tempfile::tempdir().unwrap();
    let bag = BagWriter::in_directory(&parent.path().join("bag")).unwrap();
    let refused = write(&case.bundle(), bag, |exhibit| {
        let mut bytes = case.bytes[&exhibit.number].clone();
        bytes[0] ^= 1;
        Ok(Box::new(Cursor::new(bytes)) as Box<dyn Read>)
    });
    assert!(
        matches!(&refused, Err(BundleError::Altered { number, .. }) if number == "EVD-2026-0001"),
        "{refused:?}"
    );
}

#[test]
fn evidence_that_was_never_sealed_is_not_handed_out() {
    let case = Case::new();
    let mut bundle = case.bundle();
    bundle.exhibits[0].sha256 = None;
    let parent = tempfile::tempdir().unwrap();
    let bag = BagWriter::in_directory(&parent.path().join("bag")).unwrap();
    let refused = write(&bundle, bag, |exhibit| case.open(exhibit));
    assert!(
        matches!(refused, Err(BundleError::NotSealed(_))),
        "{refused:?}"
    );
}

#[test]
fn hashes_only_leaves_the_bytes_out_and_says_so() {
    let case = Case::new();
    let bundle = case.bundle().hashes_only("The recipient asked for hashes");
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("bag");
    case.write_as(&bundle, &path);
    let folder = path.join("data/evidence/EVD-2026-0001");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    let card = std::fs::read_to_string(folder.join("meta.json")).unwrap();
    assert!(card.contains(r#""bytes": "withheld""#), "{card}");
    assert!(card.contains("The recipient asked for hashes"));
}

#[test]
fn the_same_bundle_gives_the_same_bytes() {
    let tar = |case: &Case| {
        let mut out = Vec::new();
        let bag = BagWriter::as_tar("INC-2026-0042", at(0), &mut out).unwrap();
        write(&case.bundle(), bag, |exhibit| case.open(exhibit)).unwrap();
        out
    };
    assert!(tar(&Case::new()) == tar(&Case::new()));
}
