//! CEF and LEEF: what security products put into a line of syslog.
//!
//! Both name the product and the kind of event before what was seen, so that the kind on the host
//! is the thing. What the line of syslog says about how bad it is counts for less than theirs.

use crate::value::{label, severity};
use crate::{fit, value};
use bifold_domain::signal::{Severity, Signal, State};

/// Reads the words of a line, if they are one of the two; `host` is the line's.
pub(super) fn read(words: &str, host: Option<&str>) -> Option<Result<Signal, String>> {
    // Some put a host or a tag before it.
    let cef = words.find("CEF:").filter(|at| *at < 100);
    let leef = words.find("LEEF:").filter(|at| *at < 100);
    match (cef, leef) {
        (_, Some(at)) => Some(self::leef(words.get(at..)?, host)),
        (Some(at), None) => Some(self::cef(words.get(at..)?, host)),
        (None, None) => None,
    }
}

fn cef(text: &str, host: Option<&str>) -> Result<Signal, String> {
    let (head, rest) = head(text, 7);
    let [_, vendor, product, _, kind, name, level] = &head[..] else {
        return Err("a CEF header has seven parts".to_owned());
    };
    let mut signal = bare(host, vendor, product, kind, name)?;
    grade(&mut signal, level);
    for (name, value) in pairs(rest) {
        label(&mut signal.labels, name, &unescaped(value));
    }
    Ok(signal)
}

fn leef(text: &str, host: Option<&str>) -> Result<Signal, String> {
    let (head, rest) = head(text, 5);
    let [version, vendor, product, _, kind] = &head[..] else {
        return Err("a LEEF header has five parts".to_owned());
    };
    // Version 2 may say what stands between its attributes; otherwise it is a tab.
    let (between, rest) = match rest.split_once('|') {
        Some((said, rest)) if version.starts_with("LEEF:2") && said.len() <= 6 => {
            (delimiter(said), rest)
        }
        _ => ('\t', rest),
    };
    let attributes = rest.split(between).filter_map(|pair| pair.split_once('='));
    let mut signal = bare(host, vendor, product, kind, kind)?;
    for (name, value) in attributes {
        if name.trim() == "sev" {
            grade(&mut signal, value.trim());
        }
        label(&mut signal.labels, name.trim(), value.trim());
    }
    Ok(signal)
}

fn bare(
    host: Option<&str>,
    vendor: &str,
    product: &str,
    kind: &str,
    name: &str,
) -> Result<Signal, String> {
    let identity = format!("{} {product} {kind}", host.unwrap_or("-"));
    let title = if name.trim().is_empty() { kind } else { name };
    let mut signal = value::bare(&identity, title)?;
    signal.state = State::Info;
    signal.service = fit::short(product);
    for (name, text) in [("vendor", vendor), ("product", product), ("kind", kind)] {
        label(&mut signal.labels, name, text);
    }
    Ok(signal)
}

/// 0 to 10, or a word.
fn grade(signal: &mut Signal, level: &str) {
    signal.severity_word = fit::short(level);
    signal.severity = match level.trim().parse::<u8>() {
        Ok(9..) => Severity::Critical,
        Ok(7 | 8) => Severity::Major,
        Ok(4..=6) => Severity::Minor,
        Ok(1..=3) => Severity::Warning,
        Ok(0) => Severity::Info,
        Err(_) if level.trim().eq_ignore_ascii_case("very-high") => Severity::Critical,
        Err(_) => severity(level).unwrap_or(Severity::Minor),
    };
}

fn delimiter(said: &str) -> char {
    let digits = said.strip_prefix("0x").or_else(|| said.strip_prefix('x'));
    let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let named = code.and_then(char::from_u32);
    named.or_else(|| said.chars().next()).unwrap_or('\t')
}

/// The parts between bars, in which a bar may be escaped, and what follows them.
fn head(text: &str, parts: usize) -> (Vec<String>, &str) {
    let (mut found, mut part, mut escaped) = (Vec::new(), String::new(), false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => {
                escaped = false;
                part.push(c);
            }
            '\\' => escaped = true,
            '|' => {
                found.push(std::mem::take(&mut part));
                if found.len() == parts {
                    return (found, text.get(at + 1..).unwrap_or_default());
                }
            }
            c => part.push(c),
        }
    }
    found.push(part);
    (found, "")
}

/// `key=value` after `key=value`, where a value may have spaces: it ends before the word that
/// stands before the next sign.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let bytes = text.as_bytes();
    let (mut found, mut open, mut word) = (Vec::new(), None::<(&str, usize)>, 0);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b' ' => word = at + 1,
            b'=' if at > word && bytes.get(at - 1) != Some(&b'\\') => {
                let name = text.get(word..at).unwrap_or_default();
                if !name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_.-[]".contains(&b))
                {
                    continue;
                }
                if let Some((name, from)) = open {
                    found.push((name, text.get(from..word).unwrap_or_default().trim()));
                }
                open = Some((name, at + 1));
                // What follows is a value until the next space.
                word = usize::MAX;
            }
            _ => {}
        }
    }
    if let Some((name, from)) = open {
        found.push((name, text.get(from..).unwrap_or_default().trim()));
    }
    found
}

fn unescaped(value: &str) -> String {
    let (mut text, mut escaped) = (String::new(), false);
    for c in value.chars() {
        match c {
            'n' | 'r' if escaped => text.push(' '),
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            c => text.push(c),
        }
        escaped = false;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &str) -> Signal {
        read(words, Some("gate")).unwrap().unwrap()
    }

    #[test]
    fn cef_is_read_with_its_escapes_and_its_scale() {
        let worm = of(
            r"CEF:0|Sec\|urity|threatmanager|1.0|100|worm stopped|10|src=10.0.0.1 msg=a b \= c x dst=2.1.2.2",
        );
        assert_eq!(worm.external_id.as_str(), "gate threatmanager 100");
        assert_eq!(worm.title.as_str(), "worm stopped");
        assert_eq!(worm.severity, Severity::Critical);
        assert_eq!(worm.labels["vendor"], "Sec|urity");
        assert_eq!(worm.labels["src"], "10.0.0.1");
        assert_eq!(worm.labels["msg"], "a b = c x");
        assert_eq!(worm.labels["dst"], "2.1.2.2");
        assert_eq!(of("CEF:0|a|b|1|2|n|Low|").severity, Severity::Warning);
    }

    #[test]
    fn leef_is_read_with_its_delimiter() {
        let two = of("LEEF:2.0|Lancope|StealthWatch|1.0|41|^|src=1.2.3.4^sev=8^dst=5.6.7.8");
        assert_eq!(two.external_id.as_str(), "gate StealthWatch 41");
        assert_eq!(two.severity, Severity::Major);
        assert_eq!(two.labels["dst"], "5.6.7.8");
        let one = of("LEEF:1.0|a|b|1|login|src=1.2.3.4\tsev=2");
        assert_eq!(one.labels["src"], "1.2.3.4");
        assert_eq!(one.severity, Severity::Warning);
        let hex = of("LEEF:2.0|a|b|1|login|x09|src=1.2.3.4\tsev=2");
        assert_eq!(hex.labels["src"], "1.2.3.4");
    }

    #[test]
    fn other_words_are_neither_and_torn_ones_say_so() {
        assert_eq!(read("an ordinary line", None), None);
        assert!(read("CEF:0|a|b", None).unwrap().is_err());
    }
}
