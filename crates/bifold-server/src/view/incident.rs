//! An incident as JSON: what everybody who can read it sees, and what only cleared people and
//! those with a seat in a lane see. The finding of every verdict is shown to every reader;
//! who gave it and why, tasks and sub-states of a sensitive lane are not.

use super::action::ActionView;
use super::paging::PageView;
use super::parts::{LaneView, Members, OriginalView, SnoozeView, TimesView, Tracks, VerdictView};
use super::{Named, NamedService, Names};
use bifold_domain::incident::{ConflictCost, Incident, IncidentRole, ReviewState, Tlp};
use bifold_domain::kind::KindKey;
use bifold_domain::priority::{Dimension, Harm, Impact, Priority, Scores, Urgency};
use bifold_domain::{At, Directory, Redactable, Viewer};
use bifold_store::query::incident::{Relative, Row};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// One row of the queue.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct IncidentRow {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) version: i64,
    pub(crate) title: String,
    pub(crate) stage: String,
    pub(crate) handling: i64,
    pub(crate) impact: String,
    pub(crate) urgency: String,
    pub(crate) service_is: String,
    pub(crate) security_is: String,
    /// Further kinds it is.
    pub(crate) further_kinds: Vec<String>,
    #[schema(required)]
    pub(crate) service: Option<NamedService>,
    #[schema(required)]
    pub(crate) category: Option<String>,
    #[schema(required)]
    pub(crate) team: Option<Named>,
    #[schema(required)]
    pub(crate) assignee: Option<Named>,
    pub(crate) is_restricted: bool,
    pub(crate) major: String,
    pub(crate) tlp: String,
    pub(crate) recorded_at: At,
    #[schema(required)]
    pub(crate) resolved_at: Option<At>,
    #[schema(required)]
    pub(crate) snoozed_until: Option<At>,
    /// When the next time on its clocks ends; in the past when it is over.
    #[schema(required)]
    pub(crate) next_due: Option<At>,
    /// Of which clock that is, as `agreement/metric`.
    #[schema(required)]
    pub(crate) next_clock: Option<String>,
    /// Whether its clocks are paused.
    pub(crate) is_clock_paused: bool,
    /// How probable it is that one of its times is missed, in percent, as said in the last minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) risk_percent: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) external_id: Option<String>,
}

impl IncidentRow {
    pub(crate) fn of(row: Row, names: Names<'_>) -> Self {
        Self {
            next_due: row.due(),
            next_clock: row.clock_of,
            is_clock_paused: row.clock_paused,
            risk_percent: row.risk.map(|permille| (permille + 5) / 10),
            service: row.service.map(|id| names.service_text(&id)),
            team: row.team.map(|id| names.team_text(&id)),
            assignee: row.assignee.map(|id| names.person_text(&id)),
            id: row.id,
            number: row.number,
            version: row.version,
            title: row.title,
            stage: row.stage,
            handling: row.handling,
            impact: row.impact,
            urgency: row.urgency,
            service_is: row.service_is,
            security_is: row.security_is,
            further_kinds: row
                .further_kinds
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            category: row.category,
            is_restricted: row.restricted,
            major: row.major,
            tlp: row.tlp,
            recorded_at: At::from_micros(row.recorded_at),
            resolved_at: row.resolved_at.map(At::from_micros),
            snoozed_until: row.snoozed_until.map(At::from_micros),
            source: row.source,
            external_id: row.external_id,
        }
    }
}

/// Another incident and how it hangs together with this one.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RelativeRow {
    /// How.
    pub(crate) kind: String,
    /// Its id.
    pub(crate) id: String,
    /// Its number.
    pub(crate) number: String,
    /// Its title.
    pub(crate) title: String,
    /// Where it stands.
    pub(crate) stage: String,
}

impl From<Relative> for RelativeRow {
    fn from(r: Relative) -> Self {
        Self {
            kind: r.kind,
            id: r.id,
            number: r.number,
            title: r.title,
            stage: r.stage,
        }
    }
}

impl RelativeRow {
    pub(super) fn of(kind: &str, incident: &Incident) -> Self {
        Self {
            kind: kind.to_owned(),
            id: incident.id.to_string(),
            number: incident.shown_number(),
            title: incident.title.shown(),
            stage: incident.stage.word().to_owned(),
        }
    }
}

