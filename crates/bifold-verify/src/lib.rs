//! The offline verifier of published ledgers and of evidence bundles.
//!
//! It is for the person who does not trust us: given a directory in the layout of
//! c2sp.org/tlog-tiles and the log's verifier key, it derives everything again from the entries'
//! bytes and says what is wrong, where. Given an evidence bundle, it does the same with the part of
//! the log in it, and follows every exhibit through the rules of custody. It refuses to use a
//! network or a database, to write anything, to trust a tile it can compute, and to call a log
//! verified of which a file is missing.
//!
//! What it cannot tell: whether what people entered was true, and what happened after the newest
//! checkpoint. Keep old checkpoints and give them with every run; they show a second history. So do
//! witnesses: name their keys, and a checkpoint that too few of them cosigned is not verified. How
//! old the log is, time-stamp authorities say: give the certificates of those that you trust.
#![warn(missing_docs)]

mod bag;
mod bundle;
mod directory;
mod disclosures;
mod files;
mod finding;
mod folder;
mod proof;
mod report;
mod stamps;
mod tiles;
mod witnesses;

pub use bundle::{BundleReport, Check, Step, is_bundle, verify_bundle};
pub use directory::{Options, verify_directory};
pub use finding::{Finding, Findings, Weight};
pub use proof::{ProofReport, verify_proof};
pub use report::{MAX_PROBLEMS, Problem, Report, Verdict};
pub use stamps::{GoodStamp, Stamps, WrongStamp};
pub use witnesses::Witnesses;
