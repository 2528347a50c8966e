//! One event: what was received, word for word, and what was decided about it.

use super::Options;
use super::card::Card;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::view::Names;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::event::Channel;
use bifold_domain::{At, Permission, Redactable, Short, Text};
use bifold_store::mail::{LetterRow, MailRow};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/events/{id}", "page_event", Access::SignedIn, show)
            .summary("One event.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
    ]
}

#[derive(Template)]
#[template(path = "event.html")]
struct EventPage {
    f: Frame,
    card: Card,
    options: Options,
    may_triage: bool,
    /// What was said afterwards.
    added: Vec<Added>,
    /// The messages it is made of, and what was sent because of them.
    mails: Vec<MailRow>,
    letters: Vec<LetterRow>,
}

/// Something said about an event afterwards.
struct Added {
    at: At,
    /// Who entered it.
    by: String,
    channel: Channel,
    contact: Option<Redactable<Short>>,
    text: Redactable<Text>,
}

impl EventPage {
    fn at(micros: &i64) -> At {
        At::from_micros(*micros)
    }

    fn moment(&self, micros: &i64) -> String {
        self.f.l.moment(&Self::at(micros))
    }
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(name): Place<String>,
) -> Result<Response> {
    let card = Card::of(&server, &visit, &name).await?;
    let card = card.ok_or_else(|| Error::no("event"))?;
    let directory = server.store.directory().await?;
    let found = server.store.event(&visit.caller.viewer(), &card.id).await?;
    let (event, ..) = found.ok_or_else(|| Error::no("event"))?;
    let added = event.additions.into_iter().map(|more| Added {
        at: more.at,
        by: Names(&directory).person(&more.by).shown().to_owned(),
        channel: more.channel,
        contact: more.contact,
        text: more.text,
    });
    let added = added.collect();
    let mails = server.store.mails_about(&card.id).await?;
    let letters = server.store.letters_about(&card.id).await?;
    let may_triage = visit.may(Permission::Triage);
    let place = if may_triage { "triage" } else { "my-day" };
    let title = format!("{} {}", card.number, card.title);
    page(&EventPage {
        f: visit.frame(&server, title, place).await?,
        options: Options::of(&directory),
        may_triage,
        added,
        mails,
        letters,
        card,
    })
}
