//! The command line: `bifold <noun> <verb>`.

mod anchors;
mod backup;
mod collect;
mod evidence;
mod forecast;
mod gate;
mod incident;
mod mail;
mod notify;
mod signal;
mod storage;
mod witness;

pub use anchors::Vouching;
pub use backup::{Backup, BackupVerb};
pub use collect::Collect;
pub use evidence::{
    Acquisition, Dispose, Evidence, EvidenceVerb, Export, HandVerb, Import as EvidenceImport, List,
    NewItem, OnRequest, Release,
};
pub use forecast::{Evaluate, Forecast, ForecastVerb};
pub use gate::{Gate, GateVerb};
pub use incident::{IncidentVerb, Tell};
pub use mail::{Mail, MailVerb};
pub use notify::Telling;
pub use signal::{Icinga, Signal, SignalVerb};
pub use storage::{BucketUrl, Secret, Storage};
pub use witness::{Witness, WitnessPlace, WitnessVerb};

use crate::import;
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Incident management for ISO/IEC 20000-1 and ISO/IEC 27001 at once.
///
/// One record of an incident, two questions asked of it: is a service hurt? is information hurt?
#[derive(Debug, Parser)]
#[command(
    name = "bifold",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Say more on stderr; twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The nouns.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Found an organisation: database, ledger key, first administrator.
    Init(Init),
    /// Run the server.
    Serve(Box<Serve>),
    /// Make API tokens at the machine itself.
    Token(Token),
    /// Take over incidents from another system.
    Import(Import),
    /// Work on incidents over the API.
    Incident(Incident),
    /// Hand a message over to a mailbox: the pipe of a mail server.
    Mail(Mail),
    /// Send a signal for a source: what monitoring starts.
    Signal(Signal),
    /// Restore, and decide what waits at the preservation gate, over the API.
    Gate(Gate),
    /// Keep evidence of incidents, over the API.
    Evidence(Box<Evidence>),
    /// Collect evidence on a machine, without a server, into a sealed bundle.
    Collect(Collect),
    /// Measure how well breaches of service levels are foreseen.
    Forecast(Forecast),
    /// Verify, publish or replay the ledger.
    Ledger(Ledger),
    /// Make, check and restore backups.
    Backup(Backup),
    /// Witness the ledgers of others, and have one's own witnessed.
    Witness(Witness),
    /// Check that this installation is well.
    Doctor(Doctor),
    /// Look around in a made-up hospital, with a past and an open SEV-1.
    Demo(Demo),
}

