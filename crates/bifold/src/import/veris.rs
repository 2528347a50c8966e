//! VERIS: the vocabulary in which security incidents are published, a JSON record for each.
//!
//! What VERIS does not have is not made up:
//! * `security_incident` *Confirmed* and *Suspected* are the verdict yes, and *False positive* and
//!   *Near miss* no. That also holds for records whose only action is `error` or `environmental`
//!   (a third of the published ones): VERIS asserts that confidentiality, integrity or
//!   availability was hurt, which is an information security incident, and not that somebody
//!   attacked. The category names the actions, so that the two can be told apart.
//! * Dates are known to the year, month or day. The incident is opened at the first instant of
//!   that span in UTC, and the row says how much is known.
//! * There is no state: VERIS describes incidents afterwards. They come in as closed, and the row
//!   says that the time of closing is not known. Nor are there urgency and priority.

use super::documents::{Documents, Found, What};
use super::intake::{Draft, Intake};
use super::row::{self, Item, Oddities, Rejected, given};
use bifold_domain::incident::ImportedStage;
use bifold_domain::{At, Text, Title};
use serde_json::Value;
use std::fmt::Write as _;

/// A title is cut after the first sentence that ends before this many bytes.
const TITLE_BYTES: usize = 160;

/// Reads VERIS records.
pub(super) struct Veris {
    documents: Documents,
    ordinal: u64,
    is_over: bool,
    intake: Intake,
}

impl Veris {
    pub(super) fn new(documents: Documents, intake: Intake) -> Self {
        Self {
            documents,
            ordinal: 0,
            is_over: false,
            intake,
        }
    }

    fn item(&mut self, found: Found) -> Item {
        let line = self.ordinal;
        let name = found.name;
        let place = if name.is_empty() {
            name
        } else {
            format!("{name}: ")
        };
        let reject = |reason: &str, bytes: &[u8]| {
            Item::Rejected(Rejected::new(line, &format!("{place}{reason}"), bytes))
        };
        let bytes = match found.what {
            What::Object(bytes) => bytes,
            What::Junk(why, bytes) => return reject(&why, &bytes),
        };
        let record: Value = match serde_json::from_slice(&bytes) {
            Ok(record) => record,
            Err(e) => return reject(&format!("not JSON: {e}"), &bytes),
        };
        let Some(id) = text(&record, "/incident_id") else {
            return reject("no incident_id", &bytes);
        };
        let mut odd = Oddities::default();
        let Some(opened) = opened(&record, &mut odd) else {
            return reject("no readable time: timeline.incident has no year", &bytes);
        };
        let written = text(&record, "/plus/modified").or_else(|| text(&record, "/plus/created"));
        let at = self
            .intake
            .time("plus.modified", written, &mut odd)
            .unwrap_or(opened);
        odd.note("closing time not stated");
        let category = keys(&record, "/action").join(", ");
        let draft = Draft {
            opened_at: Some(opened),
            stage: ImportedStage::Closed,
            impact: text(&record, "/impact/overall_rating").filter(|r| *r != "Unknown"),
            is_security: is_security(&record, &mut odd),
            category: given(&category),
            title: title(&record, id, &category),
            description: description(&record),
            oddities: odd,
            ..Draft::new(line, &bytes, id, at)
        };
        self.intake.row(draft)
    }
}

impl Iterator for Veris {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        if self.is_over {
            return None;
        }
        self.ordinal = self.ordinal.saturating_add(1);
        let item = match self.intake.exhausted(self.ordinal) {
            Some(stop) => Some(stop),
            None => match self.documents.next() {
                Ok(found) => found.map(|found| self.item(found)),
                Err(e) => Some(Item::Stopped(Rejected::new(
                    self.ordinal,
                    &format!("the file cannot be read further: {e}"),
                    b"",
                ))),
            },
        };
        self.is_over = matches!(item, None | Some(Item::Stopped(_)));
        item
    }
}

fn text<'a>(record: &'a Value, pointer: &str) -> Option<&'a str> {
    record.pointer(pointer)?.as_str().and_then(given)
}

fn keys<'a>(record: &'a Value, pointer: &str) -> Vec<&'a str> {
    let object = record.pointer(pointer).and_then(Value::as_object);
    let mut keys: Vec<&str> = object
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str())
        .collect();
    keys.sort_unstable();
    keys
}

