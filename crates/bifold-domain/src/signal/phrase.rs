//! Rules of a source as people write them: one a line, with nothing that is not a word.
//!
//! ```text
//! noise: alertname is Watchdog -> log
//! shop down: service is shop and severity at_least major -> declare significant high service=yes join 30
//! the rest: -> triage
//! ```
//!
//! A value with spaces or signs stands in quotation marks.

use super::source::{How, Plan, Rule, Test, Then};
use crate::kind::{Finding, KindKey};
use crate::priority::{Impact, Urgency};
use crate::text::Short;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A line that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule {line}: {why}")]
pub struct Misread {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

/// Reads rules, one a line; empty lines are passed over.
pub fn read(text: &str) -> Result<Vec<Rule>, Misread> {
    let lines = text.lines().enumerate();
    let rules = lines.filter(|(_, line)| !line.trim().is_empty());
    rules
        .map(|(n, line)| one(line.trim()).map_err(|why| Misread { line: n + 1, why }))
        .collect()
}

/// Writes rules as [`read`] reads them.
pub fn write(rules: &[Rule]) -> String {
    let mut text = String::new();
    for rule in rules {
        let tests: Vec<String> = rule.when.iter().map(test).collect();
        let when = tests.join(" and ");
        let space = if when.is_empty() { "" } else { " " };
        // Writing into a text cannot fail.
        let _ = writeln!(
            text,
            "{}:{space}{when} -> {}",
            rule.name,
            outcome(&rule.then)
        );
    }
    text
}

fn test(test: &Test) -> String {
    let field = quoted(test.field.as_str());
    match &test.value {
        Some(value) => format!("{field} {} {}", test.how.word(), quoted(value.as_str())),
        None => format!("{field} {}", test.how.word()),
    }
}

fn outcome(then: &Then) -> String {
    let planned = |verb: &str, plan: &Plan| {
        let mut text = format!("{verb} {} {}", plan.impact.word(), plan.urgency.word());
        for (kind, finding) in &plan.findings {
            let _ = write!(text, " {kind}={}", finding.word());
        }
        if plan.join_minutes > 0 {
            let _ = write!(text, " join {}", plan.join_minutes);
        }
        text
    };
    match then {
        Then::Triage => "triage".to_owned(),
        Then::Log => "log".to_owned(),
        Then::Propose(plan) => planned("propose", plan),
        Then::Declare(plan) => planned("declare", plan),
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._-/@:*".contains(c);
    let is_plain = !word.is_empty() && word.chars().all(plain) && word != "and" && word != "->";
    if is_plain {
        return word.to_owned();
    }
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A word, and whether it stood in quotation marks.
type Word = (String, bool);

fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&c) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
        } else if c == '"' {
            chars.next();
            let mut word = String::new();
            loop {
                match chars.next() {
                    Some('"') => break,
                    Some('\\') => word.extend(chars.next()),
                    Some(c) => word.push(c),
                    None => return Err("a quotation mark is not closed".to_owned()),
                }
            }
            found.push((word, true));
        } else {
            let mut word = String::new();
            while let Some(&c) = chars.peek()
                && !c.is_whitespace()
                && c != '"'
            {
                word.push(c);
                chars.next();
            }
            found.push((word, false));
        }
    }
    Ok(found)
}

fn short(word: &str) -> Result<Short, String> {
    Short::parse(word).map_err(|error| error.to_string())
}

fn one(line: &str) -> Result<Rule, String> {
    let (name, rest) = line
        .split_once(':')
        .ok_or("it begins with a name and a colon")?;
    let words = words(rest)?;
    let is_arrow = |word: &Word| *word == ("->".to_owned(), false);
    let arrow = words
        .iter()
        .position(is_arrow)
        .ok_or("what becomes of it stands behind an arrow, ->")?;
    let (when, then) = words.split_at(arrow);
    let is_and = |word: &Word| *word == ("and".to_owned(), false);
    let when = when.split(is_and).filter(|part| !part.is_empty());
    Ok(Rule {
        name: short(name)?,
        when: when.map(condition).collect::<Result<_, _>>()?,
        then: consequence(then.get(1..).unwrap_or_default())?,
    })
}

