//! The policy a new organisation starts with. All of it may be replaced.

use super::{Limits, Policy, Versioned};
use crate::kind::starting_kinds;
use crate::level::Terms;
use crate::priority::{Matrix, Priority};
use crate::text::Short;

fn shorts(words: &[&str]) -> Vec<Short> {
    words.iter().filter_map(|w| Short::parse(w).ok()).collect()
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            matrix: Versioned::first(Matrix::default()),
            kinds: starting_kinds()
                .into_iter()
                .map(|k| (k.kind.key.clone(), k))
                .collect(),
            categories: Versioned::first(shorts(&[
                "hardware",
                "software",
                "network",
                "database",
                "access",
                "capacity",
                "change-failure",
                "third-party",
                "malware",
                "phishing",
                "data-leak",
                "intrusion",
                "fraud",
                "vulnerability",
                "ai",
                "physical",
                "other",
            ])),
            resolution_codes: Versioned::first(shorts(&[
                "fixed",
                "workaround",
                "restarted",
                "rolled-back",
                "replaced",
                "configured",
                "contained",
                "supplier-fixed",
                "self-healed",
                "no-fault-found",
                "duplicate",
            ])),
            customers: Versioned::first(Vec::new()),
            cause_codes: Versioned::first(shorts(&[
                "change",
                "defect",
                "capacity",
                "hardware-failure",
                "human-error",
                "supplier",
                "maintenance-overdue",
                "control-failed",
                "attack",
                "misuse",
                "environment",
                "unknown",
            ])),
            limits: Limits {
                reopen_days: 14,
                confirm_days: 5,
                review_at_or_above: Priority::MOST_URGENT,
                break_glass_minutes: 60,
                keep_identity_days: super::TWO_YEARS,
            },
            gate: Versioned::starting(),
            major: Versioned::starting(),
            templates: Versioned::starting(),
            terms: Terms::default(),
            functions: std::collections::BTreeMap::new(),
        }
    }
}
