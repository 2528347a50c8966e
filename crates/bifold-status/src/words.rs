//! The words of the page, from the message files of this crate.

use crate::model::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

type Bundle = FluentBundle<FluentResource>;

const ENGLISH: &str = include_str!("../messages/en.ftl");
const GERMAN: &str = include_str!("../messages/de.ftl");

static BUNDLES: LazyLock<[Bundle; 2]> =
    LazyLock::new(|| [bundle("en", ENGLISH), bundle("de", GERMAN)]);

fn bundle(tag: &str, text: &str) -> Bundle {
    let language: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    // A broken line is left out, and a test says which.
    let resource = match FluentResource::try_new(text.to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    bundle.add_resource_overriding(resource);
    bundle
}

/// The words of one language.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    bundle: &'static Bundle,
    tag: &'static str,
}

impl Words {
    pub(crate) fn of(language: Language) -> Self {
        let [english, german] = &*BUNDLES;
        let bundle = match language {
            Language::En => english,
            Language::De => german,
        };
        Self {
            bundle,
            tag: language.word(),
        }
    }

    /// The language, as documents name it (BCP 47).
    pub(crate) fn tag(self) -> &'static str {
        self.tag
    }

    /// The message with this key.
    pub(crate) fn t(self, key: &str) -> String {
        self.say(key, &[])
    }

    /// The message with one text in it.
    pub(crate) fn with(self, key: &str, name: &str, value: &str) -> String {
        self.say(key, &[(name, FluentValue::from(value))])
    }

    /// The message with one number in it.
    pub(crate) fn count(self, key: &str, n: i64) -> String {
        self.say(key, &[("n", FluentValue::from(n))])
    }

    /// The message with several values in it.
    pub(crate) fn say(self, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, value.clone());
        }
        self.find(key, &args).unwrap_or_else(|| key.to_owned())
    }

    fn find(self, key: &str, args: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let said = self.bundle.format_pattern(pattern, Some(args), &mut errors);
        debug_assert!(errors.is_empty(), "{key} lacks a value: {errors:?}");
        Some(said.into_owned())
    }

    /// The message for a word of a closed set, such as `state-major_outage`.
    pub(crate) fn word(self, set: &str, word: &str) -> String {
        self.t(&format!("{set}-{word}"))
    }

    /// How long, in the two largest units that matter: `3 d 4 h`, `14 min`.
    pub(crate) fn span(self, micros: i64) -> String {
        let minutes = micros / bifold_domain::time::MINUTE;
        let (hours, days) = (minutes / 60, minutes / 1_440);
        let two = |large: &str, n: i64, small: &str, m: i64| {
            let first = self.count(large, n);
            if m == 0 {
                first
            } else {
                format!("{first} {}", self.count(small, m))
            }
        };
        match minutes {
            ..1 => self.t("span-moment"),
            1..60 => self.count("span-minutes", minutes),
            60..1_440 => two("span-hours", hours, "span-minutes", minutes % 60),
            _ => two("span-days", days, "span-hours", hours % 24),
        }
    }

    /// A share in hundredths of a percent: `99.98 %`.
    pub(crate) fn percent(self, hundredths: i64) -> String {
        let places = format!("{:02}", hundredths % 100);
        let places = places.trim_end_matches('0');
        let whole = (hundredths / 100).to_string();
        let number = if places.is_empty() {
            whole
        } else {
            format!("{whole}{}{places}", self.t("decimal-mark"))
        };
        self.with("percent", "n", &number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Impact, MaintenanceStage, Stage, State};
    use std::collections::BTreeSet;

    fn keys(text: &str) -> BTreeSet<&str> {
        let lines = text.lines();
        let keys = lines.filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase()));
        keys.filter_map(|l| Some(l.split_once(" =")?.0)).collect()
    }

    #[test]
    fn both_languages_are_well_formed_and_have_the_same_messages() {
        for text in [ENGLISH, GERMAN] {
            let broken = FluentResource::try_new(text.to_owned()).err();
            assert!(broken.is_none(), "{:?}", broken.map(|(_, e)| e));
        }
        assert_eq!(keys(ENGLISH), keys(GERMAN));
        let variables = |text: &'static str| {
            let lines = text.lines();
            let uses = lines.filter_map(|l| Some((l.split_once(" =")?.0, l.matches('$').count())));
            uses.collect::<Vec<_>>()
        };
        assert_eq!(variables(ENGLISH), variables(GERMAN));
    }

    #[test]
    fn every_word_of_a_closed_set_has_its_message() {
        let sets = [
            (
                "state",
                State::ALL.iter().map(|w| w.word()).collect::<Vec<_>>(),
            ),
            ("banner", State::ALL.iter().map(|w| w.word()).collect()),
            ("impact", Impact::ALL.iter().map(|w| w.word()).collect()),
            ("stage", Stage::ALL.iter().map(|w| w.word()).collect()),
            (
                "work",
                MaintenanceStage::ALL.iter().map(|w| w.word()).collect(),
            ),
        ];
        let known = keys(ENGLISH);
        for (set, words) in sets {
            for word in words {
                let key = format!("{set}-{word}");
                assert!(known.contains(key.as_str()), "{key}");
            }
        }
    }

    #[test]
    fn every_message_is_used_and_every_used_one_exists() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
        let mut texts = String::new();
        for folder in ["templates", "src", "src/html"] {
            for entry in std::fs::read_dir(format!("{root}{folder}")).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    texts.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        for key in keys(ENGLISH) {
            let set = key.split_once('-').map_or(key, |(set, _)| set);
            let of_set = [
                "state", "banner", "impact", "stage", "work", "month", "weekday",
            ];
            let is_used = of_set.contains(&set) || texts.contains(&format!("\"{key}\""));
            assert!(is_used, "{key}");
        }
        let known = keys(ENGLISH);
        for call in [".t(\"", ".with(\"", ".count(\"", ".say(\""] {
            for (from, _) in texts.match_indices(call) {
                let key = texts[from..].split('"').nth(1).unwrap();
                let is_test = key.contains(['{', '\\']) || key.starts_with('.');
                assert!(is_test || known.contains(key), "{key}");
            }
        }
    }

    #[test]
    fn spans_and_shares_are_short() {
        let (en, de) = (Words::of(Language::En), Words::of(Language::De));
        let minute = bifold_domain::time::MINUTE;
        let said = [0, 1, 60, 62, 1_500, 4_320].map(|m| en.span(m * minute));
        assert_eq!(
            said,
            [
                "less than a minute",
                "1 min",
                "1 h",
                "1 h 2 min",
                "1 d 1 h",
                "3 d"
            ]
        );
        let said = [10_000, 9_999, 9_980, 5, 0].map(|n| en.percent(n));
        assert_eq!(said, ["100 %", "99.99 %", "99.8 %", "0.05 %", "0 %"]);
        assert_eq!(de.percent(9_998), "99,98 %");
    }
}
