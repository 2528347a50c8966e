//! What follows from a fact: pure functions from facts to jobs and alarms.
//!
//! The jobs are stored in the same transaction, and carried out at least once afterwards.

use bifold_domain::gate::Ground;
use bifold_domain::{Fact, incident, person};

/// Something to be done later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    /// Which handler.
    pub kind: &'static str,
    /// For which record.
    pub payload: String,
    /// Not before, in microseconds since the epoch.
    pub run_at: i64,
}

/// The job that wakes a sleeping incident.
pub(crate) const WAKE: &str = "wake";
/// The job that says to a gate that its time is over; its payload names incident and action.
pub(crate) const ELAPSE: &str = "elapse";

/// What is to be done because of a fact about `subject`.
pub(crate) fn jobs(subject: &str, fact: &Fact) -> Vec<Job> {
    match fact {
        Fact::Incident(incident::Fact::Snoozed { until, .. }) => {
            vec![Job {
                kind: WAKE,
                payload: subject.to_owned(),
                run_at: until.micros(),
            }]
        }
        Fact::Incident(
            incident::Fact::GateShut { action, due, .. }
            | incident::Fact::SecurityAsked { action, due }
            | incident::Fact::CaptureOrdered { action, due, .. },
        ) => {
            vec![Job {
                kind: ELAPSE,
                payload: format!("{subject} {action}"),
                run_at: due.micros(),
            }]
        }
        _ => Vec::new(),
    }
}

/// The alarm a fact raises, if it does.
pub(crate) fn alarm(fact: &Fact) -> Option<&'static str> {
    match fact {
        Fact::Incident(incident::Fact::GlassBroken { .. }) => Some("glass_broken"),
        Fact::Incident(incident::Fact::GateDecided {
            ground: Ground::BrokeGlass,
            ..
        }) => Some("gate_broken"),
        Fact::Person(person::Fact::PasswordSetByOther) => Some("password_set_by_other"),
        _ => None,
    }
}
