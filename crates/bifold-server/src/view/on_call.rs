//! Schedules, shifts and chains as JSON.

use super::{Named, Names};
use bifold_domain::oncall::chain::{self, Chain};
use bifold_domain::oncall::schedule::{Cover, HandedOver, Schedule, Standing, Swap};
use bifold_domain::oncall::{Plan, Shift, Span, Why};
use bifold_domain::{At, IncidentId, Viewer};
use serde::Serialize;
use std::collections::BTreeSet;

/// Why somebody is on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ShiftBy {
    /// It is their turn in a layer.
    Layer,
    /// They were put there for the time.
    Override,
    /// They took it over in a swap.
    Swap,
}

/// Somebody is on call for some time.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Shift)]
pub(crate) struct ShiftView {
    pub(crate) person: Named,
    /// Its beginning, or that of the time asked for.
    pub(crate) from: At,
    /// Its end, or that of the time asked for.
    pub(crate) until: At,
    pub(crate) by: ShiftBy,
    /// The name of the layer, or the number of the override or swap.
    pub(crate) source: String,
}

impl ShiftView {
    pub(crate) fn of(shift: &Shift, names: Names<'_>) -> Self {
        let (by, source) = match &shift.why {
            Why::Layer { name } => (ShiftBy::Layer, name.to_string()),
            Why::Override { number } => (ShiftBy::Override, number.to_string()),
            Why::Swap { number } => (ShiftBy::Swap, number.to_string()),
        };
        Self {
            person: names.person(&shift.person),
            from: shift.span.from,
            until: shift.span.until,
            by,
            source,
        }
    }
}

/// Shifts, and when nobody is on call.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Shifts)]
pub(crate) struct ShiftsView {
    shifts: Vec<ShiftView>,
    /// When nobody is on call.
    gaps: Vec<Span>,
}

impl ShiftsView {
    pub(crate) fn of(schedule: &Schedule, span: Span, names: Names<'_>) -> Self {
        let shifts = schedule.shifts(span);
        Self {
            shifts: shifts.iter().map(|s| ShiftView::of(s, names)).collect(),
            gaps: schedule.gaps(span),
        }
    }
}

/// An override, or a stretch that changed hands in a swap.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Override)]
pub(crate) struct CoverView {
    number: u32,
    /// Whether it is an override; else it came of the swap with this number.
    is_override: bool,
    person: Named,
    from: At,
    until: At,
    #[schema(required)]
    reason: Option<String>,
    /// Who settled it.
    by: Named,
}

impl CoverView {
    fn of(cover: &Cover, names: Names<'_>) -> Self {
        Self {
            number: cover.number(),
            is_override: cover.is_override(),
            person: names.person(&cover.person),
            from: cover.span.from,
            until: cover.span.until,
            reason: cover.reason.as_ref().map(bifold_domain::Redactable::shown),
            by: names.person(&cover.by),
        }
    }
}

/// A swap that was asked for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Swap)]
pub(crate) struct SwapView {
    number: u32,
    /// Who asked.
    from: Named,
    /// Whom.
    with: Named,
    /// What the asked one is to take.
    gives: Span,
    /// What the asking one takes in return.
    #[schema(required)]
    takes: Option<Span>,
    #[schema(required)]
    reason: Option<String>,
    at: At,
    standing: Standing,
}

impl SwapView {
    fn of(swap: &Swap, names: Names<'_>) -> Self {
        Self {
            number: swap.number,
            from: names.person(&swap.from),
            with: names.person(&swap.with),
            gives: swap.gives,
            takes: swap.takes,
            reason: swap.reason.as_ref().map(bifold_domain::Redactable::shown),
            at: swap.at,
            standing: swap.standing,
        }
    }
}

/// A shift that was handed over.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ShiftHandOver)]
pub(crate) struct HandOverView {
    number: u32,
    from: Named,
    to: Named,
    at: At,
    notes: String,
    /// Incidents that were still open, as far as you can read them.
    incidents: Vec<String>,
    /// When the next one took it.
    #[schema(required)]
    accepted_at: Option<At>,
}

impl HandOverView {
    fn of(hand_over: &HandedOver, names: Names<'_>, readable: &BTreeSet<String>) -> Self {
        let incidents = hand_over.incidents.iter().map(IncidentId::to_string);
        Self {
            number: hand_over.number,
            from: names.person(&hand_over.from),
            to: names.person(&hand_over.to),
            at: hand_over.at,
            notes: hand_over.notes.shown(),
            incidents: incidents.filter(|id| readable.contains(id)).collect(),
            accepted_at: hand_over.accepted_at,
        }
    }
}

/// A schedule.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Schedule)]
pub(crate) struct ScheduleView {
    id: String,
    plan: Plan,
    /// Since when the plan holds.
    since: At,
    /// Overrides and swapped stretches, in the order in which they were settled; a later one
    /// lies over an earlier one.
    overrides: Vec<CoverView>,
    /// Swaps that were asked for.
    swaps: Vec<SwapView>,
    /// Shifts that were handed over, as far as they concern you or you read incidents.
    hand_overs: Vec<HandOverView>,
    /// When it was taken out of use.
    #[schema(required)]
    retired_at: Option<At>,
}

impl ScheduleView {
    /// As this viewer sees it; `readable` are the incidents of hand-overs that they can read.
    pub(crate) fn of(
        schedule: &Schedule,
        viewer: &Viewer,
        names: Names<'_>,
        readable: &BTreeSet<String>,
    ) -> Self {
        let hand_overs = schedule.hand_overs_for(viewer);
        Self {
            id: schedule.id.to_string(),
            plan: schedule.plan.clone(),
            since: schedule.since,
            overrides: schedule
                .covers
                .iter()
                .map(|c| CoverView::of(c, names))
                .collect(),
            swaps: schedule
                .swaps
                .iter()
                .map(|s| SwapView::of(s, names))
                .collect(),
            hand_overs: hand_overs
                .map(|h| HandOverView::of(h, names, readable))
                .collect(),
            retired_at: schedule.retired_at,
        }
    }
}

/// An escalation chain.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Chain)]
pub(crate) struct ChainView {
    id: String,
    entry: chain::Entry,
    is_retired: bool,
}

impl From<Chain> for ChainView {
    fn from(chain: Chain) -> Self {
        Self {
            id: chain.id.to_string(),
            entry: chain.entry,
            is_retired: chain.is_retired,
        }
    }
}

/// One call of a simulation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SimulatedCall)]
pub(crate) struct CallView {
    pub(crate) at: At,
    /// From 1.
    pub(crate) round: u32,
    /// From 1.
    pub(crate) step: u32,
    /// Who is called; empty when nobody can be.
    pub(crate) people: Vec<Named>,
    /// Why nobody is called.
    #[schema(required)]
    pub(crate) nobody: Option<chain::Nobody>,
}

impl CallView {
    pub(crate) fn of(call: &chain::Call, names: Names<'_>) -> Self {
        let people = call.people.as_deref().unwrap_or_default();
        Self {
            at: call.at,
            round: u32::from(call.round) + 1,
            step: u32::from(call.step) + 1,
            people: people.iter().map(|p| names.person(p)).collect(),
            nobody: call.people.as_ref().err().copied(),
        }
    }
}
