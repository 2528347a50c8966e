//! Which ways a notice takes, given and then.

use super::*;
use proptest::prelude::*;

fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

fn channel(id: &str, kind: Kind) -> Channel {
    Channel {
        id: id.to_owned(),
        kind,
        is_ready: true,
        last_at: None,
    }
}

fn three() -> Vec<Channel> {
    vec![
        channel("mail", Kind::Email),
        channel("mail2", Kind::Email),
        channel("ntfy", Kind::Ntfy),
    ]
}

fn step(channel: &str, after_minutes: u16) -> Step {
    Step {
        channel: channel.to_owned(),
        after_minutes,
    }
}

#[allow(clippy::unnecessary_wraps)] // As rules have it.
fn quiet(from: &str, to: &str) -> Option<Quiet> {
    let quiet = Quiet {
        from: Clock24::try_from(from.to_owned()).unwrap(),
        to: Clock24::try_from(to.to_owned()).unwrap(),
    };
    Some(quiet)
}

fn ways(plan: &Plan, now: At) -> Vec<(&str, i64)> {
    let after = |leg: &Leg| (leg.at.micros() - now.micros()) / MINUTE;
    let legs = plan.legs.iter();
    legs.map(|leg| (leg.channel.as_str(), after(leg))).collect()
}

const NOON: &str = "2026-03-02T12:00:00Z";

#[test]
fn a_page_goes_over_two_kinds_at_once_and_then_over_the_rest() {
    let now = at(NOON);
    let plan = plan(Urgency::Page, now, &Rules::default(), &three());
    assert_eq!(ways(&plan, now), [("mail", 0), ("ntfy", 0), ("mail2", 5)]);
    assert_eq!(plan.warning, None);
}

#[test]
fn a_rule_with_one_way_for_pages_gets_a_second_one() {
    let now = at(NOON);
    let rules = Rules {
        page: vec![step("mail", 3)],
        ..Rules::default()
    };
    let chosen = plan(Urgency::Page, now, &rules, &three());
    assert_eq!(ways(&chosen, now), [("mail", 0), ("ntfy", 3)]);
    // The second way is not put off until tomorrow.
    let rules = Rules {
        page: vec![step("mail", 0), step("ntfy", 600), step("mail2", 700)],
        ..Rules::default()
    };
    let chosen = plan(Urgency::Page, now, &rules, &three());
    assert_eq!(
        ways(&chosen, now),
        [("mail", 0), ("ntfy", 5), ("mail2", 700)]
    );
}

#[test]
fn a_plan_says_when_there_are_not_two_ways() {
    let now = at(NOON);
    let warning =
        |channels: &[Channel]| plan(Urgency::Page, now, &Rules::default(), channels).warning;
    assert_eq!(warning(&[]), Some(Warning::NoWay));
    assert_eq!(warning(&three()[..1]), Some(Warning::OneWay));
    assert_eq!(warning(&three()[..2]), Some(Warning::OneKind));
    assert_eq!(warning(&three()[1..]), None);
    let normal = plan(Urgency::Normal, now, &Rules::default(), &[]);
    assert_eq!((normal.legs.len(), normal.warning), (0, None));
}

#[test]
fn a_channel_that_is_dead_or_gone_is_passed_over() {
    let now = at(NOON);
    let mut channels = three();
    channels[0].is_ready = false;
    let rules = Rules {
        normal: vec![
            step("gone", 0),
            step("mail", 0),
            step("ntfy", 10),
            step("ntfy", 20),
        ],
        ..Rules::default()
    };
    let chosen = plan(Urgency::Normal, now, &rules, &channels);
    assert_eq!(ways(&chosen, now), [("ntfy", 10)]);
    let chosen = plan(Urgency::Normal, now, &Rules::default(), &channels);
    assert_eq!(ways(&chosen, now), [("mail2", 0)]);
    assert_eq!(next(&channels, &["mail2".to_owned()]).unwrap().id, "ntfy");
    assert_eq!(
        next(&channels, &["mail2".to_owned(), "ntfy".to_owned()]),
        None
    );
}

#[test]
fn quiet_hours_hold_everything_but_pages_until_they_end_where_the_person_is() {
    let rules = Rules {
        zone: "Europe/Berlin".to_owned(),
        quiet: quiet("22:00", "07:00"),
        ..Rules::default()
    };
    let sent = |urgency, now: &str| plan(urgency, at(now), &rules, &three()).legs[0].at;
    for (now, expected) in [
        ("2026-03-02T20:59:00Z", "2026-03-02T20:59:00Z"),
        ("2026-03-02T21:00:00Z", "2026-03-03T06:00:00Z"),
        ("2026-03-03T05:59:59Z", "2026-03-03T06:00:00Z"),
        ("2026-03-03T06:00:00Z", "2026-03-03T06:00:00Z"),
        // The night of the change to summer time: seven o'clock comes an hour earlier.
        ("2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"),
    ] {
        assert_eq!(sent(Urgency::Normal, now), at(expected), "{now}");
        assert_eq!(sent(Urgency::Page, now), at(now), "{now}");
    }
    // Quiet hours within one day.
    let siesta = Rules {
        quiet: quiet("13:00", "15:00"),
        ..Rules::default()
    };
    let leg = &plan(
        Urgency::Normal,
        at("2026-03-02T14:00:00Z"),
        &siesta,
        &three(),
    )
    .legs[0];
    assert_eq!(leg.at, at("2026-03-02T15:00:00Z"));
}

