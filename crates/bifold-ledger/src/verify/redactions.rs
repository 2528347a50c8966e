//! Disclosures that are there, were redacted, or are missing without an explanation.
//!
//! A leaf says how many of its digests are real. Those whose disclosure is absent wait here until
//! a later redaction leaf names their digests; what still waits at the end is unexplained. Decoys
//! look like digests of absent disclosures, so a redaction that names a decoy cannot be told from
//! an honest one; one that names a digest which is not in the entry, or whose disclosure is still
//! there, can be, and is reported.

use std::collections::BTreeMap;

use super::chains::first_half;
use super::{Disclosures, Entry, Problem, Report};
use crate::disclosure::Disclosure;
use crate::hash::Hash;
use crate::leaf::Leaf;
use crate::system::{REDACTED, Redaction};

/// An entry that lacks disclosures.
#[derive(Debug)]
struct Lacking {
    /// Real disclosures that were not handed in.
    missing: u64,
    /// Of these, how many a redaction leaf explains.
    explained: u64,
    /// The first half of each digest without a disclosure, decoys included.
    open: Vec<u128>,
}

#[derive(Debug)]
pub(super) struct Redactions {
    expected: Disclosures,
    lacking: BTreeMap<u64, Lacking>,
}

impl Redactions {
    pub(super) fn new(expected: Disclosures) -> Self {
        Self {
            expected,
            lacking: BTreeMap::new(),
        }
    }

    pub(super) fn examine(&mut self, at: u64, leaf: &Leaf, entry: &Entry, report: &mut Report) {
        for problem in &entry.problems {
            report.add(Some(at), problem.clone());
        }
        let open = &entry.open;
        let matched = (leaf.digests.len() - open.len()) as u64;
        let promised = u64::from(leaf.disclosure_count);
        if matched > promised {
            report.add(
                Some(at),
                Problem::MoreThanCounted {
                    promised,
                    found: matched,
                },
            );
        }
        report.disclosures.present += matched;
        report.disclosures.decoys += leaf.digests.len() as u64 - promised;
        let missing = promised.saturating_sub(matched);
        if missing > 0 && self.expected == Disclosures::Partial {
            report.disclosures.withheld += missing;
        } else if missing > 0 {
            self.lacking.insert(
                at,
                Lacking {
                    missing,
                    explained: 0,
                    open: open.clone(),
                },
            );
        }
        if leaf.kind == REDACTED {
            self.explain(at, &entry.told, report);
        }
    }

    /// Reads what a redaction leaf says it deleted.
    fn explain(&mut self, at: u64, told: &[Disclosure], report: &mut Report) {
        let mut silent = true;
        for redaction in told.iter().filter_map(Redaction::from_disclosure) {
            silent = false;
            match redaction {
                Ok(redaction) => self.apply(at, &redaction, report),
                Err(error) => report.add(Some(at), Problem::Form(error)),
            }
        }
        if silent && self.expected == Disclosures::Complete {
            report.add(Some(at), Problem::SilentRedaction);
        }
    }

    fn apply(&mut self, at: u64, redaction: &Redaction, report: &mut Report) {
        let entry = redaction.entry;
        if entry >= at {
            report.add(Some(at), Problem::RedactsLater { entry });
            return;
        }
        report.disclosures.redactions += 1;
        match self.expected {
            // Nothing waits that could be compared; believe the redaction about its number.
            Disclosures::Partial => {
                let named = redaction.digests.len() as u64;
                let counts = &mut report.disclosures;
                let explained = named.min(counts.withheld);
                counts.withheld -= explained;
                counts.redacted += explained;
            }
            Disclosures::Complete => {
                for digest in redaction.digests.iter().filter(|d| !self.close(entry, d)) {
                    let digest = digest.chars().take(43).collect();
                    report.add(Some(at), Problem::NotRedacted { entry, digest });
                }
            }
        }
    }

    /// An explanation from outside the log.
    pub(super) fn destroyed(&mut self, entry: u64, digest: &str, report: &mut Report) {
        if !self.close(entry, digest) {
            let digest = digest.chars().take(43).collect();
            report.add(Some(entry), Problem::NotRedacted { entry, digest });
        }
    }

    /// Marks one waiting digest of an entry as explained; `false` if it does not wait.
    fn close(&mut self, entry: u64, digest: &str) -> bool {
        let Some(lacking) = self.lacking.get_mut(&entry) else {
            return false;
        };
        let Ok(hash) = Hash::from_base64url(digest) else {
            return false;
        };
        let half = first_half(&hash);
        let Some(place) = lacking.open.iter().position(|open| *open == half) else {
            return false;
        };
        lacking.open.swap_remove(place);
        lacking.explained = (lacking.explained + 1).min(lacking.missing);
        true
    }

    pub(super) fn finish(self, report: &mut Report) {
        for (at, lacking) in self.lacking {
            report.disclosures.redacted += lacking.explained;
            let missing = lacking.missing - lacking.explained;
            if missing > 0 {
                report.disclosures.unexplained += missing;
                report.add(Some(at), Problem::Unexplained { missing });
            }
        }
    }
}
