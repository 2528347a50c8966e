//! Self-contained inclusion proofs (c2sp.org/tlog-proof@v1), the file a receipt becomes.
//!
//! A `.tlog-proof` file holds index, audit path and signed checkpoint; the entry's bytes and the
//! log's verifier key come from elsewhere. Its `extra` line is not authenticated and decides
//! nothing here. A path of more than 64 hashes is refused, for no tree is that high.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{Checkpoint, CheckpointError, open_checkpoint};
use crate::hash::Hash;
use crate::note::Verifier;
use crate::proof::{ProofRefused, verify_inclusion};
use crate::tree::{leaf_hash, parse_decimal};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// The longest audit path of a tree with a 64-bit size.
pub const MAX_PATH_HASHES: usize = 64;

/// A proof that some entry is in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Opaque and *not authenticated*; useful to find the entry, never to believe anything.
    pub extra: Option<Vec<u8>>,
    /// The entry's index.
    pub index: u64,
    /// The audit path, leaf's sibling first.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint, verbatim.
    pub checkpoint: String,
}

/// A proof that cannot be read, or that does not prove.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Not in the form of the specification.
    #[error("this is not a `.tlog-proof` file ({0}); fetch the proof again")]
    Malformed(&'static str),
    /// Its checkpoint is not believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The path does not lead from the entry to the checkpoint.
    #[error(transparent)]
    Proof(#[from] ProofRefused),
}

impl TlogProof {
    /// Checks that `entry` (its bytes, as stored) is in the log that one of the keys speaks for.
    /// Gives the checkpoint that proves it.
    pub fn verify(
        &self,
        entry: &[u8],
        verifiers: &[Verifier],
    ) -> Result<Checkpoint, TlogProofError> {
        let checkpoint = open_checkpoint(self.checkpoint.as_bytes(), verifiers)?;
        let Checkpoint { size, root, .. } = &checkpoint;
        verify_inclusion(&leaf_hash(entry), self.index, *size, &self.hashes, root)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for TlogProof {
    type Err = TlogProofError;

    fn from_str(text: &str) -> Result<Self, TlogProofError> {
        use TlogProofError::Malformed;
        // The first blank line ends the proof; a later one belongs to the checkpoint.
        let (head, checkpoint) = text
            .split_once("\n\n")
            .ok_or(Malformed("there is no blank line"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(Malformed("it does not begin with c2sp.org/tlog-proof@v1"));
        }
        let mut line = lines.next();
        let mut extra = None;
        if let Some(encoded) = line.and_then(|line| line.strip_prefix("extra ")) {
            let bytes = STANDARD.decode(encoded);
            extra = Some(bytes.map_err(|_| Malformed("the extra line is not base64"))?);
            line = lines.next();
        }
        let index = line
            .and_then(|line| line.strip_prefix("index "))
            .and_then(parse_decimal);
        let index = index.ok_or(Malformed("there is no line `index N`"))?;
        let mut hashes = Vec::new();
        for line in lines {
            if hashes.len() == MAX_PATH_HASHES {
                return Err(Malformed("the path has more than 64 hashes"));
            }
            hashes.push(
                line.parse()
                    .map_err(|_| Malformed("a line of the path is not a hash"))?,
            );
        }
        Ok(Self {
            extra,
            index,
            hashes,
            checkpoint: checkpoint.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::sign_checkpoint;
    use crate::note::Signer;
    use crate::tree::Frontier;

    fn proof() -> (TlogProof, Verifier) {
        let signer = Signer::new("log.example/1", [3; 32]).unwrap();
        let mut tree = Frontier::new();
        tree.push(leaf_hash(b"zero"));
        tree.push(leaf_hash(b"one"));
        let origin = "log.example/1".to_owned();
        let checkpoint = Checkpoint {
            origin,
            size: 2,
            root: tree.root(),
        };
        let checkpoint = sign_checkpoint(&checkpoint, &[&signer]).unwrap();
        let hashes = vec![leaf_hash(b"zero")];
        (
            TlogProof {
                extra: None,
                index: 1,
                hashes,
                checkpoint,
            },
            signer.verifier(),
        )
    }

    #[test]
    fn a_proof_is_read_back_and_proves_its_entry_only() {
        let (mut proof, key) = proof();
        for extra in [None, Some(Vec::new()), Some(b"hint".to_vec())] {
            proof.extra = extra;
            let read: TlogProof = proof.to_string().parse().unwrap();
            assert_eq!(read, proof);
            assert_eq!(
                read.verify(b"one", std::slice::from_ref(&key))
                    .unwrap()
                    .size,
                2
            );
            assert!(read.verify(b"two", std::slice::from_ref(&key)).is_err());
            assert!(read.verify(b"one", &[]).is_err());
        }
    }

    #[test]
    fn a_changed_character_anywhere_is_noticed() {
        let (proof, key) = proof();
        let text = proof.to_string();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 0x01;
            let Ok(changed) = String::from_utf8(bytes) else {
                continue;
            };
            let read = changed.parse::<TlogProof>();
            let verdict = read.and_then(|read| read.verify(b"one", std::slice::from_ref(&key)));
            assert!(verdict.is_err(), "byte {at}:\n{changed}");
        }
    }

    #[test]
    fn malformed_files_are_refused() {
        let (proof, _) = proof();
        let good = proof.to_string();
        let path = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n".repeat(65);
        for bad in [
            String::new(),
            good.replace("@v1", "@v2"),
            good.replace("index 1", "index 01"),
            good.replace("index 1", "extra !\nindex 1"),
            good.replace("index 1\n", ""),
            good.replace("index 1\n", &format!("index 1\n{path}")),
            good.replace("index 1\n", "index 1\nnonsense\n"),
        ] {
            assert!(bad.parse::<TlogProof>().is_err(), "{bad}");
        }
    }
}
