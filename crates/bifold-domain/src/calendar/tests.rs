use super::*;
use crate::time::{DAY, HOUR, MINUTE};
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::select;

/// Zones with and without summer time, with half and quarter hours, and with changes at midnight
/// or of half an hour.
const SOME_ZONES: [&str; 14] = [
    "UTC",
    "Europe/Zurich",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Asia/Tokyo",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
];

fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

fn slots(all: &[(u16, u16)]) -> Day {
    let slots = all.iter().map(|&(from, to)| Slot { from, to });
    Day::new(slots.collect()).unwrap()
}

/// Nine to five on working days, with an hour at noon off.
fn office(zone: &str) -> Calendar {
    let work = slots(&[(540, 720), (780, 1020)]);
    let week = std::array::from_fn(|n| if n < 5 { work.clone() } else { Day::default() });
    Calendar::new(Zone::named(zone).unwrap(), week, BTreeMap::new()).unwrap()
}

/// Counts minute by minute, by looking at the clock on the wall at each.
fn by_the_wall(calendar: &Calendar, from: At, until: At) -> i64 {
    let mut minutes = 0;
    let mut now = from;
    while now < until {
        let wall = calendar.zone.rules.to_datetime(now.timestamp());
        let minute =
            u16::try_from(wall.hour()).unwrap() * 60 + u16::try_from(wall.minute()).unwrap();
        let open = calendar.day(wall.date()).slots().iter();
        minutes += i64::from(
            open.into_iter()
                .any(|slot| (slot.from..slot.to).contains(&minute)),
        );
        now = now.plus(MINUTE);
    }
    minutes
}

#[test]
fn only_the_slots_of_working_days_count() {
    let calendar = office("Europe/Zurich");
    // Friday 16:00 to Monday 10:00 in winter.
    let (friday, monday) = (at("2026-02-27T15:00:00Z"), at("2026-03-02T09:00:00Z"));
    assert_eq!(calendar.counted(friday, monday), 2 * HOUR);
    assert_eq!(calendar.after(friday, 2 * HOUR), Some(monday));
    // It is reached when the office closes, not when it opens again.
    assert_eq!(
        calendar.after(friday, HOUR),
        Some(at("2026-02-27T16:00:00Z"))
    );
    assert!(calendar.is_open(friday));
    assert!(!calendar.is_open(at("2026-02-27T16:00:00Z")));
    assert!(!calendar.is_open(at("2026-02-27T11:30:00Z")), "noon is off");
    assert_eq!(
        calendar.next_open(at("2026-02-28T00:00:00Z")),
        Some(at("2026-03-02T08:00:00Z"))
    );
    assert_eq!(
        calendar.counted(monday, friday),
        0,
        "time does not run backwards"
    );
    assert_eq!(calendar.after(friday, 0), Some(friday));
}

#[test]
fn a_date_may_differ_from_its_weekday() {
    let mut calendar = office("Europe/Zurich");
    calendar.dates.insert(date(2026, 4, 3), Day::default());
    calendar
        .dates
        .insert(date(2026, 4, 4), slots(&[(600, 660)]));
    let (from, until) = (at("2026-04-02T22:00:00Z"), at("2026-04-05T22:00:00Z"));
    assert_eq!(
        calendar.counted(from, until),
        HOUR,
        "Good Friday off, Saturday an hour"
    );
    let days = calendar.preview(from, 3);
    let dates: Vec<Date> = days.iter().map(|(date, _)| *date).collect();
    assert_eq!(
        dates,
        [date(2026, 4, 4), date(2026, 4, 6), date(2026, 4, 7)]
    );
    assert_eq!(days[1].1.len(), 2);
}

#[test]
fn the_days_on_which_the_clock_is_changed_are_as_long_as_they_are() {
    let zone = || Zone::named("Europe/Zurich").unwrap();
    let whole = || std::array::from_fn(|_| Day::whole());
    let always = Calendar::new(zone(), whole(), BTreeMap::new()).unwrap();
    let (spring, autumn) = (at("2026-03-28T23:00:00Z"), at("2026-10-24T22:00:00Z"));
    assert_eq!(always.counted(spring, spring.plus(23 * HOUR)), 23 * HOUR);
    let days = always.preview(spring, 2);
    let length = |n: usize| -> i64 {
        let times = days[n].1.iter();
        times.map(|(from, to)| to.micros() - from.micros()).sum()
    };
    assert_eq!((length(0), length(1)), (23 * HOUR, 24 * HOUR));
    // Two to three at night is not there in spring and is there twice in autumn.
    let night: [Day; 7] = std::array::from_fn(|_| slots(&[(120, 180)]));
    let night = Calendar::new(zone(), night, BTreeMap::new()).unwrap();
    assert_eq!(night.counted(spring, spring.plus(23 * HOUR)), 0);
    assert_eq!(night.counted(autumn, autumn.plus(25 * HOUR)), 2 * HOUR);
}

#[test]
fn a_date_that_a_zone_left_out_does_not_count() {
    // Samoa went over the date line: there was no 30 December 2011.
    let whole = std::array::from_fn(|_| Day::whole());
    let samoa =
        Calendar::new(Zone::named("Pacific/Apia").unwrap(), whole, BTreeMap::new()).unwrap();
    let days = samoa.preview(at("2011-12-29T10:00:00Z"), 3);
    let dates: Vec<Date> = days.iter().map(|(date, _)| *date).collect();
    assert_eq!(
        dates,
        [date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]
    );
}

#[test]
fn the_leap_day_is_a_day() {
    let calendar = office("Asia/Tokyo");
    let (from, until) = (at("2028-02-28T15:00:00Z"), at("2028-02-29T15:00:00Z"));
    assert_eq!(calendar.counted(from, until), 7 * HOUR, "a Tuesday");
}

