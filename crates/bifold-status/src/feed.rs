//! Incidents and maintenances as a feed (Atom, RFC 4287), the latest changed first.
//!
//! An entry keeps its identity for as long as the page keeps its address. Links are relative where
//! the page has none, which Atom allows.

use crate::html::{incident, maintenance};
use crate::model::{Incident, Maintenance};
use crate::moment::utc;
use crate::{Error, Files, Show};
use askama::Template;
use bifold_domain::At;

const ATOM: &str = "application/atom+xml; charset=utf-8";

#[derive(Template)]
#[template(path = "feed.xml", escape = "html")]
struct Feed<'a> {
    lang: &'static str,
    id: String,
    title: String,
    by: &'a str,
    home: String,
    itself: Option<String>,
    updated: String,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    id: String,
    title: &'a str,
    link: String,
    published: String,
    updated_at: At,
    updated: String,
    /// HTML; the template escapes it once more, as Atom wants it.
    content: String,
}

pub(crate) fn render(show: &Show<'_>, files: &mut Files) -> Result<(), Error> {
    let page = show.page;
    let mut entries: Vec<Entry<'_>> = page
        .incidents
        .iter()
        .map(|i| of_incident(show, i))
        .collect();
    entries.extend(page.maintenances.iter().map(|m| of_maintenance(show, m)));
    entries.sort_by(|a, b| {
        b.updated_at
            .cmp(&a.updated_at)
            .then_with(|| a.id.cmp(&b.id))
    });
    entries.truncate(show.options.feed_limit);
    let last = entries.first().map_or(show.now(), |entry| entry.updated_at);
    let feed = Feed {
        lang: show.words().tag(),
        id: id(show, "page"),
        title: show.words().with("feed-title", "name", &page.name),
        by: &page.name,
        home: link(show, "index.html"),
        itself: show.absolute("feed.atom"),
        updated: utc(last),
        entries,
    };
    files.add("feed.atom", ATOM, feed.render()?);
    Ok(())
}

/// A tag URI (RFC 4151), with the folder, as a host may have several pages. Its year only says by
/// when the name was ours to give.
fn id(show: &Show<'_>, what: &str) -> String {
    let (_, folder) = show.host_and_folder();
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("tag:{},2026:{folder}{slash}{what}", show.authority())
}

fn link(show: &Show<'_>, path: &str) -> String {
    show.absolute(path).unwrap_or_else(|| path.to_owned())
}

fn of_incident<'a>(show: &Show<'a>, incident: &'a Incident) -> Entry<'a> {
    let words = incident::words_of(show.words(), &incident.updates);
    let updates = incident.updates.iter().zip(words).rev();
    let updates = updates.map(|(u, word)| paragraph(show, u.at, Some(&word), &u.text));
    let mut content: String = updates.collect();
    if let Some(note) = &incident.note_after {
        let heading = escaped(&show.words().t("note-after"));
        content = format!(
            "<p><strong>{heading}</strong><br>{}</p>{content}",
            escaped(note)
        );
    }
    Entry {
        id: id(show, &format!("incident/{}", incident.key)),
        title: &incident.title,
        link: link(show, &incident::path(incident)),
        published: utc(incident.began_at),
        updated_at: incident.updated_at(),
        updated: utc(incident.updated_at()),
        content,
    }
}

fn of_maintenance<'a>(show: &Show<'a>, maintenance: &'a Maintenance) -> Entry<'a> {
    let l = show.words();
    let stage = escaped(&l.word("work", maintenance.stage.word()));
    let [from, until] = [maintenance.from, maintenance.until].map(|at| timed(show, at));
    let changes = maintenance.changes.iter().rev();
    let changes: String = changes
        .map(|c| paragraph(show, c.at, None, &c.text))
        .collect();
    let updated_at = maintenance.updated_at(show.now());
    Entry {
        id: id(show, &format!("maintenance/{}", maintenance.key)),
        title: &maintenance.title,
        link: link(show, &maintenance::path(maintenance)),
        published: utc(maintenance.announced(show.now())),
        updated_at,
        updated: utc(updated_at),
        content: format!(
            "<p><strong>{stage}</strong> {from} {} {until}</p>{changes}<p>{}</p>",
            escaped(&l.t("to")),
            escaped(&maintenance.text)
        ),
    }
}

fn paragraph(show: &Show<'_>, at: At, word: Option<&str>, text: &str) -> String {
    let word = word.map(|word| format!("<strong>{}</strong> ", escaped(word)));
    let word = word.unwrap_or_default();
    format!(
        "<p>{word}<small>{}</small><br>{}</p>",
        timed(show, at),
        escaped(text)
    )
}

fn timed(show: &Show<'_>, at: At) -> String {
    let moment = show.clock.moment(at);
    format!(
        "<time datetime=\"{}\">{}</time>",
        moment.machine,
        escaped(&moment.said)
    )
}

/// Text as HTML, its line breaks kept.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push_str("<br>"),
            c => safe.push(c),
        }
    }
    safe
}
