//! Checkpoints (c2sp.org/tlog-checkpoint v1.0.0): the signed statement "this log has this many
//! entries and this root".
//!
//! A checkpoint is believed only when a known key *named like the log's origin* signed it; a
//! witness's signature alone is not the log's word. Extension lines of other logs are accepted and
//! not interpreted; this log writes none.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::hash::Hash;
use crate::note::{self, NoteError, Signer, Verifier};
use crate::tree::parse_decimal;

/// What a log states: its name, its size, its root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// The log's unique name, e.g. `example.org/bifold/acme/2026`.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The Merkle tree hash of those entries.
    pub root: Hash,
}

/// A checkpoint that cannot be written, read or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The body is not origin, size and root, a line each.
    #[error("this is not a checkpoint ({0}); fetch it again")]
    Malformed(&'static str),
    /// The note around it is refused.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The log itself did not sign.
    #[error(
        "the checkpoint speaks for `{origin}`, but the known signatures on it are of {signed_by}; \
         give that log's own verifier key"
    )]
    NotTheLog {
        /// The origin it names.
        origin: String,
        /// The known keys that signed it.
        signed_by: String,
    },
}

impl fmt::Display for Checkpoint {
    /// The note text: origin, size and root, a line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root)
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        use CheckpointError::Malformed;
        let body = text
            .strip_suffix('\n')
            .ok_or(Malformed("it does not end in a newline"))?;
        let mut lines = body.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty());
        let origin = origin.ok_or(Malformed("the first line names no origin"))?;
        let size = lines.next().and_then(parse_decimal);
        let size = size.ok_or(Malformed("the second line is not a decimal size"))?;
        let root = lines.next().and_then(|line| line.parse().ok());
        let root = root.ok_or(Malformed("the third line is not a root hash"))?;
        if lines.any(str::is_empty) {
            return Err(Malformed("an extension line is empty"));
        }
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
        })
    }
}

/// Signs a checkpoint. One of the signers should be named like the origin, or nobody will believe
/// it; this is refused here already.
pub fn sign_checkpoint(
    checkpoint: &Checkpoint,
    signers: &[&Signer],
) -> Result<String, CheckpointError> {
    let text = checkpoint.to_string();
    // An origin with a line break in it would say something else once it is read again.
    if text.parse().as_ref() != Ok(checkpoint) {
        return Err(CheckpointError::Malformed("the origin cannot be one line"));
    }
    believed(
        &checkpoint.origin,
        signers.iter().map(|signer| signer.name()),
    )?;
    Ok(note::sign(&text, signers)?)
}

/// Opens a signed checkpoint. Use [`note::open`] as well to see which witnesses cosigned.
pub fn open_checkpoint(note: &[u8], verifiers: &[Verifier]) -> Result<Checkpoint, CheckpointError> {
    let opened = note::open(note, verifiers)?;
    let checkpoint: Checkpoint = opened.text.parse()?;
    believed(
        &checkpoint.origin,
        opened.verified.iter().map(String::as_str),
    )?;
    Ok(checkpoint)
}

fn believed<'a>(
    origin: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), CheckpointError> {
    if names.clone().any(|name| name == origin) {
        return Ok(());
    }
    let signed_by = names.collect::<Vec<_>>().join(", ");
    Err(CheckpointError::NotTheLog {
        origin: origin.to_owned(),
        signed_by,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::EMPTY_ROOT;

    fn checkpoint(origin: &str) -> Checkpoint {
        Checkpoint {
            origin: origin.to_owned(),
            size: 0,
            root: EMPTY_ROOT,
        }
    }

    #[test]
    fn a_signed_checkpoint_is_read_back() {
        let signer = Signer::new("log.example/1", [7; 32]).unwrap();
        let note = sign_checkpoint(&checkpoint("log.example/1"), &[&signer]).unwrap();
        let opened = open_checkpoint(note.as_bytes(), &[signer.verifier()]);
        assert_eq!(opened, Ok(checkpoint("log.example/1")));
    }

    #[test]
    fn a_witness_alone_does_not_speak_for_the_log() {
        let log = Signer::new("log.example/1", [7; 32]).unwrap();
        let witness = Signer::new("witness.example", [8; 32]).unwrap();
        let statement = checkpoint("log.example/1");
        assert!(sign_checkpoint(&statement, &[&witness]).is_err());
        let forged = note::sign(&statement.to_string(), &[&witness]).unwrap();
        let keys = [log.verifier(), witness.verifier()];
        let refused = open_checkpoint(forged.as_bytes(), &keys).unwrap_err();
        assert!(
            matches!(refused, CheckpointError::NotTheLog { .. }),
            "{refused}"
        );
    }

    #[test]
    fn malformed_bodies_are_refused() {
        for bad in [
            "",
            "\n",
            "o\n",
            "o\n1\n",
            "\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o\n18446744073709551616\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n",
            "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n",
        ] {
            assert!(bad.parse::<Checkpoint>().is_err(), "{bad:?}");
        }
        let extended = "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nextra\n";
        assert_eq!(extended.parse::<Checkpoint>().unwrap().size, 1);
    }

    #[test]
    fn an_origin_that_would_read_differently_is_not_signed() {
        for origin in ["", "a\n9"] {
            let signer = Signer::new("log.example/1", [7; 32]).unwrap();
            assert!(sign_checkpoint(&checkpoint(origin), &[&signer]).is_err());
        }
    }
}
