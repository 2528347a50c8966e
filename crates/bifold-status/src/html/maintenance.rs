//! A maintenance: what is done when, and what was said about it.

use super::{Frame, HTML};
use crate::model::{Maintenance, MaintenanceStage};
use crate::moment::{Lasting, Moment};
use crate::{Error, Files, Show};
use askama::Template;

/// A maintenance as pages show it.
pub(super) struct Told<'a> {
    pub(super) maintenance: &'a Maintenance,
    pub(super) stage: String,
    pub(super) is_planned: bool,
    pub(super) is_cancelled: bool,
    pub(super) when: Lasting,
    /// When it really went on, as far as it did.
    pub(super) ran: Option<Lasting>,
    pub(super) components: Vec<&'a str>,
    /// The newest first.
    pub(super) changes: Vec<(Moment, &'a str)>,
}

pub(super) fn told<'a>(show: &Show<'a>, maintenance: &'a Maintenance) -> Told<'a> {
    let clock = &show.clock;
    let components = show.page.components.iter();
    let components = components.filter(|c| maintenance.components.contains(&c.key));
    let changes = maintenance.changes.iter().rev();
    let began = maintenance.began_at;
    Told {
        maintenance,
        stage: show.words().word("work", maintenance.stage.word()),
        is_planned: maintenance.stage == MaintenanceStage::Planned,
        is_cancelled: maintenance.stage == MaintenanceStage::Cancelled,
        when: clock.lasting(maintenance.from, Some(maintenance.until)),
        ran: began.map(|began| clock.lasting(began, maintenance.ended_at)),
        components: components.map(|c| c.name.as_str()).collect(),
        changes: changes
            .map(|change| (clock.moment(change.at), change.text.as_str()))
            .collect(),
    }
}

#[derive(Template)]
#[template(path = "maintenance.html")]
struct MaintenancePage<'a> {
    f: Frame<'a>,
    m: Told<'a>,
}

pub(super) fn render(show: &Show<'_>, files: &mut Files) -> Result<(), Error> {
    for maintenance in &show.page.maintenances {
        let page = MaintenancePage {
            f: Frame::new(show, "../", &maintenance.title),
            m: told(show, maintenance),
        };
        files.add(&path(maintenance), HTML, page.render()?);
    }
    Ok(())
}

/// The file of a maintenance.
pub(crate) fn path(maintenance: &Maintenance) -> String {
    format!("maintenance/{}.html", maintenance.key)
}
