//! The steps of one's ways as a form: a row each, empty ones to add more, an empty choice to
//! remove one. What they come to is shown by the same plan by which people are told.

use crate::web::fields::Fields;
use crate::web::locale::Locale;
use bifold_domain::At;
use bifold_notify::rules::{AFTER_MAX_MINUTES, Channel, STEPS_LIMIT, Step, plan};
use bifold_notify::{Rules, Urgency};
use fluent_bundle::FluentArgs;
use std::collections::BTreeMap;

/// Empty rows below those that are filled.
const SPARE_ROWS: usize = 2;

/// The most pressing first.
const ORDER: [Urgency; 3] = [Urgency::Page, Urgency::Normal, Urgency::Low];

/// A step as its fields hold it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Minutes, as they were written.
    pub(super) after: String,
    /// The id of a channel; empty for no step.
    pub(super) way: String,
    /// What is wrong with the minutes: a key of the messages.
    pub(super) after_wrong: Option<&'static str>,
    /// What is wrong with the way.
    pub(super) way_wrong: Option<&'static str>,
}

impl Row {
    fn of(step: &Step) -> Self {
        Self {
            after: step.after_minutes.to_string(),
            way: step.channel.clone(),
            ..Self::default()
        }
    }

    fn is_wrong(&self) -> bool {
        self.after_wrong.is_some() || self.way_wrong.is_some()
    }

    /// Minutes without a number are none: at once.
    fn minutes(&self) -> Option<u16> {
        if self.after.is_empty() {
            return Some(0);
        }
        let minutes = self.after.parse().ok();
        minutes.filter(|minutes| *minutes <= AFTER_MAX_MINUTES)
    }

    fn step(&self) -> Option<Step> {
        Some(Step {
            channel: self.way.clone(),
            after_minutes: self.minutes()?,
        })
    }
}

/// The filled rows of each urgency.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Draft(BTreeMap<Urgency, Vec<Row>>);

fn steps(rules: &Rules, urgency: Urgency) -> &Vec<Step> {
    match urgency {
        Urgency::Page => &rules.page,
        Urgency::Normal => &rules.normal,
        Urgency::Low => &rules.low,
    }
}

impl Draft {
    /// As it is kept.
    pub(super) fn of(rules: &Rules) -> Self {
        let rows = |urgency| steps(rules, urgency).iter().map(Row::of).collect();
        Self(ORDER.map(|urgency| (urgency, rows(urgency))).into())
    }

    /// As the fields say it; `None` where there are no such fields. A way is one of the person's
    /// channels, or stood there before: one that is gone may come back from a backup.
    pub(super) fn read(fields: &Fields, before: &Rules, channels: &[Channel]) -> Option<Self> {
        let is_known = |way: &str| {
            let mut kept = ORDER.iter().flat_map(|urgency| steps(before, *urgency));
            channels.iter().any(|channel| channel.id == way) || kept.any(|step| step.channel == way)
        };
        let mut is_asked = false;
        let lists = ORDER.map(|urgency| {
            let column = |what: &str| fields.column(&format!("{}_{what}", urgency.word()));
            let (after, ways) = (column("after"), column("way"));
            is_asked |= !ways.is_empty();
            let mut rows: Vec<Row> = Vec::new();
            for (n, way) in ways.into_iter().enumerate() {
                let mut row = Row {
                    after: after.get(n).copied().unwrap_or_default().to_owned(),
                    way: way.to_owned(),
                    ..Row::default()
                };
                if row.way.is_empty() && row.after.is_empty() {
                    continue;
                }
                row.after_wrong = row.minutes().is_none().then_some("way-wrong-minutes");
                row.way_wrong = if row.way.is_empty() {
                    Some("way-wrong-none")
                } else if rows.iter().any(|above| above.way == row.way) {
                    Some("way-wrong-twice")
                } else if is_known(&row.way) {
                    None
                } else {
                    Some("way-wrong-unknown")
                };
                rows.push(row);
            }
            (urgency, rows)
        });
        is_asked.then(|| Self(lists.into()))
    }

    /// The rules with these steps; `None` while something is wrong.
    pub(super) fn rules(&self, before: Rules) -> Option<Rules> {
        let list = |urgency| -> Option<Vec<Step>> {
            let rows = self.0.get(&urgency)?.iter();
            rows.map(|row| if row.is_wrong() { None } else { row.step() })
                .collect()
        };
        Some(Rules {
            page: list(Urgency::Page)?,
            normal: list(Urgency::Normal)?,
            low: list(Urgency::Low)?,
            ..before
        })
    }

    pub(super) fn is_wrong(&self) -> bool {
        self.0.values().flatten().any(Row::is_wrong)
    }
}

/// The steps of one urgency, and what they come to.
pub(super) struct Ways {
    /// The word of the urgency.
    pub(super) word: &'static str,
    /// Nothing is said, so the given way holds.
    pub(super) is_given: bool,
    pub(super) rows: Vec<Row>,
    /// What would happen now, in words.
    pub(super) told: Vec<String>,
}

/// Whom a notice would find, and how.
pub(super) struct Reach {
    pub(super) now: At,
    /// What the plan chooses among.
    pub(super) channels: Vec<Channel>,
    /// What the person calls each.
    pub(super) names: BTreeMap<String, String>,
}

