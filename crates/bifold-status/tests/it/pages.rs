//! What holds of every page: no script, relative links that lead somewhere, headings in order.

use crate::markup::Element;
use crate::{html, rendered, shop, text};
use bifold_status::{Files, Language, Options, Page, render};

/// What a page may consist of.
const ELEMENTS: &[&str] = &[
    "html", "head", "meta", "title", "link", "body", "a", "header", "nav", "main", "footer",
    "section", "article", "h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "span", "b", "i", "s",
    "time", "small", "details", "summary", "div", "table", "thead", "tbody", "tr", "th", "td",
    "svg", "path",
];

/// What its elements may have.
const ATTRIBUTES: &[&str] = &[
    "lang",
    "charset",
    "name",
    "content",
    "http-equiv",
    "rel",
    "href",
    "type",
    "title",
    "class",
    "id",
    "aria-label",
    "aria-labelledby",
    "aria-hidden",
    "role",
    "tabindex",
    "datetime",
    "scope",
    "viewBox",
    "preserveAspectRatio",
    "d",
];

/// Holds a page to what every page must be.
pub(crate) fn holds(files: &Files, path: &str, page: &Element) {
    for element in page.all() {
        assert!(
            ELEMENTS.contains(&element.name.as_str()),
            "<{}> in {path}",
            element.name
        );
        for (name, value) in &element.attributes {
            assert!(
                ATTRIBUTES.contains(&name.as_str()),
                "{name}={value} in {path}"
            );
        }
        if let Some(href) = element.attribute("href") {
            leads_somewhere(files, path, page, href);
        }
    }
    let levels = page
        .all()
        .into_iter()
        .filter_map(|e| e.name.strip_prefix('h')?.parse().ok());
    let mut before: u8 = 0;
    for level in levels {
        assert!(level <= before + 1, "h{level} after h{before} in {path}");
        before = level;
    }
    for (name, count) in [
        ("h1", 1),
        ("main", 1),
        ("title", 1),
        ("footer", 1),
        ("header", 1),
    ] {
        assert_eq!(page.named(name).len(), count, "{name} in {path}");
    }
    let ids: Vec<&str> = page
        .all()
        .iter()
        .filter_map(|e| e.attribute("id"))
        .collect();
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(
        ids.len(),
        once.len(),
        "an id is there twice in {path}: {ids:?}"
    );
    for element in page.all() {
        if let Some(label) = element.attribute("aria-labelledby") {
            assert!(ids.contains(&label), "{label} in {path}");
        }
    }
}

fn leads_somewhere(files: &Files, path: &str, page: &Element, href: &str) {
    if href == "data:," || href.starts_with("mailto:") || href.starts_with("https://") {
        return;
    }
    if let Some(id) = href.strip_prefix('#') {
        let is_there = page.all().iter().any(|e| e.attribute("id") == Some(id));
        assert!(is_there, "{href} in {path}");
        return;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in href.split('/') {
        match part {
            ".." => assert!(parts.pop().is_some(), "{href} leaves the folder in {path}"),
            part => parts.push(part),
        }
    }
    let target = parts.join("/");
    assert!(
        files.get(&target).is_some(),
        "{href} in {path} leads to no {target}"
    );
}

#[test]
fn every_page_is_whole_without_scripts_and_leads_only_to_files_that_are_there() {
    for language in [Language::En, Language::De] {
        let page = Page { language, ..shop() };
        let files = rendered(&page);
        let pages = html(&files);
        assert_eq!(pages.len(), 1 + 3 + 4 + 4);
        for (path, document) in &pages {
            holds(&files, path, document);
            assert_eq!(document.attribute("lang"), Some(language.word()));
        }
    }
}

#[test]
fn no_file_needs_another_host() {
    for (path, _) in rendered(&shop()).iter() {
        let found = text(&rendered(&shop()), path);
        let is_about_links =
            path == "feed.atom" || path == "maintenance.ics" || path.contains("api/");
        assert!(
            is_about_links || !found.contains("status.acme.example"),
            "{path}"
        );
        if path == "style.css" {
            assert!(
                !found.contains("url(") && !found.contains("@import"),
                "{path}"
            );
        }
    }
}

#[test]
fn the_same_page_gives_the_same_bytes_whatever_its_order() {
    let page = shop();
    let mut turned = shop();
    turned.incidents.reverse();
    turned.maintenances.reverse();
    for incident in &mut turned.incidents {
        incident.updates.reverse();
    }
    assert_eq!(rendered(&page), rendered(&turned));
}

#[test]
fn a_page_without_anything_is_a_page() {
    let page = Page {
        about: None,
        contact: None,
        subscribe: None,
        address: None,
        components: vec![],
        incidents: vec![],
        maintenances: vec![],
        ..shop()
    };
    let files = rendered(&page);
    for (path, document) in html(&files) {
        holds(&files, &path, &document);
    }
    assert_eq!(files.len(), 12);
    let index = crate::markup::read(&text(&files, "index.html"));
    assert_eq!(index.named("h1")[0].text(), "All services work.");
}

#[test]
fn what_is_wrong_with_a_page_is_said() {
    let refused = |page: &Page| render(page, &Options::default()).unwrap_err().to_string();
    let zone = Page {
        zone: "Mars/Phobos".to_owned(),
        ..shop()
    };
    assert_eq!(refused(&zone), "there is no time zone \"Mars/Phobos\"");
    let mut keyed = shop();
    keyed.incidents[0].key = "../index".to_owned();
    assert!(refused(&keyed).starts_with("\"../index\" is not a key"));
    keyed.incidents[0].key = keyed.incidents[1].key.to_lowercase();
    assert!(refused(&keyed).ends_with("is there twice"));
}

#[test]
fn bars_and_states_say_in_words_what_they_show() {
    let files = rendered(&shop());
    let index = crate::markup::read(&text(&files, "index.html"));
    let bars: Vec<&str> = index
        .named("svg")
        .iter()
        .filter_map(|e| e.attribute("aria-label"))
        .collect();
    insta::assert_snapshot!("bars", bars.join("\n"));
    // A beginning leaves its zone to the end that follows it.
    let mut times = index.named("time");
    // The day from which something is known of a component has no hour.
    times.retain(|time| time.text().contains(':'));
    for (n, time) in times.iter().enumerate() {
        let machine = time.attribute("datetime").unwrap();
        assert!(machine.parse::<jiff::Timestamp>().is_ok(), "{machine}");
        let has_zone = |time: &Element| time.text().contains(" (UTC+0");
        assert!(has_zone(time) || has_zone(times[n + 1]), "{}", time.text());
    }
}
