//! What can be wrong with a log, each with a sentence for people and a word for programs.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::leaf::LeafError;
use crate::system::FormError;

/// Something wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The entry; `None` if it is about the log as a whole.
    pub at: Option<u64>,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes are not a leaf.
    #[error("{0}")]
    Unreadable(LeafError),
    /// The leaf names another place.
    #[error("the leaf says it is entry {written}: entries were moved, added or removed")]
    OtherIndex {
        /// The index in the leaf.
        written: u64,
    },
    /// Time went backwards.
    #[error("its time is {micros} microseconds before that of an earlier entry")]
    TimeBackwards {
        /// By how much.
        micros: i64,
    },
    /// Two entries with one id.
    #[error("its entry id {id} was used by an earlier entry")]
    EntryIdRepeated {
        /// The id.
        id: String,
    },
    /// One operation took effect twice.
    #[error("operation {id} already had its effect earlier in the log")]
    OperationRepeated {
        /// The id.
        id: String,
    },
    /// A subject's numbering has a gap.
    #[error(
        "it is number {found} about `{subject}`, expected was {expected}: facts are missing or were added"
    )]
    ChainGap {
        /// The subject.
        subject: String,
        /// The number that should have come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// A subject's chain does not link.
    #[error(
        "number {n} about `{subject}` does not name the leaf before it: that leaf was replaced"
    )]
    ChainBroken {
        /// The subject.
        subject: String,
        /// The number of this fact.
        n: u64,
    },
    /// A disclosure that the leaf does not commit to.
    #[error(
        "a disclosure with digest {digest} was handed in, but the leaf does not commit to it: its value was altered or belongs elsewhere"
    )]
    ForeignDisclosure {
        /// Its digest.
        digest: String,
    },
    /// The same disclosure twice.
    #[error("the disclosure with digest {digest} was handed in twice")]
    RepeatedDisclosure {
        /// Its digest.
        digest: String,
    },
    /// More disclosures than the leaf counts.
    #[error("{found} disclosures fit, but the leaf counts only {promised}")]
    MoreThanCounted {
        /// The leaf's count.
        promised: u64,
        /// How many fit.
        found: u64,
    },
    /// Disclosures are gone and nothing says why.
    #[error(
        "{missing} of its disclosures are missing and no redaction explains it: they were deleted outside the procedure, or not handed in"
    )]
    Unexplained {
        /// How many.
        missing: u64,
    },
    /// A redaction that does not say what it deleted.
    #[error("the redaction does not disclose what it deleted")]
    SilentRedaction,
    /// A redaction of something that is not in the past.
    #[error("the redaction names entry {entry}, which is not before it")]
    RedactsLater {
        /// The entry it names.
        entry: u64,
    },
    /// A redaction that was not carried out, or of something that never was.
    #[error(
        "the redaction says that {digest} of entry {entry} was deleted, but it is still there, or was never part of that entry"
    )]
    NotRedacted {
        /// The entry it names.
        entry: u64,
        /// The digest it names.
        digest: String,
    },
    /// A known disclosure has an unknown form.
    #[error("{0}")]
    Form(FormError),
    /// The log does not begin with a genesis leaf.
    #[error("the log does not begin with a `ledger.genesis` leaf: its beginning is missing")]
    NoGenesis,
    /// A second beginning.
    #[error("a second `ledger.genesis` leaf stands inside the log")]
    SecondGenesis,
    /// The genesis leaf names another log before, or none.
    #[error("the genesis leaf does not continue `{}` at {} entries; it names {}", expected.origin, expected.size, describe(found.as_ref()))]
    OtherPrevious {
        /// The log that should come before.
        expected: Checkpoint,
        /// The one it names.
        found: Option<Checkpoint>,
    },
    /// An entry after the end.
    #[error("the log was closed by entry {closed}, yet this entry follows")]
    AfterClosed {
        /// The closing entry.
        closed: u64,
    },
    /// The log should be closed.
    #[error("the log does not end with a `ledger.closed` leaf")]
    NotClosed,
    /// A checkpoint of another log.
    #[error("a checkpoint speaks for `{found}`, not for `{expected}`")]
    OtherOrigin {
        /// The log being verified.
        expected: String,
        /// The log it names.
        found: String,
    },
    /// The entries do not give the signed root.
    #[error(
        "the first {size} entries have the root {found}, but {signed} was signed: at least one of them was altered, or a second history was signed"
    )]
    OtherRoot {
        /// The checkpoint's size.
        size: u64,
        /// The checkpoint's root.
        signed: Hash,
        /// The root of the entries.
        found: Hash,
    },
    /// Fewer entries than were signed.
    #[error(
        "a checkpoint promises {promised} entries, there are only {found}: the end was cut off"
    )]
    CutOff {
        /// The checkpoint's size.
        promised: u64,
        /// Entries read.
        found: u64,
    },
    /// More entries than were signed.
    #[error(
        "the newest checkpoint vouches for {head} entries, there are {found}: the rest is unsigned"
    )]
    BeyondHead {
        /// The checkpoint's size.
        head: u64,
        /// Entries read.
        found: u64,
    },
    /// A checkpoint was given after the log had passed it.
    #[error("the checkpoint at {size} entries was given too late to be compared; give it first")]
    CheckpointTooLate {
        /// The checkpoint's size.
        size: u64,
    },
}

fn describe(previous: Option<&Checkpoint>) -> String {
    previous.map_or_else(
        || "no log before it".to_owned(),
        |previous| format!("`{}` at {} entries", previous.origin, previous.size),
    )
}

impl Problem {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::OtherIndex { .. } => "other_index",
            Self::TimeBackwards { .. } => "time_backwards",
            Self::EntryIdRepeated { .. } => "entry_id_repeated",
            Self::OperationRepeated { .. } => "operation_repeated",
            Self::ChainGap { .. } => "chain_gap",
            Self::ChainBroken { .. } => "chain_broken",
            Self::ForeignDisclosure { .. } => "foreign_disclosure",
            Self::RepeatedDisclosure { .. } => "repeated_disclosure",
            Self::MoreThanCounted { .. } => "more_than_counted",
            Self::Unexplained { .. } => "unexplained",
            Self::SilentRedaction => "silent_redaction",
            Self::RedactsLater { .. } => "redacts_later",
            Self::NotRedacted { .. } => "not_redacted",
            Self::Form(_) => "form",
            Self::NoGenesis => "no_genesis",
            Self::SecondGenesis => "second_genesis",
            Self::OtherPrevious { .. } => "other_previous",
            Self::AfterClosed { .. } => "after_closed",
            Self::NotClosed => "not_closed",
            Self::OtherOrigin { .. } => "other_origin",
            Self::OtherRoot { .. } => "other_root",
            Self::CutOff { .. } => "cut_off",
            Self::BeyondHead { .. } => "beyond_head",
            Self::CheckpointTooLate { .. } => "checkpoint_too_late",
        }
    }
}

impl Finding {
    /// The sentence, fit for a terminal: it may quote what an attacker wrote into a leaf.
    fn says(&self) -> String {
        printable(&self.problem.to_string())
    }
}

/// At most 400 characters, control characters replaced.
pub(super) fn printable(text: &str) -> String {
    let replace = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    text.chars().take(400).map(replace).collect()
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "entry {at}: {}", self.says()),
            None => write!(f, "log: {}", self.says()),
        }
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Finding", 3)?;
        object.serialize_field("at", &self.at)?;
        object.serialize_field("code", self.problem.code())?;
        object.serialize_field("says", &self.says())?;
        object.end()
    }
}
