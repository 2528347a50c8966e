//! The preservation gate: what restoring would cost the evidence, and what waiting costs the
//! service (standards 3.3, features F058–F061, RFC 3227 2.1).
//!
//! A restoring action that alters or destroys evidence on a grave incident that is, or may be,
//! one of security waits for one of four outcomes: captured, capture first, go now, or the
//! default of the policy when its time is over. Here are the words and the rules as data; who
//! may decide what stands in `incident/decide/gate.rs`.

mod start;

use crate::access::closed_set;
use crate::kind::{Finding, KindKey};
use crate::policy::Policy;
use crate::priority::Priority;
use crate::refusal::{Invalid, Refusal};
use crate::text::{Short, Text};
use crate::time::{At, MINUTE};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

closed_set! {
    /// What a restoring action does to evidence, from least to worst.
    Effect {
        /// Nothing.
        Harmless = "harmless",
        /// It changes some of what could be evidence.
        Alters = "alters",
        /// What could be evidence is gone afterwards.
        Destroys = "destroys",
    }
}

closed_set! {
    /// The four ways through the conflict (standards 3.3).
    Course {
        /// P: restore beside it; the old one is kept aside as it is.
        Parallel = "parallel",
        /// F: save what is quick to save, then restore.
        FastCapture = "fast_capture",
        /// E: save everything before anything changes.
        EvidenceFirst = "evidence_first",
        /// R: restore at once; what is lost is written down.
        RestoreFirst = "restore_first",
    }
}

impl Course {
    /// Its letter in standards 3.3.
    pub fn letter(self) -> char {
        match self {
            Self::Parallel => 'P',
            Self::FastCapture => 'F',
            Self::EvidenceFirst => 'E',
            Self::RestoreFirst => 'R',
        }
    }
}

closed_set! {
    /// The two who advise before somebody decides, and who sign a standing order.
    Side {
        /// Restores the service.
        Service = "service",
        /// Protects information and evidence.
        Security = "security",
    }
}

closed_set! {
    /// On what an action was let through.
    Ground {
        /// What it would have cost is saved.
        Captured = "captured",
        /// Somebody with the authority for it gave it up.
        Waived = "waived",
        /// Somebody without the authority did, in an emergency; it is reviewed.
        BrokeGlass = "broke_glass",
        /// The time was over, and the policy or the standing order decides.
        Policy = "policy",
        /// It was found meanwhile that there is nothing to preserve.
        Moot = "moot",
    }
}

impl Ground {
    /// Whether evidence was given up on it, so that somebody looks back on that.
    pub fn gives_up(self) -> bool {
        matches!(self, Self::Waived | Self::BrokeGlass | Self::Policy)
    }
}

/// A restoring action of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionType {
    /// Its key, such as `reboot`.
    pub key: Short,
    /// Its name for people.
    pub name: Short,
    /// What it does to evidence on assets of a type that is not listed.
    pub effect: Effect,
    /// What it does on assets of these types.
    #[serde(default)]
    pub on: BTreeMap<Short, Effect>,
}

/// Something that could be evidence and does not last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Volatile {
    /// Its key, such as `memory`.
    pub key: Short,
    /// Its name for people.
    pub name: Short,
    /// Its place in the order of volatility, 1 (goes first) to 7 (RFC 3227 2.1).
    pub rank: u8,
    /// How long saving it takes, in minutes.
    pub minutes: u32,
    /// Who can do it.
    pub who: Short,
    /// How: a command or a step.
    pub hint: Text,
    /// The least that must happen for it to be lost.
    pub lost_when: Effect,
    /// Types of assets that have it; none means all.
    #[serde(default)]
    pub on: BTreeSet<Short>,
}

/// When the gate opens, how long it stays open, and what it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GateRules)]
pub struct Rules {
    /// It opens at this handling priority and worse.
    pub at_or_above: Priority,
    /// How long a decision may take, in minutes.
    pub wait_minutes: u32,
    /// How long the security lead has to answer when asked, in minutes.
    pub ask_minutes: u32,
    /// The longest that saving evidence may hold the service, in minutes.
    pub capture_minutes: u32,
    /// What holds when nobody decided in time, unless the service has a standing order.
    pub fallback: Course,
    /// The catalogue of actions.
    pub actions: Vec<ActionType>,
    /// What could be lost.
    pub volatile: Vec<Volatile>,
}

/// Entries of each list at most.
const LIST_LIMIT: usize = 200;

impl Rules {
    /// The action with this key.
    pub fn action(&self, key: &Short) -> Result<&ActionType, Refusal> {
        let found = self.actions.iter().find(|action| action.key == *key);
        found.ok_or_else(|| Refusal::Unknown {
            what: "restoring action",
            named: key.to_string(),
        })
    }

