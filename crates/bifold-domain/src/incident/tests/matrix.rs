//! Every command against every role: who may, who may not, and for whom the record is not there.

use super::places::place;
use super::*;
use crate::access::Role;
use crate::event::Dismissal;
use crate::level::Whom;
use crate::refusal::Class;

pub(super) const WORK: &[&str] = &[
    "agent",
    "resolver",
    "analyst",
    "manager",
    "officer",
    "deputy",
    "custodian",
];
const ASSESS: &[&str] = &[
    "agent", "resolver", "analyst", "manager", "officer", "deputy",
];
pub(super) const DESK: &[&str] = &["agent", "manager", "officer", "deputy"];
pub(super) const LEADS: &[&str] = &["manager", "officer", "deputy"];
pub(super) const CLEARED: &[&str] = &["manager", "officer", "deputy", "custodian"];
const ADMINISTRATOR: &[&str] = &["administrator"];

/// Where a command is possible, and for whom.
pub(super) struct Scenario {
    given: Case,
    command: Command,
    allowed: Vec<&'static str>,
}

/// Minutes of a day.
const DAYS: i64 = 24 * 60;

const COMMANDS: usize = 78;

/// One command of each variant.
pub(super) fn one_of_each() -> Vec<Command> {
    let mut seen = BTreeSet::new();
    scenarios()
        .into_iter()
        .map(|s| s.command)
        .filter(|command| seen.insert(place(command)))
        .collect()
}