/// The first instant of the year, month or day in which it happened.
fn opened(record: &Value, odd: &mut Oddities) -> Option<At> {
    let part = |name: &str| {
        let value = record.pointer("/timeline/incident")?.get(name)?;
        i16::try_from(value.as_i64()?).ok()
    };
    let year = part("year")?;
    let (month, day) = (part("month"), part("day"));
    let (known_to, month, day) = match (month, day) {
        (Some(month), Some(day)) => ("the day", month, day),
        (Some(month), None) => ("the month", month, 1),
        (None, _) => ("the year", 1, 1),
    };
    let small = |n: i16| i8::try_from(n).ok();
    let date = |month, day| jiff::civil::Date::new(year, small(month)?, small(day)?).ok();
    let (date, known_to) = match date(month, day) {
        Some(date) => (date, known_to),
        // A day that is not in the calendar leaves the year.
        None => (date(1, 1)?, "the year"),
    };
    let micros = date
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()?
        .timestamp()
        .as_microsecond();
    let at = At::from_micros(micros);
    odd.note(&format!("opening time known to {known_to}"));
    (at.micros() == micros).then_some(at)
}

fn is_security(record: &Value, odd: &mut Oddities) -> Option<bool> {
    match text(record, "/security_incident")? {
        "Confirmed" | "Suspected" => Some(true),
        "False positive" | "Near miss" => Some(false),
        other => {
            odd.note_with("security_incident not understood", other);
            None
        }
    }
}

/// The first sentence of the summary, or what was done to whom.
fn title(record: &Value, id: &str, actions: &str) -> Option<Title> {
    if let Some(summary) = text(record, "/summary") {
        let end = summary.find(". ").filter(|end| *end <= TITLE_BYTES);
        return row::title(end.and_then(|end| summary.get(..end)).unwrap_or(summary));
    }
    let victim = text(record, "/victim/victim_id").unwrap_or("unknown victim");
    let actions = given(actions).unwrap_or("incident");
    row::title(&format!("{actions}: {victim} ({id})"))
}

/// The summary, and the classification as dotted paths, a line for each value.
fn description(record: &Value) -> Option<Text> {
    let mut lines = String::new();
    for pointer in ["/summary", "/notes", "/discovery_notes"] {
        if let Some(paragraph) = text(record, pointer) {
            let _ = writeln!(lines, "{paragraph}\n");
        }
    }
    let parts = [
        "action",
        "actor",
        "asset",
        "attribute",
        "victim",
        "timeline",
        "discovery_method",
        "impact",
        "confidence",
        "targeted",
        "security_incident",
        "reference",
        "source_id",
    ];
    for part in parts {
        if let Some(value) = record.get(part) {
            flatten(part, value, &mut lines);
        }
    }
    row::prose(&lines)
}