    /// What could be lost by something with this effect on assets of these types, most volatile
    /// first. Where no asset is named, everything the effect can destroy.
    pub fn at_stake(&self, types: &BTreeSet<Short>, effect: Effect) -> Vec<&Volatile> {
        let has = |v: &&Volatile| {
            v.on.is_empty() || types.is_empty() || v.on.iter().any(|t| types.contains(t))
        };
        let mut lost: Vec<&Volatile> = self
            .volatile
            .iter()
            .filter(|v| effect != Effect::Harmless && v.lost_when <= effect)
            .filter(has)
            .collect();
        lost.sort_by(|a, b| (a.rank, a.minutes, &a.key).cmp(&(b.rank, b.minutes, &b.key)));
        lost
    }

    /// How long saving these takes, in minutes, as far as policy lets it hold the service.
    pub fn capture_time(&self, items: &BTreeSet<Short>) -> u32 {
        let minutes = |v: &&Volatile| items.contains(&v.key);
        let sum = self
            .volatile
            .iter()
            .filter(minutes)
            .fold(0_u32, |sum, v| sum.saturating_add(v.minutes));
        sum.clamp(1, self.capture_minutes.max(1))
    }

    /// Refuses rules that could not work: unnamed, endless or repeated things, no way in.
    pub fn check(&self) -> Result<(), Refusal> {
        for (field, number, max) in [
            ("minutes to decide", self.wait_minutes, 240),
            ("minutes to answer", self.ask_minutes, 240),
            ("minutes to save evidence", self.capture_minutes, 1_440),
        ] {
            if !(1..=max).contains(&number) {
                let max = i64::from(max);
                return Err(Invalid::OutOfRange { field, min: 1, max }.into());
            }
        }
        if !matches!(self.fallback, Course::RestoreFirst | Course::EvidenceFirst) {
            return Err(Refusal::Unknown {
                what: "default that needs nobody (restore_first or evidence_first)",
                named: self.fallback.to_string(),
            });
        }
        if self.volatile.iter().any(|v| !(1..=7).contains(&v.rank)) {
            let field = "order of volatility";
            return Err(Invalid::OutOfRange {
                field,
                min: 1,
                max: 7,
            }
            .into());
        }
        let actions: BTreeSet<_> = self.actions.iter().map(|a| &a.key).collect();
        let volatile: BTreeSet<_> = self.volatile.iter().map(|v| &v.key).collect();
        for (what, len, keys) in [
            ("restoring actions", self.actions.len(), actions.len()),
            (
                "things that could be lost",
                self.volatile.len(),
                volatile.len(),
            ),
        ] {
            if len == 0 {
                return Err(Invalid::Empty { field: what }.into());
            }
            if len > LIST_LIMIT {
                let limit = LIST_LIMIT;
                return Err(Refusal::TooMany { what, limit });
            }
            if len != keys {
                return Err(Refusal::AlreadyExists {
                    what: format!("key in the list of {what}"),
                });
            }
        }
        Ok(())
    }
}

impl ActionType {
    /// What it does to evidence on assets of these types: the worst of them. Where no asset is
    /// named it is not known on what it acts, so it is the worst it can do anywhere.
    pub fn effect_on(&self, types: &BTreeSet<Short>) -> Effect {
        let on = |t: &Short| self.on.get(t).copied().unwrap_or(self.effect);
        if types.is_empty() {
            let anywhere = self.on.values().copied().max();
            anywhere.map_or(self.effect, |worst| worst.max(self.effect))
        } else {
            types.iter().map(on).max().unwrap_or(self.effect)
        }
    }
}

/// Why an action must pass the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The kind whose law forbids it, if one does; then authority alone is not enough.
    pub law: Option<KindKey>,
}

/// Whether an action with this effect must pass the gate, and why: evidence would suffer, and
/// the incident is grave and perhaps one of security, or of a kind whose law forbids altering
/// what it is about (AI Act Art. 73(6)), whatever its severity.
pub fn bar(
    policy: &Policy,
    handling: Priority,
    finding: impl Fn(&KindKey) -> Finding,
    effect: Effect,
) -> Option<Bar> {
    if effect == Effect::Harmless {
        return None;
    }
    let forbids = |kind: &&KindKey| {
        let version = policy.kinds.get(*kind);
        version.is_some_and(|v| v.kind.forbids_altering.is_some()) && finding(kind) == Finding::Yes
    };
    let law = policy.kinds.keys().find(forbids).cloned();
    let is_grave = handling <= policy.gate.value.at_or_above;
    let may_be_security = finding(&KindKey::security()) != Finding::No;
    (law.is_some() || (is_grave && may_be_security)).then_some(Bar { law })
}

impl Policy {
    /// The name of the law by which this kind forbids altering what it is about; the kind's own
    /// name where none is written.
    pub fn law_of(&self, key: &KindKey) -> String {
        let law = self.kinds.get(key);
        let law = law.and_then(|k| k.kind.forbids_altering.as_ref());
        law.map_or_else(|| key.to_string(), ToString::to_string)
    }
}

