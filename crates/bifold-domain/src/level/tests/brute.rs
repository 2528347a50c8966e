//! Clocks against a counter that looks at the incident and at the wall minute by minute.

use super::*;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const START: &str = "2026-03-25T00:00:00Z";

/// What the counter knows of a run.
#[derive(Debug, Clone)]
struct Counted {
    started: At,
    minutes: i64,
    /// Running, paused or ended.
    is: char,
    level: Short,
    /// When it began, before any target changed.
    origin: At,
    /// The end of the last minute that counted.
    last: At,
    /// When it was paused or ended.
    quiet: At,
    /// When it last began to run.
    ran: At,
}

impl Counted {
    /// Whether it ran on when its time was used up.
    fn is_late(&self, target: i64, until: At) -> bool {
        let quiet = if self.is == 'r' { until } else { self.quiet };
        self.minutes > target || (self.minutes == target && self.last < quiet)
    }

    fn set(&mut self, is: char, at: At) {
        if self.is == 'r' && is != 'r' && at > self.ran {
            self.quiet = at;
        }
        if self.is != 'r' && is == 'r' {
            self.ran = at;
        }
        self.is = is;
    }
}

struct Counter<'a> {
    levels: &'a [Level],
    turns: &'a [Turn],
    terms: &'a Terms,
}

impl Counter<'_> {
    /// Minute by minute from the first turn until an instant.
    fn count(&self, until: At) -> (Vec<Counted>, char) {
        let mut runs: Vec<Counted> = Vec::new();
        let mut how = ' ';
        let mut now = self.turns[0].at;
        while now <= until {
            let came: Vec<usize> = (0..self.turns.len())
                .filter(|i| self.turns[*i].at == now)
                .collect();
            for i in came {
                self.turn(i, &mut runs, &mut how);
            }
            if let Some(run) = runs.last_mut().filter(|run| run.is == 'r' && now < until) {
                let level = self.levels.iter().find(|l| l.key == run.level).unwrap();
                let held = self.terms.held(at(START));
                let calendar = held.calendar(&level.targets[0].calendar).unwrap();
                if calendar.is_open(now) {
                    run.minutes += 1;
                    run.last = now.plus(MINUTE);
                }
            }
            now = now.plus(MINUTE);
        }
        (runs, how)
    }

    #[allow(clippy::too_many_lines)] // The rules once more, and all in one place.
    fn turn(&self, i: usize, runs: &mut Vec<Counted>, how: &mut char) {
        let turn = &self.turns[i];
        let level = self.levels.iter().find(|l| l.when.fits(&turn.stands));
        let is_live = |runs: &[Counted]| runs.last().is_some_and(|run| run.is != 'e');
        let Some(level) = level else {
            if is_live(runs) {
                runs.last_mut().unwrap().set('e', turn.at);
                *how = 'p';
            }
            return;
        };
        let target = &level.targets[0];
        let conditions = target.conditions();
        let so = |tests: &BTreeSet<Test>| tests.iter().any(|test| test.holds(turn));
        let begin = || Counted {
            started: turn.at,
            minutes: 0,
            is: 'r',
            level: level.key.clone(),
            origin: turn.at,
            last: turn.at,
            quiet: turn.at,
            ran: turn.at,
        };
        if is_live(runs) && runs.last().unwrap().level != level.key {
            match target.on_change {
                OnChange::Forward => runs.last_mut().unwrap().level = level.key.clone(),
                OnChange::Reset => {
                    runs.last_mut().unwrap().set('e', turn.at);
                    runs.push(begin());
                }
                OnChange::Retroactive => {
                    let origin = runs.last().unwrap().origin;
                    let from = self.turns.iter().position(|t| t.at == origin).unwrap();
                    let everything = Level {
                        when: When::default(),
                        ..level.clone()
                    };
                    let again = Counter {
                        levels: &[everything],
                        turns: &self.turns[from..=i],
                        terms: self.terms,
                    };
                    let (found, came) = again.count(turn.at);
                    if !found.is_empty() {
                        runs.retain(|run| run.origin != origin);
                        if found.last().unwrap().is == 'e' {
                            *how = came;
                        }
                        runs.extend(found.into_iter().map(|run| Counted { origin, ..run }));
                    }
                }
            }
        }
        for (tests, word) in [(&conditions.cancel, 'c'), (&conditions.stop, 's')] {
            if so(tests) {
                if is_live(runs) {
                    runs.last_mut().unwrap().set('e', turn.at);
                    *how = word;
                }
                return;
            }
        }
        if !is_live(runs) && so(&conditions.start) {
            match (runs.last_mut(), *how, target.on_reopen) {
                (Some(_), 's', OnReopen::Stay) => return,
                (Some(run), 's', OnReopen::GoOn) | (Some(run), 'c', _) => {
                    run.set('r', turn.at);
                    run.level = level.key.clone();
                }
                (Some(run), 'p', _) if target.on_change != OnChange::Reset => {
                    run.set('r', turn.at);
                    run.level = level.key.clone();
                }
                _ => runs.push(begin()),
            }
        }
        if let Some(run) = runs.last_mut().filter(|run| run.is != 'e') {
            run.set(if so(&conditions.pause) { 'p' } else { 'r' }, turn.at);
        }
    }
}

