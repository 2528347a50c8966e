//! Events for other programs: `CloudEvents` 1.0 in structured JSON, signed as a Standard Webhook.
//!
//! Thin: an event says which record and what happened to it, and whoever wants more reads it with
//! rights of their own. The title goes along where the hook is cleared for it.

use crate::notice::Clearance;
use crate::request::{Method, Request};
use crate::sign::{Secret, signatures};
use bifold_domain::At;
use serde_json::{Value, json};

/// Before every type of event.
const TYPE_PREFIX: &str = "org.bifold.";

/// Something that happened, as other programs hear of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, the same at every attempt: place in the ledger.
    pub id: String,
    /// What happened, such as `incident.declared`.
    pub kind: String,
    /// Which server says so: its address or its ledger's name.
    pub source: String,
    /// What the record is called, such as `INC-2026-0001`.
    pub reference: String,
    /// The record's id.
    pub record: String,
    /// Where to read on.
    pub link: Option<String>,
    /// The record's title.
    pub title: Option<String>,
    /// What a way must be cleared for to carry the title.
    pub clearance: Clearance,
    /// When it happened.
    pub at: At,
}

impl Event {
    /// The type of the event, with its version.
    pub fn event_type(&self) -> String {
        format!("{TYPE_PREFIX}{}.v1", self.kind)
    }

    /// The event as `CloudEvents` 1.0 has it, for a hook that is cleared so far.
    ///
    /// `timestamp` is an extension: with it the body is also what Standard Webhooks recommends.
    pub fn body(&self, cleared: Clearance) -> Value {
        let may_say = cleared >= self.clearance;
        let mut data = json!({
            "reference": self.reference,
            "id": self.record,
            "link": self.link,
            "clearance": self.clearance.word(),
        });
        if let (true, Some(title), Some(data)) = (may_say, &self.title, data.as_object_mut()) {
            data.insert("title".to_owned(), Value::from(title.as_str()));
        }
        json!({
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.event_type(),
            "subject": self.reference,
            "time": self.at.to_string(),
            "timestamp": self.at.to_string(),
            "datacontenttype": "application/json",
            "data": data,
        })
    }
}

/// The request that tells a hook, signed at this moment.
pub fn request(
    url: &str,
    secrets: &[Secret],
    bearer: Option<&str>,
    event: &Event,
    cleared: Clearance,
    now: At,
) -> Request {
    let body = event.body(cleared).to_string().into_bytes();
    let at_seconds = now.micros() / bifold_domain::time::SECOND;
    let signature = signatures(secrets, &event.id, at_seconds, &body);
    Request {
        method: Method::Post,
        url: url.to_owned(),
        headers: vec![("content-type", "application/cloudevents+json".to_owned())],
        body,
    }
    .with("webhook-id", event.id.as_str())
    .with("webhook-timestamp", at_seconds.to_string())
    .with("webhook-signature", signature)
    .bearer(bearer)
}

/// Whether an event is one that the hook wants: every one, all of a record's type (`incident.*`),
/// or just this kind.
pub fn wants(filter: &str, kind: &str) -> bool {
    filter.split([' ', ',', '\n']).map(str::trim).any(|wanted| {
        wanted == "*"
            || wanted == kind
            || wanted
                .strip_suffix(".*")
                .is_some_and(|family| kind.split_once('.').is_some_and(|(f, _)| f == family))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            id: "2026-17".to_owned(),
            kind: "incident.declared".to_owned(),
            source: "https://bifold.example.org".to_owned(),
            reference: "INC-2026-0001".to_owned(),
            record: "inc_00000000000000000000000001".to_owned(),
            link: Some("https://bifold.example.org/incidents/INC-2026-0001".to_owned()),
            title: Some("Payments: checkout times out".to_owned()),
            clearance: Clearance::Amber,
            at: At::parse("2026-03-01T09:30:00Z").unwrap(),
        }
    }

    #[test]
    fn an_event_is_a_cloud_event() {
        insta::assert_json_snapshot!(event().body(Clearance::Amber));
    }

    #[test]
    fn a_hook_that_is_not_cleared_gets_reference_and_link_only() {
        let body = event().body(Clearance::Green);
        assert!(!body.to_string().contains("Payments"), "{body}");
        assert_eq!(body["data"]["reference"], "INC-2026-0001");
        assert!(body["data"]["link"].is_string());
    }

    #[test]
    fn a_request_is_signed_at_the_time_of_the_attempt() {
        let secret = Secret::new([3; 32]);
        let now = At::parse("2026-03-01T10:00:00Z").unwrap();
        let sent = request(
            "https://hooks.example.org/x",
            std::slice::from_ref(&secret),
            Some("t0ken"),
            &event(),
            Clearance::Red,
            now,
        );
        assert_eq!(sent.header("webhook-id"), Some("2026-17"));
        assert_eq!(sent.header("webhook-timestamp"), Some("1772359200"));
        let expected = secret.sign("2026-17", 1_772_359_200, &sent.body);
        assert_eq!(sent.header("webhook-signature"), Some(expected.as_str()));
        assert_eq!(sent.header("authorization"), Some("Bearer t0ken"));
        let printed = format!("{sent:?}");
        assert!(!printed.contains("t0ken") && !printed.contains("hooks"));
    }

    #[test]
    fn a_hook_says_what_it_wants() {
        for (filter, kind, is_wanted) in [
            ("*", "incident.declared", true),
            ("incident.*", "incident.declared", true),
            ("incident.*", "evidence.sealed", false),
            (
                "incident.resolved, incident.declared",
                "incident.declared",
                true,
            ),
            ("incident.resolved", "incident.declared", false),
            ("inc*", "incident.declared", false),
            ("", "incident.declared", false),
        ] {
            assert_eq!(wants(filter, kind), is_wanted, "{filter}");
        }
    }
}
