//! What follows from a fact: pure functions from facts to jobs and alarms.
//!
//! The jobs are stored in the same transaction, and carried out at least once afterwards.

use bifold_domain::evidence::Integrity;
use bifold_domain::gate::Ground;
use bifold_domain::incident::Audience;
use bifold_domain::time::{DAY, HOUR};
use bifold_domain::{At, Fact, disclosure, event, evidence, incident, maintenance, person};

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
/// The job that asks the rules whether an incident looks like a major one.
pub(crate) const WEIGH: &str = "weigh";
/// The job that says to a gate that its time is over; its payload names incident and action.
pub(crate) const ELAPSE: &str = "elapse";

/// The job that looks whether the bytes of an item of evidence are still the sealed ones.
pub(crate) const LOOK: &str = "look";
/// The job that opens an incident because they are not.
pub(crate) const MISMATCH: &str = "mismatch";
/// The job that destroys the bytes of an item that two people disposed of.
pub(crate) const DESTROY: &str = "destroy";
/// The job that has the log stamped at once, because bytes or a record went out.
pub(crate) const STAMP: &str = "stamp";
/// The job that has it stamped if the incident that was closed is one of security.
pub(crate) const STAMP_CLOSED: &str = "stamp_closed";

/// The job that begins or ends a maintenance at its time.
pub(crate) const MAINTAIN: &str = "maintain";
/// The job that has the faults looked at that a maintenance has held.
pub(crate) const RELEASE: &str = "release";

/// The job that sends a note to those who wrote by mail.
pub(crate) const ANSWER: &str = "answer";
/// The job that reminds those who handle a disclosure before something is due.
pub(crate) const CONFIDED: &str = "confided";
/// The job that deletes a name when its time after the closing is over.
pub(crate) const RETAIN_IDENTITY: &str = "retain_identity";
/// The job that destroys what a deleted name was sealed with.
pub(crate) const ERASE_IDENTITY: &str = "erase_identity";

/// How long nobody looks at sealed bytes again.
pub(crate) const LOOK_EVERY: i64 = 30 * DAY;

/// How long bytes outlive their disposal, and the last time somebody brought them. Whoever brings
/// the same bytes as other evidence has them kept first and sealed a moment later: in between no
/// item says that they are needed.
pub(crate) const DESTROY_AFTER: i64 = 3 * HOUR;

/// What is to be done because of a fact about `subject`, recorded at `at`.
#[allow(clippy::too_many_lines)] // One arm a fact.
pub(crate) fn jobs(subject: &str, fact: &Fact, at: At) -> Vec<Job> {
    let job = |kind, wait| Job {
        kind,
        payload: subject.to_owned(),
        run_at: at.plus(wait).micros(),
    };
    match fact {
        Fact::Evidence(evidence::Fact::Sealed {
            sha256: Some(_), ..
        }) => vec![job(LOOK, LOOK_EVERY)],
        Fact::Evidence(evidence::Fact::Verified { result }) => match result {
            // Nobody looks again at what is damaged; the incident goes on from there.
            Integrity::Mismatch => vec![job(MISMATCH, 0)],
            Integrity::Match | Integrity::NotVerifiable => vec![job(LOOK, LOOK_EVERY)],
        },
        Fact::Evidence(evidence::Fact::Disposed { .. }) => vec![job(DESTROY, DESTROY_AFTER)],
        // What leaves the house should be provably as old as it says it is.
        Fact::Evidence(evidence::Fact::Released { .. })
        | Fact::Incident(incident::Fact::Exported { .. }) => vec![job(STAMP, 0)],
        Fact::Incident(incident::Fact::NoteAdded {
            audience: Audience::Outward,
            lane: None,
            ..
        }) => vec![Job {
            kind: ANSWER,
            payload: format!("{subject} {}", at.micros()),
            run_at: at.micros(),
        }],
        Fact::Incident(incident::Fact::Closed { .. }) => vec![job(STAMP_CLOSED, 0)],
        // What is part of it, or was reported of it, says how large it is.
        Fact::Incident(incident::Fact::ParentSet {
            parent: Some(incident),
        })
        | Fact::Event(event::Fact::BoundToIncident { incident, .. }) => vec![Job {
            kind: WEIGH,
            payload: incident.to_string(),
            run_at: at.micros(),
        }],
        Fact::Maintenance(fact) => match fact {
            maintenance::Fact::Planned { plan, .. } | maintenance::Fact::Revised { plan, .. } => {
                vec![Job {
                    kind: MAINTAIN,
                    payload: subject.to_owned(),
                    run_at: plan.from.micros(),
                }]
            }
            maintenance::Fact::Begun => vec![job(MAINTAIN, 0)],
            // The job of its beginning finds the later end.
            maintenance::Fact::Extended { .. } => Vec::new(),
            maintenance::Fact::Completed { .. } | maintenance::Fact::Cancelled { .. } => {
                vec![job(RELEASE, 0)]
            }
        },
        Fact::Disclosure(disclosure::Fact::Received { .. }) => vec![job(CONFIDED, 0)],
        Fact::Disclosure(disclosure::Fact::Closed { .. }) => vec![job(RETAIN_IDENTITY, 0)],
        Fact::Disclosure(disclosure::Fact::IdentityDeleted { .. }) => {
            vec![job(ERASE_IDENTITY, 0)]
        }
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
        Fact::Incident(incident::Fact::PageExhausted { .. }) => Some("page_unanswered"),
        Fact::Incident(incident::Fact::GateDecided {
            ground: Ground::BrokeGlass,
            ..
        }) => Some("gate_broken"),
        Fact::Evidence(evidence::Fact::Verified {
            result: Integrity::Mismatch,
        }) => Some("evidence_changed"),
        Fact::Person(person::Fact::PasswordSetByOther) => Some("password_set_by_other"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bifold_domain::incident::ClosureGround;
    use bifold_domain::{Redactable, RequestId, Short, Text};

    fn kinds(fact: &Fact) -> Vec<&'static str> {
        let found = jobs("x", fact, At::from_micros(0));
        found.iter().map(|job| job.kind).collect()
    }

    #[test]
    fn what_goes_out_is_stamped_at_once_and_what_is_closed_if_it_is_of_security() {
        let request = RequestId::from_bits(1);
        let released = evidence::Fact::Released {
            release: request.clone(),
        };
        assert_eq!(kinds(&Fact::Evidence(released)), [STAMP]);
        let exported = incident::Fact::Exported {
            bundle: request,
            recipient: Redactable::Present(Short::parse("State police").unwrap()),
            purpose: Redactable::Present(Text::parse("Investigation.").unwrap()),
            legal_basis: None,
            tlp: bifold_domain::incident::Tlp::Amber,
            release: None,
            heads: Vec::new(),
        };
        assert_eq!(kinds(&Fact::Incident(exported)), [STAMP]);
        let closed = incident::Fact::Closed {
            cause: Short::parse("attack").unwrap(),
            on: ClosureGround::TimedOut,
        };
        assert_eq!(kinds(&Fact::Incident(closed)), [STAMP_CLOSED]);
        assert_eq!(kinds(&Fact::Incident(incident::Fact::Confirmed)), [""; 0]);
    }
}
