//! What every request and every answer goes through: id, limits, headers, problem documents.

use crate::error::{Error, Problem};
use crate::server::Server;
use crate::web::{Guest, as_page, is_fetched, wants_page};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// The longest a request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest that taking in or hashing the bytes of evidence may take.
const BYTES_TIMEOUT: Duration = Duration::from_hours(2);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUEST_ID_LIMIT: usize = 64;

/// Set on every answer, unless the endpoint set it itself.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// The outermost layer. Seat and time limit are for the making of an answer: the body of one that
/// lasts, such as live changes, is sent after both and has its own limit.
pub(crate) async fn edge(State(server): State<Server>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), loggable(request.uri().path()));
    // Of the confidential channel nothing is written down, not even that somebody was there; and
    // an id that a client or a proxy made up could say who that was.
    let is_confided = is_confided(&path);
    let id = request_id(request.headers()).filter(|_| !is_confided);
    let id = id.unwrap_or_else(|| server.next_request_id());
    let reader = Reader::of(&request);
    let started = std::time::Instant::now();
    let response = match server.seats.try_acquire() {
        Ok(_seat) => match tokio::time::timeout(patience(&path), next.run(request)).await {
            Ok(response) => response,
            Err(_) => Error::TimedOut.into_response(),
        },
        Err(_) => Error::Full.into_response(),
    };
    let response = finish(&server, response, &id, &method, reader);
    let (status, micros) = (response.status().as_u16(), started.elapsed().as_micros());
    if !is_confided {
        tracing::debug!(%method, path, status, micros, request = id, "request");
    }
    response
}

/// How long the answer may take: bytes of evidence are many.
fn patience(path: &str) -> Duration {
    let ends = ["/content", "/finish", "/verify", "/bundle", "/carry-out"];
    let is_of_bytes = ends.iter().any(|end| path.ends_with(end));
    if is_of_bytes {
        BYTES_TIMEOUT
    } else {
        REQUEST_TIMEOUT
    }
}

/// Whether it is a page of the confidential channel.
fn is_confided(path: &str) -> bool {
    path == "/speak-up" || path.starts_with("/speak-up/")
}

/// The path as it may stand in a log: a receipt's code is a secret, and so is a source's token.
fn loggable(path: &str) -> String {
    const RECEIPTS: &str = "/report/received/";
    const DOORS: &str = "/in/";
    if path.starts_with(RECEIPTS) {
        format!("{RECEIPTS}…")
    } else if let Some((source, _)) = path.strip_prefix(DOORS).and_then(|p| p.split_once('/')) {
        format!("{DOORS}{source}/…")
    } else {
        path.to_owned()
    }
}

/// A panic is a defect; it ends one request and nothing else.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Error::Internal.into_response()
}

/// The client's own id for the request, if it can stand in a log.
fn request_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(&REQUEST_ID)?.to_str().ok()?;
    let fits = !text.is_empty()
        && text.len() <= REQUEST_ID_LIMIT
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    fits.then(|| text.to_owned())
}

/// Who reads the answer: a program, or a person before a page.
enum Reader {
    Program,
    Person { guest: Guest, is_part: bool },
}

impl Reader {
    fn of(request: &Request) -> Self {
        let (uri, headers) = (request.uri(), request.headers());
        if !wants_page(uri.path(), headers) {
            return Self::Program;
        }
        let here = uri.path_and_query().map(ToString::to_string);
        Self::Person {
            guest: Guest::of(headers, here.unwrap_or_default()),
            is_part: is_fetched(headers),
        }
    }
}

fn finish(
    server: &Server,
    mut response: Response,
    id: &str,
    method: &Method,
    reader: Reader,
) -> Response {
    let status = response.status();
    let problem = response.extensions_mut().remove::<Problem>();
    // What the framework refused by itself becomes a problem document too. A page has said it.
    let is_page = is_page(&response);
    let problem = problem.or_else(|| own_words(status).filter(|_| !is_page));
    if let Some(problem) = problem {
        response = match reader {
            Reader::Program => written(response, problem, id, method),
            Reader::Person { guest, is_part } => {
                let wait = response.headers_mut().remove(header::RETRY_AFTER);
                let mut page = as_page(server, &problem, id, &guest, method, is_part);
                page.headers_mut()
                    .extend(wait.map(|seconds| (header::RETRY_AFTER, seconds)));
                page
            }
        };
    }
    let headers = response.headers_mut();
    if !server.config.insecure_cookies {
        secure_cookies(headers);
    }
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
    response
}

/// No cookie travels in the clear, whoever set it.
fn secure_cookies(headers: &mut HeaderMap) {
    for cookie in headers
        .iter_mut()
        .filter(|(name, _)| *name == header::SET_COOKIE)
    {
        let text = [cookie.1.as_bytes(), b"; Secure"].concat();
        if let Ok(value) = HeaderValue::from_bytes(&text) {
            *cookie.1 = value;
        }
    }
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn own_words(status: StatusCode) -> Option<Problem> {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => Some((&Error::Method).into()),
        StatusCode::NOT_FOUND => Some((&Error::NoRoute).into()),
        status if status.is_client_error() => Some((&Error::Broken).into()),
        status if status.is_server_error() => Some((&Error::Internal).into()),
        _ => None,
    }
}

fn written(response: Response, mut problem: Problem, id: &str, method: &Method) -> Response {
    id.clone_into(&mut problem.instance);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        Body::from(serde_json::to_vec(&problem).unwrap_or_default())
    };
    Response::from_parts(parts, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cookie_is_secure_once() {
        let mut headers = HeaderMap::new();
        for cookie in ["said=x; Path=/", "lang=de; Max-Age=9"] {
            headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        secure_cookies(&mut headers);
        let all: Vec<_> = headers.get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(
            all,
            ["said=x; Path=/; Secure", "lang=de; Max-Age=9; Secure"]
        );
    }
}
