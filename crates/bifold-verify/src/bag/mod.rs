//! Reading bags (RFC 8493, and the draft 0.97 before it): is every file there, and every digest
//! right?
//!
//! It believes no list: every file that lies in the folder is looked at. It follows no link,
//! fetches nothing from `fetch.txt`, and says where the form was not what it should be.

use std::collections::{BTreeMap, BTreeSet};

pub(crate) mod digest;
mod manifest;
mod text;

use digest::{Algorithm, digests};
use manifest::Listed;
use text::{Encoding, Version};

use crate::files::FileError;
use crate::finding::Findings;
use crate::folder::{Folder, is_inside};

/// The largest tag file that is read, in bytes: some million lines.
const MAX_TAG_BYTES: u64 = 512 * 1024 * 1024;
/// The largest `bagit.txt`.
const MAX_DECLARATION_BYTES: u64 = 1024;

/// What a bag was found to be.
#[derive(Debug, Default)]
pub(crate) struct Bag {
    /// What is wrong with it, or worth a word.
    pub(crate) findings: Findings,
    /// Files of the payload.
    pub(crate) payload_files: u64,
    /// Their bytes together.
    pub(crate) payload_bytes: u64,
    /// SHA-256 of the files that were read.
    pub(crate) sha256: BTreeMap<String, String>,
}

/// How much is asked of a bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rigour {
    /// What RFC 8493 asks.
    Rfc,
    /// What a bundle promises: version 1.0, SHA-256, every file listed, nothing to fetch.
    Bundle,
}

/// What the tag files of a bag are like.
#[derive(Clone, Copy)]
struct Form {
    version: Version,
    encoding: Encoding,
    rigour: Rigour,
}

/// The manifests of a bag: file name, algorithm, what it lists.
struct Manifest {
    name: String,
    algorithm: Algorithm,
    listed: Listed,
}

/// Checks a bag.
pub(crate) fn check(folder: &Folder, rigour: Rigour) -> Bag {
    let mut bag = Bag::default();
    for oddity in &folder.oddities {
        bag.findings.fault("odd_file", "", oddity.clone());
    }
    let payload = folder.files().filter(|(name, _)| name.starts_with("data/"));
    for (_, size) in payload {
        bag.payload_files += 1;
        bag.payload_bytes += size;
    }
    if let Some((version, encoding)) = declared(folder, rigour, &mut bag.findings) {
        let form = Form {
            version,
            encoding,
            rigour,
        };
        let manifests = manifests(folder, form, &mut bag.findings);
        bag.completeness(folder, &manifests, version, rigour);
        bag.oxum(folder, encoding);
        bag.fetches(folder, &manifests, encoding, rigour);
        bag.digests(folder, &manifests);
    }
    bag
}

fn declared(
    folder: &Folder,
    rigour: Rigour,
    findings: &mut Findings,
) -> Option<(Version, Encoding)> {
    let name = "bagit.txt";
    let bytes = read(folder, name, MAX_DECLARATION_BYTES, findings)?;
    match text::declaration(&bytes) {
        Ok((Version::V097, _)) if rigour == Rigour::Bundle => {
            findings.fault("declaration", name, "a bundle is a bag of version 1.0");
            None
        }
        Ok(declared) => Some(declared),
        Err((says, true)) => {
            findings.gap("unknown_version", name, says);
            None
        }
        Err((says, false)) => {
            findings.fault("declaration", name, says);
            None
        }
    }
}

fn read(folder: &Folder, name: &str, limit: u64, findings: &mut Findings) -> Option<Vec<u8>> {
    match folder.read(name, limit) {
        Ok(bytes) => return Some(bytes),
        Err(FileError::Missing) => findings.fault("missing", name, "it is not in the bag"),
        Err(FileError::Unreadable(why)) => findings.gap("unreadable", name, why),
    }
    None
}

fn read_text(
    folder: &Folder,
    name: &str,
    encoding: Encoding,
    findings: &mut Findings,
) -> Option<String> {
    let bytes = read(folder, name, MAX_TAG_BYTES, findings)?;
    let text = text::decode(&bytes, encoding);
    if text.is_none() {
        findings.fault("encoding", name, "it is not in the declared encoding");
    }
    text
}

/// All manifests whose algorithm is known.
fn manifests(folder: &Folder, form: Form, findings: &mut Findings) -> Vec<Manifest> {
    let mut manifests = Vec::new();
    for (name, _) in folder.files() {
        let stem = name.strip_suffix(".txt");
        let algorithm = stem.and_then(|stem| {
            let stem = stem.strip_prefix("tag").unwrap_or(stem);
            stem.strip_prefix("manifest-")
        });
        let Some(algorithm) = algorithm else { continue };
        let Some(algorithm) = Algorithm::named(algorithm) else {
            findings.gap(
                "unknown_algorithm",
                name,
                "this algorithm is not known here",
            );
            continue;
        };
        if let Some(text) = read_text(folder, name, form.encoding, findings) {
            let listed = manifest::read(name, &text, form.version, findings);
            if form.rigour == Rigour::Bundle && text != manifest::canonical(&listed) {
                findings.fault("form", name, "it is not written as in a bundle");
            }
            let name = name.to_owned();
            manifests.push(Manifest {
                name,
                algorithm,
                listed,
            });
        }
    }
    manifests
}

