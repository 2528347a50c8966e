//! Random commands from random people, and what holds whatever they do.

use super::sealed::is_permitted_on_sealed;
use super::*;
use crate::event::Dismissal;
use crate::id::TaskId;
use crate::time::{DAY, HOUR};
use proptest::prelude::*;
use proptest::sample::select;

fn name() -> impl Strategy<Value = &'static str> {
    select(PEOPLE).prop_map(|(name, _)| name)
}
fn acting() -> impl Strategy<Value = &'static str> {
    // Those who can do most come up most, so that sequences get somewhere.
    prop_oneof![
        4 => select(vec!["agent", "manager", "officer", "deputy", "reporter", "administrator"]),
        1 => name().prop_filter("may sign in", |n| *n != "former"),
    ]
}
fn any_kind() -> impl Strategy<Value = KindKey> {
    select(vec![service(), security(), privacy()])
}
fn any_other() -> impl Strategy<Value = IncidentId> {
    select(vec![
        open_one(),
        a_child(),
        closed_one(),
        merged_one(),
        hidden_one(),
        this(),
    ])
}
fn any_task() -> impl Strategy<Value = TaskId> {
    (1..3_u128).prop_map(task)
}
fn any_time() -> impl Strategy<Value = At> {
    (-48..96_i64).prop_map(|hours| morning().plus(hours * HOUR))
}
fn why() -> impl Strategy<Value = Text> {
    select(vec!["Because.", "For another reason."]).prop_map(text)
}
fn word_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    select(all)
}

fn any_row() -> impl Strategy<Value = Observation> {
    let security = proptest::option::of(any::<bool>());
    let count = proptest::option::of(0..4_u32);
    (word_of(ImportedStage::ALL), 1..=5_u8, security, count).prop_map(
        |(stage, priority, is_security, reopened)| Observation {
            is_security,
            reopened,
            ..row(stage, priority)
        },
    )
}

fn judging() -> impl Strategy<Value = Command> {
    let assess = (any_kind(), word_of(Finding::ALL), why()).prop_map(|(kind, finding, reason)| {
        Command::Assess(Assess {
            kind,
            finding,
            answers: BTreeMap::new(),
            reason,
        })
    });
    let rate = proptest::collection::btree_map(word_of(Dimension::ALL), word_of(Harm::ALL), 0..3)
        .prop_map(|ratings| {
            Command::Rate(Rate {
                ratings,
                basis: text("Seen."),
            })
        });
    let prioritise = (word_of(Impact::ALL), word_of(Urgency::ALL), why()).prop_map(
        |(impact, urgency, reason)| {
            Command::Prioritise(Prioritise {
                impact,
                urgency,
                reason,
            })
        },
    );
    let set = (1..=5_u8, why())
        .prop_map(|(to, reason)| Command::OverridePriority(OverridePriority { to: p(to), reason }));
    let track = prop_oneof![
        word_of(Containment::ALL).prop_map(|to| Track::Containment { to }),
        (word_of(EvidenceState::ALL), proptest::option::of(why()))
            .prop_map(|(to, reason)| Track::Evidence { to, reason }),
        word_of(NotificationState::ALL).prop_map(|to| Track::Notification { to }),
        word_of(ReviewState::ALL).prop_map(|to| Track::Review { to }),
    ];
    prop_oneof![3 => assess, 2 => rate, 1 => prioritise, 1 => set, 2 => track.prop_map(Command::Track)]
}

