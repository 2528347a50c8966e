//! The words of other systems in ours.
//!
//! Their own words are kept as they are in the labels of every row; what is decided here is only
//! where a row puts an incident in *our* lists. It refuses to guess: a word that is not in the
//! tables below is said to be unknown, and the row is marked with it.

use bifold_domain::incident::ImportedStage;
use bifold_domain::priority::{Impact, Priority, Urgency};

/// What the numbers and words of impact and urgency mean in a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Scale {
    /// ServiceNow's `1 - High`, `2 - Medium`, `3 - Low`. High becomes our highest level: then our
    /// default matrix gives ServiceNow's own default priority in all nine cells.
    Three,
    /// Critical or major, high, medium, low; or 1 to 4.
    #[default]
    Four,
    /// 1 to 5 of HP Service Manager. One step must go, and it is the one between 1 and 2, where
    /// the fewest incidents are (3 of 46,606 in the Rabobank log have impact 1).
    Five,
}

impl Scale {
    pub(super) fn impact(self, text: &str) -> Option<Impact> {
        Impact::ALL.get(self.step(text)?).copied()
    }

    pub(super) fn urgency(self, text: &str) -> Option<Urgency> {
        Urgency::ALL.get(self.step(text)?).copied()
    }

    /// 0 for the highest of our four levels, 3 for the lowest.
    fn step(self, text: &str) -> Option<usize> {
        let (number, word) = numbered(text);
        let first = word.split(['/', ' ']).next().unwrap_or_default();
        let by_word = match first {
            "extensive" | "critical" | "major" | "catastrophic" => Some(0),
            "high" if self == Self::Three => Some(0),
            "significant" | "high" | "damaging" => Some(1),
            "moderate" | "medium" | "normal" | "painful" => Some(2),
            "minor" | "low" | "distracting" | "insignificant" => Some(3),
            _ => None,
        };
        let by_number = || match (self, number?) {
            (Self::Three | Self::Four, 1) | (Self::Five, 1 | 2) => Some(0),
            (Self::Four, 2) | (Self::Five, 3) => Some(1),
            (Self::Three, 2) | (Self::Four, 3) | (Self::Five, 4) => Some(2),
            (Self::Three, 3) | (Self::Four, 4) | (Self::Five, 5) => Some(3),
            _ => None,
        };
        by_word.or_else(|| word.is_empty().then(by_number)?)
    }
}

/// `1 - Critical`, `P1`, `1` and `critical` are the most urgent; 5 (*planning*) the least.
pub(super) fn priority(text: &str) -> Option<Priority> {
    let (number, word) = numbered(text);
    let by_word = || match word.as_str() {
        "critical" => Some(1),
        "high" => Some(2),
        "moderate" | "medium" => Some(3),
        "low" => Some(4),
        "planning" => Some(5),
        p => p.strip_prefix('p')?.parse().ok(),
    };
    Priority::new(number.or_else(by_word)?).ok()
}

/// `1 - High` as 1 and `high`.
fn numbered(text: &str) -> (Option<u8>, String) {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    let word = rest.trim_start_matches([' ', '-', '–', ':', '.']);
    (number.parse().ok(), word.trim_end().to_lowercase())
}

/// Where a state puts an incident, and what is odd about that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) stage: ImportedStage,
    pub(super) oddity: Option<String>,
}