impl Command {
    /// Whether it runs until it is told to stop, and so says in its log what it does.
    pub fn is_server(&self) -> bool {
        match self {
            Self::Serve(_) => true,
            Self::Witness(witness) => matches!(witness.verb, WitnessVerb::Serve { .. }),
            _ => false,
        }
    }
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct Where {
    /// The data folder: keys, rollback guard, blobs, and the SQLite database.
    #[arg(
        long,
        env = "BIFOLD_DATA",
        value_name = "DIR",
        default_value = "bifold-data"
    )]
    pub data: PathBuf,
    /// A PostgreSQL database instead: `postgres://USER@HOST/DATABASE`.
    #[arg(long, env = "BIFOLD_DATABASE_URL", value_name = "URL")]
    pub database_url: Option<String>,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct Init {
    #[command(flatten)]
    pub place: Where,
    /// The organisation's name.
    #[arg(long, value_name = "NAME")]
    pub org: String,
    /// The first administrator's e-mail address.
    #[arg(long, value_name = "EMAIL")]
    pub admin: String,
    /// Their name; the address when absent.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// A file with their password; without it one is made up and printed once.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The host name the ledger is known by, for ever.
    #[arg(long, value_name = "HOST", default_value = "localhost")]
    pub host: String,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    pub place: Where,
    /// The address to listen on.
    #[arg(
        long,
        env = "BIFOLD_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080"
    )]
    pub listen: SocketAddr,
    /// The address people reach it by, such as `https://incidents.example.org`. With https, cookies
    /// are sent over https only, and `/.well-known/security.txt` is served.
    #[arg(long, env = "BIFOLD_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Takes clients' addresses from the last entry of X-Forwarded-For. Only behind a proxy that
    /// sets it.
    #[arg(long, env = "BIFOLD_BEHIND_PROXY")]
    pub behind_proxy: bool,
    /// How to reach somebody who can help, such as a telephone number; said to whoever reports.
    #[arg(long, env = "BIFOLD_HELP_LINE", value_name = "TEXT")]
    pub help_line: Option<String>,
    /// How many reports one address may send in ten minutes without signing in; more have to
    /// wait. Raise it where a whole site comes from one address.
    #[arg(
        long,
        env = "BIFOLD_REPORTS_PER_TEN_MINUTES",
        value_name = "N",
        default_value_t = 30
    )]
    pub reports_per_ten_minutes: u32,
    /// Listens for syslog for a source by its name, such as `tcp://127.0.0.1:5514/Gateways`, or
    /// `tls://…` or `udp://…`; may be given several times. Without TLS and `--syslog-clients`
    /// nothing there proves who sends: keep it on a network of your own.
    #[arg(long, env = "BIFOLD_SYSLOG", value_name = "URL", value_delimiter = ',')]
    pub syslog: Vec<bifold_server::SyslogDoor>,
    #[command(flatten)]
    pub syslog_tls: SyslogFiles,
    /// The folder that public status pages are written to, for a web server of yours to show:
    /// they stay up while Bifold is down. Absent: `window` in the data folder.
    #[arg(long, env = "BIFOLD_WINDOW", value_name = "FOLDER")]
    pub window: Option<std::path::PathBuf>,
    /// A bucket of an S3-compatible service that public status pages are published to as well, as
    /// `s3://BUCKET/PREFIX`, with the access key of `--s3-access-key-id`: they stay up while all of
    /// this machine is down.
    #[arg(long, env = "BIFOLD_WINDOW_STORE", value_name = "URL")]
    pub window_store: Option<storage::BucketUrl>,
    /// The address of that service; Amazon's own when absent.
    #[arg(
        long,
        env = "BIFOLD_WINDOW_ENDPOINT",
        value_name = "URL",
        requires = "window_store"
    )]
    pub window_endpoint: Option<String>,
    /// The region that bucket is in.
    #[arg(
        long,
        env = "BIFOLD_WINDOW_REGION",
        value_name = "REGION",
        default_value = "us-east-1"
    )]
    pub window_region: String,
    /// That bucket's name is part of the service's host name instead of the path.
    #[arg(long, env = "BIFOLD_WINDOW_VIRTUAL_HOST", requires = "window_store")]
    pub window_virtual_host: bool,
    /// Take mail from a mail server on this machine, by LMTP: `tcp://127.0.0.1:2424` or
    /// `unix:/run/bifold/lmtp`. It goes to the mailboxes among the sources; may be given more than
    /// once.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "BIFOLD_LMTP",
        value_delimiter = ','
    )]
    pub lmtp: Vec<bifold_server::MailDoor>,
    #[command(flatten)]
    pub storage: Storage,
    #[command(flatten)]
    pub vouching: Vouching,
    #[command(flatten)]
    pub telling: Telling,
}

