//! Words that are prepared for what users are told, with blanks that are filled in when they are
//! used (features F100).
//!
//! A blank is a word in braces, such as `{components}`. None stands for anything of the record of
//! an incident: only for what the page shows anyway, and for times that are said on it.

use crate::access::closed_set;
use crate::refusal::{Invalid, Refusal};
use crate::status_page::{AnnouncedImpact, AnnouncedStage, PageAudience, PageLanguage, Slug};
use crate::text::{Short, Text, Title};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Templates of one organisation: more than these nobody looks through while users wait.
const TEMPLATES_LIMIT: usize = 100;
/// A day: nobody promises the next word later than that by habit.
const MINUTES_LIMIT: i64 = 24 * 60;

closed_set! {
    /// What is filled in.
    Blank {
        /// The names of the components that do not work as they should.
        Components = "components",
        /// The name of the page.
        Page = "page",
        /// Where people get help.
        Contact = "contact",
        /// When it began for users.
        Began = "began",
        /// By when the next word is promised.
        NextBy = "next_by",
    }
}

/// The words of a template in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TemplateWords)]
pub struct Words {
    /// What it is, in a line.
    pub title: Title,
    /// What is said, in words that everybody understands.
    pub text: Text,
}

/// Prepared words for one situation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnnouncementTemplate)]
pub struct Template {
    /// Stable key, unique among the templates.
    pub key: Slug,
    /// Its name for those who choose it.
    pub name: Short,
    /// For pages of this audience; absent: for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<PageAudience>,
    /// Where the work stands when it is used.
    pub stage: AnnouncedStage,
    /// How much it means to users; absent, as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<AnnouncedImpact>,
    /// In how many minutes the next word is promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_minutes: Option<u32>,
    /// The words by language; a page is offered those in its own.
    pub words: BTreeMap<PageLanguage, Words>,
}

/// The templates, in the order in which they are offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnnouncementTemplates)]
pub struct Templates {
    /// The templates.
    pub templates: Vec<Template>,
}

/// Words with what was known filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// What it is, in a line.
    pub title: String,
    /// What is said.
    pub text: String,
}

/// A part of a text.
enum Part<'a> {
    Plain(&'a str),
    /// Without its braces.
    Braced(&'a str),
}

/// The text cut at what looks like a blank: letters and `_` in braces. Everything else in braces
/// is plain.
fn parts(text: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        let word = after.split_once('}').filter(|(word, _)| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        });
        if let Some((word, behind)) = word {
            parts.push(Part::Plain(before));
            parts.push(Part::Braced(word));
            rest = behind;
        } else {
            let until = before.len() + 1;
            parts.push(Part::Plain(rest.get(..until).unwrap_or_default()));
            rest = after;
        }
    }
    parts.push(Part::Plain(rest));
    parts
}

/// A blank that is still in a text.
pub fn blank_in(text: &str) -> Option<Blank> {
    parts(text).into_iter().find_map(|part| match part {
        Part::Plain(_) => None,
        Part::Braced(word) => Blank::from_word(word),
    })
}

/// A text with blanks filled in; one that nothing is known for stays, to be seen and written by
/// hand.
fn filled(text: &str, known: &BTreeMap<Blank, String>) -> String {
    let mut out = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Plain(plain) => out.push_str(plain),
            Part::Braced(word) => {
                match Blank::from_word(word).and_then(|blank| known.get(&blank)) {
                    Some(value) => out.push_str(value),
                    None => out.extend(["{", word, "}"]),
                }
            }
        }
    }
    out
}

impl Template {
    /// Its words in a language with blanks filled in.
    pub fn filled(
        &self,
        language: PageLanguage,
        known: &BTreeMap<Blank, String>,
    ) -> Option<Filled> {
        let words = self.words.get(&language)?;
        Some(Filled {
            title: filled(words.title.as_str(), known),
            text: filled(words.text.as_str(), known),
        })
    }
}

