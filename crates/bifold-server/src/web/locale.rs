//! The words of the pages, from the message files in `ui/messages`.
//!
//! English is complete; what another language lacks is said in English. Two languages are for
//! tests: `en-XA` has accents on everything, so that a word outside of the files shows, and
//! `ar-XB` runs from right to left. No text of a page stands anywhere else.

use bifold_domain::At;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

type Bundle = FluentBundle<FluentResource>;

const ENGLISH: &[&str] = &[
    include_str!("../../../../ui/messages/en.ftl"),
    include_str!("../../../../ui/messages/en-facts.ftl"),
    include_str!("../../../../ui/messages/en-gate.ftl"),
    include_str!("../../../../ui/messages/en-evidence.ftl"),
    include_str!("../../../../ui/messages/en-clock.ftl"),
    include_str!("../../../../ui/messages/en-oncall.ftl"),
    include_str!("../../../../ui/messages/en-notify.ftl"),
    include_str!("../../../../ui/messages/en-intake.ftl"),
    include_str!("../../../../ui/messages/en-window.ftl"),
    include_str!("../../../../ui/messages/en-voice.ftl"),
    include_str!("../../../../ui/messages/en-room.ftl"),
];
const GERMAN: &[&str] = &[
    include_str!("../../../../ui/messages/de.ftl"),
    include_str!("../../../../ui/messages/de-gate.ftl"),
    include_str!("../../../../ui/messages/de-evidence.ftl"),
    include_str!("../../../../ui/messages/de-clock.ftl"),
    include_str!("../../../../ui/messages/de-oncall.ftl"),
    include_str!("../../../../ui/messages/de-notify.ftl"),
    include_str!("../../../../ui/messages/de-intake.ftl"),
    include_str!("../../../../ui/messages/de-window.ftl"),
    include_str!("../../../../ui/messages/de-voice.ftl"),
    include_str!("../../../../ui/messages/de-room.ftl"),
];

/// A language one may choose.
pub(crate) struct Language {
    /// Its tag (BCP 47).
    pub(crate) tag: &'static str,
    /// What its speakers call it.
    pub(crate) name: &'static str,
    /// `ltr` or `rtl`.
    pub(crate) direction: &'static str,
    bundle: Bundle,
    /// For tests; not to be offered to people.
    pub(crate) is_pseudo: bool,
}

static LANGUAGES: LazyLock<[Language; 4]> = LazyLock::new(|| {
    let language = |tag, name, direction, texts, is_pseudo| Language {
        tag,
        name,
        direction,
        bundle: bundle(tag, texts),
        is_pseudo,
    };
    [
        language("en", "English", "ltr", ENGLISH, false),
        language("de", "Deutsch", "ltr", GERMAN, false),
        language("en-XA", "Èñĝļîšĥ (test)", "ltr", ENGLISH, true),
        language("ar-XB", "RTL (test)", "rtl", ENGLISH, true),
    ]
});

/// The language that is complete, and stands in where another lacks a message.
fn english() -> &'static Language {
    let [english, ..] = &*LANGUAGES;
    english
}

