//! How long closed incidents took: "half of such incidents take under 20 h".
//!
//! Quantiles, because a promised hour would be wrong: on real data the best estimate of a single
//! duration is hardly better than the median of its group. They are of the closed incidents that
//! had the same priority and team, where there are enough of them; else the same priority, the same
//! team, or all. What an incident took already is taken into account: of the comparable ones, only
//! those that took longer still say how long it may take.

use crate::history::History;
use crate::snapshot::{Field, Measure, Snapshot};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer closed incidents are not worth a quantile.
const LEAST: u32 = 30;
/// Steps between no and all incidents.
const STEPS: u16 = 40;
const HOUR_S: f64 = 3600.0;

/// What makes closed incidents comparable with an open one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alike {
    /// They had its priority and its team.
    PriorityAndTeam,
    /// They had its priority.
    Priority,
    /// They had its team.
    Team,
    /// They were closed.
    All,
}

/// How long comparable closed incidents took from opening to resolution, in hours, those left out
/// that were resolved sooner than the open one has taken already.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// What makes them comparable.
    pub alike: Alike,
    /// How many there were, quicker ones included.
    pub closed: u32,
    /// A quarter takes less; none where it has taken longer than all but a few of them.
    pub quarter_h: Option<f64>,
    /// Half takes less.
    pub half_h: Option<f64>,
    /// Three quarters take less.
    pub three_quarters_h: Option<f64>,
    /// Nine in ten take less.
    pub nine_tenths_h: Option<f64>,
}

/// Durations of some incidents, at even steps from the shortest to the longest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Sketch {
    closed: u32,
    hours: Vec<f32>,
}

/// The durations of all closed incidents, by what makes them comparable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Durations {
    all: Option<Sketch>,
    priorities: BTreeMap<String, Sketch>,
    teams: BTreeMap<String, Sketch>,
    both: BTreeMap<String, BTreeMap<String, Sketch>>,
}

/// Durations in hours with their weights.
type Weighted = Vec<(f64, f64)>;

impl Durations {
    /// From the histories whose weight is not zero. An incident counts for every priority and team
    /// it had before `now_s`.
    pub(crate) fn of(histories: &[&History], now_s: i64, weights: &[f64]) -> Self {
        let mut all = Weighted::new();
        let mut priorities: BTreeMap<String, Weighted> = BTreeMap::new();
        let mut teams: BTreeMap<String, Weighted> = BTreeMap::new();
        let mut both: BTreeMap<String, BTreeMap<String, Weighted>> = BTreeMap::new();
        for (history, &weight) in histories.iter().zip(weights) {
            let end = history.outcome.filter(|_| weight > 0.0);
            let Some(resolved_s) = end.and_then(|end| end.resolved_s) else {
                continue;
            };
            let took = (hours_between(history.opened_s, resolved_s), weight);
            all.push(took);
            let pairs = pairs(history, now_s);
            let had: BTreeSet<&str> = pairs.iter().filter_map(|(priority, _)| *priority).collect();
            for priority in had {
                priorities
                    .entry(priority.to_owned())
                    .or_default()
                    .push(took);
            }
            let had: BTreeSet<&str> = pairs.iter().filter_map(|(_, team)| *team).collect();
            for team in had {
                teams.entry(team.to_owned()).or_default().push(took);
            }
            for (priority, team) in pairs {
                if let (Some(priority), Some(team)) = (priority, team) {
                    let teams = both.entry(priority.to_owned()).or_default();
                    teams.entry(team.to_owned()).or_default().push(took);
                }
            }
        }
        Self {
            all: sketch(all),
            priorities: sketches(priorities),
            teams: sketches(teams),
            both: both
                .into_iter()
                .map(|(priority, teams)| (priority, sketches(teams)))
                .filter(|(_, teams)| !teams.is_empty())
                .collect(),
        }
    }

    /// Quantiles for an open incident; none where too few closed ones say how long they took.
    pub(crate) fn quantiles(&self, known: &Snapshot) -> Option<Quantiles> {
        let priority = known.named(Field::Priority);
        let team = known.named(Field::Team);
        let taken_h = known.measure(Measure::ElapsedHours).unwrap_or(0.0);
        let with_both = priority
            .zip(team)
            .and_then(|(priority, team)| self.both.get(&**priority)?.get(&**team));
        let (alike, sketch) = with_both
            .map(|sketch| (Alike::PriorityAndTeam, sketch))
            .or_else(|| Some((Alike::Priority, self.priorities.get(&**priority?)?)))
            .or_else(|| Some((Alike::Team, self.teams.get(&**team?)?)))
            .or_else(|| Some((Alike::All, self.all.as_ref()?)))?;
        let quicker = sketch.share_within(taken_h);
        let at = |share: f64| sketch.hours_of(quicker, share, taken_h);
        Some(Quantiles {
            alike,
            closed: sketch.closed,
            quarter_h: at(0.25),
            half_h: at(0.5),
            three_quarters_h: at(0.75),
            nine_tenths_h: at(0.9),
        })
    }
}

/// Each combination of priority and team that an incident had before this moment, once.
fn pairs(history: &History, now_s: i64) -> BTreeSet<(Option<&str>, Option<&str>)> {
    let known = history.events.iter().filter(|event| event.at_s < now_s);
    let given = known.map(|event| &event.given);
    given
        .map(|known| {
            let name = |field| known.named(field).map(|name| &**name);
            (name(Field::Priority), name(Field::Team))
        })
        .collect()
}

fn sketches(groups: BTreeMap<String, Weighted>) -> BTreeMap<String, Sketch> {
    let groups = groups.into_iter();
    groups
        .filter_map(|(name, took)| Some((name, sketch(took)?)))
        .collect()
}