impl Bag {
    /// Every listed file is there; every file that is there is listed where it must be.
    fn completeness(
        &mut self,
        folder: &Folder,
        manifests: &[Manifest],
        version: Version,
        rigour: Rigour,
    ) {
        for manifest in manifests {
            let absent = manifest
                .listed
                .keys()
                .filter(|name| folder.size(name).is_none());
            for name in absent {
                let says = format!("it is listed in {} but is not there", manifest.name);
                self.findings.fault("missing", name, says);
            }
        }
        let (tags, payload): (Vec<&Manifest>, Vec<&Manifest>) =
            manifests.iter().partition(|m| m.name.starts_with("tag"));
        if payload.is_empty() && self.findings.is_clean() {
            self.findings
                .fault("missing", "", "there is no payload manifest");
        }
        if rigour == Rigour::Bundle {
            self.has_sha256(&tags, "tagmanifest-sha256.txt");
            self.has_sha256(&payload, "manifest-sha256.txt");
        }
        let is_strict = version == Version::V1;
        for (name, _) in folder.files() {
            let is_payload = name.starts_with("data/");
            let is_listed = |m: &&Manifest| m.listed.contains_key(name);
            let is_fine = if is_payload && is_strict {
                payload.iter().all(is_listed)
            } else if is_payload {
                payload.iter().any(is_listed)
            } else {
                rigour == Rigour::Rfc
                    || name == "tagmanifest-sha256.txt"
                    || tags.iter().all(is_listed)
            };
            if !is_fine {
                self.findings
                    .fault("unlisted", name, "a manifest does not list it");
            }
        }
    }

    fn has_sha256(&mut self, manifests: &[&Manifest], name: &str) {
        if !manifests.iter().any(|manifest| manifest.name == name) {
            self.findings
                .fault("missing", name, "a bundle has this manifest");
        }
    }

    /// `Payload-Oxum`, if it is given, counts the payload.
    fn oxum(&mut self, folder: &Folder, encoding: Encoding) {
        let name = "bag-info.txt";
        if folder.size(name).is_none() {
            return;
        }
        let Some(text) = read_text(folder, name, encoding, &mut self.findings) else {
            return;
        };
        let found = format!("{}.{}", self.payload_bytes, self.payload_files);
        for line in text::lines(&text) {
            let Some((label, value)) = line.split_once(':') else {
                continue;
            };
            let value = value.trim();
            if label.trim().eq_ignore_ascii_case("Payload-Oxum") && value != found {
                let says = format!("the payload is {found} bytes and files, not {value}");
                self.findings.fault("oxum", name, says);
            }
        }
    }

    /// Nothing is fetched; but what `fetch.txt` names must be listed and inside.
    fn fetches(
        &mut self,
        folder: &Folder,
        manifests: &[Manifest],
        encoding: Encoding,
        rigour: Rigour,
    ) {
        let name = "fetch.txt";
        if folder.size(name).is_none() {
            return;
        }
        if rigour == Rigour::Bundle {
            self.findings
                .fault("fetch", name, "a bundle holds everything itself");
        }
        let text = read_text(folder, name, encoding, &mut self.findings).unwrap_or_default();
        let listed: BTreeSet<&String> = manifests.iter().flat_map(|m| m.listed.keys()).collect();
        for line in text::lines(&text).filter(|line| !line.trim().is_empty()) {
            let path = line
                .splitn(3, [' ', '\t'])
                .nth(2)
                .unwrap_or_default()
                .trim()
                .to_owned();
            if !is_inside(&path) || !listed.contains(&path) {
                let says = format!("it would fetch {path:?}, which no manifest lists");
                self.findings.fault("outside", name, says);
            }
        }
    }

    /// Reads every listed file once.
    fn digests(&mut self, folder: &Folder, manifests: &[Manifest]) {
        for (name, _) in folder.files() {
            let promises: Vec<(Algorithm, &Manifest, &String)> = manifests
                .iter()
                .filter_map(|m| Some((m.algorithm, m, m.listed.get(name)?)))
                .collect();
            let mut with: Vec<Algorithm> = promises.iter().map(|(a, ..)| *a).collect();
            with.push(Algorithm::Sha256);
            let found = match folder.stream(name).and_then(|from| digests(from, &with)) {
                Ok(found) => found,
                Err(error) => {
                    self.findings.gap("unreadable", name, error.to_string());
                    continue;
                }
            };
            for ((_, manifest, promised), found) in promises.iter().zip(&found) {
                if *promised != found {
                    let says = format!("it was altered: {} lists another digest", manifest.name);
                    self.findings.fault("altered", name, says);
                }
            }
            self.sha256.extend(
                found
                    .into_iter()
                    .last()
                    .map(|sha256| (name.to_owned(), sha256)),
            );
        }
    }
}

#[cfg(test)]
mod tests;
