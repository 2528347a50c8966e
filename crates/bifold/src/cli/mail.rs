//! The verbs of `mail`.

use super::Api;
use clap::{Args, Subcommand};

/// Arguments of `mail`.
#[derive(Debug, Args)]
pub struct Mail {
    /// The server; the token is that of the mailbox.
    #[command(flatten)]
    pub api: Api,
    /// The id of the mailbox among the sources, such as `src_01…`.
    #[arg(long, global = true, env = "BIFOLD_SOURCE", value_name = "ID")]
    pub source: Option<String>,
    #[command(subcommand)]
    pub verb: MailVerb,
}

/// The verbs of `mail`.
#[derive(Debug, Subcommand)]
pub enum MailVerb {
    /// Hand over the message on standard input, as the pipe of a mail server. Ends with 75 when it
    /// is to be tried again, so that the server keeps it in its queue.
    Ingest {
        /// The sender of its envelope; empty for none.
        #[arg(long, value_name = "ADDRESS")]
        sender: Option<String>,
        /// A recipient of its envelope; may be given more than once.
        #[arg(long, value_name = "ADDRESS")]
        recipient: Vec<String>,
    },
}