fn sketch(mut took: Weighted) -> Option<Sketch> {
    let closed = u32::try_from(took.len()).unwrap_or(u32::MAX);
    if closed < LEAST {
        return None;
    }
    took.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = took.iter().map(|(_, weight)| weight).sum();
    let mut hours = Vec::with_capacity(usize::from(STEPS) + 1);
    let mut rest = took.iter();
    let mut reached = 0.0;
    let mut last = 0.0;
    for step in 0..=STEPS {
        let wanted = total * f64::from(step) / f64::from(STEPS);
        // Rounding must not ask for more than there is.
        while reached < wanted * (1.0 - 1e-12) || reached <= 0.0 {
            let Some(&(took_h, weight)) = rest.next() else {
                break;
            };
            reached += weight;
            last = took_h;
        }
        #[allow(clippy::cast_possible_truncation)] // Kept to the hundredth of an hour.
        hours.push(((last * 100.0).round() / 100.0) as f32);
    }
    Some(Sketch { closed, hours })
}

impl Sketch {
    /// The share that took no longer than this.
    fn share_within(&self, taken_h: f64) -> f64 {
        let within = self
            .hours
            .partition_point(|&took| f64::from(took) <= taken_h);
        if within == 0 {
            return 0.0;
        }
        crate::boost::count(within - 1) / f64::from(STEPS)
    }

    /// Under how many hours `share` of those stay that took longer than `taken_h`, which `quicker`
    /// of all did not.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to STEPS.
    fn hours_of(&self, quicker: f64, share: f64, taken_h: f64) -> Option<f64> {
        if quicker >= 1.0 {
            return None;
        }
        let step = ((quicker + share * (1.0 - quicker)) * f64::from(STEPS)).ceil() as usize;
        let took = self.hours.get(step).copied().map(f64::from)?;
        Some(took.max(taken_h))
    }
}

#[allow(clippy::cast_precision_loss)] // Exact below 2^53 seconds.
fn hours_between(from_s: i64, to_s: i64) -> f64 {
    to_s.saturating_sub(from_s).max(0) as f64 / HOUR_S
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Event, Outcome, Stage};

    /// Closed after so many hours, by this team.
    fn closed(hours: i64, team: &str) -> History {
        let mut given = Snapshot::default();
        given.name(Field::Priority, "2").name(Field::Team, team);
        let resolved_s = hours * 3600;
        let is_breached = false;
        History {
            opened_s: 0,
            events: vec![Event {
                at_s: 0,
                stage: Stage::New,
                given,
            }],
            outcome: Some(Outcome {
                known_s: resolved_s,
                resolved_s: Some(resolved_s),
                is_breached,
            }),
        }
    }

    fn open(taken_h: f64, team: &str) -> Snapshot {
        let mut known = Snapshot::default();
        known.name(Field::Priority, "2").name(Field::Team, team);
        known.set(Measure::ElapsedHours, taken_h);
        known
    }

    fn durations() -> Durations {
        let mut past: Vec<_> = (1..=100).map(|hours| closed(hours, "Desk")).collect();
        past.extend((1..=5).map(|_| closed(1000, "Network")));
        let weights = vec![1.0; past.len()];
        Durations::of(&past.iter().collect::<Vec<_>>(), i64::MAX, &weights)
    }

    #[test]
    fn half_of_such_incidents_take_under_fifty_hours() {
        let at = durations().quantiles(&open(0.0, "Desk")).unwrap();
        assert_eq!((at.alike, at.closed), (Alike::PriorityAndTeam, 100));
        assert_eq!(at.half_h, Some(50.0));
        assert_eq!(at.nine_tenths_h, Some(90.0));
    }

    #[test]
    fn what_it_took_already_counts() {
        let at = durations().quantiles(&open(50.0, "Desk")).unwrap();
        assert_eq!(at.half_h, Some(75.0));
        let at = durations().quantiles(&open(500.0, "Desk")).unwrap();
        assert_eq!(at.half_h, None);
    }

    #[test]
    fn a_team_with_too_few_is_compared_with_its_priority() {
        let at = durations().quantiles(&open(0.0, "Network")).unwrap();
        assert_eq!((at.alike, at.closed), (Alike::Priority, 105));
        let at = durations().quantiles(&Snapshot::default()).unwrap();
        assert_eq!(at.alike, Alike::All);
        let few = Durations::of(&[&closed(1, "Desk")], i64::MAX, &[1.0]);
        assert_eq!(few.quantiles(&open(0.0, "Desk")), None);
    }

    #[test]
    fn a_team_that_got_it_later_is_not_one_it_had() {
        let mut past: Vec<_> = (1..=100).map(|hours| closed(hours, "Desk")).collect();
        for history in &mut past {
            let mut later = history.events[0].clone();
            later.at_s = 1000 * 3600;
            later.given.name(Field::Team, "Network");
            history.events.push(later);
        }
        let past: Vec<_> = past.iter().collect();
        let durations = Durations::of(&past, 1000 * 3600, &[1.0; 100]);
        let at = durations.quantiles(&open(0.0, "Network")).unwrap();
        assert_eq!(at.alike, Alike::Priority);
    }

    #[test]
    fn weights_count_and_zero_is_not_there() {
        let past: Vec<_> = (1..=100).map(|hours| closed(hours, "Desk")).collect();
        let weights: Vec<_> = (1..=100)
            .map(|hours| f64::from(u8::from(hours > 60)))
            .collect();
        let at = Durations::of(&past.iter().collect::<Vec<_>>(), i64::MAX, &weights)
            .quantiles(&open(0.0, "Desk"))
            .unwrap();
        assert_eq!((at.closed, at.half_h), (40, Some(80.0)));
    }
}
