//! How one is told: one's own channels, quiet hours, bundles.

use super::{Around, Section, done, sent, shown};
use crate::api::telling::Tested;
use crate::api::telling::channels::{AddChannel, Code, added, changed, removed, tested};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Route};
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_notify::rules::plan;
use bifold_notify::{Clearance, Kind, Quiet, Rules, Target, Urgency};
use bifold_store::notify::{CHANNELS_LIMIT, Channel, ChannelState};
use serde::Deserialize;

const HERE: &str = "/settings/notify";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_notify", Access::SignedIn, show).summary("How you are told."),
        sent(
            "/settings/notify/channels",
            "page_settings_channel_add",
            Access::SignedIn,
            add,
        )
        .summary("Adds a channel of yours."),
        sent(
            "/settings/notify/channels/{id}/{verb}",
            "page_settings_channel_do",
            Access::SignedIn,
            act,
        )
        .summary("Tests, proves, changes or removes a channel of yours."),
        sent(
            "/settings/notify/rules",
            "page_settings_rules",
            Access::SignedIn,
            rules,
        )
        .summary("Keeps your quiet hours and bundles."),
    ]
}

#[derive(Template)]
#[template(path = "settings-notify.html")]
struct NotifyPage {
    f: Frame,
    sections: Vec<Section>,
    channels: Vec<Channel>,
    rules: Rules,
    /// What is wrong with the ways of a page.
    warning: Option<&'static str>,
    clearances: &'static [Clearance],
    has_room: bool,
    /// Whether the server sends at all, and whether by mail.
    means: Option<bool>,
}

/// A field of a channel's form: its name, its kind, whether it must be filled.
type Field = (&'static str, &'static str, bool);

impl NotifyPage {
    fn address(channel: &Channel) -> String {
        channel
            .target
            .as_ref()
            .map(Target::shown)
            .unwrap_or_default()
    }

    fn is_unverified(channel: &Channel) -> bool {
        channel.state == ChannelState::Unverified
    }

    fn quiet(&self, end: bool) -> String {
        let Some(Quiet { from, to }) = self.rules.quiet else {
            return String::new();
        };
        if end {
            to.to_string()
        } else {
            from.to_string()
        }
    }

    /// What each kind of channel asks for.
    fn kinds() -> [(Kind, &'static [Field]); 5] {
        [
            (Kind::Email, &[("address", "email", true)]),
            (
                Kind::Ntfy,
                &[
                    ("server", "url", true),
                    ("topic", "text", true),
                    ("token", "password", false),
                ],
            ),
            (Kind::Chat, &[("url", "url", true)]),
            (Kind::Teams, &[("url", "url", true)]),
            (
                Kind::Matrix,
                &[
                    ("server", "url", true),
                    ("room", "text", true),
                    ("token", "password", true),
                ],
            ),
        ]
    }
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let me = &visit.caller.actor.person;
    let channels = server.store.channels(me).await?;
    let rules = server.store.notify_rules(me).await?;
    let means = server
        .config
        .sender
        .as_ref()
        .map(|sender| sender.has_mail());
    // As a page would go out now; who has no channel yet has the address of their account.
    let ways: Vec<_> = channels.iter().map(Channel::as_known).collect();
    let now = server.store.shell().clock.now();
    let planned = plan(Urgency::Page, now, &rules, &ways);
    let around = Around::of(&server, &visit, "notify").await?;
    page(&NotifyPage {
        f: around.f,
        sections: around.sections,
        warning: planned.warning.map(bifold_notify::Warning::word),
        has_room: channels.len() < CHANNELS_LIMIT,
        channels,
        rules,
        clearances: Clearance::ALL,
        means,
    })
}

async fn add(State(server): State<Server>, form: Form) -> Result<Response> {
    let new: AddChannel = form.write()?.body()?;
    let about = new.label.to_string();
    added(&server, &form.caller, new).await?;
    Ok(done("done-channel-add", about, HERE))
}

async fn act(
    State(server): State<Server>,
    Place((id, verb)): Place<(String, String)>,
    form: Form,
) -> Result<Response> {
    let caller = &form.caller;
    match verb.as_str() {
        "test" => {
            let Tested { outcome, says } = tested(&server, caller, &id).await?;
            Ok(done(&format!("done-tested-{outcome}"), says, HERE))
        }
        "verify" => {
            let Code { code } = form.write()?.body()?;
            let me = &caller.actor.person;
            server.store.verify_channel(me, &id, &code).await?;
            Ok(done("done-channel-verify", "", HERE))
        }
        "change" => {
            changed(&server, caller, &id, form.write()?.body()?).await?;
            Ok(done("done-channel-change", "", HERE))
        }
        "remove" => {
            removed(&server, caller, &id).await?;
            Ok(done("done-channel-remove", "", HERE))
        }
        _ => Err(Error::NoRoute),
    }
}

/// What the form says; the lists of steps stay as they are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    zone: String,
    #[serde(default)]
    from: Option<bifold_notify::rules::Clock24>,
    #[serde(default)]
    to: Option<bifold_notify::rules::Clock24>,
    bundle_minutes: u16,
}

async fn rules(State(server): State<Server>, form: Form) -> Result<Response> {
    let said: Said = form.write()?.body()?;
    let me = &form.caller.actor.person;
    let quiet = said.from.zip(said.to).map(|(from, to)| Quiet { from, to });
    let rules = Rules {
        zone: said.zone,
        quiet,
        bundle_minutes: said.bundle_minutes,
        ..server.store.notify_rules(me).await?
    };
    server.store.set_notify_rules(me, &rules).await?;
    Ok(done("done-rules", "", HERE))
}
