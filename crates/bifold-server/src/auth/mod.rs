//! Who asks: an API token in the Authorization header, or a session cookie.
//!
//! Every route but the few marked [`Access::Anyone`] runs behind [`guard`]; without it there is
//! no [`Caller`], and without a caller no handler gets to work. A cookie alone is not enough to
//! change anything: the browser must also say that the request comes from our own pages.

mod brake;
mod known;

pub(crate) use brake::Brake;
pub(crate) use known::{Knock, Known};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::route::Access;
use crate::server::Server;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bifold_domain::{Actor, Permission, Viewer};
use bifold_store::account::Presence;
use std::sync::Arc;

/// Sent by our modules with what a page asks for by itself.
const WATCHING: HeaderName = HeaderName::from_static("x-bifold-watching");

/// The person behind a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) actor: Arc<Actor>,
}

impl Caller {
    /// What this person may see.
    pub(crate) fn viewer(&self) -> Viewer {
        self.actor.viewer()
    }

    /// Refuses unless one of the roles carries the permission.
    pub(crate) fn needs(&self, permission: Permission) -> Result<()> {
        if self.actor.may(permission) {
            Ok(())
        } else {
            Err(Error::lacks(permission))
        }
    }
}

impl FromRequestParts<Server> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self> {
        // Put there by `guard`, and by nothing else.
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(Error::SignedOut)
    }
}

/// Lets only those through whom the route's access admits.
pub(crate) async fn guard(
    State((server, access)): State<(Server, Access)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    match admit(&server, access, &parts).await {
        Ok(caller) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(error) => {
            crate::body::discard(body).await;
            error.into_response()
        }
    }
}

/// Who the headers say is asking, as they are now. An answer that lasts asks again.
pub(crate) async fn identify(server: &Server, headers: &HeaderMap) -> Result<Caller> {
    let actor = if let Some(token) = bearer(headers)? {
        server.known.token(&server.store, token).await?
    } else {
        let secret = cookie(headers, &server.config).ok_or(Error::SignedOut)?;
        let presence = presence(headers);
        server
            .known
            .session(&server.store, secret, presence)
            .await?
    };
    let actor = actor.ok_or(Error::SignedOut)?;
    Ok(Caller { actor })
}

/// Whether a person asks, or an open page by itself: for the stream of changes, or because of one.
fn presence(headers: &HeaderMap) -> Presence {
    let streams = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(b"text/event-stream"));
    if streams || headers.contains_key(WATCHING) {
        Presence::Watching
    } else {
        Presence::Acting
    }
}

async fn admit(server: &Server, access: Access, parts: &Parts) -> Result<Caller> {
    let headers = &parts.headers;
    let has_cookie = bearer(headers)?.is_none() && cookie(headers, &server.config).is_some();
    if has_cookie && !parts.method.is_safe() {
        from_our_own_pages(headers, &server.config)?;
    }
    let Caller { actor } = identify(server, headers).await?;
    if admits(access, &actor) {
        Ok(Caller { actor })
    } else {
        Err(Error::NotOpen)
    }
}

/// Whether a route of this access is open to somebody who is signed in.
pub(crate) fn admits(access: Access, actor: &Actor) -> bool {
    match access {
        Access::Anyone | Access::SignedIn | Access::Decided => true,
        Access::Needs(permission) => actor.may(permission),
        Access::Roles(roles) => roles.iter().any(|role| actor.roles.contains(role)),
    }
}

/// The API token, if the request carries an Authorization header.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    // Any other scheme is not a reason to fall back to the cookie.
    let text = value.to_str().map_err(|_| Error::SignedOut)?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(Error::SignedOut),
    }
}

/// The name of the session cookie.
pub(crate) fn cookie_name(config: &Config) -> &'static str {
    if config.insecure_cookies {
        "bifold"
    } else {
        "__Host-bifold"
    }
}

/// The session secret, if the request carries one.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, config: &Config) -> Option<&'a str> {
    let name = cookie_name(config);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// Refuses what another site made the browser send.
///
/// `Sec-Fetch-Site` says it plainly; `Origin` is compared with our own address for browsers that
/// send no such header. A request with neither does not come from a browser's page of today, and
/// then a cookie has no business in it.
pub(crate) fn from_our_own_pages(headers: &HeaderMap, config: &Config) -> Result<()> {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => return Ok(()),
        Some(_) => return Err(Error::OtherSite),
        None => {}
    }
    let origin = text("origin").ok_or(Error::OtherSite)?;
    let is_ours = if let Some(url) = &config.public_url {
        origin == url.trim_end_matches('/')
    } else {
        let host = text("host").ok_or(Error::OtherSite)?;
        origin.split_once("://").is_some_and(|(_, at)| at == host)
    };
    if is_ours {
        Ok(())
    } else {
        Err(Error::OtherSite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(rows: &[(&'static str, &'static str)]) -> HeaderMap {
        rows.iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_cookie_changes_things_only_from_our_own_pages() {
        let config = Config::default();
        for (rows, ours) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "same-site")], false),
            (
                vec![("sec-fetch-site", "cross-site"), ("origin", "https://a")],
                false,
            ),
            (vec![("origin", "https://a"), ("host", "a")], true),
            (vec![("origin", "https://a:1"), ("host", "a")], false),
            (vec![("origin", "null"), ("host", "a")], false),
            (vec![("host", "a")], false),
        ] {
            let given = from_our_own_pages(&headers(&rows), &config).is_ok();
            assert_eq!(given, ours, "{rows:?}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others_and_by_its_exact_name() {
        let config = Config::default();
        let found = |text| cookie(&headers(&[("cookie", text)]), &config).map(str::to_owned);
        assert_eq!(found("a=1; __Host-bifold=s; b=2").as_deref(), Some("s"));
        assert_eq!(found("bifold=s"), None);
    }

    #[test]
    fn another_scheme_is_not_a_token_and_does_not_fall_back_to_the_cookie() {
        assert!(bearer(&headers(&[("authorization", "Basic abc")])).is_err());
        assert_eq!(
            bearer(&headers(&[("authorization", "Bearer bfd_x")])).unwrap(),
            Some("bfd_x")
        );
        assert_eq!(bearer(&headers(&[])).unwrap(), None);
    }
}
