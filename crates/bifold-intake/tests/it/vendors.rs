//! Samples of what products send: each is read by a format or a preset, or is unread with a cause.

use crate::{data, take};
use bifold_intake::{Format, Reading, Unread, preset};
use serde_json::Value;
use std::fmt::Write;

/// By what a file is read: a format, or a preset by its name.
enum By {
    Format(Format),
    Preset(&'static str),
}
use By::{Format as F, Preset as P};

/// The files and what reads them. In some a tool keeps several samples by name, each as `payload`.
const TABLE: &[(&str, By)] = &[
    ("keep_axiom_alerts", P("axiom")),
    ("keep_checkly_alerts", P("checkly")),
    ("keep_checkmk_alerts", P("checkmk")),
    ("keep_cloudwatch_alerts", P("cloudwatch")),
    ("keep_dash0_alerts", P("dash0")),
    ("keep_datadog_alerts", P("datadog")),
    ("keep_gcpmonitoring_alerts", P("gcp_monitoring")),
    // Rules as they are stored, not what their webhook sends.
    ("keep_grafana_alerts", F(Format::Grafana)),
    ("keep_graylog_alerts", P("graylog")),
    ("keep_netbox_alerts", P("netbox")),
    // Parts of alerts, not what is sent.
    ("keep_prometheus_alerts", F(Format::Prometheus)),
    ("keep_signalfx_alerts", P("signalfx")),
    ("keep_thousandeyes_alert", P("thousandeyes")),
    // What another tool made of an alert of Wazuh.
    ("keep_wazuh_alerts", P("message")),
    (
        "oncall_alertmanager_example_payload",
        F(Format::Alertmanager),
    ),
    (
        "oncall_formatted_webhook_example_payload",
        P("grafana_oncall"),
    ),
    (
        "oncall_grafana_alerting_example_payload",
        F(Format::Grafana),
    ),
    ("oncall_grafana_example_payload", F(Format::Grafana)),
    ("oncall_inbound_email_example_payload", P("mail_form")),
    ("oncall_kapacitor_example_payload", P("kapacitor")),
    (
        "oncall_legacy_alertmanager_example_payload",
        F(Format::Alertmanager),
    ),
    (
        "oncall_legacy_grafana_alerting_example_payload",
        F(Format::Grafana),
    ),
    ("oncall_webhook_example_payload", P("message")),
];

fn samples(bytes: &[u8]) -> Vec<Vec<u8>> {
    let value: Value = serde_json::from_slice(bytes).unwrap();
    let inner: Option<Vec<Vec<u8>>> = value.as_object().and_then(|members| {
        let payload = |named: &Value| Some(named.get("payload")?.to_string().into_bytes());
        members.values().map(payload).collect()
    });
    inner.unwrap_or_else(|| vec![bytes.to_vec()])
}

fn told(read: &Result<Reading, Unread>) -> String {
    let mut text = String::new();
    match read {
        Err(why) => writeln!(text, "  unread: {why}").unwrap(),
        Ok(reading) => {
            for signal in &reading.signals {
                // The samples are not ours: how long a title is shows that it was found.
                let title = signal.title.as_str().chars().count();
                let began = signal.began_at.is_some();
                writeln!(
                    text,
                    "  {} {} began:{began} labels:{} links:{} title:{title}",
                    signal.state,
                    signal.severity,
                    signal.labels.len(),
                    signal.links.len()
                )
                .unwrap();
            }
            for remark in &reading.remarks {
                writeln!(text, "  remark: {remark}").unwrap();
            }
        }
    }
    text
}

#[test]
fn every_sample_is_read_or_says_why_not() {
    let Some(folder) = data("payloads/vendors") else {
        return;
    };
    let mut files: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let known: Vec<String> = TABLE
        .iter()
        .map(|(name, _)| format!("{name}.json"))
        .collect();
    assert_eq!(files, known, "a file that the table does not know");
    let mut text = String::new();
    for (name, by) in TABLE {
        let bytes = std::fs::read(folder.join(format!("{name}.json"))).unwrap();
        let (format, mapping) = match by {
            F(format) => (*format, None),
            P(name) => (Format::Generic, preset::named(name).map(|p| p.mapping)),
        };
        let shown = match by {
            F(format) => format.to_string(),
            P(name) => format!("preset {name}"),
        };
        writeln!(text, "{name}: {shown}").unwrap();
        for sample in samples(&bytes) {
            text.push_str(&told(&take(format, mapping.as_ref(), &sample)));
        }
    }
    insta::assert_snapshot!(text);
}
