//! Why a schedule or a chain cannot work as it was written.

use serde::Serialize;

/// Something in a schedule or a chain that could never do what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Nobody could ever be on call.
    #[error("the schedule has no layer; add one with at least one person")]
    NoLayer,
    /// A layer without people.
    #[error("the layer {layer:?} names nobody; add a person or remove the layer")]
    NoPeople {
        /// Its name.
        layer: String,
    },
    /// Two layers share a name, by which shifts say where they come from.
    #[error("two layers are called {layer:?}; give each a name of its own")]
    SameName {
        /// The name.
        layer: String,
    },
    /// A layer restricted to no time at all.
    #[error("the layer {layer:?} is restricted to no time; give it a slot, or no restriction")]
    NoSlot {
        /// Its name.
        layer: String,
    },
    /// Hand-off at a part of a minute.
    #[error("the layer {layer:?} does not hand off on a whole minute; leave the seconds out")]
    Seconds {
        /// Its name.
        layer: String,
    },
    /// An interval that ends before it begins, or has ended.
    #[error("the time ends before it begins or is over; choose an end that is still to come")]
    Backwards,
    /// A chain that calls nobody.
    #[error("the chain calls nobody; add a person, a team, a schedule or a round robin")]
    CallsNobody,
    /// A round robin over nobody.
    #[error("step {step} goes round nobody; name at least one person")]
    EmptyRound {
        /// From 1.
        step: usize,
    },
    /// A step that nothing comes after.
    #[error("step {step} comes last and changes nothing there; add whom to call, or remove it")]
    LeadsNowhere {
        /// From 1.
        step: usize,
    },
    /// A condition on a step that is no call.
    #[error("step {step} leaves out the step after it, which calls nobody; put a call there")]
    NothingToSkip {
        /// From 1.
        step: usize,
    },
    /// Repeating without a pause.
    #[error("step {step} repeats steps without a wait between them; add a wait before it")]
    RepeatsAtOnce {
        /// From 1.
        step: usize,
    },
    /// Repeating twice over.
    #[error("step {step} repeats again; one repetition a chain, and of calls, is enough")]
    RepeatsTwice {
        /// From 1.
        step: usize,
    },
    /// Hours that never come.
    #[error("the hours of step {step} never come; give them a slot, or remove the step")]
    NeverOpen {
        /// From 1.
        step: usize,
    },
}
