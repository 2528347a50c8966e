//! Sending by SMTP, through the operator's own mail server.

use super::{Outcome, says};
use crate::email::{From, MailError, mail};
use crate::letter::Letter;
use crate::message::Message;
use bifold_domain::At;
use lettre::address::Envelope;
use lettre::transport::smtp::Error as Failure;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use std::time::Duration;

/// How long one step of the conversation may take.
const STEP_LIMIT: Duration = Duration::from_secs(10);
/// How long the whole may take.
const WHOLE_LIMIT: Duration = Duration::from_secs(30);

/// The mail server.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: From,
}

/// A mail server that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// The address cannot be read. It is not repeated: a password may stand in it.
    #[error(
        "the mail server's address cannot be read; give one like smtps://mail.example.org or smtp://mail.example.org:587?tls=required"
    )]
    Url,
    /// The sender cannot be read.
    #[error(transparent)]
    From(#[from] MailError),
}

impl Smtp {
    /// A server by its URL (`smtps://` for TLS from the start, `smtp://…?tls=required` for
    /// STARTTLS, `smtp://` in clear), who sends, and who signs in there.
    pub fn new(
        url: &str,
        from: &str,
        credentials: Option<(String, String)>,
    ) -> Result<Self, SmtpError> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        let mut builder = builder.map_err(|_| SmtpError::Url)?;
        if let Some((user, password)) = credentials {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Self {
            transport: builder.timeout(Some(STEP_LIMIT)).build(),
            from: From::parse(from)?,
        })
    }

    /// Its own address.
    pub(super) fn from(&self) -> String {
        self.from.address()
    }

    pub(super) async fn send(&self, to: &str, message: &Message, now: At) -> Outcome {
        let mail = match mail(&self.from, to, message, now) {
            Ok(mail) => mail,
            Err(error) => return Outcome::dead(error.to_string()),
        };
        self.hand_over(mail.envelope(), &mail.formatted()).await
    }

    pub(super) async fn post(&self, letter: &Letter<'_>, now: At) -> Outcome {
        match letter.written(now) {
            Ok((envelope, bytes)) => self.hand_over(&envelope, &bytes).await,
            Err(error) => Outcome::dead(error.to_string()),
        }
    }

    async fn hand_over(&self, envelope: &Envelope, bytes: &[u8]) -> Outcome {
        let sending = self.transport.send_raw(envelope, bytes);
        match tokio::time::timeout(WHOLE_LIMIT, sending).await {
            Ok(Ok(answer)) => {
                let lines: Vec<&str> = answer.message().collect();
                let receipt = says(&format!("{} {}", answer.code(), lines.join(" ")));
                Outcome::Sent { receipt }
            }
            Ok(Err(error)) => judged(&error),
            Err(_) => Outcome::later("the mail server took longer than half a minute"),
        }
    }
}

/// Only a refusal of the mail itself or its addressee is the end of a channel. That our server
/// is away, or does not let us in, is no fault of the address.
fn judged(error: &Failure) -> Outcome {
    let code = error.status().map(u16::from);
    let mut why = error.to_string();
    if let Some(cause) = std::error::Error::source(error) {
        why = format!("{why}: {cause}");
    }
    match code {
        Some(550..=559) => Outcome::dead(says(&why)),
        _ => Outcome::later(says(&why)),
    }
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Smtp(..)")
    }
}