impl Templates {
    /// The templates that a page is offered.
    pub fn of_page(
        &self,
        audience: PageAudience,
        language: PageLanguage,
    ) -> impl Iterator<Item = &Template> {
        let fits = move |template: &&Template| {
            template.audience.is_none_or(|of| of == audience)
                && template.words.contains_key(&language)
        };
        self.templates.iter().filter(fits)
    }

    /// Refuses templates that cannot be used.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if self.templates.len() > TEMPLATES_LIMIT {
            return Err(Refusal::TooMany {
                what: "templates",
                limit: TEMPLATES_LIMIT,
            });
        }
        let mut keys = BTreeSet::new();
        for template in &self.templates {
            if !keys.insert(&template.key) {
                return Err(Refusal::AlreadyExists {
                    what: format!("template {}", template.key),
                });
            }
            if template.words.is_empty() {
                return Err(Invalid::Empty {
                    field: "words of a template",
                }
                .into());
            }
            for words in template.words.values() {
                known_blanks(words.title.as_str())?;
                known_blanks(words.text.as_str())?;
            }
            let minutes = template.next_minutes.map_or(1, i64::from);
            if !(1..=MINUTES_LIMIT).contains(&minutes) {
                return Err(Invalid::OutOfRange {
                    field: "minutes to the next word",
                    min: 1,
                    max: MINUTES_LIMIT,
                }
                .into());
            }
        }
        Ok(())
    }
}

fn known_blanks(text: &str) -> Result<(), Refusal> {
    for part in parts(text) {
        if let Part::Braced(word) = part
            && Blank::from_word(word).is_none()
        {
            return Err(Refusal::Unknown {
                what: "blank",
                named: format!("{{{word}}}"),
            });
        }
    }
    Ok(())
}

/// A template that every organisation starts with: its key, its name, where the work stands, in
/// how many minutes the next word comes, and its words in English and German.
type Starting = (
    &'static str,
    &'static str,
    AnnouncedStage,
    Option<u32>,
    [(PageLanguage, &'static str, &'static str); 2],
);

const STARTING: [Starting; 4] = [
    (
        "first-word",
        "First word: it does not work",
        AnnouncedStage::Investigating,
        Some(30),
        [
            (
                PageLanguage::En,
                "Trouble with {components}",
                "Since {began}, {components} do not work as they should. We are looking for the \
                 cause. We will tell you more by {next_by}.",
            ),
            (
                PageLanguage::De,
                "Störung: {components}",
                "Seit {began} funktioniert nicht alles, wie es sollte: {components}. Wir suchen \
                 die Ursache. Bis {next_by} sagen wir Ihnen mehr.",
            ),
        ],
    ),
    (
        "cause-known",
        "The cause is known",
        AnnouncedStage::Identified,
        Some(60),
        [
            (
                PageLanguage::En,
                "Trouble with {components}",
                "We know why {components} do not work as they should, and are mending it. We will \
                 tell you more by {next_by}. Until then, help is here: {contact}.",
            ),
            (
                PageLanguage::De,
                "Störung: {components}",
                "Wir kennen die Ursache der Störung ({components}) und beheben sie. Bis {next_by} \
                 sagen wir Ihnen mehr. Hilfe bis dahin: {contact}.",
            ),
        ],
    ),
    (
        "mended",
        "Mended, and watched",
        AnnouncedStage::Monitoring,
        Some(60),
        [
            (
                PageLanguage::En,
                "Trouble with {components}",
                "It is mended. We are watching whether everything keeps working, and will tell \
                 you by {next_by}.",
            ),
            (
                PageLanguage::De,
                "Störung: {components}",
                "Die Störung ist behoben. Wir beobachten, ob alles weiter funktioniert, und \
                 melden uns bis {next_by}.",
            ),
        ],
    ),
    (
        "over",
        "It is over",
        AnnouncedStage::Resolved,
        None,
        [
            (
                PageLanguage::En,
                "Everything works again",
                "Everything works again. We are sorry for the trouble. If something still fails \
                 for you, tell us: {contact}.",
            ),
            (
                PageLanguage::De,
                "Alles funktioniert wieder",
                "Alles funktioniert wieder. Wir bitten um Entschuldigung. Wenn bei Ihnen noch \
                 etwas nicht geht, sagen Sie es uns: {contact}.",
            ),
        ],
    ),
];

