//! Clocks, computed from an incident's course (features F067, design §9).
//!
//! A clock is one metric of one agreement. It has runs: one, until something begins it anew. A run
//! is a row of stretches in which it counted or was paused; how much of a stretch counts is the
//! calendar's answer. Everything else, due time and breach, follows from that.

use super::{Conditions, Held, Level, Metric, OnChange, OnReopen, Party, Target, Test};
use crate::calendar::Calendar;
use crate::incident::{Trail, Turn};
use crate::text::Short;
use crate::time::At;
use serde::{Deserialize, Serialize};

/// Which clock: one metric of one agreement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ClockKey {
    /// The agreement.
    pub agreement: Short,
    /// The metric.
    pub metric: Metric,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RunState {
    /// It counts, as far as the calendar is open.
    Running,
    /// It does not count.
    Paused {
        /// Because of this.
        by: Test,
    },
    /// It counts no more.
    Ended {
        /// How it came.
        how: Ended,
    },
}

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// What it was for was done.
    Stopped,
    /// It began anew.
    Anew,
    /// The incident is none of its own any more.
    Cancelled,
    /// No level of the agreement is for the incident any more.
    Past,
}

/// A part of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// From when on.
    pub from: At,
    /// Until when; the last one of a run that has not ended is open.
    pub until: Option<At>,
    /// What paused it; `None` where it counted.
    pub paused: Option<Test>,
    /// The calendar by which it counted.
    pub calendar: Short,
}

/// A run of a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// From 1 upwards.
    pub n: u32,
    /// The level it is counted by, the last one if that changed.
    pub level: Short,
    /// How much time there is, in microseconds of the calendar.
    pub target: i64,
    /// The calendar, the last one if that changed.
    pub calendar: Short,
    /// When it began.
    pub started: At,
    /// How it stands.
    pub state: RunState,
    /// What was counted until `since`, in microseconds.
    pub counted: i64,
    /// The last turn that it knows of.
    pub since: At,
    /// By when users were promised something, where that is.
    pub promised: Option<At>,
    /// When its time was over: past for a breach, ahead while it runs. `None` while it is paused
    /// in time, and when it ended in time.
    pub due: Option<At>,
    /// Its parts.
    pub stretches: Vec<Stretch>,
}

impl Run {
    /// Whether its time is over.
    pub fn is_breached(&self, now: At) -> bool {
        self.due.is_some_and(|due| due < now)
    }

    /// Whether it has ended.
    pub fn is_ended(&self) -> bool {
        matches!(self.state, RunState::Ended { .. })
    }

    /// What has been counted at an instant after its last turn, in microseconds.
    pub fn counted_at(&self, now: At, calendar: &Calendar) -> i64 {
        let more = match self.state {
            RunState::Running => calendar.counted(self.since, now),
            RunState::Paused { .. } | RunState::Ended { .. } => 0,
        };
        self.counted + more
    }
}

/// A clock of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Which.
    pub key: ClockKey,
    /// With whom it was agreed.
    pub party: Party,
    /// The version of the levels.
    pub version: u32,
    /// Its runs, at least one, the newest last.
    pub runs: Vec<Run>,
}

impl Clock {
    /// The newest run.
    pub fn run(&self) -> Option<&Run> {
        self.runs.last()
    }
}

/// The clocks of an incident: all that ever started.
pub fn clocks(trail: &Trail, held: &Held<'_>) -> Vec<Clock> {
    let Some(version) = held.levels() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for key in version.value.keys() {
        let resumed;
        let turns = if key.metric == Metric::Activity {
            resumed = since_touched(trail);
            &resumed
        } else {
            trail.turns()
        };
        let pick = |turn: &Turn| {
            let level = version.value.of(&key.agreement, &turn.stands)?;
            let target = level.targets.iter().find(|t| t.metric == key.metric)?;
            Some(Pick { level, target })
        };
        let (runs, party) = Fold::over(turns, held, &pick, 1);
        if let Some(party) = party.filter(|_| !runs.is_empty()) {
            found.push(Clock {
                key,
                party,
                version: version.version,
                runs,
            });
        }
    }
    found
}

/// The course from the last time on that somebody did something.
fn since_touched(trail: &Trail) -> Vec<Turn> {
    let Some(touched) = trail.touched() else {
        return trail.turns().to_vec();
    };
    let after = trail.turns().partition_point(|turn| turn.at <= touched);
    let (before, rest) = trail.turns().split_at(after);
    let first = before.last().map(|turn| Turn {
        at: touched,
        said: false,
        promised: None,
        ..turn.clone()
    });
    first.into_iter().chain(rest.iter().cloned()).collect()
}

