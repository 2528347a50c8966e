//! What was really sent, and what nobody would send.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on ends.

mod captures;
mod hostile;
mod mails;
mod vendors;

use bifold_domain::At;
use bifold_intake::{Format, Incoming, Mapping, Reading, Unread};
use std::path::PathBuf;

/// Where data lies that nobody here wrote; `None`, with a notice, where it does not.
fn data(path: &str) -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("BIFOLD_SHARED_DATA").map_or(beside, PathBuf::from);
    let found = root.join(path);
    if !found.exists() {
        eprintln!("SKIPPED: there is no {}", found.display());
        return None;
    }
    Some(found)
}

fn take(format: Format, mapping: Option<&Mapping>, body: &[u8]) -> Result<Reading, Unread> {
    let incoming = Incoming {
        content_type: None,
        headers: &[("bifold-dedup-key".to_owned(), "given".to_owned())],
        body,
        received_at: At::parse("2026-11-21T18:00:00Z").unwrap(),
    };
    bifold_intake::read(format, mapping, &incoming)
}
