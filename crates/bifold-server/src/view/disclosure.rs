//! A disclosure as those see it who handle it.

use super::{Named, Names};
use bifold_domain::disclosure::{Ask, Disclosure, Fact, Standing, Turn};
use bifold_domain::{At, Directory, DisclosureId};
use bifold_store::voice::{IdentityRequest, Row, Summary};
use serde::Serialize;
use std::collections::BTreeMap;

/// A disclosure in a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = DisclosureRow)]
pub(crate) struct RowView {
    /// Its id.
    pub(crate) id: String,
    /// Its number, such as `DIS-2026-0001`.
    pub(crate) number: String,
    /// One line.
    pub(crate) title: String,
    /// What it is about.
    pub(crate) concern: String,
    /// `anonymous` or `confidential`.
    pub(crate) mode: String,
    /// `received`, `acknowledged` or `closed`.
    pub(crate) stage: String,
    /// What it was found to be.
    pub(crate) outcome: Option<String>,
    /// Who looks into it.
    pub(crate) handler: Option<Named>,
    /// When it came in.
    pub(crate) received_at: At,
    /// Until when, and when, its reporter was told that it came in.
    pub(crate) acknowledgement: Due,
    /// Until when, and when, its reporter was told what was done.
    pub(crate) feedback: Due,
    /// When it was closed.
    pub(crate) closed_at: Option<At>,
}

/// Something that is due.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = DisclosureDue)]
pub(crate) struct Due {
    /// Until when.
    pub(crate) by: At,
    /// When it was done.
    pub(crate) done_at: Option<At>,
    /// Whether it is not done, and its time is over.
    pub(crate) is_overdue: bool,
}

impl Due {
    fn of(by: At, done_at: Option<At>, is_closed: bool, now: At) -> Self {
        Self {
            by,
            done_at,
            is_overdue: done_at.is_none() && !is_closed && by < now,
        }
    }
}

impl RowView {
    pub(crate) fn of(row: Row, directory: &Directory, now: At) -> Self {
        let at = At::from_micros;
        let is_closed = row.closed_at.is_some();
        let due = |by, done: Option<i64>| Due::of(at(by), done.map(at), is_closed, now);
        let handler = row.handler.as_deref();
        Self {
            handler: handler.map(|id| Names(directory).person_text(id)),
            received_at: at(row.received_at),
            acknowledgement: due(row.acknowledge_by, row.acknowledged_at),
            feedback: due(row.feedback_by, row.feedback_at),
            closed_at: row.closed_at.map(at),
            id: row.id,
            number: row.number,
            title: row.title,
            concern: row.concern,
            mode: row.mode,
            stage: row.stage,
            outcome: row.outcome,
        }
    }
}

/// A disclosure.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Disclosure)]
pub(crate) struct DisclosureView {
    /// Its id.
    pub(crate) id: DisclosureId,
    /// Its number, such as `DIS-2026-0001`.
    pub(crate) number: String,
    /// What it is about.
    pub(crate) concern: String,
    /// `anonymous` or `confidential`.
    pub(crate) mode: String,
    /// One line.
    pub(crate) title: String,
    /// All of it.
    pub(crate) text: String,
    /// `received`, `acknowledged` or `closed`.
    pub(crate) stage: String,
    /// What it was found to be.
    pub(crate) outcome: Option<String>,
    /// Who looks into it.
    pub(crate) handler: Option<Named>,
    /// Who must not know of it.
    pub(crate) without: Vec<Named>,
    /// When it came in.
    pub(crate) received_at: At,
    /// Until when, and when, its reporter was told that it came in.
    pub(crate) acknowledgement: Due,
    /// Until when, and when, its reporter was told what was done.
    pub(crate) feedback: Due,
    /// When it was closed.
    pub(crate) closed_at: Option<At>,
    /// The ids of the events that were raised from it.
    pub(crate) events: Vec<String>,
    /// Whether there is a name in the vault.
    pub(crate) has_identity: bool,
    /// Who asked for the name.
    pub(crate) asks: Vec<AskView>,
    /// What happened since it came in.
    pub(crate) course: Vec<TurnView>,
}

/// That somebody asked for the name.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = IdentityAsk)]
pub(crate) struct AskView {
    /// Who.
    pub(crate) by: Named,
    /// When.
    pub(crate) at: At,
    /// Why.
    pub(crate) reason: String,
    /// `pending`, `granted`, `refused` or `lapsed`.
    pub(crate) standing: &'static str,
    /// Who decided.
    pub(crate) decided_by: Option<Named>,
}

/// One thing that happened.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = DisclosureTurn)]
pub(crate) struct TurnView {
    /// When.
    pub(crate) at: At,
    /// Who did it; null for what the reporter says.
    pub(crate) by: Option<Named>,
    /// What, such as `answered`.
    pub(crate) kind: &'static str,
    /// What was said, or why.
    pub(crate) text: Option<String>,
    /// Whom it is about.
    pub(crate) person: Option<Named>,
    /// Which event.
    pub(crate) event: Option<String>,
    /// What it was found to be, or why a name was deleted.
    pub(crate) outcome: Option<&'static str>,
    /// Whether its reporter reads it.
    pub(crate) is_for_reporter: bool,
}

