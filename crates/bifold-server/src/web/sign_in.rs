//! Signing in and out. In the demonstration everybody of the made-up organisation may be anybody.

use super::fields::{Fields, is_own_path};
use super::frame::{Frame, initials, page, page_with, see_other};
use super::guest::Guest;
use super::settings::look_cookies;
use crate::api::session::{attempt, session_cookie};
use crate::auth::{cookie, from_our_own_pages};
use crate::body;
use crate::config::DemoPerson;
use crate::error::{Error, Problem, Result};
use crate::params::Params;
use crate::route::{Access, Answer, Method, Route};
use crate::server::Server;
use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bifold_store::account::Presence;
use bifold_store::personal::Preferences;
use serde::Deserialize;

pub(crate) fn routes() -> Vec<Route> {
    let html = Answer::Bytes("text/html");
    let post = |path, name, summary, handler| {
        Route::new(Method::Post, path, name, Access::Anyone, handler)
            .summary(summary)
            .page()
    };
    vec![
        Route::get("/sign-in", "page_sign_in", Access::Anyone, show)
            .summary("The page to sign in.")
            .page()
            .answers(200, html),
        Route::new(
            Method::Post,
            "/sign-in",
            "page_sign_in_send",
            Access::Anyone,
            send,
        )
        .summary("Signs in.")
        .page(),
        Route::new(
            Method::Post,
            "/sign-in/demo",
            "page_sign_in_demo",
            Access::Anyone,
            as_somebody,
        )
        .summary("Signs in as somebody of the demonstration.")
        .page(),
        post("/sign-out", "page_sign_out", "Signs out.", sign_out),
    ]
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage {
    f: Frame,
    next: String,
    email: String,
    wrong: Option<String>,
    people: Vec<(String, DemoPerson)>,
}

#[derive(Debug, Deserialize)]
struct Query {
    #[serde(default)]
    next: String,
}

async fn show(
    State(server): State<Server>,
    guest: Guest,
    Params(query): Params<Query>,
) -> Result<Response> {
    page(&template(&server, &guest, query.next, String::new(), None))
}

fn template(
    server: &Server,
    guest: &Guest,
    next: String,
    email: String,
    wrong: Option<String>,
) -> SignInPage {
    let people = server.config.demo.iter();
    SignInPage {
        f: Frame::new(guest, server, guest.locale.t("sign-in-title")),
        next: Some(next)
            .filter(|path| is_own_path(path))
            .unwrap_or_default(),
        email,
        wrong,
        people: people.map(|p| (initials(&p.name), p.clone())).collect(),
    }
}

async fn send(State(server): State<Server>, guest: Guest, request: Request) -> Result<Response> {
    let (parts, body) = request.into_parts();
    // First the body: whoever is refused before having sent all gets no answer to read.
    let bytes = body::read_any(&parts.headers, body).await?;
    from_our_own_pages(&parts.headers, &server.config)?;
    let fields = Fields::parse(&bytes)?;
    let field = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    let (email, next) = (field("email"), field("next"));
    let password = fields.raw("password").unwrap_or_default().to_owned();
    match attempt(&server, &parts, &email, password).await {
        Ok(secret) => signed_in(&server, &secret, &next).await,
        Err(error @ (Error::WrongPassword | Error::Wait { .. })) => {
            let problem = Problem::from(&error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNAUTHORIZED);
            let (said, todo) = super::failure::words(guest.locale, &problem);
            let wrong = Some(format!("{said} {todo}"));
            page_with(status, &template(&server, &guest, next, email, wrong))
        }
        Err(other) => Err(other),
    }
}

async fn signed_in(server: &Server, secret: &str, next: &str) -> Result<Response> {
    let mut response = see_other(if is_own_path(next) { next } else { "/" });
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, session_cookie(server, secret, ""));
    // Pages look as this person wants them, at whatever machine; who never said leaves them.
    if let Some(actor) = server.store.session_actor(secret, Presence::Acting).await? {
        let wanted = server.store.preferences(&actor.person).await?;
        if wanted != Preferences::default() {
            for cookie in look_cookies(&wanted) {
                headers.append(header::SET_COOKIE, cookie);
            }
        }
    }
    Ok(response)
}

async fn as_somebody(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = request.into_parts();
    // First the body: whoever is refused before having sent all gets no answer to read.
    let bytes = body::read_any(&parts.headers, body).await?;
    from_our_own_pages(&parts.headers, &server.config)?;
    let fields = Fields::parse(&bytes)?;
    let email = fields.get("email").unwrap_or_default();
    // Outside of the demonstration the list is empty, and there is no such page.
    let person = server
        .config
        .demo
        .iter()
        .find(|p| p.email == email)
        .ok_or(Error::NoRoute)?;
    let id = server
        .store
        .person_of(&person.email)
        .await?
        .ok_or(Error::NoRoute)?;
    let secret = server.store.open_session(&id).await?;
    signed_in(&server, &secret, fields.get("next").unwrap_or("/")).await
}

async fn sign_out(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = request.into_parts();
    body::discard(body).await;
    from_our_own_pages(&parts.headers, &server.config)?;
    if let Some(secret) = cookie(&parts.headers, &server.config) {
        server.store.sign_out(secret).await?;
        server.known.forget();
    }
    let mut response = see_other("/sign-in");
    let own = response.headers_mut();
    own.append(
        header::SET_COOKIE,
        session_cookie(&server, "", "; Max-Age=0"),
    );
    // The next person at this machine is not shown what this one wanted.
    for cookie in look_cookies(&Preferences::default()) {
        own.append(header::SET_COOKIE, cookie);
    }
    // Drafts and everything else this browser kept of us.
    own.insert(
        "clear-site-data",
        HeaderValue::from_static("\"storage\", \"cache\""),
    );
    Ok(response)
}
