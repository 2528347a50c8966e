//! Small outputs as they are, to be looked at when they change.

use crate::markup;
use crate::{json, rendered, shop, text};
use bifold_status::{Language, Options, Page, render};
use serde_json::Value;

/// A page with one of everything.
fn small() -> Page {
    let mut page = shop();
    page.incidents.truncate(2);
    page.maintenances.truncate(1);
    page.components.truncate(3);
    page
}

#[test]
fn small_files_are_as_they_were() {
    let files = rendered(&small());
    for path in [
        "index.html",
        "history/2026-11.html",
        "incident/INC-2026-0037.html",
        "maintenance/MNT-2026-0012.html",
        "feed.atom",
        "badge.svg",
    ] {
        insta::assert_snapshot!(path.replace('/', "-"), text(&files, path));
    }
    let paths: Vec<String> = files
        .iter()
        .map(|(path, f)| format!("{path} {}", f.content_type))
        .collect();
    insta::assert_snapshot!("paths", paths.join("\n"));
    insta::assert_json_snapshot!("summary", json(&files, "api/v2/summary.json"));
    let german = Page {
        language: Language::De,
        ..small()
    };
    insta::assert_snapshot!("index-de", text(&rendered(&german), "index.html"));
}

/// The fields by which readers of status pages know this shape.
const COMPONENT: &str = "id name status created_at updated_at position description showcase \
    start_date group_id page_id group only_show_if_degraded";
const RECORD: &str = "id name status created_at updated_at monitoring_at resolved_at impact \
    shortlink started_at page_id incident_updates components";
const UPDATE: &str = "id status body incident_id created_at updated_at display_at \
    affected_components deliver_notifications custom_tweet tweet_id";

fn has(value: &Value, fields: &str) {
    for field in fields.split_whitespace() {
        assert!(value.get(field).is_some(), "no {field} in {value}");
    }
}

#[test]
fn the_json_has_the_fields_that_readers_of_status_pages_know() {
    let files = rendered(&shop());
    let summary = json(&files, "api/v2/summary.json");
    has(
        &summary,
        "page status components incidents scheduled_maintenances",
    );
    has(&summary["page"], "id name url time_zone updated_at");
    has(&summary["status"], "indicator description");
    for component in summary["components"].as_array().unwrap() {
        has(component, COMPONENT);
    }
    for (name, field) in [
        ("incidents", "incidents"),
        ("incidents/unresolved", "incidents"),
        ("scheduled-maintenances", "scheduled_maintenances"),
    ] {
        let document = json(&files, &format!("api/v2/{name}.json"));
        has(&document, "page");
        for record in document[field].as_array().unwrap() {
            has(record, RECORD);
            if field == "scheduled_maintenances" {
                has(record, "scheduled_for scheduled_until");
            }
            for update in record["incident_updates"].as_array().unwrap() {
                has(update, UPDATE);
            }
        }
    }
}

#[test]
fn the_summary_has_what_is_open_and_the_lists_have_all() {
    let files = rendered(&shop());
    let summary = json(&files, "api/v2/summary.json");
    assert_eq!(summary["status"]["indicator"], "major");
    let of = |name: &str, field: &str| {
        let document = json(&files, &format!("api/v2/{name}.json"));
        document[field].as_array().unwrap().clone()
    };
    let all = of("incidents", "incidents");
    let open = of("incidents/unresolved", "incidents");
    assert_eq!((all.len(), open.len()), (4, 1));
    assert_eq!(open[0]["id"], "INC-2026-0042");
    assert_eq!(summary["incidents"], Value::from(open));
    let works = of("scheduled-maintenances", "scheduled_maintenances");
    assert_eq!(works.len(), 4);
    let ahead = summary["scheduled_maintenances"].as_array().unwrap();
    assert_eq!(ahead.len(), 2);
    let cancelled = works.iter().filter(|work| work["cancelled"] == true);
    assert_eq!(cancelled.count(), 1);
}

#[test]
fn a_group_is_a_component_that_lists_its_own() {
    let components = json(&rendered(&shop()), "api/v2/components.json");
    let components = components["components"].as_array().unwrap();
    let group = components
        .iter()
        .find(|c| c["id"] == "group:Payments")
        .unwrap();
    assert_eq!(
        group["components"],
        serde_json::json!(["checkout", "refunds"])
    );
    assert_eq!(group["status"], "partial_outage");
    let within = components
        .iter()
        .filter(|c| c["group_id"] == "group:Payments");
    assert_eq!(within.count(), 2);
    let positions: Vec<u64> = components
        .iter()
        .map(|c| c["position"].as_u64().unwrap())
        .collect();
    assert_eq!(positions, (1..=7).collect::<Vec<u64>>());
}

#[test]
fn documents_have_a_limit_that_open_ones_do_not_fall_to() {
    let options = Options {
        feed_limit: 2,
        api_limit: 1,
        ..Options::default()
    };
    let files = render(&shop(), &options).unwrap();
    assert_eq!(
        markup::read(&text(&files, "feed.atom"))
            .named("entry")
            .len(),
        2
    );
    let incidents = json(&files, "api/v2/incidents.json");
    assert_eq!(incidents["incidents"].as_array().unwrap().len(), 1);
    let works = json(&files, "api/v2/scheduled-maintenances.json");
    assert_eq!(works["scheduled_maintenances"].as_array().unwrap().len(), 2);
}

#[test]
fn entries_of_two_pages_on_one_host_are_not_the_same() {
    let ids = |address: &str| {
        let page = Page {
            address: Some(address.to_owned()),
            ..shop()
        };
        let feed = markup::read(&text(&rendered(&page), "feed.atom"));
        let ids = feed.named("id");
        ids.iter().map(|id| id.text()).collect::<Vec<String>>()
    };
    let [one, other] = ["https://a.example:8443/one/", "https://a.example/other"].map(ids);
    assert_eq!(one[0], "tag:a.example,2026:one/page");
    assert!(one.iter().all(|id| !other.contains(id)));
}

#[test]
fn without_an_address_links_are_relative_and_nothing_else_changes() {
    let page = Page {
        address: None,
        ..shop()
    };
    let files = rendered(&page);
    let feed = markup::read(&text(&files, "feed.atom"));
    for link in feed.named("link") {
        let href = link.attribute("href").unwrap();
        assert!(files.get(href).is_some(), "{href}");
    }
    let summary = json(&files, "api/v2/summary.json");
    assert_eq!(summary["page"]["url"], "");
    assert_eq!(summary["incidents"][0]["shortlink"], Value::Null);
    assert!(!text(&files, "maintenance.ics").contains("URL:"));
}
