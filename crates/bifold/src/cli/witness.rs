//! The verbs of `witness`.

use bifold_ledger::cosignature::WitnessKey;
use bifold_ledger::note::Verifier;
use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Arguments of `witness`.
#[derive(Debug, Args)]
pub struct Witness {
    #[command(subcommand)]
    pub verb: WitnessVerb,
}

/// Where the witness's own data is.
#[derive(Debug, Clone, Args)]
pub struct WitnessPlace {
    /// The witness's folder: its key, the logs it trusts, and what it cosigned last.
    #[arg(
        long,
        env = "BIFOLD_WITNESS_DATA",
        value_name = "DIR",
        default_value = "bifold-witness"
    )]
    pub data: PathBuf,
}

/// The verbs of `witness`.
#[derive(Debug, Subcommand)]
pub enum WitnessVerb {
    /// Make a witness: a folder with a key of its own.
    Init {
        #[command(flatten)]
        place: WitnessPlace,
        /// The name it cosigns under, for ever, such as `witness.example.org`.
        #[arg(long, value_name = "NAME")]
        name: String,
    },
    /// Print the witness's verifier key, for those who want to rely on it.
    Key {
        #[command(flatten)]
        place: WitnessPlace,
    },
    /// Witness a log from now on. A running witness notices by itself.
    Trust {
        #[command(flatten)]
        place: WitnessPlace,
        /// The log's verifier key, `name+hash+base64`, from its operator.
        vkey: Verifier,
        /// The log's origin, if it is not the name of its key.
        #[arg(long, value_name = "ORIGIN")]
        origin: Option<String>,
    },
    /// List the logs it trusts, and what it cosigned last of each.
    List {
        #[command(flatten)]
        place: WitnessPlace,
    },
    /// Answer requests to cosign (c2sp.org/tlog-witness) until told to stop.
    Serve {
        #[command(flatten)]
        place: WitnessPlace,
        /// The address to listen on. Put a proxy that speaks https in front of it.
        #[arg(
            long,
            env = "BIFOLD_WITNESS_LISTEN",
            value_name = "ADDRESS",
            default_value = "127.0.0.1:8090"
        )]
        listen: SocketAddr,
    },
    /// Ask a witness to cosign a published log, and keep its cosignature in the log's folder.
    Ask {
        /// Where the witness is, such as `https://witness.example.org`.
        url: String,
        /// The folder of one published log: what `ledger publish` wrote for one year.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// The witness's verifier key, from a source you trust; `witness key` prints it.
        #[arg(long)]
        vkey: WitnessKey,
    },
}
