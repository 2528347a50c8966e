//! Where a way leads: an address of some kind, parsed before it is kept.
//!
//! Most addresses are secrets: whoever knows the address of a chat's hook can write there. None
//! is shown whole, and `Debug` shows none.

use crate::guard::parse_url;
use crate::push::Keys;
use crate::request::header_safe;
use bifold_domain::closed_set;
use lettre::Address;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Bytes of an address at most.
const URL_BYTES: usize = 2_000;
/// Bytes of a name or a token at most.
const NAME_BYTES: usize = 400;

closed_set! {
    /// Which kind of way.
    Kind {
        /// E-mail.
        Email = "email",
        /// ntfy.
        Ntfy = "ntfy",
        /// A hook of Slack, Mattermost, or whatever takes the same JSON.
        Chat = "chat",
        /// A workflow of Microsoft Teams.
        Teams = "teams",
        /// A room of Matrix.
        Matrix = "matrix",
        /// A browser, by Web Push.
        Push = "push",
    }
}

/// Where a way leads.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// E-mail.
    Email {
        /// The address.
        address: String,
    },
    /// ntfy.
    Ntfy {
        /// The server, such as `https://ntfy.sh`.
        server: String,
        /// The topic.
        topic: String,
        /// The access token, where the server asks for one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
    },
    /// A hook of Slack, Mattermost, or whatever takes the same JSON.
    Chat {
        /// The hook's address.
        url: String,
    },
    /// A workflow of Microsoft Teams.
    Teams {
        /// The workflow's address.
        url: String,
    },
    /// A room of Matrix.
    Matrix {
        /// The home server, such as `https://matrix.example.org`.
        server: String,
        /// The room, such as `!abc:example.org`.
        room: String,
        /// The access token of who writes there.
        token: String,
    },
    /// A browser's subscription (W3C Push API).
    Push {
        /// The push service's address for this browser.
        endpoint: String,
        /// The browser's public key, base64url (RFC 8291).
        p256dh: String,
        /// The browser's authentication secret, base64url (RFC 8291).
        auth: String,
    },
}

/// Why it cannot be an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not an e-mail address.
    #[error("this is not an e-mail address")]
    Address,
    /// Not an address of a server.
    #[error("give an address that begins with https://")]
    Url,
    /// A name or token that cannot be one.
    #[error("{0} is empty, too long or holds signs that cannot be in it")]
    Name(&'static str),
    /// The browser's keys are none.
    #[error("the keys of the browser's subscription cannot be read")]
    Keys,
}

impl Target {
    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Email { .. } => Kind::Email,
            Self::Ntfy { .. } => Kind::Ntfy,
            Self::Chat { .. } => Kind::Chat,
            Self::Teams { .. } => Kind::Teams,
            Self::Matrix { .. } => Kind::Matrix,
            Self::Push { .. } => Kind::Push,
        }
    }

    /// Refuses what cannot be an address. Whether anybody is there, a test says.
    pub fn check(&self) -> Result<(), TargetError> {
        match self {
            Self::Email { address } => {
                let parsed: Result<Address, _> = address.parse();
                parsed.map(drop).map_err(|_| TargetError::Address)
            }
            Self::Ntfy {
                server,
                topic,
                token,
            } => {
                url(server)?;
                let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
                if topic.is_empty() || topic.len() > 64 || !topic.chars().all(plain) {
                    return Err(TargetError::Name("the topic"));
                }
                token
                    .as_deref()
                    .map_or(Ok(()), |token| name(token, "the token"))
            }
            Self::Chat { url: address } | Self::Teams { url: address } => url(address),
            Self::Matrix {
                server,
                room,
                token,
            } => {
                url(server)?;
                name(token, "the token")?;
                if !room.starts_with('!') {
                    return Err(TargetError::Name("the room"));
                }
                name(room, "the room")
            }
            Self::Push {
                endpoint,
                p256dh,
                auth,
            } => {
                url(endpoint)?;
                let keys = Keys::parse(p256dh, auth);
                keys.map(drop).ok_or(TargetError::Keys)
            }
        }
    }

    /// The address that its push service gave a browser.
    pub fn endpoint(&self) -> Option<&str> {
        match self {
            Self::Push { endpoint, .. } => Some(endpoint),
            Self::Email { .. }
            | Self::Ntfy { .. }
            | Self::Chat { .. }
            | Self::Teams { .. }
            | Self::Matrix { .. } => None,
        }
    }

    /// Enough to recognise it by, and not enough to use it.
    pub fn shown(&self) -> String {
        let host = |url: &str| {
            let url = parse_url(url).ok();
            url.and_then(|url| url.host_str().map(str::to_owned))
                .unwrap_or_default()
        };
        match self {
            Self::Email { address } => address.clone(),
            Self::Ntfy { server, topic, .. } => {
                let start: String = topic.chars().take(3).collect();
                format!("{start}… · {}", host(server))
            }
            Self::Chat { url } | Self::Teams { url } => host(url),
            Self::Matrix { server, room, .. } => format!("{room} · {}", host(server)),
            Self::Push { endpoint, .. } => host(endpoint),
        }
    }
}

