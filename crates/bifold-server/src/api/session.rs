//! Signing in with a password and out again.

use crate::auth::{cookie, cookie_name, from_our_own_pages};
use crate::body;
use crate::error::{Error, Result};
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bifold_store::account::SignIn;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const PATH: &str = "/api/v1/session";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::Post, PATH, "sign_in", Access::Anyone, sign_in)
            .summary("Signs in with a password; the answer sets the session cookie.")
            .body(Described::of::<Credentials>())
            .answers(204, Answer::Empty),
        Route::new(Method::Delete, PATH, "sign_out", Access::SignedIn, sign_out)
            .summary("Ends the session.")
            .answers(204, Answer::Empty),
    ]
}

/// An address and its password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The address.
    #[schema(max_length = 320)]
    email: String,
    /// The password.
    #[schema(max_length = 256)]
    password: String,
}

async fn sign_in(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = request.into_parts();
    let bytes = body::read(&parts.headers, body).await?;
    // Somebody must not be signed in to another's account by a foreign page.
    if parts.headers.contains_key("sec-fetch-site") || parts.headers.contains_key("origin") {
        from_our_own_pages(&parts.headers, &server.config)?;
    }
    let credentials: Credentials = body::parse(&bytes)?;
    let secret = attempt(&server, &parts, &credentials.email, credentials.password).await?;
    Ok(with_cookie(&server, &secret, ""))
}

/// Tries an address and a password; the session's secret if they are right.
pub(crate) async fn attempt(
    server: &Server,
    parts: &Parts,
    email: &str,
    password: String,
) -> Result<String> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let address = address(server, &parts.headers, peer.map(|p| p.0.ip()));
    let now = server.store.shell().clock.now().micros();
    if let Some(seconds) = server.brake.attempt(address, now) {
        return Err(Error::Wait { seconds });
    }
    if password.len() > bifold_store::account::PASSWORD_MAX_BYTES || email.len() > 320 {
        return Err(Error::WrongPassword);
    }
    match server.store.sign_in(email, password).await? {
        SignIn::Welcome { secret, .. } => Ok(secret),
        SignIn::Refused => Err(Error::WrongPassword),
        SignIn::Wait { seconds } => Err(Error::Wait { seconds }),
    }
}

async fn sign_out(State(server): State<Server>, headers: HeaderMap) -> Result<Response> {
    if let Some(secret) = cookie(&headers, &server.config) {
        server.store.sign_out(secret).await?;
        server.known.forget();
    }
    Ok(with_cookie(&server, "", "; Max-Age=0"))
}

fn with_cookie(server: &Server, secret: &str, more: &str) -> Response {
    let cookie = session_cookie(server, secret, more);
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

/// The cookie that carries a session.
pub(crate) fn session_cookie(server: &Server, secret: &str, more: &str) -> HeaderValue {
    let name = cookie_name(&server.config);
    let cookie = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax{more}");
    HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""))
}

/// The client's address; behind a proxy, the last one the proxy itself added.
pub(crate) fn address(server: &Server, headers: &HeaderMap, peer: Option<IpAddr>) -> IpAddr {
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|v| v.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    forwarded
        .filter(|_| server.config.behind_proxy)
        .or(peer)
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}