/// One incident in full.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Incident)]
pub(crate) struct IncidentView {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) version: u64,
    pub(crate) title: String,
    #[schema(required)]
    pub(crate) description: Option<String>,
    pub(crate) original: OriginalView,
    pub(crate) times: TimesView,
    #[schema(required)]
    pub(crate) service: Option<NamedService>,
    /// The customer concerned.
    #[schema(required)]
    pub(crate) customer: Option<String>,
    pub(crate) assets: Vec<String>,
    #[schema(required)]
    pub(crate) category: Option<String>,
    pub(crate) impact: Impact,
    pub(crate) urgency: Urgency,
    #[schema(value_type = BTreeMap<String, Harm>)]
    pub(crate) ratings: BTreeMap<Dimension, Harm>,
    pub(crate) scores: Scores,
    pub(crate) handling: Priority,
    pub(crate) verdicts: Vec<VerdictView>,
    /// Where it stands: `is`, and what belongs to that stage.
    #[schema(value_type = Object)]
    pub(crate) stage: Value,
    pub(crate) is_open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tracks: Option<Tracks>,
    pub(crate) review: ReviewState,
    pub(crate) lanes: Vec<LaneView>,
    /// What was done, or is wanted, to restore the service, oldest first.
    pub(crate) actions: Vec<ActionView>,
    /// Pages that run: who is called, until somebody answers.
    pub(crate) pages: Vec<PageView>,
    /// What preserving cost the service, and restoring the evidence.
    pub(crate) conflict: ConflictCost,
    #[schema(required)]
    pub(crate) workaround: Option<String>,
    #[schema(required)]
    pub(crate) fix: Option<String>,
    #[schema(required)]
    pub(crate) resolution_code: Option<String>,
    #[schema(required)]
    pub(crate) cause_code: Option<String>,
    #[schema(required)]
    pub(crate) team: Option<Named>,
    #[schema(required)]
    pub(crate) assignee: Option<Named>,
    #[schema(value_type = BTreeMap<String, Named>)]
    pub(crate) roles: BTreeMap<IncidentRole, Named>,
    /// Its parent, if you can read that.
    #[schema(required)]
    pub(crate) parent: Option<RelativeRow>,
    pub(crate) relatives: Vec<RelativeRow>,
    #[schema(required)]
    pub(crate) snoozed: Option<SnoozeView>,
    /// Major or not: `is`, and what belongs to that.
    #[schema(value_type = Object)]
    pub(crate) major: Value,
    pub(crate) tlp: Tlp,
    #[schema(required)]
    pub(crate) compartment: Option<Members>,
    pub(crate) reassigned: u32,
    pub(crate) reopened: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) imported: Option<Value>,
}

/// An incident and who looks at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) incident: &'a Incident,
    /// The incident it was merged into, if this viewer can read that.
    pub(crate) merged_into: Option<&'a Incident>,
    /// Its parent, if this viewer can read that.
    pub(crate) parent: Option<&'a Incident>,
    pub(crate) version: u64,
    pub(crate) viewer: &'a Viewer,
    pub(crate) directory: &'a Directory,
    pub(crate) now: At,
}

pub(crate) fn text<T: AsRef<str>>(value: Option<&Redactable<T>>) -> Option<String> {
    value.map(Redactable::shown)
}

impl<'a> Shown<'a> {
    pub(super) fn names(self) -> Names<'a> {
        Names(self.directory)
    }

    pub(super) fn shows(self, kind: &KindKey) -> bool {
        self.incident
            .shows_lane(kind, self.viewer, &self.directory.policy)
    }

    /// The whole, for this viewer.
    pub(crate) fn view(self, relatives: Vec<Relative>) -> IncidentView {
        let (i, names) = (self.incident, self.names());
        let shows_security = self.shows(&KindKey::security());
        IncidentView {
            id: i.id.to_string(),
            number: i.shown_number(),
            version: self.version,
            title: i.title.shown(),
            description: text(i.description.as_ref()),
            original: OriginalView {
                title: i.original.title.shown(),
                description: text(i.original.description.as_ref()),
                reporter: names.person(&i.original.reporter),
                channel: i.original.channel,
            },
            times: self.times(shows_security),
            service: i.service.as_ref().map(|id| names.service(id)),
            customer: i.customer.as_ref().map(ToString::to_string),
            assets: i.assets.iter().map(ToString::to_string).collect(),
            category: i.category.as_ref().map(ToString::to_string),
            impact: i.impact,
            urgency: i.urgency,
            ratings: self.ratings(shows_security),
            scores: Scores {
                security: i.scores.security.filter(|_| shows_security),
                ..i.scores
            },
            handling: i.handling,
            verdicts: self.verdicts(),
            stage: self.stage(),
            is_open: i.stage.is_open(),
            tracks: shows_security.then_some(Tracks {
                containment: i.containment,
                evidence: i.evidence,
                notification: i.notification,
            }),
            review: i.review,
            lanes: self.lanes(),
            actions: self.actions(),
            pages: self.pages(),
            conflict: i.conflict_cost(self.now),
            workaround: text(i.workaround.as_ref()),
            fix: text(i.fix.as_ref()),
            resolution_code: i.resolution_code.as_ref().map(ToString::to_string),
            cause_code: i.cause_code.as_ref().map(ToString::to_string),
            team: i.team.as_ref().map(|id| names.team(id)),
            assignee: i.assignee.as_ref().map(|id| names.person(id)),
            roles: self.roles(shows_security),
            parent: self.parent.map(|p| RelativeRow::of("parent", p)),
            relatives: relatives.into_iter().map(Into::into).collect(),
            snoozed: i.snoozed.as_ref().map(|s| SnoozeView {
                until: s.until,
                reason: s.reason.shown(),
            }),
            major: self.major(),
            tlp: i.tlp,
            compartment: i.compartment.as_ref().map(|c| self.members(c)),
            reassigned: i.reassigned,
            reopened: i.reopened,
            imported: self.imported(),
        }
    }
}