fn url(text: &str) -> Result<(), TargetError> {
    if text.len() > URL_BYTES {
        return Err(TargetError::Url);
    }
    parse_url(text).map(drop).map_err(|_| TargetError::Url)
}

fn name(text: &str, what: &'static str) -> Result<(), TargetError> {
    if text.is_empty() || text.len() > NAME_BYTES || !header_safe(text) {
        return Err(TargetError::Name(what));
    }
    Ok(())
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.kind().word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Target {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_address_is_checked_before_it_is_kept() {
        for (json, is_good) in [
            (r#"{"kind":"email","address":"ada@example.org"}"#, true),
            (r#"{"kind":"email","address":"ada"}"#, false),
            (r#"{"kind":"email","address":"a@b.c\r\nBcc: x@y.z"}"#, false),
            (
                r#"{"kind":"ntfy","server":"https://ntfy.sh","topic":"ops_1"}"#,
                true,
            ),
            (
                r#"{"kind":"ntfy","server":"https://ntfy.sh","topic":"a/b"}"#,
                false,
            ),
            (r#"{"kind":"ntfy","server":"ntfy.sh","topic":"ops"}"#, false),
            (
                r#"{"kind":"chat","url":"https://chat.example.org/hooks/x"}"#,
                true,
            ),
            (r#"{"kind":"chat","url":"file:///etc/passwd"}"#, false),
            (
                r#"{"kind":"chat","url":"https://user:pw@chat.example.org/"}"#,
                false,
            ),
            (r#"{"kind":"teams","url":"gopher://x"}"#, false),
            (
                r#"{"kind":"matrix","server":"https://m.example.org","room":"!r:example.org","token":"t"}"#,
                true,
            ),
            (
                r##"{"kind":"matrix","server":"https://m.example.org","room":"#r:example.org","token":"t"}"##,
                false,
            ),
            (
                r#"{"kind":"matrix","server":"https://m.example.org","room":"!r:x","token":"a\nb"}"#,
                false,
            ),
            (
                r#"{"kind":"push","endpoint":"https://push.example.org/1","p256dh":"AA","auth":"AA"}"#,
                false,
            ),
        ] {
            assert_eq!(of(json).check().is_ok(), is_good, "{json}");
        }
    }

    #[test]
    fn what_is_shown_cannot_be_used() {
        let hook = of(r#"{"kind":"chat","url":"https://chat.example.org/hooks/s3cret"}"#);
        assert_eq!(hook.shown(), "chat.example.org");
        assert!(!format!("{hook:?}").contains("s3cret"));
        let topic = of(r#"{"kind":"ntfy","server":"https://ntfy.sh","topic":"s3cret-topic"}"#);
        assert_eq!(topic.shown(), "s3c… · ntfy.sh");
    }
}
