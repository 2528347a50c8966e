//! Telling people and programs, from what the store has queued: words in the reader's language,
//! sending beside requests, tests that somebody asks for.
//!
//! Nothing is sent where no [`Sender`](bifold_notify::Sender) is configured; notices then stand
//! in inboxes only.

mod run;
mod trial;
pub(crate) mod words;

pub(crate) use run::start;
pub(crate) use trial::{Trials, test_channel, test_webhook};

use crate::server::Server;
use bifold_notify::Sender;
use bifold_store::notify::Means;

/// What this server can send with.
pub(crate) fn means(sender: &Sender) -> Means {
    Means {
        mail: sender.has_mail(),
        push: sender.push_key().is_some(),
    }
}

/// What browsers subscribe with, where Web Push is set up.
pub(crate) fn push_key(server: &Server) -> Option<String> {
    server.config.sender.as_ref().and_then(|s| s.push_key())
}
