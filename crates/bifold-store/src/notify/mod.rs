//! Telling people and other programs what happened: who is told, by which ways, what became of it.
//!
//! A *notice* is one thing for one person. It is written in the transaction of the command that
//! causes it, stands in the person's inbox from then on, and holds no word of the record: what it
//! says is read from the record when it is shown or sent, through the visibility predicate of its
//! person at that moment. From notices *deliveries* are planned, one a way; a worker claims them,
//! sends without a transaction, and records the outcome. Other programs are told of ledger entries
//! by *webhooks*, each with a cursor: the ledger is their queue.
//!
//! To have people told of something new, add an [`Occasion`](bifold_notify::notice::Occasion) with
//! its words, and either an arm in `write::tell::notices`, where it follows from a fact, or a
//! call of [`Store::raise`] from a job.
//!
//! It refuses to send, and to choose words.

mod browser;
mod channel;
mod claim;
mod deliver;
mod hook;
mod hook_log;
mod inbox;
mod plan;
mod raise;
mod rules;
pub(crate) mod seal;
mod vapid;

pub use channel::{CHANNELS_LIMIT, Channel, ChannelState, NewChannel};
pub use claim::Parcel;
pub use hook::{EVENTS_BYTES, HookTarget, NewWebhook, WEBHOOKS_LIMIT, Webhook};
pub(crate) use hook_log::HOOK_DELIVERY;
pub use hook_log::{HookDelivery, HookEvent};
pub use inbox::{Noted, Shown};
pub use raise::{About, Raise};
pub(crate) use raise::{NOTICE, NOTICES};
pub(crate) use seal::{open as open_sealed, seal as sealed};

use bifold_domain::time::{DAY, HOUR, MINUTE};
use bifold_domain::{Directory, PersonId, Role};
use bifold_notify::Urgency;
use std::collections::BTreeSet;

/// What a server can send with, from its operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Means {
    /// A mail server is set.
    pub mail: bool,
    /// A key for Web Push is there.
    pub push: bool,
}

/// How long a claim lasts before others may try, in microseconds. Longer than any sending takes.
const CLAIM_MICROS: i64 = 2 * MINUTE;
/// Claimed or planned in one go.
const CLAIM_LIMIT: i64 = 64;

/// How late something may still be sent, in microseconds. What is older stands in the inbox: it
/// comes from a backup, or from a server that was off.
fn latest(urgency: Urgency) -> i64 {
    match urgency {
        Urgency::Page => HOUR,
        // Quiet hours and the bundles of what presses little hold things back for long.
        Urgency::Normal | Urgency::Low => 3 * DAY,
    }
}

/// An error as it is kept: short, and without what a terminal would obey.
fn kept(text: &str) -> String {
    const CHARS: usize = 300;
    let plain = text.chars().filter(|c| !c.is_control());
    plain.take(CHARS).collect()
}

/// Who looks after the system.
fn keepers(directory: &Directory) -> BTreeSet<PersonId> {
    let people = directory.people.values();
    let keepers = people.filter(|p| p.is_active && p.roles.contains(&Role::Administrator));
    keepers.map(|person| person.id.clone()).collect()
}
