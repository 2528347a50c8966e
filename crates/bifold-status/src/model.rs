//! What a status page says, as plain data.
//!
//! Texts are plain: line breaks are kept, everything else is shown as it is written. Keys name
//! files, so they are short and harmless (see [`crate::Error::Key`]). A component that an incident
//! or a maintenance names and the page does not have is passed over, so that one incident can
//! stand on pages with different components without telling of those that are not shown.

use bifold_domain::{At, closed_set};

pub use bifold_domain::status_page::{
    AnnouncedImpact as Impact, AnnouncedStage as Stage, ComponentState as State,
    PageLanguage as Language,
};
use serde::{Deserialize, Serialize};

/// A status page, as it is at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Whose services these are.
    pub name: String,
    /// A few sentences about the page.
    #[serde(default)]
    pub about: Option<String>,
    /// The language of the words around the data.
    pub language: Language,
    /// The zone in which days begin and times are told, by its IANA name.
    pub zone: String,
    /// Where people get help: a mail address, a web address or words.
    #[serde(default)]
    pub contact: Option<String>,
    /// Where people say that they want to be told by mail.
    #[serde(default)]
    pub subscribe: Option<String>,
    /// Where the page is published, for links from elsewhere; those within it are relative.
    #[serde(default)]
    pub address: Option<String>,
    /// What is watched, in the order shown.
    #[serde(default)]
    pub components: Vec<Component>,
    /// What went wrong, in any order.
    #[serde(default)]
    pub incidents: Vec<Incident>,
    /// What is or was planned, in any order.
    #[serde(default)]
    pub maintenances: Vec<Maintenance>,
    /// The instant that the page shows. No state counts after it.
    pub generated_at: At,
}

/// A part of the services that people know by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The heading under which it stands.
    #[serde(default)]
    pub group: Option<String>,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub about: Option<String>,
    /// From when on something is known of it.
    pub since: At,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its key.
    pub key: String,
    /// What it is, in a line.
    pub title: String,
    /// How much it means.
    pub impact: Impact,
    /// When it began.
    pub began_at: At,
    /// What was said about it. Told by their times; of equal times the later written is newer.
    #[serde(default)]
    pub updates: Vec<Update>,
    /// How components were meanwhile.
    #[serde(default)]
    pub affected: Vec<Affected>,
    /// What was learned from it.
    #[serde(default)]
    pub note_after: Option<String>,
}

/// What was said about an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// When.
    pub at: At,
    /// Where the work stood then.
    pub stage: Stage,
    /// The words.
    pub text: String,
    /// When the next one was promised.
    #[serde(default)]
    pub next_update_by: Option<At>,
}

/// How one component was during an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// The key of the component.
    pub component: String,
    /// Its states, in any order; where they overlap, the worst shows.
    pub spans: Vec<Span>,
}

/// A state that lasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The state.
    pub state: State,
    /// When it began.
    pub from: At,
    /// When it ended; without, it lasts until the incident is resolved.
    #[serde(default)]
    pub until: Option<At>,
}

/// Work that is announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// Its key.
    pub key: String,
    /// What it is, in a line.
    pub title: String,
    /// What to expect.
    pub text: String,
    /// When it was first made known; what it says of it then is as old as this. Without, its
    /// planned beginning stands in once that is past.
    #[serde(default)]
    pub announced_at: Option<At>,
    /// The keys of the components that are worked on.
    #[serde(default)]
    pub components: Vec<String>,
    /// When it is to begin.
    pub from: At,
    /// When it is to be over.
    pub until: At,
    /// When it really began.
    #[serde(default)]
    pub began_at: Option<At>,
    /// When it really was over.
    #[serde(default)]
    pub ended_at: Option<At>,
    /// Where it stands.
    pub stage: MaintenanceStage,
    /// What was said about it since it was announced. Every change of its times is one.
    #[serde(default)]
    pub changes: Vec<Change>,
}

