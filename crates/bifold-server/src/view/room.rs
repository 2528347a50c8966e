//! The room of an incident as JSON: what was said, decided, reported and arranged, as far as the
//! lanes are open to the viewer.

use super::{Named, Names};
use crate::api::incidents::timeline::Happening;
use bifold_domain::incident::room::Decision;
use bifold_domain::incident::{Incident, Report, Reported};
use bifold_domain::kind::KindKey;
use bifold_domain::{At, Directory, Viewer};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The room.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Room)]
pub(crate) struct RoomView {
    /// Where people talk.
    #[schema(required)]
    pub(crate) bridge: Option<String>,
    /// What it is called outside instead of its title.
    #[schema(required)]
    pub(crate) codename: Option<String>,
    /// Usual channels may be listened to: letters and pages say only that something waits.
    pub(crate) out_of_band: bool,
    /// The last reports of the situation: `tactical`, `executive`.
    #[schema(value_type = BTreeMap<String, SituationView>)]
    pub(crate) reports: BTreeMap<Report, SituationView>,
    /// What was proposed and decided, the newest first.
    pub(crate) decisions: Vec<DecisionView>,
    /// What was said, the newest last.
    pub(crate) messages: Vec<MessageView>,
    /// Where older messages begin: the `before` of the next request.
    #[schema(required)]
    pub(crate) older: Option<i64>,
}

/// A report of the situation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SituationReport)]
pub(crate) struct SituationView {
    /// Who wrote it.
    pub(crate) by: Named,
    /// When.
    pub(crate) at: At,
    /// How things stand.
    pub(crate) conditions: String,
    /// What is done about it.
    #[schema(required)]
    pub(crate) actions: Option<String>,
    /// What is missing.
    #[schema(required)]
    pub(crate) needs: Option<String>,
    /// By when the next was promised.
    #[schema(required)]
    pub(crate) next_by: Option<At>,
}

/// Something to be decided.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Decision)]
pub(crate) struct DecisionView {
    /// Its number.
    pub(crate) n: u32,
    /// The lane whose people alone read it.
    #[schema(required)]
    pub(crate) lane: Option<String>,
    /// What shall be done.
    pub(crate) text: String,
    /// `open`, `taken` or `dropped`.
    pub(crate) state: &'static str,
    /// Who proposed it.
    pub(crate) proposed_by: Named,
    /// When.
    pub(crate) proposed_at: At,
    /// By when it has to be decided.
    #[schema(required)]
    pub(crate) by: Option<At>,
    /// Who decided.
    #[schema(required)]
    pub(crate) decided_by: Option<Named>,
    /// When.
    #[schema(required)]
    pub(crate) decided_at: Option<At>,
    /// Why.
    #[schema(required)]
    pub(crate) reason: Option<String>,
}

/// Something that was said.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RoomMessage)]
pub(crate) struct MessageView {
    /// Its number.
    pub(crate) n: u32,
    /// The lane whose people alone read it.
    #[schema(required)]
    pub(crate) lane: Option<String>,
    /// Who said it.
    pub(crate) by: Named,
    /// When.
    pub(crate) at: At,
    /// The words as they are now.
    pub(crate) text: String,
    /// The words as they were, oldest first.
    pub(crate) was: Vec<String>,
    /// The number of the message it answers.
    #[schema(required)]
    pub(crate) answers: Option<u32>,
    /// Why it was taken back, if it was.
    #[schema(required)]
    pub(crate) retracted: Option<String>,
    /// Whether it was taken into the timeline.
    pub(crate) is_kept: bool,
    /// The place of its entry in the ledger.
    pub(crate) index: i64,
}

fn situation(reported: &Reported, names: Names<'_>) -> SituationView {
    let briefing = &reported.briefing;
    SituationView {
        by: names.person(&reported.by),
        at: reported.at,
        conditions: briefing.conditions.shown(),
        actions: super::incident::text(briefing.actions.as_ref()),
        needs: super::incident::text(briefing.needs.as_ref()),
        next_by: briefing.next_by,
    }
}

fn decision(decision: &Decision, names: Names<'_>) -> DecisionView {
    let decided = decision.decided.as_ref();
    DecisionView {
        n: decision.spot.n,
        lane: decision.spot.lane.as_ref().map(ToString::to_string),
        text: decision.text.shown(),
        state: match decided {
            None => "open",
            Some(decided) if decided.is_taken => "taken",
            Some(_) => "dropped",
        },
        proposed_by: names.person(&decision.proposed_by),
        proposed_at: decision.proposed_at,
        by: decision.by,
        decided_by: decided.map(|decided| names.person(&decided.by)),
        decided_at: decided.map(|decided| decided.at),
        reason: decided.and_then(|decided| super::incident::text(decided.reason.as_ref())),
    }
}

/// Messages from what happened in the room, the newest entry first: corrections and what was
/// taken back are folded into the messages they are about.
fn messages(incident: &Incident, entries: Vec<Happening>) -> Vec<MessageView> {
    let number = |fact: &Value, key: &str| {
        let n = fact.get(key).and_then(Value::as_u64);
        n.and_then(|n| u32::try_from(n).ok())
    };
    let words = |fact: &Value, key: &str| {
        let text = fact.get(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let mut found: BTreeMap<u32, MessageView> = BTreeMap::new();
    for entry in entries.into_iter().rev() {
        let Some(n) = number(&entry.fact, "n") else {
            continue;
        };
        match entry.kind.as_str() {
            "incident.message_said" => {
                let message = MessageView {
                    n,
                    lane: entry.lane,
                    by: entry.by,
                    at: entry.at,
                    text: words(&entry.fact, "text"),
                    was: Vec::new(),
                    answers: number(&entry.fact, "answers"),
                    retracted: None,
                    is_kept: incident.room.message(n).is_some_and(|m| m.is_kept),
                    index: entry.index,
                };
                found.insert(n, message);
            }
            "incident.message_amended" => {
                if let Some(message) = found.get_mut(&n) {
                    let now = words(&entry.fact, "text");
                    message.was.push(std::mem::replace(&mut message.text, now));
                }
            }
            "incident.message_retracted" => {
                if let Some(message) = found.get_mut(&n) {
                    message.retracted = Some(words(&entry.fact, "reason"));
                }
            }
            _ => {}
        }
    }
    found.into_values().collect()
}

impl RoomView {
    /// The room as this viewer, who can read the incident, finds it.
    pub(crate) fn of(
        incident: &Incident,
        entries: Vec<Happening>,
        older: Option<i64>,
        viewer: &Viewer,
        directory: &Directory,
    ) -> Self {
        let names = Names(directory);
        let room = &incident.room;
        let shows = |lane: &KindKey| incident.shows_lane(lane, viewer, &directory.policy);
        let is_open = |d: &&Decision| d.spot.lane.as_ref().is_none_or(shows);
        let decisions = room.decisions.iter().rev().filter(is_open);
        let reports = room.reports.iter();
        Self {
            bridge: super::incident::text(room.arrangement.bridge.as_ref()),
            codename: room.arrangement.codename.as_ref().map(ToString::to_string),
            out_of_band: room.arrangement.out_of_band,
            reports: reports
                .map(|(to, reported)| (*to, situation(reported, names)))
                .collect(),
            decisions: decisions.map(|d| decision(d, names)).collect(),
            messages: messages(incident, entries),
            older,
        }
    }
}
