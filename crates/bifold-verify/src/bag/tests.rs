//! The `BagIt` conformance suite. It is not part of the repository; without it the test says so and
//! passes.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::finding::Weight;

/// What lies outside the rule of its folder, and why.
const EXCEPTIONS: [(&str, Option<Weight>); 3] = [
    // The files that differ only in case, or that a repository lost, are not there on a system
    // that tells case apart: the bag is not complete.
    (
        "v0.97/warning/duplicate-file-with-different-case",
        Some(Weight::Fault),
    ),
    ("v0.97/warning/special-system-files", Some(Weight::Fault)),
    // It declares version 0.96.
    (
        "v0.97/warning/same-filename-listed-twice-with-different-normalization",
        Some(Weight::Gap),
    ),
];

fn unpacked() -> Option<tempfile::TempDir> {
    let shared = std::env::var_os("BIFOLD_SHARED_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = shared.join("conformance/bagit_suite.tar.gz");
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!(
            "SKIPPED: {} is not here; set BIFOLD_SHARED_DATA",
            path.display()
        );
        return None;
    };
    let dir = tempfile::tempdir().unwrap();
    tar::Archive::new(flate2::read::GzDecoder::new(file))
        .unpack(dir.path())
        .unwrap();
    Some(dir)
}

/// The bags of the suite: `v0.97/valid/basic-bag` and so on.
fn bags(root: &Path) -> Vec<String> {
    let folders = |path: PathBuf| {
        let entries = std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect::<Vec<_>>()
    };
    let versions = folders(root.to_owned());
    let labels = versions.into_iter().flat_map(folders);
    let bags = labels.flat_map(folders);
    let name = |path: PathBuf| {
        path.strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    let mut bags: Vec<String> = bags.map(name).collect();
    bags.sort_unstable();
    bags
}

/// The worst that must be found in a bag, by the folder it lies in.
fn expected(bag: &str) -> Option<Weight> {
    if let Some((_, weight)) = EXCEPTIONS.iter().find(|(name, _)| *name == bag) {
        return *weight;
    }
    match bag.split('/').collect::<Vec<_>>().as_slice() {
        ["v0.93" | "v0.94" | "v0.95" | "v0.96", ..] => Some(Weight::Gap),
        [_, "valid", _] => None,
        [_, "warning", _] => Some(Weight::Note),
        _ => Some(Weight::Fault),
    }
}

#[test]
fn the_conformance_suite_is_judged_as_it_is_labelled() {
    let Some(dir) = unpacked() else { return };
    let mut seen = 0;
    for name in bags(dir.path()) {
        let folder = Folder::open(&dir.path().join(&name)).unwrap();
        let findings = check(&folder, Rigour::Rfc).findings;
        let worst = findings.worst();
        let may_note = expected(&name).is_none() && worst == Some(Weight::Note);
        assert!(
            worst == expected(&name) || may_note,
            "{name}: {findings:#?}"
        );
        if name.starts_with("v0.96") {
            assert!(
                findings.list[0]
                    .says
                    .contains("version 0.96 is not known here")
            );
        }
        seen += 1;
    }
    assert!(seen > 40, "only {seen} bags");
}

#[test]
fn a_file_that_is_not_listed_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    std::fs::create_dir(dir.path().join("data")).unwrap();
    write(
        "bagit.txt",
        "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
    );
    write(
        "manifest-md5.txt",
        "900150983cd24fb0d6963f7d28e17f72  data/a\n",
    );
    write("data/a", "abc");
    write("extra.txt", "");
    let found = |rigour| {
        let list = check(&Folder::open(dir.path()).unwrap(), rigour)
            .findings
            .list;
        list.into_iter()
            .map(|f| (f.code, f.place))
            .collect::<Vec<_>>()
    };
    assert_eq!(found(Rigour::Rfc), []);
    let missing = ("missing", "manifest-sha256.txt".to_owned());
    assert!(
        found(Rigour::Bundle).contains(&missing),
        "{:?}",
        found(Rigour::Bundle)
    );
    write("data/b", "abc");
    assert_eq!(found(Rigour::Rfc), [("unlisted", "data/b".to_owned())]);
}

proptest! {
    #[test]
    fn any_tag_files_are_read_or_refused_without_panic(
        declaration in proptest::collection::vec(any::<u8>(), 0..80),
        is_declared: bool,
        manifest: String,
        fetch: String,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
        let good = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n";
        write("bagit.txt", if is_declared { good } else { &declaration });
        write("manifest-sha256.txt", manifest.as_bytes());
        write("tagmanifest-sha256.txt", &declaration);
        write("fetch.txt", fetch.as_bytes());
        let findings = check(&Folder::open(dir.path()).unwrap(), Rigour::Bundle).findings;
        prop_assert!(!findings.is_clean());
    }
}
