//! How components were over time, and how they are now.

use crate::model::{Component, Impact, Incident, Page, Stage, State};
use bifold_domain::At;

/// A state of a component in microseconds, up to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lasted {
    pub(crate) state: State,
    pub(crate) from: i64,
    pub(crate) until: i64,
}

/// Every state that a component was in besides working, as incidents and maintenances say. They
/// may overlap.
pub(crate) fn course(page: &Page, component: &Component) -> Vec<Lasted> {
    let now = page.generated_at;
    let mut all = Vec::new();
    for incident in &page.incidents {
        let affected = incident.affected.iter();
        for affected in affected.filter(|affected| affected.component == component.key) {
            let end = incident.resolved_at().unwrap_or(now);
            all.extend(affected.spans.iter().map(|span| Lasted {
                state: span.state,
                from: span.from.micros(),
                until: span.until.unwrap_or(end).min(now).micros(),
            }));
        }
    }
    for maintenance in &page.maintenances {
        if maintenance.components.contains(&component.key)
            && let Some((from, until)) = maintenance.ran(now)
        {
            all.push(Lasted {
                state: State::UnderMaintenance,
                from: from.micros(),
                until: until.micros(),
            });
        }
    }
    all.retain(|lasted| lasted.from < lasted.until && lasted.state != State::Operational);
    all
}

/// How a component is at the page's instant: the worst of what lasts.
pub fn state_of(page: &Page, component: &Component) -> State {
    let of_incidents = page
        .incidents
        .iter()
        .map(|incident| state_by(incident, component, page.generated_at));
    let running = page.maintenances.iter().any(|maintenance| {
        maintenance.stage == crate::MaintenanceStage::InProgress
            && maintenance.components.contains(&component.key)
    });
    let of_work = if running {
        State::UnderMaintenance
    } else {
        State::Operational
    };
    of_incidents.fold(of_work, State::max)
}

/// How one incident says that a component is.
pub(crate) fn state_by(incident: &Incident, component: &Component, now: At) -> State {
    let affected = incident.affected.iter();
    let spans = affected.filter(|affected| affected.component == component.key);
    let end = incident.resolved_at();
    let lasting = spans.flat_map(|affected| &affected.spans).filter(|span| {
        let until = span.until.or(end);
        span.from <= now && until.is_none_or(|until| now < until)
    });
    let states = lasting.map(|span| span.state);
    states.max().unwrap_or(State::Operational)
}

/// The worst that one incident did to a component, if anything.
pub(crate) fn worst_by(incident: &Incident, component: &Component) -> Option<State> {
    let affected = incident.affected.iter();
    let spans = affected.filter(|affected| affected.component == component.key);
    let states = spans.flat_map(|affected| &affected.spans);
    states.map(|span| span.state).max()
}

/// When a component last changed its state: the last beginning or end up to now.
pub(crate) fn changed_at(page: &Page, component: &Component) -> At {
    let now = page.generated_at.micros();
    let turns = course(page, component);
    let turns = turns.iter().flat_map(|lasted| [lasted.from, lasted.until]);
    // What still lasts was cut at now, which is no change.
    let last = turns.filter(|at| *at < now).max();
    let since = component.since;
    last.map_or(since, |at| At::from_micros(at).max(since))
}

/// How everything would be if an impact were all that is known.
fn state_behind(impact: Impact) -> State {
    match impact {
        Impact::None => State::Operational,
        Impact::Minor => State::DegradedPerformance,
        Impact::Major => State::PartialOutage,
        Impact::Critical => State::MajorOutage,
    }
}

/// How everything is at the page's instant: as the worst component; and where an incident that is
/// not resolved names none of the page's components, at least as its impact says.
pub fn overall(page: &Page) -> State {
    let states = page.components.iter().map(|c| state_of(page, c));
    let open = page
        .incidents
        .iter()
        .filter(|i| i.stage() != Stage::Resolved);
    let unplaced = open.filter(|incident| {
        let mut components = page.components.iter();
        !components.any(|component| worst_by(incident, component).is_some())
    });
    let impacts = unplaced.map(|incident| state_behind(incident.impact));
    states.chain(impacts).max().unwrap_or(State::Operational)
}

#[cfg(test)]
mod tests;
