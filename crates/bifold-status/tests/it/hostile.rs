//! Texts that try to be more than text, in every field.

use crate::calendar::{events, unescaped, value};
use crate::markup::read;
use crate::pages::holds;
use crate::{html, json, rendered, shop, text};
use bifold_status::{Incident, Page};
use proptest::prelude::*;

const PIECES: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></style></textarea><svg onload=alert(1)>",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[",
    "&lt;b&gt; &amp; &#60; &nbsp;",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "https://x.example/?a=\"onclick=alert(1)",
    "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:forged",
    "\r\n folded\r\n\tfolded",
    "\\n\\,\\;;,:\"",
    "\u{0}\u{8}\u{b}\u{c}\u{1b}[31m\u{7f}\u{85}\u{9f}",
    "\u{fffe}\u{ffff}\u{1fffe}\u{fdd0}",
    "\u{202e}abc\u{202d}\u{2028}\u{2029}",
    "\u{1f469}\u{200d}\u{1f4bb}\u{e4}\u{f6}\u{fc}\u{df}\u{4e2d}\u{6587}",
    "/../../etc/passwd",
];

/// What is left of a text, by the rule and not by the code.
fn kept(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = text.chars().filter(|c| {
        let n = u32::from(*c);
        let is_control = n < 0x20 || (0x7f..0xa0).contains(&n);
        let is_nothing = n & 0xffff >= 0xfffe || (0xfdd0..=0xfdef).contains(&n);
        let turns = (0x2028..=0x202e).contains(&n);
        (!is_control || *c == '\n' || *c == '\t') && !is_nothing && !turns
    });
    kept.collect()
}

fn in_a_line(text: &str) -> String {
    kept(text).replace(['\n', '\t'], " ")
}

/// The shop with the same words in every field that holds words.
fn everywhere(words: &str) -> Page {
    let mut page = shop();
    let words = words.to_owned();
    page.name.clone_from(&words);
    page.about = Some(words.clone());
    page.contact = Some(words.clone());
    for component in &mut page.components {
        component.name.clone_from(&words);
        component.about = Some(words.clone());
    }
    page.components[1].group = Some(words.clone());
    for incident in &mut page.incidents {
        incident.title.clone_from(&words);
        incident.note_after = Some(words.clone());
        for update in &mut incident.updates {
            update.text.clone_from(&words);
        }
    }
    for maintenance in &mut page.maintenances {
        maintenance.title.clone_from(&words);
        maintenance.text.clone_from(&words);
        for change in &mut maintenance.changes {
            change.text.clone_from(&words);
        }
    }
    page
}

fn stays_text(words: &str) {
    let page = everywhere(words);
    let files = rendered(&page);
    let pages = html(&files);
    for (path, document) in &pages {
        holds(&files, path, document);
        if let Some(key) = path.strip_prefix("incident/") {
            let incident = page
                .incidents
                .iter()
                .find(|i| key == format!("{}.html", i.key));
            let texts = document.of_class("text");
            let expected = incident.map(|i: &Incident| i.updates.len() + 1);
            assert_eq!(Some(texts.len()), expected);
            assert!(texts.iter().all(|t| t.text() == kept(words)), "{path}");
            assert_eq!(document.named("h1")[0].text(), in_a_line(words));
        }
    }
    let feed = read(&text(&files, "feed.atom"));
    assert_eq!(
        feed.named("entry").len(),
        page.incidents.len() + page.maintenances.len()
    );
    for content in feed.named("content") {
        let inner = format!("<div>{}</div>", content.text().replace("<br>", "<br/>"));
        for element in read(&inner).all() {
            let known = ["div", "p", "strong", "small", "time", "br"];
            assert!(
                known.contains(&element.name.as_str()),
                "<{}> in the feed",
                element.name
            );
        }
    }
    let badge = read(&text(&files, "badge.svg"));
    assert!(
        badge.named("title")[0]
            .text()
            .starts_with(&in_a_line(words))
    );
    let events = events(&text(&files, "maintenance.ics"));
    assert_eq!(events.len(), page.maintenances.len());
    for event in &events {
        assert_eq!(unescaped(value(event, "SUMMARY")), in_a_line(words));
    }
    let planned = json(&files, "api/v2/scheduled-maintenances.json");
    let texts = planned["scheduled_maintenances"][0]["incident_updates"]
        .as_array()
        .unwrap();
    assert!(texts.iter().all(|update| update["body"] == kept(words)));
    for (path, file) in files.iter() {
        assert!(!path.contains("..") && !path.starts_with('/'), "{path}");
        assert!(std::str::from_utf8(&file.bytes).is_ok(), "{path}");
    }
}

#[test]
fn nothing_breaks_out_of_its_place() {
    for piece in PIECES {
        stays_text(piece);
    }
    stays_text(&PIECES.concat());
    stays_text("");
}

#[test]
fn a_component_that_is_not_on_the_page_is_told_of_nowhere() {
    let mut page = shop();
    let hidden = page.components.remove(1);
    assert_eq!(hidden.key, "checkout");
    page.incidents
        .iter_mut()
        .for_each(|incident| incident.title = "An incident".to_owned());
    for maintenance in &mut page.maintenances {
        "Work".clone_into(&mut maintenance.title);
    }
    for (path, _) in rendered(&page).iter() {
        let found = text(&rendered(&page), path);
        assert!(
            !found.contains("checkout") && !found.contains("Checkout"),
            "{path}"
        );
    }
}

#[test]
fn keys_that_would_leave_the_folder_are_refused_wherever_they_stand() {
    let options = bifold_status::Options::default();
    for key in ["../x", "a/b", "", "a\r\nb", "\"", "a b", "\u{202e}"] {
        let key = || key.to_owned();
        let mut pages = [shop(), shop(), shop()];
        pages[0].components[0].key = key();
        pages[1].incidents[0].key = key();
        pages[2].maintenances[0].key = key();
        for page in pages {
            assert!(
                bifold_status::render(&page, &options).is_err(),
                "{:?}",
                key()
            );
        }
    }
}

fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(PIECES).prop_map(str::to_owned),
        proptest::collection::vec(any::<char>(), 0..30).prop_map(String::from_iter),
        "[ -~\r\n\t]{0,90}",
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn shifted(page: &mut Page, by: i64) {
    let minute = bifold_domain::time::MINUTE;
    page.generated_at = page.generated_at.plus(by * minute);
    for maintenance in &mut page.maintenances {
        maintenance.until = maintenance.until.plus(-by * minute);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_words_stay_words(words in words()) {
        stays_text(&words);
    }

    #[test]
    fn any_instant_gives_whole_files(by in -2_000_000..20_000_000_i64, zone in 0..4_usize) {
        let mut page = shop();
        page.zone = ["UTC", "Asia/Kathmandu", "Pacific/Apia", "America/Sao_Paulo"][zone].to_owned();
        shifted(&mut page, by);
        let files = rendered(&page);
        for (path, document) in html(&files) {
            holds(&files, &path, &document);
        }
        prop_assert_eq!(events(&text(&files, "maintenance.ics")).len(), 4);
    }
}
