//! The rules of Bifold as plain functions on plain values.
//!
//! Everything that happens is decided here: `decide(state, command, context)` gives facts or a
//! typed refusal, and `evolve(state, fact)` gives the next state. This crate refuses to do I/O,
//! to read a clock, to make random numbers and to be async: time and ids come in as values, so
//! that every decision can be replayed from the ledger years later with the same result.
#![warn(missing_docs)]

pub mod access;
pub mod asset;
pub mod calendar;
pub mod directory;
pub mod disclosure;
pub mod event;
pub mod evidence;
#[cfg(test)]
mod fixture;
pub mod gate;
pub mod ical;
pub mod id;
pub mod incident;
pub mod kind;
pub mod level;
pub mod maintenance;
pub mod major;
pub mod oncall;
pub mod person;
pub mod policy;
pub mod priority;
pub mod record;
pub mod redact;
pub mod refusal;
pub mod service;
pub mod signal;
pub mod standing_order;
pub mod status_page;
pub mod team;
pub mod template;
pub mod text;
pub mod time;

pub use access::{Actor, Auth, Permission, Role, Viewer};
pub use directory::Directory;
pub use id::{
    ActionId, AssetId, ChainId, DisclosureId, EventId, EvidenceId, FaultReviewId, IncidentId,
    MaintenanceId, PersonId, RequestId, ScheduleId, ServiceId, SourceId, StatusPageId, TaskId,
    TeamId,
};
pub use record::{Command, Context, Fact, Meta, Needs, Neighbours, Record, Subject};
pub use redact::Redactable;
pub use refusal::{Class, Refusal};
pub use text::{Short, Text, Title};
pub use time::At;
