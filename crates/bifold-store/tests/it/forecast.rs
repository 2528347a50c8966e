//! Forecasts: learned from what is closed, said of what is open, and steps of ladders that fire by
//! them once.

use crate::world::{World, databases, short};
use bifold_domain::incident::{Assign, Command as C, Resolve};
use bifold_domain::level::Metric;
use bifold_domain::time::{HOUR, MINUTE};
use bifold_domain::{Actor, IncidentId, Role, TeamId, Text};
use bifold_notify::notice::Occasion;
use bifold_store::forecast::foresee;

async fn given(world: &World, agent: &Actor, team: &TeamId, title: &str) -> IncidentId {
    let (id, _) = world.declare(agent, title).await;
    let assign = Assign {
        team: Some(team.clone()),
        person: None,
    };
    world.act(agent, &id, C::Assign(assign)).await.unwrap();
    // In time for the first response.
    world.act(agent, &id, C::Acknowledge).await.unwrap();
    id
}

async fn resolve(world: &World, agent: &Actor, id: &IncidentId) {
    let resolve = Resolve {
        code: short("fixed"),
        text: Text::parse("Restarted.").unwrap(),
        restored_at: None,
        cause: None,
    };
    world.act(agent, id, C::Resolve(resolve)).await.unwrap();
}

/// An incident an hour, of the desk and of the network by turns. The desk takes an hour, the
/// network sixty, and forty-eight is what was promised for P2.
async fn past(world: &World, agent: &Actor, desk: &TeamId, network: &TeamId) {
    let mut open: Vec<(i64, IncidentId)> = Vec::new();
    for n in 0..160 {
        let (team, hours) = if n % 2 == 0 { (desk, 1) } else { (network, 60) };
        let id = given(world, agent, team, "Printing fails").await;
        open.push((n + hours, id));
        world.store.shell().advance(HOUR);
        let (done, rest) = open.into_iter().partition(|(at, _)| *at <= n + 1);
        open = rest;
        for (_, id) in done {
            resolve(world, agent, &id).await;
        }
    }
    for (_, id) in open {
        resolve(world, agent, &id).await;
    }
}

#[tokio::test]
async fn what_is_likely_to_be_late_is_said_and_told_once() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("anna", &[Role::Agent]).await;
        let nora = world.person("nora", &[Role::Resolver]).await;
        let desk = world.team("desk", &[&agent]).await;
        let network = world.team("network", &[&nora]).await;
        assert!(world.store.learn_if_due().await.unwrap());
        let cold = world.store.learned().await.unwrap().unwrap();
        assert!(cold.model.is_none());
        assert!(!world.store.learn_if_due().await.unwrap(), "nothing new");

        past(&world, &agent, &desk, &network).await;
        assert!(world.store.learn_if_due().await.unwrap(), "much is closed");
        let learned = world.store.learned().await.unwrap().unwrap();
        assert!(learned.model.is_some(), "{learned:?}");
        assert!(learned.breached >= 60, "{learned:?}");
        assert!(!world.store.learn_if_due().await.unwrap());

        let late = given(&world, &agent, &network, "The line is down").await;
        let soon = given(&world, &agent, &desk, "A word is wrong").await;
        world.store.shell().advance(MINUTE);
        // Many incidents are open no more; the two that are get a number each.
        assert_eq!(world.store.refresh_forecasts().await.unwrap(), 2);
        let ids = [late.as_str(), soon.as_str()];
        let risks = world.store.risks(&ids).await.unwrap();
        assert!(risks[late.as_str()] >= 700, "{risks:?}");
        assert!(risks[soon.as_str()] < 300, "{risks:?}");

        let found = world.store.incident(&agent.viewer(), late.as_str()).await;
        let (incident, _) = found.unwrap().unwrap();
        let directory = world.store.directory().await.unwrap();
        let now = world.store.shell().clock.now();
        let said = foresee(&learned, &incident, &directory, now);
        let resolve = said.iter().find(|f| f.clock.metric == Metric::Resolve);
        let reasons = &resolve.unwrap().forecast.reasons;
        assert!(!reasons.is_empty() && reasons.len() <= 3, "{reasons:?}");

        // The team is told that it is likely to be late, once.
        let inbox = world.store.inbox(&nora.viewer(), None, 50).await.unwrap();
        let told = |notice: &&_| {
            matches!(
                notice,
                bifold_store::notify::Noted {
                    occasion: Occasion::Escalated,
                    ..
                }
            )
        };
        let before = inbox.iter().filter(told).count();
        assert!(before >= 1);
        world.store.shell().advance(6 * MINUTE);
        assert_eq!(world.store.refresh_forecasts().await.unwrap(), 2);
        assert_eq!(
            world.store.refresh_forecasts().await.unwrap(),
            0,
            "just said"
        );
        let inbox = world.store.inbox(&nora.viewer(), None, 50).await.unwrap();
        assert_eq!(inbox.iter().filter(told).count(), before);
        world.check().await;
    }
}