/// States by their words, compared in lower case with single blanks.
const STATES: &[(ImportedStage, &[&str])] = &[
    (
        ImportedStage::New,
        &[
            "new",
            "open",
            "logged",
            "recorded",
            "registered",
            "to do",
            "unassigned",
            // Volvo IT; the Italian help desk
            "awaiting assignment",
            "queued",
            "insert ticket",
            "assign seriousness",
        ],
    ),
    (
        ImportedStage::InProgress,
        &[
            "active",
            "in progress",
            "work in progress",
            "assigned",
            "accepted",
            "reopened",
            "mitigated",
            "acknowledged",
            "investigating",
            "take in charge ticket",
            "schedule intervention",
            "create sw anomaly",
            "resolve sw anomaly",
        ],
    ),
    (
        ImportedStage::PendingUser,
        &[
            "awaiting user info",
            "awaiting user",
            "awaiting caller",
            "awaiting customer",
            "wait user",
            "wait customer",
            "waiting for customer",
            "waiting for user",
            "pending user",
            "pending customer",
        ],
    ),
    (
        ImportedStage::PendingSupplier,
        &[
            "awaiting vendor",
            "awaiting supplier",
            "wait vendor",
            "waiting for vendor",
            "waiting for supplier",
            "pending vendor",
            "pending supplier",
        ],
    ),
    (
        // A problem and a new release are waited for as a change is: somebody will put it in.
        ImportedStage::PendingChange,
        &[
            "awaiting change",
            "awaiting problem",
            "wait implementation",
            "pending change",
            "waiting for change",
            "require upgrade",
        ],
    ),
    (
        ImportedStage::PendingEvidence,
        &["awaiting evidence", "pending evidence"],
    ),
    (
        ImportedStage::Resolved,
        &[
            "resolved",
            "solved",
            "done",
            "verified",
            "confirmed",
            // Volvo IT: solved while the user was on the telephone
            "in call",
            "resolve ticket",
        ],
    ),
    (ImportedStage::Closed, &["closed"]),
];

/// The numbers ServiceNow exports when display values are off.
const SERVICENOW_NUMBERS: &[(&str, &str)] = &[
    ("1", "new"),
    ("2", "in progress"),
    ("3", "on hold"),
    ("4", "awaiting user info"),
    ("5", "awaiting evidence"),
    ("6", "resolved"),
    ("7", "closed"),
    ("8", "cancelled"),
];

/// Reads a state; `hold` is the reason of a hold where the source keeps it in another column.
pub(super) fn standing(text: &str, hold: Option<&str>, scale: Scale) -> Standing {
    let mut word = plain(text);
    if scale == Scale::Three
        && let Some((_, meaning)) = SERVICENOW_NUMBERS.iter().find(|(n, _)| *n == word)
    {
        word = (*meaning).to_owned();
    }
    let is = |stage, oddity| Standing { stage, oddity };
    if let Some(stage) = known(&word) {
        return is(stage, None);
    }
    match word.as_str() {
        "wait" | "waiting" | "on hold" | "pending" | "hold" => {
            let stage = hold.and_then(|reason| known(&plain(reason)));
            // A wait for nobody in particular stops no clock.
            let why = || "waits without saying for whom".to_owned();
            is(
                stage.unwrap_or(ImportedStage::InProgress),
                stage.is_none().then(why),
            )
        }
        "cancelled" | "canceled" | "invalid" | "rejected" | "duplicate" => is(
            ImportedStage::Closed,
            Some(format!("called off there: {word}")),
        ),
        _ => is(
            ImportedStage::Unknown,
            Some(format!("state {}", text.trim())),
        ),
    }
}

fn known(word: &str) -> Option<ImportedStage> {
    let (stage, _) = STATES.iter().find(|(_, words)| words.contains(&word))?;
    Some(*stage)
}

