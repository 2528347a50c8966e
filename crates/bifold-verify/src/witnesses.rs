//! Which witnesses cosigned the newest checkpoint, and whether they are enough.
//!
//! That a cosignature is absent contradicts nothing: the witness may have been asked later. That a
//! known witness's cosignature is *wrong* does; then the checkpoint is refused.

use std::fmt;

use bifold_ledger::checkpoint::CheckpointError;
use bifold_ledger::cosignature::Cosignature;
use bifold_ledger::policy::{Policy, QuorumRefused, quorum_met};
use serde::{Serialize, Serializer, ser::SerializeStruct as _};
use serde_json::json;

/// The cosignatures on a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnesses {
    /// What the quorum is called: `2 of 3`, or the policy's name for it.
    pub quorum: String,
    /// Good cosignatures of known witnesses.
    pub cosignatures: Vec<Cosignature>,
    /// Why they are not enough, if they are not.
    pub missing: Option<String>,
}

impl Witnesses {
    /// Checks the cosignatures on a signed checkpoint. A wrong one is an error.
    pub(crate) fn check(note: &[u8], policy: &Policy) -> Result<Self, CheckpointError> {
        let quorum = policy.quorum_name().to_owned();
        let (cosignatures, missing) = match quorum_met(note, policy) {
            Ok(cosigned) => (cosigned, None),
            Err(QuorumRefused::Checkpoint(why)) => return Err(why),
            Err(ref refused @ QuorumRefused::Missing { ref cosigned, .. }) => {
                (cosigned.clone(), Some(refused.to_string()))
            }
        };
        Ok(Self {
            quorum,
            cosignatures,
            missing,
        })
    }

    /// Whether enough witnesses cosigned.
    pub fn is_quorum_met(&self) -> bool {
        self.missing.is_none()
    }
}

impl fmt::Display for Witnesses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for cosignature in &self.cosignatures {
            writeln!(f, "  witnessed by  {cosignature}")?;
        }
        match &self.missing {
            None => writeln!(f, "  quorum        {} met", self.quorum),
            Some(missing) => writeln!(f, "! {missing}"),
        }
    }
}

impl Serialize for Witnesses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cosignature = |found: &Cosignature| {
            json!({
                "name": found.witness.name(),
                "vkey": found.witness.to_string(),
                "time_s": found.time_s,
            })
        };
        let cosignatures: Vec<_> = self.cosignatures.iter().map(cosignature).collect();
        let mut object = serializer.serialize_struct("Witnesses", 3)?;
        object.serialize_field("quorum", &self.quorum)?;
        object.serialize_field("quorum_met", &self.is_quorum_met())?;
        object.serialize_field("cosignatures", &cosignatures)?;
        object.end()
    }
}
