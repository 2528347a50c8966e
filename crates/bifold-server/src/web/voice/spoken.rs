//! A form of the confidential channel: its words, and nothing of who sent it.
//!
//! No session is looked up, no address read, no origin asked for: there is no right here that
//! another site could make a browser use, as only the code opens anything.

use crate::body;
use crate::error::{Error, Result};
use crate::server::Server;
use crate::web::fields::Fields;
use crate::web::guest::Guest;
use axum::extract::{FromRequest, FromRequestParts, Request};
use bifold_domain::{Short, Text};
use std::net::{IpAddr, Ipv4Addr};

/// The most bytes of a form.
const BODY_LIMIT_BYTES: usize = 256 * 1024;
/// What stands for every address there is: all of them together have one limit.
const EVERYBODY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// A form that somebody sent.
#[derive(Debug)]
pub(super) struct Spoken {
    pub(super) guest: Guest,
    fields: Fields,
}

impl FromRequest<Server> for Spoken {
    type Rejection = Error;

    async fn from_request(request: Request, server: &Server) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        let bytes = body::read_within(&parts.headers, body, BODY_LIMIT_BYTES).await?;
        Ok(Self {
            guest: Guest::from_request_parts(&mut parts, server).await?,
            fields: Fields::parse(&bytes)?,
        })
    }
}

/// Counts an attempt of whomever; an error when there were too many of all together.
pub(super) fn brake(server: &Server) -> Result<()> {
    let now = server.store.shell().clock.now().micros();
    match server.voices.attempt(EVERYBODY, now) {
        Some(seconds) => Err(Error::Wait { seconds }),
        None => Ok(()),
    }
}

impl Spoken {
    pub(super) fn get(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_default()
    }

    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        self.fields.all(name)
    }

    /// The id of the form, by which a second sending of it is known.
    pub(super) fn form(&self) -> Option<&str> {
        let id = self.get("_key");
        let fits = (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
        fits.then_some(id)
    }

    /// The text of a field, without the signs that no text may hold.
    pub(super) fn text(&self, name: &str) -> Result<Text> {
        let plain = |c: char| {
            if c.is_control() && !matches!(c, '\n' | '\t') {
                ' '
            } else {
                c
            }
        };
        let text: String = self.get(name).chars().map(plain).collect();
        Text::parse(&text).map_err(|why| shape(name, &why))
    }

    /// One short line; `None` where nothing is said.
    pub(super) fn short(&self, name: &str) -> Result<Option<Short>> {
        let words = self
            .get(name)
            .split(|c: char| c.is_whitespace() || c.is_control());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Ok(None);
        }
        Short::parse(&words.join(" "))
            .map(Some)
            .map_err(|why| shape(name, &why))
    }
}

pub(super) fn shape(at: &str, why: &impl std::fmt::Display) -> Error {
    Error::Shape {
        at: at.to_owned(),
        why: why.to_string(),
    }
}
