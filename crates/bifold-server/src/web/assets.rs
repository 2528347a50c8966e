//! What browsers get besides pages: style, modules, typeface, icons. All of it is in the binary,
//! under a path that changes with the content, so that it may be kept for ever.

use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Route};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// One file, as it is and compressed.
pub(super) struct File {
    name: &'static str,
    media_type: &'static str,
    plain: &'static [u8],
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/assets/{version}/{name}",
            "page_asset",
            Access::Anyone,
            asset,
        )
        .summary("Style, modules, typeface, icons.")
        .page()
        .answers(200, Answer::Bytes("application/octet-stream")),
    ]
}

/// The address of a file of this build.
pub(crate) fn url(name: &str) -> String {
    format!("/assets/{VERSION}/{name}")
}

/// The files of a kind, by the end of their name: for preloading.
pub(crate) fn ending(end: &str) -> impl Iterator<Item = &'static str> {
    FILES
        .iter()
        .map(|f| f.name)
        .filter(move |name| name.ends_with(end))
}

/// Modules that pages do not load: browsers run them beside pages.
pub(crate) const WORKERS: [&str; 2] = ["sw.js", "push-worker.js"];

/// What a service worker needs besides: leave to answer for the whole site, and the policy that
/// it stands under itself, to fetch from here and do nothing else.
pub(crate) fn worker_headers() -> [(HeaderName, HeaderValue); 2] {
    [
        (
            HeaderName::from_static("service-worker-allowed"),
            HeaderValue::from_static("/"),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; connect-src 'self'; script-src 'self'"),
        ),
    ]
}

/// A file of this build, as it is.
pub(crate) fn bytes(name: &str) -> Result<&'static [u8]> {
    let found = FILES.iter().find(|f| f.name == name);
    found.map(|f| f.plain).ok_or(Error::NoRoute)
}

async fn asset(Place((_, name)): Place<(String, String)>, headers: HeaderMap) -> Result<Response> {
    // The version is not compared: a page of the build before still gets its style.
    let file = FILES
        .iter()
        .find(|f| f.name == name)
        .ok_or(Error::NoRoute)?;
    let takes_gzip = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.contains("gzip"));
    let media_type = HeaderValue::from_static(file.media_type);
    let mut response = match file.gzip.filter(|_| takes_gzip) {
        Some(packed) => ([(header::CONTENT_ENCODING, "gzip")], packed).into_response(),
        None => file.plain.into_response(),
    };
    let own = response.headers_mut();
    own.insert(header::CONTENT_TYPE, media_type);
    own.insert(header::CACHE_CONTROL, FOR_EVER);
    own.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if name == "sw.js" {
        own.extend(worker_headers());
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The budgets of the design: what a browser fetches once, compressed.
    #[test]
    fn style_and_modules_stay_within_their_budgets() {
        let packed = |end: &str| -> usize {
            let files = FILES.iter().filter(|f| f.name.ends_with(end));
            files.map(|f| f.gzip.unwrap_or(f.plain).len()).sum()
        };
        assert!(
            packed(".css") <= 40 * 1024,
            "{} bytes of style",
            packed(".css")
        );
        assert!(
            packed(".js") <= 60 * 1024,
            "{} bytes of modules",
            packed(".js")
        );
    }

    #[test]
    fn no_module_carries_what_the_policy_forbids() {
        let text = |f: &File| String::from_utf8_lossy(f.plain).into_owned();
        for name in ending(".js") {
            let file = FILES.iter().find(|f| f.name == name).unwrap();
            for forbidden in ["eval(", "new Function", "document.write", "outerHTML ="] {
                assert!(
                    !text(file).contains(forbidden),
                    "{}: {forbidden}",
                    file.name
                );
            }
        }
    }
}
