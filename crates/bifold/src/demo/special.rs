//! What happens in every hospital once in a while, told one by one.
//!
//! Two major incidents of the past with all that hangs on them, a split, one that came back, a
//! proposal declined, one called off; and what is open: a proposal that waits, and restricted
//! records that most people here will never know of.

mod majors;
mod restricted;

use super::life::{Life, because, opening};
use super::rng::Rng;
use super::script::Script;
use super::words::{short, text, title};
use super::world::World;
use bifold_domain::event::Channel;
use bifold_domain::incident::{
    Amend, Command as C, CorrectTimes, Declare, Escalate, MajorCriterion, OverridePriority,
    Prioritise, ProposeMajor, Relation, RelationKind, StatedTimes, Way,
};
use bifold_domain::kind::{Answer, Finding};
use bifold_domain::level::Whom;
use bifold_domain::priority::{Impact, Priority, Urgency};
use bifold_domain::time::{DAY, HOUR, MINUTE};
use bifold_domain::{At, Role};
use std::collections::BTreeSet;

/// Minutes of an hour and of a day.
const H: i64 = 60;
const D: i64 = 24 * H;

/// Tells all of them.
pub(crate) fn tell(world: &World, script: &mut Script, days: i64, rng: &Rng) {
    let end = script.end();
    // The past is told at these parts of it, in hundredths before the end.
    let at = |hundredths: i64| end.plus(-days * DAY / 100 * hundredths);
    let rng = rng.fork(6);
    majors::outage(world, script, at(62), &rng.fork(1));
    majors::encryption(world, script, at(38), &rng.fork(2));
    split(world, script, at(47), &rng.fork(3));
    came_back(world, script, at(30), &rng.fork(4));
    declined(world, script, at(71), &rng.fork(5));
    called_off(world, script, at(55), &rng.fork(6));
    restricted::insider(world, script, at(80), &rng.fork(7));
    restricted::look_ups(world, script, end.plus(-26 * HOUR), &rng.fork(8));
    restricted::payroll(world, script, end.plus(-19 * HOUR), &rng.fork(9));
    waiting_proposal(world, script, end.plus(-95 * MINUTE), &rng.fork(10));
}

/// A declaration at the telephone, with service and category.
fn call(
    life: &Life<'_>,
    headline: &str,
    story: &str,
    size: (Impact, Urgency),
    (service, category, reporter): (&str, &str, &str),
) -> Declare {
    let mut new = opening(headline, story, size);
    new.service = Some(life.world.service(service));
    new.category = Some(short(category));
    new.reporter = Some(life.world.person(reporter));
    new.channel = Channel::Phone;
    new
}

fn propose(criteria: &[MajorCriterion], reason: &str) -> C {
    C::ProposeMajor(ProposeMajor {
        criteria: criteria.iter().copied().collect::<BTreeSet<_>>(),
        reason: text(reason),
    })
}

const DOWN: &[(&str, Answer)] = &[
    ("interrupted", Answer::Yes),
    ("users_affected", Answer::Yes),
];
const HURT: &[(&str, Answer)] = &[("degraded", Answer::Yes), ("users_affected", Answer::Yes)];
const MALICIOUS: &[(&str, Answer)] = &[("malicious", Answer::Yes), ("policy", Answer::Yes)];

fn harmless(life: &mut Life<'_>, who: &str, reason: &str) {
    let keys = [
        "confidentiality",
        "integrity",
        "malicious",
        "policy",
        "unexplained",
    ];
    let answers = keys.map(|key| (key, Answer::No));
    life.assess(who, "security", Finding::No, &answers, reason);
}

/// One report that was two: slow sign-in, and somebody who tries passwords.
fn split(world: &World, script: &mut Script, t0: At, rng: &Rng) {
    let size = (Impact::Moderate, Urgency::High);
    let mut slow = Life::new(world, rng.fork(1), t0);
    let headline = "Sign-in is slow and there are odd sign-ins at night";
    let story =
        "Since the weekend sign-in takes half a minute, and the list shows sign-ins at 3 a.m.";
    let new = call(
        &slow,
        headline,
        story,
        size,
        ("identity", "capacity", "anna"),
    );
    slow.minute(t0, 0).declare("petra", new, None);
    let words = "Half a minute instead of two seconds.";
    slow.minute(t0, 4)
        .assess("petra", "service", Finding::Yes, HURT, words);
    slow.minute(t0, 12)
        .assign("petra", "platform", Some("tomas"));
    slow.minute(t0, 30).note(
        "tomas",
        "Two things in one: the slowness is the backup; the sign-ins at night are not.",
    );
    split_off(world, script, t0, rng, &slow);
    let amend = Amend {
        title: Some(title("Sign-in takes half a minute")),
        description: None,
        reason: text("The odd sign-ins have a record of their own."),
    };
    slow.minute(t0, 40).act("petra", C::Amend(amend));
    harmless(
        &mut slow,
        "petra",
        "The suspicious part was split off; what is left is a slow disk.",
    );
    slow.minute(t0, 6 * H).resolve(
        "tomas",
        "configured",
        "capacity",
        "Backup moved to the night.",
    );
    slow.minute(t0, 8 * H).act("anna", C::Confirm);
    slow.minute(t0, 9 * H).close("petra", None);
    script.extend(slow.steps());
}

