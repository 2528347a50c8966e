//! Webhooks: other programs that are told, with their logs.

use super::{Around, POLICY, Section, done, sent, shown};
use crate::api::telling::Tested;
use crate::api::telling::webhooks::{
    AddWebhook, LOG_LIMIT, added, removed, renewed, replayed, tested,
};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::At;
use bifold_notify::Clearance;
use bifold_store::notify::{HookDelivery, Webhook};

const HERE: &str = "/settings/webhooks";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_webhooks", POLICY, list).summary("The webhooks."),
        sent(HERE, "page_settings_webhook_add", POLICY, add)
            .summary("Adds a webhook and shows its secret once."),
        shown(
            "/settings/webhooks/{id}",
            "page_settings_webhook",
            POLICY,
            show,
        )
        .summary("One webhook and what it was told."),
        sent(
            "/settings/webhooks/{id}/{verb}",
            "page_settings_webhook_do",
            POLICY,
            act,
        )
        .summary("Tests a webhook, tells it again, changes its secret, or removes it."),
    ]
}

#[derive(Template)]
#[template(path = "settings-webhooks.html")]
struct ListPage {
    f: Frame,
    sections: Vec<Section>,
    hooks: Vec<Webhook>,
    clearances: &'static [Clearance],
}

async fn list(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let hooks = server.store.webhooks().await?;
    let around = Around::of(&server, &visit, "webhooks").await?;
    page(&ListPage {
        f: around.f,
        sections: around.sections,
        hooks,
        clearances: Clearance::ALL,
    })
}

#[derive(Template)]
#[template(path = "settings-webhook-secret.html")]
struct SecretPage {
    f: Frame,
    sections: Vec<Section>,
    id: String,
    secret: String,
}

async fn secret(server: &Server, form: Form, id: String, secret: String) -> Result<Response> {
    let visit = Visit::of(form.caller, form.guest);
    let around = Around::of(server, &visit, "webhooks").await?;
    page(&SecretPage {
        f: around.f,
        sections: around.sections,
        id,
        secret,
    })
}

async fn add(State(server): State<Server>, form: Form) -> Result<Response> {
    let new: AddWebhook = form.write()?.body()?;
    let (id, text) = added(&server, new).await?;
    secret(&server, form, id, text).await
}

#[derive(Template)]
#[template(path = "settings-webhook.html")]
struct OnePage {
    f: Frame,
    sections: Vec<Section>,
    hook: Webhook,
    log: Vec<HookDelivery>,
}

impl OnePage {
    fn at(micros: &i64) -> At {
        At::from_micros(*micros)
    }

    fn moment(&self, micros: &i64) -> String {
        self.f.l.moment(&Self::at(micros))
    }
}

async fn show(
    State(server): State<Server>,
    Place(id): Place<String>,
    visit: Visit,
) -> Result<Response> {
    let hook = server.store.webhook(&id).await?;
    let hook = hook.ok_or_else(|| Error::no("webhook"))?;
    let log = server.store.hook_log(&id, LOG_LIMIT).await?;
    let around = Around::of(&server, &visit, "webhooks").await?;
    page(&OnePage {
        f: around.f,
        sections: around.sections,
        hook,
        log,
    })
}

async fn act(
    State(server): State<Server>,
    Place((id, verb)): Place<(String, String)>,
    form: Form,
) -> Result<Response> {
    let here = format!("{HERE}/{id}");
    match verb.as_str() {
        "test" => {
            let Tested { outcome, says } = tested(&server, &form.caller, &id).await?;
            Ok(done(&format!("done-tested-{outcome}"), says, &here))
        }
        "replay" => {
            let queued = replayed(&server, &id, form.get("event")).await?;
            Ok(done("done-replayed", queued.to_string(), &here))
        }
        "secret" => {
            let text = renewed(&server, &id).await?;
            secret(&server, form, id, text).await
        }
        "remove" => {
            removed(&server, &id).await?;
            Ok(done("done-webhook-remove", "", HERE))
        }
        _ => Err(Error::NoRoute),
    }
}
