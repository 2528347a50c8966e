//! The one checkpoint, and the way from each entry to its root.

use std::collections::BTreeSet;

use bifold_ledger::checkpoint::{Checkpoint, open_checkpoint};
use bifold_ledger::note::{MAX_NOTE_BYTES, Verifier};
use bifold_ledger::proof::verify_inclusion;
use bifold_ledger::tlog_proof::TlogProof;

use super::entries::{Entry, LedgerPart, place};
use crate::files::FileError;
use crate::finding::Findings;
use crate::folder::Folder;

const CHECKPOINT: &str = "data/ledger/checkpoint";
const KEY: &str = "data/ledger/vkey";
const PROOFS: &str = "data/ledger/proofs/";
/// The longest file with a key, in bytes.
const MAX_KEY_BYTES: u64 = 4096;

/// The note that all proofs must repeat, and the checkpoint if it can be believed.
pub(super) struct Signed {
    pub(super) note: Option<String>,
    pub(super) checkpoint: Option<Checkpoint>,
    /// Whether the key came from the bundle.
    pub(super) is_own_key: bool,
}

/// Opens the checkpoint with the keys given, or with the bundle's own if there are none.
pub(super) fn signed(folder: &Folder, keys: &[Verifier], out: &mut Findings) -> Signed {
    let own = read(folder, KEY, MAX_KEY_BYTES, out).and_then(|key| own_key(&key, out));
    let is_own_key = keys.is_empty();
    if let Some(own) = own.as_ref().filter(|_| !is_own_key)
        && !keys.iter().any(|key| key.to_string() == own.to_string())
    {
        let says = "it is another key than the one you gave";
        out.fault("other_key", KEY, says);
    }
    let keys: Vec<Verifier> = if is_own_key {
        own.into_iter().collect()
    } else {
        keys.to_vec()
    };
    let note = read(folder, CHECKPOINT, MAX_NOTE_BYTES as u64, out);
    let opened = note
        .as_ref()
        .map(|note| open_checkpoint(note.as_bytes(), &keys));
    let checkpoint = match opened {
        Some(Ok(checkpoint)) => Some(checkpoint),
        Some(Err(why)) => {
            out.fault("signature", CHECKPOINT, why.to_string());
            None
        }
        None => None,
    };
    Signed {
        note,
        checkpoint,
        is_own_key,
    }
}

fn own_key(text: &str, out: &mut Findings) -> Option<Verifier> {
    match text.trim().parse() {
        Ok(key) => Some(key),
        Err(error) => {
            out.fault("key", KEY, format!("{error}"));
            None
        }
    }
}

/// Leads every entry to the checkpoint's root.
pub(super) fn check(folder: &Folder, part: &LedgerPart, signed: &Signed, out: &mut Findings) {
    let (Some(note), Some(checkpoint)) = (&signed.note, &signed.checkpoint) else {
        out.gap(
            "no_checkpoint",
            "",
            "no checkpoint can be believed, so nothing is proved",
        );
        return;
    };
    for entry in part.entries.values() {
        if let Err(says) = prove(folder, entry, note, checkpoint) {
            out.fault("not_in_log", &place(entry.index), says);
        }
    }
    let expected: BTreeSet<String> = part.entries.keys().map(|index| name(*index)).collect();
    let found = folder.files().map(|(name, _)| name);
    for extra in found.filter(|name| name.starts_with(PROOFS) && !expected.contains(*name)) {
        out.fault("extra_proof", extra, "there is no such entry here");
    }
}

/// The file with the proof of an entry.
fn name(index: u64) -> String {
    format!("{PROOFS}{index}.tlog-proof")
}

fn prove(
    folder: &Folder,
    entry: &Entry,
    note: &str,
    checkpoint: &Checkpoint,
) -> Result<(), String> {
    let name = name(entry.index);
    let bytes = folder.read(&name, MAX_NOTE_BYTES as u64);
    let bytes = bytes.map_err(|error| match error {
        FileError::Missing => format!("{name} is missing"),
        FileError::Unreadable(why) => format!("{name} cannot be read: {why}"),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8"))?;
    let proof: TlogProof = text.parse().map_err(|e| format!("{name}: {e}"))?;
    if proof.index != entry.index {
        return Err(format!("{name} speaks of entry {}", proof.index));
    }
    if proof.checkpoint != note {
        return Err(format!("{name} leads to another checkpoint"));
    }
    let Checkpoint { size, root, .. } = checkpoint;
    verify_inclusion(&entry.hash, entry.index, *size, &proof.hashes, root)
        .map_err(|refused| refused.to_string())
}

fn read(folder: &Folder, name: &str, limit: u64, out: &mut Findings) -> Option<String> {
    match folder.read(name, limit) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => return Some(text),
            Err(_) => out.fault("encoding", name, "it is not UTF-8"),
        },
        Err(FileError::Missing) => out.fault("missing", name, "it is not in the bundle"),
        Err(FileError::Unreadable(why)) => out.gap("unreadable", name, why),
    }
    None
}
