//! RFC 8785 canonical JSON of a leaf, written by hand: the key order is known, and thousands of
//! leaves a second are written under the ledger's lock. A property test holds it equal to the
//! general canonicaliser.

use std::fmt::Write as _;

use super::{
    ActorRef, DIGEST_ALGORITHM, LEAF_TYPE, Leaf, MAX_MICROS, MIN_MICROS, PRINTER, Subject,
};

pub(super) fn canonical(leaf: &Leaf) -> Vec<u8> {
    let mut out = String::with_capacity(512 + 46 * leaf.digests.len());
    actor(&mut out, &leaf.actor);
    string(&mut out, ",\"eid\":", &leaf.entry_id);
    number(&mut out, ",\"idx\":", leaf.index);
    if leaf.imported {
        out.push_str(",\"imported\":true");
    }
    string(&mut out, ",\"kind\":", &leaf.kind);
    string(&mut out, ",\"op\":", &leaf.operation);
    out.push_str(",\"sd\":[");
    for (position, digest) in leaf.digests.iter().enumerate() {
        string(&mut out, if position == 0 { "" } else { "," }, digest);
    }
    out.push(']');
    string(&mut out, ",\"sd_alg\":", DIGEST_ALGORITHM);
    number(&mut out, ",\"sdn\":", u64::from(leaf.disclosure_count));
    if let Some(skew) = leaf.skew {
        string(&mut out, ",\"skew\":", &skew.to_string());
    }
    subject(&mut out, &leaf.subject);
    time(&mut out, leaf.at_micros);
    string(&mut out, ",\"typ\":", LEAF_TYPE);
    out.push_str(",\"v\":1}");
    out.into_bytes()
}

fn actor(out: &mut String, actor: &ActorRef) {
    out.push_str("{\"actor\":{");
    string(out, "\"auth\":", &actor.auth);
    string(out, ",\"id\":", &actor.id);
    string(out, ",\"t\":", &actor.actor_type);
    out.push('}');
}

fn subject(out: &mut String, subject: &Subject) {
    out.push_str(",\"subj\":{");
    string(out, "\"id\":", &subject.id);
    number(out, ",\"n\":", subject.n);
    if let Some(prev) = subject.prev {
        string(out, ",\"prev\":", &prev.to_base64url());
    }
    out.push('}');
}

/// Times outside four-digit years are clamped; `Leaf::seal` refuses them before.
fn time(out: &mut String, at_micros: i64) {
    out.push_str(",\"ts\":\"");
    let at = jiff::Timestamp::from_microsecond(at_micros.clamp(MIN_MICROS, MAX_MICROS));
    // Every value of that range is a Timestamp, and writing to a String does not fail.
    let _ = PRINTER.print_timestamp(&at.unwrap_or_default(), &mut *out);
    out.push('"');
}

fn number(out: &mut String, key: &str, value: u64) {
    // Writing to a String does not fail.
    let _ = write!(out, "{key}{value}");
}

/// A JSON string as RFC 8785 §3.2.2.2 spells it: only what must be escaped is.
fn string(out: &mut String, key: &str, text: &str) {
    out.push_str(key);
    out.push('"');
    let mut plain = text;
    // Looking at every byte, without stopping early, is what the processor does many at a time.
    let needs_escape = |b: u8| b < b' ' || b == b'"' || b == b'\\';
    if !text.bytes().fold(false, |any, b| any | needs_escape(b)) {
        out.push_str(plain);
        plain = "";
    }
    while let Some(at) = plain.find(|c: char| c < ' ' || c == '"' || c == '\\') {
        let (before, rest) = plain.split_at(at);
        out.push_str(before);
        let mut chars = rest.chars();
        if let Some(escaped) = chars.next() {
            escape(out, escaped);
        }
        plain = chars.as_str();
    }
    out.push_str(plain);
    out.push('"');
}

fn escape(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        other => {
            let _ = write!(out, "\\u{:04x}", u32::from(other));
        }
    }
}
