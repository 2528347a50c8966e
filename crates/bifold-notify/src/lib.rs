//! Telling people and programs what happened, outside the pages.
//!
//! The pure part says what is told: [`notice`] is the thing, [`rules`] chooses the ways it takes,
//! [`message`] cuts it to what a way may carry, and one module a way writes it down as that way
//! wants it ([`email`], [`chat`], [`push`], [`webhook`]). [`guard`] says where nothing is sent and
//! [`retry`] when it is tried again. The sending part ([`send`]) is the only one that talks to
//! anybody; each sending ends within a limit and in one of three outcomes.
//!
//! It refuses to know people, records and databases: who is told, and whether they may still read
//! it, is decided by whoever calls. It refuses to follow redirects, to send to addresses inside
//! the house unless the operator named them, and to write an address or a secret into a log.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod chat;
pub mod email;
pub mod guard;
pub mod letter;
pub mod message;
pub mod notice;
pub mod push;
pub mod request;
pub mod retry;
pub mod rules;
pub mod send;
pub mod sign;
pub mod target;
pub mod webhook;

#[cfg(test)]
mod fixture;

pub use guard::{Guard, Network};
pub use letter::{Letter, is_address};
pub use message::Message;
pub use notice::{Clearance, Notice, Urgency};
pub use push::VapidKey;
pub use request::Request;
pub use rules::{Channel, Leg, Plan, Quiet, Rules, Step, Warning};
pub use send::{Outcome, Sender};
pub use sign::Secret;
pub use target::{Kind, Target};
