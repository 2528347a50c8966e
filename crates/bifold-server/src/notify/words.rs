//! What a notice says, in its reader's language.

use crate::server::Server;
use crate::view::Names;
use crate::web::Locale;
use bifold_domain::{Directory, PersonId};
use bifold_notify::message::Phrases;
use bifold_notify::notice::Occasion;
use bifold_notify::{Clearance, Notice};
use bifold_store::notify::{Noted, Shown};
use fluent_bundle::FluentArgs;

/// What a part of the system is called, and the alarm about it, may be told by any way.
const OF_PARTS: Clearance = Clearance::Clear;

/// A notice, said.
pub(crate) struct Said {
    /// What the record is called, or the product.
    pub(crate) reference: String,
    /// What happened, in a line.
    pub(crate) words: String,
    /// Why this person is told.
    pub(crate) why: String,
    /// The path of the page to read on.
    pub(crate) path: String,
}

/// Says a notice.
pub(crate) fn said(l: Locale, directory: &Directory, noted: &Noted) -> Said {
    let names = Names(directory);
    let by = noted.by.as_deref().map(|id| names.person_text(id));
    let (reference, about, path) = match &noted.about {
        Shown::Incident { number, title, .. } => (
            number.clone(),
            title.clone(),
            format!("/incidents/{number}"),
        ),
        Shown::Part(part) => {
            let person = PersonId::parse(part).ok();
            let name = person.map(|person| names.person(&person).shown().to_owned());
            let about = name.unwrap_or_else(|| part.clone());
            let path = match noted.occasion {
                Occasion::DisclosureWaits => "/disclosures",
                _ => "/inbox",
            };
            ("Bifold".to_owned(), about, path.to_owned())
        }
    };
    let word = noted.occasion.word();
    let mut args = FluentArgs::new();
    args.set("about", about);
    args.set(
        "by",
        by.map_or_else(String::new, |by| by.shown().to_owned()),
    );
    Said {
        reference,
        words: l.say(&format!("notice-{word}"), Some(&args)),
        why: l.t(&format!("notice-why-{word}")),
        path,
    }
}

/// The same notice with the name that its record has outside.
fn outside(noted: &Noted) -> Noted {
    let mut noted = noted.clone();
    if let Shown::Incident { title, outside, .. } = &mut noted.about {
        *title = outside.clone().unwrap_or_default();
    }
    noted
}

/// A notice as it is sent.
pub(crate) fn notice(server: &Server, l: Locale, directory: &Directory, noted: &Noted) -> Notice {
    let mut said = said(l, directory, &outside(noted));
    let (clearance, thread) = match &noted.about {
        Shown::Incident {
            id,
            clearance,
            outside,
            ..
        } => {
            if outside.is_none() {
                said.words = l.t("notice-withheld");
            }
            (*clearance, id.to_string())
        }
        Shown::Part(_) => (OF_PARTS, format!("system_{}", noted.occasion.word())),
    };
    let base = server.config.public_url.as_deref();
    Notice {
        id: noted.id.clone(),
        kind: noted.occasion.word().to_owned(),
        urgency: noted.urgency,
        reference: said.reference,
        words: said.words,
        why: said.why,
        link: base.map(|base| format!("{}{}", base.trim_end_matches('/'), said.path)),
        path: Some(said.path),
        clearance,
        thread,
        at: noted.at,
    }
}

/// What stands around notices.
pub(crate) fn phrases(server: &Server, l: Locale) -> Phrases {
    Phrases {
        several: l.with("notice-several", "n", "{n}"),
        footer: l.with("notice-footer", "organisation", server.store.organisation()),
        open: l.t("notice-open"),
        withheld: l.t("notice-withheld"),
    }
}

/// The language in which somebody is told: the one they chose, else English.
pub(crate) async fn locale_of(server: &Server, person: &PersonId) -> Locale {
    let wanted = server.store.preferences(person).await.unwrap_or_default();
    Locale::chosen(wanted.language.as_deref(), None)
}
