//! Arguments of `backup`.

use super::Where;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    #[command(subcommand)]
    pub verb: BackupVerb,
}

/// The verbs of `backup`.
#[derive(Debug, Subcommand)]
pub enum BackupVerb {
    /// Write everything that cannot be made again into one file, while the server runs.
    ///
    /// What people wrote is in it sealed. The keys are not in it: without today's key ring,
    /// `keys/disclosures.ring` in the data folder, no text of a backup can be read.
    Create {
        #[command(flatten)]
        place: Where,
        /// The file; it must not be there yet.
        file: PathBuf,
        /// Copy the bytes of evidence too, into FILE.evidence.
        #[arg(long)]
        with_evidence: bool,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Derive the ledger of a backup again, with the keys of the data folder.
    Verify {
        #[command(flatten)]
        place: Where,
        /// The backup.
        file: PathBuf,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make a new data folder out of a backup.
    Restore {
        /// The backup.
        file: PathBuf,
        /// The new data folder.
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
        /// A PostgreSQL database instead of one in the folder; it must be empty.
        #[arg(long, value_name = "URL")]
        database_url: Option<String>,
        /// Today's key ring, or a data folder: then signing key and rollback guard come along.
        #[arg(long, value_name = "PATH")]
        keys: PathBuf,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
}
