//! The verbs of `signal`.

use super::Api;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `signal`.
#[derive(Debug, Args)]
pub struct Signal {
    /// The server; the token is that of the source.
    #[command(flatten)]
    pub api: Api,
    /// The id of the source, such as `src_01…`.
    #[arg(long, global = true, env = "BIFOLD_SOURCE", value_name = "ID")]
    pub source: Option<String>,
    #[command(subcommand)]
    pub verb: SignalVerb,
}

/// The verbs of `signal`.
#[derive(Debug, Subcommand)]
pub enum SignalVerb {
    /// Send a file, or standard input, as it is.
    Send {
        /// The file; standard input when absent.
        file: Option<PathBuf>,
        /// Its media type.
        #[arg(long, value_name = "TYPE", default_value = "application/json")]
        content_type: String,
    },
    /// Be the notification command of Icinga, Nagios or Naemon: the letters of Icinga's own
    /// notification scripts, each with a macro.
    Icinga(Box<Icinga>),
}

/// One notification, by the letters of Icinga's scripts.
#[derive(Debug, Args)]
pub struct Icinga {
    /// When, such as `$icinga.long_date_time$`.
    #[arg(short = 'd', value_name = "TIME")]
    pub time: Option<String>,
    /// The host, `$host.name$`.
    #[arg(short = 'l', value_name = "HOST")]
    pub host: String,
    /// What the host is called, `$host.display_name$`.
    #[arg(short = 'n', value_name = "NAME")]
    pub host_name: Option<String>,
    /// The service, `$service.name$`; none for a host.
    #[arg(short = 'e', value_name = "SERVICE")]
    pub service: Option<String>,
    /// What the service is called, `$service.display_name$`.
    #[arg(short = 'u', value_name = "NAME")]
    pub service_name: Option<String>,
    /// What the check said, `$service.output$` or `$host.output$`.
    #[arg(short = 'o', value_name = "TEXT")]
    pub output: Option<String>,
    /// The state, `$service.state$` or `$host.state$`.
    #[arg(short = 's', value_name = "STATE")]
    pub state: String,
    /// The type of the notification, `$notification.type$`.
    #[arg(short = 't', value_name = "TYPE")]
    pub kind: String,
    /// Whom Icinga would have written to; not used.
    #[arg(short = 'r', value_name = "ADDRESS")]
    pub recipient: Option<String>,
    /// The host's address, `$address$`.
    #[arg(short = '4', value_name = "ADDRESS")]
    pub address: Option<String>,
    /// Who acknowledged, `$notification.author$`.
    #[arg(short = 'b', value_name = "NAME")]
    pub author: Option<String>,
    /// What they said, `$notification.comment$`.
    #[arg(short = 'c', value_name = "TEXT")]
    pub comment: Option<String>,
}
