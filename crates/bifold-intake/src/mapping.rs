//! Mappings: how any JSON is read, as data that people write and try on what really came.
//!
//! Each field is a template over one element, whose members are variables; `whole` is the delivery
//! and `this` the element itself. A template has a bounded number of steps, sees nothing but the
//! delivery, and makes nothing but text.

use crate::value::{elements, instant, json, label, link, severity, state};
use crate::{Incoming, Reading, Unread, fit, value};
use bifold_domain::signal::{LABELS, LINKS, Severity, Signal, State};
use minijinja::{Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Steps that one template may take.
const FUEL: u64 = 20_000;
/// Bytes of one template at most.
const TEMPLATE_BYTES: usize = 4_000;
/// Bytes of what one template may make.
const MADE_BYTES: usize = 70_000;

/// What stands where in a source's JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SignalMapping)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Where the list of elements stands, as a JSON pointer such as `/alerts`; empty when the
    /// delivery is one element, or is itself the list.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub each: String,
    /// The identity of the thing.
    pub external_id: String,
    /// One line for people.
    pub title: String,
    /// More for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// How bad, in any of the words that are in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Whether it is wrong: `firing`, `acknowledged`, `resolved`, `info`, or another word for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The sender's word for the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What belongs together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Since when it is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<String>,
    /// When the sender saw or sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<String>,
    /// Labels by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Links by what they are called.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
}

/// Why a mapping cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct Unfit {
    /// Which field.
    pub field: String,
    /// What is wrong with it.
    pub why: String,
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment
}

impl Mapping {
    fn templates(&self) -> Vec<(String, &str)> {
        let named = |name: &str, text: &'_ Option<String>| text.as_ref().map(|_| name.to_owned());
        let mut all = vec![
            ("external_id".to_owned(), self.external_id.as_str()),
            ("title".to_owned(), self.title.as_str()),
        ];
        for (name, text) in [
            ("body", &self.body),
            ("severity", &self.severity),
            ("state", &self.state),
            ("service", &self.service),
            ("group", &self.group),
            ("began_at", &self.began_at),
            ("sent_at", &self.sent_at),
        ] {
            if let (Some(name), Some(text)) = (named(name, text), text) {
                all.push((name, text));
            }
        }
        let labels = self.labels.iter();
        all.extend(labels.map(|(name, text)| (format!("labels.{name}"), text.as_str())));
        let links = self.links.iter();
        all.extend(links.map(|(name, text)| (format!("links.{name}"), text.as_str())));
        all
    }

    /// What can be seen to be wrong before anything is read.
    pub fn check(&self) -> Result<(), Unfit> {
        let unfit = |field: &str, why: String| {
            let field = field.to_owned();
            Err(Unfit { field, why })
        };
        if self.labels.len() > LABELS || self.links.len() > LINKS {
            let why = format!("at most {LABELS} labels and {LINKS} links");
            return unfit("labels", why);
        }
        if !self.each.is_empty() && !self.each.starts_with('/') {
            return unfit("each", "it is a path such as /alerts".to_owned());
        }
        let environment = environment();
        for (field, text) in self.templates() {
            if text.len() > TEMPLATE_BYTES {
                return unfit(&field, format!("longer than {TEMPLATE_BYTES} bytes"));
            }
            if let Err(error) = environment.template_from_str(text) {
                return unfit(&field, error.to_string());
            }
        }
        Ok(())
    }

    /// Reads a delivery by it.
    pub(crate) fn read(&self, incoming: &Incoming<'_>) -> Result<Reading, Unread> {
        let whole = json(incoming)?;
        let found = if self.each.is_empty() {
            elements(whole.clone())
        } else {
            let list = whole.pointer(&self.each).cloned();
            elements(list.ok_or_else(|| Unread::Other {
                format: crate::Format::Generic,
                why: format!("there is nothing at {}", self.each),
            })?)
        };
        let environment = environment();
        // Once, however many fields and elements look at it.
        let whole = value_of(&whole);
        let mut reading = Reading::default();
        for (place, element) in found.iter().enumerate().take(crate::SIGNALS + 1) {
            let scene = scene(&whole, element);
            reading.add(place, self.one(&environment, &scene));
        }
        Ok(reading)
    }

    /// What each field makes of the first element: text, or why it makes none.
    pub fn preview(&self, incoming: &Incoming<'_>) -> Vec<(String, Result<String, String>)> {
        let Ok(whole) = json(incoming) else {
            return Vec::new();
        };
        let list = if self.each.is_empty() {
            Some(whole.clone())
        } else {
            whole.pointer(&self.each).cloned()
        };
        let first = list.map(elements).and_then(|all| all.into_iter().next());
        let element = first.unwrap_or(Value::Null);
        let environment = environment();
        let scene = scene(&value_of(&whole), &element);
        let made = |(field, text): (String, &str)| {
            let text = rendered(&environment, text, &scene);
            (field, text)
        };
        self.templates().into_iter().map(made).collect()
    }