/// Lower case and single blanks; of `Accepted+Wait - User` and `Accepted-Wait` the second half.
fn plain(text: &str) -> String {
    let text = text.trim();
    let inner = ["Accepted", "Queued", "Completed", "Unmatched"]
        .iter()
        .find_map(|status| text.strip_prefix(status)?.strip_prefix(['+', '-']))
        .unwrap_or(text);
    let words = inner
        .split([' ', '_', '-'])
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase);
    let plain = words.collect::<Vec<_>>().join(" ");
    // A negative number is not the number without its sign.
    if inner.starts_with('-') {
        format!("-{plain}")
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ImportedStage as S;
    use bifold_domain::priority::Matrix;

    #[test]
    fn states_of_the_known_sources() {
        for (text, hold, stage, oddity) in [
            ("New", None, S::New, None),
            ("Active", None, S::InProgress, None),
            ("Awaiting User Info", None, S::PendingUser, None),
            ("Awaiting Problem", None, S::PendingChange, None),
            ("Awaiting Vendor", None, S::PendingSupplier, None),
            ("Awaiting Evidence", None, S::PendingEvidence, None),
            ("Resolved", None, S::Resolved, None),
            ("Closed", None, S::Closed, None),
            ("7", None, S::Closed, None),
            ("On Hold", Some("Awaiting Caller"), S::PendingUser, None),
            (
                "On Hold",
                None,
                S::InProgress,
                Some("waits without saying for whom"),
            ),
            ("-100", None, S::Unknown, Some("state -100")),
            (
                "Canceled",
                None,
                S::Closed,
                Some("called off there: canceled"),
            ),
            ("Accepted+In Progress", None, S::InProgress, None),
            ("Accepted-In Progress", None, S::InProgress, None),
            ("Queued+Awaiting Assignment", None, S::New, None),
            ("Accepted+Wait - User", None, S::PendingUser, None),
            ("Accepted+Wait - Customer", None, S::PendingUser, None),
            ("Accepted+Wait - Vendor", None, S::PendingSupplier, None),
            (
                "Accepted+Wait - Implementation",
                None,
                S::PendingChange,
                None,
            ),
            (
                "Accepted-Wait",
                None,
                S::InProgress,
                Some("waits without saying for whom"),
            ),
            ("Completed+In Call", None, S::Resolved, None),
            ("Completed-Closed", None, S::Closed, None),
            (
                "Unmatched+Unmatched",
                None,
                S::Unknown,
                Some("state Unmatched+Unmatched"),
            ),
            ("Take in charge ticket", None, S::InProgress, None),
            ("RESOLVED", None, S::Resolved, None),
            ("", None, S::Unknown, Some("state ")),
        ] {
            let got = standing(text, hold, Scale::Three);
            let want = Standing {
                stage,
                oddity: oddity.map(str::to_owned),
            };
            assert_eq!(got, want, "{text}");
        }
        assert_eq!(standing("7", None, Scale::Four).stage, S::Unknown);
    }

    #[test]
    fn servicenow_levels_give_its_own_default_priorities_in_our_default_matrix() {
        let theirs = [["1", "2", "3"], ["2", "3", "4"], ["3", "4", "5"]];
        let levels = ["1 - High", "2 - Medium", "3 - Low"];
        for (impact, row) in levels.iter().zip(theirs) {
            for (urgency, want) in levels.iter().zip(row) {
                let ours = Matrix::default().priority(
                    Scale::Three.impact(impact).unwrap(),
                    Scale::Three.urgency(urgency).unwrap(),
                );
                assert_eq!(Some(ours), priority(want), "{impact} × {urgency}");
            }
        }
    }

    #[test]
    fn levels_by_word_and_by_number() {
        for (scale, text, want) in [
            (Scale::Three, "2 - Medium", Some(Impact::Moderate)),
            (Scale::Three, "3", Some(Impact::Minor)),
            (Scale::Three, "4", None),
            (Scale::Four, "Major", Some(Impact::Extensive)),
            (Scale::Four, "High", Some(Impact::Significant)),
            (
                Scale::Four,
                "2-Significant/Large",
                Some(Impact::Significant),
            ),
            (Scale::Four, "4", Some(Impact::Minor)),
            (Scale::Five, "1", Some(Impact::Extensive)),
            (Scale::Five, "2", Some(Impact::Extensive)),
            (Scale::Five, "5", Some(Impact::Minor)),
            (Scale::Five, "NS", None),
            (Scale::Five, "", None),
            (Scale::Five, "1,2", None),
        ] {
            assert_eq!(scale.impact(text), want, "{scale:?} {text}");
        }
        assert_eq!(Scale::Three.urgency("1 - High"), Some(Urgency::Critical));
    }

    #[test]
    fn priorities_by_word_and_by_number() {
        for (text, want) in [
            ("1 - Critical", Some(1)),
            ("3 - Moderate", Some(3)),
            ("4 - Low", Some(4)),
            ("5 - Planning", Some(5)),
            ("Planning", Some(5)),
            ("P2", Some(2)),
            ("high", Some(2)),
            ("NA", None),
            ("0", None),
            ("9999999999", None),
        ] {
            assert_eq!(priority(text).map(Priority::number), want, "{text}");
        }
    }
}
