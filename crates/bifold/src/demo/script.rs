//! What will happen, as a list of steps: who asks for what, and when.
//!
//! The whole history is first written down like this, from nothing but a seed and its end, and
//! then carried out in order. Nothing here knows a store.

use bifold_domain::{Actor, At, Command};

/// One operation of the history.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// When.
    pub(crate) at: At,
    /// Who.
    pub(crate) actor: Actor,
    /// What, all of it together.
    pub(crate) commands: Vec<Command>,
}

/// The steps of a history that has an end.
#[derive(Debug)]
pub(crate) struct Script {
    end: At,
    steps: Vec<Step>,
}

impl Script {
    /// A script in which nothing happens yet, or ever after this.
    pub(crate) fn until(end: At) -> Self {
        Self {
            end,
            steps: Vec::new(),
        }
    }

    /// When it ends.
    pub(crate) fn end(&self) -> At {
        self.end
    }

    /// What happens so far, in no order.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Adds a step; what lies beyond the end has not happened yet.
    pub(crate) fn push(&mut self, step: Step) {
        if step.at <= self.end {
            self.steps.push(step);
        }
    }

    /// Adds all steps of a story.
    pub(crate) fn extend(&mut self, steps: Vec<Step>) {
        for step in steps {
            self.push(step);
        }
    }

    /// The steps in the order of time; those of one moment as they were written.
    pub(crate) fn in_order(mut self) -> Vec<Step> {
        self.steps.sort_by_key(|step| step.at);
        self.steps
    }
}
