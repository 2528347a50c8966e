//! What was sent to a page that is open to everybody: who, from where, and the words.

use super::BODY_LIMIT_BYTES;
use crate::api::session::address;
use crate::auth::{Caller, from_our_own_pages, identify};
use crate::body;
use crate::error::{Error, Result};
use crate::server::Server;
use crate::web::fields::Fields;
use crate::web::form::is_fetched;
use crate::web::guest::Guest;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bifold_domain::{Short, Text, Title};
use bifold_store::OperationKey;
use sha2::{Digest, Sha256};
use std::net::{IpAddr, SocketAddr};

/// The most characters of a title made from a longer text.
const TITLE_CHARS: usize = 90;

/// A form sent by anybody.
#[derive(Debug)]
pub(in crate::web) struct Sent {
    /// Who is signed in, if somebody is.
    pub(super) caller: Option<Caller>,
    pub(in crate::web) guest: Guest,
    /// Whether a module of ours sent it and can show a part of a page.
    pub(super) is_fetched: bool,
    /// Where it came from; forgotten with the brake, and written down nowhere.
    address: IpAddr,
    digest: String,
    fields: Fields,
}

impl FromRequest<Server> for Sent {
    type Rejection = Error;

    async fn from_request(request: Request, server: &Server) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        let bytes = body::read_within(&parts.headers, body, BODY_LIMIT_BYTES).await?;
        from_our_own_pages(&parts.headers, &server.config)?;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let address = address(server, &parts.headers, peer.map(|p| p.0.ip()));
        let what = format!("{} {}\n", parts.method, parts.uri.path());
        let digest = Sha256::digest([what.as_bytes(), bytes.as_ref()].concat());
        Ok(Self {
            caller: whoever(server, &parts.headers).await?,
            guest: Guest::from_request_parts(&mut parts, server).await?,
            is_fetched: is_fetched(&parts.headers),
            address,
            digest: URL_SAFE_NO_PAD.encode(digest),
            fields: Fields::parse(&bytes)?,
        })
    }
}

/// Who is signed in, if somebody is. A session that is over is nobody's.
pub(in crate::web) async fn whoever(
    server: &Server,
    headers: &HeaderMap,
) -> Result<Option<Caller>> {
    match identify(server, headers).await {
        Ok(caller) => Ok(Some(caller)),
        Err(Error::SignedOut) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Sent {
    pub(in crate::web) fn get(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_default()
    }

    /// Every value of a field.
    pub(in crate::web) fn all(&self, name: &str) -> Vec<&str> {
        self.fields.all(name)
    }

    /// Counts the attempt of somebody who is not signed in; an error when there were too many
    /// from this address. Whole sites share one, so that those who are known do not wait for it.
    pub(in crate::web) fn brake(&self, server: &Server) -> Result<()> {
        if self.caller.is_some() {
            return Ok(());
        }
        let now = server.store.shell().clock.now().micros();
        match server.reports.attempt(self.address, now) {
            Some(seconds) => Err(Error::Wait { seconds }),
            None => Ok(()),
        }
    }

    /// The operation that this form is, however often it is sent.
    pub(super) fn key(&self) -> Option<OperationKey> {
        let id = self.get("_key");
        let fits = (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
        let scope = self.caller.as_ref().map(|c| c.actor.person.to_string());
        fits.then(|| OperationKey {
            key: format!("report:{}:{id}", scope.unwrap_or_default()),
            digest: self.digest.clone(),
        })
    }

    /// The text of a field, without the signs that no text may hold.
    pub(super) fn text(&self, name: &str) -> Result<Option<Text>> {
        let plain = |c: char| {
            if c.is_control() && !matches!(c, '\n' | '\t') {
                ' '
            } else {
                c
            }
        };
        let text: String = self.get(name).chars().map(plain).collect();
        match text.trim() {
            "" => Ok(None),
            text => Text::parse(text).map(Some).map_err(|why| shape(name, &why)),
        }
    }

    /// One short line.
    pub(super) fn short(&self, name: &str) -> Result<Option<Short>> {
        match one_line(self.get(name)).as_str() {
            "" => Ok(None),
            text => Short::parse(text)
                .map(Some)
                .map_err(|why| shape(name, &why)),
        }
    }
}

pub(super) fn shape(at: &str, why: &impl std::fmt::Display) -> Error {
    Error::Shape {
        at: at.to_owned(),
        why: why.to_string(),
    }
}

fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The first line as a title; cut at a word where it is long.
pub(in crate::web) fn title_of(text: &str) -> Result<Title> {
    let first = text.trim().lines().next().unwrap_or_default();
    let line = one_line(first);
    let title = match line.char_indices().nth(TITLE_CHARS) {
        None => line,
        Some((end, _)) => {
            let cut = line.get(..end).unwrap_or_default();
            let cut = cut.rsplit_once(' ').map_or(cut, |(words, _)| words);
            format!("{cut} …")
        }
    };
    Title::parse(&title).map_err(|why| shape("what", &why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_line_and_not_too_long() {
        let title = |text: &str| title_of(text).unwrap().to_string();
        assert_eq!(
            title("  The  printer\tsmokes \nsince noon"),
            "The printer smokes"
        );
        let long = title(&"word ".repeat(60));
        assert!(
            long.ends_with("word …") && long.chars().count() <= TITLE_CHARS + 2,
            "{long}"
        );
        // One endless word of wide signs still fits into a title.
        assert!(title(&"𝄞".repeat(500)).len() <= Title::LIMIT_BYTES);
        assert!(title_of(" \n ").is_err());
    }
}
