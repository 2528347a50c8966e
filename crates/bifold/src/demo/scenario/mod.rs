//! The stories of the hospital, as tables: what happens, what is asked of it, how it ends.
//!
//! Words in braces are names that differ from one telling to the next; see `words.rs`.

mod ai;
mod both;
mod clinical;
mod desk;
mod neither;
mod network;
mod platform;
mod security;

pub(crate) mod events;

use super::rng::Rng;
use bifold_domain::priority::{Impact, Urgency};

/// What the two questions will have been answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Is {
    /// A service is hurt, information is not.
    Service,
    /// Information is hurt, no service is.
    Security,
    /// Both.
    Both,
    /// Neither.
    Neither,
}

/// How it comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comes {
    /// A machine signals it: which, and the name of its alert.
    Signal(&'static str, &'static str),
    /// Staff report it.
    Report,
    /// Staff call the desk.
    Call,
}

/// A story to be told with different names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    /// Lines that name it; one is used.
    pub(crate) titles: &'static [&'static str],
    /// What is known at the beginning.
    pub(crate) story: &'static str,
    /// The service concerned.
    pub(crate) service: &'static str,
    /// The asset concerned; empty for none.
    pub(crate) asset: &'static str,
    /// The team that ends it.
    pub(crate) team: &'static str,
    pub(crate) category: &'static str,
    pub(crate) size: (Impact, Urgency),
    pub(crate) comes: Comes,
    pub(crate) is: Is,
    /// A further kind that is asked: `ai`, `privacy`, or empty.
    pub(crate) also: &'static str,
    /// Why the service verdict; empty for a usual sentence.
    pub(crate) service_because: &'static str,
    /// Why the security verdict; empty for a usual sentence.
    pub(crate) security_because: &'static str,
    /// What those who work on it write down.
    pub(crate) work: &'static [&'static str],
    /// What helps meanwhile; empty for nothing.
    pub(crate) workaround: &'static str,
    /// What the reporter is told; empty for nothing.
    pub(crate) told: &'static str,
    /// Resolution code; or, when it is neither, the ground of dismissal.
    pub(crate) code: &'static str,
    pub(crate) cause: &'static str,
    /// What was done in the end.
    pub(crate) end: &'static str,
}

const SMALL: (Impact, Urgency) = (Impact::Minor, Urgency::Low);
const USUAL: (Impact, Urgency) = (Impact::Minor, Urgency::Medium);
const TEAM: (Impact, Urgency) = (Impact::Moderate, Urgency::Medium);
const PRESSING: (Impact, Urgency) = (Impact::Moderate, Urgency::High);
const SITE: (Impact, Urgency) = (Impact::Significant, Urgency::High);
const GRAVE: (Impact, Urgency) = (Impact::Significant, Urgency::Critical);

impl Scenario {
    /// Whether it has the highest priority as soon as it is declared.
    pub(crate) fn is_grave(&self) -> bool {
        self.size == GRAVE
    }
}

/// What a story has when it does not say otherwise.
const BASE: Scenario = Scenario {
    titles: &[],
    story: "",
    service: "ehr",
    asset: "",
    team: "desk",
    category: "software",
    size: USUAL,
    comes: Comes::Report,
    is: Is::Service,
    also: "",
    service_because: "",
    security_because: "",
    work: &[],
    workaround: "",
    told: "",
    code: "fixed",
    cause: "defect",
    end: "",
};

/// A pack of stories, dealt so that none comes twice before the others came once.
#[derive(Debug)]
struct Deck {
    all: Vec<&'static Scenario>,
    left: Vec<&'static Scenario>,
    last: &'static str,
}

impl Deck {
    fn of(parts: &[&'static [Scenario]]) -> Self {
        Self {
            all: parts.iter().flat_map(|part| part.iter()).collect(),
            left: Vec::new(),
            last: "",
        }
    }

    /// The next story, never the one that came before it.
    fn deal(&mut self, rng: &mut Rng) -> &'static Scenario {
        if self.left.is_empty() {
            self.left.clone_from(&self.all);
            rng.shuffle(&mut self.left);
            if self.left.last().is_some_and(|s| s.story == self.last) {
                self.left.reverse();
            }
        }
        let next = self.left.pop().unwrap_or(&BASE);
        self.last = next.story;
        next
    }
}

/// All stories, dealt as often as such things happen.
#[derive(Debug)]
pub(crate) struct Stories {
    service: Deck,
    neither: Deck,
    security: Deck,
    both: Deck,
    ai: Deck,
}

impl Stories {
    pub(crate) fn new() -> Self {
        Self {
            service: Deck::of(&[clinical::ALL, desk::ALL, network::ALL, platform::ALL]),
            neither: Deck::of(&[neither::ALL]),
            security: Deck::of(&[security::ALL]),
            both: Deck::of(&[both::ALL]),
            ai: Deck::of(&[ai::ALL]),
        }
    }

    /// The next story: of a hundred, 59 hurt a service, 13 information, 8 both, 5 have to do
    /// with AI, and 15 are nothing of the kind.
    pub(crate) fn deal(&mut self, rng: &mut Rng) -> &'static Scenario {
        let deck = match rng.below(100) {
            0..59 => &mut self.service,
            59..72 => &mut self.security,
            72..80 => &mut self.both,
            80..85 => &mut self.ai,
            _ => &mut self.neither,
        };
        deck.deal(rng)
    }
}

/// Every story there is.
#[cfg(test)]
pub(crate) fn all() -> Vec<&'static Scenario> {
    let parts = [
        clinical::ALL,
        desk::ALL,
        network::ALL,
        platform::ALL,
        neither::ALL,
        security::ALL,
        both::ALL,
        ai::ALL,
    ];
    parts.iter().flat_map(|part| part.iter()).collect()
}
