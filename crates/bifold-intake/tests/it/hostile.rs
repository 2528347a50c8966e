//! What nobody would send: no bytes make a reader panic, and reading takes no longer than it may.

use crate::take;
use bifold_intake::mail;
use bifold_intake::{Format, preset};
use proptest::prelude::*;

fn every_reader(bytes: &[u8]) {
    for format in Format::ALL {
        let _ = take(*format, None, bytes).map_err(|why| why.to_string());
    }
    for preset in preset::all() {
        let _ = take(Format::Generic, Some(&preset.mapping), bytes);
    }
}

/// One of each, so that a change of a few bytes still gets deep.
const REAL: &[&str] = &[
    r#"{"version":"4","status":"firing","groupKey":"{}:{}","truncatedAlerts":2,"alerts":[{"status":"firing","labels":{"alertname":"A","severity":"critical","m":{"a":1}},"annotations":{"summary":"S"},"startsAt":"2026-03-01 12:00:00+0100","endsAt":"0001-01-01T00:00:00Z","fingerprint":"f1","dashboardURL":"https://g/d"}]}"#,
    r#"{"event_action":"trigger","dedup_key":"k","payload":{"summary":"S","severity":"error","timestamp":"1772366400","custom_details":{"a":{"b":"c"}}},"links":[{"href":"https://x","text":"t"}]}"#,
    r#"{"event_id":"7","event_value":"1","event_nseverity":"4","event_name":"N","event_timestamp":"1772366400","event_tags":"[{\"tag\":\"service\",\"value\":\"shop\"}]","trigger_id":"3","zabbix_url":"https://z"}"#,
    r#"{"host":"h","service":"s","type":"PROBLEM","state":"CRITICAL","output":"o","time":"1772366400"}"#,
    r#"{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"x","time":"2026-03-01T12:00:00Z","data":{"state":"open","severity":"high"}}"#,
    r#"{"class_uid":2004,"activity_id":1,"severity_id":4,"finding_info":{"uid":"u","title":"t"},"time":1772366400000}"#,
    r#"{"timestamp":"2026-03-01T12:00:00.000000+0000","event_type":"alert","src_ip":"1.2.3.4","dest_ip":"5.6.7.8","alert":{"signature_id":1,"signature":"s","severity":1}}"#,
    r#"{"rule":{"level":12,"id":"5","description":"d","groups":["a"]},"agent":{"name":"n"},"full_log":"l"}"#,
    r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1772366400000000000","severityNumber":17,"body":{"stringValue":"b"}}]}]}]}"#,
    "<155>1 2026-03-01T12:00:00.5+00:00 vm app 42 - [a x=\"]\\\"\"] CEF:0|V|P|1|100|N|9|src=1.2.3.4 msg=a b",
    "<11>Dec 31 23:59:58 gate sshd[812]: LEEF:2.0|V|P|1|E|^|src=1^sev=5",
];

const MAIL: &str = "Return-Path: <>\r\nFrom: a@example.org\r\nTo: reply+x@example.org\r\n\
Subject: =?utf-8?q?=C3=BC?= [INC-2026-0042]\r\nMessage-ID: <1@example.org>\r\n\
References: <2@x> <3@y>\r\nDate: Sun, 1 Mar 2026 13:00:00 +0100\r\n\
Authentication-Results: mx; dkim=pass (ok)\r\n\
Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n\
<p>a&amp;b<!-- x --><script>x</script>\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\n\
Status: 5.1.1\r\n--b\r\nContent-Type: application/pdf; name=\"x.pdf\"\r\n\
Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n";

/// Every question that a message is asked.
fn every_question(bytes: &[u8]) {
    let Ok(read) = mail::read(bytes) else {
        return;
    };
    let ours = mail::silent::Ours {
        domain: "example.org",
        mailboxes: &["a@example.org"],
        mark: "m",
    };
    let _ = mail::silent::reasons(&read, &ours);
    let _ = mail::authentication::stated_by(&read, "mx");
    let known = mail::thread::Known {
        keys: &[b"key"],
        was_sent: &|id| id.len() % 2 == 0,
        takes_part: &|_, _| true,
    };
    let _ = mail::thread::decide(&read, &[], &known);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        every_reader(&bytes);
        every_question(&bytes);
        every_question(&[b"Subject: ".as_slice(), &bytes].concat());
    }

    #[test]
    fn arbitrary_text_never_panics(text in "[\\PC\n<>0-9|:=@+ -]{0,200}") {
        every_reader(text.as_bytes());
        every_reader(format!("<13>{text}").as_bytes());
    }

    #[test]
    fn real_payloads_with_torn_bytes_never_panic(
        which in 0..REAL.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), "[\\PC]{0,3}"), 1..6),
    ) {
        let mut text: Vec<char> = REAL[which].chars().collect();
        for (place, with) in &changes {
            let place = place.index(text.len());
            text.splice(place..=place, with.chars());
            if text.is_empty() {
                break;
            }
        }
        every_reader(text.iter().collect::<String>().as_bytes());
    }

    #[test]
    fn a_message_with_torn_bytes_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        end in 0_usize..1_000,
    ) {
        let mut bytes = MAIL.as_bytes().to_vec();
        for (place, with) in &changes {
            let place = place.index(bytes.len());
            bytes[place] = *with;
        }
        every_question(&bytes);
        bytes.truncate(end);
        every_question(&bytes);
    }

    #[test]
    fn any_time_is_an_instant_or_none(zone in "[\\PC+-]{0,6}") {
        let body = serde_json::json!({"alerts": [{
            "labels": {"alertname": "A"},
            "startsAt": format!("2026-03-01T12:00:00{zone}"),
        }]});
        let reading = take(Format::Alertmanager, None, body.to_string().as_bytes());
        prop_assert_eq!(reading.unwrap().signals.len(), 1);
    }
}

#[test]
fn each_real_payload_is_read_by_somebody() {
    for real in REAL {
        let read = Format::ALL.iter().any(|format| {
            take(*format, None, real.as_bytes()).is_ok_and(|r| !r.signals.is_empty())
        });
        assert!(read, "{real}");
    }
}

#[test]
fn deep_and_wide_bodies_are_refused_or_read_in_time() {
    let deep = "[".repeat(1 << 20);
    let wide = format!("[{}1]", "1,".repeat(1 << 19));
    let began = std::time::Instant::now();
    for body in [deep, wide] {
        for format in Format::ALL {
            let _ = take(*format, None, body.as_bytes());
        }
        let mapping = preset::named("message").unwrap().mapping;
        let _ = take(Format::Generic, Some(&mapping), body.as_bytes());
    }
    // Seconds in a build for tests on a busy machine; what is quadratic takes hours.
    assert!(began.elapsed().as_secs() < 120);
}
