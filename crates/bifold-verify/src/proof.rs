//! Verifying one `.tlog-proof` file: is this entry in the log that signed?

use std::fmt;
use std::path::Path;

use bifold_ledger::checkpoint::Checkpoint;
use bifold_ledger::leaf::MAX_LEAF_BYTES;
use bifold_ledger::note::{MAX_NOTE_BYTES, Verifier};
use bifold_ledger::tlog_proof::{TlogProof, TlogProofError};
use serde::Serialize;

use crate::files::{self, FileError};
use crate::report::Verdict;

/// The result of verifying a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProofReport {
    /// How it ended.
    pub verdict: Verdict,
    /// The entry's index, if it is proved.
    pub index: Option<u64>,
    /// The checkpoint that vouches for it, if it is proved.
    pub checkpoint: Option<Checkpoint>,
    /// What is wrong otherwise.
    pub problem: Option<String>,
}

/// Verifies that the bytes of `leaf_file` are the entry that `proof_file` speaks of.
pub fn verify_proof(proof_file: &Path, leaf_file: &Path, keys: &[Verifier]) -> ProofReport {
    let (proof, leaf) = match (
        read(proof_file, MAX_NOTE_BYTES),
        read(leaf_file, MAX_LEAF_BYTES),
    ) {
        (Ok(proof), Ok(leaf)) => (proof, leaf),
        (Err(problem), _) | (_, Err(problem)) => return refused(Verdict::Incomplete, problem),
    };
    match prove(&proof, &leaf, keys) {
        Ok((index, checkpoint)) => ProofReport {
            verdict: Verdict::Verified,
            index: Some(index),
            checkpoint: Some(checkpoint),
            problem: None,
        },
        Err(problem) => refused(Verdict::Failed, problem.to_string()),
    }
}

fn prove(
    proof: &[u8],
    leaf: &[u8],
    keys: &[Verifier],
) -> Result<(u64, Checkpoint), TlogProofError> {
    let text = std::str::from_utf8(proof);
    let text = text.map_err(|_| TlogProofError::Malformed("it is not UTF-8"))?;
    let proof: TlogProof = text.parse()?;
    Ok((proof.index, proof.verify(leaf, keys)?))
}

fn refused(verdict: Verdict, problem: String) -> ProofReport {
    ProofReport {
        verdict,
        index: None,
        checkpoint: None,
        problem: Some(problem),
    }
}

fn read(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    files::read(path, limit as u64).map_err(|error| match error {
        FileError::Missing => format!("{} is missing", path.display()),
        FileError::Unreadable(why) => format!("{} cannot be read: {why}", path.display()),
    })
}

impl fmt::Display for ProofReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(index), Some(checkpoint)) = (self.index, &self.checkpoint) {
            let Checkpoint { origin, size, .. } = checkpoint;
            writeln!(
                f,
                "VERIFIED: this is entry {index} of {origin}, signed at {size} entries."
            )
        } else {
            let word = if self.verdict == Verdict::Failed {
                "FAILED"
            } else {
                "INCOMPLETE"
            };
            writeln!(
                f,
                "{word}: {}",
                self.problem.as_deref().unwrap_or("nothing was proved")
            )
        }
    }
}
