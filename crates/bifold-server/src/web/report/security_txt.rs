//! Where outside researchers report a weakness (RFC 9116).

use crate::error::{Error, Result};
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::web::locale::Locale;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bifold_domain::At;
use bifold_domain::time::DAY;

/// How long the answer says it holds; the standard recommends less than a year.
const HOLDS: i64 = 180 * DAY;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/.well-known/security.txt",
            "security_txt",
            Access::Anyone,
            show,
        )
        .summary("Where to report a weakness (RFC 9116), where the public address is known.")
        .page()
        .answers(200, Answer::Bytes("text/plain")),
    ]
}

async fn show(State(server): State<Server>) -> Result<Response> {
    // The standard wants https; without a public address there is nothing to say.
    let url = server.config.public_url.as_deref();
    let url = url.filter(|url| url.starts_with("https://"));
    let url = url.ok_or(Error::NoRoute)?.trim_end_matches('/');
    let text = written(url, server.store.shell().clock.now());
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

fn written(url: &str, now: At) -> String {
    let languages: Vec<&str> = Locale::all()
        .iter()
        .filter(|language| !language.is_pseudo)
        .map(|language| language.tag)
        .collect();
    // Whole days, so that the answer is the same all day.
    let expires = At::from_micros((now.micros() / DAY) * DAY).plus(HOLDS);
    format!(
        "Contact: {url}/report\nExpires: {expires}\nPreferred-Languages: {}\n\
         Canonical: {url}/.well-known/security.txt\n",
        languages.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_fields_of_the_standard() {
        let now = At::parse("2026-03-02T09:30:00Z").unwrap();
        assert_eq!(
            written("https://incidents.example.org", now),
            "Contact: https://incidents.example.org/report\n\
             Expires: 2026-08-29T00:00:00.000000Z\n\
             Preferred-Languages: en, de\n\
             Canonical: https://incidents.example.org/.well-known/security.txt\n"
        );
    }
}