fn a_turn() -> impl Strategy<Value = (i64, Phase, Option<PendingOn>, u8)> {
    const PHASES: &[Phase] = &[
        Phase::New,
        Phase::Assigned,
        Phase::InProgress,
        Phase::Pending,
        Phase::Pending,
        Phase::Mitigated,
        Phase::Resolved,
        Phase::Gone,
    ];
    (1_i64..700, select(PHASES), select(PendingOn::ALL), 1_u8..4).prop_map(
        |(gap, phase, on, priority)| {
            (
                gap,
                phase,
                (phase == Phase::Pending).then_some(on),
                priority,
            )
        },
    )
}

fn a_course() -> impl Strategy<Value = Vec<Turn>> {
    proptest::collection::vec(a_turn(), 1..9).prop_map(|parts| {
        let mut now = at(START);
        let mut turns = Vec::new();
        for (i, (gap, phase, on, priority)) in parts.into_iter().enumerate() {
            now = if i == 0 { now } else { now.plus(gap * MINUTE) };
            let mut stands = stands(phase, on);
            stands.priority = p(priority);
            turns.push(Turn {
                reports: BTreeMap::new(),
                at: now,
                stands,
                said: false,
                promised: None,
            });
        }
        turns
    })
}

fn a_calendar() -> impl Strategy<Value = Calendar> {
    const ZONES: &[&str] = &[
        "UTC",
        "Europe/Zurich",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Beirut",
    ];
    let cuts = subsequence((0_u16..48).collect::<Vec<_>>(), 2..8);
    (select(ZONES), proptest::collection::vec(cuts, 7)).prop_map(|(zone, days)| {
        let day = |cuts: &Vec<u16>| {
            let slots = cuts.chunks_exact(2).map(|pair| Slot {
                from: pair[0] * 30,
                to: pair[1] * 30,
            });
            Day::new(slots.collect()).unwrap()
        };
        let week = std::array::from_fn(|n| day(&days[n]));
        Calendar::new(Zone::named(zone).unwrap(), week, BTreeMap::new()).unwrap()
    })
}

fn some_levels() -> impl Strategy<Value = Vec<Level>> {
    let one = |number: u8| {
        (
            select(&[Metric::Response, Metric::Restore, Metric::Resolve][..]),
            select(&["test", "always", "office"][..]),
            select(OnChange::ALL),
            select(OnReopen::ALL),
        )
            .prop_map(move |(metric, calendar, on_change, on_reopen)| {
                let conditions = Conditions::usual(metric).clone();
                let target = Target {
                    // All of one metric, counted as another one would be.
                    metric: Metric::Resolve,
                    conditions: Some(conditions),
                    on_change,
                    on_reopen,
                    ..target(metric, 90 * u32::from(number), calendar)
                };
                let when = When {
                    priorities: BTreeSet::from([p(number)]),
                    ..When::default()
                };
                level(&format!("p{number}"), when, vec![target])
            })
    };
    (one(1), one(2)).prop_map(|(a, b)| vec![a, b])
}

/// A debug build counts slowly.
const CASES: u32 = if cfg!(debug_assertions) {
    1_000
} else {
    10_000
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]
    #[test]
    fn clocks_agree_with_a_counter_of_minutes(
        turns in a_course(),
        levels in some_levels(),
        calendar in a_calendar(),
        later in 0_i64..600,
    ) {
        let terms = terms(levels.clone(), calendar);
        let held = terms.held(at(START));
        let until = turns.last().unwrap().at.plus(later * MINUTE);
        let found = clocks(&Trail::of(turns.clone(), None), &held);
        let runs = found.first().map_or(&[][..], |clock| &clock.runs);
        let counter = Counter { levels: &levels, turns: &turns, terms: &terms };
        let by_hand = counter.count(until).0;
        let shown: Vec<_> = runs.iter().map(|run| {
            let calendar = held.calendar(&run.calendar).unwrap();
            let is = match run.state {
                RunState::Running => 'r',
                RunState::Paused { .. } => 'p',
                RunState::Ended { .. } => 'e',
            };
            (run.started, run.counted_at(until, calendar) / MINUTE, is, run.level.clone())
        }).collect();
        let counted: Vec<_> = by_hand
            .iter()
            .map(|c| (c.started, c.minutes, c.is, c.level.clone()))
            .collect();
        prop_assert_eq!(shown, counted);

        for (run, counted) in runs.iter().zip(&by_hand) {
            // Intervals have no gaps and add up to what was counted.
            let intervals = explain(run, &held, until);
            let sum: i64 = intervals.iter().filter(|i| i.why == Why::Counted).map(Interval::micros).sum();
            prop_assert_eq!(sum, counted.minutes * MINUTE);
            prop_assert!(intervals.windows(2).all(|pair| pair[0].until == pair[1].from));
            prop_assert_eq!(run.is_breached(until), counted.is_late(run.target / MINUTE, until));
        }
    }
}
