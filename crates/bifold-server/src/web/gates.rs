//! The preservation gate over all incidents: what waits, what both sides cost each other, what is
//! to be looked back on, and the standing orders of services.

use super::form::Form;
use super::frame::{Frame, Visit, page, see_other};
use super::say::Flash;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Method, Route};
use crate::server::Server;
use crate::view::Names;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::gate::{Course, Side};
use bifold_domain::service::{Command as C, Service};
use bifold_domain::standing_order::{self, Draft, StandingOrder};
use bifold_domain::time::DAY;
use bifold_domain::{At, Command, Directory, Permission, ServiceId};
use bifold_store::query::gate::Conflict;
use bifold_store::query::incident::Filter;

const HERE: &str = "/gate";
/// Rows of each list.
const ROWS: u32 = 50;
/// The period of the figures, in days.
const PERIOD_DAYS: i64 = 90;

pub(crate) fn routes() -> Vec<Route> {
    let draft = "/gate/orders/{service}";
    let sign = "/gate/orders/{service}/sign";
    vec![
        Route::get(HERE, "page_gate", Access::SignedIn, show)
            .summary("What waits at the preservation gate, what it cost, and standing orders.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::new(
            Method::Post,
            draft,
            "page_gate_order",
            Access::Decided,
            order,
        )
        .summary("Drafts a standing order.")
        .page(),
        Route::new(
            Method::Post,
            sign,
            "page_gate_sign",
            Access::Decided,
            sign_order,
        )
        .summary("Signs a standing order.")
        .page(),
    ]
}

/// An action that waits, or on which somebody has to look back.
struct Line {
    number: String,
    title: String,
    what: String,
    /// On what it was let through; empty while it waits.
    ground: String,
    at: At,
}

/// A number with its name.
struct Figure {
    label: String,
    value: String,
}

/// A service and what was agreed about it.
struct Ordered {
    id: String,
    name: String,
    /// The order that holds; empty where the policy's default does.
    in_force: String,
    text: String,
    /// A draft that lacks signatures.
    draft: Option<Drafted>,
    may_draft: bool,
}

/// A draft, and who may sign it for which side.
struct Drafted {
    version: u32,
    course: String,
    text: String,
    signed: Vec<String>,
    may_sign: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "gate.html")]
struct GatePage {
    f: Frame,
    held: Vec<Line>,
    waivers: Vec<Line>,
    figures: Vec<Figure>,
    orders: Vec<Ordered>,
    fallback: String,
    key: String,
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let l = visit.locale();
    let viewer = visit.caller.viewer();
    let store = &server.store;
    let directory = store.directory().await?;
    let held = store.held_actions(&viewer, ROWS).await?;
    let held = held.into_iter().map(|held| Line {
        what: l.data("catalogue", &held.action, &held.action),
        ground: String::new(),
        at: At::from_micros(held.due),
        number: held.number,
        title: held.title,
    });
    let waivers = store.waivers(&viewer, ROWS).await?;
    let waivers = waivers.into_iter().map(|waiver| Line {
        what: l.data("catalogue", &waiver.action, &waiver.action),
        ground: l.word("ground", &waiver.ground),
        at: At::from_micros(waiver.opened_at),
        number: waiver.number,
        title: waiver.title,
    });
    let now = store.shell().clock.now();
    let period = Filter {
        recorded_from: Some(now.plus(-PERIOD_DAYS * DAY)),
        ..Filter::default()
    };
    let conflict = store.conflict(&viewer, &period).await?;
    let mut services: Vec<&Service> = directory
        .services
        .values()
        .filter(|s| !s.is_retired)
        .collect();
    services.sort_by(|a, b| a.entry.name.cmp(&b.entry.name));
    page(&GatePage {
        f: visit.frame(&server, l.t("gate-page"), "gate").await?,
        held: held.collect(),
        waivers: waivers.collect(),
        figures: figures(&visit, conflict),
        orders: services
            .into_iter()
            .map(|service| ordered(&visit, service, &directory))
            .collect(),
        fallback: l.word("fallback", directory.policy.gate.value.fallback.word()),
        key: store.shell().ids.next_uuid(),
    })
}

fn figures(visit: &Visit, c: Conflict) -> Vec<Figure> {
    let l = visit.locale();
    let figure = |key: &str, value: i64| Figure {
        label: l.t(key),
        value: value.to_string(),
    };
    vec![
        figure("gate-n-incidents", c.incidents),
        figure("gate-n-actions", c.actions),
        figure("gate-n-waited", c.waited_minutes),
        figure("gate-n-saved", c.saved_items),
        figure("gate-n-lost", c.lost_items),
        figure("gate-n-waivers", c.waivers),
    ]
}

fn ordered(visit: &Visit, service: &Service, directory: &Directory) -> Ordered {
    let l = visit.locale();
    let in_force = service.order_in_force();
    let last = service.orders.last().filter(|order| !order.is_agreed());
    let owns = standing_order::owns(service, &visit.caller.actor);
    Ordered {
        id: service.id.to_string(),
        name: service.entry.name.to_string(),
        in_force: in_force.map_or_else(String::new, |order| l.word("course", order.course.word())),
        text: in_force
            .map(|order| order.text.to_string())
            .unwrap_or_default(),
        draft: last.map(|order| drafted(visit, order, owns, directory)),
        may_draft: owns || visit.may(Permission::DecideGate),
    }
}

fn drafted(visit: &Visit, order: &StandingOrder, owns: bool, directory: &Directory) -> Drafted {
    let l = visit.locale();
    let me = &visit.caller.actor.person;
    let mine = order.signed.values().any(|(person, _)| person == me);
    let signs = |side: &Side| match side {
        Side::Service => owns,
        Side::Security => visit.may(Permission::SignForSecurity),
    };
    let open = Side::ALL
        .iter()
        .filter(|side| !order.signed.contains_key(side));
    let signed = order.signed.iter().map(|(side, (person, _))| {
        let by = Names(directory).person(person);
        format!("{}: {}", l.word("signed", side.word()), by.shown())
    });
    Drafted {
        version: order.version,
        course: l.word("course", order.course.word()),
        text: order.text.to_string(),
        signed: signed.collect(),
        may_sign: open
            .filter(|side| !mine && signs(side))
            .map(|side| side.word())
            .collect(),
    }
}

fn parse(id: &str) -> Result<ServiceId> {
    ServiceId::parse(id).map_err(|_| Error::no("service"))
}

async fn order(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    let write = form.write()?;
    let draft: Draft = write.body()?;
    let command = Command::Service(parse(&id)?, C::DraftOrder(draft));
    write.execute(&server, vec![command]).await?;
    Ok(Flash::new("done-order", "").on(see_other(HERE)))
}

async fn sign_order(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    let wrong = |at: &str| Error::Shape {
        at: at.to_owned(),
        why: "is missing or not understood".to_owned(),
    };
    let version = form.get("version").and_then(|v| v.parse().ok());
    let side = form.get("side").and_then(Side::from_word);
    let sign = C::SignOrder(
        version.ok_or_else(|| wrong("version"))?,
        side.ok_or_else(|| wrong("side"))?,
    );
    let write = form.write_of(Vec::new());
    write
        .execute(&server, vec![Command::Service(parse(&id)?, sign)])
        .await?;
    Ok(Flash::new("done-order-signed", "").on(see_other(HERE)))
}

impl GatePage {
    fn defaults() -> [&'static str; 2] {
        [Course::RestoreFirst.word(), Course::EvidenceFirst.word()]
    }
}
