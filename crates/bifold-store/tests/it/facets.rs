//! Facets: each counted with its own condition lifted, and never what the viewer cannot read.

use crate::world::{World, databases, declaration};
use bifold_domain::incident::{self, Assign, Because, Restrict};
use bifold_domain::priority::Urgency;
use bifold_domain::{Actor, Command, Role, TeamId, Text};
use bifold_store::Operation;
use bifold_store::query::facet::{Facet, Facets};
use bifold_store::query::incident::{Filter, Order, Row};
use std::collections::BTreeMap;

fn open() -> Filter {
    Filter {
        is_open: Some(true),
        ..Filter::default()
    }
}

fn counts(facet: &Facet) -> BTreeMap<Option<String>, i64> {
    let pair = |v: &bifold_store::query::facet::Counted| (v.value.clone(), v.count);
    facet.values.iter().map(pair).collect()
}

/// Forty incidents over two teams and nobody, of four urgencies, some taken, some cancelled,
/// some restricted to the officer.
async fn fill(world: &World, officer: &Actor, agent: &Actor, teams: &[TeamId; 2]) {
    for i in 0..40_usize {
        let mut new = declaration(&format!("No {i}"));
        new.urgency = Urgency::ALL[i % 4];
        new.team = teams.get(i % 3).cloned();
        let id = world.incident_id();
        let command = incident::Command::Declare(Box::new(new));
        let command = Command::Incident(id.clone(), command);
        let operation = Operation::one(officer, command);
        world.store.execute(operation).await.unwrap();
        let text = |words| Text::parse(words).unwrap();
        let command = match i % 5 {
            1 => incident::Command::Assign(Assign {
                team: None,
                person: Some(agent.person.clone()),
            }),
            2 => incident::Command::Cancel(Because {
                reason: text("twice"),
            }),
            3 => incident::Command::Restrict(Restrict {
                people: [officer.person.clone()].into(),
                teams: Default::default(),
                reason: text("need to know"),
            }),
            _ => continue,
        };
        world.act(officer, &id, command).await.unwrap();
    }
}

/// The value of a row.
type Of = fn(&Row) -> Option<String>;

/// What the facets should be, from the rows themselves.
async fn expected(world: &World, who: &Actor, filter: &Filter, facets: &Facets) {
    let unset = |change: fn(&mut Filter)| {
        let mut filter = filter.clone();
        change(&mut filter);
        filter
    };
    let cases: [(&Facet, Filter, Of); 7] = [
        (&facets.stage, unset(|f| f.stage = None), |r| {
            Some(r.stage.clone())
        }),
        (
            &facets.handling,
            unset(|f| {
                f.handling = None;
                f.handling_at_least = None;
            }),
            |r| Some(r.handling.to_string()),
        ),
        (&facets.service_is, unset(|f| f.service_is = None), |r| {
            Some(r.service_is.clone())
        }),
        (&facets.security_is, unset(|f| f.security_is = None), |r| {
            Some(r.security_is.clone())
        }),
        (&facets.team, unset(|f| f.team = None), |r| r.team.clone()),
        (
            &facets.assignee,
            unset(|f| {
                f.assignee = None;
                f.unassigned = false;
            }),
            |r| r.assignee.clone(),
        ),
        (&facets.service, unset(|f| f.service = None), |r| {
            r.service.clone()
        }),
    ];
    for (facet, lifted, of) in cases {
        let rows = world
            .store
            .incidents(&who.viewer(), &lifted, Order::Newest, None, 200)
            .await
            .unwrap();
        let mut divided: BTreeMap<Option<String>, i64> = BTreeMap::new();
        for row in &rows {
            *divided.entry(of(row)).or_default() += 1;
        }
        assert_eq!(counts(facet), divided, "{filter:?}");
        assert!(!facet.is_capped);
        assert!(facet.values.is_sorted_by_key(|v| -v.count));
    }
}

#[tokio::test]
async fn each_facet_is_counted_with_its_own_condition_lifted() {
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let reporter = world.person("rita", &[Role::Reporter]).await;
        let teams = [
            world.team("Network", &[&agent]).await,
            world.team("Database", &[&officer]).await,
        ];
        fill(&world, &officer, &agent, &teams).await;
        let team = Some(teams[0].to_string());
        let assignee = Some(agent.person.to_string());
        let filters = [
            Filter::default(),
            open(),
            Filter {
                team: team.clone(),
                ..open()
            },
            Filter {
                team: team.clone(),
                assignee: assignee.clone(),
                handling_at_least: Some(3),
                ..open()
            },
            Filter {
                unassigned: true,
                undecided: true,
                ..open()
            },
            Filter {
                is_open: Some(false),
                team,
                ..Filter::default()
            },
            Filter {
                assignee,
                restricted: Some(false),
                reporter: Some(officer.person.to_string()),
                snoozed: Some(false),
                ..Filter::default()
            },
            Filter {
                major: Some("no".to_owned()),
                source: Some("elsewhere".to_owned()),
                kind: Some("security".to_owned()),
                ..Filter::default()
            },
        ];
        for who in [&officer, &agent, &reporter] {
            let who = world.store.actor(&who.person, who.auth).await;
            let who = who.unwrap().unwrap();
            for filter in &filters {
                let facets = world.store.facets(&who.viewer(), filter, 12).await.unwrap();
                expected(&world, &who, filter, &facets).await;
            }
        }
        world.check().await;
    }
}

#[tokio::test]
async fn the_value_asked_for_is_there_among_more_than_are_shown() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        for i in 0..10_usize {
            let mut new = declaration(&format!("No {i}"));
            new.urgency = Urgency::ALL[usize::from(i == 0)];
            let command = incident::Command::Declare(Box::new(new));
            let command = Command::Incident(world.incident_id(), command);
            let operation = Operation::one(&agent, command);
            world.store.execute(operation).await.unwrap();
        }
        let viewer = agent.viewer();
        let facets = world.store.facets(&viewer, &open(), 1).await.unwrap();
        assert_eq!(facets.handling.values.len(), 1);
        assert_eq!(facets.handling.values[0].count, 9);
        let all = world.store.facets(&viewer, &open(), 12).await.unwrap();
        let rare = all.handling.values[1].value.clone().unwrap();
        let filter = Filter {
            handling: Some(rare.parse().unwrap()),
            ..open()
        };
        let facets = world.store.facets(&viewer, &filter, 1).await.unwrap();
        assert_eq!(facets.handling.values[0].value, Some(rare));
        assert_eq!(facets.stage.values[0].count, 1);
        world.check().await;
    }
}
