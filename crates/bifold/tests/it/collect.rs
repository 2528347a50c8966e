//! Collecting without a server: real commands, and a bundle that others accept.

use crate::journey::{bifold, run, said};
use serde_json::Value;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A bundle of a command and of a file, and what was said about it.
pub(crate) struct Collected {
    folder: tempfile::TempDir,
    pub(crate) answer: Value,
}

impl Collected {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hosts = folder.path().join("hosts");
        std::fs::write(&hosts, "127.0.0.1 pay-03\n").unwrap();
        let out = folder.path().join("bundle");
        let script = "echo connected; echo 'no route' >&2";
        let args = [
            "collect",
            "--out",
            out.to_str().unwrap(),
            "--title",
            "Connections of pay-03",
            "--authority",
            "Standing order of payments.",
            "--witness",
            "Tom",
            "--file",
            hosts.to_str().unwrap(),
            "--json",
            "--",
            "sh",
            "-c",
            script,
        ];
        let output = bifold(&args).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let answer = serde_json::from_slice(&output.stdout).unwrap();
        Self { folder, answer }
    }

    pub(crate) fn bundle(&self) -> PathBuf {
        self.folder.path().join("bundle")
    }

    pub(crate) fn hash(&self) -> &str {
        self.answer["tagmanifest_sha256"].as_str().unwrap()
    }
}

#[test]
fn a_command_is_collected_without_a_server() {
    let collected = Collected::new();
    let record = &collected.answer["collection"];
    assert_eq!(record["command"]["exit_code"], 0);
    assert_eq!(record["clock"]["offset"], "unknown");
    assert!(
        record["host"]["hostname"]
            .as_str()
            .is_some_and(|name| !name.is_empty())
    );
    let tool = record["command"]["tool"]["path"].as_str().unwrap();
    assert!(Path::new(tool).is_absolute(), "{tool}");
    let bundle = collected.bundle();
    let read = |name: &str| std::fs::read_to_string(bundle.join(name)).unwrap();
    assert_eq!(read("data/stdout"), "connected\n");
    assert_eq!(read("data/stderr"), "no route\n");
    assert_eq!(read("data/files/00001-hosts"), "127.0.0.1 pay-03\n");
    let written: Value = serde_json::from_str(&read("data/collection.json")).unwrap();
    assert_eq!(&written, record);
}

#[test]
fn a_command_that_fails_is_collected_all_the_same_and_the_exit_code_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("bundle");
    let out = out.to_str().unwrap();
    let (code, text) = run(&[
        "collect",
        "--out",
        out,
        "--",
        "sh",
        "-c",
        "echo half; exit 3",
    ]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("the command ended with 3") && text.contains("Write this down"),
        "{text}"
    );
    assert!(text.contains("Clock offset unknown"), "{text}");
    assert_eq!(
        std::fs::read_to_string(format!("{out}/data/stdout")).unwrap(),
        "half\n"
    );
    // A second time into the same folder nothing is touched.
    let (code, text) = run(&["collect", "--out", out, "--", "true"]);
    assert_eq!(code, Some(5), "{text}");
    let missing = folder.path().join("other");
    let missing = missing.to_str().unwrap();
    let (code, text) = run(&["collect", "--out", missing, "--", "no-such-program-here"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(!Path::new(missing).exists(), "nothing was made");
    assert_eq!(run(&["collect", "--out", missing]).0, Some(2));
}

/// Control-C reaches the command and this program; what was said until then is sealed.
#[test]
fn an_interrupted_command_is_sealed_with_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("bundle");
    let script = "echo first; exec sleep 60";
    let args = [
        "collect",
        "--out",
        out.to_str().unwrap(),
        "--",
        "sh",
        "-c",
        script,
    ];
    let child = bifold(&args)
        .process_group(0)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let said = out.join("data/stdout");
    for _ in 0..200 {
        if std::fs::read(&said).is_ok_and(|said| !said.is_empty()) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let group = format!("-{}", child.id());
    assert!(
        Command::new("kill")
            .args(["-INT", "--", &group])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("was ended by signal 2") && text.contains("Write this down"),
        "{text}"
    );
    assert_eq!(std::fs::read_to_string(said).unwrap(), "first\n");
}

/// A Python with the library of the Library of Congress; `BIFOLD_TEST_PYTHON` names one.
fn python_with_bagit() -> Option<OsString> {
    let python = std::env::var_os("BIFOLD_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let import = Command::new(&python).args(["-c", "import bagit"]).output();
    if import.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    eprintln!(
        "SKIPPED: no bagit in {}; set BIFOLD_TEST_PYTHON",
        python.display()
    );
    None
}

#[test]
fn a_bundle_is_a_bag_for_others_and_none_once_it_is_changed() {
    let Some(python) = python_with_bagit() else {
        return;
    };
    let collected = Collected::new();
    let accepts = || {
        let script = "import bagit, sys; bagit.Bag(sys.argv[1]).validate()";
        let mut command = Command::new(&python);
        command.args(["-c", script]).arg(collected.bundle());
        let output = command.output().unwrap();
        (output.status.success(), said(&output))
    };
    let (is_good, text) = accepts();
    assert!(is_good, "{text}");
    change(&collected.bundle().join("data/stdout"));
    let (is_good, text) = accepts();
    assert!(!is_good && text.contains("data/stdout"), "{text}");
}

/// Changes one byte of a file that is not to be written.
pub(crate) fn change(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[0] ^= 1;
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, bytes).unwrap();
}
