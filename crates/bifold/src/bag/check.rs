//! Takes a bag apart before anything in it is believed.

use super::{
    BagError, DECLARATION_FILE, INFO_FILE, Listed, MANIFEST_FILE, PAYLOAD_FOLDER,
    TAG_MANIFEST_FILE, parse_line,
};
use crate::digest::{Hashing, Summed, copy, of_bytes};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes of a manifest at most.
const MANIFEST_LIMIT_BYTES: u64 = 64 << 20;
/// Files of a bag at most.
const FILE_LIMIT: usize = 100_000;
/// Folders in folders at most.
const DEPTH_LIMIT: usize = 64;

/// A bag in which everything is as it was sealed, at the time it was looked at.
#[derive(Debug)]
pub(crate) struct Checked {
    /// Where it is.
    pub(crate) root: PathBuf,
    /// SHA-256 of the tag manifest: the whole bag in 64 digits.
    pub(crate) tag_manifest_sha256: String,
    /// The payload, by path.
    pub(crate) payload: Vec<Listed>,
    /// The other files, by path; not the tag manifest.
    pub(crate) tags: Vec<Listed>,
}

impl Checked {
    /// A payload file by its path.
    pub(crate) fn file(&self, path: &str) -> Option<&Listed> {
        self.payload.iter().find(|file| file.path == path)
    }

    /// Where a file of it is on the disk.
    pub(crate) fn place(&self, file: &Listed) -> PathBuf {
        self.root.join(&file.path)
    }
}

type Hashes = BTreeMap<String, String>;

/// Checks a bag: hashes of all files, nothing unlisted, nothing missing, no way out of it.
pub(crate) fn check(root: &Path) -> Result<Checked, BagError> {
    let not = |why: &str| BagError::NotABag {
        path: root.to_owned(),
        why: why.to_owned(),
    };
    let mut found = Vec::new();
    walk(root, "", 0, &mut found)?;
    for name in [DECLARATION_FILE, MANIFEST_FILE, TAG_MANIFEST_FILE] {
        if !found.iter().any(|path| path == name) {
            return Err(not(&format!("it has no {name}")));
        }
    }
    let declaration = read(root, DECLARATION_FILE)?;
    if !declaration.starts_with("BagIt-Version: 1.0")
        && !declaration.starts_with("BagIt-Version: 0.97")
    {
        return Err(not("its version is not 1.0"));
    }
    if !declaration.contains("Tag-File-Character-Encoding: UTF-8") {
        return Err(not("its texts are not UTF-8"));
    }
    let tag_manifest = read(root, TAG_MANIFEST_FILE)?;
    let tags = entries(TAG_MANIFEST_FILE, &tag_manifest)?;
    let manifest = read(root, MANIFEST_FILE)?;
    let payload = entries(MANIFEST_FILE, &manifest)?;
    let is_payload = |path: &str| path.starts_with(&format!("{PAYLOAD_FOLDER}/"));
    let stray = payload
        .keys()
        .find(|path| !is_payload(path))
        .or_else(|| tags.keys().find(|path| is_payload(path)));
    if let Some(path) = stray {
        return Err(BagError::Changed(format!(
            "{path:?} is listed in the wrong manifest"
        )));
    }
    let (inside, beside): (BTreeSet<String>, BTreeSet<String>) = found
        .into_iter()
        .filter(|path| path != TAG_MANIFEST_FILE)
        .partition(|path| is_payload(path));
    // The tag files first: only they vouch for the manifest that the payload is compared with.
    if tags.get(MANIFEST_FILE) != Some(&of_bytes(manifest.as_bytes())) {
        return Err(BagError::Changed(format!(
            "{MANIFEST_FILE} has another SHA-256"
        )));
    }
    let tags = compare(root, &beside, &tags)?;
    let payload = compare(root, &inside, &payload)?;
    oxum(root, &payload)?;
    Ok(Checked {
        root: root.to_owned(),
        tag_manifest_sha256: of_bytes(tag_manifest.as_bytes()),
        payload,
        tags,
    })
}

