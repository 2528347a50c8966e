//! Records as JSON, cut to what the viewer may see.

pub(crate) mod action;
pub(crate) mod clock;
pub(crate) mod disclosure;
pub(crate) mod evidence;
pub(crate) mod forecast;
pub(crate) mod incident;
mod names;
pub(crate) mod on_call;
pub(crate) mod paging;
pub(crate) mod parts;
pub(crate) mod room;

pub(crate) use names::{Named, NamedService, Names};
