//! Trust policies (c2sp.org/tlog-policy): which logs, which witnesses, and how many of them must
//! have cosigned a checkpoint.
//!
//! A policy is a text of lines: `log VKEY [URL]`, `witness NAME VKEY [URL]`,
//! `group NAME all|any|K MEMBER…` and exactly one `quorum NAME`, or `quorum none`. It refuses what
//! the draft forbids: names used before they are defined, a key or a member named twice, a second
//! quorum. It refuses texts that are not UTF-8, and policies of more than 256 names or logs.

use std::str::FromStr;

use crate::checkpoint::{CheckpointError, open_checkpoint};
use crate::cosignature::{Cosignature, WitnessKey, cosignatures};
use crate::note::Verifier;

mod read;

/// Most names (witnesses and groups), and most logs, of a policy; the draft asks for 32.
pub const MAX_NAMES: usize = 256;

/// A log that is accepted, or a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party<K> {
    /// Its public key.
    pub key: K,
    /// Where it is reached; not needed to verify anything.
    pub url: Option<String>,
}

/// Which checkpoints are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The logs. If there are none, the log must be known from elsewhere.
    pub logs: Vec<Party<Verifier>>,
    /// The witnesses.
    pub witnesses: Vec<Party<WitnessKey>>,
    /// What the quorum is called in the policy.
    quorum: String,
    rule: Rule,
}

/// When a witness or a group counts as having witnessed a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    /// It cosigned; its place in [`Policy::witnesses`].
    Witness(usize),
    /// At least so many members have witnessed it. `quorum none` is a group that needs nobody.
    Group { needed: usize, members: Vec<Rule> },
}

/// A policy that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A line is refused.
    #[error("line {line} of the policy: {why}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it, and what belongs there.
        why: String,
    },
    /// There is no quorum.
    #[error("the policy has no line `quorum NAME`; `quorum none` would need no witness")]
    NoQuorum,
    /// A quorum of nobody, or of more witnesses than there are.
    #[error("a quorum of {needed} cannot be made of {witnesses} witnesses; give 1 to {witnesses}")]
    Impossible {
        /// How many must cosign.
        needed: usize,
        /// How many witnesses there are.
        witnesses: usize,
    },
    /// The same key twice: one party would count as two.
    #[error("the key of `{0}` is given twice, and it is still one party; name it once")]
    Duplicate(String),
}

/// Why a checkpoint is not believed under a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuorumRefused {
    /// No log of the policy signed it, or a signature on it is wrong.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Too few witnesses cosigned.
    #[error(
        "the quorum `{quorum}` is missing: {} of {known} known witnesses cosigned; ask the others, \
         or wait for the next checkpoint", cosigned.len()
    )]
    Missing {
        /// What the policy calls the quorum.
        quorum: String,
        /// How many witnesses the policy knows.
        known: usize,
        /// Those that cosigned.
        cosigned: Vec<Cosignature>,
    },
}

impl Policy {
    /// `needed` of these witnesses must have cosigned; the log is known from elsewhere.
    pub fn quorum(needed: usize, keys: Vec<WitnessKey>) -> Result<Self, PolicyError> {
        let witnesses = keys.len();
        if needed == 0 || needed > witnesses {
            return Err(PolicyError::Impossible { needed, witnesses });
        }
        for (position, key) in keys.iter().enumerate() {
            if keys
                .iter()
                .skip(position + 1)
                .any(|other| other.public() == key.public())
            {
                return Err(PolicyError::Duplicate(key.name().to_owned()));
            }
        }
        let members = (0..witnesses).map(Rule::Witness).collect();
        let party = |key| Party { key, url: None };
        Ok(Self {
            logs: Vec::new(),
            witnesses: keys.into_iter().map(party).collect(),
            quorum: format!("{needed} of {witnesses}"),
            rule: Rule::Group { needed, members },
        })
    }

    /// What the quorum is called, for messages: a name of the policy, or `2 of 3`.
    pub fn quorum_name(&self) -> &str {
        &self.quorum
    }
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        read::read(text)
    }
}

impl Rule {
    fn holds(&self, cosigned: &impl Fn(usize) -> bool) -> bool {
        match self {
            Self::Witness(place) => cosigned(*place),
            Self::Group { needed, members } => {
                let witnessed = members.iter().filter(|member| member.holds(cosigned));
                witnessed.count() >= *needed
            }
        }
    }
}

/// Which witnesses of the policy cosigned the checkpoint in `note`, and when, if they are enough.
///
/// If the policy names logs, one of them must have signed; otherwise the caller checks that.
pub fn quorum_met(note: &[u8], policy: &Policy) -> Result<Vec<Cosignature>, QuorumRefused> {
    let logs: Vec<Verifier> = policy.logs.iter().map(|log| log.key.clone()).collect();
    if !logs.is_empty() {
        open_checkpoint(note, &logs)?;
    }
    let keys: Vec<WitnessKey> = policy.witnesses.iter().map(|w| w.key.clone()).collect();
    let cosigned = cosignatures(note, &keys).map_err(CheckpointError::from)?;
    let has = |place: usize| {
        let key = keys.get(place);
        cosigned.iter().any(|found| Some(&found.witness) == key)
    };
    if policy.rule.holds(&has) {
        return Ok(cosigned);
    }
    Err(QuorumRefused::Missing {
        quorum: policy.quorum.clone(),
        known: keys.len(),
        cosigned,
    })
}

#[cfg(test)]
mod tests;
