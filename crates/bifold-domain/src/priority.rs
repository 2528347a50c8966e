//! Impact × urgency → priority, security severity, and their merge.
//!
//! 20000-1 8.6.1 orders by impact and urgency; 8.7.3.3 orders by information security risk. One
//! record carries both and one resulting handling priority: the most urgent of them, never
//! lowered silently (standards 3.4, 5.3).

use crate::access::closed_set;
use crate::refusal::Invalid;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

closed_set! {
    /// How much is hurt (rows of the matrix).
    Impact {
        /// Whole organisation, a critical service, many customers.
        Extensive = "extensive",
        /// A site, a department, a key customer.
        Significant = "significant",
        /// A team.
        Moderate = "moderate",
        /// One user, or a workaround exists.
        Minor = "minor",
    }
}

closed_set! {
    /// How soon it must be dealt with (columns of the matrix).
    Urgency {
        /// At once.
        Critical = "critical",
        /// Soon.
        High = "high",
        /// In the normal course.
        Medium = "medium",
        /// When convenient.
        Low = "low",
    }
}

/// A handling priority, 1 (most urgent) to 5. Shown as P1…P5, and as SEV-1…SEV-5 for security.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(try_from = "u8", into = "u8")]
#[schema(value_type = u8, minimum = 1, maximum = 5)]
pub struct Priority(u8);

impl Priority {
    /// The most urgent.
    pub const MOST_URGENT: Self = Self(1);
    /// The least urgent.
    pub const LEAST_URGENT: Self = Self(5);

    /// The priority with this number.
    pub fn new(number: u8) -> Result<Self, Invalid> {
        if (1..=5).contains(&number) {
            Ok(Self(number))
        } else {
            Err(Invalid::OutOfRange {
                field: "priority",
                min: 1,
                max: 5,
            })
        }
    }

    /// 1 to 5.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The more urgent of the two.
    #[must_use]
    pub fn most_urgent(self, other: Self) -> Self {
        self.min(other)
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{}", self.0)
    }
}
impl TryFrom<u8> for Priority {
    type Error = Invalid;
    fn try_from(number: u8) -> Result<Self, Invalid> {
        Self::new(number)
    }
}
impl From<Priority> for u8 {
    fn from(priority: Priority) -> u8 {
        priority.0
    }
}

/// The priority matrix as data: one row an impact, four columns of urgency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// Impact → priorities for critical, high, medium and low urgency, in that order.
    pub rows: BTreeMap<Impact, [Priority; 4]>,
}

impl Default for Matrix {
    /// The default of standards 5.3.
    fn default() -> Self {
        let row = |impact, numbers: [u8; 4]| (impact, numbers.map(Priority));
        Self {
            rows: BTreeMap::from([
                row(Impact::Extensive, [1, 1, 2, 3]),
                row(Impact::Significant, [1, 2, 3, 3]),
                row(Impact::Moderate, [2, 3, 3, 4]),
                row(Impact::Minor, [3, 3, 4, 5]),
            ]),
        }
    }
}

impl Matrix {
    /// The priority of a cell; a row the matrix does not hold counts as least urgent.
    pub fn priority(&self, impact: Impact, urgency: Urgency) -> Priority {
        let [critical, high, medium, low] = self
            .rows
            .get(&impact)
            .copied()
            .unwrap_or([Priority::LEAST_URGENT; 4]);
        match urgency {
            Urgency::Critical => critical,
            Urgency::High => high,
            Urgency::Medium => medium,
            Urgency::Low => low,
        }
    }
}

closed_set! {
    /// What an incident can hurt. Risks to services go beyond confidentiality, integrity and
    /// availability (features F037).
    Dimension {
        /// The service as promised: scope, quality, performance.
        Delivery = "delivery",
        /// Confidentiality of information.
        Confidentiality = "confidentiality",
        /// Integrity and authenticity of information.
        Integrity = "integrity",
        /// Availability of information.
        Availability = "availability",
        /// Safety of people and the environment.
        Safety = "safety",
        /// Fundamental rights of people.
        Rights = "rights",
    }
}

impl Dimension {
    /// Whether the dimension counts towards the security severity.
    pub fn is_security(self) -> bool {
        matches!(
            self,
            Self::Confidentiality | Self::Integrity | Self::Availability
        )
    }
}

