//! The binary as people run it, and whole imports.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may end the test"
)]

mod anchors;
#[path = "../../../bifold-timestamp/tests/it/authority.rs"]
#[allow(
    dead_code,
    reason = "shared with the tests of time-stamps, which need more of it"
)]
mod authority;
mod backup;
mod clock_crash;
mod clock_jumps;
mod collect;
mod evidence;
mod evidence_bucket;
mod evidence_bytes;
mod forecast;
mod icinga;
mod import_real_data;
mod import_run;
mod imported_clocks;
mod imported_pauses;
mod intake_crash;
mod journey;
mod mail;
#[path = "../../../bifold-store/tests/it/service.rs"]
#[allow(
    dead_code,
    reason = "shared with the tests of the store, which need more of it"
)]
mod service;
mod signal;
#[path = "../../../bifold-verify/tests/it/tools.rs"]
mod tools;
#[path = "../../../bifold-server/tests/it/tsa.rs"]
#[allow(
    dead_code,
    reason = "shared with the tests of the server, which need more of it"
)]
mod tsa;
mod voice;
mod witness;
mod witness_crash;

use std::path::PathBuf;

/// A file of the shared data, which are not part of the repository; where it is absent this says
/// so, and the test passes.
fn shared(name: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let root = std::env::var_os("BIFOLD_SHARED_DATA").map_or(PathBuf::from(beside), PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is not there", path.display());
    None
}
