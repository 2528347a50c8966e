//! How one is told: one's own channels, which of them is taken when, quiet hours, bundles.

mod steps;

use super::{Around, Section, done, sent, shown};
use crate::api::telling::Tested;
use crate::api::telling::channels::{AddChannel, Code, added, changed, removed, tested};
use crate::error::{Error, Result};
use crate::notify::{means, push_key};
use crate::params::Place;
use crate::route::{Access, Route};
use crate::server::Server;
use crate::web::fields::Fields;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page_with};
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use bifold_notify::rules::{Channel as Way, plan};
use bifold_notify::{Clearance, Kind, Quiet, Rules, Target, Urgency};
use bifold_store::notify::{CHANNELS_LIMIT, Channel, ChannelState, Means};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use steps::{Draft, Reach, Ways};

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
            "/settings/notify/steps",
            "page_settings_steps",
            Access::SignedIn,
            keep_steps,
        )
        .summary("Keeps which of your channels is taken when."),
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
    /// What a browser subscribes with, where the server has it.
    push_key: Option<String>,
    ways: Vec<Ways>,
    /// Steps are shown that are not kept yet.
    is_draft: bool,
    /// And something is wrong with them.
    is_wrong: bool,
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

    /// By what a browser finds its own channel: the hash of its address, which alone is a secret.
    fn browser(channel: &Channel) -> Option<String> {
        let endpoint = channel.target.as_ref()?.endpoint()?;
        let mut hex = String::new();
        for byte in Sha256::digest(endpoint.as_bytes()) {
            let _ = write!(hex, "{byte:02x}");
        }
        Some(hex)
    }

    /// Whether a step names a channel that is there.
    fn is_there(&self, way: &str) -> bool {
        self.channels.iter().any(|channel| channel.id == way)
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

/// Shows it as it is kept; steps in the query are looked at, and not kept.
async fn show(
    State(server): State<Server>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let asked = Fields::of_query(query.as_deref());
    whole(&server, &visit, &asked, StatusCode::OK).await
}

/// The page, with the steps that the fields say, if they say any.
async fn whole(
    server: &Server,
    visit: &Visit,
    asked: &Fields,
    status: StatusCode,
) -> Result<Response> {
    let me = &visit.caller.actor.person;
    let l = visit.locale();
    let channels = server.store.channels(me).await?;
    let rules = server.store.notify_rules(me).await?;
    let reach = reach(server, visit, &channels).await?;
    let draft = Draft::read(asked, &rules, &reach.channels);
    let is_draft = draft.is_some();
    let draft = draft.unwrap_or_else(|| Draft::of(&rules));
    let is_wrong = draft.is_wrong();
    // While something is wrong, what holds is what is kept.
    let looked_at = draft.rules(rules.clone());
    let looked_at = looked_at.as_ref().unwrap_or(&rules);
    let planned = plan(Urgency::Page, reach.now, &rules, &reach.channels);
    let ways = steps::shown(l, draft, looked_at, &reach);
    let sender = server.config.sender.as_ref();
    let around = Around::of(server, visit, "notify").await?;
    let page = NotifyPage {
        f: around.f,
        sections: around.sections,
        warning: planned.warning.map(bifold_notify::Warning::word),
        has_room: channels.len() < CHANNELS_LIMIT,
        channels,
        rules,
        clearances: Clearance::ALL,
        means: sender.map(|sender| sender.has_mail()),
        push_key: push_key(server),
        ways,
        is_draft,
        is_wrong,
    };
    page_with(status, &page)
}

/// What a notice could take now. Who has no channel yet is reached by the address of their
/// account, as far as mail is sent; where nothing is sent at all, what would be if it were.
async fn reach(server: &Server, visit: &Visit, channels: &[Channel]) -> Result<Reach> {
    const ACCOUNT: &str = "account";
    let sender = server.config.sender.as_ref();
    let all = Means {
        mail: true,
        push: true,
    };
    let means = sender.map_or(all, |sender| means(sender));
    let mut ways: Vec<Way> = channels.iter().map(|c| c.as_way(means)).collect();
    let label = |channel: &Channel| (channel.id.clone(), channel.label.clone());
    let mut names: BTreeMap<String, String> = channels.iter().map(label).collect();
    let directory = server.store.directory().await?;
    let known = directory.people.get(&visit.caller.actor.person);
    let has_address = known.is_some_and(|known| known.email.present().is_some());
    if ways.is_empty() && means.mail && has_address {
        ways.push(Way {
            id: ACCOUNT.to_owned(),
            kind: Kind::Email,
            is_ready: true,
            last_at: None,
        });
        names.insert(ACCOUNT.to_owned(), visit.locale().t("way-account"));
    }
    Ok(Reach {
        now: server.store.shell().clock.now(),
        channels: ways,
        names,
    })
}

async fn add(State(server): State<Server>, form: Form) -> Result<Response> {
    let new: AddChannel = form.write()?.body()?;
    let about = new.label.to_string();
    let say = match new.target.kind() {
        Kind::Push => "done-push-add",
        _ => "done-channel-add",
    };
    added(&server, &form.caller, new).await?;
    Ok(done(say, about, HERE))
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

/// Keeps the steps, or shows them again with what is wrong beside each.
async fn keep_steps(State(server): State<Server>, form: Form) -> Result<Response> {
    let me = &form.caller.actor.person;
    let before = server.store.notify_rules(me).await?;
    let channels = server.store.channels(me).await?;
    let visit = Visit::of(form.caller.clone(), form.guest.clone());
    let ways = reach(&server, &visit, &channels).await?.channels;
    let draft = Draft::read(&form, &before, &ways);
    let draft = draft.ok_or_else(|| Error::Shape {
        at: "steps".to_owned(),
        why: "the form holds none".to_owned(),
    })?;
    let Some(rules) = draft.rules(before) else {
        return whole(&server, &visit, &form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    server.store.set_notify_rules(me, &rules).await?;
    Ok(done("done-steps", "", HERE))
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
