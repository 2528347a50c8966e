use super::*;
use proptest::prelude::*;

fn info() -> BagInfo {
    BagInfo {
        bagging_date: jiff::civil::date(2026, 11, 21),
        entries: vec![("External-Identifier".to_owned(), "INC-2026-0042".to_owned())],
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_directory_becomes_a_bag() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("bag");
    let mut bag = BagWriter::in_directory(&path).unwrap();
    bag.payload("hello.txt", b"hello\n").unwrap();
    bag.payload_from("a/100 %.bin", 3, &mut &[1, 2, 3][..])
        .unwrap();
    bag.tag("VERIFY.md", b"# how\n").unwrap();
    let sealed = bag.finish(&info()).unwrap();
    assert_eq!((sealed.payload_files, sealed.payload_bytes), (2, 9));
    assert_eq!(
        read(&path.join("bag-info.txt")),
        "Bagging-Date: 2026-11-21\nPayload-Oxum: 9.2\nExternal-Identifier: INC-2026-0042\n"
    );
    assert_eq!(
        read(&path.join("manifest-sha256.txt")),
        "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81  data/a/100 %25.bin\n\
         5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  data/hello.txt\n"
    );
    let tags = read(&path.join("tagmanifest-sha256.txt"));
    let named: Vec<&str> = tags.lines().filter_map(|l| l.split("  ").nth(1)).collect();
    assert_eq!(
        named,
        [
            "VERIFY.md",
            "bag-info.txt",
            "bagit.txt",
            "manifest-sha256.txt"
        ]
    );
    let refused = BagWriter::in_directory(&path);
    assert!(refused.is_err(), "a bag is not written over another");
}

#[test]
fn a_tar_archive_holds_the_same_files() {
    let mut out = Vec::new();
    let mut bag = BagWriter::as_tar("INC-2026-0042", Timestamp::UNIX_EPOCH, &mut out).unwrap();
    let deep = format!("evidence/EVD-2026-0001/{}", "0".repeat(64));
    bag.payload(&deep, b"x").unwrap();
    bag.finish(&info()).unwrap();
    let mut archive = tar::Archive::new(out.as_slice());
    let names: Vec<String> = archive
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect();
    assert_eq!(names.len(), 5);
    assert_eq!(names[0], format!("INC-2026-0042/data/{deep}"));
}

#[test]
fn a_stream_of_another_length_is_refused() {
    for (said, found) in [(4, 3), (2, 3)] {
        let parent = tempfile::tempdir().unwrap();
        let mut bag = BagWriter::in_directory(&parent.path().join("bag")).unwrap();
        let refused = bag.payload_from("x", said, &mut &[1, 2, 3][..]);
        assert!(
            matches!(refused, Err(BagError::Length { found: f, .. }) if f == found),
            "{refused:?}"
        );
    }
}

#[test]
fn a_name_given_twice_is_refused_even_in_other_case() {
    let parent = tempfile::tempdir().unwrap();
    let mut bag = BagWriter::in_directory(&parent.path().join("bag")).unwrap();
    bag.payload("a.txt", b"1").unwrap();
    for again in ["a.txt", "A.TXT"] {
        assert!(matches!(
            bag.payload(again, b"2"),
            Err(BagError::Name {
                why: NameError::Taken { .. },
                ..
            })
        ));
    }
    assert!(bag.payload("../a.txt", b"2").is_err());
    assert!(BagWriter::as_tar("a/b", Timestamp::UNIX_EPOCH, Vec::new()).is_err());
}

#[test]
fn a_value_of_the_bags_information_stays_on_its_line() {
    let entries = vec![(
        "Contact: Name".to_owned(),
        "Ada\r\nPayload-Oxum: 0.0".to_owned(),
    )];
    let info = BagInfo { entries, ..info() };
    let sealed = Sealed {
        payload_files: 1,
        payload_bytes: 2,
        tag_manifest_sha256: String::new(),
    };
    let lines = info.lines(&sealed);
    assert_eq!(lines.lines().count(), 3);
    assert!(lines.ends_with("Contact--Name: Ada Payload-Oxum: 0.0\n"));
}

proptest! {
    #[test]
    fn no_name_leaves_the_directory(name: String) {
        let parent = tempfile::tempdir().unwrap();
        let mut bag = BagWriter::in_directory(&parent.path().join("bag")).unwrap();
        if bag.tag(&name, b"x").is_ok() {
            let path = parent.path().join("bag").join(&name);
            prop_assert!(path.canonicalize().unwrap().starts_with(parent.path().canonicalize().unwrap().join("bag")));
        }
    }
}