impl DisclosureView {
    pub(crate) fn of(found: &Disclosure, directory: &Directory, now: At) -> Self {
        let names = Names(directory);
        let is_closed = found.closed.is_some();
        let due = |by, done| Due::of(by, done, is_closed, now);
        let people = found.without.people.iter().map(|id| names.person(id));
        let teams = found.without.teams.iter().map(|id| names.team(id));
        Self {
            id: found.id.clone(),
            number: found.shown_number(),
            concern: found.concern.word().to_owned(),
            mode: found.mode.word().to_owned(),
            title: found.title.shown(),
            text: found.text.shown(),
            stage: found.stage.word().to_owned(),
            outcome: found.closed.map(|(_, outcome)| outcome.word().to_owned()),
            handler: found.handler.as_ref().map(|id| names.person(id)),
            without: people.chain(teams).collect(),
            received_at: found.received_at,
            acknowledgement: due(found.acknowledge_by(), found.acknowledged_at),
            feedback: due(found.feedback_by(), found.feedback_at),
            closed_at: found.closed.map(|(at, _)| at),
            events: found.events.iter().map(ToString::to_string).collect(),
            has_identity: found.has_identity(),
            asks: found.asks.iter().map(|ask| asked(ask, names)).collect(),
            course: found
                .course
                .iter()
                .map(|turn| TurnView::of(turn, names))
                .collect(),
        }
    }
}

fn asked(ask: &Ask, names: Names<'_>) -> AskView {
    let (standing, decided_by) = match &ask.standing {
        Standing::Pending => ("pending", None),
        Standing::Granted { by, .. } => ("granted", Some(names.person(by))),
        Standing::Refused { by, .. } => ("refused", Some(names.person(by))),
        Standing::Lapsed => ("lapsed", None),
    };
    AskView {
        by: names.person(&ask.by),
        at: ask.at,
        reason: ask.reason.shown(),
        standing,
        decided_by,
    }
}

impl TurnView {
    pub(crate) fn of(turn: &Turn, names: Names<'_>) -> Self {
        let mut view = Self {
            at: turn.at,
            by: Some(names.person(&turn.by)),
            kind: kind(&turn.fact),
            text: None,
            person: None,
            event: None,
            outcome: None,
            is_for_reporter: turn.fact.is_for_reporter(),
        };
        match &turn.fact {
            Fact::Received { text, .. } | Fact::Replied { text } => {
                view.by = None;
                view.text = Some(text.shown());
            }
            Fact::Answered { text } | Fact::Noted { text } | Fact::FeedbackGiven { text } => {
                view.text = Some(text.shown());
            }
            Fact::Assigned { person } | Fact::IdentityGranted { asker: person } => {
                view.person = Some(names.person(person));
            }
            Fact::Referred { event } => view.event = Some(event.to_string()),
            Fact::Closed { outcome, reason } => {
                view.outcome = Some(outcome.word());
                view.text = Some(reason.shown());
            }
            Fact::Reopened { reason } | Fact::IdentityAsked { reason } => {
                view.text = Some(reason.shown());
            }
            Fact::IdentityRefused { asker, reason } => {
                view.person = Some(names.person(asker));
                view.text = Some(reason.shown());
            }
            Fact::IdentityDeleted { ground } => view.outcome = Some(ground.word()),
            Fact::Acknowledged | Fact::IdentityShown => {}
        }
        view
    }
}

/// The word for what happened.
pub(crate) fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::Received { .. } => "received",
        Fact::Assigned { .. } => "assigned",
        Fact::Acknowledged => "acknowledged",
        Fact::Answered { .. } => "answered",
        Fact::Noted { .. } => "noted",
        Fact::Replied { .. } => "replied",
        Fact::FeedbackGiven { .. } => "feedback_given",
        Fact::Referred { .. } => "referred",
        Fact::Closed { .. } => "closed",
        Fact::Reopened { .. } => "reopened",
        Fact::IdentityAsked { .. } => "identity_asked",
        Fact::IdentityGranted { .. } => "identity_granted",
        Fact::IdentityRefused { .. } => "identity_refused",
        Fact::IdentityShown => "identity_shown",
        Fact::IdentityDeleted { .. } => "identity_deleted",
    }
}

/// A name that somebody asks for, as whoever decides about it sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = IdentityRequest)]
pub(crate) struct RequestView {
    /// Of which disclosure.
    pub(crate) id: DisclosureId,
    /// Its number.
    pub(crate) number: String,
    /// Who asks.
    pub(crate) asker: Named,
    /// When.
    pub(crate) at: At,
    /// Why.
    pub(crate) reason: String,
}

impl RequestView {
    pub(crate) fn of(found: IdentityRequest, directory: &Directory) -> Self {
        Self {
            asker: Names(directory).person(&found.asker),
            id: found.id,
            number: found.number,
            at: found.at,
            reason: found.reason,
        }
    }
}

/// Counts and times of disclosures, without a word of any.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = DisclosureSummary)]
pub(crate) struct SummaryView {
    /// How many came in.
    pub(crate) received: u64,
    /// How many of these without a name.
    pub(crate) anonymous: u64,
    /// How many were acknowledged in time.
    pub(crate) acknowledged_in_time: u64,
    /// How many too late, or not yet although it is due.
    pub(crate) acknowledged_late: u64,
    /// Of how many the reporter was told in time what was done.
    pub(crate) feedback_in_time: u64,
    /// Of how many too late, or not yet although it is due.
    pub(crate) feedback_late: u64,
    /// How many are not closed.
    pub(crate) open: u64,
    /// How many were closed as what.
    pub(crate) outcomes: BTreeMap<String, u64>,
}

impl From<Summary> for SummaryView {
    fn from(found: Summary) -> Self {
        Self {
            received: found.received,
            anonymous: found.anonymous,
            acknowledged_in_time: found.acknowledged_in_time,
            acknowledged_late: found.acknowledged_late,
            feedback_in_time: found.feedback_in_time,
            feedback_late: found.feedback_late,
            open: found.open,
            outcomes: found.outcomes,
        }
    }
}

/// Who a reporter is, as they said it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Identity)]
pub(crate) struct IdentityView {
    /// The name.
    pub(crate) name: String,
    /// How to reach them.
    pub(crate) contact: Option<String>,
}