/// The form of a draft, and what the rules come to.
pub(super) fn shown(l: Locale, draft: Draft, rules: &Rules, reach: &Reach) -> Vec<Ways> {
    let Draft(mut lists) = draft;
    ORDER
        .into_iter()
        .map(|urgency| {
            let mut rows = lists.remove(&urgency).unwrap_or_default();
            let is_given = rows.is_empty();
            let room = STEPS_LIMIT.saturating_sub(rows.len());
            rows.extend(std::iter::repeat_with(Row::default).take(room.min(SPARE_ROWS)));
            Ways {
                word: urgency.word(),
                is_given,
                rows,
                told: told(l, urgency, rules, reach),
            }
        })
        .collect()
}

/// What would happen to a notice that is raised now.
fn told(l: Locale, urgency: Urgency, rules: &Rules, reach: &Reach) -> Vec<String> {
    let planned = plan(urgency, reach.now, rules, &reach.channels);
    let leg = |leg: &bifold_notify::rules::Leg| {
        let name = reach.names.get(&leg.channel);
        let mut args = FluentArgs::new();
        args.set("way", name.unwrap_or(&leg.channel).as_str());
        let seconds = (leg.at.micros() - reach.now.micros()) / bifold_domain::time::SECOND;
        if seconds <= 0 {
            return l.say("way-told-now", Some(&args));
        }
        args.set("span", l.span(seconds));
        l.say("way-told-later", Some(&args))
    };
    planned.legs.iter().map(leg).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bifold_notify::Kind;

    fn channel(id: &str, kind: Kind) -> Channel {
        Channel {
            id: id.to_owned(),
            kind,
            is_ready: true,
            last_at: None,
        }
    }

    fn reach() -> Reach {
        let name = |id: &str, name: &str| (id.to_owned(), name.to_owned());
        Reach {
            now: At::parse("2026-03-01T09:30:00Z").unwrap(),
            channels: vec![channel("a", Kind::Email), channel("b", Kind::Push)],
            names: [name("a", "Mail"), name("b", "Phone")].into(),
        }
    }

    fn read(query: &str) -> Option<Draft> {
        let before = Rules {
            low: vec![Step {
                channel: "gone".to_owned(),
                after_minutes: 0,
            }],
            ..Rules::default()
        };
        let fields = Fields::parse(query.as_bytes()).unwrap();
        Draft::read(&fields, &before, &reach().channels)
    }

    #[test]
    fn rows_are_steps_in_their_order_and_empty_ones_are_none() {
        let draft = read(
            "page_after=5&page_way=b&page_after=&page_way=&page_after=&page_way=a&low_after=0&low_way=gone",
        );
        let rules = draft.unwrap().rules(Rules::default()).unwrap();
        let step = |channel: &str, after_minutes| Step {
            channel: channel.to_owned(),
            after_minutes,
        };
        assert_eq!(rules.page, [step("b", 5), step("a", 0)]);
        assert_eq!((rules.normal, rules.low), (vec![], vec![step("gone", 0)]));
        assert_eq!(read("zone=UTC"), None);
    }

    #[test]
    fn what_is_wrong_stands_at_its_field_and_nothing_is_kept() {
        let minutes = Some("way-wrong-minutes");
        for (query, after, way) in [
            ("page_after=x&page_way=a", minutes, None),
            ("page_after=-1&page_way=a", minutes, None),
            ("page_after=1441&page_way=a", minutes, None),
            ("page_after=5&page_way=", None, Some("way-wrong-none")),
            ("page_after=&page_way=c", None, Some("way-wrong-unknown")),
        ] {
            let draft = read(query).unwrap();
            let row = &draft.0[&Urgency::Page][0];
            assert_eq!((row.after_wrong, row.way_wrong), (after, way), "{query}");
            assert!(draft.is_wrong());
            assert_eq!(draft.rules(Rules::default()), None);
        }
        let twice = read("page_after=&page_way=a&page_after=5&page_way=a").unwrap();
        assert_eq!(
            twice.0[&Urgency::Page][1].way_wrong,
            Some("way-wrong-twice")
        );
    }

    #[test]
    fn what_would_happen_is_what_the_plan_does() {
        let l = Locale::default();
        let say = |query: &str| -> Vec<Vec<String>> {
            let draft = read(query).unwrap();
            let rules = draft.rules(Rules::default()).unwrap();
            let all = shown(l, draft, &rules, &reach());
            all.into_iter().map(|ways| ways.told).collect()
        };
        let given = say("page_after=&page_way=");
        assert_eq!(given[0], ["now: Mail", "now: Phone"]);
        assert_eq!((given[1].len(), given[2].len()), (1, 0));
        // The first goes at once and the second soon, whatever was said.
        let late = say("page_after=20&page_way=b&page_after=60&page_way=a");
        assert_eq!(late[0], ["now: Phone", "after 5 min: Mail"]);
        let low = say("low_after=0&low_way=b&normal_after=10&normal_way=a");
        assert_eq!(low[1], ["after 10 min: Mail"]);
        assert_eq!(low[2], ["after 30 min: Phone"], "with the full hour");
    }

    #[test]
    fn there_is_always_a_row_to_fill_until_the_list_is_full() {
        let rows = |filled: usize| {
            let step = |n: usize| Step {
                channel: format!("{n}"),
                after_minutes: 0,
            };
            let rules = Rules {
                page: (0..filled).map(step).collect(),
                ..Rules::default()
            };
            let all = shown(Locale::default(), Draft::of(&rules), &rules, &reach());
            all[0].rows.len()
        };
        assert_eq!([0, 3, 9, 10].map(rows), [2, 5, 10, 10]);
    }
}
