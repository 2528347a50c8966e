//! How a page is to be shown: what the browser says of language and colours, signed in or not.

use super::locale::Locale;
use crate::error::Error;
use crate::server::Server;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

/// The settings a page is rendered under, from cookies that carry nothing secret.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    pub(crate) locale: Locale,
    /// `light`, `dark` or empty for what the system says.
    pub(crate) theme: &'static str,
    /// Whether single letters do things (WCAG 2.1.4).
    pub(crate) has_keys: bool,
    /// Path and query of the request.
    pub(crate) here: String,
}

impl Guest {
    pub(crate) fn of(headers: &HeaderMap, here: String) -> Self {
        let accepted = headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        let theme = match plain_cookie(headers, "theme") {
            Some("light") => "light",
            Some("dark") => "dark",
            _ => "",
        };
        Self {
            locale: Locale::chosen(plain_cookie(headers, "lang"), accepted),
            theme,
            has_keys: plain_cookie(headers, "keys") != Some("off"),
            here,
        }
    }
}

/// A cookie of the pages themselves; never the session.
pub(crate) fn plain_cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

impl FromRequestParts<Server> for Guest {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Error> {
        let here = parts.uri.path_and_query().map(ToString::to_string);
        Ok(Self::of(&parts.headers, here.unwrap_or_default()))
    }
}
