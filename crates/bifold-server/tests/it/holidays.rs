//! Holidays from a feed: proposed, confirmed by a person, and nothing before that.

use crate::app::TestApp;
use crate::peer::{Peer, sender};
use crate::settings_pages::{page, posted};
use bifold_notify::send::Settings;
use bifold_server::Config;
use bifold_store::Clock;
use serde_json::{Value, json};
use std::sync::Arc;

fn served(story: impl FnOnce(&TestApp)) {
    let config = Config {
        sender: Some(Arc::new(sender(Settings::default()))),
        ..Config::default()
    };
    let mut app = TestApp::made(Clock::System.now(), config, |_| ());
    story(&app);
    app.finish();
}

/// An office that is open from Monday to Friday, with a feed.
fn office(feed: &str) -> Vec<(&str, &str)> {
    let mut fields = vec![("key", "office-x"), ("name", "Office"), ("zone", "UTC")];
    for day in ["monday", "tuesday", "wednesday", "thursday", "friday"] {
        fields.push((day, "09:00-17:00"));
    }
    fields.extend([("dates", ""), ("feed", feed)]);
    fields
}

fn proposed(found: &Value) -> Vec<(String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = found["proposals"].as_array().unwrap();
    rows.iter()
        .map(|row| {
            (
                text(row, "date"),
                format!("{} {}", text(row, "propose"), text(row, "name")),
            )
        })
        .collect()
}

const HERE: &str = "/api/v1/calendars/office-x/holidays";

#[test]
fn a_feed_proposes_and_a_person_decides() {
    let Some((mut service, port)) = Peer::start("holidays.py", "") else {
        return;
    };
    served(|app| {
        let admin = app.administrator();
        let feed = format!("http://127.0.0.1:{port}/moved");
        posted(&admin, "/settings/calendars", &office(&feed)).is(303);
        let look = || admin.json("POST", &format!("{HERE}/look"), &json!({}));
        let found = look().is(200).value();
        // A meeting and what comes weekly are left out; a name that was folded is whole.
        assert_eq!(found["left_out"], 2);
        let rows = proposed(&found);
        let founders = rows
            .iter()
            .find(|(_, what)| what.starts_with("close Founders’ Day"));
        let founders = founders.unwrap_or_else(|| panic!("{rows:?}")).0.clone();
        assert!(
            rows.iter().any(|(_, what)| what == "close Thanksgiving"),
            "{rows:?}"
        );
        assert!(
            rows.iter()
                .any(|(date, what)| what == "close New Year" && date.ends_with("-01-01"))
        );
        // Nothing is closed by itself.
        let preview = |date: &str| {
            let days = admin.get("calendars/office-x/preview").is(200).text;
            days.contains(date)
        };
        assert!(preview(&founders), "{founders}");
        let shown = page(&admin, "/settings/calendars/office-x").is(200).text;
        assert!(
            shown.contains("Holidays to confirm") && shown.contains("Founders’ Day"),
            "{shown}"
        );
        let inbox = admin.get("me/notifications").is(200).text;
        assert!(inbox.contains("holidays_proposed"), "{inbox}");
        // One is taken by form, the rest is declined.
        let take = [("dates[]", founders.as_str()), ("do", "take")];
        posted(&admin, "/settings/calendars/office-x/holidays", &take).is(303);
        assert!(!preview(&founders));
        let rest: Vec<String> = proposed(&admin.get("calendars/office-x/holidays").is(200).value())
            .into_iter()
            .map(|(date, _)| date)
            .collect();
        assert!(!rest.is_empty() && !rest.contains(&founders));
        let other = json!({ "dates": ["2030-01-01"], "take": true });
        admin.json("POST", HERE, &other).problem(422, "unknown");
        let decline = json!({ "dates": rest, "take": false });
        let after = admin.json("POST", HERE, &decline).is(200).value();
        assert_eq!(proposed(&after), []);
        // Saving the calendar keeps what was decided; what vanishes is proposed to open again.
        let kept = page(&admin, "/settings/calendars/office-x").is(200).text;
        assert!(kept.contains(&format!("{founders}</textarea>")), "{kept}");
        service.say(&json!("a"));
        let gone = proposed(&look().is(200).value());
        assert_eq!(gone.len(), 1, "{gone:?}");
        assert!(gone[0].1.starts_with("open Founders’ Day"), "{gone:?}");
        // Who may not set calendars learns nothing of it.
        app.agent().get("calendars/office-x/holidays").is(403);
    });
}

#[test]
fn a_feed_that_is_none_is_said_and_nothing_is_fetched_from_inside() {
    let Some((_service, port)) = Peer::start("holidays.py", "") else {
        return;
    };
    served(|app| {
        let admin = app.administrator();
        for (path, why) in [("page", "BEGIN:VCALENDAR"), ("away", "10.255.255.1")] {
            let feed = format!("http://127.0.0.1:{port}/{path}");
            posted(&admin, "/settings/calendars", &office(&feed)).is(303);
            let found = admin.json("POST", &format!("{HERE}/look"), &json!({}));
            let found = found.is(200).value();
            let error = found["error"].as_str().unwrap_or_default();
            assert!(error.contains(why), "{path}: {error}");
            assert_eq!(proposed(&found), []);
        }
        let wrong = office("ftp://example.org/days.ics");
        posted(&admin, "/settings/calendars", &wrong).is(422);
        admin
            .json("POST", "/api/v1/calendars/always/holidays/look", &json!({}))
            .is(404);
    });
}