closed_set! {
    /// How badly a dimension is hurt.
    Harm {
        /// Not at all.
        None = "none",
        /// Hardly.
        Minor = "minor",
        /// Noticeably.
        Moderate = "moderate",
        /// Seriously.
        Major = "major",
        /// As badly as can be.
        Severe = "severe",
    }
}

impl Harm {
    /// The severity this harm alone justifies: severe is SEV-1, none is SEV-5.
    pub fn severity(self) -> Priority {
        Priority(match self {
            Self::Severe => 1,
            Self::Major => 2,
            Self::Moderate => 3,
            Self::Minor => 4,
            Self::None => 5,
        })
    }
}

/// The severity of the worst rated dimension among those that `counts` accepts.
pub fn severity_of(
    ratings: &BTreeMap<Dimension, Harm>,
    counts: impl Fn(Dimension) -> bool,
) -> Option<Priority> {
    ratings
        .iter()
        .filter(|(d, _)| counts(**d))
        .map(|(_, harm)| harm.severity())
        .min()
}

/// The three scores of standards 3.4, all shown, and the one that rules the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Scores {
    /// Impact × urgency (20000-1 8.6.1).
    pub service: Priority,
    /// From harm to confidentiality, integrity and availability (20000-1 8.7.3.3), while the
    /// security verdict is not "no".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<Priority>,
    /// From harm to safety and rights, whatever the verdicts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<Priority>,
}

impl Scores {
    /// The scores for a matrix priority, given harm and whether the security question is open
    /// or answered with yes.
    pub fn of(
        service: Priority,
        security_counts: bool,
        ratings: &BTreeMap<Dimension, Harm>,
    ) -> Self {
        let people = |d| matches!(d, Dimension::Safety | Dimension::Rights);
        Self {
            service,
            security: severity_of(ratings, Dimension::is_security).filter(|_| security_counts),
            people: severity_of(ratings, people),
        }
    }

    /// A handling priority after these scores replaced the old ones: raised to every score that
    /// rose or is new, never lowered.
    ///
    /// A score that stayed where it was does not count again: whoever lowered the priority by
    /// decision knew it.
    #[must_use]
    pub fn raise(self, handling: Priority, old: Self) -> Priority {
        [
            (Some(self.service), Some(old.service)),
            (self.security, old.security),
            (self.people, old.people),
        ]
        .into_iter()
        .filter_map(|(new, old)| new.filter(|new| old.is_none_or(|old| *new < old)))
        .fold(handling, Priority::most_urgent)
    }

    /// The most urgent of the scores.
    pub fn merged(self) -> Priority {
        [Some(self.service), self.security, self.people]
            .into_iter()
            .flatten()
            .fold(Priority::LEAST_URGENT, Priority::most_urgent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_matrix_is_that_of_the_reference() {
        let m = Matrix::default();
        for (impact, urgency, expected) in [
            (Impact::Extensive, Urgency::Critical, 1),
            (Impact::Extensive, Urgency::Low, 3),
            (Impact::Significant, Urgency::High, 2),
            (Impact::Moderate, Urgency::Low, 4),
            (Impact::Minor, Urgency::Medium, 4),
            (Impact::Minor, Urgency::Low, 5),
        ] {
            assert_eq!(
                m.priority(impact, urgency).number(),
                expected,
                "{impact} {urgency}"
            );
        }
    }

    #[test]
    fn the_merged_priority_is_the_most_urgent_score() {
        let scores = Scores {
            service: Priority(3),
            security: Some(Priority(1)),
            people: None,
        };
        assert_eq!(scores.merged(), Priority(1));
        let scores = Scores {
            service: Priority(4),
            security: None,
            people: Some(Priority(2)),
        };
        assert_eq!(scores.merged(), Priority(2));
    }

    #[test]
    fn the_matrix_as_json_reads_back() {
        let text = serde_json::to_string(&Matrix::default()).unwrap();
        assert_eq!(
            serde_json::from_str::<Matrix>(&text).unwrap(),
            Matrix::default()
        );
        assert!(text.contains("\"extensive\":[1,1,2,3]"));
    }
}