/// The other half of that report.
fn split_off(world: &World, script: &mut Script, t0: At, rng: &Rng, from: &Life<'_>) {
    let size = (Impact::Moderate, Urgency::High);
    let mut odd = Life::new(world, rng.fork(2), t0.plus(35 * MINUTE));
    let headline = "Passwords tried against six accounts at night";
    let story = "Split off: sign-ins at 3 a.m. on accounts of colleagues who were asleep.";
    let mut new = call(
        &odd,
        headline,
        story,
        size,
        ("identity", "intrusion", "anna"),
    );
    new.split_from = Some(from.incident.clone());
    odd.minute(t0, 36).declare("tomas", new, None);
    let words = "Somebody tries passwords; two of them fitted.";
    odd.minute(t0, 45)
        .assess("oona", "security", Finding::Yes, MALICIOUS, words);
    let runs = [("interrupted", Answer::No), ("degraded", Answer::No)];
    let words = "Sign-in itself works.";
    odd.minute(t0, 46)
        .assess("oona", "service", Finding::No, &runs, words);
    odd.minute(t0, 47).assign("oona", "csirt", Some("rania"));
    odd.minute(t0, 3 * H).note(
        "rania",
        "Both passwords changed, sessions ended, nothing was read.",
    );
    odd.evidence("bo", bifold_domain::incident::EvidenceState::Complete, None);
    odd.minute(t0, 5 * H).resolve(
        "rania",
        "contained",
        "attack",
        "Accounts secured; a second factor is asked at night from now on.",
    );
    odd.minute(t0, 20 * H).close(
        "oona",
        Some("The owners of both accounts were told in person."),
    );
    script.extend(odd.steps());
}

/// Resolved, and not over.
fn came_back(world: &World, script: &mut Script, t0: At, rng: &Rng) {
    let mut life = Life::new(world, rng.clone(), t0);
    let headline = "Appointment letters lose their second page";
    let story = "Patients arrive without having fasted: it stands on page two.";
    let size = (Impact::Moderate, Urgency::Medium);
    let new = call(
        &life,
        headline,
        story,
        size,
        ("portal", "software", "ruben"),
    );
    life.minute(t0, 0).declare("samir", new, None);
    let words = "Letters leave incomplete.";
    life.minute(t0, 6)
        .assess("samir", "service", Finding::Yes, HURT, words);
    harmless(
        &mut life,
        "samir",
        "A template; the change log names who and when.",
    );
    life.minute(t0, 20)
        .assign("samir", "platform", Some("yuki"));
    life.minute(t0, 2 * H).workaround(
        "yuki",
        "Print page two from the folder 'letters' and put it in.",
    );
    life.minute(t0, 5 * H)
        .resolve("yuki", "fixed", "defect", "Template has both pages again.");
    life.minute(t0, 7 * H).act("ruben", C::Confirm);
    life.minute(t0, 8 * H).close("samir", None);
    let why = "Three letters of this morning have one page again, all to patients of Dialysis.";
    life.minute(t0, 26 * H)
        .act("ruben", C::Reopen(because(why)));
    life.minute(t0, 27 * H).note(
        "yuki",
        "Dialysis has a template of its own; it had the same line.",
    );
    let times = StatedTimes {
        occurred_from: Some(t0.plus(-20 * HOUR)),
        ..StatedTimes::default()
    };
    let correct = CorrectTimes {
        times,
        reason: text("The first incomplete letter left the day before the report."),
    };
    life.minute(t0, 28 * H)
        .act("yuki", C::CorrectTimes(correct));
    let words = "All nine templates compared and corrected; a test prints each of them.";
    life.minute(t0, 30 * H)
        .resolve("yuki", "fixed", "defect", words);
    life.minute(t0, 33 * H).act("ruben", C::Confirm);
    life.minute(t0, 34 * H).close("samir", None);
    script.extend(life.steps());
}