#[test]
fn the_first_notice_goes_at_once_and_the_next_ones_wait_for_each_other() {
    let now = at(NOON);
    let mut channels = three();
    channels[0].last_at = Some(now.plus(-MINUTE));
    let chosen = plan(Urgency::Normal, now, &Rules::default(), &channels);
    assert_eq!(ways(&chosen, now), [("mail", 1)]);
    let chosen = plan(Urgency::Page, now, &Rules::default(), &channels);
    assert_eq!(ways(&chosen, now)[0], ("mail", 0), "no page waits");
    let low = Rules {
        low: vec![step("mail", 0)],
        ..Rules::default()
    };
    let chosen = plan(Urgency::Low, at("2026-03-02T12:20:00Z"), &low, &channels);
    assert_eq!(chosen.legs[0].at, at("2026-03-02T13:00:00Z"));
}

#[test]
fn rules_that_cannot_be_kept_are_refused() {
    let rules = |json: &str| serde_json::from_str::<Rules>(json);
    let good =
        r#"{"zone":"Europe/Berlin","quiet":{"from":"22:00","to":"06:30"},"bundle_minutes":5}"#;
    assert_eq!(rules(good).unwrap().check(), Ok(()));
    assert_eq!(
        serde_json::to_value(rules(good).unwrap()).unwrap()["quiet"]["to"],
        "06:30"
    );
    for unread in [r#"{"quiet":{"from":"25:00","to":"1:00"}}"#, r#"{"more":1}"#] {
        assert!(rules(unread).is_err(), "{unread}");
    }
    for wrong in [
        r#"{"zone":"Mars/Base"}"#,
        r#"{"quiet":{"from":"07:00","to":"07:00"}}"#,
        r#"{"bundle_minutes":2000}"#,
        r#"{"page":[{"channel":"a","after_minutes":2000}]}"#,
    ] {
        assert!(rules(wrong).unwrap().check().is_err(), "{wrong}");
    }
}

prop_compose! {
    fn any_channels()(kinds in prop::collection::vec((0_usize..6, any::<bool>()), 0..6)) -> Vec<Channel> {
        let of = |(n, (kind, is_ready)): (usize, (usize, bool))| Channel {
            is_ready,
            ..channel(&format!("c{n}"), Kind::ALL[kind])
        };
        kinds.into_iter().enumerate().map(of).collect()
    }
}

prop_compose! {
    fn any_rules()(
        page in prop::collection::vec((0_usize..7, 0_u16..900), 0..5),
        from in 0_u8..24, length in 1_u8..24,
    ) -> Rules {
        let clock = |hour: u8| format!("{:02}:00", hour % 24);
        Rules {
            zone: "America/St_Johns".to_owned(),
            quiet: quiet(&clock(from), &clock(from + length)),
            page: page.iter().map(|(n, after)| step(&format!("c{n}"), *after)).collect(),
            ..Rules::default()
        }
    }
}

proptest! {
    /// Whatever the rules and the hour: with two ways a page takes two within five minutes, the
    /// first at once, over two kinds where there are two and no rule chose otherwise.
    #[test]
    fn a_page_always_takes_two_ways(
        rules in any_rules(), channels in any_channels(), minute in 0_i64..500_000,
    ) {
        let now = at("2026-01-01T00:00:00Z").plus(minute * MINUTE);
        let chosen = plan(Urgency::Page, now, &rules, &channels);
        let ready = channels.iter().filter(|c| c.is_ready).count();
        let soon = chosen.legs.iter().filter(|leg| leg.at <= now.plus(SECOND_WAY_LATEST)).count();
        prop_assert!(soon >= ready.min(2));
        prop_assert_eq!(chosen.legs.iter().any(|leg| leg.at == now), ready > 0);
        let is_warned = matches!(chosen.warning, Some(Warning::NoWay | Warning::OneWay));
        prop_assert_eq!(is_warned, ready < 2);
        let mut taken: Vec<&str> = chosen.legs.iter().map(|leg| leg.channel.as_str()).collect();
        taken.sort_unstable();
        let all = taken.len();
        taken.dedup();
        prop_assert_eq!(taken.len(), all);
    }

    /// Nothing but pages is sent within quiet hours, and nothing waits longer than a day.
    #[test]
    fn quiet_hours_hold(rules in any_rules(), channels in any_channels(), minute in 0_i64..500_000) {
        let now = at("2026-01-01T00:00:00Z").plus(minute * MINUTE);
        for leg in plan(Urgency::Normal, now, &rules, &channels).legs {
            prop_assert_eq!(rules.disturbs(leg.at), leg.at);
            prop_assert!(leg.at >= now && leg.at <= now.plus(25 * HOUR));
        }
    }
}
