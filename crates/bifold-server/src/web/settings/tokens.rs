//! One's own API tokens. The text of a new one is in one answer and nowhere else.

use super::{Around, Section, done, sent};
use crate::api::tokens::{NewToken, made};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Route};
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Short;
use bifold_domain::time::DAY;

pub(super) fn routes() -> Vec<Route> {
    vec![
        sent(
            "/settings/me/tokens",
            "page_settings_token",
            Access::SignedIn,
            create,
        )
        .summary("Makes an API token and shows it once."),
        sent(
            "/settings/me/tokens/{id}/revoke",
            "page_settings_token_revoke",
            Access::SignedIn,
            revoke,
        )
        .summary("Revokes one of your API tokens."),
    ]
}

#[derive(Template)]
#[template(path = "settings-token.html")]
struct TokenPage {
    f: Frame,
    sections: Vec<Section>,
    name: String,
    token: String,
}

async fn create(State(server): State<Server>, form: Form) -> Result<Response> {
    let wrong = |at: &str, why: &dyn std::fmt::Display| Error::Shape {
        at: at.to_owned(),
        why: why.to_string(),
    };
    let name = form.get("name").unwrap_or_default();
    let name = Short::parse(name).map_err(|why| wrong("name", &why))?;
    let days = form.get("days").map(str::parse::<u16>).transpose();
    let days = days.map_err(|_| wrong("days", &"is a number of days, or nothing"))?;
    let now = server.store.shell().clock.now();
    let new = NewToken {
        name: name.clone(),
        expires_at: days.map(|days| now.plus(i64::from(days) * DAY)),
    };
    let (_, token) = made(&server, &form.caller, new).await?;
    let visit = Visit::of(form.caller, form.guest);
    let around = Around::of(&server, &visit, "me").await?;
    page(&TokenPage {
        f: around.f,
        sections: around.sections,
        name: name.to_string(),
        token,
    })
}

async fn revoke(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    let me = &form.caller.actor.person;
    let is_there = server.store.revoke_token(me, &id).await?;
    server.known.forget();
    if is_there {
        Ok(done("done-token-revoke", "", "/settings/me"))
    } else {
        Err(Error::no("token"))
    }
}
