//! The body of an `add-checkpoint` request: `old SIZE`, the consistency proof with a hash a line,
//! an empty line, the signed checkpoint.
//!
//! One type for both sides: a log builds and writes it, a witness reads it. A body that was read
//! has the form of the specification, and says nothing yet about signatures or proofs.

use std::fmt;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::note::{self, NoteError, Verifier};
use crate::tree::parse_decimal;

/// Most hashes of a consistency proof, by the specification.
pub const MAX_PROOF_HASHES: usize = 63;
/// The largest request that is read, in bytes.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;
/// The content type of an answer that names the size cosigned last (409).
pub const KNOWN_SIZE_TYPE: &str = "text/x.tlog.size";

/// The request is not in the form of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an add-checkpoint request ({0}); see c2sp.org/tlog-witness")]
pub struct Malformed(pub &'static str);

/// A request to cosign a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    old_size: u64,
    proof: Vec<Hash>,
    note: String,
    checkpoint: Checkpoint,
    text_bytes: usize,
}

impl Request {
    /// A request to cosign the signed checkpoint `note`, with the proof that the tree of `old_size`
    /// entries is part of it. The proof is empty if `old_size` is 0 or that of the checkpoint.
    pub fn new(old_size: u64, proof: Vec<Hash>, note: String) -> Result<Self, Malformed> {
        if proof.len() > MAX_PROOF_HASHES {
            return Err(Malformed("the proof has more than 63 hashes"));
        }
        let (text, _) = note::read(note.as_bytes()).map_err(|error| match error {
            NoteError::Malformed(why) => Malformed(why),
            _ => Malformed("the checkpoint is not a signed note"),
        })?;
        let checkpoint = text.parse().map_err(|error| match error {
            CheckpointError::Malformed(why) => Malformed(why),
            _ => Malformed("the note is not a checkpoint"),
        })?;
        let text_bytes = text.len();
        Ok(Self {
            old_size,
            proof,
            note,
            checkpoint,
            text_bytes,
        })
    }

    /// Reads the body of a request.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        if body.len() > MAX_REQUEST_BYTES {
            return Err(Malformed("it is longer than 65,536 bytes"));
        }
        let body = std::str::from_utf8(body).map_err(|_| Malformed("it is not UTF-8"))?;
        // The first empty line ends the proof; a later one belongs to the checkpoint.
        let parts = body.split_once("\n\n");
        let (head, note) = parts.ok_or(Malformed("there is no empty line"))?;
        let mut lines = head.split('\n');
        let old_size = lines.next().and_then(|line| line.strip_prefix("old "));
        let old_size = old_size.and_then(parse_decimal);
        let old_size = old_size.ok_or(Malformed("the first line is not `old SIZE`"))?;
        let proof: Result<Vec<Hash>, _> = lines.map(str::parse).collect();
        let proof = proof.map_err(|_| Malformed("a line of the proof is not a hash"))?;
        Self::new(old_size, proof, note.to_owned())
    }

    /// The size of the tree that the proof starts from.
    pub fn old_size(&self) -> u64 {
        self.old_size
    }

    /// The consistency proof.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// What the checkpoint says. Nothing about it is verified.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The signed checkpoint, verbatim.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The checkpoint's text, extension lines and all: what is cosigned.
    pub(super) fn text(&self) -> &str {
        self.note.get(..self.text_bytes).unwrap_or_default()
    }

    /// The signature lines of these keys, each once, each with its newline.
    pub(super) fn lines_of(&self, keys: &[Verifier]) -> String {
        // It could be read in `new`, so it can be read again.
        let lines = note::read(self.note.as_bytes()).map_or(Vec::new(), |(_, lines)| lines);
        let first = |key: &Verifier| lines.iter().find(|line| key.claims(line));
        let found = keys.iter().filter_map(first);
        found.fold(String::new(), |all, line| all + line.line + "\n")
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        for hash in &self.proof {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.note)
    }
}

/// The size that a witness says it cosigned last, from the body of an answer with 409.
pub fn parse_known_size(body: &str) -> Option<u64> {
    parse_decimal(body.strip_suffix('\n')?)
}

/// Why a witness that answered 409 is not asked a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSecondTry {
    /// The witness has seen more than there is here.
    #[error(
        "the witness has seen {known} entries of this log, and here are only {size}. Publish the \
         log again; if it has no more entries, it was restored from a backup that is too old"
    )]
    Behind {
        /// What the witness cosigned last.
        known: u64,
        /// What it was asked to cosign.
        size: u64,
    },
    /// The witness cosigned another tree of this size.
    #[error(
        "the witness has cosigned ANOTHER tree of {size} entries of this log: there are two \
         histories. Keep this log as it is, and find out which one is the true one"
    )]
    SecondHistory {
        /// The size of both trees.
        size: u64,
    },
    /// The witness refuses the very size that it names.
    #[error(
        "the witness contradicts itself about the {known} entries it has seen; tell its operator"
    )]
    Contradictory {
        /// The size it names.
        known: u64,
    },
}

/// The old size to try next with a checkpoint of `size` entries, after a witness refused the one
/// tried and named the size that it cosigned last.
///
/// Ask only once more: if the answer is a conflict again, somebody else asks about the same log.
pub fn after_conflict(tried: u64, known: u64, size: u64) -> Result<u64, NoSecondTry> {
    match known {
        _ if known > size => Err(NoSecondTry::Behind { known, size }),
        _ if known != tried => Ok(known),
        _ if known == size => Err(NoSecondTry::SecondHistory { size }),
        _ => Err(NoSecondTry::Contradictory { known }),
    }
}
