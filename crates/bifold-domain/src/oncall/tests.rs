//! Plans against a count minute by minute, by looking at the clock on the wall at each.

use super::schedule::{Fact, Schedule};
use super::shift::{Shift, Span, Why, gaps, lay};
use super::wall::Wall;
use super::*;
use crate::calendar::{Day, Slot, Zone};
use crate::fixture::{person, short};
use crate::id::{PersonId, ScheduleId};
use crate::time::{At, DAY, HOUR, MINUTE};
use jiff::civil::{DateTime, datetime};
use proptest::prelude::*;
use proptest::sample::select;

/// Zones with and without summer time, with half and quarter hours, with changes at midnight or of
/// half an hour, and with a day left out.
const SOME_ZONES: [&str; 12] = [
    "UTC",
    "Europe/Zurich",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
];

/// Days around changes of the clock in one zone or another.
const DAYS: [(&str, DateTime); 6] = [
    ("2011-12-28T00:00:00Z", datetime(2011, 12, 26, 0, 0, 0, 0)),
    ("2026-03-06T00:00:00Z", datetime(2026, 3, 4, 0, 0, 0, 0)),
    ("2026-03-27T00:00:00Z", datetime(2026, 3, 25, 0, 0, 0, 0)),
    ("2026-10-24T00:00:00Z", datetime(2026, 10, 22, 0, 0, 0, 0)),
    ("2026-10-31T00:00:00Z", datetime(2026, 10, 29, 0, 0, 0, 0)),
    ("2026-04-03T00:00:00Z", datetime(2026, 4, 1, 0, 0, 0, 0)),
];

pub(super) fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

pub(super) fn layer(name: &str, people: &[&str]) -> Layer {
    Layer {
        name: short(name),
        zone: Zone::named("Europe/Zurich").unwrap(),
        starts: datetime(2026, 3, 2, 9, 0, 0, 0),
        turn: Turn {
            count: 1,
            unit: Unit::Weeks,
        },
        people: people.iter().map(|p| person(p)).collect(),
        only: None,
    }
}

pub(super) fn plan(layers: Vec<Layer>) -> Plan {
    Plan {
        name: short("payments"),
        team: None,
        layers,
    }
}

fn slots(all: &[(u16, u16)]) -> Day {
    let slots = all.iter().map(|&(from, to)| Slot { from, to });
    Day::new(slots.collect()).unwrap()
}

fn on_call(plan: &Plan, when: &str) -> Option<PersonId> {
    let mut shifts = plan.shifts(Span::at(at(when)));
    shifts.pop().map(|shift| shift.person)
}

#[test]
fn hand_off_is_at_nine_on_the_wall_in_winter_and_in_summer() {
    let plan = plan(vec![layer("first", &["agent", "resolver"])]);
    for (when, who) in [
        ("2026-03-02T07:59:59Z", None),
        ("2026-03-02T08:00:00Z", Some("agent")),
        ("2026-03-09T07:59:59Z", Some("agent")),
        ("2026-03-09T08:00:00Z", Some("resolver")),
        // The clock was put forward on 29 March.
        ("2026-03-30T06:59:59Z", Some("resolver")),
        ("2026-03-30T07:00:00Z", Some("agent")),
    ] {
        assert_eq!(on_call(&plan, when), who.map(person), "{when}");
    }
}

#[test]
fn a_hand_off_in_an_hour_that_is_left_out_is_when_the_clock_jumps() {
    let mut nights = layer("nights", &["agent", "resolver"]);
    nights.starts = datetime(2026, 3, 28, 2, 30, 0, 0);
    nights.turn = Turn {
        count: 1,
        unit: Unit::Days,
    };
    let plan = plan(vec![nights]);
    let ends: Vec<At> = plan
        .shifts(Span::new(
            at("2026-03-28T12:00:00Z"),
            at("2026-03-30T12:00:00Z"),
        ))
        .iter()
        .map(|shift| shift.span.until)
        .collect();
    // At 02:00 it is 03:00; the day after, half past two is there again.
    assert_eq!(ends[0], at("2026-03-29T01:00:00Z"));
    assert_eq!(ends[1], at("2026-03-30T00:30:00Z"));
}