/// What a turn is counted by.
#[derive(Clone, Copy)]
struct Pick<'a> {
    level: &'a Level,
    target: &'a Target,
}

impl Pick<'_> {
    fn is(&self, run: &Run) -> bool {
        run.level == self.level.key
    }
}

struct Fold<'a> {
    held: &'a Held<'a>,
    turns: &'a [Turn],
    runs: Vec<Run>,
    /// The turn with which the newest run began, before any target changed.
    began: usize,
    /// The runs that were over then.
    over: usize,
    party: Option<Party>,
}

type Picks<'a, 'b> = &'b dyn Fn(&Turn) -> Option<Pick<'a>>;

impl<'a> Fold<'a> {
    fn over(
        turns: &'a [Turn],
        held: &'a Held<'a>,
        pick: Picks<'a, '_>,
        first: u32,
    ) -> (Vec<Run>, Option<Party>) {
        let mut fold = Self {
            held,
            turns,
            runs: Vec::new(),
            began: 0,
            over: 0,
            party: None,
        };
        for (i, turn) in turns.iter().enumerate() {
            fold.advance(turn.at);
            match pick(turn) {
                Some(pick) => {
                    fold.party = Some(pick.level.party);
                    fold.step(i, turn, pick, first);
                }
                None => fold.end(Ended::Past),
            }
            fold.settle();
        }
        (fold.runs, fold.party)
    }

