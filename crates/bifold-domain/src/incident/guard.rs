//! The leak guard: words of what few may know that would be said to everybody (features F101).
//!
//! Three sorts of words are found in what is to be said: those that stand in the lanes only
//! cleared people see, or anywhere in a restricted record, and nowhere else; names of people; and
//! what is never harmless, such as addresses of machines and mail and digests. A person may say
//! them nevertheless, and writes down why.

use crate::directory::Directory;
use crate::status_page::Settings;
use std::collections::BTreeSet;

/// Texts of an incident, as far as they matter for what may be said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LaneTexts {
    /// What only those who see the lane, or the restricted record, know.
    pub secret: Vec<String>,
    /// What everybody who reads incidents knows.
    pub open: Vec<String>,
}

/// Words of plain prose count from this length on.
const PROSE_CHARS: usize = 6;
/// Findings named in a refusal at most.
const NAMED: usize = 20;

/// Words that any announcement may use, whatever the record says: without them nothing could be
/// said of a restricted incident at all.
const USUAL: &str = include_str!("usual.txt");

/// The words of `texts` that `secret` holds, or that name people or machines. In the order of the
/// alphabet, as they are compared: in small letters.
pub fn findings(
    texts: &[&str],
    secret: &LaneTexts,
    page: &Settings,
    directory: &Directory,
) -> Vec<String> {
    let said: BTreeSet<String> = texts.iter().flat_map(|text| words(text)).collect();
    let known = vocabulary(page, directory);
    let open: BTreeSet<String> = secret.open.iter().flat_map(|text| words(text)).collect();
    let hidden: BTreeSet<String> = secret
        .secret
        .iter()
        .flat_map(|text| words(text))
        .filter(|word| weighs(word) && !open.contains(word) && !known.contains(word))
        .collect();
    let contact: BTreeSet<String> = page
        .contact
        .iter()
        .flat_map(|c| words(c.as_str()))
        .collect();
    let mut found: BTreeSet<String> = said
        .iter()
        .filter(|word| hidden.contains(*word) || is_address(word) && !contact.contains(*word))
        .cloned()
        .collect();
    let phrases = texts.iter().map(|text| phrase(text));
    let all = format!(" {} ", phrases.collect::<Vec<_>>().join(" "));
    let people = directory.people.values();
    let names = people.flat_map(|person| [person.name.present(), person.email.present()]);
    let names = names.flatten().map(|name| phrase(name.as_str()));
    let never = page.never_say.iter().map(|word| phrase(word.as_str()));
    let is_said = |name: &String| !name.is_empty() && all.contains(&format!(" {name} "));
    found.extend(names.chain(never).filter(is_said));
    found.into_iter().take(NAMED).collect()
}

/// The words of a text in small letters, without the signs around them.
fn words(text: &str) -> impl Iterator<Item = String> {
    let is_edge = |c: char| !c.is_alphanumeric();
    text.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | '"' | '(' | ')' | '<' | '>' | '|')
    })
    .flat_map(move |word| {
        let word = word.trim_matches(is_edge).to_lowercase();
        // A compound is itself and its parts: `db-7/payments` tells of both.
        let parts = word.split(['/', '-', '\\', '=', ':', '\u{2013}']);
        let parts: Vec<String> = parts.map(str::to_owned).collect();
        let is_compound = parts.len() > 1;
        std::iter::once(word).chain(parts.into_iter().filter(move |_| is_compound))
    })
    .filter(|word| !word.is_empty())
}

/// The text as words in small letters with one space between, for phrases to be found in.
fn phrase(text: &str) -> String {
    let words =
        text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '@' | '.' | '-' | '_' | '\''));
    let words = words.map(|word| word.trim_matches(['.', '-', '\'']).to_lowercase());
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Whether a word of a secret text says something by itself: a name of a machine, a file or a
/// code, or a longer word of prose.
fn weighs(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let is_number = letters == 0;
    let is_code = letters > 0 && digits > 0 && word.chars().count() >= 4;
    let is_name = letters > 0 && word.contains(['.', '_', '@', '\\']) && letters > 2;
    (!is_number && (is_code || is_name || letters >= PROSE_CHARS)) || is_address(word)
}

/// Whether it is an address of a machine or of mail, or a digest: never harmless.
fn is_address(word: &str) -> bool {
    let host = word.split_once(':').map_or(word, |(host, _)| host);
    let is_digest = word.len() >= 32 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let is_mail = word
        .split_once('@')
        .is_some_and(|(name, at)| !name.is_empty() && at.contains('.'));
    is_digest
        || is_mail
        || host.parse::<core::net::Ipv4Addr>().is_ok()
        || (word.matches(':').count() > 1 && word.parse::<core::net::Ipv6Addr>().is_ok())
}

/// Words that stand on the page in any case, and those that are usual.
fn vocabulary(page: &Settings, directory: &Directory) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = USUAL.split_whitespace().map(str::to_owned).collect();
    let mut add = |text: &str| known.extend(words(text));
    add(page.name.as_str());
    if let Some(text) = &page.about {
        add(text.as_str());
    }
    for component in &page.components {
        add(component.name.as_str());
        for text in component.group.iter().chain(&component.about) {
            add(text.as_str());
        }
        let services = component.services.iter();
        for service in services.filter_map(|id| directory.services.get(id)) {
            add(service.entry.name.as_str());
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{short, status_page};
    use crate::id::PersonId;
    use crate::person::Person;

    fn directory() -> Directory {
        let id = PersonId::from_bits(7);
        let person = Person {
            id: id.clone(),
            name: short("Mara Lind").into(),
            email: short("mara@harbour.example").into(),
            roles: [].into(),
            is_active: true,
        };
        Directory {
            people: [(id, person)].into(),
            ..Directory::default()
        }
    }

    fn found(text: &str, secret: &str, open: &str) -> Vec<String> {
        let texts = LaneTexts {
            secret: vec![secret.to_owned()],
            open: vec![open.to_owned()],
        };
        findings(&[text], &texts, &status_page().settings, &directory())
    }

    #[test]
    fn words_of_the_lane_are_found_however_they_are_written() {
        let secret = "Beacon from PAY-DB07 to evil.example.net, dropper svch0st.exe.";
        let text = "We took pay-db07 offline (\u{201c}svch0st.exe\u{201d}).";
        assert_eq!(found(text, secret, ""), ["db07", "pay-db07", "svch0st.exe"]);
        assert!(found("Card payments fail.", secret, "").is_empty());
    }

    #[test]
    fn prose_that_everybody_knows_or_everybody_uses_is_not_found() {
        let secret = "Exfiltration of the customer database is being investigated since Monday";
        let text = "The customer database is slow. It is being investigated.";
        assert_eq!(found(text, secret, ""), ["database"]);
        assert!(found(text, secret, "Customer database slow").is_empty());
        assert_eq!(found("No exfiltration!", secret, ""), ["exfiltration"]);
    }

    #[test]
    fn people_machines_and_forbidden_words_are_found_without_any_lane() {
        let text = "Mara  Lind (mara@harbour.example) moved 10.1.2.3 for project tern.";
        let all = [
            "10.1.2.3",
            "mara lind",
            "mara@harbour.example",
            "project tern",
        ];
        assert_eq!(found(text, "", ""), all);
        let harmless = "Write to help@harbour.example. Version 2.4.1 at 10:30, ticket 2026-11-23.";
        assert!(found(harmless, "", "").is_empty());
    }
}
