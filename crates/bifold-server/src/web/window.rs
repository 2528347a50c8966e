//! Status pages, as this server shows them: the same files as on disk.

use super::report::whoever;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::window::current;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use bifold_domain::status_page::PageAudience;

/// What a page may load: its style and pictures.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);
/// What was said a moment ago has to be seen.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=15");
const CACHE_STAFF: HeaderValue = HeaderValue::from_static("private, max-age=15");

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/status/{page}", "page_status_begin", Access::Anyone, begin)
            .summary("Leads to a status page.")
            .page(),
        Route::get(
            "/status/{page}/",
            "page_status_index",
            Access::Anyone,
            index,
        )
        .summary("A status page: public, or for whoever has an account.")
        .page()
        .answers(200, Answer::Bytes("text/html")),
        Route::get(
            "/status/{page}/{*file}",
            "page_status",
            Access::Anyone,
            file,
        )
        .summary("A file of a status page.")
        .page()
        .answers(200, Answer::Bytes("text/html")),
    ]
}

async fn begin(
    State(server): State<Server>,
    headers: HeaderMap,
    Place(key): Place<String>,
) -> Result<Response> {
    answer(&server, &headers, &key, "index.html").await?;
    Ok(Redirect::permanent(&format!("/status/{key}/")).into_response())
}

async fn index(
    State(server): State<Server>,
    headers: HeaderMap,
    Place(key): Place<String>,
) -> Result<Response> {
    answer(&server, &headers, &key, "index.html").await
}

async fn file(
    State(server): State<Server>,
    headers: HeaderMap,
    Place((key, path)): Place<(String, String)>,
) -> Result<Response> {
    answer(&server, &headers, &key, &path).await
}

async fn answer(server: &Server, headers: &HeaderMap, key: &str, path: &str) -> Result<Response> {
    let none = || Error::no("status page");
    let pages = server.store.status_pages().await?;
    let found = pages.iter().find(|page| page.settings.key.as_str() == key);
    let page = found.ok_or_else(none)?;
    let is_public = page.settings.audience == PageAudience::Public;
    // To strangers a page of the staff is not there.
    if !is_public && whoever(server, headers).await?.is_none() {
        return Err(none());
    }
    let shown = current(server, page).await?;
    let file = shown.files.get(path).ok_or_else(none)?;
    let cache = if is_public { CACHE } else { CACHE_STAFF };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(file.content_type),
        ),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, cache),
    ];
    Ok((headers, file.bytes.clone()).into_response())
}