#[test]
fn around_the_clock_all_time_counts() {
    let calendar = Calendar::always();
    let from = at("2026-01-01T00:00:00.000001Z");
    assert_eq!(
        calendar.counted(from, from.plus(400 * DAY + 7)),
        400 * DAY + 7
    );
    assert_eq!(
        calendar.after(from, 400 * DAY + 7),
        Some(from.plus(400 * DAY + 7))
    );
}

#[test]
fn a_calendar_that_never_opens_says_so() {
    let week = std::array::from_fn(|_| Day::default());
    let never = Calendar::new(Zone::utc(), week, BTreeMap::new()).unwrap();
    assert_eq!(never.after(at("2026-01-01T00:00:00Z"), 1), None);
    assert_eq!(never.next_open(at("2026-01-01T00:00:00Z")), None);
    assert_eq!(never.preview(at("2026-01-01T00:00:00Z"), 14), []);
}

#[test]
fn slips_are_refused_and_said() {
    let day = |all: &[(u16, u16)]| {
        let slots = all.iter().map(|&(from, to)| Slot { from, to });
        Day::new(slots.collect()).map_err(|e| e.to_string())
    };
    assert_eq!(
        day(&[(600, 720), (540, 600)]).unwrap().slots().len(),
        1,
        "they touch"
    );
    assert!(
        day(&[(540, 720), (700, 800)])
            .unwrap_err()
            .contains("11:40")
    );
    assert!(day(&[(720, 540)]).is_err());
    assert!(day(&[(540, 540)]).is_err());
    assert!(day(&[(0, 1441)]).is_err());
    assert!(day(&[(0, 1); 25]).is_err());
    assert!(
        Zone::named("Europe/Zürich")
            .unwrap_err()
            .to_string()
            .contains("Zürich")
    );
    assert_eq!(
        Zone::named("europe/zurich").unwrap().name(),
        "Europe/Zurich"
    );
}

#[test]
fn it_is_written_and_read_as_what_it_says() {
    let mut calendar = office("Europe/Zurich");
    calendar.dates.insert(date(2026, 8, 1), Day::default());
    let json = serde_json::to_string(&calendar).unwrap();
    assert!(json.contains("\"2026-08-01\":[]"), "{json}");
    assert_eq!(serde_json::from_str::<Calendar>(&json).unwrap(), calendar);
    let overlapping = json.replace("\"to\":720", "\"to\":800");
    assert!(serde_json::from_str::<Calendar>(&overlapping).is_err());
}

fn any_day() -> impl Strategy<Value = Day> {
    // Cut points in pairs are slots that do not overlap.
    let cuts = proptest::collection::btree_set(0..=DAY_MINUTES, 0..7);
    cuts.prop_map(|cuts| {
        let cuts: Vec<u16> = cuts.into_iter().collect();
        slots(
            &cuts
                .chunks_exact(2)
                .map(|pair| (pair[0], pair[1]))
                .collect::<Vec<_>>(),
        )
    })
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let zone = select(SOME_ZONES.to_vec());
    let week = proptest::array::uniform7(any_day());
    let dates = proptest::collection::btree_map(0..40_i64, any_day(), 0..4);
    (zone, week, dates).prop_map(|(zone, week, dates)| {
        let first = date(2011, 12, 20);
        let dates = dates.into_iter();
        let dates = dates.map(|(n, day)| (first.saturating_add(jiff::Span::new().days(n)), day));
        Calendar::new(Zone::named(zone).unwrap(), week, dates.collect()).unwrap()
    })
}

/// Weeks around changes of the clock in one zone or another.
const WEEKS: [&str; 8] = [
    "2011-12-26T00:00:00Z",
    "2026-03-05T00:00:00Z",
    "2026-03-26T00:00:00Z",
    "2026-10-23T00:00:00Z",
    "2026-10-30T00:00:00Z",
    "2028-02-26T00:00:00Z",
    "2017-10-14T00:00:00Z",
    "2010-11-05T00:00:00Z",
];

fn cases() -> u32 {
    option_env!("BIFOLD_CALENDARS").map_or(400, |n| n.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// `BIFOLD_CALENDARS=10000` compares as many.
    #[test]
    fn any_calendar_counts_what_the_wall_clock_shows(
        calendar in any_calendar(), week in select(WEEKS.to_vec()),
        start in 0..4_000_i64, minutes in 0..6_000_i64,
    ) {
        let from = at(week).plus(start * MINUTE);
        let until = from.plus(minutes * MINUTE);
        prop_assert_eq!(calendar.counted(from, until), by_the_wall(&calendar, from, until) * MINUTE);
    }

    #[test]
    fn what_is_due_after_some_time_has_counted_just_that(
        calendar in any_calendar(), week in select(WEEKS.to_vec()),
        start in 0..4_000_i64, micros in 1..20 * HOUR,
    ) {
        let from = at(week).plus(start * MINUTE);
        if let Some(due) = calendar.after(from, micros) {
            prop_assert_eq!(calendar.counted(from, due), micros);
            prop_assert_eq!(calendar.counted(from, due.plus(-1)), micros - 1);
        }
    }

    #[test]
    fn counting_in_parts_is_counting_the_whole(
        calendar in any_calendar(), week in select(WEEKS.to_vec()),
        one in 0..5 * DAY, two in 0..5 * DAY,
    ) {
        let from = at(week);
        let (middle, until) = (from.plus(one), from.plus(one + two));
        let parts = calendar.counted(from, middle) + calendar.counted(middle, until);
        prop_assert_eq!(parts, calendar.counted(from, until));
    }
}
