//! The front page: one sentence, then components, then what is said.

use super::component::{Group, Numbers, Standing, counted, groups, numbers, standing};
use super::incident::{self, Told};
use super::maintenance;
use super::recent::{Stretch, stretches};
use super::{Frame, HTML, bar};
use crate::course::{overall, state_of};
use crate::model::{MaintenanceStage, Stage, State};
use crate::{BAR_DAYS, Error, Files, Show, WINDOWS_DAYS};
use askama::Template;
use std::cmp::Reverse;

/// Components that the banner names at most.
const NAMED: usize = 8;

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    f: Frame<'a>,
    about: Option<&'a str>,
    /// The sentence.
    banner: String,
    class: char,
    /// Components that do not just work, and the count of those left out, in words.
    affected: Vec<(&'a str, Standing)>,
    left_out: Option<String>,
    current: Vec<Told<'a>>,
    works: Vec<Works<'a>>,
    groups: Vec<Group<'a>>,
    numbers: Vec<Numbers<'a>>,
    windows: Vec<String>,
    counted: String,
    /// How long ago the oldest bar is.
    oldest: String,
    recent: Vec<Stretch<'a>>,
}

/// Components that do not just work, the worst first.
fn affected<'a>(show: &Show<'a>) -> Vec<(&'a str, Standing)> {
    let all = show.page.components.iter();
    let states = all.map(|component| (component.name.as_str(), state_of(show.page, component)));
    let mut found: Vec<_> = states
        .filter(|(_, state)| *state != State::Operational)
        .collect();
    found.sort_by_key(|(_, state)| Reverse(*state));
    let told = found
        .into_iter()
        .map(|(name, state)| (name, standing(show, state)));
    told.collect()
}

/// Maintenances under one heading.
struct Works<'a> {
    id: &'static str,
    heading: String,
    told: Vec<maintenance::Told<'a>>,
}

fn works<'a>(show: &Show<'a>, id: &'static str, key: &str, stage: MaintenanceStage) -> Works<'a> {
    let all = show.page.maintenances.iter();
    let of_stage = all.filter(|maintenance| maintenance.stage == stage);
    Works {
        id,
        heading: show.words().t(key),
        told: of_stage.map(|m| maintenance::told(show, m)).collect(),
    }
}

pub(super) fn render(show: &Show<'_>, files: &mut Files) -> Result<(), Error> {
    let l = show.words();
    let state = overall(show.page);
    let banner = l.word("banner", state.word());
    let mut affected = affected(show);
    let left_out = i64::try_from(affected.len().saturating_sub(NAMED)).unwrap_or(i64::MAX);
    affected.truncate(NAMED);
    let open = show.page.incidents.iter();
    let open = open.filter(|incident| incident.stage() != Stage::Resolved);
    let index = Index {
        f: Frame::new(show, "", banner.trim_end_matches('.')),
        about: show.page.about.as_deref(),
        banner,
        class: bar::class(state),
        left_out: (left_out > 0).then(|| l.count("affected-more", left_out)),
        affected,
        current: open
            .map(|incident| incident::told(show, incident))
            .collect(),
        works: vec![
            works(
                show,
                "running",
                "maintenance-now",
                MaintenanceStage::InProgress,
            ),
            works(
                show,
                "coming",
                "maintenance-coming",
                MaintenanceStage::Planned,
            ),
        ],
        groups: groups(show),
        numbers: numbers(show),
        windows: WINDOWS_DAYS
            .iter()
            .map(|days| l.count("share-days", i64::from(*days)))
            .collect(),
        counted: counted(show),
        oldest: l.count("bars-from", i64::from(BAR_DAYS - 1)),
        recent: stretches(show),
    };
    files.add("index.html", HTML, index.render()?);
    Ok(())
}
