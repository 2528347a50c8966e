//! Two years of a real status page, put in and read back: what people, readers of the JSON and
//! readers of the feed are told is what was said, with the times and how long it lasted.
//!
//! Ten of the records are maintenances and become those; their words (scheduled, in progress,
//! completed) are no stages of an incident.

use crate::markup::{self, Element};
use crate::{at, json, text};
use bifold_domain::At;
use bifold_domain::time::{DAY, MINUTE};
use bifold_status::{
    Affected, Change, Component, Files, Impact, Incident, Language, Maintenance, MaintenanceStage,
    Options, Page, Span, Stage, State, Update, availability, render,
};
use jiff::tz::TimeZone;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;

/// Where data lies that nobody here wrote; `None`, with a notice, where it does not.
fn records() -> Option<Vec<Value>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("BIFOLD_SHARED_DATA").map_or(beside, PathBuf::from);
    let path = root.join("status/github_status.jsonl.gz");
    let Ok(packed) = std::fs::File::open(&path) else {
        eprintln!("SKIPPED: there is no {}", path.display());
        return None;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_string(&mut text)
        .unwrap();
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

fn str_of<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field} in {value}"))
}

fn is_work(record: &Value) -> bool {
    record["impact"] == "maintenance"
}

fn updates(record: &Value) -> Vec<&Value> {
    record["updates"].as_array().unwrap().iter().collect()
}

