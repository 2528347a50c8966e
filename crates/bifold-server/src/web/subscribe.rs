//! Subscribing to a status page: an address asks, its letter leads to a page that confirms, and
//! the same page leaves. Whoever asks learns nothing about who is told already.

use super::report::{Sent, for_everybody};
use super::{Guest, Locale};
use crate::body;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Method, Route};
use crate::server::Server;
use crate::web::frame::{Frame, see_other};
use crate::window::letters;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bifold_domain::status_page::{Slug, StatusPage};
use std::collections::BTreeSet;

const HERE: &str = "/status/{page}/subscribe";
const OWN: &str = "/status-mail/{token}";
/// What a mail program sends when its *unsubscribe* is pressed (RFC 8058).
const ONE_CLICK: &[u8] = b"List-Unsubscribe=One-Click";
/// A field that people do not see; programs that fill in everything do.
const TRAP: &str = "website";

pub(super) fn routes() -> Vec<Route> {
    let anyone = Access::Anyone;
    vec![
        Route::get(HERE, "page_subscribe", anyone, show)
            .summary("Asks to be told by mail what stands on a status page.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::new(Method::Post, HERE, "page_subscribe_send", anyone, send)
            .summary("Has a letter sent that asks for confirmation.")
            .page(),
        Route::get(OWN, "page_subscription", anyone, own)
            .summary("A subscription, for whoever has its letter.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::new(Method::Post, OWN, "page_subscription_do", anyone, change)
            .summary("Confirms a subscription, or leaves it; mail programs leave with one press.")
            .page(),
    ]
}

#[derive(Template)]
#[template(path = "subscribe.html")]
struct SubscribePage {
    f: Frame,
    page_key: String,
    page_name: String,
    components: Vec<(String, String)>,
    address: String,
    is_wrong: bool,
    is_sent: bool,
}

impl SubscribePage {
    fn of(server: &Server, guest: &Guest, page: &StatusPage) -> Self {
        let settings = &page.settings;
        let components = settings.components.iter();
        Self {
            f: Frame::new(guest, server, guest.locale.t("subscribe-title")),
            page_key: settings.key.to_string(),
            page_name: settings.name.to_string(),
            components: components
                .map(|c| (c.key.to_string(), c.name.to_string()))
                .collect(),
            address: String::new(),
            is_wrong: false,
            is_sent: false,
        }
    }
}

/// The page of this key, where letters about it can be sent.
async fn found(server: &Server, key: &str) -> Result<StatusPage> {
    let pages = server.store.status_pages().await?.into_iter();
    let mut pages = pages.filter(|page| letters::address(server, page).is_some());
    let found = pages.find(|page| page.settings.key.as_str() == key);
    found.ok_or_else(|| Error::no("status page"))
}

async fn show(
    State(server): State<Server>,
    guest: Guest,
    Place(key): Place<String>,
) -> Result<Response> {
    let page = found(&server, &key).await?;
    for_everybody(StatusCode::OK, &SubscribePage::of(&server, &guest, &page))
}

async fn send(
    State(server): State<Server>,
    Place(key): Place<String>,
    sent: Sent,
) -> Result<Response> {
    let page = found(&server, &key).await?;
    sent.brake(&server)?;
    let address = sent.get("address").trim().to_owned();
    let mut shown = SubscribePage::of(&server, &sent.guest, &page);
    if !bifold_notify::is_address(&address) {
        shown.address = address;
        shown.is_wrong = true;
        return for_everybody(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    if sent.get(TRAP).is_empty() {
        let chosen: BTreeSet<Slug> = sent
            .all("components[]")
            .into_iter()
            .filter_map(|key| Slug::parse(key).ok())
            .filter(|key| page.settings.component(key).is_some())
            .collect();
        let asked = server.store.subscribe(&page.id, &address, &chosen).await?;
        if let Some(asked) = asked {
            letters::ask(&server, &page, &asked).await?;
        }
    }
    shown.is_sent = true;
    for_everybody(StatusCode::OK, &shown)
}

#[derive(Template)]
#[template(path = "subscription.html")]
struct OwnPage {
    f: Frame,
    token: String,
    page_name: String,
    components: Vec<String>,
    /// Empty once it is left.
    address: String,
    is_confirmed: bool,
}

async fn own(
    State(server): State<Server>,
    guest: Guest,
    Place(token): Place<String>,
) -> Result<Response> {
    let page = own_page(&server, guest.locale, &guest, token).await?;
    for_everybody(StatusCode::OK, &page)
}

async fn own_page(server: &Server, l: Locale, guest: &Guest, token: String) -> Result<OwnPage> {
    let none = || Error::no("subscription");
    let id = letters::id_of(server, &token)?.ok_or_else(none)?;
    let found = server.store.subscription(&id).await?;
    let pages = server.store.status_pages().await?;
    let page = found
        .as_ref()
        .and_then(|s| pages.iter().find(|p| p.id == s.page));
    let keys = found.iter().flat_map(|s| &s.components);
    let names = keys.filter_map(|key| Some(page?.settings.component(key)?.name.to_string()));
    Ok(OwnPage {
        f: Frame::new(guest, server, l.t("subscription-title")),
        token,
        page_name: page
            .map(|p| p.settings.name.to_string())
            .unwrap_or_default(),
        components: names.collect(),
        is_confirmed: found.as_ref().is_some_and(|s| s.confirmed_at.is_some()),
        address: found.map(|s| s.address).unwrap_or_default(),
    })
}

/// Whoever has the token may: it is the only thing that is asked for, for mail programs send
/// nothing else.
async fn change(
    State(server): State<Server>,
    Place(token): Place<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    let none = || Error::no("subscription");
    let id = letters::id_of(&server, &token)?.ok_or_else(none)?;
    let bytes = body::read_any(&headers, body).await?;
    if bytes.starts_with(b"do=confirm") {
        server.store.confirm_subscription(&id).await?;
    } else if bytes.starts_with(b"do=leave") || bytes.starts_with(ONE_CLICK) {
        server.store.unsubscribe(&id).await?;
    } else {
        return Err(Error::NoRoute);
    }
    Ok(see_other(&format!("/status-mail/{token}")))
}