    fn one(
        &self,
        environment: &Environment<'_>,
        scene: &minijinja::Value,
    ) -> Result<Signal, String> {
        let make = |field: &str, text: &str| {
            let text = rendered(environment, text, scene);
            text.map_err(|why| format!("{field}: {why}"))
        };
        let maybe = |field: &str, text: &Option<String>| -> Result<Option<String>, String> {
            let text = text.as_deref().map(|text| make(field, text)).transpose()?;
            Ok(text.filter(|text| !text.trim().is_empty()))
        };
        let identity = make("external_id", &self.external_id)?;
        let mut signal = value::bare(&identity, &make("title", &self.title)?)?;
        signal.body = maybe("body", &self.body)?.as_deref().and_then(fit::text);
        let word = maybe("severity", &self.severity)?;
        signal.severity = match &word {
            None => Severity::Minor,
            Some(word) => severity(word).unwrap_or(Severity::Minor),
        };
        signal.severity_word = word.as_deref().and_then(fit::short);
        signal.state = match maybe("state", &self.state)? {
            None => State::Info,
            Some(word) => state(&word).ok_or_else(|| {
                let word: String = word.chars().take(40).collect();
                format!("state: {word:?} is no word for a state that is known")
            })?,
        };
        let service = maybe("service", &self.service)?;
        signal.service = service.as_deref().and_then(fit::short);
        let group = maybe("group", &self.group)?;
        signal.group = group.as_deref().and_then(fit::identity);
        let began = maybe("began_at", &self.began_at)?;
        signal.began_at = began.as_deref().and_then(|text| instant(text.trim()));
        let sent = maybe("sent_at", &self.sent_at)?;
        signal.sent_at = sent.as_deref().and_then(|text| instant(text.trim()));
        for (name, text) in &self.labels {
            let text = make(name, text)?;
            if !text.trim().is_empty() {
                label(&mut signal.labels, name, text.trim());
            }
        }
        for (name, text) in &self.links {
            link(&mut signal.links, name, Some(make(name, text)?));
        }
        Ok(signal)
    }
}

fn value_of(value: &Value) -> minijinja::Value {
    minijinja::Value::from(minijinja::value::Serde(value))
}

/// What the templates of one element see: its members, itself, and the delivery.
fn scene(whole: &minijinja::Value, element: &Value) -> minijinja::Value {
    let mut seen = BTreeMap::new();
    if let Value::Object(members) = element {
        for (name, value) in members {
            seen.insert(name.clone(), value_of(value));
        }
    }
    seen.insert("this".to_owned(), value_of(element));
    seen.insert("whole".to_owned(), whole.clone());
    minijinja::Value::from(seen)
}

fn rendered(
    environment: &Environment<'_>,
    template: &str,
    scene: &minijinja::Value,
) -> Result<String, String> {
    let mut made = environment
        .render_str(template, scene.clone())
        .map_err(|error| error.to_string())?;
    if made.len() > MADE_BYTES {
        let mut end = MADE_BYTES;
        while !made.is_char_boundary(end) {
            end -= 1;
        }
        made.truncate(end);
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bifold_domain::At;

    fn incoming(body: &str) -> Incoming<'_> {
        Incoming {
            content_type: Some("application/json"),
            headers: &[],
            body: body.as_bytes(),
            received_at: At::parse("2026-03-01T12:00:00Z").unwrap(),
        }
    }

    fn mapping() -> Mapping {
        serde_json::from_value(serde_json::json!({
            "each": "/monitors",
            "external_id": "{{ id }}",
            "title": "{{ name }} is {{ 'down' if status == 0 else 'up' }}",
            "state": "{{ 'firing' if status == 0 else 'resolved' }}",
            "severity": "{{ level | default('critical') }}",
            "labels": {"site": "{{ whole.site }}", "nothing": "{{ this.a.b.c }}"},
            "links": {"Monitor": "https://example.org/{{ id }}"}
        }))
        .unwrap()
    }

    #[test]
    fn any_json_is_read_by_templates_and_one_bad_element_is_not_all() {
        assert_eq!(mapping().check(), Ok(()));
        let body = r#"{"site":"north","monitors":[
            {"id":7,"name":"Shop","status":0},
            {"id":"","name":"Nothing","status":1},
            {"id":8,"name":"Mail","status":1,"level":"low"}]}"#;
        let reading = mapping().read(&incoming(body)).unwrap();
        let [shop, mail] = &reading.signals[..] else {
            panic!("{reading:?}")
        };
        assert_eq!(shop.title.as_str(), "Shop is down");
        assert_eq!(shop.state, State::Firing);
        assert_eq!(shop.severity, Severity::Critical);
        assert_eq!(shop.labels["site"], "north");
        assert!(!shop.labels.contains_key("nothing"));
        assert_eq!(shop.links[0].url, "https://example.org/7");
        assert_eq!(mail.state, State::Resolved);
        assert_eq!(mail.severity, Severity::Warning);
        assert_eq!(
            reading.remarks[0].to_string(),
            "element 2: it has no identity"
        );
    }

    #[test]
    fn a_template_without_end_is_stopped_and_a_wrong_one_refused() {
        let mut endless = mapping();
        endless.title =
            "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}".into();
        assert_eq!(endless.check(), Ok(()));
        let body = r#"{"monitors":[{"id":7}]}"#;
        let reading = endless.read(&incoming(body)).unwrap();
        assert!(reading.signals.is_empty());
        assert!(reading.remarks[0].to_string().contains("fuel"));
        let mut wrong = mapping();
        wrong.title = "{{ name".into();
        assert_eq!(wrong.check().unwrap_err().field, "title");
        wrong = mapping();
        wrong.each = "monitors".into();
        assert_eq!(wrong.check().unwrap_err().field, "each");
    }

    #[test]
    fn the_preview_shows_each_field() {
        let shown = mapping().preview(&incoming(r#"{"monitors":[{"id":7,"name":"Shop"}]}"#));
        let title = shown.iter().find(|(field, _)| field == "title").unwrap();
        assert_eq!(title.1.as_deref(), Ok("Shop is up"));
    }
}