fn working() -> impl Strategy<Value = Command> {
    let assign = (proptest::option::of(name()), any::<bool>()).prop_map(|(who, network)| {
        Command::Assign(Assign {
            team: network.then(|| team("network")),
            person: who.map(person),
        })
    });
    let hold =
        (word_of(PendingOn::ALL), proptest::option::of(any_time())).prop_map(|(on, until)| {
            Command::Hold(Hold {
                on,
                until,
                reason: text("Asked."),
            })
        });
    let lane = (any_kind(), proptest::option::of(name())).prop_map(|(kind, who)| {
        Command::SetLane(SetLane {
            kind,
            owner: who.map(person),
            team: Some(team("csirt")),
        })
    });
    let tasks = prop_oneof![
        (any_task(), any_kind(), any::<bool>())
            .prop_map(|(id, kind, mandatory)| Command::AddTask(id, new_task(kind, mandatory))),
        (any_task(), name())
            .prop_map(|(id, who)| Command::GiveTask(id, GiveTask { owner: person(who) })),
        any_task().prop_map(|id| Command::FinishTask(id, end())),
        any_task().prop_map(|id| Command::DropTask(id, end())),
    ];
    let noted = (proptest::option::of(any_kind()), word_of(Audience::ALL))
        .prop_map(|(lane, audience)| note(lane, audience));
    let hand = (word_of(IncidentRole::ALL), name()).prop_map(|(role, to)| {
        Command::HandRole(HandRole {
            role,
            to: person(to),
            handover: None,
        })
    });
    let sleep =
        (any_time(), why()).prop_map(|(until, reason)| Command::Snooze(Sleep { until, reason }));
    let mitigated =
        proptest::option::of(any_time()).prop_map(|at| Command::Mitigate(Mitigate { at }));
    let plain = select(vec![
        Command::Acknowledge,
        Command::Take,
        Command::Start,
        Command::Resume,
        Command::Wake,
        Command::SetWorkaround(in_words("Restart it.")),
        Command::SetFix(in_words("Replace it.")),
        categorised("network"),
    ]);
    prop_oneof![
        1 => assign,
        1 => hold,
        1 => lane,
        7 => tasks,
        1 => noted,
        1 => hand,
        1 => sleep,
        1 => mitigated,
        4 => plain,
    ]
}

fn ending() -> impl Strategy<Value = Command> {
    let links = (word_of(RelationKind::ALL), any_other()).prop_flat_map(|(kind, other)| {
        let relation = Relation { kind, other };
        select(vec![
            Command::Relate(relation.clone()),
            Command::Unrelate(relation.clone()),
            Command::SetParent(SetParent {
                parent: Some(relation.other.clone()),
            }),
            Command::SetParent(SetParent { parent: None }),
            Command::Merge(Merge {
                into: relation.other,
                reason: text("The same."),
            }),
            Command::Unmerge(because("Not the same.")),
        ])
    });
    let ends = select(vec![
        Command::Resolve(resolve()),
        Command::Resolve(resolve()),
        Command::Confirm,
        Command::Close(close()),
        Command::Close(Close {
            cause: Some(short("defect")),
            without_confirmation: Some(text("By telephone.")),
        }),
        Command::Reopen(because("Not over.")),
        Command::Cancel(because("A test.")),
        Command::Add(in_words("One thing more.")),
        Command::ConvertToRequest(ConvertToRequest {
            reference: short("REQ-7"),
            reason: text("They want something."),
        }),
        Command::Reject(Reject {
            ground: Dismissal::Benign,
            reason: text("As designed."),
        }),
    ]);
    let guards = prop_oneof![
        word_of(Tlp::ALL).prop_map(|tlp| Command::Label(Label { tlp })),
        proptest::collection::vec(name(), 0..3)
            .prop_map(|names| Command::Restrict(only(&names, &["csirt"]))),
        select(vec![
            Command::Unrestrict(because("Public.")),
            Command::BreakGlass(because("Burning.")),
            Command::DeclineMajor(because("One.")),
            Command::StandDown(because("Over.")),
        ]),
        name().prop_map(|who| Command::PromoteMajor(PromoteMajor {
            responsible: person(who),
            reason: text("All of them."),
        })),
    ];
    prop_oneof![2 => links, 3 => ends, 1 => guards]
}

#[derive(Debug, Clone)]
struct Step {
    who: &'static str,
    command: Command,
    hours_later: i64,
    children: u64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let observe = any_row().prop_map(|row| Command::Observe(Box::new(row)));
    let command = prop_oneof![4 => judging(), 6 => working(), 4 => ending(), 1 => observe];
    let step = (acting(), command, 0..30_i64, select(vec![0, 0, 0, 2_u64])).prop_map(
        |(who, command, hours_later, children)| Step {
            who,
            command,
            hours_later,
            children,
        },
    );
    proptest::collection::vec(step, 1..60)
}

type Beginning = fn() -> Case;

