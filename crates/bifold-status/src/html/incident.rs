//! An incident: what happened, what was said, and what was learned.

use super::component::{Standing, standing};
use super::{Frame, HTML};
use crate::course::worst_by;
use crate::model::{Incident, State, Update};
use crate::moment::{Lasting, Moment};
use crate::words::Words;
use crate::{Error, Files, Show};
use askama::Template;

/// An incident as pages show it.
pub(super) struct Told<'a> {
    pub(super) incident: &'a Incident,
    pub(super) stage: String,
    pub(super) impact: String,
    pub(super) when: Lasting,
    /// How long it lasted, once it is resolved.
    pub(super) lasted: Option<String>,
    pub(super) next: Option<Moment>,
    pub(super) affected: Vec<(&'a str, Standing)>,
    /// The newest first.
    pub(super) updates: Vec<Said<'a>>,
}

/// An update as pages show it.
pub(super) struct Said<'a> {
    pub(super) word: String,
    pub(super) at: Moment,
    pub(super) text: &'a str,
}

/// The word of each update, in their order: its stage, or that it only adds to the one before.
pub(crate) fn words_of(l: Words, updates: &[Update]) -> Vec<String> {
    let mut before = None;
    let word = |update: &Update| {
        let is_new = before.replace(update.stage) != Some(update.stage);
        if is_new {
            l.word("stage", update.stage.word())
        } else {
            l.t("stage-update")
        }
    };
    updates.iter().map(word).collect()
}

/// An incident with all that was said.
pub(super) fn told<'a>(show: &Show<'a>, incident: &'a Incident) -> Told<'a> {
    let l = show.words();
    let words = words_of(l, &incident.updates);
    let updates = incident.updates.iter().zip(words).rev();
    let components = show.page.components.iter();
    let affected = components.filter_map(|component| {
        let worst = worst_by(incident, component)?;
        let is_worth = worst != State::Operational;
        is_worth.then(|| (component.name.as_str(), standing(show, worst)))
    });
    Told {
        incident,
        stage: l.word("stage", incident.stage().word()),
        impact: l.word("impact", incident.impact.word()),
        when: show
            .clock
            .lasting(incident.began_at, incident.resolved_at()),
        lasted: incident.duration().map(|micros| l.span(micros)),
        next: incident.next_update_by().map(|at| show.clock.moment(at)),
        affected: affected.collect(),
        updates: updates
            .map(|(update, word)| Said {
                word,
                at: show.clock.moment(update.at),
                text: &update.text,
            })
            .collect(),
    }
}

#[derive(Template)]
#[template(path = "incident.html")]
struct IncidentPage<'a> {
    f: Frame<'a>,
    i: Told<'a>,
}

pub(super) fn render(show: &Show<'_>, files: &mut Files) -> Result<(), Error> {
    for incident in &show.page.incidents {
        let page = IncidentPage {
            f: Frame::new(show, "../", &incident.title),
            i: told(show, incident),
        };
        files.add(&path(incident), HTML, page.render()?);
    }
    Ok(())
}

/// The file of an incident.
pub(crate) fn path(incident: &Incident) -> String {
    format!("incident/{}.html", incident.key)
}
