//! The front page: one sentence, then components, then what is said.

use super::component::{Group, Numbers, counted, groups, numbers};
use super::incident::{self, Told};
use super::maintenance;
use super::recent::{Stretch, stretches};
use super::{Frame, HTML, bar};
use crate::course::overall;
use crate::model::{MaintenanceStage, Stage};
use crate::{BAR_DAYS, Error, Files, Show, WINDOWS_DAYS};
use askama::Template;

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    f: Frame<'a>,
    about: Option<&'a str>,
    /// The sentence.
    banner: String,
    class: char,
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
    let open = show.page.incidents.iter();
    let open = open.filter(|incident| incident.stage() != Stage::Resolved);
    let index = Index {
        f: Frame::new(show, "", banner.trim_end_matches('.')),
        about: show.page.about.as_deref(),
        banner,
        class: bar::class(state),
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
            .map(|days| l.count("last-days", i64::from(*days)))
            .collect(),
        counted: counted(show),
        oldest: l.count("bars-from", i64::from(BAR_DAYS - 1)),
        recent: stretches(show),
    };
    files.add("index.html", HTML, index.render()?);
    Ok(())
}
