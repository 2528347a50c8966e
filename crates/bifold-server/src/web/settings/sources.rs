//! Sources of signals: what sends, by what it is known, what it sent, and what becomes of it.

use super::{Around, Section, done, sent, shown};
use crate::api::sources::deliveries::{DeliveryView, replayed, tested};
use crate::api::sources::secrets::{issued, withdrawn};
use crate::api::sources::{SourceView, checked, parse, readable};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Route};
use crate::server::Server;
use crate::web::choice::{Choice, services, teams};
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::signal::source::{Command as C, SecretKind, Settings};
use bifold_domain::signal::{Format, Severity, phrase};
use bifold_domain::{Command, Permission, SourceId};
use bifold_store::intake::SecretRow;
use bifold_store::mail::MailRow;
use serde_json::json;

const HERE: &str = "/settings/sources";
const ONE: &str = "/settings/sources/{id}";
pub(super) const KEEPS: Access = Access::Needs(Permission::ManageSources);
/// Deliveries on the page of a source.
const LISTED: u32 = 20;

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_sources", KEEPS, list).summary("Sources of signals."),
        sent(HERE, "page_settings_source_connect", KEEPS, connect)
            .summary("Connects a source and shows its token once."),
        shown(ONE, "page_settings_source", KEEPS, show)
            .summary("One source: how it stands, what it sent, what becomes of it."),
        sent(ONE, "page_settings_source_revise", KEEPS, revise)
            .summary("Replaces the settings of a source."),
        sent(
            "/settings/sources/{id}/{verb}",
            "page_settings_source_do",
            KEEPS,
            act,
        )
        .summary("Tests a source, replays a delivery, makes or withdraws a secret, disconnects."),
    ]
}

#[derive(Template)]
#[template(path = "settings-sources.html")]
struct ListPage {
    /// The fields of a new mailbox are empty.
    mailbox: Option<bifold_domain::signal::source::Mailbox>,
    f: Frame,
    sections: Vec<Section>,
    key: String,
    sources: Vec<SourceView>,
    formats: &'static [Format],
    services: Vec<Choice>,
}

async fn list(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let directory = server.store.directory().await?;
    let standings = server.store.source_standings().await?;
    let used = directory.sources.values().filter(|s| !s.is_disconnected);
    let mut sources: Vec<SourceView> = used
        .map(|source| SourceView::of(source, standings.get(&source.id)))
        .collect();
    sources.sort_by(|a, b| a.settings.name.cmp(&b.settings.name));
    let around = Around::of(&server, &visit, "sources").await?;
    page(&ListPage {
        mailbox: None,
        f: around.f,
        sections: around.sections,
        key: around.key,
        sources,
        formats: Format::ALL,
        services: services(&directory, None),
    })
}

#[derive(Template)]
#[template(path = "settings-source-secret.html")]
struct SecretPage {
    f: Frame,
    sections: Vec<Section>,
    source: SourceView,
    secret: String,
    kind: &'static str,
    /// A line that sends something, to copy.
    line: String,
}

async fn secret(
    server: &Server,
    form: Form,
    id: &SourceId,
    secret: String,
    kind: SecretKind,
) -> Result<Response> {
    let visit = Visit::of(form.caller, form.guest);
    let around = Around::of(server, &visit, "sources").await?;
    let directory = server.store.directory().await?;
    let source = directory.sources.get(id);
    let source = SourceView::of(source.ok_or_else(|| Error::no("source"))?, None);
    let base = server.config.public_url.as_deref().unwrap_or_default();
    let line = match source.settings.format {
        Format::PagerDuty => format!(
            "curl -d '{{\"routing_key\":\"{secret}\",\"event_action\":\"trigger\",\"payload\":\
             {{\"summary\":\"Test\",\"severity\":\"warning\",\"source\":\"me\"}}}}' {base}{}",
            source.address
        ),
        _ => format!(
            "curl -H 'Authorization: Bearer {secret}' -H 'Content-Type: application/json' -d @- \
             {base}{}",
            source.address
        ),
    };
    page(&SecretPage {
        f: around.f,
        sections: around.sections,
        source,
        secret,
        kind: kind.word(),
        line,
    })
}

async fn connect(State(server): State<Server>, form: Form) -> Result<Response> {
    let write = form.write()?;
    let settings = Box::new(checked(settings(&form)?)?);
    let id = SourceId::from_bits(write.bits(&server));
    let made = server.store.new_secret()?;
    let commands = [C::Connect(settings), C::IssueSecret(made.name.clone())];
    let commands = commands.map(|command| Command::Source(id.clone(), command));
    let receipt = write.execute(&server, commands.into()).await?;
    // Sent twice: the secret was shown the first time, and nobody knows it any more.
    if receipt.is_repeated {
        return Ok(done("done-source", "", &format!("{HERE}/{id}")));
    }
    server
        .store
        .keep_secret(&id, &made, SecretKind::Token)
        .await?;
    secret(&server, form, &id, made.value, SecretKind::Token).await
}

