//! What becomes of a fault: decided by its source's settings, and by nothing else.
//!
//! A *fault* is one occurrence that a source signals, however often it says so. Pure: what is
//! around it comes in as values, so that a rule can be tried on what came before.

use super::source::{Plan, Settings, Then};
use super::{Signal, State};
use crate::access::closed_set;
use crate::directory::Directory;
use crate::id::{IncidentId, ServiceId};
use crate::text::Short;
use crate::time::At;

closed_set! {
    /// What became of a fault.
    Disposition {
        /// Nobody has looked yet.
        Waiting = "waiting",
        /// It is part of an event.
        Event = "event",
        /// It came with more than its source's quota, and is part of the event of that storm.
        Storm = "storm",
        /// It is held until planned maintenance is over (features F082).
        Maintenance = "maintenance",
        /// It is not severe enough for anything but the log.
        BelowFloor = "below_floor",
        /// A rule put it into the log only.
        ByRule = "by_rule",
        /// It was over before anybody could look.
        Over = "over",
    }
}

/// What is around a fault when it is looked at.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Whether an event of its group is open.
    pub has_open_event: bool,
    /// New events its source brought within the last minute.
    pub recent: u32,
    /// Until when the service concerned is in planned maintenance.
    pub maintenance_until: Option<At>,
    /// The open incident that a rule declared for the same service last, and when.
    pub declared: Option<(IncidentId, At)>,
}

/// What is to be done with a fault.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Nothing but to keep it.
    Keep(Disposition, Option<Short>),
    /// Nothing before this instant; then it is looked at again.
    Hold(At),
    /// It is one more of its group's open event.
    Attach,
    /// It begins the event of its group.
    Raise(Option<Short>, Outcome),
    /// It is one more of the storm.
    Storm,
}

/// What becomes of a new event.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It waits for somebody who triages.
    Triage,
    /// It waits with a proposal.
    Propose(Plan),
    /// It is an incident at once.
    Declare(Plan),
    /// It belongs to this one, which is open.
    Join(IncidentId),
}

/// The name under which the faults of one source belong together.
pub fn group_key(signal: &Signal, settings: &Settings) -> Short {
    let own = || {
        signal
            .group
            .clone()
            .unwrap_or_else(|| signal.external_id.clone())
    };
    if settings.group_by.is_empty() {
        return own();
    }
    let mut parts = Vec::new();
    for name in &settings.group_by {
        if let Some(value) = signal.labels.get(name.as_str()) {
            parts.push(format!("{name}={value}"));
        }
    }
    if parts.is_empty() {
        return own();
    }
    fitting(&parts.join(" "))
}

/// A text as a key: whole where it fits, else its beginning with a digest of the whole, so that
/// two long ones that differ only at the end stay two.
#[allow(clippy::expect_used)] // The bound stands in its words.
fn fitting(text: &str) -> Short {
    const KEPT: usize = 96;
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if let Ok(short) = Short::parse(&clean) {
        return short;
    }
    // FNV-1a of 64 bits: the parts are the source's own labels, nobody gains by a collision.
    let hash = clean.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut end = KEPT.min(clean.len());
    while !clean.is_char_boundary(end) {
        end -= 1;
    }
    let kept = clean.get(..end).unwrap_or_default().trim_start();
    let made = format!("{kept}#{hash:016x}");
    Short::parse(&made)
        .expect("it is not empty, has no control characters, and 96 + 17 bytes are fewer than 120")
}

/// The service a signal concerns: the one it names, by name whatever its letters' case, else the
/// one its source is for.
pub fn service<'a>(
    signal: &Signal,
    settings: &'a Settings,
    directory: &'a Directory,
) -> Option<&'a ServiceId> {
    let named = signal.service.as_ref().and_then(|hint| {
        let wanted = hint.as_str().to_lowercase();
        let mut all = directory.services.iter();
        let found = all.find(|(id, service)| {
            id.as_str() == hint.as_str() || service.entry.name.as_str().to_lowercase() == wanted
        });
        found.map(|(id, _)| id)
    });
    named.or(settings.service.as_ref())
}

/// Decides.
pub fn triage(signal: &Signal, settings: &Settings, around: &Around, now: At) -> Decision {
    // Over, and nobody was told that it began: nothing to do, and nothing to hide either.
    if signal.state == State::Resolved && !around.has_open_event {
        return Decision::Keep(Disposition::Over, None);
    }
    if let Some(until) = around.maintenance_until.filter(|until| *until > now) {
        return Decision::Hold(until);
    }
    let rule = settings.rules.iter().find(|rule| rule.fits(signal));
    let name = rule.map(|rule| rule.name.clone());
    if let Some(Then::Log) = rule.map(|rule| &rule.then) {
        return Decision::Keep(Disposition::ByRule, name);
    }
    if around.has_open_event {
        return Decision::Attach;
    }
    // A rule that was written for it counts more than the floor, which is for all the rest.
    if rule.is_none() && signal.severity > settings.floor {
        return Decision::Keep(Disposition::BelowFloor, None);
    }
    if around.recent >= settings.quota {
        return Decision::Storm;
    }
    let outcome =
        match rule.map(|rule| &rule.then) {
            None | Some(Then::Triage | Then::Log) => Outcome::Triage,
            Some(Then::Propose(plan)) => joined(plan, around, now)
                .map_or_else(|| Outcome::Propose(plan.clone()), Outcome::Join),
            Some(Then::Declare(plan)) => joined(plan, around, now)
                .map_or_else(|| Outcome::Declare(plan.clone()), Outcome::Join),
        };
    Decision::Raise(name, outcome)
}

fn joined(plan: &Plan, around: &Around, now: At) -> Option<IncidentId> {
    let (incident, at) = around.declared.as_ref()?;
    let open_for = i64::from(plan.join_minutes) * crate::time::MINUTE;
    (plan.join_minutes > 0 && at.plus(open_for) >= now).then(|| incident.clone())
}

/// Whether a count is one that is worth a line in the ledger: 10, 100, 1,000 and so on. A storm
/// of any size is a handful of lines.
pub fn next_milestone(told: u64) -> u64 {
    let mut next = 10;
    while next <= told {
        next *= 10;
    }
    next
}

#[cfg(test)]
mod tests;
