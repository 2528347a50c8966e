//! A bundle on the disk that tests change and change back.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bifold_verify::{BundleReport, verify_bundle};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::case::{Case, signer};

/// The files of a bundle by name.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// A bundle in a directory of its own, and what lies there at the moment.
pub(crate) struct Packed {
    parent: TempDir,
    on_disk: Files,
}

impl Packed {
    pub(crate) fn new(case: &Case) -> Self {
        let parent = tempfile::tempdir().unwrap();
        case.write(&parent.path().join("bag"));
        let mut on_disk = Files::new();
        gather(&parent.path().join("bag"), "", &mut on_disk);
        Self { parent, on_disk }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.parent.path().join("bag")
    }

    /// What lies there now.
    pub(crate) fn files(&self) -> Files {
        self.on_disk.clone()
    }

    /// Makes the directory hold these files, and verifies it with the log's key.
    pub(crate) fn verify(&mut self, files: &Files) -> BundleReport {
        for name in self
            .on_disk
            .keys()
            .filter(|name| !files.contains_key(*name))
        {
            fs::remove_file(self.path().join(name)).unwrap();
        }
        for (name, bytes) in files {
            if self.on_disk.get(name) != Some(bytes) {
                let path = self.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
        }
        self.on_disk = files.clone();
        verify_bundle(&self.path(), &[signer().verifier()], None)
    }
}

fn gather(directory: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            gather(&path, &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
}

/// Packs the bag anew, as somebody can who does not have the log's key.
pub(crate) fn repack(files: &mut Files) {
    let payload: Vec<&Vec<u8>> = files
        .iter()
        .filter(|(name, _)| name.starts_with("data/"))
        .map(|(_, bytes)| bytes)
        .collect();
    let bytes: usize = payload.iter().map(|bytes| bytes.len()).sum();
    let oxum = format!("Payload-Oxum: {bytes}.{}", payload.len());
    let info = String::from_utf8(files["bag-info.txt"].clone()).unwrap();
    let lines = info.lines().map(|line| {
        if line.starts_with("Payload-Oxum") {
            &oxum
        } else {
            line
        }
    });
    let info = lines
        .map(|line| format!("{line}\n"))
        .collect::<Vec<_>>()
        .concat();
    files.insert("bag-info.txt".to_owned(), info.into_bytes());
    for (manifest, is_payload) in [
        ("manifest-sha256.txt", true),
        ("tagmanifest-sha256.txt", false),
    ] {
        let belongs = |name: &&String| {
            name.starts_with("data/") == is_payload && *name != "tagmanifest-sha256.txt"
        };
        let names = files.keys().filter(belongs);
        let lines: Vec<String> = names
            .map(|name| format!("{}  {name}\n", sha256(&files[name])))
            .collect();
        files.insert(manifest.to_owned(), lines.concat().into_bytes());
    }
}

/// The lines of a file of JSON lines.
pub(crate) fn lines(files: &Files, name: &str) -> Vec<Value> {
    let text = std::str::from_utf8(&files[&format!("data/ledger/{name}")]).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Replaces the lines of a file.
pub(crate) fn set_lines(files: &mut Files, name: &str, lines: &[Value]) {
    let text: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    files.insert(format!("data/ledger/{name}"), text.concat().into_bytes());
}

/// The leaf of a line of `entries.jsonl`.
pub(crate) fn leaf(line: &Value) -> Vec<u8> {
    STANDARD.decode(line["leaf"].as_str().unwrap()).unwrap()
}

pub(crate) fn set_leaf(line: &mut Value, leaf: &[u8]) {
    line["leaf"] = json!(STANDARD.encode(leaf));
}

/// Takes an entry out with everything that speaks of it.
pub(crate) fn remove_entry(files: &mut Files, index: u64) {
    for name in ["entries.jsonl", "disclosures.jsonl", "redactions.jsonl"] {
        let mut kept = lines(files, name);
        kept.retain(|line| line["index"] != index && line["by"] != json!(index));
        set_lines(files, name, &kept);
    }
    files.remove(&format!("data/ledger/proofs/{index}.tlog-proof"));
}
