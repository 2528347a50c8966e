//! Whether the time-stamps in the folder `anchors` are what they say: of checkpoints of this log,
//! by authorities that the reader trusts.
//!
//! A stamped checkpoint also has to agree with the entries, as an older one does that somebody
//! kept. That a stamp is absent or untrusted contradicts nothing in the log; then it is only not
//! known how old it is. Whether an authority's key was stolen meanwhile is not looked at.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use bifold_ledger::anchor::{FOLDER, StampFile};
use bifold_ledger::checkpoint::{Checkpoint, open_checkpoint};
use bifold_ledger::note::{MAX_NOTE_BYTES, Verifier};
use bifold_timestamp::{MAX_BYTES, Options, Response, Stamp, Stamped, TrustedCertificates, verify};
use serde::Serialize;

use crate::files::{self, FileError};

/// Good stamps that are listed in words, the newest ones; JSON has all.
const LISTED: usize = 20;
/// Bytes of the longest thing that is stamped.
const MAX_STAMPED: usize = if MAX_BYTES > MAX_NOTE_BYTES {
    MAX_BYTES
} else {
    MAX_NOTE_BYTES
};

/// A time-stamp that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GoodStamp {
    /// Its file.
    pub file: String,
    /// The size of the checkpoint that it is of.
    pub size: u64,
    /// How often it was renewed.
    pub round: u32,
    /// The time it states.
    pub time: String,
    /// Who states it: the subject of the signer's certificate.
    pub authority: String,
}

/// A time-stamp that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrongStamp {
    /// Its file.
    pub file: String,
    /// Why.
    pub says: String,
}

/// The time-stamps of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stamps {
    /// Those that hold, by size.
    pub good: Vec<GoodStamp>,
    /// Those that do not.
    pub wrong: Vec<WrongStamp>,
}

impl Stamps {
    /// Checks every stamp in the log's folder. Gives also the checkpoints that are stamped.
    pub(crate) fn check(
        dir: &Path,
        keys: &[Verifier],
        head: &Checkpoint,
        trusted: &TrustedCertificates,
    ) -> (Self, Vec<Checkpoint>) {
        let mut stamps = Self::default();
        let mut checkpoints = Vec::new();
        let mut before: BTreeMap<StampFile, Stamp> = BTreeMap::new();
        for file in stamp_files(dir) {
            let path = format!("{FOLDER}/{}", file.answer());
            let checked = checked(dir, &file, keys, head, trusted, &before);
            match checked {
                Ok((stamp, checkpoint)) => {
                    stamps.good.push(good(path, &file, &stamp));
                    checkpoints.extend(checkpoint);
                    before.insert(file, stamp);
                }
                Err(says) => stamps.wrong.push(WrongStamp { file: path, says }),
            }
        }
        (stamps, checkpoints)
    }

    /// Whether there are some, and all hold.
    pub fn hold(&self) -> bool {
        self.wrong.is_empty() && !self.good.is_empty()
    }
}

/// The files with stamps, each after the one that it renews.
fn stamp_files(dir: &Path) -> Vec<StampFile> {
    let Ok(entries) = std::fs::read_dir(dir.join(FOLDER)) else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut files: Vec<StampFile> = names
        .filter_map(|name| StampFile::parse_answer(&name))
        .collect();
    files.sort_unstable();
    files
}

/// The stamp in a file and, if it is of a checkpoint, that checkpoint.
fn checked(
    dir: &Path,
    file: &StampFile,
    keys: &[Verifier],
    head: &Checkpoint,
    trusted: &TrustedCertificates,
    before: &BTreeMap<StampFile, Stamp>,
) -> Result<(Stamp, Option<Checkpoint>), String> {
    let answer = read(dir, &file.answer(), MAX_BYTES)?;
    let data = read(dir, &file.stamped(), MAX_STAMPED)?;
    let token = Response::parse(&answer).and_then(Response::into_token);
    let token = token.map_err(|why| why.to_string())?;
    let stamp = verify(&token, Stamped::Data(&data), trusted, &Options::default());
    let stamp = stamp.map_err(|why| why.to_string())?;
    if let Some(round) = file.round.checked_sub(1) {
        let renewed = before.get(&StampFile {
            round,
            ..file.clone()
        });
        return match renewed {
            Some(old) if stamp.info().gen_time < old.expires() => Ok((stamp, None)),
            Some(_) => Err("it was renewed after the certificates had expired".to_owned()),
            None => Err("the time-stamp that it renews does not hold".to_owned()),
        };
    }
    let checkpoint = open_checkpoint(&data, keys).map_err(|why| why.to_string())?;
    if checkpoint.origin != head.origin || checkpoint.size != file.size {
        return Err(format!(
            "it is of {} entries of {}, which its name does not say",
            checkpoint.size, checkpoint.origin
        ));
    }
    Ok((stamp, Some(checkpoint)))
}

fn read(dir: &Path, name: &str, limit: usize) -> Result<Vec<u8>, String> {
    let path = dir.join(FOLDER).join(name);
    files::read(&path, limit as u64).map_err(|error| match error {
        FileError::Missing => format!("{FOLDER}/{name} is missing"),
        FileError::Unreadable(why) => format!("{FOLDER}/{name} cannot be read: {why}"),
    })
}

fn good(path: String, file: &StampFile, stamp: &Stamp) -> GoodStamp {
    GoodStamp {
        file: path,
        size: file.size,
        round: file.round,
        time: stamp.info().gen_time.to_string(),
        authority: stamp.signer().subject(),
    }
}

impl fmt::Display for Stamps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unlisted = self.good.len().saturating_sub(LISTED);
        if unlisted > 0 {
            writeln!(f, "  time-stamped  {unlisted} times before these")?;
        }
        for stamp in self.good.iter().skip(unlisted) {
            let GoodStamp {
                size,
                time,
                authority,
                ..
            } = stamp;
            let again = if stamp.round > 0 { " (renewed)" } else { "" };
            writeln!(
                f,
                "  time-stamped  {size} entries at {time} by {authority}{again}"
            )?;
        }
        for WrongStamp { file, says } in &self.wrong {
            writeln!(f, "! {file}: {says}")?;
        }
        if self.good.is_empty() && self.wrong.is_empty() {
            writeln!(f, "! there is no time-stamp in {FOLDER}/")?;
        }
        Ok(())
    }
}
