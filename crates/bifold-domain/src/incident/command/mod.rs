//! What may be asked of an incident.

mod bodies;
mod clock;
mod export;
mod gate;
mod import;
mod room;
mod window;

pub use bodies::*;
pub use clock::*;
pub use export::*;
pub use gate::*;
pub use import::*;
pub use room::*;
pub use window::*;

use super::state::Relation;
use crate::id::{ActionId, IncidentId, TaskId};
use crate::record::Needs;

/// Everything that may be asked of an incident.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// See [`Declare`].
    Declare(Box<Declare>),
    /// See [`Import`].
    Import(Box<Import>),
    /// A further row of an imported incident.
    Observe(Box<Observation>),
    /// Somebody has seen it.
    Acknowledge,
    /// See [`Assess`].
    Assess(Assess),
    /// See [`Rate`].
    Rate(Rate),
    /// See [`Prioritise`].
    Prioritise(Prioritise),
    /// See [`OverridePriority`].
    OverridePriority(OverridePriority),
    /// See [`Classify`].
    Classify(Classify),
    /// See [`Assign`].
    Assign(Assign),
    /// The actor takes it.
    Take,
    /// Work begins.
    Start,
    /// See [`Hold`].
    Hold(Hold),
    /// Work goes on.
    Resume,
    /// See [`SetLane`].
    SetLane(SetLane),
    /// See [`NewTask`].
    AddTask(TaskId, NewTask),
    /// See [`GiveTask`].
    GiveTask(TaskId, GiveTask),
    /// The task is done.
    FinishTask(TaskId, EndTask),
    /// The task is dropped.
    DropTask(TaskId, EndTask),
    /// See [`Restore`].
    Restore(ActionId, Restore),
    /// See [`Advise`].
    Advise(ActionId, Advise),
    /// See [`Captured`].
    Captured(ActionId, Captured),
    /// See [`CaptureFirst`].
    CaptureFirst(ActionId, CaptureFirst),
    /// See [`GoNow`].
    GoNow(ActionId, GoNow),
    /// The security lead is asked.
    AskSecurity(ActionId),
    /// See [`Perform`].
    Perform(ActionId, Perform),
    /// The action is not wanted any more.
    Withdraw(ActionId, Because),
    /// Somebody looks at the clocks: what is due fires.
    Tick,
    /// See [`Foresee`].
    Foresee(Foresee),
    /// See [`Escalate`].
    Escalate(Escalate),
    /// The time of a gate is over.
    Elapse(ActionId),
    /// See [`ReviewWaiver`].
    ReviewWaiver(ActionId, ReviewWaiver),
    /// See [`Note`].
    Note(Note),
    /// A workaround.
    SetWorkaround(Remedy),
    /// A fix.
    SetFix(Remedy),
    /// See [`Mitigate`].
    Mitigate(Mitigate),
    /// See [`Amend`].
    Amend(Amend),
    /// See [`CorrectTimes`].
    CorrectTimes(CorrectTimes),
    /// See [`HandRole`].
    HandRole(HandRole),
    /// A relation is drawn.
    Relate(Relation),
    /// A relation is removed.
    Unrelate(Relation),
    /// See [`SetParent`].
    SetParent(SetParent),
    /// See [`Merge`].
    Merge(Merge),
    /// The merge is undone.
    Unmerge(Because),
    /// See [`Sleep`].
    Snooze(Sleep),
    /// It wakes before its time.
    Wake,
    /// See [`Track`].
    Track(Track),
    /// See [`Resolve`].
    Resolve(Resolve),
    /// The reporter agrees that it is resolved.
    Confirm,
    /// See [`Close`].
    Close(Close),
    /// It is not over.
    Reopen(Because),
    /// See [`Reject`].
    Reject(Reject),
    /// See [`ConvertToRequest`].
    ConvertToRequest(ConvertToRequest),
    /// Called off.
    Cancel(Because),
    /// A dated addition to a sealed record.
    Add(Remedy),
    /// See [`ProposeMajor`].
    ProposeMajor(ProposeMajor),
    /// See [`PromoteMajor`].
    PromoteMajor(PromoteMajor),
    /// The proposal is declined.
    DeclineMajor(Because),
    /// The major incident is over.
    StandDown(Because),
    /// See [`Restrict`].
    Restrict(Restrict),
    /// The restriction is lifted.
    Unrestrict(Because),
    /// Reads a restricted record in an emergency.
    BreakGlass(Because),
    /// See [`Label`].
    Label(Label),
    /// See [`Export`].
    Export(Export),
    /// See [`Announce`].
    Announce(Announce),
    /// See [`ApproveAnnouncement`].
    ApproveAnnouncement(ApproveAnnouncement),
    /// What was proposed is not said.
    DeclineAnnouncement(Unsay),
    /// What was said is taken from the page.
    RetractAnnouncement(Unsay),
    /// Somebody looks whether rules propose it as a major incident.
    Weigh,
    /// See [`Say`].
    Say(Say),
    /// See [`AmendMessage`].
    AmendMessage(AmendMessage),
    /// See [`RetractMessage`].
    RetractMessage(RetractMessage),
    /// See [`KeepMessage`].
    KeepMessage(KeepMessage),
    /// See [`ProposeDecision`].
    ProposeDecision(ProposeDecision),
    /// See [`TakeDecision`].
    TakeDecision(TakeDecision),
    /// See [`DropDecision`].
    DropDecision(DropDecision),
    /// See [`ReportSituation`].
    ReportSituation(ReportSituation),
    /// See [`ArrangeRoom`].
    ArrangeRoom(ArrangeRoom),
}

impl Command {
    /// What it needs to know of other records.
    pub fn needs(&self) -> Needs {
        let incidents = |ids: Vec<IncidentId>| Needs {
            incidents: ids,
            ..Needs::default()
        };
        match self {
            Self::Declare(d) => Needs {
                incidents: d.split_from.iter().cloned().collect(),
                assets: d.assets.iter().cloned().collect(),
                events: d.event.iter().cloned().collect(),
                number: true,
                ..Needs::default()
            },
            Self::Import(_) => Needs {
                number: true,
                ..Needs::default()
            },
            Self::Classify(c) => Needs {
                assets: c.assets.iter().flatten().cloned().collect(),
                ..Needs::default()
            },
            Self::Restore(_, r) => Needs {
                assets: r.assets.iter().cloned().collect(),
                ..Needs::default()
            },
            Self::Captured(_, c) => Needs {
                evidence: c.evidence.iter().cloned().collect(),
                ..Needs::default()
            },
            Self::Relate(r) | Self::Unrelate(r) => incidents(vec![r.other.clone()]),
            Self::SetParent(p) => Needs {
                incidents: p.parent.iter().cloned().collect(),
                open_children: true,
                ..Needs::default()
            },
            Self::Merge(m) => Needs {
                incidents: vec![m.into.clone()],
                open_children: true,
                ..Needs::default()
            },
            Self::Close(_) | Self::Reject(_) | Self::ConvertToRequest(_) | Self::Cancel(_) => {
                Needs {
                    open_children: true,
                    ..Needs::default()
                }
            }
            Self::Announce(_) | Self::ApproveAnnouncement(_) => Needs {
                texts: true,
                ..Needs::default()
            },
            Self::Weigh => Needs {
                open_children: true,
                reports: true,
                ..Needs::default()
            },
            _ => Needs::default(),
        }
    }
}
