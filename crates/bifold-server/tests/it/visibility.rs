//! The SQL predicate of visibility says what the domain says, record by record.

use crate::app::TestApp;
use bifold_domain::time::MINUTE;
use bifold_domain::{Auth, PersonId, Role, TeamId, Viewer};
use serde_json::json;
use std::collections::BTreeSet;

crate::on_both! {
    the_sql_predicate_equals_the_rule_of_the_domain = predicate;
}

/// A small generator, so that the population is the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }
}

struct Population {
    people: Vec<PersonId>,
    incidents: Vec<String>,
}

fn populate(app: &TestApp, dice: &mut Dice) -> Population {
    let teams: Vec<TeamId> = [
        ("Red", vec![Role::Agent, Role::Resolver]),
        ("Blue", vec![Role::SecurityOfficer, Role::Reporter]),
        ("Grey", vec![Role::Administrator]),
    ]
    .iter()
    .map(|(name, members)| app.team(name, members))
    .collect();
    let people: Vec<PersonId> = app.people.values().cloned().collect();
    // The incident manager is a member of all of them, and so can look at all of them.
    let manager = app.manager();
    let mut incidents = Vec::new();
    for n in 0..60 {
        let reporter = dice.pick(&people).clone();
        let id = manager
            .post(
                "incidents",
                json!({ "title": format!("Case {n}"), "impact": "minor", "urgency": "low", "reporter": reporter }),
            )
            .is(201)
            .text_at("/id");
        if dice.roll(2) == 0 {
            let mut members = BTreeSet::from([app.people[&Role::IncidentManager].clone()]);
            members.extend(
                (0..dice.roll(3))
                    .map(|_| dice.pick(&people).clone())
                    .collect::<Vec<_>>(),
            );
            let teams: BTreeSet<TeamId> = (0..dice.roll(2))
                .map(|_| dice.pick(&teams).clone())
                .collect();
            manager.does(
                &id,
                "restrict",
                json!({ "people": members, "teams": teams, "reason": "r" }),
            );
            if dice.roll(3) == 0 {
                // May be refused where the officer reads it anyway.
                app.officer().post(
                    &format!("incidents/{id}/break-glass"),
                    json!({ "reason": "r" }),
                );
            }
        }
        app.store.shell().advance(MINUTE * 3);
        incidents.push(id);
    }
    Population { people, incidents }
}

fn predicate(app: &TestApp) {
    let population = populate(app, &mut Dice(42));
    let witness = app.actor(Role::IncidentManager).viewer();
    let now = app.store.shell().clock.now();
    let mut seen = 0;
    for person in &population.people {
        let actor = app
            .wait(app.store.actor(person, Auth::Token))
            .unwrap()
            .unwrap();
        let viewer: Viewer = actor.viewer();
        let rows = app.wait(app.store.incidents(
            &viewer,
            &bifold_store::query::incident::Filter::default(),
            bifold_store::query::incident::Order::Newest,
            None,
            200,
        ));
        let listed: BTreeSet<String> = rows.unwrap().into_iter().map(|row| row.id).collect();
        for id in &population.incidents {
            let (incident, _) = app.wait(app.store.incident(&witness, id)).unwrap().unwrap();
            let expected = incident.is_readable_by(&viewer, now);
            assert_eq!(listed.contains(id), expected, "{person} {id} in the list");
            let one = app.wait(app.store.incident(&viewer, id)).unwrap();
            assert_eq!(one.is_some(), expected, "{person} {id}");
            seen += usize::from(expected);
        }
    }
    // The population is worth something: neither everything nor nothing is visible.
    assert!(seen > 100 && seen < population.people.len() * population.incidents.len() - 50);
}
