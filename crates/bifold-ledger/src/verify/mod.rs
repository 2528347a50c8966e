//! Verification of a whole log, entry by entry, from nothing but bytes.
//!
//! Everything is derived again: leaf hashes, roots at every checkpoint, indexes, times, ids, each
//! subject's own chain, each disclosure's digest, each redaction's explanation. The verifier
//! believes no number that it can compute, keeps going after a finding, and gives the same report
//! for the same input. It refuses to decide whose key signed a checkpoint (open it first, with
//! [`crate::checkpoint::open_checkpoint`]) and it cannot tell whether what people entered is true.
//!
//! Memory grows with the number of entries by about 100 bytes each, never with their size.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::checkpoint::Checkpoint;
use crate::disclosure::Disclosure;
use crate::leaf::Leaf;
use crate::system;
use crate::tree::Frontier;

mod chains;
mod entry;
mod problem;
mod redactions;
mod report;

pub use chains::Chains;
use chains::Ids;
pub use entry::Entry;
pub use problem::{Finding, Problem};
use redactions::Redactions;
pub use report::{DisclosureCounts, MAX_FINDINGS, Report};

/// What the log is expected to be.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The name every checkpoint must carry, if it is known.
    pub origin: Option<String>,
    /// The checkpoint at which the log must end, if there is one.
    pub head: Option<Checkpoint>,
    /// Whether the log must begin with a genesis leaf, and which log that must name.
    pub genesis: Genesis,
    /// Whether the log must end with a closing leaf.
    pub must_be_closed: bool,
    /// Whether all disclosures were handed in.
    pub disclosures: Disclosures,
}

/// What is expected of the first leaf.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Genesis {
    /// It must be a genesis leaf.
    #[default]
    Required,
    /// It must be a genesis leaf that names exactly this as the log before.
    Continues(Checkpoint),
    /// Anything; for logs that were not begun by Bifold.
    Any,
}

/// Whether absent disclosures mean anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Disclosures {
    /// All that still exist were handed in: one that is absent must have been redacted.
    #[default]
    Complete,
    /// Some or none were handed in; absent ones are only counted.
    Partial,
}

/// Verifies a log while it is read. Feed every entry in order, then [`LogVerifier::finish`].
#[derive(Debug)]
pub struct LogVerifier {
    policy: Policy,
    tree: Frontier,
    /// Checkpoints that the log has not reached yet.
    awaited: BTreeMap<u64, Vec<Checkpoint>>,
    entries: Ids,
    operations: Ids,
    chains: Chains,
    redactions: Redactions,
    closed_at: Option<u64>,
    report: Report,
}

impl LogVerifier {
    /// A verifier before the first entry.
    pub fn new(policy: Policy) -> Self {
        let head = policy.head.clone();
        let mut verifier = Self {
            tree: Frontier::new(),
            awaited: BTreeMap::new(),
            entries: Ids::default(),
            operations: Ids::default(),
            chains: Chains::default(),
            redactions: Redactions::new(policy.disclosures),
            closed_at: None,
            report: Report::new(policy.origin.clone()),
            policy,
        };
        if let Some(head) = head {
            verifier.checkpoint(&head);
        }
        verifier
    }

    /// A verifier of the log after one that was verified before: subjects' chains go on from
    /// where that one left them.
    pub fn continuing(policy: Policy, chains: Chains) -> Self {
        Self {
            chains,
            ..Self::new(policy)
        }
    }

    /// How many entries were fed so far.
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Adds a checkpoint that the log must agree with: an older one that somebody kept, or the
    /// newest. Give it before the log has grown past its size.
    pub fn checkpoint(&mut self, checkpoint: &Checkpoint) {
        match &self.report.origin {
            None => self.report.origin = Some(checkpoint.origin.clone()),
            Some(origin) if *origin != checkpoint.origin => {
                let (expected, found) = (origin.clone(), checkpoint.origin.clone());
                self.report
                    .add(None, Problem::OtherOrigin { expected, found });
            }
            Some(_) => {}
        }
        match checkpoint.size.cmp(&self.tree.size()) {
            Ordering::Less => {
                self.report.add(
                    None,
                    Problem::CheckpointTooLate {
                        size: checkpoint.size,
                    },
                );
            }
            Ordering::Equal => self.compare(checkpoint),
            Ordering::Greater => {
                self.awaited
                    .entry(checkpoint.size)
                    .or_default()
                    .push(checkpoint.clone());
            }
        }
    }

    /// Feeds the next entry: its stored bytes, and the disclosures one has of it.
    pub fn leaf(&mut self, bytes: &[u8], disclosures: &[&str]) {
        self.entry(&Entry::read(bytes, disclosures));
    }

    /// As [`LogVerifier::leaf`], for an entry that was read before.
    pub fn entry(&mut self, entry: &Entry) {
        let at = self.tree.size();
        match entry.leaf() {
            Ok(leaf) => self.examine(at, leaf, entry),
            Err(error) => self
                .report
                .add(Some(at), Problem::Unreadable(error.clone())),
        }
        self.tree.push(entry.hash());
        if self
            .awaited
            .first_key_value()
            .is_some_and(|(size, _)| *size == self.tree.size())
            && let Some((_, checkpoints)) = self.awaited.pop_first()
        {
            for checkpoint in checkpoints {
                self.compare(&checkpoint);
            }
        }
    }

