//! The questions asked of every incident: is it an incident of this kind?
//!
//! *Service* and *security* are always asked. Further kinds (privacy, AI, safety, …) are data:
//! a pack with criteria, a version and a lane. Answers to criteria propose a verdict; a person
//! decides (27001 A.5.25, features F032–F034).

use crate::access::closed_set;
use crate::id::PersonId;
use crate::redact::Redactable;
use crate::refusal::Refusal;
use crate::text::{Short, Text};
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The key of a kind, such as `service`, `security` or `ai`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schema(example = "security")]
pub struct KindKey(String);

impl KindKey {
    /// Is a service hurt?
    pub fn service() -> Self {
        Self("service".to_owned())
    }
    /// Is information hurt?
    pub fn security() -> Self {
        Self("security".to_owned())
    }
    /// Reads a key: a lower-case letter, then up to 30 letters, digits or underscores.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let fits = text.len() <= 31
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refusal::Unknown {
                what: "kind",
                named: text.chars().take(40).collect(),
            })
        }
    }
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for KindKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl TryFrom<String> for KindKey {
    type Error = Refusal;
    fn try_from(text: String) -> Result<Self, Refusal> {
        Self::parse(&text)
    }
}
impl From<KindKey> for String {
    fn from(key: KindKey) -> String {
        key.0
    }
}

closed_set! {
    /// The answer to "is it this kind?".
    Finding {
        /// It is.
        Yes = "yes",
        /// It is not.
        No = "no",
        /// Not known yet; visible, and it ages.
        Undetermined = "undetermined",
    }
}

closed_set! {
    /// The answer to one criterion.
    Answer {
        /// It holds.
        Yes = "yes",
        /// It does not.
        No = "no",
        /// Not known yet.
        Unknown = "unknown",
    }
}

/// One question of the guided assessment form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Stable key within the pack.
    pub key: Short,
    /// What is asked, in plain words.
    pub question: Text,
    /// A yes to this one alone makes the proposed verdict yes; otherwise it takes two.
    pub decisive: bool,
}

/// A kind as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Its key.
    pub key: KindKey,
    /// Its name for people.
    pub name: Short,
    /// What the lane of this kind is called, such as *Restore the service*.
    pub lane: Short,
    /// Whether the lane's contents are for cleared people only (features F174).
    pub sensitive: bool,
    /// Whether a verdict is asked of every incident, and closure waits for it.
    pub always_asked: bool,
    /// The definition applied: a clause, a law with its article, or a house rule.
    pub definition: Text,
    /// The form.
    pub criteria: Vec<Criterion>,
    /// The law that forbids altering what it is about before an authority was told, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forbids_altering: Option<Short>,
}

/// A kind and the version under which it is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KindVersion {
    /// Counts up with every change; a verdict keeps the version it was given under.
    pub version: u32,
    /// The kind.
    pub kind: Kind,
}

/// What the answers propose.
///
/// A decisive yes, or two indicative ones, propose yes. All answered no proposes no. Anything
/// else stays undetermined: a criterion nobody answered is not a no.
pub fn propose(criteria: &[Criterion], answers: &BTreeMap<Short, Answer>) -> Finding {
    let answer = |c: &Criterion| answers.get(&c.key).copied().unwrap_or(Answer::Unknown);
    let yes = criteria.iter().filter(|c| answer(c) == Answer::Yes);
    let weight: usize = yes.map(|c| if c.decisive { 2 } else { 1 }).sum();
    if weight >= 2 {
        Finding::Yes
    } else if weight == 0
        && !criteria.is_empty()
        && criteria.iter().all(|c| answer(c) == Answer::No)
    {
        Finding::No
    } else {
        Finding::Undetermined
    }
}

/// A verdict as recorded: who answered what, why, when, and under which version of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The answer.
    pub finding: Finding,
    /// What the form proposed from the answers.
    pub proposed: Finding,
    /// The answers given.
    pub answers: BTreeMap<Short, Answer>,
    /// Why.
    pub reason: Redactable<Text>,
    /// Who decided.
    pub decider: PersonId,
    /// When.
    pub at: At,
    /// The version of the criteria applied.
    pub criteria_version: u32,
}

fn criterion(key: &str, question: &str, decisive: bool) -> Option<Criterion> {
    Some(Criterion {
        key: Short::parse(key).ok()?,
        question: Text::parse(question).ok()?,
        decisive,
    })
}

/// Key, name, lane, sensitive, always asked, definition, criteria (key, question, decisive).
type Row = (
    &'static str,
    &'static str,
    &'static str,
    bool,
    bool,
    &'static str,
    &'static [(&'static str, &'static str, bool)],
);