impl Default for Templates {
    fn default() -> Self {
        let template = |(key, name, stage, next_minutes, words): Starting| {
            let words = words.into_iter().filter_map(|(language, title, text)| {
                let words = Words {
                    title: Title::parse(title).ok()?,
                    text: Text::parse(text).ok()?,
                };
                Some((language, words))
            });
            Some(Template {
                key: Slug::parse(key).ok()?,
                name: Short::parse(name).ok()?,
                audience: None,
                stage,
                impact: None,
                next_minutes,
                words: words.collect(),
            })
        };
        Self {
            templates: STARTING.into_iter().filter_map(template).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known(pairs: &[(Blank, &str)]) -> BTreeMap<Blank, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(blank, text)| (*blank, (*text).to_owned()))
            .collect()
    }

    #[test]
    fn what_every_organisation_starts_with_can_be_used_in_both_languages() {
        let start = Templates::default();
        start.check().unwrap();
        for language in PageLanguage::ALL {
            let offered = start.of_page(PageAudience::Public, *language);
            assert_eq!(offered.count(), STARTING.len());
        }
        let all: BTreeMap<Blank, String> = Blank::ALL
            .iter()
            .map(|blank| (*blank, "x".to_owned()))
            .collect();
        for template in &start.templates {
            for language in PageLanguage::ALL {
                let filled = template.filled(*language, &all).unwrap();
                assert_eq!(blank_in(&filled.title), None);
                assert_eq!(blank_in(&filled.text), None);
            }
        }
    }

    #[test]
    fn a_blank_that_nothing_is_known_for_stays_to_be_seen() {
        let some = known(&[(Blank::Components, "Tills")]);
        let text = filled("{components} since {began}: {\"a\": {}} {x", &some);
        assert_eq!(text, "Tills since {began}: {\"a\": {}} {x");
        assert_eq!(blank_in(&text), Some(Blank::Began));
        assert_eq!(blank_in("{components_} {Page} { page }"), None);
    }

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        let some = known(&[(Blank::Page, "{contact}"), (Blank::Contact, "desk")]);
        assert_eq!(filled("{page}", &some), "{contact}");
    }

    #[test]
    fn a_template_with_a_blank_that_nobody_knows_is_refused() {
        let mut templates = Templates::default();
        let words = templates.templates[0].words.get_mut(&PageLanguage::En);
        words.unwrap().text = Text::parse("Since {when}.").unwrap();
        assert_eq!(
            templates.check(),
            Err(Refusal::Unknown {
                what: "blank",
                named: "{when}".to_owned(),
            })
        );
    }

    #[test]
    fn templates_need_words_keys_of_their_own_and_a_promise_within_a_day() {
        let broken: [fn(&mut Templates); 3] = [
            |t| t.templates[0].words.clear(),
            |t| t.templates[1].key = t.templates[0].key.clone(),
            |t| t.templates[0].next_minutes = Some(1_441),
        ];
        for harm in broken {
            let mut templates = Templates::default();
            harm(&mut templates);
            assert!(templates.check().is_err(), "{templates:?}");
        }
    }

    #[test]
    fn a_page_is_offered_what_is_for_its_audience_and_in_its_language() {
        let mut templates = Templates::default();
        templates.templates[0].audience = Some(PageAudience::Staff);
        templates.templates[1].words.remove(&PageLanguage::De);
        let count = |audience, language| templates.of_page(audience, language).count();
        assert_eq!(count(PageAudience::Staff, PageLanguage::En), 4);
        assert_eq!(count(PageAudience::Public, PageLanguage::En), 3);
        assert_eq!(count(PageAudience::Public, PageLanguage::De), 2);
    }

    proptest! {
        #[test]
        fn filling_in_nothing_changes_nothing(text in "[{}a-z_ä]{0,40}") {
            prop_assert_eq!(filled(&text, &BTreeMap::new()), text);
        }
    }
}
