//! The form of one service level.

use super::read::{LEFT, SEVERAL};
use super::{Around, Section, Sentence, sentence};
use crate::web::choice::{self, Choice};
use crate::web::frame::Frame;
use crate::web::incident::clocks::on_call_choices;
use crate::web::locale::Locale;
use askama::Template;
use bifold_domain::level::{
    Act, Conditions, Level, Metric, OnChange, OnReopen, Party, Step, Target, Test, Threshold, Whom,
};
use bifold_domain::{Directory, Role};
use bifold_store::query::level::{Sample, Tally};
use std::collections::BTreeSet;

/// Steps that a form has room for besides those there are.
const EMPTY_STEPS: usize = 2;

/// What the conditions of a pause are chosen from.
const PAUSES: [Test; 6] = [
    Test::PendingUser,
    Test::PendingScheduled,
    Test::PendingSupplier,
    Test::PendingChange,
    Test::PendingEvidence,
    Test::Gated,
];

/// The conditions besides the pause, in the order of a clock's life.
pub(super) const OTHERS: [&str; 5] = ["start", "resume", "stop", "reset", "cancel"];

/// The tests of one of [`OTHERS`].
pub(super) fn tests<'a>(of: &'a mut Conditions, part: &str) -> &'a mut BTreeSet<Test> {
    match part {
        "start" => &mut of.start,
        "resume" => &mut of.resume,
        "stop" => &mut of.stop,
        "reset" => &mut of.reset,
        _ => &mut of.cancel,
    }
}

/// Which level, and where it stands.
pub(super) struct Of<'a> {
    pub(super) key: String,
    pub(super) level: Option<&'a Level>,
    pub(super) place: usize,
    pub(super) version: u64,
}

/// What a back-test found.
pub(super) struct Tried {
    pub(super) incidents: u64,
    pub(super) is_cut: bool,
    pub(super) clocks: Vec<(String, Tally, Tally)>,
    pub(super) samples: Vec<Sample>,
}

#[derive(Template)]
#[template(path = "settings-level.html")]
pub(super) struct LevelPage {
    f: Frame,
    sections: Vec<Section>,
    form_key: String,
    version: u64,
    key: String,
    is_new: bool,
    place: usize,
    agreement: String,
    parties: Vec<Choice>,
    priorities: Vec<(u8, bool)>,
    kinds: Vec<Choice>,
    services: Vec<Choice>,
    customers: Vec<Choice>,
    teams: Vec<Choice>,
    metrics: Vec<Part>,
    sentences: Vec<Sentence>,
    tried: Option<Tried>,
}

/// The part of the form for one metric.
struct Part {
    word: &'static str,
    name: String,
    minutes: String,
    calendars: Vec<Choice>,
    pauses: Vec<Choice>,
    /// Each test: its word, what it says, and which of [`OTHERS`] it is among.
    tests: Vec<(&'static str, String, [bool; 5])>,
    /// Whether the conditions are other than usual, but for the pause.
    is_own: bool,
    on_change: Vec<Choice>,
    on_reopen: Vec<Choice>,
    steps: Vec<Row>,
}

/// A step of the ladder in the form.
struct Row {
    at: String,
    units: Vec<Choice>,
    acts: Vec<Choice>,
    whom: Vec<Choice>,
}

impl LevelPage {
    fn others() -> [&'static str; 5] {
        OTHERS
    }

