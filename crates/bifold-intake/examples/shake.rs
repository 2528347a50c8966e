//! Shakes a reader: changed payloads, as many as fit into the time, none of which may panic.
//!
//! `cargo run --release --example shake -- FORMAT SECONDS`, where `FORMAT` is a word of a format,
//! `mail`, `frames` or `all`. The same seed gives the same run.

use bifold_domain::At;
use bifold_intake::frames::Frames;
use bifold_intake::{Format, Incoming, mail, preset, read};
use std::time::{Duration, Instant};

const SEEDS: &[&str] = &[
    r#"{"version":"4","groupKey":"g","truncatedAlerts":2,"alerts":[{"status":"firing","labels":{"alertname":"A","severity":"critical"},"annotations":{"summary":"S"},"startsAt":"2026-03-01 12:00:00+0100","endsAt":"0001-01-01T00:00:00Z","fingerprint":"f1","generatorURL":"https://g/d"}]}"#,
    r#"[{"labels":{"alertname":"A"},"startsAt":"2026-03-01T12:00:00Z","endsAt":"1772366400"}]"#,
    r#"{"event_action":"trigger","dedup_key":"k","payload":{"summary":"S","severity":"error","timestamp":"1772366400","custom_details":{"a":{"b":"c"}}},"links":[{"href":"https://x","text":"t"}]}"#,
    r#"{"event_id":"7","event_value":"1","event_nseverity":"4","event_name":"N","event_tags":"[{\"tag\":\"service\",\"value\":\"shop\"}]"}"#,
    r#"{"host":"h","service":"s","type":"PROBLEM","state":"CRITICAL","output":"o","time":"1772366400"}"#,
    r#"{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"x","data":{"state":"open","severity":"high"}}"#,
    r#"{"class_uid":2004,"activity_id":1,"severity_id":4,"finding_info":{"uid":"u","title":"t"},"time":1772366400000}"#,
    r#"{"timestamp":"2026-03-01T12:00:00.000000+0000","event_type":"alert","src_ip":"1.2.3.4","alert":{"signature_id":1,"signature":"s","severity":1}}"#,
    r#"{"rule":{"level":12,"id":"5","description":"d","groups":["a"]},"agent":{"name":"n"}}"#,
    r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1772366400000000000","severityNumber":17,"body":{"stringValue":"b"}}]}]}]}"#,
    "\n\x30\n\x16\n\x14\n\x0cservice.name\x12\x04\n\x02up\x12\x16\x12\x14\x10\x11\x1a\x05ERROR*\x05\n\x03abc",
    "<155>1 2026-03-01T12:00:00.5+00:00 vm app 42 - [a x=\"]\\\"\"] words",
    "<11>Dec 31 23:59:58 gate sshd[812]: error: 3 failures",
    "12 <1>abcdefgh\n<2>x\n99999 <3>y",
    "From: a@x\r\nTo: reply+x@x\r\nSubject: =?utf-8?q?=C3=BC?= [INC-2026-0042]\r\nMessage-ID: <1@x>\r\nDate: Sun, 1 Mar 2026 13:00:00 +0100\r\nAuthentication-Results: mx; dkim=pass (ok)\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>a&amp;b<!-- x --><script>x</script>\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: q\r\n\r\nq\r\n--b\r\nContent-Type: application/pdf; name*=utf-8''%C3%BC.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n",
];

/// Tokens that a change may put in.
const WORDS: &[&str] = &[
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "null",
    "-1",
    "1e999",
    "NaN",
    "é",
    "\u{202e}",
    "0001-01-01",
    "2026-03-01T12:00:00+aéb",
    "\r\n\r\n",
    "--b",
    "=?utf-8?b?",
    "?=",
    "<",
    ">",
    "&#xffffffff;",
    "%",
    "9999999999999999999",
    "\0",
    "(",
    ";",
    "=",
    "@",
];

/// A small generator of numbers (xorshift), so that a run can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or_default() % limit.max(1)
    }
}

fn changed(dice: &mut Dice) -> Vec<u8> {
    let seed = |dice: &mut Dice| SEEDS.get(dice.below(SEEDS.len())).copied().unwrap_or("");
    let mut bytes = seed(dice).as_bytes().to_vec();
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len());
        let to = (at + dice.below(24)).min(bytes.len());
        let word = WORDS.get(dice.below(WORDS.len())).copied().unwrap_or("");
        match dice.below(5) {
            0 => bytes.splice(at..to, []).for_each(drop),
            1 => bytes.splice(at..at, word.bytes()).for_each(drop),
            2 => bytes.splice(at..to, word.bytes()).for_each(drop),
            3 => {
                let piece = bytes.get(at..to).unwrap_or_default().to_vec();
                bytes.splice(at..at, piece).for_each(drop);
            }
            _ => {
                let byte = u8::try_from(dice.below(256)).unwrap_or_default();
                bytes
                    .splice(at..(at + 1).min(bytes.len()), [byte])
                    .for_each(drop);
            }
        }
    }
    bytes
}

fn incoming<'a>(kind: Option<&'a str>, body: &'a [u8]) -> Incoming<'a> {
    Incoming {
        content_type: kind,
        headers: &[],
        body,
        received_at: At::from_micros(1_772_366_400_000_000),
    }
}

fn once(what: &str, presets: &[preset::Preset], body: &[u8], dice: &mut Dice) {
    match (what, Format::from_word(what)) {
        ("mail", _) => {
            if let Ok(mail) = mail::read(body) {
                let _ = mail::authentication::stated_by(&mail, "mx");
                let _ = mail::silent::reasons(&mail, &mail::silent::Ours::default());
                let known = mail::thread::Known {
                    keys: &[b"key"],
                    was_sent: &|_| false,
                    takes_part: &|_, _| true,
                };
                let _ = mail::thread::decide(&mail, &[], &known);
            }
        }
        ("frames", _) => {
            let mut frames = Frames::default();
            for part in body.chunks(1 + dice.below(40)) {
                frames.push(part);
                while frames.take().is_some() {}
            }
            frames.end();
        }
        (_, Some(Format::Generic)) => {
            for preset in presets {
                let _ = read(
                    Format::Generic,
                    Some(&preset.mapping),
                    &incoming(None, body),
                );
            }
        }
        (_, Some(format)) => {
            let kinds = [
                None,
                Some("application/x-protobuf"),
                Some("application/cloudevents-batch+json"),
            ];
            let kind = kinds.get(dice.below(3)).copied().flatten();
            let _ = read(format, None, &incoming(kind, body)).map_err(|why| why.to_string());
        }
        _ => {}
    }
}

fn main() {
    let mut words = std::env::args().skip(1);
    let what = words.next().unwrap_or_else(|| "all".to_owned());
    let seconds = words.next().and_then(|text| text.parse().ok()).unwrap_or(5);
    let mut all: Vec<&str> = Format::ALL.iter().map(|format| format.word()).collect();
    all.extend(["mail", "frames"]);
    let chosen: Vec<&str> = all
        .into_iter()
        .filter(|one| what == "all" || *one == what)
        .collect();
    if chosen.is_empty() {
        eprintln!("there is no {what}");
        std::process::exit(2);
    }
    let presets = preset::all();
    for one in chosen {
        let (mut dice, mut runs, mut slowest) =
            (Dice(0x9e37_79b9_7f4a_7c15), 0_u64, Duration::ZERO);
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(seconds) {
            let body = changed(&mut dice);
            let before = Instant::now();
            once(one, &presets, &body, &mut dice);
            slowest = slowest.max(before.elapsed());
            runs += 1;
        }
        println!("{one}: {runs} runs, the slowest {slowest:?}");
    }
}