/// The files for syslog within TLS. They are read at the start.
#[derive(Debug, Args)]
pub struct SyslogFiles {
    /// The certificate shown to senders of syslog at `tls://…`, in PEM, followed by those that lead
    /// to its authority.
    #[arg(
        long,
        env = "BIFOLD_SYSLOG_CERTIFICATE",
        value_name = "FILE",
        requires = "syslog_key"
    )]
    pub syslog_certificate: Option<PathBuf>,
    /// The key of that certificate, in PEM.
    #[arg(
        long,
        env = "BIFOLD_SYSLOG_KEY",
        value_name = "FILE",
        requires = "syslog_certificate"
    )]
    pub syslog_key: Option<PathBuf>,
    /// The authorities, in PEM, of one of which a sender of syslog at `tls://…` has to have a
    /// certificate. Absent: everybody may send.
    #[arg(
        long,
        env = "BIFOLD_SYSLOG_CLIENTS",
        value_name = "FILE",
        requires = "syslog_certificate"
    )]
    pub syslog_clients: Option<PathBuf>,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    pub place: Where,
    #[command(flatten)]
    pub storage: Storage,
}

/// Arguments of `token`.
#[derive(Debug, Args)]
pub struct Token {
    #[command(subcommand)]
    pub verb: TokenVerb,
}

/// The verbs of `token`.
#[derive(Debug, Subcommand)]
pub enum TokenVerb {
    /// Make a token for a person and print it once.
    Create {
        #[command(flatten)]
        place: Where,
        /// The person's e-mail address.
        #[arg(long, value_name = "EMAIL")]
        user: String,
        /// What it is for.
        #[arg(long, default_value = "made at the command line")]
        name: String,
        /// How many days it works.
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
    },
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    pub place: Where,
    /// The format.
    #[arg(value_enum)]
    pub format: import::Format,
    /// The file; .gz is read as it is. For VERIS also a folder or a .tar.gz.
    pub file: PathBuf,
    /// What the other system is called; two systems whose ids could meet need two names.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// The IANA zone of times that name none, such as Europe/Zurich.
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// What comes first in dates like 5/2/2012.
    #[arg(long, value_enum, default_value_t)]
    pub date_order: import::DateOrder,
    /// For tables: FIELD=COLUMN, repeatable.
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub map: Vec<String>,
    /// Write every rejected row here, as JSON lines.
    #[arg(long, value_name = "FILE")]
    pub rejected: Option<PathBuf>,
    /// Answer as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `ledger`.
#[derive(Debug, Args)]
pub struct Ledger {
    #[command(subcommand)]
    pub verb: LedgerVerb,
}

/// The verbs of `ledger`.
#[derive(Debug, Subcommand)]
pub enum LedgerVerb {
    /// Derive everything again and say what is wrong and where.
    Verify {
        #[command(flatten)]
        place: Where,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the static tile log that outsiders verify, one folder a year.
    Publish {
        #[command(flatten)]
        place: Where,
        /// Where to.
        to: PathBuf,
        /// Also what the entries commit to: for auditors, never for the public.
        #[arg(long)]
        disclosures: bool,
    },
    /// List who vouches for the ledger from outside, up to where, and what waits.
    Anchors {
        #[command(flatten)]
        place: Where,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Fold every fact again and compare with the tables that people read.
    Replay {
        #[command(flatten)]
        place: Where,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The address to listen on; another port when this one is taken.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Keep the organisation in this folder instead of a temporary one, and go on with it when
    /// it is there already.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Another number gives another history.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Tell the main job step by step in the terminal instead, and end.
    #[arg(long)]
    pub story: bool,
}

/// Arguments of `incident`.
#[derive(Debug, Args)]
pub struct Incident {
    #[command(flatten)]
    pub api: Api,
    #[command(subcommand)]
    pub verb: IncidentVerb,
}

/// How to reach the server.
#[derive(Debug, Clone, Args)]
pub struct Api {
    /// The server.
    #[arg(
        long,
        global = true,
        env = "BIFOLD_URL",
        default_value = "http://127.0.0.1:8080"
    )]
    pub url: String,
    /// The API token.
    #[arg(long, global = true, env = "BIFOLD_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// A file that holds the API token.
    #[arg(long, global = true, env = "BIFOLD_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Answer as JSON.
    #[arg(long, global = true)]
    pub json: bool,
}