/// Every file, by its path; refuses whatever is neither a file nor a folder.
fn walk(root: &Path, below: &str, depth: usize, found: &mut Vec<String>) -> Result<(), BagError> {
    let folder = root.join(below);
    let changed = |what: String| Err(BagError::Changed(what));
    if depth > DEPTH_LIMIT {
        return changed(format!("{below:?} is too deep"));
    }
    let io = || BagError::io(folder.clone());
    for entry in std::fs::read_dir(&folder).map_err(io())? {
        let entry = entry.map_err(io())?;
        let Ok(name) = entry.file_name().into_string() else {
            let path = entry.path();
            return changed(format!("{} has a name that is not UTF-8", path.display()));
        };
        let path = match below {
            "" => name,
            below => format!("{below}/{name}"),
        };
        // Of the entry itself: a link is not followed.
        let kind = entry.file_type().map_err(io())?;
        if kind.is_dir() {
            walk(root, &path, depth + 1, found)?;
        } else if kind.is_file() {
            found.push(path);
        } else {
            return changed(format!("{path:?} is neither a file nor a folder"));
        }
        if found.len() > FILE_LIMIT {
            return changed(format!("it has more than {FILE_LIMIT} files"));
        }
    }
    Ok(())
}

fn read(root: &Path, name: &str) -> Result<String, BagError> {
    let path = root.join(name);
    let file = File::open(&path).map_err(BagError::io(&path))?;
    let mut text = String::new();
    let size = file.take(MANIFEST_LIMIT_BYTES).read_to_string(&mut text);
    let size = size.map_err(BagError::io(&path))? as u64;
    if size == MANIFEST_LIMIT_BYTES {
        return Err(BagError::Changed(format!("{name} is too long")));
    }
    Ok(text)
}

fn entries(name: &str, text: &str) -> Result<Hashes, BagError> {
    let mut hashes = Hashes::new();
    for (n, line) in text.lines().enumerate() {
        let n = n + 1;
        let Some((sha256, path)) = parse_line(line) else {
            return Err(BagError::Changed(format!(
                "line {n} of {name} is no hash and path of a file inside"
            )));
        };
        if let Some(again) = hashes.insert(path.clone(), sha256) {
            let what = format!("{name} lists {path:?} twice, once as {again}");
            return Err(BagError::Changed(what));
        }
    }
    Ok(hashes)
}

/// The files that are there with the hashes they are listed with.
fn compare(
    root: &Path,
    found: &BTreeSet<String>,
    listed: &Hashes,
) -> Result<Vec<Listed>, BagError> {
    if let Some(path) = found.iter().find(|path| !listed.contains_key(*path)) {
        return Err(BagError::Changed(format!("{path:?} is listed nowhere")));
    }
    let mut files = Vec::with_capacity(listed.len());
    for (path, sha256) in listed {
        if !found.contains(path) {
            return Err(BagError::Changed(format!("{path:?} is missing")));
        }
        let Summed {
            sha256: is,
            size_bytes,
        } = sum(&root.join(path))?;
        if is != *sha256 {
            let what = format!("{path:?} has SHA-256 {is} and was sealed with {sha256}");
            return Err(BagError::Changed(what));
        }
        let (path, sha256) = (path.clone(), is);
        files.push(Listed {
            path,
            sha256,
            size_bytes,
        });
    }
    Ok(files)
}

fn sum(path: &Path) -> Result<Summed, BagError> {
    let file = File::open(path).map_err(BagError::io(path))?;
    let mut hashing = Hashing::new(file);
    copy(&mut hashing, &mut std::io::sink()).map_err(BagError::io(path))?;
    Ok(hashing.end().1)
}

/// Bytes and files as the description counts them, where it does (RFC 8493 2.2.2).
fn oxum(root: &Path, payload: &[Listed]) -> Result<(), BagError> {
    if !root.join(INFO_FILE).exists() {
        return Ok(());
    }
    let info = read(root, INFO_FILE)?;
    let said = info
        .lines()
        .find_map(|line| line.strip_prefix("Payload-Oxum:"));
    let size_bytes: u64 = payload.iter().map(|file| file.size_bytes).sum();
    let counted = format!("{size_bytes}.{}", payload.len());
    match said {
        Some(said) if said.trim() != counted => Err(BagError::Changed(format!(
            "Payload-Oxum says {}, and there is {counted}",
            said.trim()
        ))),
        _ => Ok(()),
    }
}