closed_set! {
    /// Where a maintenance stands.
    MaintenanceStage {
        /// It is announced.
        Planned = "planned",
        /// It is going on.
        InProgress = "in_progress",
        /// It is done.
        Completed = "completed",
        /// It does not happen, or was broken off.
        Cancelled = "cancelled",
    }
}

/// What was said about a maintenance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When.
    pub at: At,
    /// The words.
    pub text: String,
}

impl Incident {
    /// Where the work stands, by what was said last.
    pub fn stage(&self) -> Stage {
        let last = self.updates.iter().max_by_key(|update| update.at);
        last.map_or(Stage::Investigating, |update| update.stage)
    }

    /// When it was said to be over, and not taken back since.
    pub fn resolved_at(&self) -> Option<At> {
        let mut updates: Vec<&Update> = self.updates.iter().collect();
        updates.sort_by_key(|update| update.at);
        let over = updates.iter().rev();
        let over = over.take_while(|update| update.stage == Stage::Resolved);
        over.last().map(|update| update.at)
    }

    /// Microseconds from its beginning until it was resolved.
    pub fn duration(&self) -> Option<i64> {
        let resolved = self.resolved_at()?;
        Some((resolved.micros() - self.began_at.micros()).max(0))
    }

    /// When the next update was promised, by the last one, unless it is resolved.
    pub fn next_update_by(&self) -> Option<At> {
        let last = self.updates.iter().max_by_key(|update| update.at)?;
        let promised = last.next_update_by?;
        (last.stage != Stage::Resolved).then_some(promised)
    }

    /// When something was last said about it.
    pub fn updated_at(&self) -> At {
        let last = self.updates.iter().map(|update| update.at).max();
        last.unwrap_or(self.began_at)
    }
}

impl Maintenance {
    /// Whether it is still to come or going on.
    pub fn is_open(&self) -> bool {
        matches!(
            self.stage,
            MaintenanceStage::Planned | MaintenanceStage::InProgress
        )
    }

    /// When it really went on, up to now; `None` where it did not.
    pub fn ran(&self, now: At) -> Option<(At, At)> {
        let from = match self.stage {
            MaintenanceStage::Planned => return None,
            MaintenanceStage::InProgress | MaintenanceStage::Completed => {
                self.began_at.unwrap_or(self.from)
            }
            MaintenanceStage::Cancelled => self.began_at?,
        };
        let until = match self.stage {
            MaintenanceStage::InProgress => self.ended_at.unwrap_or(now),
            _ => self.ended_at.unwrap_or(self.until),
        };
        let until = until.min(now);
        (from < until).then_some((from, until))
    }

    /// The announced part of the time in which it really went on.
    pub fn planned_run(&self, now: At) -> Option<(At, At)> {
        let (from, until) = self.ran(now)?;
        let (from, until) = (from.max(self.from), until.min(self.until));
        (from < until).then_some((from, until))
    }

    /// Where it stood at an instant, by its real times.
    pub fn stage_at(&self, at: At) -> MaintenanceStage {
        let over = match self.stage {
            MaintenanceStage::Cancelled => MaintenanceStage::Cancelled,
            _ => MaintenanceStage::Completed,
        };
        let is_after = |since: Option<At>| since.is_some_and(|since| since <= at);
        if is_after(self.ended_at) {
            over
        } else if is_after(self.began_at) {
            MaintenanceStage::InProgress
        } else {
            MaintenanceStage::Planned
        }
    }

    /// When something was last said about it or happened with it, up to now.
    pub fn updated_at(&self, now: At) -> At {
        let said = self.changes.iter().map(|change| change.at);
        let happened = self.began_at.into_iter().chain(self.ended_at);
        let last = said.chain(happened).filter(|at| *at <= now).max();
        let announced = self.announced(now);
        last.map_or(announced, |last| last.max(announced))
    }

    /// When it was first made known, as far as that is known.
    pub fn announced(&self, now: At) -> At {
        let first = self.changes.iter().map(|change| change.at).min();
        let earliest = first.into_iter().chain(self.began_at);
        let earliest = earliest.fold(self.from, At::min).min(now);
        self.announced_at.map_or(earliest, |at| at.min(now))
    }
}
