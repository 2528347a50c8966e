//! The bundle of an incident into a new file.

use super::super::incident::{object, safe};
use super::Said;
use super::download::{new_file, not_kept};
use super::upload::bar;
use crate::cli::Export;
use crate::client::Client;
use crate::digest::{Hashing, Summed, copy};
use crate::exit::{Code, Coded};
use serde_json::json;
use std::fs::File;

pub(super) fn run(client: &Client, export: Export) -> anyhow::Result<Said> {
    let incident = safe(&export.incident)?.clone();
    let to = export.to.clone();
    // Made before the handing out is recorded: nothing is on record for a file that cannot be.
    let file = new_file(&to)?;
    let got = match fetch(client, &incident, export, file) {
        Ok(got) => got,
        Err(error) => return Err(not_kept(&to, error)),
    };
    let place = to.display().to_string();
    let answer = json!({
        "incident": incident, "file": place, "sha256": got.sha256, "size_bytes": got.size_bytes,
    });
    let words = format!(
        "The bundle of {incident} is in {place}: {} bytes, SHA-256 {}\n  \
         Next: bifold-verify {place}\n",
        got.size_bytes, got.sha256,
    );
    Ok((answer, words))
}

fn fetch(client: &Client, incident: &str, export: Export, file: File) -> anyhow::Result<Summed> {
    let body = object([
        ("release", export.release),
        ("recipient", export.recipient),
        ("purpose", export.purpose),
        ("legal_basis", export.legal_basis),
        ("tlp", export.tlp),
    ]);
    let path = format!("/incidents/{incident}/bundle");
    let (size_bytes, bytes) = client.fetch_made(&path, &body)?;
    let bar = bar(size_bytes.unwrap_or_default());
    let mut to = Hashing::new(file);
    copy(&mut bar.wrap_read(bytes), &mut to)
        .map_err(|error| Coded::error(Code::Unavailable, format!("it broke off: {error}")))?;
    bar.finish_and_clear();
    let (file, summed) = to.end();
    if size_bytes.is_some_and(|said| said != summed.size_bytes) {
        return Err(Coded::error(Code::Unavailable, "it broke off; ask again"));
    }
    file.sync_all()?;
    Ok(summed)
}
