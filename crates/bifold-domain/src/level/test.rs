//! When a clock starts, pauses, goes on, stops, begins anew and disappears (features F065, F066).

use super::Metric;
use crate::access::closed_set;
use crate::incident::{PendingOn, Phase, Report, Turn};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::LazyLock;

closed_set! {
    /// Something that is so or not at a moment of an incident's course.
    Test {
        /// Neither resolved nor gone.
        Open = "open",
        /// Nobody has it yet.
        Unassigned = "unassigned",
        /// A team or a person has it.
        Assigned = "assigned",
        /// Being worked on.
        InProgress = "in_progress",
        /// Waiting for the user.
        PendingUser = "pending_user",
        /// Waiting for a supplier.
        PendingSupplier = "pending_supplier",
        /// Waiting for a change.
        PendingChange = "pending_change",
        /// Waiting for evidence.
        PendingEvidence = "pending_evidence",
        /// Waiting for a time that was agreed.
        PendingScheduled = "pending_scheduled",
        /// The preservation gate holds an action up.
        Gated = "gated",
        /// A human being took note.
        Responded = "responded",
        /// Usable, if only through a workaround.
        Usable = "usable",
        /// Resolved, confirmed or closed.
        Resolved = "resolved",
        /// Merged, rejected, converted or cancelled.
        Gone = "gone",
        /// A major incident.
        Major = "major",
        /// No major incident, or none any more.
        Minor = "minor",
        /// At this moment users were told something.
        Told = "told",
        /// At this moment those who work on it were told how things stand.
        Briefed = "briefed",
        /// At this moment those who answer for the organisation were told how things stand.
        Reported = "reported",
    }
}

impl Test {
    /// Whether it is so.
    pub fn holds(self, turn: &Turn) -> bool {
        let stands = &turn.stands;
        let on = |what| stands.stage == Phase::Pending && stands.on == Some(what);
        match self {
            Self::Open => stands.stage.is_open(),
            Self::Unassigned => stands.stage == Phase::New,
            Self::Assigned => stands.team.is_some() || stands.stage == Phase::Assigned,
            Self::InProgress => stands.stage == Phase::InProgress,
            Self::PendingUser => on(PendingOn::User),
            Self::PendingSupplier => on(PendingOn::Supplier),
            Self::PendingChange => on(PendingOn::Change),
            Self::PendingEvidence => on(PendingOn::Evidence),
            Self::PendingScheduled => on(PendingOn::Scheduled),
            Self::Gated => stands.is_gated && stands.stage.is_open(),
            Self::Responded => stands.is_responded,
            Self::Usable => stands.is_usable,
            Self::Resolved => stands.stage == Phase::Resolved,
            Self::Gone => stands.stage == Phase::Gone,
            Self::Major => stands.is_major,
            Self::Minor => !stands.is_major,
            Self::Told => turn.said,
            Self::Briefed => turn.reports.contains_key(&Report::Tactical),
            Self::Reported => turn.reports.contains_key(&Report::Executive),
        }
    }

    /// Whether it is a moment, not a state: it never lasts from one turn to the next.
    pub(super) fn is_moment(self) -> bool {
        matches!(self, Self::Told | Self::Briefed | Self::Reported)
    }
}

/// The conditions of a clock; each is met when any of its tests holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LevelConditions)]
pub struct Conditions {
    /// It begins to count.
    pub start: BTreeSet<Test>,
    /// It does not count meanwhile.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub pause: BTreeSet<Test>,
    /// A paused one goes on. When absent: as soon as nothing pauses it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub resume: BTreeSet<Test>,
    /// It has done its work.
    pub stop: BTreeSet<Test>,
    /// It begins anew.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub reset: BTreeSet<Test>,
    /// It was never meant to run.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cancel: BTreeSet<Test>,
}

fn any(tests: &BTreeSet<Test>, turn: &Turn) -> Option<Test> {
    tests.iter().copied().find(|test| test.holds(turn))
}

impl Conditions {
    /// What is usual for a metric. Only the user and an agreed time stop a clock: that the
    /// organisation waits for a supplier, a change or evidence is not the customer's concern.
    pub fn usual(metric: Metric) -> &'static Self {
        static USUAL: LazyLock<[Conditions; 7]> = LazyLock::new(|| {
            let set = |tests: &[Test]| tests.iter().copied().collect::<BTreeSet<_>>();
            let waiting = set(&[Test::PendingUser, Test::PendingScheduled]);
            let until = |stop: &[Test], pause: &BTreeSet<Test>| Conditions {
                start: set(&[Test::Open]),
                pause: pause.clone(),
                resume: BTreeSet::new(),
                stop: set(stop),
                reset: BTreeSet::new(),
                cancel: set(&[Test::Gone]),
            };
            let never = BTreeSet::new();
            let update = Conditions {
                reset: set(&[Test::Told]),
                ..until(&[Test::Resolved], &waiting)
            };
            // Nobody waits for reports of what is no major incident any more.
            let report = |heard| Conditions {
                start: set(&[Test::Major]),
                reset: set(&[heard]),
                cancel: set(&[Test::Gone, Test::Minor]),
                ..until(&[Test::Resolved], &never)
            };
            [
                until(&[Test::Responded, Test::Resolved], &never),
                update,
                until(&[Test::Usable, Test::Resolved], &waiting),
                until(&[Test::Resolved], &waiting),
                until(&[Test::Resolved], &never),
                report(Test::Briefed),
                report(Test::Reported),
            ]
        });
        let [
            response,
            update,
            restore,
            resolve,
            activity,
            tactical,
            executive,
        ] = &*USUAL;
        match metric {
            Metric::Response => response,
            Metric::Update => update,
            Metric::Restore => restore,
            Metric::Resolve => resolve,
            Metric::Activity => activity,
            Metric::Tactical => tactical,
            Metric::Executive => executive,
        }
    }

    pub(super) fn starts(&self, turn: &Turn) -> bool {
        any(&self.start, turn).is_some()
    }

    pub(super) fn stops(&self, turn: &Turn) -> bool {
        any(&self.stop, turn).is_some()
    }

    pub(super) fn cancels(&self, turn: &Turn) -> bool {
        any(&self.cancel, turn).is_some()
    }

    /// What pauses it at this moment, given what paused it before.
    pub(super) fn pauses(&self, turn: &Turn, before: Option<Test>) -> Option<Test> {
        any(&self.pause, turn).or_else(|| {
            let goes_on = self.resume.is_empty() || any(&self.resume, turn).is_some();
            before.filter(|_| !goes_on)
        })
    }

    /// Whether something begins to be so that begins the clock anew.
    pub(super) fn resets(&self, turn: &Turn, before: Option<&Turn>) -> bool {
        self.reset.iter().any(|test| {
            let was = !test.is_moment() && before.is_some_and(|before| test.holds(before));
            test.holds(turn) && !was
        })
    }
}
