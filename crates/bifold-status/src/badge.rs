//! The state of everything as a small picture, for pages of others.
//!
//! It has no style of its own to load, because a picture may not: colours stand in its attributes.

use crate::course::overall;
use crate::model::State;
use crate::{Error, Files, Show};
use askama::Template;

const SVG: &str = "image/svg+xml";
/// About as wide as a letter of 11 px is, in tenths of a pixel.
const LETTER: usize = 65;
const PADDING: usize = 10;

#[derive(Template)]
#[template(path = "badge.xml", escape = "html")]
struct Badge<'a> {
    name: &'a str,
    label: String,
    state: String,
    colour: &'static str,
    left: usize,
    right: usize,
}

impl Badge<'_> {
    fn whole(&self) -> usize {
        self.left + self.right
    }
}

pub(crate) fn render(show: &Show<'_>, files: &mut Files) -> Result<(), Error> {
    let state = overall(show.page);
    let label = show.words().t("badge-label");
    let word = show.words().word("state", state.word());
    let width = |text: &str| text.chars().count() * LETTER / 10 + 2 * PADDING;
    let badge = Badge {
        name: &show.page.name,
        left: width(&label),
        right: width(&word),
        label,
        state: word,
        colour: colour(state),
    };
    files.add("badge.svg", SVG, badge.render()?);
    Ok(())
}

/// White letters on it have at least 4.5:1.
fn colour(state: State) -> &'static str {
    match state {
        State::Operational => "#00683a",
        State::UnderMaintenance => "#0062a8",
        State::DegradedPerformance => "#8a5a00",
        State::PartialOutage => "#a4470c",
        State::MajorOutage => "#b5151c",
    }
}
