//! The history of a record, read from either end and by what sort of thing happened.

use crate::world::{World, databases};
use bifold_domain::incident::{self, Assess, Because, Note};
use bifold_domain::kind::{Finding, KindKey};
use bifold_domain::{Actor, IncidentId, Role, Text};
use bifold_store::query::timeline::{Entry, Group, Part, Reading};
use std::collections::BTreeSet;

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

/// Notes, verdicts and other work, in both lanes.
async fn lived(world: &World, officer: &Actor) -> IncidentId {
    let (id, _) = world.declare(officer, "Slow logins").await;
    let note = |lane| {
        incident::Command::Note(Note {
            text: text("looked at it"),
            lane,
            audience: incident::Audience::Internal,
            next_by: None,
        })
    };
    let assess = |kind| {
        incident::Command::Assess(Assess {
            kind,
            finding: Finding::Yes,
            answers: Default::default(),
            reason: text("looked at"),
        })
    };
    for command in [
        note(None),
        incident::Command::Take,
        assess(KindKey::service()),
        assess(KindKey::security()),
        note(Some(KindKey::security())),
        note(None),
        incident::Command::ProposeMajor(incident::ProposeMajor {
            criteria: [incident::MajorCriterion::ManyUsers].into(),
            reason: text("everybody calls"),
        }),
        incident::Command::DeclineMajor(Because {
            reason: text("they were told"),
        }),
    ] {
        world.act(officer, &id, command).await.unwrap();
    }
    id
}

async fn read(world: &World, who: &Actor, id: &IncidentId, part: &Part) -> Vec<Entry> {
    let (mut part, mut all) = (part.clone(), Vec::new());
    loop {
        let page = world.store.timeline_part(&who.viewer(), id, &part, 2).await;
        let page = page.unwrap();
        let Some(last) = page.last() else { return all };
        part.after = Some(last.n);
        all.extend(page);
    }
}

#[tokio::test]
async fn a_history_reads_from_either_end_and_by_group() {
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let id = lived(&world, &officer).await;
        for (who, entries) in [(&officer, 9), (&agent, 7)] {
            let mut all = read(&world, who, &id, &Part::default()).await;
            assert_eq!(all.len(), entries);
            assert!(all.is_sorted_by_key(|entry| entry.n));
            let newest = Part {
                reading: Reading::NewestFirst,
                ..Part::default()
            };
            let backwards = read(&world, who, &id, &newest).await;
            all.reverse();
            assert_eq!(all, backwards);
            // Any choice of groups gives just the entries of those groups, through the lanes.
            for choice in 1..8_usize {
                let chosen = |i: &usize| choice & (1 << i) != 0;
                let groups: BTreeSet<Group> =
                    (0..3).filter(chosen).map(|i| Group::ALL[i]).collect();
                let part = Part {
                    groups: groups.clone(),
                    ..newest.clone()
                };
                let found = read(&world, who, &id, &part).await;
                let is_chosen = |entry: &&Entry| groups.contains(&Group::of(&entry.kind));
                let expected: Vec<Entry> = all.iter().filter(is_chosen).cloned().collect();
                assert_eq!(found, expected, "{groups:?}");
                assert!(!found.is_empty());
            }
        }
        world.check().await;
    }
}