/// Minutes that lie in at least one of the intervals. What overlaps counts once.
pub fn minutes_of(mut intervals: Vec<(At, At)>) -> i64 {
    intervals.sort();
    let (mut total, mut reached) = (0, i64::MIN);
    for (from, to) in intervals {
        let from = from.micros().max(reached);
        if to.micros() > from {
            total += to.micros() - from;
            reached = to.micros();
        }
    }
    // A begun minute counts.
    total.div_euclid(MINUTE) + i64::from(total.rem_euclid(MINUTE) > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{morning, p, short};
    use proptest::prelude::*;

    fn types(names: &[&str]) -> BTreeSet<Short> {
        names.iter().map(|name| short(name)).collect()
    }

    #[test]
    fn the_starting_rules_hold_themselves() {
        let rules = Rules::default();
        rules.check().unwrap();
        for action in &rules.actions {
            for effect in [
                action.effect_on(&types(&["vm"])),
                action.effect_on(&types(&[])),
            ] {
                let lost = rules.at_stake(&types(&["vm"]), effect);
                assert_eq!(lost.is_empty(), effect == Effect::Harmless, "{action:?}");
            }
        }
    }

    #[test]
    fn the_worst_asset_says_what_an_action_does() {
        let rules = Rules::default();
        let reboot = rules.action(&short("reboot")).unwrap();
        for (on, effect) in [
            (&["vm"][..], Effect::Destroys),
            (&["mailbox"], Effect::Harmless),
            (&["mailbox", "vm"], Effect::Destroys),
            (&[], Effect::Destroys),
        ] {
            assert_eq!(reboot.effect_on(&types(on)), effect, "{on:?}");
        }
        assert_eq!(rules.action(&short("dance")).unwrap_err().code(), "unknown");
    }

    #[test]
    fn what_goes_first_is_named_first() {
        let rules = Rules::default();
        let lost = rules.at_stake(&types(&["vm"]), Effect::Destroys);
        assert!(lost.windows(2).all(|pair| pair[0].rank <= pair[1].rank));
        let keys: Vec<_> = lost.iter().map(|v| v.key.as_str()).collect();
        assert!(
            keys.contains(&"memory") && keys.contains(&"disk"),
            "{keys:?}"
        );
        assert!(!keys.contains(&"mailbox"), "a virtual machine has none");
        let altered = rules.at_stake(&types(&["vm"]), Effect::Alters);
        assert!(altered.len() < lost.len(), "less is lost by altering");
    }

    #[test]
    fn saving_takes_its_time_and_no_more_than_policy_gives() {
        let mut rules = Rules::default();
        let one = types(&["memory"]);
        assert!(rules.capture_time(&one) >= 1);
        rules.capture_minutes = 2;
        assert_eq!(rules.capture_time(&types(&["memory", "disk"])), 2);
        assert_eq!(rules.capture_time(&types(&[])), 1);
    }

    #[test]
    fn the_gate_opens_for_what_is_grave_and_may_be_security() {
        let policy = Policy::default();
        for (priority, security, effect, opens) in [
            (1, Finding::Yes, Effect::Destroys, true),
            (1, Finding::Undetermined, Effect::Alters, true),
            (1, Finding::No, Effect::Destroys, false),
            (2, Finding::Yes, Effect::Destroys, false),
            (1, Finding::Yes, Effect::Harmless, false),
        ] {
            let finding = |kind: &KindKey| {
                if *kind == KindKey::security() {
                    security
                } else {
                    Finding::No
                }
            };
            let bar = bar(&policy, p(priority), finding, effect);
            assert_eq!(bar.is_some(), opens, "{priority} {security} {effect}");
        }
    }

    #[test]
    fn a_law_opens_it_whatever_the_severity() {
        let ai = KindKey::parse("ai").unwrap();
        let finding = |kind: &KindKey| {
            if *kind == ai {
                Finding::Yes
            } else {
                Finding::No
            }
        };
        let bar = bar(&Policy::default(), p(5), finding, Effect::Alters).unwrap();
        assert_eq!(bar.law, Some(ai));
    }

    #[test]
    fn rules_that_cannot_work_are_refused() {
        let but = |change: fn(&mut Rules)| {
            let mut rules = Rules::default();
            change(&mut rules);
            rules.check().unwrap_err().code()
        };
        assert_eq!(but(|r| r.wait_minutes = 0), "bad-value");
        assert_eq!(but(|r| r.capture_minutes = 10_000), "bad-value");
        assert_eq!(but(|r| r.fallback = Course::Parallel), "unknown");
        assert_eq!(but(|r| r.actions.clear()), "bad-value");
        assert_eq!(but(|r| r.volatile[0].rank = 8), "bad-value");
        assert_eq!(
            but(|r| r.actions.push(r.actions[0].clone())),
            "already-exists"
        );
    }

    proptest! {
        #[test]
        fn minutes_count_once(spans in proptest::collection::vec((0_i64..600, 0_i64..120), 0..12)) {
            let at = |minute: i64| morning().plus(minute * MINUTE);
            let mut by_hand = BTreeSet::new();
            for (from, len) in &spans {
                by_hand.extend(*from..from + len);
            }
            let spans = spans.iter().map(|(from, len)| (at(*from), at(from + len))).collect();
            prop_assert_eq!(minutes_of(spans), i64::try_from(by_hand.len()).unwrap());
        }
    }
}
