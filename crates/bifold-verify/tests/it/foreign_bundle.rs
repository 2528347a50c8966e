//! Software nobody here wrote accepts our bundle; and the commands of `VERIFY.md` do what it says.
//!
//! Without the Python packages, a shell or openssl these tests say so and pass; `xtask` installs
//! the packages.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::case::{Case, signer};
use crate::packed::{Packed, leaf, lines, repack, set_leaf, set_lines};
use crate::published::Answer;
use crate::tools::{go_program, python_with};

fn python(module: &str, args: &[&str]) -> Option<Answer> {
    let python = python_with(module)?;
    Some(Command::new(python).args(args).output().unwrap().into())
}

#[test]
fn bagit_accepts_the_bag_and_refuses_a_damaged_one() {
    let packed = Packed::new(&Case::new());
    let path = packed.path();
    let args = ["-m", "bagit", "--validate", path.to_str().unwrap()];
    let Some(answer) = python("bagit", &args) else {
        return;
    };
    assert_eq!(answer.code, Some(0), "{}", answer.text);
    fs::write(path.join("data/incident.json"), "{}").unwrap();
    let answer = python("bagit", &args).unwrap();
    assert_ne!(answer.code, Some(0), "{}", answer.text);
}

#[test]
fn the_custody_graph_conforms_to_case() {
    let packed = Packed::new(&Case::new());
    let graph = packed.path().join("data/custody.jsonld");
    let main = "import sys\nfrom case_utils.case_validate import main\nsys.exit(main())";
    let validate = |file: &Path| {
        let file = file.to_str().unwrap();
        python(
            "case_utils",
            &["-c", main, "--built-version", "case-1.4.0", file],
        )
    };
    let Some(answer) = validate(&graph) else {
        return;
    };
    assert!(answer.text.contains("Conforms: True"), "{}", answer.text);
    assert_eq!(answer.code, Some(0), "{}", answer.text);
    // The validator does look: a hash that is no hexadecimal is refused.
    let text = fs::read_to_string(&graph).unwrap();
    let broken = packed.path().join("broken.jsonld");
    fs::write(&broken, text.replace("xsd:hexBinary", "xsd:string")).unwrap();
    let answer = validate(&broken).unwrap();
    assert!(answer.text.contains("Conforms: False"), "{}", answer.text);
}

#[test]
fn go_leads_every_entry_to_the_signed_root() {
    let Some(go) = go_program("bundle") else {
        return;
    };
    let mut packed = Packed::new(&Case::new());
    let check = |path: &Path| -> Answer {
        let mut command = Command::new(&go);
        command
            .arg(path)
            .arg(signer().vkey())
            .output()
            .unwrap()
            .into()
    };
    let answer = check(&packed.path());
    assert_eq!(answer.text, "verified: 31 entries\n");
    let mut files = packed.files();
    let mut entries = lines(&files, "entries.jsonl");
    let mut bytes = leaf(&entries[5]);
    bytes[40] ^= 1;
    set_leaf(&mut entries[5], &bytes);
    set_lines(&mut files, "entries.jsonl", &entries);
    packed.verify(&files);
    let answer = check(&packed.path());
    assert_eq!(answer.code, Some(1), "{}", answer.text);
}

/// The commands of `VERIFY.md` that hold `word`, as one script.
fn script(instructions: &str, word: &str) -> String {
    let is_code = |block: &&str| block.lines().all(|line| line.starts_with("    "));
    let blocks = instructions.split("\n\n").filter(is_code);
    let wanted = blocks.filter(|block| block.contains(word));
    let lines = wanted
        .flat_map(str::lines)
        .filter_map(|line| line.strip_prefix("    "));
    lines
        .map(|line| format!("{line}\n"))
        .collect::<Vec<_>>()
        .concat()
}

/// Runs a script of `VERIFY.md` in the bundle; `None` with a notice if a program is not here.
fn follow(bundle: &Path, word: &str) -> Option<Answer> {
    for program in ["bash", "openssl", "python3", "sha256sum"] {
        if Command::new(program).arg("--version").output().is_err() {
            eprintln!("SKIPPED: {program} is not here");
            return None;
        }
    }
    let instructions = fs::read_to_string(bundle.join("VERIFY.md")).unwrap();
    let script = script(&instructions, word);
    assert!(!script.is_empty(), "no command with {word}");
    // The scratch files of the instructions, in a place of this test's own.
    let scratch = tempfile::tempdir().unwrap();
    let script = script.replace("/tmp/", &format!("{}/", scratch.path().display()));
    let mut bash = Command::new("bash");
    bash.args(["-e", "-c", &script]).current_dir(bundle);
    Some(bash.output().unwrap().into())
}

#[test]
fn the_instructions_verify_a_good_bundle() {
    let packed = Packed::new(&Case::new());
    for (word, says) in [
        ("openssl pkeyutl", "Signature Verified Successfully"),
        ("hashlib", "4 records, every entry in the log of 37"),
        ("urlsafe_b64decode(d", "/title Ransom note on <ward 7>"),
        ("sha256sum --check", ""),
        ("find data/evidence", "data/evidence/EVD-2026-0001/"),
    ] {
        let Some(answer) = follow(&packed.path(), word) else {
            return;
        };
        assert_eq!(answer.code, Some(0), "{word}: {}", answer.text);
        assert!(answer.text.contains(says), "{word}: {}", answer.text);
    }
}

#[test]
fn the_instructions_refuse_what_was_changed() {
    let mut packed = Packed::new(&Case::new());
    let mut files = packed.files();
    let mut entries = lines(&files, "entries.jsonl");
    let text = String::from_utf8(leaf(&entries[3])).unwrap();
    set_leaf(&mut entries[3], text.replace("user", "root").as_bytes());
    set_lines(&mut files, "entries.jsonl", &entries);
    let checkpoint = String::from_utf8(files["data/ledger/checkpoint"].clone()).unwrap();
    let forged = checkpoint.replace("\n37\n", "\n36\n");
    files.insert("data/ledger/checkpoint".to_owned(), forged.into_bytes());
    repack(&mut files);
    packed.verify(&files);
    for word in ["openssl pkeyutl", "hashlib"] {
        let Some(answer) = follow(&packed.path(), word) else {
            return;
        };
        assert_ne!(answer.code, Some(0), "{word}: {}", answer.text);
    }
}