pub(super) fn row_of(given: Case, command: Command, allowed: &[&'static str]) -> Scenario {
    Scenario {
        given,
        command,
        allowed: allowed.to_vec(),
    }
}

fn scenarios() -> Vec<Scenario> {
    [
        intake(),
        judgement(),
        stages(),
        lanes_and_tasks(),
        words_and_roles(),
        links(),
        endings(),
        majors_and_access(),
        super::gate::scenarios(),
        super::window::scenarios(),
        super::room::scenarios(),
        super::major::scenarios(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn intake() -> Vec<Scenario> {
    let first = || row(ImportedStage::New, 3);
    vec![
        row_of(nothing(), Command::Declare(Box::new(declare())), ASSESS),
        row_of(
            nothing(),
            Command::Import(Box::new(import(first()))),
            ADMINISTRATOR,
        ),
        row_of(
            imported(first()),
            Command::Observe(Box::new(first())),
            ADMINISTRATOR,
        ),
    ]
}

fn judgement() -> Vec<Scenario> {
    let to = |number| {
        Command::OverridePriority(OverridePriority {
            to: p(number),
            reason: text("By decision."),
        })
    };
    let prioritise = Command::Prioritise(Prioritise {
        impact: Impact::Minor,
        urgency: Urgency::Low,
        reason: text("Counted."),
    });
    let times = Command::CorrectTimes(CorrectTimes {
        times: StatedTimes {
            detected: Some(morning()),
            ..StatedTimes::default()
        },
        reason: text("From the log."),
    });
    let evidence = Track::Evidence {
        to: EvidenceState::Collecting,
        reason: None,
    };
    let containment = Track::Containment {
        to: Containment::Started,
    };
    let notification = Track::Notification {
        to: NotificationState::Pending,
    };
    let review = |to| Command::Track(Track::Review { to });
    let due = declared().and("agent", review(ReviewState::Due));
    vec![
        row_of(declared(), verdict(service(), Finding::Yes), ASSESS),
        row_of(declared(), verdict(security(), Finding::Yes), ASSESS),
        row_of(
            declared().and("resolver", verdict(service(), Finding::Yes)),
            verdict(service(), Finding::No),
            LEADS,
        ),
        row_of(
            declared(),
            rating(&[(Dimension::Rights, Harm::Minor)]),
            ASSESS,
        ),
        row_of(declared(), prioritise, ASSESS),
        row_of(declared(), to(1), WORK),
        row_of(declared(), to(5), LEADS),
        row_of(declared(), categorised("network"), WORK),
        row_of(declared(), times, WORK),
        row_of(secured(), Command::Track(evidence), CLEARED),
        row_of(secured(), Command::Track(containment), CLEARED),
        row_of(secured(), Command::Track(notification), CLEARED),
        row_of(due.clone(), review(ReviewState::Done), WORK),
        row_of(due, review(ReviewState::NotApplicable), LEADS),
    ]
}

fn stages() -> Vec<Scenario> {
    let hold = || {
        Command::Hold(Hold {
            on: PendingOn::User,
            reason: text("We asked."),
            until: None,
        })
    };
    let assign = Command::Assign(Assign {
        team: Some(team("network")),
        person: None,
    });
    let snooze = || {
        Command::Snooze(Sleep {
            until: morning().plus(crate::time::DAY),
            reason: text("Tomorrow."),
        })
    };
    let workaround = Command::SetWorkaround(in_words("Use the other till."));
    vec![
        row_of(declared(), Command::Acknowledge, WORK),
        row_of(declared(), assign, DESK),
        row_of(declared(), Command::Take, WORK),
        row_of(declared(), Command::Start, WORK),
        row_of(declared(), hold(), WORK),
        row_of(declared().and("agent", hold()), Command::Resume, WORK),
        row_of(
            declared().and("agent", workaround),
            Command::Mitigate(Mitigate { at: None }),
            WORK,
        ),
        row_of(declared(), snooze(), WORK),
        row_of(declared().and("agent", snooze()), Command::Wake, WORK),
    ]
}

fn lanes_and_tasks() -> Vec<Scenario> {
    let mut all = Vec::new();
    for (given, kind, workers, assigners) in [
        (declared(), service(), WORK, DESK),
        (secured(), security(), CLEARED, LEADS),
    ] {
        let with_task = given.clone().and(
            "officer",
            Command::AddTask(task(1), new_task(kind.clone(), true)),
        );
        let lane = Command::SetLane(SetLane {
            kind: kind.clone(),
            owner: Some(person("bystander")),
            team: None,
        });
        let give = GiveTask {
            owner: person("bystander"),
        };
        all.extend([
            row_of(given.clone(), lane, assigners),
            row_of(
                given.clone(),
                Command::AddTask(task(1), new_task(kind.clone(), true)),
                workers,
            ),
            row_of(with_task.clone(), Command::GiveTask(task(1), give), workers),
            row_of(
                with_task.clone(),
                Command::FinishTask(task(1), end()),
                workers,
            ),
            row_of(with_task, Command::DropTask(task(1), end()), workers),
            row_of(given, note(Some(kind), Audience::Internal), workers),
        ]);
    }
    all
}

fn words_and_roles() -> Vec<Scenario> {
    let hand = |role| {
        Command::HandRole(HandRole {
            role,
            to: person("bystander"),
            handover: None,
        })
    };
    let amend = Command::Amend(Amend {
        title: Some(title("Cards fail")),
        description: None,
        reason: text("Clearer."),
    });
    let mut and_reporter = WORK.to_vec();
    and_reporter.push("reporter");
    vec![
        row_of(declared(), note(None, Audience::Internal), WORK),
        row_of(declared(), note(None, Audience::Outward), &and_reporter),
        row_of(
            declared(),
            Command::SetWorkaround(in_words("Use the other till.")),
            WORK,
        ),
        row_of(
            declared(),
            Command::SetFix(in_words("Replace the till.")),
            WORK,
        ),
        row_of(declared(), amend, WORK),
        row_of(declared(), hand(IncidentRole::Scribe), DESK),
        row_of(secured(), hand(IncidentRole::SecurityLead), LEADS),
        row_of(secured(), hand(IncidentRole::EvidenceCustodian), LEADS),
    ]
}

fn links() -> Vec<Scenario> {
    let relation = Relation {
        kind: RelationKind::Related,
        other: open_one(),
    };
    let related = declared().and("agent", Command::Relate(relation.clone()));
    let merge = Command::Merge(Merge {
        into: open_one(),
        reason: text("The same."),
    });
    vec![
        row_of(declared(), Command::Relate(relation.clone()), WORK),
        row_of(related, Command::Unrelate(relation), WORK),
        row_of(
            declared(),
            Command::SetParent(SetParent {
                parent: Some(open_one()),
            }),
            WORK,
        ),
        row_of(declared(), merge, WORK),
        row_of(merged(), Command::Unmerge(because("Not the same.")), WORK),
    ]
}

fn escalate() -> Escalate {
    Escalate {
        way: Way::Hierarchical,
        whom: BTreeSet::from([Whom::Role(Role::IncidentManager)]),
        reason: text("The supplier does not answer."),
    }
}

fn endings() -> Vec<Scenario> {
    let reject = Command::Reject(Reject {
        ground: Dismissal::Benign,
        reason: text("As designed."),
    });
    let convert = Command::ConvertToRequest(ConvertToRequest {
        reference: short("REQ-7"),
        reason: text("They want a new screen."),
    });
    let confirmed = resolved().and("reporter", Command::Confirm);
    let cancelled = declared().and("agent", Command::Cancel(because("A test.")));
    let reopen = || Command::Reopen(because("Not over."));
    let mut and_reporter = WORK.to_vec();
    and_reporter.push("reporter");
    vec![
        row_of(declared(), Command::Resolve(resolve()), WORK),
        row_of(resolved(), Command::Confirm, &["reporter"]),
        row_of(confirmed, Command::Close(close()), DESK),
        row_of(closed(), reopen(), &and_reporter),
        row_of(cancelled, reopen(), DESK),
        row_of(declared(), reject, DESK),
        row_of(declared(), convert, DESK),
        row_of(declared(), Command::Cancel(because("A test.")), DESK),
        row_of(closed(), Command::Add(in_words("One thing more.")), WORK),
    ]
}

fn majors_and_access() -> Vec<Scenario> {
    let propose = || {
        Command::ProposeMajor(ProposeMajor {
            criteria: BTreeSet::from([MajorCriterion::ManyUsers]),
            reason: text("All of them."),
        })
    };
    let promote = || {
        Command::PromoteMajor(PromoteMajor {
            responsible: person("manager"),
            reason: text("All of them."),
        })
    };
    let proposed = declared().and("agent", propose());
    let promoted = declared().and("manager", promote());
    let everybody: Vec<&str> = PEOPLE.iter().map(|(name, _)| *name).collect();
    let for_all = declared().and("officer", Command::Restrict(only(&everybody, &[])));
    // The one member has neither the right nor a need to break it.
    let for_one = declared().and("officer", Command::Restrict(only(&["bystander"], &[])));
    vec![
        row_of(declared(), propose(), WORK),
        row_of(declared(), promote(), LEADS),
        row_of(proposed, Command::DeclineMajor(because("One.")), LEADS),
        row_of(promoted, Command::StandDown(because("Over.")), LEADS),
        row_of(
            declared(),
            Command::Restrict(only(&["manager"], &[])),
            LEADS,
        ),
        row_of(
            for_all,
            Command::Unrestrict(because("It is public.")),
            LEADS,
        ),
        row_of(
            for_one,
            Command::BreakGlass(because("It is burning.")),
            LEADS,
        ),
        row_of(declared().minutes_later(60 * DAYS), Command::Tick, WORK),
        row_of(declared(), Command::Foresee(foresee(90)), WORK),
        row_of(declared(), Command::Escalate(escalate()), WORK),
        row_of(declared(), Command::Label(Label { tlp: Tlp::Red }), WORK),
        row_of(declared(), Command::Export(export()), CLEARED),
    ]
}

#[test]
fn every_command_is_here() {
    let places: BTreeSet<usize> = scenarios().iter().map(|s| place(&s.command)).collect();
    assert_eq!(places, (0..COMMANDS).collect());
}

#[test]
fn each_command_is_for_the_roles_the_table_says_and_for_no_other() {
    for scenario in scenarios() {
        for (who, role) in PEOPLE.iter().filter(|(who, _)| *who != "former") {
            let then = scenario
                .given
                .clone()
                .when(scenario.command.clone())
                .by(who);
            let shown = format!("{:?} by {who}, {role}", scenario.command);
            assert_eq!(
                then.is_accepted(),
                scenario.allowed.contains(who),
                "{shown}"
            );
            // Who may not is told so, or that it is not there; never anything about its state.
            // The priority itself is on every list.
            assert!(
                matches!(
                    then.refusal(),
                    None | Some(Refusal::PriorityWouldFall { .. })
                ) || matches!(
                    then.refusal().map(Refusal::class),
                    Some(Class::NotAllowed | Class::NotFound)
                ),
                "{shown}: {:?}",
                then.refusal()
            );
        }
    }
}

#[test]
fn an_auditor_and_an_administrator_change_nothing_of_an_incident_declared_here() {
    for who in ["auditor", "administrator"] {
        for scenario in scenarios() {
            let imports = matches!(scenario.command, Command::Import(_) | Command::Observe(_));
            let answer = scenario.given.decide(who, scenario.command.clone());
            assert!(
                answer.is_err() || (imports && who == "administrator"),
                "{:?} by {who}",
                scenario.command
            );
        }
    }
}

#[test]
fn a_restricted_record_is_not_there_for_anybody_outside_on_any_command() {
    let compartment = Compartment {
        people: BTreeSet::from([person("deputy")]),
        teams: BTreeSet::new(),
    };
    let restriction = Fact::Restricted {
        compartment,
        reason: text("Need to know.").into(),
    };
    for scenario in scenarios() {
        let given = match scenario.given.state {
            Some(_) => scenario.given,
            None => declared(),
        };
        let restricted = given.fact("deputy", &restriction);
        for (who, role) in PEOPLE {
            let opens_glass = matches!(scenario.command, Command::BreakGlass(_))
                && ["manager", "officer"].contains(who);
            if ["former", "deputy"].contains(who) || opens_glass {
                continue;
            }
            let answer = restricted.decide(who, scenario.command.clone());
            assert_eq!(
                answer,
                Err(Refusal::no("incident")),
                "{:?} by {who}, {role}",
                scenario.command
            );
        }
    }
}

#[test]
fn a_command_asks_for_exactly_the_neighbours_it_names() {
    for command in one_of_each() {
        let needs = command.needs();
        let names_one = matches!(
            command,
            Command::Relate(_) | Command::Unrelate(_) | Command::SetParent(_) | Command::Merge(_)
        );
        assert_eq!(needs.incidents.len(), usize::from(names_one), "{command:?}");
        let numbered = matches!(command, Command::Declare(_) | Command::Import(_));
        assert_eq!(needs.number, numbered, "{command:?}");
        let weighs_children = matches!(
            command,
            Command::Close(_)
                | Command::Reject(_)
                | Command::ConvertToRequest(_)
                | Command::Cancel(_)
                | Command::Merge(_)
                | Command::SetParent(_)
                | Command::Weigh
        );
        assert_eq!(needs.open_children, weighs_children, "{command:?}");
    }
    let mut new = declare();
    new.event = Some(event());
    new.assets = BTreeSet::from([server()]);
    new.split_from = Some(open_one());
    let needs = Command::Declare(Box::new(new)).needs();
    assert_eq!(
        (needs.events, needs.assets, needs.incidents),
        (vec![event()], vec![server()], vec![open_one()])
    );
}

fn export() -> Export {
    Export {
        bundle: crate::id::RequestId::from_bits(1),
        terms: ExportTerms {
            recipient: short("State police"),
            purpose: text("Investigation."),
            legal_basis: None,
            tlp: Tlp::Red,
        },
        release: None,
        heads: Vec::new(),
    }
}
