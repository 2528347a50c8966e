mod brute;
mod cases;
mod causes;
mod checks;

use super::*;
use crate::calendar::{Day, Slot, Zone};
use crate::incident::{PendingOn, Phase, Trail, Turn};
use crate::time::{HOUR, MINUTE};
use std::collections::{BTreeMap, BTreeSet};

fn short(text: &str) -> Short {
    Short::parse(text).unwrap()
}

fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

fn p(number: u8) -> Priority {
    Priority::new(number).unwrap()
}

fn stands(stage: Phase, on: Option<PendingOn>) -> Standing {
    Standing {
        stage,
        on,
        priority: p(3),
        kinds: BTreeSet::new(),
        service: None,
        customer: None,
        team: None,
        is_responded: stage > Phase::Assigned,
        is_usable: matches!(stage, Phase::Mitigated | Phase::Resolved),
        is_gated: false,
        is_major: false,
    }
}

fn turn(at: At, stage: Phase) -> Turn {
    Turn {
        reports: BTreeMap::new(),
        at,
        stands: stands(stage, None),
        said: false,
        promised: None,
    }
}

fn pending(at: At, on: PendingOn) -> Turn {
    Turn {
        reports: BTreeMap::new(),
        stands: stands(Phase::Pending, Some(on)),
        ..turn(at, Phase::Pending)
    }
}

fn target(metric: Metric, minutes: u32, calendar: &str) -> Target {
    Target {
        metric,
        minutes,
        calendar: short(calendar),
        conditions: None,
        on_change: OnChange::Forward,
        on_reopen: OnReopen::GoOn,
        ladder: Vec::new(),
    }
}

fn level(key: &str, when: When, targets: Vec<Target>) -> Level {
    Level {
        key: short(key),
        agreement: short("gold"),
        party: Party::Sla,
        when,
        targets,
    }
}

/// Terms with these levels, and one calendar beside those an organisation starts with.
fn terms(levels: Vec<Level>, calendar: Calendar) -> Terms {
    let mut terms = Terms {
        levels: Dated::always(Levels { levels }),
        ..Terms::default()
    };
    let name = short("Test");
    let calendar = NamedCalendar {
        name,
        calendar,
        holidays: None,
    };
    terms
        .calendars
        .insert(short("test"), Dated::always(calendar));
    terms
}

/// Nine to five on working days in Zurich.
fn zurich() -> Calendar {
    let work = Day::new(vec![Slot {
        from: 540,
        to: 1_020,
    }])
    .unwrap();
    let week = std::array::from_fn(|n| if n < 5 { work.clone() } else { Day::default() });
    Calendar::new(Zone::named("Europe/Zurich").unwrap(), week, BTreeMap::new()).unwrap()
}

fn only(levels: Vec<Level>, turns: Vec<Turn>) -> Clock {
    let terms = terms(levels, zurich());
    let recorded = turns[0].at;
    let held = terms.held(recorded);
    let mut all = clocks(&Trail::of(turns, None), &held);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}