    pub(super) fn of(
        l: Locale,
        around: Around,
        directory: &Directory,
        of: &Of<'_>,
        tried: Option<Tried>,
    ) -> Self {
        let when = of.level.map(|level| level.when.clone()).unwrap_or_default();
        let party = of.level.map_or(Party::Sla, |level| level.party);
        let services = directory.services.values();
        let teams = directory.teams.iter();
        Self {
            f: around.f,
            sections: around.sections,
            form_key: around.key,
            version: of.version,
            is_new: of.key == "new",
            key: of.key.clone(),
            place: of.place,
            agreement: of
                .level
                .map(|level| level.agreement.to_string())
                .unwrap_or_default(),
            parties: words(l, "party", Party::ALL, party, Party::word),
            priorities: (1..=5)
                .map(|n| (n, when.priorities.iter().any(|p| p.number() == n)))
                .collect(),
            kinds: directory
                .policy
                .kinds
                .keys()
                .map(|k| Choice::new(k, &l.word("kind", k.as_str()), when.kinds.contains(k)))
                .collect(),
            services: services
                .map(|s| Choice::new(&s.id, &s.entry.name, when.services.contains(&s.id)))
                .collect(),
            customers: choice::customers(directory, None)
                .into_iter()
                .map(|c| Choice {
                    is_on: when.customers.iter().any(|on| on.as_str() == c.value),
                    ..c
                })
                .collect(),
            teams: teams
                .map(|(id, team)| Choice::new(id, &team.name, when.teams.contains(id)))
                .collect(),
            metrics: Metric::ALL
                .iter()
                .map(|m| part(l, directory, *m, of.level))
                .collect(),
            sentences: of
                .level
                .iter()
                .flat_map(|level| &level.targets)
                .map(|target| sentence(l, target, directory))
                .collect(),
            tried,
        }
    }
}

fn words<T: Copy + PartialEq>(
    l: Locale,
    set: &str,
    all: &[T],
    now: T,
    word: fn(T) -> &'static str,
) -> Vec<Choice> {
    let choice = |one: &T| Choice::new(&word(*one), &l.word(set, word(*one)), *one == now);
    all.iter().map(choice).collect()
}

fn part(l: Locale, directory: &Directory, metric: Metric, level: Option<&Level>) -> Part {
    let target: Option<&Target> =
        level.and_then(|level| level.targets.iter().find(|t| t.metric == metric));
    let usual = Conditions::usual(metric);
    let conditions = target.map_or(usual, Target::conditions);
    let calendars = directory.policy.terms.calendars.iter();
    let calendar = target.map(|t| t.calendar.as_str()).unwrap_or_default();
    let ladder = target.map(|t| t.ladder.as_slice()).unwrap_or_default();
    let empty = std::iter::repeat_n(None, EMPTY_STEPS);
    Part {
        word: metric.word(),
        name: l.word("metric", metric.word()),
        minutes: target.map(|t| t.minutes.to_string()).unwrap_or_default(),
        calendars: calendars
            .filter_map(|(key, dated)| {
                let name = &dated.newest()?.value.name;
                Some(Choice::new(key, name, key.as_str() == calendar))
            })
            .collect(),
        pauses: Test::ALL
            .iter()
            .filter(|test| PAUSES.contains(test) || conditions.pause.contains(test))
            .map(|test| {
                let is_on = conditions.pause.contains(test);
                Choice::new(&test.word(), &l.word("level-test", test.word()), is_on)
            })
            .collect(),
        tests: Test::ALL
            .iter()
            .map(|test| {
                let mut own = conditions.clone();
                let is_on = OTHERS.map(|part| tests(&mut own, part).contains(test));
                (test.word(), l.word("level-test", test.word()), is_on)
            })
            .collect(),
        is_own: conditions.clone()
            != Conditions {
                pause: conditions.pause.clone(),
                ..usual.clone()
            },
        on_change: words(
            l,
            "on-change",
            OnChange::ALL,
            target.map_or(OnChange::Forward, |t| t.on_change),
            OnChange::word,
        ),
        on_reopen: words(
            l,
            "on-reopen",
            OnReopen::ALL,
            target.map_or(OnReopen::GoOn, |t| t.on_reopen),
            OnReopen::word,
        ),
        steps: ladder
            .iter()
            .map(Some)
            .chain(empty)
            .map(|step| row(l, directory, step))
            .collect(),
    }
}

fn row(l: Locale, directory: &Directory, step: Option<&Step>) -> Row {
    let (at, unit) = match step.map(|step| step.at) {
        None => (String::new(), "percent"),
        Some(Threshold::Percent(n)) => (n.to_string(), "percent"),
        Some(Threshold::Minutes(n)) if n < 0 => ((-n).to_string(), "before"),
        Some(Threshold::Minutes(n)) => (n.to_string(), "after"),
        Some(Threshold::Likely { percent, .. }) => (percent.to_string(), "likely"),
    };
    // What the API set and the form has no field for is kept.
    let left = match step.map(|step| step.at) {
        Some(Threshold::Likely { left, .. }) => left,
        _ => LEFT,
    };
    let (act, whom) = step.map_or(("notify", String::new()), |step| named(&step.act));
    let choice = |set: &str, word: &str, now: &str| {
        Choice::new(&word.to_owned(), &l.word(set, word), word == now)
    };
    Row {
        at,
        units: ["percent", "before", "after"]
            .map(|u| choice("step-unit", u, unit))
            .into_iter()
            .chain([Choice::new(
                &format!("likely:{left}"),
                &l.with("step-unit-likely", "left", l.span(i64::from(left) * 60)),
                unit == "likely",
            )])
            .collect(),
        acts: ["notify", "page", "raise", "reassign", "major"]
            .map(|a| choice("step-do", a, act))
            .into(),
        whom: whom_choices(l, directory, &whom),
    }
}

/// What a step does and whom it names, as the form writes them.
fn named(act: &Act) -> (&'static str, String) {
    let all = |whom: &BTreeSet<Whom>| {
        let words: Vec<String> = whom.iter().map(word_of).collect();
        words.join(&SEVERAL.to_string())
    };
    match act {
        Act::Notify { whom } => ("notify", all(whom)),
        Act::Page { whom } => ("page", all(whom)),
        Act::Raise { to } => ("raise", format!("severity:{}", to.number())),
        Act::Reassign { team } => ("reassign", format!("team:{team}")),
        Act::Major { responsible } => {
            let person = responsible.as_ref().map(|who| format!("person:{who}"));
            ("major", person.unwrap_or_default())
        }
    }
}

fn word_of(whom: &Whom) -> String {
    match whom {
        Whom::Assignee => "assignee".to_owned(),
        Whom::Holders => "holders".to_owned(),
        Whom::Seat(role) => format!("seat:{}", role.word()),
        Whom::Role(role) => format!("role:{}", role.word()),
        Whom::Team(team) => format!("team:{team}"),
        Whom::Person(person) => format!("person:{person}"),
        Whom::Function(key) => format!("function:{key}"),
        Whom::Schedule(id) => format!("schedule:{id}"),
        Whom::Chain(id) => format!("chain:{id}"),
    }
}

fn whom_choices(l: Locale, directory: &Directory, now: &str) -> Vec<Choice> {
    let choice = |value: String, label: String| {
        let is_on = value == now;
        Choice::new(&value, &label, is_on)
    };
    let mut all = vec![
        choice("assignee".to_owned(), l.t("whom-assignee")),
        choice("holders".to_owned(), l.t("whom-holders")),
    ];
    all.extend(on_call_choices(l, directory, now));
    let roles = [Role::IncidentManager, Role::SecurityOfficer, Role::Agent];
    all.extend(roles.map(|r| choice(format!("role:{}", r.word()), l.word("role", r.word()))));
    let functions = directory.policy.functions.keys();
    all.extend(functions.map(|key| choice(format!("function:{key}"), key.to_string())));
    let teams = directory.teams.iter();
    all.extend(teams.map(|(id, team)| choice(format!("team:{id}"), team.name.to_string())));
    let people = directory
        .people
        .iter()
        .filter(|(_, person)| person.is_active);
    all.extend(people.map(|(id, person)| choice(format!("person:{id}"), person.name.shown())));
    all.extend((1..=5).map(|n| choice(format!("severity:{n}"), format!("SEV-{n}"))));
    // Several people of one step are one choice.
    if now.contains(SEVERAL) {
        let label = |word: &str| {
            let found = all.iter().find(|choice| choice.value == word);
            found.map_or_else(|| word.to_owned(), |choice| choice.label.clone())
        };
        let labels: Vec<String> = now.split(SEVERAL).map(label).collect();
        all.insert(0, Choice::new(&now.to_owned(), &labels.join(", "), true));
    }
    all
}
