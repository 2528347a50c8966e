//! Texts into domain types, and the names that make one story different from the next.

use super::rng::Rng;
use bifold_domain::kind::KindKey;
use bifold_domain::{Short, Text, Title};

/// A title of the demonstration.
#[allow(clippy::expect_used)]
pub(crate) fn title(text: &str) -> Title {
    Title::parse(text).expect("titles of the demonstration are one short line")
}

/// Prose of the demonstration.
#[allow(clippy::expect_used)]
pub(crate) fn text(words: &str) -> Text {
    Text::parse(words).expect("texts of the demonstration are not empty and not long")
}

/// A code or name of the demonstration.
#[allow(clippy::expect_used)]
pub(crate) fn short(words: &str) -> Short {
    Short::parse(words).expect("names of the demonstration are short")
}

/// A kind by its key.
#[allow(clippy::expect_used)]
pub(crate) fn kind(key: &str) -> KindKey {
    KindKey::parse(key).expect("the demonstration uses the kinds every organisation starts with")
}

const WARDS: &[&str] = &[
    "Ward 2A",
    "Ward 3B",
    "Ward 4A",
    "Ward 5C",
    "the ICU",
    "Maternity",
    "Paediatrics",
    "Oncology",
    "Cardiology",
    "Dialysis",
    "Emergency",
    "Day Surgery",
    "Geriatrics",
    "Neurology",
];
const DEPARTMENTS: &[&str] = &[
    "Finance",
    "Human Resources",
    "Radiology",
    "Pathology",
    "Pharmacy",
    "Procurement",
    "Medical Records",
    "Admissions",
    "Physiotherapy",
    "Theatre Planning",
    "Patient Transport",
    "Social Services",
];
const CLINICS: &[&str] = &[
    "the eye clinic",
    "the pain clinic",
    "the heart clinic",
    "the skin clinic",
    "the children's clinic",
    "the sleep laboratory",
    "the diabetes clinic",
    "the fracture clinic",
    "the allergy clinic",
    "the kidney clinic",
];
const SITES: &[&str] = &[
    "the East Wing",
    "the West Wing",
    "the Quay clinic",
    "the Hillside site",
    "the outpatient centre",
    "the administration building",
    "the research house",
    "the North Pavilion",
];
const VENDORS: &[&str] = &["Tessaro", "Norvind", "Calyx", "Ambrell", "Quillon"];
const MINUTES: &[&str] = &["10", "15", "20", "25", "35", "40", "50"];

/// The names of one story: the same in its title, its notes and its end.
#[derive(Debug, Clone)]
pub(crate) struct Fill(Vec<(&'static str, String)>);

impl Fill {
    /// Names drawn for a story.
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        let clock = format!("{:02}:{:02}", rng.between(6, 17), rng.between(0, 11) * 5);
        Self(vec![
            ("{ward}", rng.pick(WARDS).to_owned()),
            ("{dept}", rng.pick(DEPARTMENTS).to_owned()),
            ("{clinic}", rng.pick(CLINICS).to_owned()),
            ("{site}", rng.pick(SITES).to_owned()),
            ("{vendor}", rng.pick(VENDORS).to_owned()),
            ("{mins}", rng.pick(MINUTES).to_owned()),
            ("{clock}", clock),
            ("{n}", rng.between(3, 48).to_string()),
            ("{many}", (rng.between(12, 92) * 10).to_string()),
            ("{room}", format!("room {}", rng.between(101, 489))),
            ("{pc}", format!("HH-PC-{:04}", rng.between(120, 1_980))),
            ("{ticket}", format!("REQ-{}", rng.between(10_400, 19_900))),
            ("{ext}", format!("ext. {}", rng.between(2_100, 6_890))),
        ])
    }

    /// The text with the names in it, beginning with a capital letter.
    pub(crate) fn apply(&self, template: &str) -> String {
        let mut text = template.to_owned();
        for (key, name) in &self.0 {
            if text.contains(key) {
                text = text.replace(key, name);
            }
        }
        let mut letters = text.chars();
        match letters.next() {
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_a_sentence_begins_with_a_capital() {
        let fill = Fill::draw(&mut Rng::new(5));
        let text = fill.apply("{ward}: {pc} in {room}, {n} of {many}, {ward}");
        assert!(!text.contains('{'), "{text}");
        assert!(text.starts_with(char::is_uppercase), "{text}");
    }
}
