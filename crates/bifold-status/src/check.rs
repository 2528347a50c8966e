//! The page as it may be rendered: harmless characters, keys that can name files, a known zone.

use crate::Error;
use crate::model::{Incident, Maintenance, Page};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// The longest key.
const KEY_LIMIT: usize = 64;

/// The zone by its name.
pub(crate) fn zone(name: &str) -> Result<TimeZone, Error> {
    TimeZone::get(name).map_err(|_| Error::Zone(name.to_owned()))
}

/// The page with every text cleaned, updates in order and keys looked at.
pub(crate) fn checked(page: &Page) -> Result<Page, Error> {
    let mut page = page.clone();
    page.address = page.address.as_deref().map(address).transpose()?;
    line(&mut page.name);
    clean_some(&mut page.about);
    page.contact.iter_mut().for_each(line);
    for component in &mut page.components {
        line(&mut component.name);
        component.group.iter_mut().for_each(line);
        clean_some(&mut component.about);
    }
    page.incidents.iter_mut().for_each(clean_incident);
    page.maintenances.iter_mut().for_each(clean_maintenance);
    page.incidents
        .sort_by_key(|i| std::cmp::Reverse(i.began_at));
    page.maintenances.sort_by_key(|m| m.from);
    keys(page.components.iter().map(|c| c.key.as_str()))?;
    keys(page.incidents.iter().map(|i| i.key.as_str()))?;
    keys(page.maintenances.iter().map(|m| m.key.as_str()))?;
    Ok(page)
}

fn clean_incident(incident: &mut Incident) {
    line(&mut incident.title);
    clean_some(&mut incident.note_after);
    for update in &mut incident.updates {
        clean(&mut update.text);
    }
    incident.updates.sort_by_key(|update| update.at);
}

fn clean_maintenance(maintenance: &mut Maintenance) {
    line(&mut maintenance.title);
    clean(&mut maintenance.text);
    for change in &mut maintenance.changes {
        clean(&mut change.text);
    }
    maintenance.changes.sort_by_key(|change| change.at);
}

fn clean_some(text: &mut Option<String>) {
    if let Some(text) = text {
        clean(text);
    }
}

/// What stands in one line: cleaned, and without breaks.
fn line(text: &mut String) {
    clean(text);
    if text.contains(['\n', '\t']) {
        *text = text.replace(['\n', '\t'], " ");
    }
}

/// Leaves out what no document may hold (control characters, non-characters) and what turns the
/// order of the words around it (bidirectional overrides). Line breaks become `\n`.
fn clean(text: &mut String) {
    if text.contains('\r') {
        *text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    text.retain(|c| match c {
        '\n' | '\t' => true,
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{fdd0}'..='\u{fdef}' => false,
        c => !c.is_control() && (c as u32) & 0xfffe != 0xfffe,
    });
}

/// The address without a slash at its end.
fn address(given: &str) -> Result<String, Error> {
    let trimmed = given.trim().trim_end_matches('/');
    let wrong = || Error::Address(given.chars().take(200).collect());
    let rest = trimmed
        .strip_prefix("https://")
        .or_else(|| trimmed.strip_prefix("http://"))
        .ok_or_else(wrong)?;
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-._~/:%".contains(c);
    if rest.is_empty() || rest.starts_with(['/', ':']) || !rest.chars().all(harmless) {
        return Err(wrong());
    }
    Ok(trimmed.to_owned())
}

fn keys<'a>(keys: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for key in keys {
        let harmless = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if key.is_empty() || key.len() > KEY_LIMIT || !key.chars().all(harmless) {
            return Err(Error::Key(key.chars().take(KEY_LIMIT).collect()));
        }
        if !seen.insert(key.to_ascii_lowercase()) {
            return Err(Error::Twice(key.to_owned()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_no_document_may_hold_are_left_out() {
        let mut text = "a\r\nb\rc\u{0}\u{1b}[2J\u{202e}d\u{fffe}\u{85}\te\u{1f600}".to_owned();
        clean(&mut text);
        assert_eq!(text, "a\nb\nc[2Jd\te\u{1f600}");
    }

    #[test]
    fn an_address_begins_links_and_does_nothing_else() {
        let good = address(" https://status.example.org/shop/ ");
        assert_eq!(good.as_deref(), Ok("https://status.example.org/shop"));
        for bad in [
            "",
            "status.example.org",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://[::1]/",
            "https://a b",
            "https://a/?q",
            "https://a/#f",
            "https://a\"><script>",
            "https://a\r\nX: y",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_name_files_and_nothing_else() {
        assert_eq!(keys(["INC-2026-0042", "a_b"].into_iter()), Ok(()));
        for bad in [
            "",
            "../x",
            "a/b",
            "a.b",
            "a b",
            "\u{e9}",
            "a\n",
            &"x".repeat(65),
        ] {
            assert!(keys([bad].into_iter()).is_err(), "{bad}");
        }
        let twice = keys(["a", "A"].into_iter());
        assert_eq!(twice, Err(Error::Twice("A".to_owned())));
    }
}
