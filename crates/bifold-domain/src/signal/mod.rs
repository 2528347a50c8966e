//! Signals: what a machine says about one thing, in one form whatever the sender's format.
//!
//! A signal is an event of the second kind of ISO/IEC 27035: nobody reported it, something
//! signalled it. Who sent it, when it came and its verbatim bytes stand beside it, not in it.

pub mod phrase;
pub mod review;
pub mod source;
pub mod triage;

use crate::access::closed_set;
use crate::text::{Short, Text, Title};
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

closed_set! {
    /// What the sender says about the thing now.
    State {
        /// It is wrong.
        Firing = "firing",
        /// It is wrong, and somebody over there said that they look at it.
        Acknowledged = "acknowledged",
        /// It is well again.
        Resolved = "resolved",
        /// It happened, and will never be said to be over.
        Info = "info",
    }
}

closed_set! {
    /// How bad the sender says it is, worst first; every scale of a sender is mapped to this one.
    Severity {
        /// It does not work.
        Critical = "critical",
        /// It fails for many.
        Major = "major",
        /// It fails for some.
        Minor = "minor",
        /// It will fail if nobody looks.
        Warning = "warning",
        /// For information.
        Info = "info",
    }
}

closed_set! {
    /// How a source writes what it sends.
    Format {
        /// The webhook of Prometheus Alertmanager, version 4.
        Alertmanager = "alertmanager",
        /// The array a Prometheus sends to `/api/v2/alerts`.
        Prometheus = "prometheus",
        /// The webhook of Grafana Alerting.
        Grafana = "grafana",
        /// Events of the form of `PagerDuty` Events v2.
        PagerDuty = "pager_duty",
        /// The media type for Zabbix that Bifold ships.
        Zabbix = "zabbix",
        /// A notification command of Icinga, Nagios or Naemon.
        Icinga = "icinga",
        /// `CloudEvents` over HTTP: structured, binary or a batch.
        CloudEvents = "cloud_events",
        /// Findings of the Open Cybersecurity Schema Framework.
        Ocsf = "ocsf",
        /// Alerts of Wazuh.
        Wazuh = "wazuh",
        /// Events of Suricata, one or a line each.
        Suricata = "suricata",
        /// Logs of OpenTelemetry, as JSON or protobuf.
        OtlpLogs = "otlp_logs",
        /// Lines of syslog.
        Syslog = "syslog",
        /// Any JSON, by a mapping.
        Generic = "generic",
        /// A mailbox: what people write, and what machines write by mail.
        Mail = "mail",
    }
}

/// Most labels kept of one signal; the verbatim bytes have all of them.
pub const LABELS: usize = 64;
/// Most links kept of one signal.
pub const LINKS: usize = 8;

/// What a machine says about one thing.
///
/// The same `external_id` and `began_at` from one source are the same occurrence, however often
/// they come: real senders repeat byte-identical bodies and send no key of idempotency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ReadSignal)]
pub struct Signal {
    /// The sender's identity of the thing, such as a fingerprint, unique within the source. One
    /// too long for its type is kept as its beginning and a digest of all of it.
    pub external_id: Short,
    /// Since when it is so, by the sender's clock; with the identity it names the occurrence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<At>,
    /// What the sender says about it now.
    pub state: State,
    /// How bad, on our scale.
    pub severity: Severity,
    /// How bad, in the sender's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_word: Option<Short>,
    /// One line for people.
    pub title: Title,
    /// More for people, as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// The sender's word for the service it concerns, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Short>,
    /// The sender's word for what belongs together, such as a group key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Short>,
    /// What else the sender said, by name: what rules and templates look at. At most [`LABELS`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Where to look, on the sender's side; only `http` and `https`. At most [`LINKS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// When the sender says it sent or saw this, from which its clock's offset is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<At>,
}

/// A place to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SignalLink)]
pub struct Link {
    /// What is there, such as `Dashboard`.
    pub label: Short,
    /// Where.
    pub url: String,
}