/// `action.error.variety: Loss, Misdelivery`. The depth is bounded by the JSON reader's.
fn flatten(path: &str, value: &Value, lines: &mut String) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                flatten(&format!("{path}.{key}"), value, lines);
            }
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            for value in list {
                flatten(path, value, lines);
            }
        }
        Value::Array(list) => {
            let values: Vec<String> = list.iter().map(plain).collect();
            let _ = writeln!(lines, "{path}: {}", values.join(", "));
        }
        value => {
            let _ = writeln!(lines, "{path}: {}", plain(value));
        }
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::documents::Objects;
    use super::super::row::Row;
    use super::super::when::When;
    use super::super::words::Scale;
    use super::*;
    use bifold_domain::Short;
    use std::io::Cursor;

    fn read(text: &str) -> Vec<Item> {
        let objects = Objects::new(Box::new(Cursor::new(text.to_owned())) as _, false);
        let source = Short::parse("veris").unwrap();
        let intake = Intake::new(source, When::default(), Scale::Four);
        Veris::new(Documents::One(objects), intake).collect()
    }

    fn only(text: &str) -> Row {
        match read(text).as_slice() {
            [Item::Row(row)] => (**row).clone(),
            other => panic!("{other:?}"),
        }
    }

    fn oddities(row: &Row) -> Vec<&str> {
        row.observation.oddities.iter().map(Short::as_str).collect()
    }

    const RECORD: &str = r#"{
        "incident_id": "11F33DDB", "security_incident": "Confirmed",
        "summary": "An employee copied records. They were sold.\nTwice.",
        "action": {"misuse": {"variety": ["Privilege abuse"]}, "error": {"variety": ["Loss"]}},
        "asset": {"assets": [{"variety": "S - Database", "amount": 2}]},
        "timeline": {"incident": {"year": 2013, "month": 5}, "discovery": {"unit": "Years"}},
        "impact": {"overall_rating": "Unknown"}, "plus": {"modified": "2016-11-13T04:44:00Z"}}"#;

    #[test]
    fn a_record_is_one_closed_incident_with_its_classification() {
        let row = only(RECORD);
        assert_eq!(row.external_id.as_str(), "11F33DDB");
        assert_eq!(row.first.title.as_str(), "An employee copied records");
        assert_eq!(
            row.first.opened_at,
            At::parse("2013-05-01T00:00:00Z").unwrap()
        );
        let seen = &row.observation;
        assert_eq!(seen.at, At::parse("2016-11-13T04:44:00Z").unwrap());
        assert_eq!(seen.stage, ImportedStage::Closed);
        assert_eq!(seen.is_security, Some(true));
        assert_eq!(seen.category.as_ref().unwrap().as_str(), "error, misuse");
        assert_eq!(seen.labels.impact, None);
        assert_eq!(
            oddities(&row),
            ["closing time not stated", "opening time known to the month"]
        );
        let description = row.first.description.as_ref().unwrap().as_str();
        for line in [
            "An employee copied records. They were sold.\nTwice.\n",
            "\naction.misuse.variety: Privilege abuse\n",
            "\nasset.assets.amount: 2\n",
            "\ntimeline.incident.year: 2013\n",
        ] {
            assert!(description.contains(line), "{line} in {description}");
        }
    }

    #[test]
    fn an_error_is_a_security_incident_too_and_a_false_positive_is_none() {
        let verdict = |word: &str| {
            let text = RECORD
                .replace("Confirmed", word)
                .replace("misuse", "environmental");
            only(&text).observation.is_security
        };
        assert_eq!(verdict("Confirmed"), Some(true));
        assert_eq!(verdict("Suspected"), Some(true));
        assert_eq!(verdict("False positive"), Some(false));
        assert_eq!(verdict("Near miss"), Some(false));
        assert_eq!(verdict("Perhaps"), None);
        assert_eq!(
            only(&RECORD.replace("security_incident", "x"))
                .observation
                .is_security,
            None
        );
    }

    #[test]
    fn dates_are_as_exact_as_they_are() {
        let opened = |incident: &str| {
            let text = RECORD.replace(r#"{"year": 2013, "month": 5}"#, incident);
            let row = only(&text);
            let known = oddities(&row).pop().map(str::to_owned);
            (row.first.opened_at.to_string(), known.unwrap())
        };
        for (incident, day, known) in [
            (r#"{"year": 2013}"#, "2013-01-01", "year"),
            (
                r#"{"year": 2013, "month": 5, "day": 31}"#,
                "2013-05-31",
                "day",
            ),
            (
                r#"{"year": 2013, "month": 2, "day": 31}"#,
                "2013-01-01",
                "year",
            ),
            (r#"{"year": 2013, "day": 31}"#, "2013-01-01", "year"),
        ] {
            let (at, how) = opened(incident);
            assert!(at.starts_with(day), "{incident}: {at}");
            assert_eq!(how, format!("opening time known to the {known}"));
        }
    }

    #[test]
    fn records_without_id_or_year_and_broken_json_are_rejected_one_by_one() {
        let text = format!(
            "[{}, {}, {{\"a\": nonsense}}, {RECORD}, {}",
            RECORD.replace("incident_id", "id"),
            RECORD.replace("\"year\": 2013", "\"year\": 1900000"),
            &RECORD[..50],
        );
        let found = read(&text);
        let reason = |item: &Item| match item {
            Item::Rejected(rejected) => rejected.reason.clone(),
            _ => String::new(),
        };
        let reasons: Vec<String> = found.iter().map(reason).collect();
        assert_eq!(reasons.len(), 5);
        assert_eq!(reasons[0], "no incident_id");
        assert!(reasons[1].starts_with("no readable time"));
        assert!(reasons[2].starts_with("not JSON"));
        assert_eq!(reasons[3], "");
        assert!(reasons[4].contains("not closed"));
    }

    #[test]
    fn a_record_without_a_summary_is_named_by_what_was_done_to_whom() {
        let text = RECORD.replace("\"summary\"", "\"other\"");
        assert_eq!(
            only(&text).first.title.as_str(),
            "error, misuse: unknown victim (11F33DDB)"
        );
    }
}