/// The settings as the form has them.
fn settings(form: &Form) -> Result<Settings> {
    let text = |name: &str| {
        let value = form.get(name).map(str::trim);
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let shape = |at: &str, why: String| Error::Shape {
        at: at.to_owned(),
        why,
    };
    let rules = phrase::read(form.get("rules").unwrap_or_default())
        .map_err(|error| shape("rules", error.to_string()))?;
    let labels: Vec<String> = form
        .get("group_by")
        .unwrap_or_default()
        .split([',', ' '])
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    let number = |name: &str| -> Result<Option<u32>> {
        let parsed = text(name).map(|value| value.parse::<u32>());
        let wrong = |_| shape(name, "a whole number is meant".to_owned());
        parsed.transpose().map_err(wrong)
    };
    let value = json!({
        "name": text("name"),
        "format": text("format"),
        "mapping": text("mapping"),
        "service": text("service"),
        "team": text("team"),
        "is_sensitive": form.get("is_sensitive").is_some(),
        "floor": text("floor").unwrap_or_else(|| "warning".to_owned()),
        "quota": number("quota")?.unwrap_or(20),
        "silence_minutes": number("silence_minutes")?,
        "group_by": labels,
        "settles_itself": form.get("settles_itself").is_some(),
        "rules": rules,
        "is_paused": form.get("is_paused").is_some(),
        "mailbox": text("address").map(|address| json!({
            "address": address,
            "checked_by": text("checked_by"),
            "answers": form.get("answers").is_some(),
        })),
    });
    serde_path_to_error::deserialize(value)
        .map_err(|error| shape(&error.path().to_string(), error.inner().to_string()))
}

#[derive(Template)]
#[template(path = "settings-source.html")]
struct OnePage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    version: u64,
    source: SourceView,
    secrets: Vec<SecretRow>,
    deliveries: Vec<DeliveryView>,
    /// For a mailbox: what came of its messages.
    mails: Vec<MailRow>,
    /// Whether the visitor may read what it sent.
    may_read: bool,
    services: Vec<Choice>,
    teams: Vec<Choice>,
    severities: &'static [Severity],
    rules: String,
    group_by: String,
    mapping: String,
    silence: String,
}

impl OnePage {
    fn at(micros: &i64) -> bifold_domain::At {
        bifold_domain::At::from_micros(*micros)
    }

    fn moment(&self, micros: &i64) -> String {
        self.f.l.moment(&Self::at(micros))
    }

    /// What a delivery was, in a few words.
    fn told(delivery: &DeliveryView) -> String {
        let titles = delivery.signals.iter().map(|signal| signal.title.as_str());
        titles.take(3).collect::<Vec<_>>().join(" · ")
    }
}

async fn show(
    State(server): State<Server>,
    Place(id): Place<String>,
    visit: Visit,
) -> Result<Response> {
    let id = parse(&id)?;
    let directory = server.store.directory().await?;
    let found = directory.sources.get(&id);
    let found = found.ok_or_else(|| Error::no("source"))?;
    let standings = server.store.source_standings().await?;
    let source = SourceView::of(found, standings.get(&id));
    let may_read = !found.settings.is_sensitive || visit.may(Permission::ReadSensitiveLanes);
    let mails = if may_read && found.settings.mailbox.is_some() {
        server.store.mails(&id, LISTED).await?
    } else {
        Vec::new()
    };
    let deliveries = if may_read {
        let rows = server.store.deliveries(&id, LISTED).await?;
        rows.iter()
            .map(|row| DeliveryView::of(found, row))
            .collect()
    } else {
        Vec::new()
    };
    let version = server.store.version(id.as_str()).await?;
    let around = Around::of(&server, &visit, "sources").await?;
    let settings = &found.settings;
    let labels: Vec<&str> = settings
        .group_by
        .iter()
        .map(bifold_domain::Short::as_str)
        .collect();
    page(&OnePage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        version: version.unwrap_or_default(),
        secrets: server.store.secrets_of(&id).await?,
        deliveries,
        mails,
        may_read,
        services: services(&directory, settings.service.as_ref()),
        teams: teams(&directory, settings.team.as_ref()),
        severities: Severity::ALL,
        rules: phrase::write(&settings.rules),
        group_by: labels.join(", "),
        mapping: settings
            .mapping
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        silence: settings
            .silence_minutes
            .map(|minutes| minutes.to_string())
            .unwrap_or_default(),
        source,
    })
}

async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    let here = format!("{HERE}/{id}");
    let settings = Box::new(checked(settings(&form)?)?);
    let name = settings.name.to_string();
    let command = Command::Source(parse(&id)?, C::Revise(settings));
    form.write()?.execute(&server, vec![command]).await?;
    Ok(done("done-source", name, &here))
}

async fn act(
    State(server): State<Server>,
    Place((id, verb)): Place<(String, String)>,
    form: Form,
) -> Result<Response> {
    let here = format!("{HERE}/{id}");
    let source = parse(&id)?;
    match verb.as_str() {
        "test" => {
            let found = readable(&server, &form.caller, &id).await?;
            tested(&server, &found).await?;
            Ok(done("done-source-test", "", &here))
        }
        "replay" => {
            let found = readable(&server, &form.caller, &id).await?;
            let number = form.get("delivery").and_then(|n| n.parse().ok());
            let number = number.ok_or_else(|| Error::no("delivery"))?;
            let inbound = server.store.delivery(&source, number).await?;
            let inbound = inbound.ok_or_else(|| Error::no("delivery"))?;
            replayed(&server, &found, inbound).await?;
            Ok(done("done-source-replay", "", &here))
        }
        "secret" => {
            let kind = form.get("kind").and_then(SecretKind::from_word);
            let kind = kind.unwrap_or(SecretKind::Token);
            let (_, value) = issued(&server, &form.write()?, &source, kind).await?;
            secret(&server, form, &source, value, kind).await
        }
        "withdraw" => {
            let name = form.get("secret").unwrap_or_default().to_owned();
            withdrawn(&server, &form.write()?, &source, &name).await?;
            Ok(done("done-source-withdraw", name, &here))
        }
        "disconnect" => {
            let command = Command::Source(source.clone(), C::Disconnect);
            form.write()?.execute(&server, vec![command]).await?;
            server.store.forget_secret(&source, None).await?;
            Ok(done("done-source-disconnect", "", HERE))
        }
        _ => Err(Error::NoRoute),
    }
}
