//! Arguments of `collect`.

use clap::Args;
use std::ffi::OsString;
use std::path::PathBuf;

/// Arguments of `collect`.
#[derive(Debug, Args)]
pub struct Collect {
    /// The folder to make; it must not be there yet.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// One line that names what is collected; the command or the first file when absent.
    #[arg(long)]
    pub title: Option<String>,
    /// By whose order, or on which legal basis.
    #[arg(long)]
    pub authority: Option<String>,
    /// How, where there is more to say than the command itself.
    #[arg(long)]
    pub method: Option<String>,
    /// Who collects; the account's name when absent.
    #[arg(long, value_name = "NAME")]
    pub collector: Option<String>,
    /// What makes them able to: training, certificate, role.
    #[arg(long)]
    pub competence: Option<String>,
    /// Where the machine stands.
    #[arg(long)]
    pub place: Option<String>,
    /// Who watches.
    #[arg(long, value_name = "NAME")]
    pub witness: Option<String>,
    /// Ask this time server how far this machine's clock is off. Nothing else goes over the
    /// network.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub ntp: Option<String>,
    /// Run the command with --version alone first, and record its first line. Only for tools known
    /// to do nothing else then.
    #[arg(long, requires = "command")]
    pub ask_version: bool,
    /// A file or folder to copy, repeatable. Symbolic links inside a folder are recorded and not
    /// followed.
    #[arg(long, value_name = "PATH")]
    pub file: Vec<PathBuf>,
    /// Answer as JSON.
    #[arg(long)]
    pub json: bool,
    /// The command to run and its arguments, after `--`.
    #[arg(last = true, value_name = "CMD", required_unless_present = "file")]
    pub command: Vec<OsString>,
}