#[test]
fn an_hour_that_comes_twice_hands_off_once() {
    let mut hours = layer("hours", &["agent", "resolver", "manager"]);
    hours.starts = datetime(2026, 10, 25, 0, 0, 0, 0);
    hours.turn = Turn {
        count: 1,
        unit: Unit::Hours,
    };
    let plan = plan(vec![hours]);
    let night = Span::new(at("2026-10-24T22:00:00Z"), at("2026-10-25T03:00:00Z"));
    let lengths: Vec<i64> = plan
        .shifts(night)
        .iter()
        .map(|s| (s.span.until.micros() - s.span.from.micros()) / HOUR)
        .collect();
    // Midnight, one, two (twice), three.
    assert_eq!(lengths, [1, 1, 2, 1]);
}

#[test]
fn a_layer_with_slots_leaves_the_rest_to_the_one_below() {
    let mut office = layer("office", &["agent"]);
    let work = slots(&[(540, 1020)]);
    office.only = Some(std::array::from_fn(|n| {
        if n < 5 { work.clone() } else { Day::default() }
    }));
    let alone = plan(vec![office.clone()]);
    let both = plan(vec![office, layer("nights", &["resolver"])]);
    for (when, first, second) in [
        ("2026-03-04T10:00:00Z", Some("agent"), "agent"),
        ("2026-03-04T17:00:00Z", None, "resolver"),
        ("2026-03-07T10:00:00Z", None, "resolver"),
    ] {
        assert_eq!(on_call(&alone, when), first.map(person), "{when}");
        assert_eq!(on_call(&both, when), Some(person(second)), "{when}");
    }
    // From Friday 17:00 to Monday 09:00.
    let span = Span::new(at("2026-03-06T12:00:00Z"), at("2026-03-09T12:00:00Z"));
    let gaps = gaps(span, &alone.shifts(span));
    let weekend = Span::new(at("2026-03-06T16:00:00Z"), at("2026-03-09T08:00:00Z"));
    assert_eq!(gaps, [weekend]);
}

#[test]
fn plans_that_cannot_work_say_why() {
    let ok = || layer("first", &["agent"]);
    let refused = |layers: Vec<Layer>| plan(layers).check().unwrap_err().to_string();
    assert_eq!(plan(vec![ok()]).check(), Ok(()));
    assert!(refused(vec![]).contains("no layer"));
    assert!(refused(vec![layer("first", &[])]).contains("names nobody"));
    assert!(refused(vec![ok(), ok()]).contains("two layers are called"));
    let never = Some(std::array::from_fn(|_| Day::default()));
    assert!(
        refused(vec![Layer {
            only: never,
            ..ok()
        }])
        .contains("no time")
    );
    let starts = datetime(2026, 3, 2, 9, 0, 30, 0);
    assert!(refused(vec![Layer { starts, ..ok() }]).contains("whole minute"));
    let turn = Turn {
        count: 0,
        unit: Unit::Days,
    };
    assert!(refused(vec![Layer { turn, ..ok() }]).contains("from 1 to 366"));
    assert!(refused(vec![layer("first", &["agent"; 101])]).contains("at most 100"));
    assert!(refused(vec![ok(); 21]).contains("at most 20"));
}

