//! Who is on call, and whom escalation would call. Schedules and chains are in the directory in
//! memory; what is computed from them takes a viewer like every question.

use crate::error::Result;
use crate::store::Store;
use bifold_domain::oncall::chain::{Chain, simulate};
use bifold_domain::oncall::schedule::Schedule;
use bifold_domain::oncall::{Shift, Span, chain};
use bifold_domain::{At, ChainId, PersonId, ScheduleId, Viewer};

/// Who is on call in one schedule at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct OnCall {
    /// The schedule.
    pub schedule: Schedule,
    /// Who, and why; its span is the instant asked for. `None` in a gap.
    pub shift: Option<Shift>,
    /// When that changes next, and to whom; `None` when not within the next 400 days.
    pub next: Option<(At, Option<PersonId>)>,
}

/// A shift, and in which schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnShift {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Its name.
    pub name: String,
    /// The shift.
    pub shift: Shift,
}

/// What a chain would do if something happened at an instant and nobody answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsal {
    /// The calls, in order.
    pub calls: Vec<chain::Call>,
    /// When it comes to its end.
    pub ends_at: At,
}

impl Store {
    /// The schedules that are in use and that the viewer may read, by name.
    pub async fn schedules(&self, viewer: &Viewer) -> Result<Vec<Schedule>> {
        let directory = self.directory().await?;
        let all = directory.schedules.values().filter(|s| !s.is_retired());
        let mut found: Vec<Schedule> = all
            .filter(|schedule| schedule.is_readable_by(viewer))
            .cloned()
            .collect();
        found.sort_by(|a, b| (&a.plan.name, &a.id).cmp(&(&b.plan.name, &b.id)));
        Ok(found)
    }

    /// One schedule, in use or not, and its version; `None` when it is not there for this viewer.
    pub async fn schedule(
        &self,
        viewer: &Viewer,
        id: &ScheduleId,
    ) -> Result<Option<(Schedule, u64)>> {
        let version = self.version(id.as_str()).await?;
        let directory = self.directory().await?;
        let schedule = directory.schedules.get(id);
        let schedule = schedule.filter(|schedule| schedule.is_readable_by(viewer));
        Ok(schedule.cloned().zip(version))
    }

    /// Who is on call at an instant in each schedule that the viewer may read, by name.
    pub async fn on_call(&self, viewer: &Viewer, at: At) -> Result<Vec<OnCall>> {
        let schedules = self.schedules(viewer).await?;
        let of = |schedule: Schedule| OnCall {
            shift: schedule.on_call(at),
            next: schedule.next_hand_off(at),
            schedule,
        };
        Ok(schedules.into_iter().map(of).collect())
    }

    /// A person's own shifts in a stretch of time in all schedules, the earliest first.
    pub async fn own_shifts(&self, viewer: &Viewer, span: Span) -> Result<Vec<OwnShift>> {
        let mut found = Vec::new();
        for schedule in self.schedules(viewer).await? {
            let shifts = schedule.shifts_of(&viewer.person, span).into_iter();
            found.extend(shifts.map(|shift| OwnShift {
                schedule: schedule.id.clone(),
                name: schedule.plan.name.to_string(),
                shift,
            }));
        }
        found.sort_by_key(|own| own.shift.span.from);
        Ok(found)
    }

    /// The escalation chains in use, by name; none for whoever does not read incidents.
    pub async fn chains(&self, viewer: &Viewer) -> Result<Vec<Chain>> {
        if !viewer.reads_incidents {
            return Ok(Vec::new());
        }
        let directory = self.directory().await?;
        let all = directory.chains.values().filter(|c| !c.is_retired);
        let mut found: Vec<Chain> = all.cloned().collect();
        found.sort_by(|a, b| (&a.entry.name, &a.id).cmp(&(&b.entry.name, &b.id)));
        Ok(found)
    }

    /// One chain, in use or not, and its version; `None` when it is not there for this viewer.
    pub async fn chain(&self, viewer: &Viewer, id: &ChainId) -> Result<Option<(Chain, u64)>> {
        if !viewer.reads_incidents {
            return Ok(None);
        }
        let version = self.version(id.as_str()).await?;
        let directory = self.directory().await?;
        Ok(directory.chains.get(id).cloned().zip(version))
    }

    /// Whom a chain would call from an instant on; `None` when it is not there for this viewer.
    /// `turn` is how often it was started before, by which a round robin goes on.
    pub async fn rehearse(
        &self,
        viewer: &Viewer,
        id: &ChainId,
        from: At,
        turn: u64,
    ) -> Result<Option<Rehearsal>> {
        let Some((chain, _)) = self.chain(viewer, id).await? else {
            return Ok(None);
        };
        let directory = self.directory().await?;
        let (calls, ends_at) = simulate(&chain.entry, &directory, from, turn);
        Ok(Some(Rehearsal { calls, ends_at }))
    }
}