fn key_of(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

fn components_of(record: &Value) -> Vec<&str> {
    let names = record["components"].as_array();
    names
        .into_iter()
        .flatten()
        .map(|name| name.as_str().unwrap())
        .collect()
}

fn state_behind(impact: &str) -> State {
    match impact {
        "critical" => State::MajorOutage,
        "major" => State::PartialOutage,
        _ => State::DegradedPerformance,
    }
}

/// A record as an incident. An update that only adds keeps the stage before.
fn incident(record: &Value) -> Incident {
    let mut stage = Stage::Investigating;
    let said = updates(record).into_iter().map(|update| {
        stage = match str_of(update, "status") {
            "Investigating" => Stage::Investigating,
            "Resolved" => Stage::Resolved,
            "Update" => stage,
            other => panic!("a word {other}"),
        };
        Update {
            at: at(str_of(update, "at")),
            stage,
            text: str_of(update, "message").to_owned(),
            next_update_by: None,
        }
    });
    let span = Span {
        state: state_behind(str_of(record, "impact")),
        from: at(str_of(record, "downtime_start")),
        until: Some(at(str_of(record, "downtime_end"))),
    };
    let affected = components_of(record).into_iter().map(|name| Affected {
        component: key_of(name),
        spans: vec![span],
    });
    Incident {
        key: str_of(record, "id").to_owned(),
        title: str_of(record, "title").to_owned(),
        impact: Impact::from_word(str_of(record, "impact")).unwrap(),
        began_at: at(str_of(record, "started_at")),
        updates: said.collect(),
        affected: affected.collect(),
        note_after: None,
    }
}

fn maintenance(record: &Value) -> Maintenance {
    let when = |word: &str| {
        let found = updates(record)
            .into_iter()
            .find(|update| update["status"] == word);
        found.map(|update| at(str_of(update, "at")))
    };
    let changes = updates(record).into_iter().map(|update| Change {
        at: at(str_of(update, "at")),
        text: str_of(update, "message").to_owned(),
    });
    let (began, ended) = (when("In progress"), when("Completed"));
    Maintenance {
        key: str_of(record, "id").to_owned(),
        title: str_of(record, "title").to_owned(),
        text: String::new(),
        announced_at: when("Scheduled"),
        components: components_of(record).into_iter().map(key_of).collect(),
        from: began.unwrap(),
        until: ended.unwrap(),
        began_at: began,
        ended_at: ended,
        stage: MaintenanceStage::Completed,
        changes: changes.collect(),
    }
}

fn page(records: &[Value]) -> Page {
    let names: BTreeSet<&str> = records.iter().flat_map(components_of).collect();
    let (works, incidents): (Vec<&Value>, Vec<&Value>) = records.iter().partition(|r| is_work(r));
    let last = records
        .iter()
        .map(|r| at(str_of(r, "updated_at")))
        .max()
        .unwrap();
    Page {
        name: "Replay".to_owned(),
        about: None,
        language: Language::En,
        zone: "America/Los_Angeles".to_owned(),
        contact: None,
        subscribe: None,
        address: None,
        components: names
            .into_iter()
            .map(|name| Component {
                key: key_of(name),
                name: name.to_owned(),
                group: None,
                about: None,
                since: at("2022-01-01T00:00:00Z"),
            })
            .collect(),
        incidents: incidents.into_iter().map(incident).collect(),
        maintenances: works.into_iter().map(maintenance).collect(),
        generated_at: last.plus(DAY),
    }
}

fn all_of(page: &Page) -> Files {
    let options = Options {
        feed_limit: 1_000,
        api_limit: 1_000,
        ..Options::default()
    };
    render(page, &options).unwrap()
}

/// What was told, with the word that a page shows where a stage is told again: that it adds to what
/// was said. Three updates of the data say "Investigating" twice in a row.
fn as_shown(told: &Told) -> Told {
    let mut before = String::new();
    let said = told.iter().map(|(at, word, words)| {
        let is_again = *word == before;
        if word != "Update" {
            before.clone_from(word);
        }
        let word = if is_again { "Update" } else { word };
        (*at, word.to_owned(), words.clone())
    });
    said.collect()
}

/// What was said: when, with which word, in which words. The oldest first.
type Told = Vec<(At, String, String)>;

fn told(record: &Value) -> Told {
    let said = updates(record).into_iter().map(|update| {
        let of = |field| str_of(update, field).to_owned();
        (at(str_of(update, "at")), of("status"), of("message"))
    });
    said.collect()
}

fn moment(element: &Element) -> At {
    at(element.named("time")[0].attribute("datetime").unwrap())
}

fn from_html(page: &Element) -> Told {
    let list = page.of_class("updates");
    let items = list
        .first()
        .map(|list| list.named("li"))
        .unwrap_or_default();
    let said = items.iter().rev().map(|item| {
        let word = item
            .named("b")
            .first()
            .map(|b| b.text())
            .unwrap_or_default();
        (moment(item), word, item.of_class("text")[0].text())
    });
    said.collect()
}

fn from_feed(entry: &Element) -> Told {
    let content = entry.named("content")[0].text();
    let content = markup::read(&format!("<div>{}</div>", content.replace("<br>", "<br/>")));
    let said = content
        .named("p")
        .into_iter()
        .rev()
        .filter(|p| !p.named("small").is_empty());
    let said = said.map(|p| {
        let word = p
            .named("strong")
            .first()
            .map(|b| b.text())
            .unwrap_or_default();
        let when = p.named("small")[0].text();
        let whole = p.text();
        let (_, words) = whole.split_once(&when).unwrap();
        (moment(p), word, words.to_owned())
    });
    said.collect()
}

fn from_json(record: &Value) -> Told {
    let updates = record["incident_updates"].as_array().unwrap().iter().rev();
    let said = updates.map(|update| {
        let of = |field| str_of(update, field).to_owned();
        (at(str_of(update, "created_at")), of("status"), of("body"))
    });
    said.filter(|(_, _, words)| !words.is_empty()).collect()
}

/// The words of the JSON, which repeats the stage where the page says that something was added.
fn in_json(told: &Told) -> Told {
    let mut stage = String::new();
    let said = told.iter().map(|(at, word, words)| {
        match word.as_str() {
            "Update" => {}
            "In progress" => "in_progress".clone_into(&mut stage),
            word => stage = word.to_lowercase(),
        }
        (*at, stage.clone(), words.clone())
    });
    said.collect()
}

/// Maintenances show no word with each change; their stage is told once.
fn without_words(told: &Told) -> Told {
    let said = told
        .iter()
        .map(|(at, _, words)| (*at, String::new(), words.clone()));
    said.collect()
}

/// Minutes as the page says how long: `1 d 3 h`, `2 h 5 min`.
fn minutes_said(said: &str) -> i64 {
    let words: Vec<&str> = said.split(' ').collect();
    let pairs = words.chunks(2).map(|pair| {
        let n: i64 = pair[0].parse().unwrap();
        n * match pair[1] {
            "min" => 1,
            "h" => 60,
            "d" => 1_440,
            other => panic!("{other}"),
        }
    });
    pairs.sum()
}

#[test]
fn every_incident_of_a_real_page_reads_back_as_it_was_told() {
    let Some(records) = records() else { return };
    assert_eq!(records.len(), 399);
    let page = page(&records);
    let files = all_of(&page);
    let feed = markup::read(&text(&files, "feed.atom"));
    let mut entries = BTreeMap::new();
    for entry in feed.named("entry") {
        let id = entry.named("id")[0].text();
        entries.insert(id.rsplit('/').next().unwrap().to_owned(), entry);
    }
    let incidents = json(&files, "api/v2/incidents.json");
    let works = json(&files, "api/v2/scheduled-maintenances.json");
    let of_json: BTreeMap<&str, &Value> = incidents["incidents"]
        .as_array()
        .unwrap()
        .iter()
        .chain(works["scheduled_maintenances"].as_array().unwrap())
        .map(|record| (str_of(record, "id"), record))
        .collect();
    assert_eq!((entries.len(), of_json.len()), (399, 399));

    let (mut updates, mut again, mut by_window) = (0, 0, 0);
    for record in &records {
        let id = str_of(record, "id");
        let told = told(record);
        updates += told.len();
        let folder = if is_work(record) {
            "maintenance"
        } else {
            "incident"
        };
        let html = markup::read(&text(&files, &format!("{folder}/{id}.html")));
        let shown = if is_work(record) {
            without_words(&told)
        } else {
            as_shown(&told)
        };
        let pairs = told.iter().zip(&shown);
        again += pairs.filter(|(a, b)| !is_work(record) && a != b).count();
        assert_eq!(from_html(&html), shown, "{id} as a page");
        assert_eq!(from_feed(entries[id]), shown, "{id} in the feed");
        assert_eq!(from_json(of_json[id]), in_json(&told), "{id} as JSON");
        assert_eq!(html.named("h1")[0].text(), str_of(record, "title"));
        assert_eq!(
            entries[id].named("title")[0].text(),
            str_of(record, "title")
        );
        assert_eq!(str_of(of_json[id], "name"), str_of(record, "title"));
        assert_eq!(str_of(of_json[id], "impact"), str_of(record, "impact"));
        let resolved = at(str_of(record, "resolved_at"));
        assert_eq!(at(str_of(of_json[id], "resolved_at")), resolved);
        if !is_work(record) {
            by_window += i32::from(lasted(record, &html, of_json[id]));
        }
    }
    assert_eq!(updates, 2_165);
    assert_eq!(again, 3);
    // Where a post-mortem gave other times, they are those of the components' states.
    assert_eq!(by_window, 25);
}

/// Holds how long it lasted to the data; true where the data has another time from a post-mortem.
fn lasted(record: &Value, html: &Element, of_json: &Value) -> bool {
    let id = str_of(record, "id");
    let began = at(str_of(record, "started_at"));
    let resolved = at(str_of(record, "resolved_at"));
    let minutes = (resolved.micros() - began.micros()) / MINUTE;
    let found = incident(record);
    assert_eq!(
        found.duration().map(|micros| micros / MINUTE),
        Some(minutes),
        "{id}"
    );
    assert_eq!(at(str_of(of_json, "started_at")), began, "{id}");
    let facts = html.of_class("facts")[0].text();
    let said = facts.split("Lasted ").nth(1).unwrap().trim();
    if said == "less than a minute" {
        assert_eq!(minutes, 0, "{id}");
    } else {
        let kept = if minutes < 1_440 {
            minutes
        } else {
            minutes - minutes % 60
        };
        assert_eq!(minutes_said(said), kept, "{id}");
    }
    let of_data = record["duration_minutes"].as_i64().unwrap();
    for span in found.affected.iter().flat_map(|affected| &affected.spans) {
        let lasted = span.until.unwrap().micros() - span.from.micros();
        assert_eq!(lasted / MINUTE, of_data, "{id}");
    }
    if record["impact_window"].is_null() {
        assert_eq!(minutes, of_data, "{id}");
    }
    minutes != of_data
}

#[test]
fn every_incident_stands_in_its_month() {
    let Some(records) = records() else { return };
    let files = all_of(&page(&records));
    let zone = TimeZone::get("America/Los_Angeles").unwrap();
    let mut months: BTreeMap<String, usize> = BTreeMap::new();
    for record in &records {
        let began = if is_work(record) {
            maintenance(record).from
        } else {
            at(str_of(record, "started_at"))
        };
        let began = jiff::Timestamp::from_microsecond(began.micros()).unwrap();
        let month = began.to_zoned(zone.clone()).strftime("%Y-%m").to_string();
        let page = text(&files, &format!("history/{month}.html"));
        assert!(
            page.contains(&format!("/{}.html\"", str_of(record, "id"))),
            "{month}"
        );
        *months.entry(month).or_default() += 1;
    }
    for (month, count) in months {
        let page = markup::read(&text(&files, &format!("history/{month}.html")));
        assert_eq!(page.named("article").len(), count, "{month}");
    }
}

#[test]
fn availability_is_that_of_a_counter_of_minutes() {
    let Some(records) = records() else { return };
    let page = page(&records);
    let zone = TimeZone::get(&page.zone).unwrap();
    let counts = Options::default().counts;
    let now = page.generated_at.micros() / MINUTE;
    let last = jiff::Timestamp::from_microsecond(page.generated_at.micros()).unwrap();
    let today = last.to_zoned(zone.clone()).start_of_day().unwrap();
    let first = today.checked_sub(jiff::Span::new().days(364)).unwrap();
    let first = first.timestamp().as_microsecond() / MINUTE;
    for component in &page.components {
        let mut is_down = vec![false; usize::try_from(now - first).unwrap()];
        for record in records.iter().filter(|r| !is_work(r)) {
            let is_of = components_of(record)
                .into_iter()
                .any(|name| name == component.name);
            if is_of && counts.contains(&state_behind(str_of(record, "impact"))) {
                let from = at(str_of(record, "downtime_start")).micros() / MINUTE;
                let until = at(str_of(record, "downtime_end")).micros() / MINUTE;
                for minute in from.max(first)..until.min(now) {
                    is_down[usize::try_from(minute - first).unwrap()] = true;
                }
            }
        }
        // No maintenance of these records is of a component within the year.
        let down = is_down.iter().filter(|is_down| **is_down).count();
        let found = availability(&page, &zone, component, 365, &counts);
        assert_eq!(
            found.down / MINUTE,
            i64::try_from(down).unwrap(),
            "{}",
            component.name
        );
        assert_eq!(found.counted / MINUTE, now - first, "{}", component.name);
    }
}
