//! The report on a bundle: its steps in order, what each found, and the verdict.

use std::fmt;

use bifold_ledger::checkpoint::Checkpoint;
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use crate::finding::{Findings, Weight};
use crate::report::Verdict;

/// The steps, in the order in which they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Every file is there and as it was packed.
    Bag,
    /// The log signed the checkpoint.
    Signature,
    /// The lines of the ledger can be read.
    Entries,
    /// Every entry is in the log.
    Proofs,
    /// No entry is missing from any record.
    Chains,
    /// Every value belongs to its entry, and none is missing without a reason.
    Disclosures,
    /// The evidence is what was sealed.
    Evidence,
    /// Every item went through hands as it may.
    Custody,
    /// Who else saw the checkpoint, and when.
    Anchors,
}

/// One step that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which.
    pub step: Step,
    /// What was looked at, in a sentence.
    pub says: String,
    /// What was found.
    pub findings: Findings,
}

impl Check {
    /// How the step ended.
    pub fn verdict(&self) -> Verdict {
        match self.findings.worst() {
            Some(Weight::Fault) => Verdict::Failed,
            Some(Weight::Gap) => Verdict::Incomplete,
            Some(Weight::Note) | None => Verdict::Verified,
        }
    }
}

/// The result of verifying a bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BundleReport {
    /// SHA-256 of the tag manifest: one value for all bytes of the bundle.
    pub tag_manifest_sha256: Option<String>,
    /// The checkpoint, if its signature is good.
    pub checkpoint: Option<Checkpoint>,
    /// Whether the key that checked it lay in the bundle only.
    pub is_key_from_bundle: bool,
    /// The steps.
    pub checks: Vec<Check>,
}

impl BundleReport {
    /// How the verification ended.
    pub fn verdict(&self) -> Verdict {
        let has = |verdict| self.checks.iter().any(|check| check.verdict() == verdict);
        if has(Verdict::Failed) {
            Verdict::Failed
        } else if has(Verdict::Incomplete) || self.checks.is_empty() {
            Verdict::Incomplete
        } else {
            Verdict::Verified
        }
    }

    /// All findings of a step.
    pub fn findings(&self, step: Step) -> Option<&Findings> {
        let check = self.checks.iter().find(|check| check.step == step)?;
        Some(&check.findings)
    }

    pub(super) fn add(&mut self, step: Step, says: String, findings: Findings) {
        self.checks.push(Check {
            step,
            says,
            findings,
        });
    }
}

impl fmt::Display for BundleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for check in &self.checks {
            let word = match check.verdict() {
                Verdict::Verified => "ok        ",
                Verdict::Failed | Verdict::Unwitnessed | Verdict::Unstamped => "FAILED    ",
                Verdict::Incomplete => "INCOMPLETE",
            };
            writeln!(f, "{word} {}", check.says)?;
            for finding in &check.findings.list {
                let mark = match finding.weight {
                    Weight::Fault => '!',
                    Weight::Gap => '?',
                    Weight::Note => '-',
                };
                let colon = if finding.place.is_empty() { "" } else { ": " };
                writeln!(
                    f,
                    "           {mark} {}{colon}{}",
                    finding.place, finding.says
                )?;
            }
            let all: usize = check.findings.totals.iter().sum();
            if all > check.findings.list.len() {
                let more = all - check.findings.list.len();
                writeln!(f, "           and {more} more")?;
            }
        }
        if let Some(sha256) = &self.tag_manifest_sha256 {
            writeln!(f, "SHA-256 of the tag manifest: {sha256}")?;
        }
        if self.is_key_from_bundle {
            f.write_str(
                "NOTE: the key came from the bundle itself. Whoever made up the whole bundle made \
                 up the key too: get it from the organisation and repeat with --vkey.\n",
            )?;
        }
        f.write_str(match self.verdict() {
            Verdict::Verified => {
                "VERIFIED: entries, evidence and custody are what the log signed, and whole; the \
                 documents for people are as they were packed.\n"
            }
            Verdict::Failed | Verdict::Unwitnessed | Verdict::Unstamped => {
                "FAILED: do not rely on this bundle; keep it as it is.\n"
            }
            Verdict::Incomplete => {
                "INCOMPLETE: nothing contradicts, but not all could be checked.\n"
            }
        })
    }
}

impl Serialize for BundleReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("BundleReport", 5)?;
        object.serialize_field("verdict", &self.verdict())?;
        object.serialize_field("tag_manifest_sha256", &self.tag_manifest_sha256)?;
        object.serialize_field("checkpoint", &self.checkpoint)?;
        object.serialize_field("is_key_from_bundle", &self.is_key_from_bundle)?;
        object.serialize_field("checks", &self.checks)?;
        object.end()
    }
}
