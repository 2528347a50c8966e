//! Presets: mappings for products that many have, to take as they are or to copy and change.
//!
//! A preset is data like any mapping. It knows nothing that a person could not write on the page of
//! a source, so that a product that changes its form needs no new version of Bifold.

use crate::Mapping;
use serde::{Deserialize, Serialize};

/// A mapping that is known to read what a product sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preset {
    /// By which it is chosen.
    pub name: String,
    /// What it reads, for people.
    pub product: String,
    /// How.
    pub mapping: Mapping,
}

/// All of them, by name.
#[expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "part of the program, read by a test of its own"
)]
pub fn all() -> Vec<Preset> {
    serde_json::from_str(include_str!("preset.json")).expect("the presets shipped are JSON")
}

/// The one of this name.
pub fn named(name: &str) -> Option<Preset> {
    all().into_iter().find(|preset| preset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_mapping_that_works_and_they_stand_in_order() {
        let all = all();
        for preset in &all {
            assert_eq!(preset.mapping.check(), Ok(()), "{}", preset.name);
        }
        assert!(all.is_sorted_by(|a, b| a.name < b.name));
        assert_eq!(named("datadog").unwrap().product, "Datadog monitors");
        assert_eq!(named("nothing"), None);
    }
}
