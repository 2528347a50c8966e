//! What happened, a page a month: of each month in which something began, and of this one.

use super::incident::{self, Told};
use super::{Frame, HTML, maintenance};
use crate::model::{Incident, Maintenance};
use crate::{Error, Files, Show};
use askama::Template;
use jiff::civil::Date;
use std::collections::BTreeMap;

#[derive(Template)]
#[template(path = "history.html")]
struct History<'a> {
    f: Frame<'a>,
    heading: String,
    incidents: Vec<Told<'a>>,
    maintenances: Vec<maintenance::Told<'a>>,
    /// File and name of the month before that has a page.
    earlier: Option<(String, String)>,
    later: Option<(String, String)>,
}

#[derive(Default)]
struct Month<'a> {
    incidents: Vec<&'a Incident>,
    maintenances: Vec<&'a Maintenance>,
}

/// The name of the file of a day's month, without its folder.
pub(super) fn file_of(date: Date) -> String {
    format!("{:04}-{:02}.html", date.year(), date.month())
}

fn months<'a>(show: &Show<'a>) -> BTreeMap<Date, Month<'a>> {
    let month = |at| show.clock.day(at).first_of_month();
    let mut months = BTreeMap::from([(month(show.now()), Month::default())]);
    for incident in &show.page.incidents {
        let of = months.entry(month(incident.began_at)).or_default();
        of.incidents.push(incident);
    }
    // What is to come stands on the front page.
    let open = show.page.maintenances.iter().filter(|m| !m.is_open());
    for maintenance in open.rev() {
        let began = maintenance.began_at.unwrap_or(maintenance.from);
        let of = months.entry(month(began)).or_default();
        of.maintenances.push(maintenance);
    }
    months
}

pub(super) fn render(show: &Show<'_>, files: &mut Files) -> Result<(), Error> {
    let months = months(show);
    for (date, month) in &months {
        let link = |date: &Date| (file_of(*date), show.clock.month(*date));
        let heading = show
            .words()
            .with("history-of", "month", &show.clock.month(*date));
        let incidents = month.incidents.iter();
        let maintenances = month.maintenances.iter();
        let page = History {
            f: Frame::new(show, "../", &heading),
            heading,
            incidents: incidents.map(|i| incident::told(show, i)).collect(),
            maintenances: maintenances.map(|m| maintenance::told(show, m)).collect(),
            earlier: months
                .range(..*date)
                .next_back()
                .map(|(date, _)| link(date)),
            later: months.range(*date..).nth(1).map(|(date, _)| link(date)),
        };
        files.add(&format!("history/{}", file_of(*date)), HTML, page.render()?);
    }
    Ok(())
}
