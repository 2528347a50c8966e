//! The levels an organisation starts with: common practice, all to be replaced.

use super::{
    Act, Dated, Level, Levels, Metric, NamedCalendar, OnChange, OnReopen, Party, Step, Target,
    Terms, Threshold, When, Whom,
};
use crate::access::Role;
use crate::calendar::{Calendar, Day, Slot, Zone};
use crate::incident::IncidentRole;
use crate::priority::Priority;
use crate::text::Short;
use std::collections::{BTreeMap, BTreeSet};

/// Around the clock.
const ALWAYS: &str = "always";
/// Monday to Friday, eight to five.
const OFFICE: &str = "office";

fn short(text: &str) -> Option<Short> {
    Short::parse(text).ok()
}

fn office() -> Option<Calendar> {
    let (from, to) = (8 * 60, 17 * 60);
    let work = Day::new(vec![Slot { from, to }]).ok()?;
    let week = std::array::from_fn(|day| match day {
        0..5 => work.clone(),
        _ => Day::default(),
    });
    Calendar::new(Zone::utc(), week, BTreeMap::new()).ok()
}

impl Default for Terms {
    fn default() -> Self {
        let named = |key: &str, name: &str, calendar: Option<Calendar>| {
            let name = short(name)?;
            let calendar = calendar?;
            Some((
                short(key)?,
                Dated::always(NamedCalendar {
                    name,
                    calendar,
                    holidays: None,
                }),
            ))
        };
        let calendars = [
            named(ALWAYS, "Around the clock", Some(Calendar::always())),
            named(OFFICE, "Office hours", office()),
        ];
        Self {
            levels: Dated::always(starting()),
            calendars: calendars.into_iter().flatten().collect(),
        }
    }
}

/// Metrics of the levels below, in their order.
const METRICS: [Metric; 6] = [
    Metric::Response,
    Metric::Update,
    Metric::Restore,
    Metric::Resolve,
    Metric::Tactical,
    Metric::Executive,
];

type Minutes = [Option<u32>; METRICS.len()];

/// Minutes to respond, between updates, to restore, to resolve, and between reports of major
/// incidents to those who work on them and to those who answer for them, by priority.
#[rustfmt::skip] // A table.
const STARTING: [(u8, &str, Minutes); 5] = [
    (1, ALWAYS, [Some(15), Some(60), Some(240), Some(1_440), Some(30), Some(60)]),
    (2, ALWAYS, [Some(30), Some(240), Some(480), Some(2_880), Some(60), Some(240)]),
    (3, OFFICE, [Some(240), None, Some(1_620), Some(2_700), Some(120), None]),
    (4, OFFICE, [Some(540), None, None, Some(5_400), None, None]),
    (5, OFFICE, [Some(1_080), None, None, Some(10_800), None, None]),
];

fn starting() -> Levels {
    let level = |(number, calendar, minutes): (u8, &str, Minutes)| {
        let priority = Priority::new(number).ok()?;
        let calendar = short(calendar)?;
        let target = |(metric, minutes): (Metric, Option<u32>)| {
            Some(Target {
                metric,
                minutes: minutes?,
                calendar: calendar.clone(),
                conditions: None,
                on_change: OnChange::Retroactive,
                on_reopen: OnReopen::GoOn,
                ladder: ladder(metric, priority),
            })
        };
        Some(Level {
            key: short(&format!("standard-p{number}"))?,
            agreement: short("standard")?,
            party: Party::Sla,
            when: When {
                priorities: BTreeSet::from([priority]),
                ..When::default()
            },
            targets: METRICS
                .into_iter()
                .zip(minutes)
                .filter_map(target)
                .collect(),
        })
    };
    Levels {
        levels: STARTING.into_iter().filter_map(level).collect(),
    }
}

fn ladder(metric: Metric, priority: Priority) -> Vec<Step> {
    let notify = |percent, whom: &[Whom]| Step {
        at: Threshold::Percent(percent),
        act: Act::Notify {
            whom: whom.iter().cloned().collect(),
        },
    };
    let holders = notify(75, &[Whom::Assignee, Whom::Holders]);
    let over = notify(100, &[Whom::Assignee, Whom::Role(Role::IncidentManager)]);
    // Last, so that the numbers of the others stay what they were.
    let likely = Step {
        at: Threshold::Likely {
            percent: 70,
            left: 30,
        },
        act: Act::Notify {
            whom: BTreeSet::from([Whom::Assignee, Whom::Holders]),
        },
    };
    match metric {
        Metric::Update | Metric::Activity => vec![holders],
        Metric::Tactical | Metric::Executive => {
            let leads = [Whom::Seat(IncidentRole::IncidentManager)];
            let speaks = [Whom::Seat(IncidentRole::CommunicationsLead)];
            vec![notify(80, &[leads.as_slice(), &speaks].concat())]
        }
        // No forecast leaves half an hour of a response.
        Metric::Response if priority != Priority::MOST_URGENT => vec![holders, over],
        _ if priority == Priority::MOST_URGENT => {
            let whom = BTreeSet::from([Whom::Assignee, Whom::Holders]);
            let page = Step {
                at: Threshold::Percent(75),
                act: Act::Page { whom },
            };
            let early = notify(50, &[Whom::Assignee, Whom::Holders]);
            let mut steps = vec![early, page, over];
            steps.extend((metric != Metric::Response).then_some(likely));
            steps
        }
        _ => vec![holders, over, likely],
    }
}
