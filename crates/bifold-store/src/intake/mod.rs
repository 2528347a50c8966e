//! What machines send: stored first, read afterwards, looked at last.
//!
//! Three steps, each durable before the next. *Taking in* ([`Store::take_in`]) writes the bytes and
//! answers. *Reading* ([`Store::unread_deliveries`], [`Store::fold`]) turns them into faults, one row an
//! occurrence however often it is signalled. *Settling* ([`Store::settle_faults`]) asks the rules
//! of the source what becomes of new faults, and makes events and incidents by commands like any
//! others. A crash between any two of them repeats the later one, which then finds its work done.

mod begin;
mod fault;
mod fold;
mod inbound;
mod log;
mod secret;
mod settle;
mod silence;
mod sweep;
mod tally;

pub use fold::ReadDelivery;
pub(crate) use inbound::Intake;
pub use inbound::{Delivery, Inbound, Trouble, Unread};
pub use log::{FaultFilter, FaultRow, ReviewRow};
pub use secret::{NewSecret, SecretKind, SecretRow};
pub use silence::SourceStanding;