    /// Ends the log and gives the report.
    pub fn finish(self) -> Report {
        self.finish_carrying().0
    }

    /// Ends the log and gives the report, and the chains for the log that follows.
    pub fn finish_carrying(mut self) -> (Report, Chains) {
        let size = self.tree.size();
        self.report.entries = size;
        self.report.root = self.tree.root();
        self.report.subjects = self.chains.subjects();
        self.report.closed = self.closed_at.is_some();
        for promised in self.awaited.keys() {
            self.report.add(
                None,
                Problem::CutOff {
                    promised: *promised,
                    found: size,
                },
            );
        }
        if let Some(head) = self.policy.head.as_ref().filter(|head| head.size < size) {
            self.report.add(
                None,
                Problem::BeyondHead {
                    head: head.size,
                    found: size,
                },
            );
        }
        if self.policy.must_be_closed && self.closed_at.is_none() {
            self.report.add(None, Problem::NotClosed);
        }
        if size == 0 && self.policy.genesis != Genesis::Any {
            self.report.add(None, Problem::NoGenesis);
        }
        let Self {
            redactions,
            chains,
            mut report,
            ..
        } = self;
        redactions.finish(&mut report);
        (report, chains)
    }

    /// Explains why a disclosure of an entry that was fed before is absent: its key was destroyed
    /// under a later state of the log than this one, as whoever keeps the keys knows.
    pub fn destroyed(&mut self, entry: u64, digest: &str) {
        self.redactions.destroyed(entry, digest, &mut self.report);
    }

    fn compare(&mut self, checkpoint: &Checkpoint) {
        let (size, signed, found) = (checkpoint.size, checkpoint.root, self.tree.root());
        if signed == found {
            self.report.checkpoints_confirmed += 1;
        } else {
            self.report.add(
                None,
                Problem::OtherRoot {
                    size,
                    signed,
                    found,
                },
            );
        }
    }

    /// Everything about one readable leaf except its place in the tree.
    fn examine(&mut self, at: u64, leaf: &Leaf, entry: &Entry) {
        let [entry_id, operation, subject] = entry.ids;
        self.report.not_canonical += u64::from(!entry.canonical);
        self.report.imported += u64::from(leaf.imported);
        if leaf.index != at {
            self.report.add(
                Some(at),
                Problem::OtherIndex {
                    written: leaf.index,
                },
            );
        }
        self.examine_time(at, leaf.at_micros);
        if !self.entries.insert(entry_id) {
            let id = leaf.entry_id.clone();
            self.report.add(Some(at), Problem::EntryIdRepeated { id });
        }
        match self.operations.insert_run(operation) {
            chains::Run::New => self.report.operations += 1,
            chains::Run::Continued => {}
            chains::Run::Repeated => {
                let id = leaf.operation.clone();
                self.report.add(Some(at), Problem::OperationRepeated { id });
            }
        }
        // A log that names one before it goes on with that one's subjects. Without that log at
        // hand, their first link here is taken as it is.
        let continues = leaf.kind == system::GENESIS && leaf.disclosure_count > 0;
        if at == 0 && continues && self.chains.subjects() == 0 {
            self.chains.begin_earlier();
        }
        if let Some(problem) = self.chains.extend(subject, &leaf.subject, entry.hash()) {
            self.report.add(Some(at), problem);
        }
        self.redactions.examine(at, leaf, entry, &mut self.report);
        self.examine_ends(at, &leaf.kind, &entry.told);
    }

    fn examine_time(&mut self, at: u64, at_micros: i64) {
        let previous = self.report.last_at_micros.unwrap_or(at_micros);
        if at_micros < previous {
            self.report.add(
                Some(at),
                Problem::TimeBackwards {
                    micros: previous - at_micros,
                },
            );
        }
        self.report.first_at_micros.get_or_insert(at_micros);
        self.report.last_at_micros = Some(at_micros.max(previous));
    }

    /// Genesis first and only there; nothing after the closing leaf.
    fn examine_ends(&mut self, at: u64, kind: &str, told: &[Disclosure]) {
        if let Some(closed) = self.closed_at {
            self.report.add(Some(at), Problem::AfterClosed { closed });
        }
        if kind == system::CLOSED {
            self.closed_at.get_or_insert(at);
        }
        match (at, kind == system::GENESIS) {
            (0, true) => self.examine_genesis(told),
            (0, false) if self.policy.genesis != Genesis::Any => {
                self.report.add(Some(at), Problem::NoGenesis);
            }
            (_, false) => {}
            (_, true) => self.report.add(Some(at), Problem::SecondGenesis),
        }
    }

    fn examine_genesis(&mut self, told: &[Disclosure]) {
        for disclosure in told {
            match system::previous_from_disclosure(disclosure) {
                None => {}
                Some(Ok(previous)) => self.report.previous = Some(previous),
                Some(Err(error)) => self.report.add(Some(0), Problem::Form(error)),
            }
        }
        if let Genesis::Continues(expected) = &self.policy.genesis
            && self.report.previous.as_ref() != Some(expected)
        {
            let expected = expected.clone();
            let found = self.report.previous.clone();
            self.report
                .add(Some(0), Problem::OtherPrevious { expected, found });
        }
    }
}
