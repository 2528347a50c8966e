//! The decision of a witness (c2sp.org/tlog-witness, `add-checkpoint`): may this checkpoint be
//! cosigned after the last one?
//!
//! A witness remembers for each log the last tree it cosigned, and cosigns only a tree that
//! contains that one. So two people who look at the same witness's cosignatures have seen the same
//! log. This is the pure transition; whoever serves it must make the new state durable *before* the
//! answer leaves, and let nobody else decide between reading the state and writing it.
//!
//! It refuses to go back, to cosign a second tree of the same size, and to judge a log without one
//! of the keys it was told to trust for it.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::cosignature::{CosignatureError, Cosigner, cosignatures};
use crate::hash::Hash;
use crate::note::{self, NoteError, Verifier};
use crate::proof::{ProofRefused, verify_consistency};
use crate::tree::EMPTY_ROOT;

mod request;

pub use request::{
    KNOWN_SIZE_TYPE, MAX_PROOF_HASHES, MAX_REQUEST_BYTES, Malformed, NoSecondTry, Request,
    after_conflict, parse_known_size,
};

/// What a witness remembers about a log: the last tree it cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// How many entries.
    pub size: u64,
    /// Their root.
    pub root: Hash,
    /// When it was cosigned last, in seconds since 1970.
    pub time_s: u64,
}

impl Seen {
    /// What is known of a log before anything was cosigned: the empty tree.
    pub const NOTHING: Self = Self {
        size: 0,
        root: EMPTY_ROOT,
        time_s: 0,
    };

    /// Reads a record back and checks that it is of this witness, and unchanged since: its own
    /// cosignature stands on it. Gives the origin too.
    pub fn from_record(
        record: &[u8],
        witness: &Cosigner,
    ) -> Result<(String, Self), CheckpointError> {
        let (text, _) = note::read(record)?;
        let Checkpoint { origin, size, root } = text.parse()?;
        let found = cosignatures(record, &[witness.key()])?;
        let unsigned = NoteError::Unsigned { known: 1 };
        let time_s = found.first().ok_or(unsigned)?.time_s;
        Ok((origin, Self { size, root, time_s }))
    }
}

/// A checkpoint that was cosigned. Keep `record`, then send `answer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// What is known of the log from now on.
    pub seen: Seen,
    /// The body of the answer: the cosignature line.
    pub answer: String,
    /// What is to be kept: the checkpoint with the trusted log's signatures and ours. It is a
    /// signed note, so that it can convict a log that shows another tree later.
    pub record: String,
}

/// Why a checkpoint is not cosigned, with the status code the specification gives it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 400: the request is not in the form of the specification.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// 404: no key is trusted for this log.
    #[error("the log `{origin}` is not known here; ask the operator to trust its key")]
    UnknownLog {
        /// The log.
        origin: String,
    },
    /// 403: no trusted key signed, or its signature is wrong.
    #[error("no key that is trusted for `{origin}` signed this: {why}")]
    BadSignature {
        /// The log.
        origin: String,
        /// What is wrong.
        why: NoteError,
    },
    /// 409: the old size is not the one cosigned last, or that size has another root.
    #[error("the last tree cosigned here has {known} entries; prove consistency with that one")]
    Conflict {
        /// The size cosigned last.
        known: u64,
    },
    /// 409: the size cosigned last, with another root. The log has two histories.
    #[error("another tree of {known} entries was cosigned here: the log shows two histories")]
    SecondHistory {
        /// The size cosigned last.
        known: u64,
    },
    /// 422: the tree does not provably contain the one cosigned last.
    #[error("the tree does not provably contain the last one cosigned here: {0}")]
    BadProof(#[from] ProofRefused),
    /// 500: the cosignature cannot be made.
    #[error("the checkpoint could not be cosigned: {0}")]
    NotSigned(CosignatureError),
}

impl Refusal {
    /// The HTTP status code.
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::BadSignature { .. } => 403,
            Self::UnknownLog { .. } => 404,
            Self::Conflict { .. } | Self::SecondHistory { .. } => 409,
            Self::BadProof(_) => 422,
            Self::NotSigned(_) => 500,
        }
    }

    /// The size cosigned last, which an answer with 409 consists of.
    pub fn known_size(&self) -> Option<u64> {
        match self {
            Self::Conflict { known } | Self::SecondHistory { known } => Some(*known),
            _ => None,
        }
    }
}

/// Decides about a request, given the keys trusted for its origin and what was cosigned last.
///
/// The time of the cosignature is `now_s`, or that of the last one if the clock went back: a
/// witness never says that a larger tree was the largest at an earlier time.
pub fn add_checkpoint(
    request: &Request,
    trusted: &[Verifier],
    seen: &Seen,
    witness: &Cosigner,
    now_s: u64,
) -> Result<Cosigned, Refusal> {
    let Checkpoint { origin, size, root } = request.checkpoint();
    if trusted.is_empty() {
        let origin = origin.clone();
        return Err(Refusal::UnknownLog { origin });
    }
    note::open(request.note().as_bytes(), trusted).map_err(|why| match why {
        NoteError::Malformed(why) => Refusal::Malformed(Malformed(why)),
        why => Refusal::BadSignature {
            origin: origin.clone(),
            why,
        },
    })?;
    follows(request, seen)?;
    let seen = Seen {
        size: *size,
        root: *root,
        time_s: now_s.max(seen.time_s),
    };
    let cosigned = witness.cosign(request.text(), seen.time_s);
    let answer = cosigned.map_err(Refusal::NotSigned)?;
    // Only what was verified is kept: a sender must not be able to fill the record.
    let record = format!("{}\n{}{answer}", request.text(), request.lines_of(trusted));
    Ok(Cosigned {
        seen,
        answer,
        record,
    })
}

/// Whether the tree asked about is the one seen last, grown or unchanged.
fn follows(request: &Request, seen: &Seen) -> Result<(), Refusal> {
    let Checkpoint { size, root, .. } = request.checkpoint();
    let known = seen.size;
    if request.old_size() > *size {
        return Err(Malformed("the old size is larger than that of the checkpoint").into());
    }
    if request.old_size() != known {
        return Err(Refusal::Conflict { known });
    }
    if *size == known && *root != seen.root {
        return Err(Refusal::SecondHistory { known });
    }
    let proof = request.proof();
    if known == 0 || *size == known {
        // Nothing is to be proved: the empty tree is part of every tree, and every tree of itself.
        let hashes = proof.len();
        let wrong = ProofRefused::WrongLength { hashes };
        return if hashes == 0 {
            Ok(())
        } else {
            Err(wrong.into())
        };
    }
    Ok(verify_consistency(known, *size, proof, &seen.root, root)?)
}

#[cfg(test)]
mod tests;
