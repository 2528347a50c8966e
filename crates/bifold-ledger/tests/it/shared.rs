//! Where conformance data lies. It is not part of the repository; without it these tests say so
//! and pass.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

/// Files of `conformance/<name>.tar.gz` below its `testdata` folder, or `None` with a notice.
pub(crate) fn archive(name: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let shared = std::env::var_os("BIFOLD_SHARED_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = shared.join("conformance").join(format!("{name}.tar.gz"));
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!(
            "SKIPPED: {} is not here; set BIFOLD_SHARED_DATA",
            path.display()
        );
        return None;
    };
    let mut files = BTreeMap::new();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let Some((_, path)) = path.split_once("testdata/") else {
            continue;
        };
        let path = path.to_owned();
        if entry.header().entry_type().is_file() {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.insert(path, bytes);
        }
    }
    Some(files)
}
