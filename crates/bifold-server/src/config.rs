//! What the binary decides about a running server.

use crate::anchor::Anchors;
use crate::intake::mail::lmtp::MailDoor;
use crate::intake::syslog::{SyslogDoor, SyslogTls};
use bifold_notify::Sender;
use bifold_store::blob::BucketOptions;
use std::path::PathBuf;
use std::sync::Arc;

/// How the server behaves towards its surroundings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Gives out the session cookie without `Secure` and the `__Host-` prefix, for plain HTTP on
    /// loopback. Never for anything that is reached over a network.
    pub insecure_cookies: bool,
    /// The address people reach the server by, such as `https://incidents.example.org`. When it
    /// is known, only this origin may change things with a cookie.
    pub public_url: Option<String>,
    /// Takes the client's address from the last entry of `X-Forwarded-For`. Only behind a proxy
    /// that sets it: everybody else could choose their own.
    pub behind_proxy: bool,
    /// Requests worked on at the same time; more are answered 503.
    pub requests_limit: usize,
    /// Sign-ins tried from one address within a minute before it has to wait.
    pub sign_ins_per_minute: u32,
    /// Reports taken from one address within ten minutes from people who are not signed in, by
    /// the form that is open to everybody.
    pub reports_per_ten_minutes: u32,
    /// How to reach a person who can help, day and night, such as a telephone number. Said to
    /// whoever reports something.
    pub help_line: Option<String>,
    /// The people anybody may sign in as with one click and without a password. Filled by the
    /// demonstration, whose organisation is made up, and empty everywhere else.
    pub demo: Vec<DemoPerson>,
    /// Who is asked to vouch for the ledger: time-stamp authorities and witnesses.
    pub anchors: Anchors,
    /// What notices are sent with; without it they stand in inboxes only.
    pub sender: Option<Arc<Sender>>,
    /// Where syslog is listened for.
    pub syslog: Vec<SyslogDoor>,
    /// Who we are there within TLS, and whom of the senders we believe.
    pub syslog_tls: Option<SyslogTls>,
    /// The folder that public status pages are written to.
    pub window: Option<PathBuf>,
    /// The bucket that they are published to.
    pub window_bucket: Option<BucketOptions>,
    /// Where mail servers hand messages over.
    pub lmtp: Vec<MailDoor>,
}

/// Somebody of a made-up organisation whom everybody may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoPerson {
    /// The address they would sign in by.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their role, and what it lets one see, in a line.
    pub role_line: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            insecure_cookies: false,
            public_url: None,
            behind_proxy: false,
            requests_limit: 1_024,
            sign_ins_per_minute: 20,
            reports_per_ten_minutes: 30,
            help_line: None,
            demo: Vec::new(),
            anchors: Anchors::default(),
            sender: None,
            syslog: Vec::new(),
            syslog_tls: None,
            window: None,
            window_bucket: None,
            lmtp: Vec::new(),
        }
    }
}
