//! `bifold-verify`: checks an evidence bundle, a published ledger or a single proof, offline.
//!
//! Exit codes: 0 verified, 2 wrong usage or incomplete files; 1 for a bundle that failed, for too few
//! witnesses and for a time-stamp that does not hold; 6 for a ledger or a proof that failed.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use bifold_ledger::cosignature::WitnessKey;
use bifold_ledger::note::Verifier;
use bifold_ledger::policy::Policy;
use bifold_timestamp::TrustedCertificates;
use bifold_verify::{Options, Verdict, is_bundle, verify_bundle, verify_directory, verify_proof};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand};

/// Exit code for a ledger or a proof that failed.
const FAILED: u8 = 6;
/// Exit code for a bundle that failed.
const FAILED_BUNDLE: u8 = 1;

/// Verifies an evidence bundle or a published Bifold ledger offline: no network, no database,
/// nothing is written.
///
/// Exit codes: 0 verified, 2 wrong usage or incomplete files; 1 for a bundle that failed, for too few
/// witnesses and for a time-stamp that does not hold; 6 for a ledger or a proof that failed.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    log: Option<Log>,
}

#[derive(Subcommand)]
enum Command {
    /// Verifies that one entry is in a log, from a `.tlog-proof` file.
    Proof {
        /// The `.tlog-proof` file.
        file: PathBuf,
        /// File with the entry's bytes, exactly as they were stored.
        #[arg(long)]
        leaf: PathBuf,
        /// Verifier key of the log, `name+hash+base64`.
        #[arg(long, required = true)]
        vkey: Vec<Verifier>,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct Log {
    /// An evidence bundle, as a directory or an uncompressed tar archive; or a directory with
    /// `checkpoint`, `tile/` and, if there are any, `disclosures.jsonl`.
    path: PathBuf,
    /// Verifier key of the log, `name+hash+base64`, from a source you trust. Repeat it for keys
    /// that were used before, or for the log before; the first one names this log. Without it a
    /// bundle is checked with the key that lies in it.
    #[arg(long)]
    vkey: Vec<Verifier>,
    /// File with an older checkpoint that you kept. Repeat it for several.
    #[arg(long = "checkpoint", value_name = "OLD")]
    checkpoints: Vec<PathBuf>,
    /// File with the final checkpoint of the log before this one.
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// Verifier key of a witness that should have cosigned the newest checkpoint. Repeat it for
    /// several.
    #[arg(long, value_name = "VKEY")]
    witness: Vec<WitnessKey>,
    /// How many of the witnesses must have cosigned; all of them when absent.
    #[arg(long, value_name = "N", requires = "witness")]
    quorum: Option<usize>,
    /// File with a policy (c2sp.org/tlog-policy) instead: which witnesses, and how many of them.
    #[arg(long, value_name = "FILE", conflicts_with = "witness")]
    policy: Option<PathBuf>,
    /// File with certificates (PEM or DER) of time-stamp authorities that you trust: checks the
    /// time-stamps in the log's or the bundle's folder `anchors`. Repeat it for several.
    #[arg(long, value_name = "FILE")]
    tsa_roots: Vec<PathBuf>,
    /// The log must be closed.
    #[arg(long)]
    closed: bool,
    /// The disclosures given are only some of those that exist.
    #[arg(long)]
    some_disclosures: bool,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let (verdict, answer, failed) = match (cli.command, cli.log) {
        (
            Some(Command::Proof {
                file,
                leaf,
                vkey,
                json,
            }),
            _,
        ) => {
            let report = verify_proof(&file, &leaf, &vkey);
            (report.verdict, render(&report, json), FAILED)
        }
        (None, Some(log)) if is_bundle(&log.path) => {
            let (verdict, answer) = bundle(&log);
            (verdict, answer, FAILED_BUNDLE)
        }
        (None, Some(log)) if log.vkey.is_empty() => {
            let why = "a published ledger is verified with `--vkey`; give the log's verifier key";
            let mut cli = Cli::command();
            cli.error(ErrorKind::MissingRequiredArgument, why).exit()
        }
        (None, Some(log)) => {
            let (verdict, answer) = verify(log);
            (verdict, answer, FAILED)
        }
        // clap demands a path when there is no subcommand.
        (None, None) => (
            Verdict::Incomplete,
            "give a bundle or a directory; see --help\n".to_owned(),
            FAILED,
        ),
    };
    // A closed pipe changes nothing about the verdict.
    let _ = std::io::stdout().write_all(answer.as_bytes());
    ExitCode::from(match verdict {
        Verdict::Verified => 0,
        Verdict::Unwitnessed | Verdict::Unstamped => 1,
        Verdict::Failed => failed,
        Verdict::Incomplete => 2,
    })
}

fn bundle(log: &Log) -> (Verdict, String) {
    let trusted = match trusted(&log.tsa_roots) {
        Ok(trusted) => trusted,
        Err(why) => return (Verdict::Incomplete, why + "\n"),
    };
    let report = verify_bundle(&log.path, &log.vkey, trusted.as_ref());
    (report.verdict(), render(&report, log.json))
}

fn verify(log: Log) -> (Verdict, String) {
    let witnesses = match policy(&log) {
        Ok(witnesses) => witnesses,
        Err(why) => return (Verdict::Incomplete, why + "\n"),
    };
    let tsa_roots = match trusted(&log.tsa_roots) {
        Ok(trusted) => trusted,
        Err(why) => return (Verdict::Incomplete, why + "\n"),
    };
    let options = Options {
        tsa_roots,
        older_checkpoints: log.checkpoints,
        previous: log.previous,
        must_be_closed: log.closed,
        some_disclosures: log.some_disclosures,
        witnesses,
    };
    let report = verify_directory(&log.path, &log.vkey, &options);
    (report.verdict(), render(&report, log.json))
}

/// Which witnesses are asked for, if any are.
fn policy(log: &Log) -> Result<Option<Policy>, String> {
    if let Some(file) = &log.policy {
        let shown = file.display();
        let text = std::fs::read_to_string(file);
        let text = text.map_err(|why| format!("{shown} cannot be read: {why}"))?;
        let policy = text.parse().map_err(|why| format!("{shown}: {why}"))?;
        return Ok(Some(policy));
    }
    if log.witness.is_empty() {
        return Ok(None);
    }
    let needed = log.quorum.unwrap_or(log.witness.len());
    let policy = Policy::quorum(needed, log.witness.clone());
    policy.map(Some).map_err(|why| why.to_string())
}

/// The certificates through which time-stamps are believed, if that is asked.
fn trusted(files: &[PathBuf]) -> Result<Option<TrustedCertificates>, String> {
    let mut trusted = TrustedCertificates::default();
    for file in files {
        let shown = file.display();
        let bytes = std::fs::read(file).map_err(|why| format!("{shown} cannot be read: {why}"))?;
        trusted
            .add(&bytes)
            .map_err(|why| format!("{shown}: {why}"))?;
    }
    Ok((!files.is_empty()).then_some(trusted))
}

fn render(report: &(impl std::fmt::Display + serde::Serialize), json: bool) -> String {
    if !json {
        // Texts may quote what an attacker wrote into a file; a terminal must not obey it.
        let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let plain = |c: &char| *c == '\n' || !(c.is_control() || turns(*c));
        return report.to_string().chars().filter(plain).collect();
    }
    match serde_json::to_string_pretty(report) {
        Ok(text) => format!("{text}\n"),
        Err(error) => format!("the report cannot be written as JSON: {error}\n"),
    }
}