fn bundle(tag: &str, texts: &[&str]) -> Bundle {
    let language: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    for text in texts {
        // A broken line is left out, and a test says which.
        let resource = match FluentResource::try_new((*text).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// A chosen language.
#[derive(Clone, Copy)]
pub(crate) struct Locale(&'static Language);

impl Default for Locale {
    fn default() -> Self {
        Self::chosen(None, None)
    }
}

impl std::fmt::Debug for Locale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.tag)
    }
}

impl Locale {
    /// What the person chose, else what the browser prefers, else English.
    pub(crate) fn chosen(chosen: Option<&str>, accepted: Option<&str>) -> Self {
        let named = |tag: &str| LANGUAGES.iter().find(|l| l.tag.eq_ignore_ascii_case(tag));
        let spoken = |tag: &str| {
            let part = tag.split(['-', ';']).next().unwrap_or_default().trim();
            LANGUAGES
                .iter()
                .find(|l| !l.is_pseudo && l.tag.eq_ignore_ascii_case(part))
        };
        let accepted = || accepted.unwrap_or_default().split(',').find_map(spoken);
        let found = chosen.and_then(named).or_else(accepted);
        Self(found.unwrap_or_else(english))
    }

    /// The language of a tag such as `de-CH`, else English.
    pub(crate) fn spoken(tag: &str) -> Self {
        Self::chosen(None, Some(tag))
    }

    /// Every language, for the choice.
    pub(crate) fn all() -> &'static [Language] {
        &*LANGUAGES
    }

    pub(crate) fn tag(self) -> &'static str {
        self.0.tag
    }

    pub(crate) fn direction(self) -> &'static str {
        self.0.direction
    }

    /// The message with this key.
    pub(crate) fn t(self, key: &str) -> String {
        self.say(key, None)
    }

    /// The message for a word of a closed set, such as `stage-in_progress`; the word itself where
    /// there is none, as of data.
    pub(crate) fn word(self, set: &str, word: &str) -> String {
        self.find(&format!("{set}-{word}"), None)
            .unwrap_or_else(|| word.replace('_', " "))
    }

    /// What an entry of the policy is called: the message for its key where there is one, as for
    /// those that come with Bifold, else its own name.
    pub(crate) fn data(self, set: &str, key: &str, name: &str) -> String {
        self.find(&format!("{set}-{key}"), None)
            .unwrap_or_else(|| name.to_owned())
    }

    /// The message with one number or text in it.
    pub(crate) fn with<'a>(
        self,
        key: &str,
        name: &'a str,
        value: impl Into<FluentValue<'a>>,
    ) -> String {
        let mut args = FluentArgs::new();
        args.set(name, value);
        self.say(key, Some(&args))
    }

    /// The message with several in it.
    pub(crate) fn say(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        self.find(key, args).unwrap_or_else(|| key.to_owned())
    }

    /// The message, if there is one in this language or in English.
    pub(crate) fn find(self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let said =
            format(&self.0.bundle, key, args).or_else(|| format(&english().bundle, key, args))?;
        Some(if self.0.is_pseudo {
            accented(&said)
        } else {
            said
        })
    }

    /// Whether there is such a message.
    #[cfg(test)]
    pub(crate) fn has(self, key: &str) -> bool {
        self.0.bundle.has_message(key) || english().bundle.has_message(key)
    }

    /// A time as a page without modules shows it: to the minute, in UTC. Modules show it local.
    pub(crate) fn moment(self, at: &At) -> String {
        let text = at.to_string();
        text.get(..16)
            .map_or_else(|| text.clone(), |t| format!("{} UTC", t.replace('T', " ")))
    }

    /// How long it is since then, as [`Self::span`] says it.
    pub(crate) fn age(self, now: &At, at: &At) -> String {
        let micros = now.micros() - at.micros();
        self.span(micros.max(0) / 1_000_000)
    }

    /// How long, in the two largest units that matter: `3 d 4 h`, `14 min`.
    pub(crate) fn span(self, seconds: i64) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
        let two = |large: &str, n: i64, small: &str, m: i64| {
            let first = self.with(large, "n", n);
            if m == 0 {
                first
            } else {
                format!("{first} {}", self.with(small, "n", m))
            }
        };
        match seconds {
            ..60 => self.t("span-moment"),
            60..3_600 => self.with("span-minutes", "n", minutes),
            3_600..86_400 => two("span-hours", hours, "span-minutes", minutes % 60),
            86_400..1_209_600 => two("span-days", days, "span-hours", hours % 24),
            _ => self.with("span-days", "n", days),
        }
    }
}

fn format(bundle: &Bundle, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let said: Cow<'_, str> = bundle.format_pattern(pattern, args, &mut errors);
    debug_assert!(errors.is_empty(), "{key} lacks a value: {errors:?}");
    Some(said.into_owned())
}