const STARTING: &[Row] = &[
    (
        "service",
        "Service",
        "Restore the service",
        false,
        true,
        "ISO/IEC 20000-1 8.6.1: interruption, reduced quality, or an event that will lead there",
        &[
            ("interrupted", "Is a service interrupted?", true),
            ("degraded", "Does a service work worse than agreed?", true),
            (
                "at_risk",
                "Will a service be hurt soon if nobody acts?",
                false,
            ),
            ("users_affected", "Do users or customers notice?", false),
        ],
    ),
    (
        "security",
        "Security",
        "Protect information and evidence",
        true,
        true,
        "ISO/IEC 27001 A.5.25, ISO/IEC 27035-1: likely to compromise operations and threaten information",
        &[
            (
                "confidentiality",
                "May information have reached somebody it should not?",
                true,
            ),
            (
                "integrity",
                "May information or its origin have been changed without right?",
                true,
            ),
            (
                "malicious",
                "Is there a sign of intent: intrusion, malware, fraud, misuse?",
                true,
            ),
            (
                "policy",
                "Was a security rule broken or a control missing or failed?",
                false,
            ),
            (
                "unexplained",
                "Is the loss of availability unexplained?",
                false,
            ),
        ],
    ),
    (
        "privacy",
        "Privacy",
        "Protect the people concerned",
        true,
        false,
        "GDPR Art. 4(12): personal data destroyed, lost, altered, disclosed or accessed without right",
        &[
            ("personal_data", "Are data about people involved?", false),
            (
                "breach",
                "Were they lost, changed, disclosed or accessed without right?",
                false,
            ),
            (
                "special",
                "Are they special categories or about many people?",
                false,
            ),
        ],
    ),
    (
        "ai",
        "AI",
        "Contain the AI system",
        true,
        false,
        "EU AI Act Art. 3(49): malfunction of an AI system that leads to serious harm",
        &[
            (
                "ai_involved",
                "Did an AI system take part in what happened?",
                false,
            ),
            ("malfunction", "Did it misbehave, or was it misused?", false),
            (
                "serious_harm",
                "Did, or could, it lead to harm to health, rights, property or critical infrastructure?",
                false,
            ),
        ],
    ),
    (
        "safety",
        "Safety",
        "Keep people safe",
        false,
        false,
        "House definition: injury or danger to people or the environment",
        &[
            ("injury", "Was somebody hurt?", true),
            ("danger", "Could somebody be hurt while this goes on?", true),
        ],
    ),
];

/// The kinds a new organisation starts with. All may be edited; the first two are always asked.
fn law_of(key: &str) -> Option<Short> {
    let law = match key {
        "ai" => "Regulation (EU) 2024/1689, Article 73(6)",
        _ => return None,
    };
    Short::parse(law).ok()
}

/// The kinds a new organisation starts with.
pub fn starting_kinds() -> Vec<KindVersion> {
    STARTING
        .iter()
        .filter_map(
            |&(key, name, lane, sensitive, always_asked, definition, rows)| {
                Some(KindVersion {
                    version: 1,
                    kind: Kind {
                        key: KindKey::parse(key).ok()?,
                        name: Short::parse(name).ok()?,
                        lane: Short::parse(lane).ok()?,
                        sensitive,
                        always_asked,
                        definition: Text::parse(definition).ok()?,
                        criteria: rows
                            .iter()
                            .filter_map(|(k, q, d)| criterion(k, q, *d))
                            .collect(),
                        forbids_altering: law_of(key),
                    },
                })
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn security() -> Kind {
        starting_kinds()
            .into_iter()
            .find(|k| k.kind.key == KindKey::security())
            .unwrap()
            .kind
    }

    fn answers(rows: &[(&str, Answer)]) -> BTreeMap<Short, Answer> {
        rows.iter()
            .map(|(k, a)| (Short::parse(k).unwrap(), *a))
            .collect()
    }

    #[test]
    fn the_starting_kinds_are_all_there() {
        let kinds = starting_kinds();
        assert_eq!(kinds.len(), 5);
        assert!(kinds.iter().all(|k| k.kind.criteria.len() >= 2));
    }

    #[test]
    fn answers_propose_a_verdict_and_silence_is_not_a_no() {
        use Answer::{No, Unknown, Yes};
        let all_no = [
            ("confidentiality", No),
            ("integrity", No),
            ("malicious", No),
            ("policy", No),
            ("unexplained", No),
        ];
        for (given, expected) in [
            (answers(&[("malicious", Yes)]), Finding::Yes),
            (answers(&[("policy", Yes)]), Finding::Undetermined),
            (
                answers(&[("policy", Yes), ("unexplained", Yes)]),
                Finding::Yes,
            ),
            (answers(&all_no), Finding::No),
            (answers(&all_no[..4]), Finding::Undetermined),
            (answers(&[("malicious", Unknown)]), Finding::Undetermined),
            (answers(&[]), Finding::Undetermined),
        ] {
            assert_eq!(propose(&security().criteria, &given), expected, "{given:?}");
        }
    }
}
