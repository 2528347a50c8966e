//! Bytes of an item into a new file, compared with what it was sealed with.
//!
//! Nothing is overwritten, and a file whose hash is another one does not stay.

use super::super::incident::text;
use super::upload::bar;
use super::{Said, encoded, of_item};
use crate::client::Client;
use crate::digest::{Hashing, Summed, copy};
use crate::exit::{Code, Coded};
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;

pub(super) fn run(client: &Client, item: &str, purpose: &str, to: &Path) -> anyhow::Result<Said> {
    let known = client.get(&of_item(item, "")?)?;
    let sealed = known.pointer("/seal/sha256").and_then(Value::as_str);
    let Some(sealed) = sealed else {
        let message = format!("{} has no bytes", text(&known, "number"));
        return Err(Coded::error(Code::NotFound, message));
    };
    let size_bytes = known.pointer("/seal/size_bytes").and_then(Value::as_u64);
    // Made before the purpose is recorded: no look is on record for a file that cannot be.
    let file = new_file(to)?;
    let got = fetch(client, item, purpose, file, size_bytes.unwrap_or_default());
    let got = match got {
        Ok(got) if got.sha256 == sealed => got,
        Ok(other) => {
            let message = format!(
                "what arrived has SHA-256 {} and was sealed with {sealed}; it was not kept.\n  \
                 Next: bifold evidence verify {}",
                other.sha256,
                text(&known, "number"),
            );
            return Err(not_kept(
                to,
                Coded::error(Code::VerificationFailed, message),
            ));
        }
        Err(error) => return Err(not_kept(to, error)),
    };
    let place = to.display().to_string();
    let answer = json!({
        "number": text(&known, "number"), "file": place, "sha256": got.sha256,
        "size_bytes": got.size_bytes,
    });
    let words = format!(
        "{} is in {place}: {} bytes with the SHA-256 it was sealed with, {}\n",
        text(&known, "number"),
        got.size_bytes,
        got.sha256,
    );
    Ok((answer, words))
}

pub(super) fn new_file(to: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(to).map_err(|error| {
        let place = to.display();
        match error.kind() {
            ErrorKind::AlreadyExists => Coded::error(
                Code::Conflict,
                format!("{place} is there already.\n  Next: name a file that is not there yet."),
            ),
            _ => Coded::error(Code::Usage, format!("cannot write {place}: {error}")),
        }
    })
}

fn fetch(
    client: &Client,
    item: &str,
    purpose: &str,
    file: File,
    size_bytes: u64,
) -> anyhow::Result<Summed> {
    let path = of_item(item, &format!("/content?purpose={}", encoded(purpose)))?;
    let bytes = client.fetch(&path)?;
    let bar = bar(size_bytes);
    let mut to = Hashing::new(file);
    copy(&mut bar.wrap_read(bytes), &mut to)
        .map_err(|error| Coded::error(Code::Unavailable, format!("it broke off: {error}")))?;
    bar.finish_and_clear();
    let (file, summed) = to.end();
    file.sync_all()?;
    Ok(summed)
}

/// Removes the file that this run made.
pub(super) fn not_kept(to: &Path, error: anyhow::Error) -> anyhow::Error {
    match std::fs::remove_file(to) {
        Ok(()) => error,
        Err(cause) => error.context(format!("{} could not be removed: {cause}", to.display())),
    }
}
