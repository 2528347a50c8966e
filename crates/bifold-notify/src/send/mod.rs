//! Sending: the only part that talks to anybody.
//!
//! A sending ends within its limit in one of three outcomes. What others say is cut and freed of
//! signs that a terminal would obey before it is kept.

mod http;
mod smtp;

pub use smtp::{Smtp, SmtpError};

use crate::guard::Guard;
use crate::letter::Letter;
use crate::message::Message;
use crate::push::{Keys, PushError, VapidKey};
use crate::request::Request;
use crate::target::Target;
use crate::{chat, push};
use bifold_domain::At;

/// Characters kept of what somebody else said.
const SAYS_CHARS: usize = 200;

/// What became of a sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The next machine took it.
    Sent {
        /// What it said, such as the id it gave the message.
        receipt: String,
    },
    /// It may go well later.
    Later {
        /// Why not now.
        why: String,
        /// How long the other side asked us to wait, in microseconds.
        put_off: Option<i64>,
    },
    /// It will not go well at this address.
    Dead {
        /// Why.
        why: String,
    },
}

impl Outcome {
    pub(crate) fn dead(why: impl Into<String>) -> Self {
        Self::Dead { why: why.into() }
    }

    pub(crate) fn later(why: impl Into<String>) -> Self {
        Self::Later {
            why: why.into(),
            put_off: None,
        }
    }
}

/// How a receiver's refusal is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// A person's channel: an address that is refused is given up, and the next one is taken.
    Channel,
    /// Another program: it may be mended within days; only "gone" ends it.
    Hook,
}

/// What sending needs, from the operator.
#[derive(Debug, Default)]
pub struct Settings {
    /// Where may be sent to.
    pub guard: Guard,
    /// The mail server, where there is one.
    pub smtp: Option<Smtp>,
    /// The key for Web Push.
    pub vapid: Option<VapidKey>,
    /// How the operator of a push service reaches us: `mailto:` or `https:`.
    pub contact: String,
}

/// Sends.
#[derive(Debug)]
pub struct Sender {
    http: http::Http,
    smtp: Option<Smtp>,
    vapid: Option<VapidKey>,
    contact: String,
}

/// The client for HTTP could not be made.
#[derive(Debug, thiserror::Error)]
#[error("no client for HTTP: {0}")]
pub struct SenderError(String);

impl Sender {
    /// Makes ready; nothing is sent yet.
    pub fn new(settings: Settings) -> Result<Self, SenderError> {
        Ok(Self {
            http: http::Http::new(settings.guard).map_err(SenderError)?,
            smtp: settings.smtp,
            vapid: settings.vapid,
            contact: settings.contact,
        })
    }

    /// Whether there is a mail server.
    pub fn has_mail(&self) -> bool {
        self.smtp.is_some()
    }

    /// What browsers subscribe with, where Web Push is set up.
    pub fn push_key(&self) -> Option<String> {
        self.vapid.as_ref().map(VapidKey::public)
    }

    /// Sends a message to where a channel leads.
    pub async fn send(&self, target: &Target, message: &Message, now: At) -> Outcome {
        match target {
            Target::Email { address } => match &self.smtp {
                Some(smtp) => smtp.send(address, message, now).await,
                None => Outcome::later("no mail server is set (--smtp-url)"),
            },
            Target::Push {
                endpoint,
                p256dh,
                auth,
            } => match self.pushed(endpoint, p256dh, auth, message, now) {
                Ok(request) => self.http.send(&request, Patience::Channel).await,
                Err(error) => Outcome::dead(error.to_string()),
            },
            other => match chat::request(other, message) {
                Some(request) => self.http.send(&request, Patience::Channel).await,
                None => Outcome::dead("the address cannot be used"),
            },
        }
    }

    /// The address that our mails come from, where there is a mail server.
    pub fn mails_from(&self) -> Option<String> {
        Some(self.smtp.as_ref()?.from())
    }

    /// Posts a letter to somebody who wrote.
    pub async fn post(&self, letter: &Letter<'_>, now: At) -> Outcome {
        match &self.smtp {
            Some(smtp) => smtp.post(letter, now).await,
            None => Outcome::later("no mail server is set (--smtp-url)"),
        }
    }

    /// Tells another program.
    pub async fn tell(&self, request: &Request) -> Outcome {
        self.http.send(request, Patience::Hook).await
    }

    /// Fetches a text of the web, from checked addresses only. Redirections are followed to such;
    /// what is longer than `limit` bytes or no UTF-8 is refused.
    pub async fn fetch(&self, url: &str, limit: usize) -> Result<String, String> {
        self.http.fetch(url, limit).await
    }

    fn pushed(
        &self,
        endpoint: &str,
        p256dh: &str,
        auth: &str,
        message: &Message,
        now: At,
    ) -> Result<Request, PushError> {
        let keys = Keys::parse(p256dh, auth).ok_or(PushError::Subscription)?;
        let vapid = self.vapid.as_ref().ok_or(PushError::Key)?;
        push::request(endpoint, &keys, vapid, &self.contact, message, now)
    }
}

/// What somebody else said, as it may be kept and shown.
pub(crate) fn says(text: &str) -> String {
    let plain = text.trim().chars().filter(|c| !c.is_control());
    plain.take(SAYS_CHARS).collect()
}
