//! Ninety days as one small picture.
//!
//! A state is one line whose dashes are the days, so a bar costs a few bytes for each run of equal
//! days and not for each day. The worse a day was the taller it stands, which tells it apart
//! without colours; days of maintenance are split. Dashes and thickness are in the style.

use crate::days::Bar;
use crate::model::State;
use crate::words::Words;
use crate::{BAR_DAYS, Show};
use std::fmt::Write;

/// Width of a day with the gap after it.
const PITCH: usize = 4;
/// Days that the words for those who do not see the picture name one by one.
const NAMED_DAYS: usize = 12;

/// One line of the picture.
pub(super) struct Line {
    /// The number of the state as the style knows it, `n` for days without data.
    pub(super) class: char,
    /// The path of the runs.
    pub(super) path: String,
}

/// The class of a state in the style.
pub(super) fn class(state: State) -> char {
    match state {
        State::Operational => '0',
        State::UnderMaintenance => '1',
        State::DegradedPerformance => '2',
        State::PartialOutage => '3',
        State::MajorOutage => '4',
    }
}

/// Where the lines of a state lie: the middle of each, in a picture 24 high that grows from below.
fn middles(state: Option<State>) -> &'static [&'static str] {
    match state {
        None => &["23"],
        Some(State::Operational) => &["18"],
        Some(State::UnderMaintenance) => &["14.5", "21.5"],
        Some(State::DegradedPerformance) => &["16"],
        Some(State::PartialOutage) => &["14"],
        Some(State::MajorOutage) => &["12"],
    }
}

/// The lines of the picture, of those states that occur.
pub(super) fn lines(bars: &[Bar]) -> Vec<Line> {
    let states = State::ALL.iter().copied().map(Some);
    let lines = std::iter::once(None).chain(states).map(|state| Line {
        class: state.map_or('n', class),
        path: path(bars, state),
    });
    lines.filter(|line| !line.path.is_empty()).collect()
}

fn path(bars: &[Bar], state: Option<State>) -> String {
    let mut path = String::new();
    let mut from = 0;
    for run in bars.chunk_by(|a, b| a.worst == b.worst) {
        if run.first().is_some_and(|bar| bar.worst == state) {
            for middle in middles(state) {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{} {middle}h{}", from * PITCH, run.len() * PITCH - 1);
            }
        }
        from += run.len();
    }
    path
}

/// The picture in words.
pub(super) fn words(show: &Show<'_>, name: &str, share: Option<&str>, bars: &[Bar]) -> String {
    let l = show.words();
    let label = l.say(
        "bars-label",
        &[("component", name.into()), ("days", BAR_DAYS.into())],
    );
    let mut parts: Vec<String> = share
        .map(|share| l.with("bars-share", "percent", share))
        .into_iter()
        .collect();
    let mut left = NAMED_DAYS;
    let mut unnamed = 0;
    for state in State::ALL
        .iter()
        .rev()
        .filter(|s| **s != State::Operational)
    {
        let days: Vec<&Bar> = bars
            .iter()
            .filter(|bar| bar.worst == Some(*state))
            .collect();
        let named = days.len().min(left);
        left -= named;
        unnamed += days.len() - named;
        let dates: Vec<String> = days
            .iter()
            .take(named)
            .map(|bar| show.clock.date(bar.date))
            .collect();
        if !dates.is_empty() {
            parts.push(format!(
                "{}: {}",
                l.word("state", state.word()),
                dates.join(", ")
            ));
        }
    }
    rest(l, bars, unnamed, &mut parts);
    format!("{label}: {}", parts.join("; "))
}

fn rest(l: Words, bars: &[Bar], unnamed: usize, parts: &mut Vec<String>) {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    if unnamed > 0 {
        parts.push(l.count("bars-more", count(unnamed)));
    }
    let unknown = bars.iter().filter(|bar| bar.worst.is_none()).count();
    if bars.iter().all(|bar| bar.worst == Some(State::Operational)) {
        parts.push(l.t("bars-good"));
    }
    if unknown > 0 {
        parts.push(l.count("bars-unknown", count(unknown)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_run_of_equal_days_is_one_piece_of_a_line() {
        let day = |worst| Bar {
            date: date(2026, 3, 1),
            worst,
        };
        let (up, down) = (Some(State::Operational), Some(State::MajorOutage));
        let bars = [
            None,
            None,
            up,
            down,
            down,
            up,
            Some(State::UnderMaintenance),
        ]
        .map(day);
        let said: Vec<String> = lines(&bars)
            .into_iter()
            .map(|line| format!("{} {}", line.class, line.path))
            .collect();
        assert_eq!(
            said,
            [
                "n M0 23h7",
                "0 M8 18h3M20 18h3",
                "1 M24 14.5h3M24 21.5h3",
                "4 M12 12h7"
            ]
        );
    }
}
