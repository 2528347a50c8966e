//! What a page says after something was done, and how to undo it. It travels in a cookie of some
//! seconds, so that it survives the redirect and the next click, and needs no memory here.

use super::guest::plain_cookie;
use super::locale::Locale;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// How long it is said, and how long undo is offered.
const SECONDS: u32 = 10;
/// Bytes of the cookie at most.
const LIMIT_BYTES: usize = 2_000;

/// What was done. It comes back from the browser, so nothing in it is believed: it is shown as
/// text, and undoing is a request like any other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flash {
    /// A key of the messages.
    say: String,
    /// The number of the record.
    #[serde(default)]
    about: String,
    #[serde(default)]
    undo: Option<Undo>,
}

/// The form that undoes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Undo {
    /// Where it is sent.
    pub(crate) action: String,
    /// Its fields.
    pub(crate) fields: Vec<(String, String)>,
}

impl Flash {
    pub(crate) fn new(say: impl Into<String>, about: impl Into<String>) -> Self {
        Self {
            say: say.into(),
            about: about.into(),
            undo: None,
        }
    }

    pub(crate) fn undo(mut self, undo: Option<Undo>) -> Self {
        self.undo = undo;
        self
    }

    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = plain_cookie(headers, "said")?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let mut flash: Self = serde_json::from_slice(&bytes).ok()?;
        flash.undo = flash
            .undo
            .filter(|undo| super::fields::is_own_path(&undo.action));
        Some(flash)
    }

    /// What is said.
    pub(crate) fn text(&self, l: &Locale) -> String {
        let about = self.about.as_str();
        let mut args = fluent_bundle::FluentArgs::new();
        args.set("about", about);
        l.find(&self.say, Some(&args))
            .unwrap_or_else(|| l.with("done-other", "about", about))
    }

    pub(crate) fn undoing(&self) -> Option<&Undo> {
        self.undo.as_ref()
    }

    /// Sends it along with a redirect.
    pub(crate) fn on(&self, mut response: Response) -> Response {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        let cookie = format!("said={text}; Path=/; HttpOnly; SameSite=Lax; Max-Age={SECONDS}");
        if let Some(value) = HeaderValue::from_str(&cookie)
            .ok()
            .filter(|v| v.len() <= LIMIT_BYTES)
        {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;

    fn sent(flash: &Flash) -> Option<Flash> {
        let response = flash.on(axum::http::StatusCode::OK.into_response());
        let cookie = response.headers()[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .to_owned();
        let pair = cookie.split(';').next().unwrap().to_owned();
        let headers = HeaderMap::from_iter([(header::COOKIE, pair.parse().unwrap())]);
        Flash::from_headers(&headers)
    }

    #[test]
    fn it_comes_back_whole_but_undoes_only_here() {
        let undo = |action: &str| {
            Some(Undo {
                action: action.to_owned(),
                fields: vec![("reason".into(), "x".into())],
            })
        };
        let flash = Flash::new("done-snooze", "INC-2026-0001").undo(undo("/incidents/1/do/wake"));
        assert_eq!(sent(&flash), Some(flash));
        let abroad = Flash::new("done-snooze", "").undo(undo("https://elsewhere.example/"));
        assert_eq!(sent(&abroad).unwrap().undo, None);
    }
}
