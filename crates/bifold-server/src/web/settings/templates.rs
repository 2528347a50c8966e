//! Words that are prepared for what users are told, in the order in which they are offered.

use super::matrix::{change, version};
use super::{Around, POLICY, Section, done, sent, shown};
use crate::error::{Error, Result};
use crate::route::Route;
use crate::server::Server;
use crate::web::choice::Choice;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use crate::web::locale::Locale;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::status_page::{
    AnnouncedImpact, AnnouncedStage, PageAudience, PageLanguage, Slug,
};
use bifold_domain::template::{Blank, Template as Prepared};
use serde_json::{Map, Value, json};

const HERE: &str = "/settings/templates";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_templates", POLICY, show)
            .summary("Words that are prepared for what users are told."),
        sent(HERE, "page_settings_templates_set", POLICY, set)
            .summary("Replaces the words that are prepared for what users are told."),
    ]
}

/// The words in one language.
struct Words {
    language: &'static str,
    name: String,
    title: String,
    text: String,
}

/// One template in the form.
struct Row {
    key: String,
    name: String,
    audiences: Vec<Choice>,
    stages: Vec<Choice>,
    impacts: Vec<Choice>,
    minutes: String,
    words: Vec<Words>,
}

/// What a blank is for.
struct Meant {
    word: &'static str,
    means: String,
}

impl Row {
    fn of(l: Locale, template: Option<&Prepared>) -> Self {
        let audience = template.and_then(|t| t.audience);
        let stage = template.map_or(AnnouncedStage::Investigating, |t| t.stage);
        let impact = template.and_then(|t| t.impact);
        let choice = |set: &str, word: &'static str, is_on: bool| {
            Choice::new(&word, &l.word(set, word), is_on)
        };
        let audiences = PageAudience::ALL.iter();
        let audiences =
            audiences.map(|of| choice("page-audience", of.word(), audience == Some(*of)));
        let stages = AnnouncedStage::ALL.iter();
        let stages = stages.map(|of| choice("announced-stage", of.word(), stage == *of));
        let impacts = AnnouncedImpact::ALL.iter();
        let impacts = impacts.map(|of| choice("announced-impact", of.word(), impact == Some(*of)));
        let words = PageLanguage::ALL.iter().map(|language| {
            let words = template.and_then(|t| t.words.get(language));
            Words {
                language: language.word(),
                name: l.word("page-language", language.word()),
                title: words.map(|w| w.title.to_string()).unwrap_or_default(),
                text: words.map(|w| w.text.to_string()).unwrap_or_default(),
            }
        });
        let minutes = template.and_then(|t| t.next_minutes);
        Self {
            key: template.map(|t| t.key.to_string()).unwrap_or_default(),
            name: template.map(|t| t.name.to_string()).unwrap_or_default(),
            audiences: audiences.collect(),
            stages: stages.collect(),
            impacts: impacts.collect(),
            minutes: minutes.map(|n| n.to_string()).unwrap_or_default(),
            words: words.collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "settings-templates.html")]
struct TemplatesPage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    version: u64,
    templates_version: u32,
    blanks: Vec<Meant>,
    /// The templates, and an empty row.
    rows: Vec<Row>,
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let directory = server.store.directory().await?;
    let around = Around::of(&server, &visit, "templates").await?;
    let templates = &directory.policy.templates;
    let l = visit.locale();
    let each = templates.value.templates.iter().map(Some).chain([None]);
    let blanks = Blank::ALL.iter().map(|blank| Meant {
        word: blank.word(),
        means: l.word("blank", blank.word()),
    });
    page(&TemplatesPage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        version: version(&server).await?,
        templates_version: templates.version,
        blanks: blanks.collect(),
        rows: each.map(|template| Row::of(l, template)).collect(),
    })
}

/// A key of a name: its letters and digits, with hyphens between words.
fn key_of(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut key = words.collect::<Vec<_>>().join("-");
    key.truncate(Slug::LIMIT);
    key.trim_end_matches('-').to_owned()
}

/// The template of a row; a row without a name is none.
fn template(form: &Form, row: &str) -> Result<Option<Value>> {
    let field = |name: &str| format!("{name}-{row}");
    let get = |name: &str| form.get(&field(name)).unwrap_or_default().trim();
    let name = get("name");
    if name.is_empty() {
        return Ok(None);
    }
    let mut template = Map::new();
    for part in ["audience", "impact"] {
        let word = get(part);
        if !word.is_empty() {
            template.insert(part.to_owned(), word.into());
        }
    }
    let minutes = get("minutes");
    if !minutes.is_empty() {
        let minutes: u32 = minutes.parse().map_err(|_| Error::Shape {
            at: field("minutes"),
            why: "must be a number".to_owned(),
        })?;
        template.insert("next_minutes".to_owned(), minutes.into());
    }
    let mut words = Map::new();
    for language in PageLanguage::ALL {
        let of = |part: &str| get(&format!("{part}-{language}")).to_owned();
        let (title, text) = (of("title"), of("text"));
        if !(title.is_empty() && text.is_empty()) {
            let both = json!({ "title": title, "text": text });
            words.insert(language.word().to_owned(), both);
        }
    }
    let key = get("key");
    let key = if key.is_empty() {
        key_of(name)
    } else {
        key.to_owned()
    };
    template.insert("key".to_owned(), key.into());
    template.insert("name".to_owned(), name.into());
    template.insert("stage".to_owned(), get("stage").into());
    template.insert("words".to_owned(), words.into());
    Ok(Some(template.into()))
}

async fn set(State(server): State<Server>, form: Form) -> Result<Response> {
    let rows = form.column("row");
    let templates = rows.into_iter().map(|row| template(&form, row));
    let templates = templates.collect::<Result<Vec<Option<Value>>>>()?;
    let templates: Vec<Value> = templates.into_iter().flatten().collect();
    let body = json!({ "set": "templates", "value": { "templates": templates } });
    change(&server, &form, &body).await?;
    Ok(done("done-templates", "", HERE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_a_key_that_can_be_one() {
        for (name, key) in [
            ("First word: it fails", "first-word-it-fails"),
            ("  Größe 2 ", "gr-e-2"),
            (
                &"word ".repeat(20),
                "word-word-word-word-word-word-word-word",
            ),
        ] {
            assert_eq!(key_of(name), key);
            assert!(Slug::parse(&key_of(name)).is_ok());
        }
    }
}
