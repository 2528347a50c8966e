//! What a step of a verification found.

use serde::Serialize;

/// Findings kept in full, of each weight; further ones are only counted.
pub(crate) const MAX_FINDINGS: usize = 100;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Worth knowing; changes nothing.
    Note,
    /// Something could not be checked.
    Gap,
    /// Something contradicts.
    Fault,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it weighs.
    pub weight: Weight,
    /// A stable word for programs.
    pub code: &'static str,
    /// The file, entry or exhibit; empty if it is the whole.
    pub place: String,
    /// What it is, in a sentence.
    pub says: String,
}

/// What one step found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// The first [`MAX_FINDINGS`] of each weight, in order.
    pub list: Vec<Finding>,
    /// How many notes, gaps and faults there are in all.
    pub totals: [usize; 3],
}

impl Findings {
    /// Something contradicts.
    pub(crate) fn fault(&mut self, code: &'static str, place: &str, says: impl Into<String>) {
        self.add(Weight::Fault, code, place, says.into());
    }

    /// Something could not be checked.
    pub(crate) fn gap(&mut self, code: &'static str, place: &str, says: impl Into<String>) {
        self.add(Weight::Gap, code, place, says.into());
    }

    /// Worth knowing.
    pub(crate) fn note(&mut self, code: &'static str, place: &str, says: impl Into<String>) {
        self.add(Weight::Note, code, place, says.into());
    }

    /// Whether nothing was found but notes.
    pub(crate) fn is_clean(&self) -> bool {
        self.worst().is_none_or(|weight| weight == Weight::Note)
    }

    /// The heaviest weight among them.
    pub fn worst(&self) -> Option<Weight> {
        self.list.iter().map(|finding| finding.weight).max()
    }

    fn add(&mut self, weight: Weight, code: &'static str, place: &str, says: String) {
        let Some(total) = self.totals.get_mut(weight as usize) else {
            return;
        };
        *total += 1;
        if *total <= MAX_FINDINGS {
            let place = place.to_owned();
            self.list.push(Finding {
                weight,
                code,
                place,
                says,
            });
        }
    }
}