#[test]
fn a_plan_is_written_and_read_as_what_it_says() {
    let mut one = layer("first", &["agent"]);
    one.only = Some(std::array::from_fn(|_| slots(&[(0, 60)])));
    let plan = plan(vec![one, layer("second", &["resolver"])]);
    let json = serde_json::to_string(&plan).unwrap();
    assert!(json.contains(r#""starts":"2026-03-02T09:00:00""#), "{json}");
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
    let zone = json.replace("Europe/Zurich", "Europe/Atlantis");
    assert!(serde_json::from_str::<Plan>(&zone).is_err());
}

/// Walks from long before to the end of a span and says for each of its minutes whose it is.
fn by_the_wall(layer: &Layer, span: Span) -> Vec<Option<PersonId>> {
    let wall = Wall::of(&layer.zone);
    let minutes = |time: DateTime| time.duration_since(layer.starts).as_mins();
    let length = i64::from(layer.turn.count)
        * match layer.turn.unit {
            Unit::Hours => 60,
            Unit::Days => 1_440,
            Unit::Weeks => 10_080,
        };
    let mut furthest = i64::MIN;
    let mut found = Vec::new();
    let mut now = span.from.plus(-9 * DAY);
    while now < span.until {
        let shown = wall.shows(now);
        furthest = furthest.max(minutes(shown));
        let minute =
            u16::try_from(shown.hour()).unwrap() * 60 + u16::try_from(shown.minute()).unwrap();
        let weekday = usize::try_from(shown.weekday().to_monday_zero_offset()).unwrap();
        let is_open = layer.only.as_ref().is_none_or(|week| {
            let mut slots = week[weekday].slots().iter();
            slots.any(|slot| (slot.from..slot.to).contains(&minute))
        });
        if now >= span.from {
            let turn = usize::try_from(furthest / length).unwrap_or(0);
            let person =
                (furthest >= 0 && is_open).then(|| &layer.people[turn % layer.people.len()]);
            found.push(person.cloned());
        }
        now = now.plus(MINUTE);
    }
    found
}

/// The same from shifts.
fn minutes(span: Span, shifts: &[Shift]) -> Vec<Option<PersonId>> {
    let count = (span.until.micros() - span.from.micros()) / MINUTE;
    let mut next = 0;
    (0..count)
        .map(|n| {
            let now = span.from.plus(n * MINUTE);
            while shifts.get(next).is_some_and(|s| s.span.until <= now) {
                next += 1;
            }
            let shift = shifts.get(next).filter(|s| s.span.holds(now));
            shift.map(|s| s.person.clone())
        })
        .collect()
}

fn any_day() -> impl Strategy<Value = Day> {
    // Cut points in pairs are slots that do not overlap.
    proptest::collection::btree_set(0..=1_440_u16, 0..5).prop_map(|cuts| {
        let cuts: Vec<u16> = cuts.into_iter().collect();
        let pairs: Vec<(u16, u16)> = cuts.chunks_exact(2).map(|p| (p[0], p[1])).collect();
        slots(&pairs)
    })
}

fn any_layer(starts: DateTime) -> impl Strategy<Value = Layer> {
    let zone = select(SOME_ZONES.to_vec());
    let unit = prop_oneof![
        (1..30_u16).prop_map(|count| Turn {
            count,
            unit: Unit::Hours
        }),
        (1..4_u16).prop_map(|count| Turn {
            count,
            unit: Unit::Days
        }),
        (1..2_u16).prop_map(|count| Turn {
            count,
            unit: Unit::Weeks
        }),
    ];
    let people = proptest::collection::vec(1..9_u128, 1..4);
    let only = proptest::option::of(proptest::array::uniform7(any_day()));
    (zone, 0..6_000_i64, unit, people, only).prop_map(move |(zone, late, turn, people, only)| {
        Layer {
            name: short("any"),
            zone: Zone::named(zone).unwrap(),
            starts: starts
                .checked_add(jiff::SignedDuration::from_mins(late))
                .unwrap(),
            turn,
            people: people.into_iter().map(PersonId::from_bits).collect(),
            only,
        }
    })
}

fn any_case() -> impl Strategy<Value = (Plan, Span)> {
    (select(DAYS.to_vec()), 0..2_000_i64, 1..5_000_i64).prop_flat_map(
        |((day, starts), late, long)| {
            let from = at(day).plus(late * MINUTE);
            let span = Span::new(from, from.plus(long * MINUTE));
            let layers = proptest::collection::vec(any_layer(starts), 1..4);
            (layers.prop_map(plan), Just(span))
        },
    )
}

fn cases() -> u32 {
    option_env!("BIFOLD_SCHEDULES").map_or(120, |n| n.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// `BIFOLD_SCHEDULES=10000` compares as many.
    #[test]
    fn any_plan_has_on_call_whom_the_wall_clock_says((plan, span) in any_case()) {
        let layers = plan.layers.iter().map(|layer| by_the_wall(layer, span));
        let first = |upper: Vec<Option<PersonId>>, lower: Vec<Option<PersonId>>| {
            upper.into_iter().zip(lower).map(|(u, l)| u.or(l)).collect()
        };
        let expected = layers.reduce(first).unwrap();
        let shifts = plan.shifts(span);
        prop_assert_eq!(minutes(span, &shifts), expected);
        for (one, other) in shifts.iter().zip(shifts.iter().skip(1)) {
            prop_assert!(one.span.until <= other.span.from);
        }
        for shift in &shifts {
            prop_assert!(!shift.span.is_empty());
            prop_assert_eq!(shift.span.cut(&span), shift.span);
        }
    }

    #[test]
    fn an_instant_is_answered_as_the_whole_is((plan, span) in any_case()) {
        let shifts = plan.shifts(span);
        for n in 0..40 {
            let now = span.from.plus(n * (span.until.micros() - span.from.micros()) / 40);
            let of_whole = shifts.iter().find(|s| s.span.holds(now)).map(|s| &s.person);
            let alone = plan.shifts(Span::at(now));
            prop_assert_eq!(alone.first().map(|s| &s.person), of_whole);
        }
    }

    #[test]
    fn shifts_and_gaps_are_the_whole((plan, span) in any_case()) {
        let shifts = plan.shifts(span);
        let length = |s: &Span| s.until.micros() - s.from.micros();
        let on_call: i64 = shifts.iter().map(|s| length(&s.span)).sum();
        let nobody: i64 = gaps(span, &shifts).iter().map(length).sum();
        prop_assert_eq!(on_call + nobody, length(&span));
    }

    /// Overrides over a plan, the later over the earlier, and the next hand-off.
    #[test]
    fn overrides_lie_on_the_plan_and_hand_offs_are_found(
        (plan, span) in any_case(),
        overrides in proptest::collection::vec((0..4_000_i64, 1..900_i64, 20..24_u128), 0..5),
    ) {
        let made = |fact: &Fact, state| crate::fixture::after::<Schedule>(
            state, &ScheduleId::from_bits(1), "manager", fact,
        );
        let mut schedule = made(&Fact::Made { plan: plan.clone() }, None);
        schedule.since = span.from.plus(-30 * DAY);
        let mut expected = minutes(span, &plan.shifts(span));
        for (number, (late, long, who)) in (1..).zip(overrides) {
            let from = span.from.plus(late * MINUTE);
            let over = Span::new(from, from.plus(long * MINUTE));
            let who = PersonId::from_bits(who);
            let fact = Fact::OverrideSet { number, person: who.clone(), span: over, reason: None };
            schedule = made(&fact, Some(schedule));
            for (n, slot) in (0..).zip(&mut expected) {
                if over.holds(span.from.plus(n * MINUTE)) {
                    *slot = Some(who.clone());
                }
            }
        }
        prop_assert_eq!(minutes(span, &schedule.shifts(span)), &expected[..]);
        let differs = expected.iter().position(|who| *who != expected[0]);
        let found = schedule.next_hand_off(span.from);
        if let Some(n) = differs {
            let (when, who) = found.unwrap();
            prop_assert_eq!(when, span.from.plus(i64::try_from(n).unwrap() * MINUTE));
            prop_assert_eq!(&who, &expected[n]);
        } else if let Some((when, _)) = found {
            prop_assert!(when >= span.until);
        }
    }
}

#[test]
fn what_lies_on_top_is_seen() {
    let shift = |name: &str, from: i64, until: i64| Shift {
        person: person(name),
        span: Span {
            from: At::from_micros(from),
            until: At::from_micros(until),
        },
        why: Why::Override { number: 1 },
    };
    let upper = vec![shift("agent", 10, 20), shift("agent", 30, 40)];
    let lower = vec![shift("resolver", 0, 15), shift("resolver", 18, 50)];
    let seen: Vec<(String, i64, i64)> = lay(upper, lower)
        .into_iter()
        .map(|s| {
            let who = if s.person == person("agent") {
                "a"
            } else {
                "r"
            };
            (who.to_owned(), s.span.from.micros(), s.span.until.micros())
        })
        .collect();
    let expected = [
        ("r", 0, 10),
        ("a", 10, 20),
        ("r", 20, 30),
        ("a", 30, 40),
        ("r", 40, 50),
    ];
    assert_eq!(seen, expected.map(|(w, f, u)| (w.to_owned(), f, u)));
}

#[test]
fn a_schedule_of_one_person_never_hands_off() {
    let made = Fact::Made {
        plan: plan(vec![layer("first", &["agent"])]),
    };
    let id = ScheduleId::from_bits(1);
    let schedule: Schedule = crate::fixture::after(None, &id, "manager", &made);
    assert_eq!(schedule.next_hand_off(at("2026-03-05T00:00:00Z")), None);
    // The first turn is still to come.
    let first = schedule.next_hand_off(at("2026-03-01T12:00:00Z"));
    assert_eq!(
        first,
        Some((at("2026-03-02T08:00:00Z"), Some(person("agent"))))
    );
}
