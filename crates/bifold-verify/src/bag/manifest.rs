//! The lines of a manifest.

use std::collections::BTreeMap;

use super::text::{Version, decode_path, lines};
use crate::finding::Findings;
use crate::folder::is_inside;

/// What a manifest lists: file to digest, in lower case.
pub(super) type Listed = BTreeMap<String, String>;

/// Reads a manifest. Lines that cannot be used become findings.
pub(super) fn read(manifest: &str, text: &str, version: Version, out: &mut Findings) -> Listed {
    let mut listed = Listed::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for line in lines(text).filter(|line| !line.trim().is_empty()) {
        let Some((digest, path)) = line.split_once([' ', '\t']) else {
            out.fault(
                "manifest_line",
                manifest,
                "a line is not a digest and a name",
            );
            continue;
        };
        let path = plain_path(manifest, path.trim_start_matches([' ', '\t']), version, out);
        let is_payload = path.starts_with("data/");
        if !is_inside(&path) {
            let says = format!("it lists {path:?}, which is outside the bag");
            out.fault("outside", manifest, says);
        } else if is_payload == manifest.starts_with("tag") {
            let says = format!("{path:?} does not belong into this manifest");
            out.fault("manifest_line", manifest, says);
        } else {
            insert(manifest, &mut listed, path, digest, version, out);
        }
    }
    listed
}

/// The manifest as a bundle has it: sorted, each line a digest in lower case, two spaces and the
/// encoded name. A byte of a bundle that differs from this was changed.
pub(super) fn canonical(listed: &Listed) -> String {
    let encode = |path: &str| {
        path.replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
    };
    let lines = listed
        .iter()
        .map(|(path, digest)| format!("{digest}  {}\n", encode(path)));
    lines.collect::<Vec<_>>().concat()
}

/// The name without what other tools put in front of it.
fn plain_path(manifest: &str, path: &str, version: Version, out: &mut Findings) -> String {
    let path = decode_path(path, version);
    for (prefix, what) in [("*", "md5sum's asterisk"), ("./", "`./`")] {
        if let Some(rest) = path.strip_prefix(prefix) {
            let says = format!("{rest:?} is listed with {what} in front");
            out.note("prefix", manifest, says);
            return rest.to_owned();
        }
    }
    path
}

/// A name may stand in a manifest once; the draft before the RFC did not say so.
fn insert(
    manifest: &str,
    listed: &mut Listed,
    path: String,
    digest: &str,
    version: Version,
    out: &mut Findings,
) {
    let digest = digest.to_ascii_lowercase();
    match listed.get(&path) {
        None => {
            listed.insert(path, digest);
        }
        Some(before) if *before == digest && version == Version::V097 => {
            out.note(
                "listed_twice",
                manifest,
                format!("{path:?} is listed twice"),
            );
        }
        Some(_) => out.fault(
            "listed_twice",
            manifest,
            format!("{path:?} is listed twice"),
        ),
    }
}
