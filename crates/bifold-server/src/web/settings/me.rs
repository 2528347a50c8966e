//! One's own settings: language, colours, keys, password.

use super::{Around, Section, done, sent, shown};
use crate::api::directory::people::{NewPassword, change_password};
use crate::api::session::session_cookie;
use crate::error::{Error, Result};
use crate::route::{Access, Route};
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use crate::web::locale::{Language, Locale};
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bifold_domain::At;
use bifold_store::account::{PASSWORD_MIN_CHARS, SignIn, TokenRow};
use bifold_store::personal::{Preferences, Theme};

/// How long a browser remembers how pages look.
const COOKIE_SECONDS: u32 = 365 * 24 * 3_600;
const HERE: &str = "/settings/me";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_me", Access::SignedIn, show)
            .summary("Language, colours, keys, password and tokens of your own."),
        sent(
            "/settings/me/look",
            "page_settings_look",
            Access::SignedIn,
            look,
        )
        .summary("Keeps how you want the pages."),
        sent(
            "/settings/me/password",
            "page_settings_password",
            Access::SignedIn,
            password,
        )
        .summary("Changes your own password."),
    ]
}

#[derive(Template)]
#[template(path = "settings-me.html")]
struct MePage {
    f: Frame,
    sections: Vec<Section>,
    wanted: Preferences,
    languages: Vec<&'static Language>,
    themes: [Theme; 3],
    email: String,
    min_chars: usize,
    tokens: Vec<Token>,
}

/// An API token as listed.
struct Token {
    id: String,
    name: String,
    made: At,
    end: Option<At>,
    is_revoked: bool,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            made: At::from_micros(row.created_at),
            end: row.expires_at.map(At::from_micros),
            is_revoked: row.revoked,
        }
    }
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let me = &visit.caller.actor.person;
    let directory = server.store.directory().await?;
    let email = directory.people.get(me).map(|p| p.email.shown());
    // The newest first.
    let tokens = server.store.tokens(me).await?.into_iter().rev();
    let around = Around::of(&server, &visit, "me").await?;
    page(&MePage {
        f: around.f,
        sections: around.sections,
        wanted: server.store.preferences(me).await?,
        languages: languages(&server).collect(),
        themes: Theme::ALL,
        email: email.unwrap_or_default(),
        min_chars: PASSWORD_MIN_CHARS,
        tokens: tokens.map(Into::into).collect(),
    })
}

/// Those one may choose; the ones for tests only where everything is made up.
fn languages(server: &Server) -> impl Iterator<Item = &'static Language> {
    let is_demo = !server.config.demo.is_empty();
    Locale::all()
        .iter()
        .filter(move |language| is_demo || !language.is_pseudo)
}

async fn look(State(server): State<Server>, form: Form) -> Result<Response> {
    let me = &form.caller.actor.person;
    let mut wanted = server.store.preferences(me).await?;
    let language = form.get("language");
    if let Some(tag) = language
        && !languages(&server).any(|language| language.tag == tag)
    {
        return Err(unknown("language"));
    }
    wanted.language = language.map(str::to_owned);
    let theme = form.get("theme").unwrap_or_default();
    wanted.theme = Theme::from_word(theme).ok_or_else(|| unknown("theme"))?;
    wanted.single_keys = form.get("keys").is_some();
    server.store.set_preferences(me, &wanted).await?;
    let mut response = done("done-look", "", HERE);
    for cookie in look_cookies(&wanted) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn unknown(at: &str) -> Error {
    Error::Shape {
        at: at.to_owned(),
        why: "is none of those offered".to_owned(),
    }
}

/// The cookies from which every page, also one for guests, knows how to look.
pub(crate) fn look_cookies(wanted: &Preferences) -> Vec<HeaderValue> {
    let theme = Some(wanted.theme.word()).filter(|_| wanted.theme != Theme::System);
    let keys = Some("off").filter(|_| !wanted.single_keys);
    let all = [
        ("lang", wanted.language.as_deref()),
        ("theme", theme),
        ("keys", keys),
    ];
    all.into_iter()
        .filter_map(|(name, value)| {
            let age = value.map_or(0, |_| COOKIE_SECONDS);
            let value = value.unwrap_or_default();
            let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}");
            HeaderValue::from_str(&text).ok()
        })
        .collect()
}

async fn password(State(server): State<Server>, form: Form) -> Result<Response> {
    let new = new_password(&form);
    let me = form.caller.actor.person.clone();
    let password = new.password.clone();
    change_password(&server, &form.caller, &me, new).await?;
    let mut response = done("done-password", "", HERE);
    // Every session ended with the old one; this browser goes on with the new.
    let directory = server.store.directory().await?;
    let email = directory.people.get(&me).map(|p| p.email.shown());
    let email = email.unwrap_or_default();
    if let SignIn::Welcome { secret, .. } = server.store.sign_in(&email, password).await? {
        let cookie = session_cookie(&server, &secret, "");
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The passwords of a form, to the sign as they were typed.
pub(super) fn new_password(form: &Form) -> NewPassword {
    NewPassword {
        password: form.raw("password").unwrap_or_default().to_owned(),
        current: form.raw("current").map(str::to_owned),
    }
}
