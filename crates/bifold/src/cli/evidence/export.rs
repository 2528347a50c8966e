//! Handing a record out.

use clap::Args;
use std::path::PathBuf;

/// What is handed out, to whom, and where to.
#[derive(Debug, Args)]
pub struct Export {
    /// The incident's number or id.
    #[arg(value_name = "INC")]
    pub incident: String,
    /// The file to write, such as INC-2026-0002.tar; it must not be there yet. Only you can read
    /// it.
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// A release that was carried out: its evidence goes along with its bytes, to the recipient
    /// that two people approved.
    #[arg(long, value_name = "REQ", conflicts_with_all = ["recipient", "purpose", "legal_basis"])]
    pub release: Option<String>,
    /// To whom, without a release: evidence then goes along by its hashes only.
    #[arg(long, required_unless_present = "release")]
    pub recipient: Option<String>,
    /// What for.
    #[arg(long, required_unless_present = "release")]
    pub purpose: Option<String>,
    /// On which legal basis.
    #[arg(long, value_name = "BASIS")]
    pub legal_basis: Option<String>,
    /// clear, green, amber, `amber_strict` or red: evidence with a stricter label stays out.
    #[arg(long)]
    pub tlp: Option<String>,
}