fn condition(words: &[Word]) -> Result<Test, String> {
    let (field, how, value) = match words {
        [field, how] => (field, how, None),
        [field, how, value] => (field, how, Some(short(&value.0)?)),
        _ => return Err("a condition is a field, how it is compared, and a value".to_owned()),
    };
    let known = How::ALL.iter().map(|how| how.word()).collect::<Vec<_>>();
    Ok(Test {
        field: short(&field.0)?,
        how: How::from_word(&how.0)
            .ok_or_else(|| format!("{:?} is none of {}", how.0, known.join(", ")))?,
        value,
    })
}

fn consequence(words: &[Word]) -> Result<Then, String> {
    let words: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    match words.as_slice() {
        ["triage"] => Ok(Then::Triage),
        ["log"] => Ok(Then::Log),
        ["propose", rest @ ..] => plan(rest).map(Then::Propose),
        ["declare", rest @ ..] => plan(rest).map(Then::Declare),
        _ => Err("triage, log, propose or declare is meant behind the arrow".to_owned()),
    }
}

fn plan(words: &[&str]) -> Result<Plan, String> {
    let [impact, urgency, rest @ ..] = words else {
        return Err("an impact and an urgency are missing".to_owned());
    };
    let mut plan = Plan {
        impact: Impact::from_word(impact).ok_or_else(|| format!("{impact:?} is no impact"))?,
        urgency: Urgency::from_word(urgency).ok_or_else(|| format!("{urgency:?} is no urgency"))?,
        findings: BTreeMap::new(),
        join_minutes: 0,
    };
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        if *word == "join" {
            let minutes = rest.next().and_then(|minutes| minutes.parse().ok());
            plan.join_minutes = minutes.ok_or("join is followed by minutes")?;
            continue;
        }
        let pair = word.split_once('=');
        let (kind, finding) = pair.ok_or_else(|| format!("{word:?} is not understood"))?;
        let kind = KindKey::parse(kind).map_err(|error| error.to_string())?;
        let finding =
            Finding::from_word(finding).ok_or_else(|| format!("{finding:?} is no finding"))?;
        plan.findings.insert(kind, finding);
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULES: &str = "\
noise: alertname is Watchdog -> log
shop down: service is shop and severity at_least major -> declare significant high service=yes join 30
quoted: title contains \"disk is \\\"full\\\" -> and\" and zone is_there -> propose moderate medium
the rest: -> triage
";

    #[test]
    fn rules_are_written_as_they_are_read() {
        let rules = read(RULES).unwrap();
        assert_eq!(rules.len(), 4);
        assert_eq!(write(&rules), RULES);
        let value = rules[2].when[0].value.as_ref().unwrap();
        assert_eq!(value.as_str(), "disk is \"full\" -> and");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, why) in [
            ("a -> log", "rule 1: it begins with a name and a colon"),
            (
                "\n\na: x is y",
                "rule 3: what becomes of it stands behind an arrow, ->",
            ),
            ("a: x -> log", "a condition is a field"),
            ("a: x like y -> log", "is none of is, is_not"),
            ("a: x is \"y -> log", "a quotation mark is not closed"),
            ("a: -> declare", "an impact and an urgency are missing"),
            ("a: -> declare huge high", "\"huge\" is no impact"),
            (
                "a: -> declare significant high join",
                "join is followed by minutes",
            ),
            (
                "a: -> declare significant high x",
                "\"x\" is not understood",
            ),
            ("a: -> drop", "triage, log, propose or declare"),
        ] {
            let told = read(text).unwrap_err().to_string();
            assert!(told.contains(why), "{text}: {told}");
        }
    }

    proptest! {
        #[test]
        fn any_values_come_back(
            fields in prop::collection::vec("[ -~]{1,20}", 1..4),
            values in prop::collection::vec("\\PC{1,30}", 3),
        ) {
            let parts = fields.iter().zip(&values);
            let when: Vec<Test> = parts.filter_map(|(field, value)| Some(Test {
                field: Short::parse(field).ok()?,
                how: How::Contains,
                value: Some(Short::parse(value).ok()?),
            })).collect();
            let rules = vec![Rule { name: Short::parse("n").unwrap(), when, then: Then::Log }];
            prop_assert_eq!(read(&write(&rules)).unwrap(), rules);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            let _ = read(&text);
        }
    }
}
