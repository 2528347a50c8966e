//! A public status page as static files: pages without scripts, JSON, a feed, a calendar, a badge.
//!
//! Whoever publishes hands over a [`Page`] of plain data and puts the [`Files`] that come back
//! wherever strangers may read them. They are whole by themselves, open from a disk as from a
//! bucket, and stay up when Bifold is down. The same page gives the same bytes.
//!
//! It refuses to decide what may be published, to read a clock and to touch a disk: what is in the
//! [`Page`] is public. Every text of it is taken as text, never as HTML.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod api;
mod badge;
mod check;
mod course;
mod days;
mod feed;
mod files;
mod html;
mod ics;
mod model;
mod moment;
mod spans;
#[cfg(test)]
mod testing;
mod words;

pub use course::{overall, state_of};
pub use days::{Availability, BAR_DAYS, Bar, WINDOWS_DAYS, availability, bars};
pub use files::{File, Files};
pub use model::{
    Affected, Change, Component, Impact, Incident, Language, Maintenance, MaintenanceStage, Page,
    Span, Stage, State, Update,
};

use bifold_domain::At;
use std::collections::BTreeSet;

/// What the publisher may choose besides the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The states that take from availability.
    pub counts: BTreeSet<State>,
    /// Entries of the feed at most, the latest changed.
    pub feed_limit: usize,
    /// Incidents and maintenances of one JSON document at most, the latest begun.
    pub api_limit: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            counts: [State::PartialOutage, State::MajorOutage].into(),
            feed_limit: 50,
            api_limit: 50,
        }
    }
}

/// Why a page cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The zone is not one of the IANA database.
    #[error("there is no time zone {0:?}")]
    Zone(String),
    /// The address is not the beginning of links.
    #[error("{0:?} is not an address: it needs http:// or https:// and a host, and no query")]
    Address(String),
    /// A key cannot be the name of a file.
    #[error("{0:?} is not a key: up to 64 letters a-z, digits, '-' and '_' are")]
    Key(String),
    /// A key is there twice. Letters in upper and lower case are the same to some disks.
    #[error("the key {0:?} is there twice")]
    Twice(String),
    /// A template failed.
    #[error("a template failed: {0}")]
    Template(String),
    /// A document could not be written as JSON.
    #[error("no JSON could be written: {0}")]
    Json(String),
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Template(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.to_string())
    }
}

/// Renders a page into the files that show it.
pub fn render(page: &Page, options: &Options) -> Result<Files, Error> {
    let checked = check::checked(page)?;
    let zone = check::zone(&page.zone)?;
    let show = Show {
        page: &checked,
        options,
        clock: moment::Clock::new(zone, words::Words::of(page.language)),
    };
    let mut files = Files::default();
    html::render(&show, &mut files)?;
    api::render(&show, &mut files)?;
    feed::render(&show, &mut files)?;
    ics::render(&show, &mut files);
    badge::render(&show, &mut files)?;
    Ok(files)
}

/// An instant, as a page in this language and zone says it.
pub fn told(language: Language, zone: &str, at: At) -> Result<String, Error> {
    let clock = moment::Clock::new(check::zone(zone)?, words::Words::of(language));
    Ok(clock.moment(at).said)
}

/// That the time of a maintenance was changed, as a page in this language and zone says it.
pub fn moved(language: Language, zone: &str, from: At, until: At) -> Result<String, Error> {
    let clock = moment::Clock::new(check::zone(zone)?, words::Words::of(language));
    let time = clock.lasting(from, Some(until));
    let until = time.until.map_or_else(String::new, |until| until.said);
    let values = [("from", time.from.said.into()), ("until", until.into())];
    Ok(clock.words.say("moved", &values))
}

/// What everything that renders needs: the checked page, and how it says times and words.
struct Show<'a> {
    page: &'a Page,
    options: &'a Options,
    clock: moment::Clock,
}

impl Show<'_> {
    fn now(&self) -> At {
        self.page.generated_at
    }

    fn words(&self) -> words::Words {
        self.clock.words
    }

    /// The absolute address of a file where the page has one, else none.
    fn absolute(&self, path: &str) -> Option<String> {
        let base = self.page.address.as_ref()?;
        Some(format!("{base}/{path}"))
    }

    /// The host and the folder of the address; both empty without one.
    fn host_and_folder(&self) -> (&str, &str) {
        let address = self.page.address.as_deref().unwrap_or_default();
        let rest = address.split_once("://").map_or("", |(_, rest)| rest);
        rest.split_once('/').unwrap_or((rest, ""))
    }

    /// Who names things in the feed and the calendar: the host of the address.
    fn authority(&self) -> &str {
        let (host, _) = self.host_and_folder();
        let host = host.split(':').next().unwrap_or_default();
        if host.is_empty() {
            "status.invalid"
        } else {
            host
        }
    }
}