/// The text with marks over its letters, a third longer, as German or Finnish would be.
fn accented(text: &str) -> String {
    let letter = |c: char| match c {
        'a' => 'à',
        'e' => 'ë',
        'i' => 'î',
        'o' => 'ô',
        'u' => 'ü',
        'c' => 'ç',
        'n' => 'ñ',
        'A' => 'À',
        'E' => 'Ë',
        'I' => 'Î',
        'O' => 'Ô',
        'U' => 'Ü',
        'S' => 'Š',
        's' => 'š',
        other => other,
    };
    let mut out: String = text.chars().map(letter).collect();
    out.extend(std::iter::repeat_n('·', text.chars().count() / 3));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(texts: &[&str]) -> BTreeSet<String> {
        let lines = texts.iter().flat_map(|text| text.lines());
        let keys = lines.filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase()));
        keys.filter_map(|l| Some(l.split_once(" =")?.0.to_owned()))
            .collect()
    }

    #[test]
    fn every_message_file_is_well_formed() {
        for text in ENGLISH.iter().chain(GERMAN) {
            let broken = FluentResource::try_new((*text).to_owned())
                .err()
                .map(|(_, e)| e);
            assert!(broken.is_none(), "{broken:?}");
        }
    }

    /// Files of messages stand in for each other where they say the same key: one would be lost.
    #[test]
    fn no_message_is_named_twice() {
        for texts in [ENGLISH, GERMAN] {
            let lines = texts.iter().flat_map(|text| text.lines());
            let mut seen = BTreeSet::new();
            let twice: Vec<&str> = lines
                .filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase()))
                .filter_map(|l| Some(l.split_once(" =")?.0))
                .filter(|key| !seen.insert(*key))
                .collect();
            assert_eq!(twice, Vec::<&str>::new());
        }
    }

    #[test]
    fn no_language_says_what_english_does_not() {
        let strangers: Vec<String> = keys(GERMAN).difference(&keys(ENGLISH)).cloned().collect();
        assert_eq!(strangers, Vec::<String>::new());
    }

    #[test]
    fn every_key_that_a_template_names_exists() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let mut missing = BTreeSet::new();
        let known = keys(ENGLISH);
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for (from, _) in text
                .match_indices(".t(\"")
                .chain(text.match_indices(".with(\""))
            {
                let rest = &text[from..];
                let key = rest.split('"').nth(1).unwrap();
                if !known.contains(key) {
                    missing.insert(key.to_owned());
                }
            }
        }
        assert_eq!(missing, BTreeSet::new());
    }

    #[test]
    fn every_word_of_on_call_has_its_message() {
        use bifold_domain::oncall::{Unit, chain::Nobody};
        let units = Unit::ALL.iter().map(|w| format!("unit-{}", w.word()));
        let nobody = Nobody::ALL
            .iter()
            .map(|w| format!("nobody-is-{}", w.word()));
        for key in units.chain(nobody) {
            assert!(Locale::default().has(&key), "{key}");
        }
    }

    /// The sets of status pages.
    fn check_window(check: &mut impl FnMut(&str, Vec<&str>)) {
        use bifold_domain::status_page::{
            AnnouncedImpact, AnnouncedStage, Approval, ComponentState, PageAudience, PageLanguage,
        };
        let states = ComponentState::ALL.iter();
        check("component-state", states.map(|w| w.word()).collect());
        let impacts = AnnouncedImpact::ALL.iter();
        check("announced-impact", impacts.map(|w| w.word()).collect());
        let course = AnnouncedStage::ALL.iter();
        check("announced-stage", course.map(|w| w.word()).collect());
        let audiences = PageAudience::ALL.iter();
        check("page-audience", audiences.map(|w| w.word()).collect());
        let approvals = Approval::ALL.iter();
        check("page-approval", approvals.map(|w| w.word()).collect());
        let blanks = bifold_domain::template::Blank::ALL.iter();
        check("blank", blanks.map(|w| w.word()).collect());
        let languages = PageLanguage::ALL.iter();
        check("page-language", languages.map(|w| w.word()).collect());
    }

    #[test]
    #[allow(clippy::too_many_lines)] // A list: one line a set.
    fn every_word_of_a_closed_set_that_pages_show_has_its_message() {
        use bifold_domain::Role;
        use bifold_domain::disclosure::{Concern, Conclusion, Mode, Stage as Voiced};
        use bifold_domain::event::{Channel, Dismissal};
        use bifold_domain::gate::{Course, Effect, Ground, Side};
        use bifold_domain::incident::{
            Containment, EvidenceState, IncidentRole, MajorCriterion, NotificationState, PendingOn,
            RelationKind, Stage, Tlp,
        };
        use bifold_domain::kind::{Answer, Finding};
        use bifold_domain::priority::{Impact, Urgency};
        let mut missing = Vec::new();
        let mut check = |set: &str, words: Vec<&str>| {
            let lacks = |word: &&str| {
                Locale::default()
                    .find(&format!("{set}-{word}"), None)
                    .is_none()
            };
            missing.extend(
                words
                    .into_iter()
                    .filter(lacks)
                    .map(|word| format!("{set}-{word}")),
            );
        };
        let catalogue = bifold_domain::gate::Rules::default();
        let causes = bifold_domain::level::Cause::ALL.iter();
        check("cause", causes.map(|w| w.word()).collect());
        check("effect", Effect::ALL.iter().map(|w| w.word()).collect());
        check("course", Course::ALL.iter().map(|w| w.word()).collect());
        check("ground", Ground::ALL.iter().map(|w| w.word()).collect());
        check("side", Side::ALL.iter().map(|w| w.word()).collect());
        check("advice", Side::ALL.iter().map(|w| w.word()).collect());
        let actions = catalogue.actions.iter();
        check("catalogue", actions.map(|a| a.key.as_str()).collect());
        let volatile = catalogue.volatile.iter();
        check("volatile", volatile.map(|v| v.key.as_str()).collect());
        check("concern", Concern::ALL.iter().map(|w| w.word()).collect());
        check("voice-mode", Mode::ALL.iter().map(|w| w.word()).collect());
        check(
            "voice-stage",
            Voiced::ALL.iter().map(|w| w.word()).collect(),
        );
        check(
            "voice-outcome",
            Conclusion::ALL.iter().map(|w| w.word()).collect(),
        );
        check_window(&mut check);
        check("stage", Stage::WORDS.to_vec());
        check("role", Role::ALL.iter().map(|w| w.word()).collect());
        check("channel", Channel::ALL.iter().map(|w| w.word()).collect());
        check("ground", Dismissal::ALL.iter().map(|w| w.word()).collect());
        check(
            "containment",
            Containment::ALL.iter().map(|w| w.word()).collect(),
        );
        check(
            "evidence",
            EvidenceState::ALL.iter().map(|w| w.word()).collect(),
        );
        check(
            "incident-role",
            IncidentRole::ALL.iter().map(|w| w.word()).collect(),
        );
        check(
            "major-criterion",
            MajorCriterion::ALL.iter().map(|w| w.word()).collect(),
        );
        check(
            "notification",
            NotificationState::ALL.iter().map(|w| w.word()).collect(),
        );
        check("pending", PendingOn::ALL.iter().map(|w| w.word()).collect());
        check(
            "relation",
            RelationKind::ALL.iter().map(|w| w.word()).collect(),
        );
        check("tlp", Tlp::ALL.iter().map(|w| w.word()).collect());
        check("answer", Answer::ALL.iter().map(|w| w.word()).collect());
        check("finding", Finding::ALL.iter().map(|w| w.word()).collect());
        check("impact", Impact::ALL.iter().map(|w| w.word()).collect());
        check("urgency", Urgency::ALL.iter().map(|w| w.word()).collect());
        assert_eq!(missing, Vec::<String>::new());
    }

    #[test]
    fn every_occasion_kind_and_state_of_notices_has_its_words() {
        use bifold_notify::{Clearance, Kind, notice::Occasion};
        let occasions = Occasion::ALL.iter().map(|w| w.word());
        let keys = occasions.flat_map(|w| [format!("notice-{w}"), format!("notice-why-{w}")]);
        let kinds = Kind::ALL
            .iter()
            .map(|w| format!("channel-kind-{}", w.word()));
        let clearances = Clearance::ALL
            .iter()
            .map(|w| format!("clearance-{}", w.word()));
        for key in keys.chain(kinds).chain(clearances) {
            assert!(Locale::default().has(&key), "{key}");
        }
    }

    #[test]
    fn a_language_is_chosen_by_the_person_then_by_the_browser() {
        for (chosen, accepted, tag) in [
            (None, None, "en"),
            (None, Some("fr, de-AT;q=0.8, en;q=0.5"), "de"),
            (Some("en"), Some("de"), "en"),
            (Some("xx"), Some("de"), "de"),
            (Some("ar-XB"), None, "ar-XB"),
        ] {
            assert_eq!(Locale::chosen(chosen, accepted).tag(), tag);
        }
    }

    #[test]
    fn spans_are_short() {
        let en = Locale::default();
        let said: Vec<String> = [5, 60, 3_600, 3_720, 90_000, 2_000_000]
            .map(|s| en.span(s))
            .into();
        assert_eq!(
            said,
            ["now", "1 min", "1 h", "1 h 2 min", "1 d 1 h", "23 d"]
        );
    }
}