    fn calendar(&self, key: &Short) -> Option<&'a Calendar> {
        self.held.calendar(key)
    }

    /// Counts until a turn.
    fn advance(&mut self, at: At) {
        let held = self.held;
        let Some(run) = self.runs.last_mut().filter(|run| !run.is_ended()) else {
            return;
        };
        if run.state == RunState::Running
            && let Some(calendar) = held.calendar(&run.calendar)
        {
            run.counted += calendar.counted(run.since, at);
        }
        run.since = at;
    }

    /// Due time and breach, after a turn.
    fn settle(&mut self) {
        let held = self.held;
        let Some(run) = self.runs.last_mut() else {
            return;
        };
        let Some(calendar) = held.calendar(&run.calendar) else {
            return;
        };
        let left = run.target - run.counted;
        run.due = match run.state {
            RunState::Running if left > 0 => calendar.after(run.since, left),
            _ if left > 0 => None,
            RunState::Running => breach(run, held),
            // Exactly in time is in time; an hour after closing time is not.
            RunState::Paused { .. } | RunState::Ended { .. } => {
                breach(run, held).filter(|due| *due < counted_until(run))
            }
        };
        if let Some(promised) = run.promised {
            let is_over = run.is_ended() || matches!(run.state, RunState::Paused { .. });
            if !is_over || promised < run.since {
                run.due = Some(run.due.map_or(promised, |due| due.min(promised)));
            }
        }
    }

    fn step(&mut self, i: usize, turn: &Turn, pick: Pick<'a>, first: u32) {
        let conditions = pick.target.conditions();
        let is_live = self.runs.last().is_some_and(|run| !run.is_ended());
        if is_live && self.runs.last().is_some_and(|run| !pick.is(run)) {
            self.change(i, turn, pick);
        }
        if conditions.cancels(turn) {
            return self.end(Ended::Cancelled);
        }
        if conditions.stops(turn) {
            return self.end(Ended::Stopped);
        }
        let is_live = self.runs.last().is_some_and(|run| !run.is_ended());
        let before = i.checked_sub(1).and_then(|i| self.turns.get(i));
        if is_live {
            // What told users at the moment it began is the beginning, not a new one.
            if i != self.began && conditions.resets(turn, before) {
                self.end(Ended::Anew);
                self.begin(i, turn, pick, first);
            }
        } else if conditions.starts(turn) {
            self.begin_or_go_on(i, turn, pick, first);
        }
        self.pause(turn, conditions);
    }

    fn begin_or_go_on(&mut self, i: usize, turn: &Turn, pick: Pick<'a>, first: u32) {
        let how = self.runs.last().map(|run| run.state);
        let goes_on = match how {
            Some(RunState::Ended {
                how: Ended::Stopped,
            }) => match pick.target.on_reopen {
                OnReopen::GoOn => true,
                OnReopen::Anew => false,
                OnReopen::Stay => return,
            },
            Some(RunState::Ended { how: Ended::Past }) => pick.target.on_change != OnChange::Reset,
            Some(RunState::Ended {
                how: Ended::Cancelled,
            }) => true,
            _ => false,
        };
        let Some(run) = self.runs.last_mut().filter(|_| goes_on) else {
            return self.begin(i, turn, pick, first);
        };
        run.state = RunState::Running;
        run.since = turn.at;
        run.target = pick.target.micros();
        run.level = pick.level.key.clone();
        run.calendar = pick.target.calendar.clone();
        run.stretches.push(counting(turn.at, &run.calendar));
    }

    fn begin(&mut self, i: usize, turn: &Turn, pick: Pick<'a>, first: u32) {
        if self.calendar(&pick.target.calendar).is_none() {
            return;
        }
        let calendar = pick.target.calendar.clone();
        let before = self
            .runs
            .last()
            .map_or(first, |run| run.n.saturating_add(1));
        (self.began, self.over) = (i, self.runs.len());
        self.runs.push(Run {
            n: before,
            level: pick.level.key.clone(),
            target: pick.target.micros(),
            started: turn.at,
            state: RunState::Running,
            counted: 0,
            since: turn.at,
            promised: turn.promise(pick.target.metric),
            due: None,
            stretches: vec![counting(turn.at, &calendar)],
            calendar,
        });
    }

    /// Another level of the agreement is for the incident from here on.
    fn change(&mut self, i: usize, turn: &Turn, pick: Pick<'a>) {
        match pick.target.on_change {
            OnChange::Reset => {
                self.end(Ended::Anew);
                self.begin(i, turn, pick, 1);
            }
            OnChange::Forward => {
                let Some(run) = self.runs.last_mut() else {
                    return;
                };
                run.level = pick.level.key.clone();
                run.target = pick.target.micros();
                if run.calendar != pick.target.calendar {
                    run.calendar = pick.target.calendar.clone();
                    let next = Stretch {
                        calendar: run.calendar.clone(),
                        from: turn.at,
                        ..run
                            .stretches
                            .last()
                            .cloned()
                            .unwrap_or(counting(turn.at, &run.calendar))
                    };
                    close(run, turn.at);
                    run.stretches.push(next);
                }
            }
            OnChange::Retroactive => {
                let n = self.runs.get(self.over).map_or(1, |run| run.n);
                let turns = self.turns.get(self.began..=i).unwrap_or_default();
                let (again, _) = Self::over(turns, self.held, &|_| Some(pick), n);
                if !again.is_empty() {
                    self.runs.truncate(self.over);
                    self.runs.extend(again);
                }
            }
        }
    }

    fn pause(&mut self, turn: &Turn, conditions: &Conditions) {
        let Some(run) = self.runs.last_mut().filter(|run| !run.is_ended()) else {
            return;
        };
        let before = match run.state {
            RunState::Paused { by } => Some(by),
            _ => None,
        };
        let now = conditions.pauses(turn, before);
        if now == before {
            return;
        }
        close(run, turn.at);
        run.state = now.map_or(RunState::Running, |by| RunState::Paused { by });
        run.stretches.push(Stretch {
            paused: now,
            ..counting(turn.at, &run.calendar)
        });
    }

    fn end(&mut self, how: Ended) {
        if let Some(run) = self.runs.last_mut().filter(|run| !run.is_ended()) {
            close(run, run.since);
            run.state = RunState::Ended { how };
            self.settle();
        }
    }
}

fn counting(from: At, calendar: &Short) -> Stretch {
    Stretch {
        from,
        until: None,
        paused: None,
        calendar: calendar.clone(),
    }
}

fn close(run: &mut Run, at: At) {
    if let Some(last) = run.stretches.last_mut() {
        last.until = Some(at);
        if last.from == at {
            run.stretches.pop();
        }
    }
}

/// When a run last stopped counting.
fn counted_until(run: &Run) -> At {
    let mut counting = run.stretches.iter().rev().filter(|s| s.paused.is_none());
    let last = counting.next().and_then(|stretch| stretch.until);
    last.unwrap_or(run.since)
}

/// When a run's time was over, looked for in its stretches.
fn breach(run: &Run, held: &Held<'_>) -> Option<At> {
    let mut left = run.target;
    for stretch in run.stretches.iter().filter(|s| s.paused.is_none()) {
        let calendar = held.calendar(&stretch.calendar)?;
        let until = stretch.until.unwrap_or(run.since);
        let counted = calendar.counted(stretch.from, until);
        if counted >= left {
            return calendar.after(stretch.from, left);
        }
        left -= counted;
    }
    // A shorter target that came when more was counted already.
    Some(run.since)
}
