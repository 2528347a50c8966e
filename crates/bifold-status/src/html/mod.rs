//! The pages: the current status, a page a month, one for each incident and each maintenance.
//!
//! They are HTML that is also well-formed XML, so that tests can read them strictly. Links within
//! are relative; there is no script, no style in an attribute, and nothing from elsewhere.

mod bar;
mod component;
mod history;
pub(crate) mod incident;
mod index;
pub(crate) mod maintenance;
mod recent;

use crate::moment::Moment;
use crate::words::Words;
use crate::{Error, Files, Show};

pub(crate) const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = include_str!("../../style/style.css");

/// Writes every page and the style.
pub(crate) fn render(show: &Show<'_>, files: &mut Files) -> Result<(), Error> {
    files.add("style.css", "text/css; charset=utf-8", STYLE.to_owned());
    index::render(show, files)?;
    history::render(show, files)?;
    incident::render(show, files)?;
    maintenance::render(show, files)
}

/// What stands around each page.
struct Frame<'a> {
    l: Words,
    /// The way from the page to the folder of the index: nothing or `../`.
    base: &'static str,
    title: String,
    name: &'a str,
    as_of: Moment,
    /// The month that is the newest of the history.
    month: String,
    contact: Option<Contact<'a>>,
    /// Where one asks to be told by mail.
    subscribe: Option<&'a str>,
}

impl<'a> Frame<'a> {
    fn new(show: &Show<'a>, base: &'static str, title: &str) -> Self {
        let page = show.page;
        Self {
            l: show.words(),
            base,
            title: format!("{}: {title}", page.name),
            name: &page.name,
            as_of: show.clock.moment(page.generated_at),
            month: history::file_of(show.clock.day(page.generated_at)),
            contact: page.contact.as_deref().map(Contact::of),
            subscribe: page.subscribe.as_deref(),
        }
    }
}

/// Where people get help.
struct Contact<'a> {
    /// What it leads to, if anything.
    href: Option<String>,
    text: &'a str,
}

impl<'a> Contact<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.trim();
        let is_web = text.starts_with("https://") && !text.contains(char::is_whitespace);
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
        let is_mail = text.split_once('@').is_some_and(|(who, host)| {
            let is_part = |part: &str| !part.is_empty() && part.chars().all(plain);
            is_part(who) && is_part(host)
        });
        let href = if is_web {
            Some(text.to_owned())
        } else {
            is_mail.then(|| format!("mailto:{text}"))
        };
        Self { href, text }
    }
}

#[cfg(test)]
mod tests {
    use super::Contact;

    #[test]
    fn help_is_linked_only_where_it_is_an_address() {
        for (text, href) in [
            (
                "https://help.example.org/?a=b",
                Some("https://help.example.org/?a=b"),
            ),
            ("help+us@example.org", Some("mailto:help+us@example.org")),
            ("Call 110", None),
            ("javascript:alert(1)", None),
            ("http://example.org", None),
            ("https://a b", None),
            ("a@b@c", None),
            ("a@b?bcc=x", None),
        ] {
            assert_eq!(Contact::of(text).href.as_deref(), href, "{text}");
        }
    }
}
