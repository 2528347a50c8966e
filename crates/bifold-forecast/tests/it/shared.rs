//! Where the real log lies. It is not part of the repository; without it these tests say so and
//! pass.

use bifold_forecast::servicenow::{Labels, Stream};
use flate2::read::MultiGzDecoder;
use std::io::Read as _;
use std::path::PathBuf;

/// The text of a file, or `None` with a notice.
pub(crate) fn text(name: &str) -> Option<String> {
    let shared = std::env::var_os("BIFOLD_SHARED_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = shared.join("itsm").join(name);
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!(
            "SKIPPED: {} is not here; set BIFOLD_SHARED_DATA",
            path.display()
        );
        return None;
    };
    let mut text = String::new();
    MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    Some(text)
}

/// The log, with its labels.
pub(crate) fn stream() -> Option<Stream> {
    let mut stream = Stream::read(text("uci_stream_asof.csv.gz")?.as_bytes()).unwrap();
    let labels = Labels::read(text("uci_labels.csv.gz")?.as_bytes()).unwrap();
    assert_eq!(stream.label(&labels), 0);
    Some(stream)
}