fn from_elsewhere() -> Case {
    imported(row(ImportedStage::New, 3))
}
fn restricted() -> Case {
    declared().and(
        "officer",
        Command::Restrict(only(&["officer", "agent"], &[])),
    )
}

/// Where a history starts: random steps alone rarely get as far as a closure.
fn here() -> impl Strategy<Value = Beginning> {
    select(vec![
        declared as Beginning,
        secured,
        resolved,
        closed,
        merged,
        restricted,
    ])
}
fn anywhere() -> impl Strategy<Value = Beginning> {
    prop_oneof![5 => here(), 1 => Just(from_elsewhere as Beginning)]
}

/// Runs the steps and shows each accepted fact with the state before and after it.
fn run(begin: Beginning, steps: Vec<Step>, mut look: impl FnMut(&Case, &Fact, &Case)) -> Case {
    let mut case = begin();
    for step in steps {
        case = case
            .later(step.hours_later * HOUR)
            .with(|case| case.neighbours.open_children = step.children);
        let Ok(facts) = case.decide(step.who, step.command) else {
            continue;
        };
        assert!(!facts.is_empty(), "accepted, and nothing happened");
        for fact in facts {
            let before = case.clone();
            case = case.fact(step.who, &fact);
            look(&before, &fact, &case);
        }
    }
    case
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_accepted_history_folds_and_every_state_reads_back(
        begin in anywhere(), steps in steps()
    ) {
        run(begin, steps, |_, fact, after| {
            let json = serde_json::to_string(after.incident()).unwrap();
            let back: Incident = serde_json::from_str(&json).unwrap();
            assert_eq!(&back, after.incident());
            let json = serde_json::to_value(fact).unwrap();
            assert_eq!(&serde_json::from_value::<Fact>(json).unwrap(), fact);
        });
    }

    #[test]
    fn handling_priority_only_rises_except_by_decision(
        begin in anywhere(), steps in steps()
    ) {
        run(begin, steps, |before, fact, after| {
            let (old, new) = (before.incident().handling, after.incident().handling);
            let by_decision = matches!(fact, Fact::PriorityOverridden { .. });
            // A source is followed down as long as nobody here decided otherwise.
            let followed = matches!(fact, Fact::Observed { .. })
                && old == before.incident().scores.merged();
            assert!(new <= old || by_decision || followed, "{fact:?}: {old} to {new}");
        });
    }

    #[test]
    fn handling_is_as_urgent_as_the_scores_until_somebody_lowers_it(begin in here(), steps in steps()) {
        let mut lowered = false;
        run(begin, steps, |_, fact, after| {
            lowered |= matches!(fact, Fact::PriorityOverridden { .. });
            let incident = after.incident();
            assert!(lowered || incident.handling <= incident.scores.merged());
        });
    }

    #[test]
    fn a_sealed_record_changes_only_by_what_it_takes(
        begin in anywhere(), steps in steps()
    ) {
        run(begin, steps, |before, fact, after| {
            let (old, new) = (before.incident(), after.incident());
            assert!(
                !old.stage.is_sealed() || is_permitted_on_sealed(fact, old, new),
                "{fact:?} on {old:?}"
            );
        });
    }

    #[test]
    fn what_was_said_first_never_changes(begin in anywhere(), steps in steps()) {
        let first = begin();
        let last = run(begin, steps, |_, _, _| ());
        prop_assert_eq!(&last.incident().original, &first.incident().original);
        prop_assert_eq!(last.incident().times.recorded, first.incident().times.recorded);
        prop_assert_eq!(last.incident().number, first.incident().number);
    }

    #[test]
    fn tasks_are_bounded_and_each_has_its_own_id(begin in here(), steps in steps()) {
        let last = run(begin, steps, |_, _, _| ());
        let tasks = &last.incident().tasks;
        let ids: BTreeSet<_> = tasks.iter().map(|t| &t.id).collect();
        prop_assert_eq!(ids.len(), tasks.len());
        prop_assert!(tasks.len() <= 200);
    }

    #[test]
    fn what_is_acted_on_was_readable_and_the_summary_tells_the_stage(
        begin in anywhere(), steps in steps()
    ) {
        let mut case = begin();
        for step in steps {
            case = case.later(step.hours_later * HOUR);
            let summary = case.incident().summary();
            prop_assert_eq!(summary.is_open, case.incident().stage.is_open());
            prop_assert!(!(case.incident().stage.is_open() && case.incident().stage.is_sealed()));
            prop_assert_eq!(
                summary.merged_into.is_some(),
                matches!(case.incident().stage, Stage::Merged { .. })
            );
            prop_assert_eq!(&summary.parent, &case.incident().parent);
            let viewer = case.actor(step.who).viewer();
            let reads = case.incident().is_readable_by(&viewer, case.now);
            let breaks = matches!(step.command, Command::BreakGlass(_));
            match case.decide(step.who, step.command) {
                Ok(facts) => {
                    prop_assert!(reads || breaks);
                    for fact in facts {
                        case = case.fact(step.who, &fact);
                    }
                }
                Err(refusal) => {
                    prop_assert!(reads || refusal == Refusal::no("incident"));
                }
            }
        }
    }

    #[test]
    fn nobody_uncleared_ever_adds_to_the_security_lane(begin in here(), steps in steps()) {
        let mut case = begin();
        for step in steps {
            let seated = |case: &Case| {
                let actor = case.actor(step.who);
                case.incident().is_seated(&security(), &actor.person, &actor.teams)
            };
            let actor = case.actor(step.who);
            let cleared = actor.may(crate::access::Permission::WorkSensitiveLanes)
                || seated(&case);
            if let Ok(facts) = case.decide(step.who, step.command) {
                for fact in facts {
                    // Anybody may answer the open question, rate harm, and hand on their role.
                    let is_work = fact.lane() == Some(security())
                        && !matches!(
                            fact,
                            Fact::VerdictGiven { .. }
                                | Fact::Rated { .. }
                                | Fact::RoleHanded { .. }
                        );
                    prop_assert!(cleared || !is_work, "{:?} by {}", fact, step.who);
                    case = case.fact(step.who, &fact);
                }
            }
        }
    }

    #[test]
    fn a_closed_record_left_nothing_open(begin in here(), steps in steps()) {
        run(begin, steps, |before, fact, _| {
            if let Fact::Closed { .. } = fact {
                let incident = before.incident();
                assert!(incident.category.is_some());
                assert!(incident.tasks.iter().all(|t| !t.is_mandatory || t.end != TaskEnd::Open));
                assert_ne!(incident.finding(&service()), Finding::Undetermined);
                assert_ne!(incident.finding(&security()), Finding::Undetermined);
                assert_ne!(incident.notification, NotificationState::Pending);
                assert_ne!(incident.review, ReviewState::Due);
                assert!(!matches!(
                    incident.evidence,
                    EvidenceState::Planned | EvidenceState::Collecting
                ));
            }
        });
    }

    #[test]
    fn times_of_the_end_stand_only_on_what_has_ended(begin in here(), steps in steps()) {
        let last = run(begin, steps, |_, _, _| ());
        let incident = last.incident();
        if incident.stage.is_open() {
            prop_assert_eq!(incident.times.resolved, None);
            prop_assert_eq!(incident.times.closed, None);
            prop_assert_eq!(incident.times.confirmed, None);
        }
        let recorded = incident.times.recorded;
        for end in [incident.times.resolved, incident.times.closed].into_iter().flatten() {
            prop_assert!(end >= recorded && end <= last.now.plus(DAY));
        }
    }
}

#[test]
fn random_histories_get_somewhere() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut met = BTreeSet::new();
    for _ in 0..500 {
        let begin = here().new_tree(&mut runner).unwrap().current();
        let steps = steps().new_tree(&mut runner).unwrap().current();
        run(begin, steps, |_, fact, after| {
            let json = serde_json::to_value(fact).unwrap();
            met.insert(json["fact"].as_str().unwrap().to_owned());
            met.insert(after.incident().stage.word().to_owned());
        });
    }
    // Else the properties above would hold of nothing.
    for word in [
        "closed",
        "reopened",
        "merged",
        "unmerged",
        "rejected",
        "cancelled",
        "converted_to_request",
        "restricted",
        "glass_broken",
        "addition_made",
        "priority_overridden",
        "task_finished",
        "mitigated",
    ] {
        assert!(met.contains(word), "{word} never happened: {met:?}");
    }
}
