use super::*;
use crate::digest::of_bytes;
use proptest::prelude::*;
use std::io::Write as _;
use std::path::Path;

fn sealed(root: &Path) -> String {
    let mut bag = Bag::create(root).unwrap();
    bag.folder("files").unwrap();
    for (name, bytes) in [
        ("stdout", &b"lines\n"[..]),
        ("files/0001-hosts", b"127.0.0.1"),
    ] {
        let mut file = bag.open(name).unwrap();
        file.write_all(bytes).unwrap();
        bag.close(file).unwrap();
    }
    bag.seal(&[("External-Description", "Lines\nof a log".to_owned())])
        .unwrap()
}

/// A sealed bag, changed by somebody; what the check says.
fn after(change: impl FnOnce(&Path)) -> Result<Checked, BagError> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("bag");
    sealed(&root);
    change(&root);
    check(&root)
}

fn write(path: &Path, text: &str) {
    let _ = std::fs::remove_file(path);
    std::fs::write(path, text).unwrap();
}

#[test]
fn a_sealed_bag_is_read_only_and_checks() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("bag");
    let hash = sealed(&root);
    let checked = check(&root).unwrap();
    assert_eq!(checked.tag_manifest_sha256, hash);
    let paths: Vec<&str> = checked.payload.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(paths, ["data/files/0001-hosts", "data/stdout"]);
    assert_eq!(
        checked.file("data/stdout").unwrap().sha256,
        of_bytes(b"lines\n")
    );
    for path in ["data/stdout", "bagit.txt", TAG_MANIFEST_FILE] {
        let mode = std::fs::metadata(root.join(path))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o400, "{path}");
    }
    let info = std::fs::read_to_string(root.join(INFO_FILE)).unwrap();
    assert_eq!(
        info,
        "External-Description: Lines of a log\nPayload-Oxum: 15.2\n"
    );
    assert!(matches!(Bag::create(&root), Err(BagError::Exists(_))));
}

#[test]
fn whatever_is_changed_in_a_bag_is_found() {
    type Change = fn(&Path);
    let changed: [(&str, Change); 9] = [
        ("has SHA-256", |b| write(&b.join("data/stdout"), "other\n")),
        ("listed nowhere", |b| write(&b.join("data/more"), "x")),
        ("listed nowhere", |b| write(&b.join("fetch.txt"), "x")),
        ("is missing", |b| {
            std::fs::remove_file(b.join("data/stdout")).unwrap();
        }),
        ("another SHA-256", |b| {
            let line = line(&of_bytes(b"other"), "data/stdout");
            write(&b.join(MANIFEST_FILE), &line);
        }),
        ("has SHA-256", |b| {
            write(&b.join(INFO_FILE), "Payload-Oxum: 15.2\n");
        }),
        ("neither a file nor a folder", |b| {
            std::os::unix::fs::symlink("/etc/hosts", b.join("data/link")).unwrap();
        }),
        ("line 1 of", |b| {
            write(
                &b.join(TAG_MANIFEST_FILE),
                &line(&of_bytes(b""), "../../etc/hosts"),
            );
        }),
        ("twice", |b| {
            let line = line(&of_bytes(b""), "bagit.txt");
            write(&b.join(TAG_MANIFEST_FILE), &format!("{line}{line}"));
        }),
    ];
    for (said, change) in changed {
        let error = after(change).unwrap_err();
        assert_eq!(error.code(), Code::VerificationFailed);
        assert!(error.to_string().contains(said), "{said}: {error}");
    }
    assert!(matches!(
        after(|b| std::fs::remove_file(b.join(TAG_MANIFEST_FILE)).unwrap()),
        Err(BagError::NotABag { .. })
    ));
}

#[test]
fn a_path_that_leads_out_is_no_path_of_a_bag() {
    for bad in [
        "/etc/passwd",
        "../x",
        "data/../../x",
        "data//x",
        "./x",
        "",
        "~/x",
        "a\\b",
        "c:x",
    ] {
        assert!(
            parse_line(line(&of_bytes(b""), bad).trim_end_matches('\n')).is_none(),
            "{bad}"
        );
    }
    assert!(parse_line("not a hash  data/x").is_none());
}

proptest! {
    #[test]
    fn a_path_comes_back_from_its_line(path in "[a-z %\r\n0-9A-D]{1,20}(/[a-z%\r\n]{1,9}){0,3}") {
        prop_assume!(!path.starts_with([' ']));
        let written = line(&of_bytes(b""), &path);
        let read = parse_line(written.strip_suffix('\n').unwrap());
        prop_assert_eq!(read, Some((of_bytes(b""), path)));
    }
}