/// Proposed as major, and declined with a reason.
fn declined(world: &World, script: &mut Script, t0: At, rng: &Rng) {
    let mut life = Life::new(world, rng.clone(), t0);
    let headline = "All label printers of the laboratory stand still";
    let story = "No labels since the morning; samples are written by hand.";
    let size = (Impact::Significant, Urgency::High);
    let new = call(&life, headline, story, size, ("print", "hardware", "elif"));
    life.minute(t0, 0).declare("noah", new, None);
    life.minute(t0, 3)
        .assess("noah", "service", Finding::Yes, DOWN, "No labels at all.");
    harmless(
        &mut life,
        "noah",
        "A driver update of last night, announced and signed.",
    );
    let words = "The whole laboratory is concerned.";
    life.minute(t0, 5)
        .act("noah", propose(&[MajorCriterion::ManyUsers], words));
    let why = "Labels by hand work, and the driver can be taken back in ten minutes. Not major.";
    life.minute(t0, 11)
        .act("jonas", C::DeclineMajor(because(why)));
    let prioritise = Prioritise {
        impact: Impact::Significant,
        urgency: Urgency::Medium,
        reason: text("Handwritten labels carry the morning."),
    };
    life.act("jonas", C::Prioritise(prioritise));
    if let Ok(to) = Priority::new(3) {
        let reason = text("With the detour in place it need not push aside the wards.");
        life.act(
            "jonas",
            C::OverridePriority(OverridePriority { to, reason }),
        );
    }
    life.minute(t0, 14).assign("noah", "platform", Some("yuki"));
    life.minute(t0, 32).resolve(
        "yuki",
        "rolled-back",
        "change",
        "Driver of last week is back.",
    );
    life.minute(t0, 50).act("elif", C::Confirm);
    life.minute(t0, 70).close("noah", None);
    script.extend(life.steps());
}

/// Entered, and called off.
fn called_off(world: &World, script: &mut Script, t0: At, rng: &Rng) {
    let mut life = Life::new(world, rng.clone(), t0);
    let headline = "Generator test: power of the East Wing off at noon";
    let story = "Announced by building services; we prepare as if it were real.";
    let size = (Impact::Significant, Urgency::Medium);
    let new = call(&life, headline, story, size, ("network", "other", "jakob"));
    life.minute(t0, 0).declare("petra", new, None);
    life.minute(t0, 2).act("petra", C::Acknowledge);
    let why = "Building services moved the test to next month; nothing was switched off.";
    life.minute(t0, 90).act("petra", C::Cancel(because(why)));
    script.extend(life.steps());
}

/// Proposed, and waiting for an incident manager to decide.
fn waiting_proposal(world: &World, script: &mut Script, t0: At, rng: &Rng) {
    let mut life = Life::new(world, rng.clone(), t0);
    let headline = "Emergency line drops one call in five";
    let story = "Callers hear silence after the greeting and call again.";
    let size = (Impact::Significant, Urgency::High);
    let mut new = call(
        &life,
        headline,
        story,
        size,
        ("telephony", "network", "jakob"),
    );
    new.assets.insert(world.asset("pbx-01"));
    life.minute(t0, 0).declare("samir", new, None);
    let words = "One call in five is lost: worse than agreed.";
    life.minute(t0, 4)
        .assess("samir", "service", Finding::Yes, HURT, words);
    harmless(
        &mut life,
        "samir",
        "The loss follows one line card; nobody gains from it.",
    );
    life.minute(t0, 9).assign("samir", "network", None);
    life.minute(t0, 14).act("farid", C::Take);
    life.minute(t0, 15).act("farid", C::Start);
    life.minute(t0, 41).note(
        "farid",
        "Card 3 drops every fifth call. The spare is at the Hillside site.",
    );
    life.workaround(
        "farid",
        "The switchboard calls back every number that was cut off.",
    );
    let words = "The emergency line is vital, and the spare card needs an hour through traffic.";
    let criteria = &[MajorCriterion::VitalService, MajorCriterion::Safety];
    life.minute(t0, 58).act("farid", propose(criteria, words));
    life.minute(t0, 70).note(
        "greta",
        "On the way with the card; at the gate in half an hour.",
    );
    // Those who decide have not looked yet, so they are called.
    let help = C::Escalate(Escalate {
        way: Way::Hierarchical,
        whom: BTreeSet::from([Whom::Role(Role::IncidentManager)]),
        reason: text("The proposal waits, and the next shift needs to know."),
    });
    life.minute(t0, 91).act("samir", help);
    script.extend(life.steps());
}

/// Draws a relation from one story to another.
fn relate(from: &mut Life<'_>, who: &str, kind: RelationKind, to: &Life<'_>) {
    let other = to.incident.clone();
    from.act(who, C::Relate(Relation { kind, other }));
}
