//! What people read, compared with what it was when somebody last looked at it.

use std::fs;

use crate::sample::Case;

fn written(name: &str) -> String {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("bag");
    Case::new().write(&path);
    fs::read_to_string(path.join(name)).unwrap()
}

#[test]
fn the_custody_form_shows_every_field_and_every_hop() {
    let form = written("data/custody-form.html");
    insta::assert_snapshot!("custody_form", form);
    assert!(!form.contains("<script") && !form.contains("http:"));
}

#[test]
fn the_timeline_is_a_page_and_a_harmless_table() {
    let page = written("data/timeline.html");
    insta::assert_snapshot!("timeline_html", page);
    assert!(page.contains("Ransom note on &#60;ward 7&#62;"), "{page}");
    insta::assert_snapshot!("timeline_csv", written("data/timeline.csv"));
}

#[test]
fn the_draft_declaration_leaves_blanks() {
    insta::assert_snapshot!("certificate", written("data/certificate-draft.md"));
}

#[test]
fn the_card_of_an_exhibit_says_what_is_known() {
    let card = written("data/evidence/EVD-2026-0002/meta.json");
    let card: serde_json::Value = serde_json::from_str(&card).unwrap();
    assert_eq!(card["bytes"], "none");
    assert_eq!(card["physical"]["serial"], "SN-4711");
    assert_eq!(card["custody"][0]["kind"], "registered");
}
