//! The write path: one effect, all or nothing, nothing lost.

use crate::world::{World, databases, declaration, declare};
use bifold_domain::incident::{self, Assign, Sleep, state};
use bifold_domain::{Command, IncidentId, Refusal, Role, Text, time};
use bifold_store::{Error, Operation, OperationKey, Seen};

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

#[tokio::test]
async fn a_declared_incident_is_there_with_number_version_and_receipt() {
    for database in databases().await {
        let world = World::on(database).await;
        let (id, receipt) = world
            .declare(&world.admin, "Payments: checkout times out")
            .await;
        assert_eq!(receipt.touched[0].number.as_deref(), Some("INC-2026-0001"));
        assert_eq!(receipt.touched[0].version, 1);
        assert_eq!(receipt.entries[0].kind, "incident.declared");
        let viewer = world.admin.viewer();
        let (incident, version) = world
            .store
            .incident(&viewer, "INC-2026-0001")
            .await
            .unwrap()
            .unwrap();
        assert_eq!((incident.id, version), (id, 1));
        assert_eq!(incident.handling.number(), 2);
        world.check().await;
    }
}

#[tokio::test]
async fn numbers_count_up_without_gaps_under_concurrency() {
    for database in databases().await {
        let world = World::on(database).await;
        let all = (0..100).map(|i| {
            let command = Command::Incident(world.incident_id(), declare(&format!("No {i}")));
            let store = world.store.clone();
            let operation = Operation::one(&world.admin, command);
            tokio::spawn(async move { store.execute(operation).await.unwrap() })
        });
        let mut numbers = Vec::new();
        for task in all.collect::<Vec<_>>() {
            numbers.push(task.await.unwrap().touched[0].number.clone().unwrap());
        }
        numbers.sort();
        let expected: Vec<_> = (1..=100).map(|n| format!("INC-2026-{n:04}")).collect();
        assert_eq!(numbers, expected);
        world.check().await;
    }
}

#[tokio::test]
async fn the_same_operation_twice_has_one_effect_and_the_same_answer() {
    for database in databases().await {
        let world = World::on(database).await;
        let operation = |digest: &str| Operation {
            key: Some(OperationKey {
                key: "client-1".into(),
                digest: digest.into(),
            }),
            ..Operation::one(
                &world.admin,
                Command::Incident(world.incident_id(), declare("Once")),
            )
        };
        let first = world.store.execute(operation("a")).await.unwrap();
        let second = world.store.execute(operation("a")).await.unwrap();
        assert!(second.is_repeated && !first.is_repeated);
        assert_eq!(first.touched, second.touched);
        assert_eq!(first.entries, second.entries);
        let other = world.store.execute(operation("b")).await;
        assert!(matches!(other, Err(Error::OperationReused)));
        // Twice in the same batch as well.
        let twice = |_| Operation {
            key: Some(OperationKey {
                key: "client-2".into(),
                digest: "x".into(),
            }),
            ..Operation::one(
                &world.admin,
                Command::Incident(world.incident_id(), declare("Pair")),
            )
        };
        let answers = world.store.execute_many((0..2).map(twice).collect()).await;
        let ids: Vec<_> = answers
            .into_iter()
            .map(|a| a.unwrap().touched[0].id.clone())
            .collect();
        assert_eq!(ids[0], ids[1]);
        let page = world
            .store
            .incidents(
                &world.admin.viewer(),
                &Default::default(),
                Default::default(),
                None,
                50,
            )
            .await
            .unwrap();
        assert_eq!(page.len(), 2);
        world.check().await;
    }
}

#[tokio::test]
async fn a_refused_command_writes_nothing_and_does_not_disturb_its_batch() {
    for database in databases().await {
        let world = World::on(database).await;
        let (id, _) = world.declare(&world.admin, "Base").await;
        let before = world.store.log_state().await.unwrap();
        let good = |t| {
            Operation::one(
                &world.admin,
                Command::Incident(world.incident_id(), declare(t)),
            )
        };
        let bad = Operation::one(
            &world.admin,
            Command::Incident(id.clone(), incident::Command::Resume),
        );
        let answers = world
            .store
            .execute_many(vec![good("A"), bad, good("B")])
            .await;
        assert!(answers[0].is_ok() && answers[2].is_ok());
        assert!(matches!(
            &answers[1],
            Err(Error::Refused(Refusal::WrongStage { .. }))
        ));
        assert_eq!(world.store.log_state().await.unwrap().size, before.size + 2);
        world.check().await;
    }
}

#[tokio::test]
async fn commands_of_one_operation_happen_together_or_not_at_all() {
    for database in databases().await {
        let world = World::on(database).await;
        let id = world.incident_id();
        let operation = Operation {
            commands: vec![
                Command::Incident(id.clone(), declare("Half")),
                Command::Incident(id.clone(), incident::Command::Resume),
            ],
            ..Operation::one(&world.admin, Command::Incident(id.clone(), declare("x")))
        };
        assert!(world.store.execute(operation).await.is_err());
        let found = world
            .store
            .incident(&world.admin.viewer(), id.as_str())
            .await
            .unwrap();
        assert_eq!(found, None);
        // The number that was nearly given out is given to the next one.
        let (_, receipt) = world.declare(&world.admin, "Whole").await;
        assert_eq!(receipt.touched[0].number.as_deref(), Some("INC-2026-0001"));
        world.check().await;
    }
}

#[tokio::test]
async fn a_stale_version_is_a_conflict_that_names_both() {
    for database in databases().await {
        let world = World::on(database).await;
        let (id, _) = world.declare(&world.admin, "Moving").await;
        world
            .act(&world.admin, &id, incident::Command::Acknowledge)
            .await
            .unwrap();
        let stale = Operation {
            seen: Seen::Version(1),
            ..Operation::one(
                &world.admin,
                Command::Incident(id.clone(), incident::Command::Start),
            )
        };
        let answer = world.store.execute(stale.clone()).await;
        assert!(matches!(answer, Err(Error::Stale { seen: 1, actual: 2 })));
        let fresh = Operation {
            seen: Seen::Version(2),
            ..stale
        };
        assert!(world.store.execute(fresh).await.is_ok());
        world.check().await;
    }
}

#[tokio::test]
async fn a_batch_that_reuses_an_id_fails_alone() {
    for database in databases().await {
        let world = World::on(database).await;
        let (id, _) = world.declare(&world.admin, "First").await;
        let clash = Operation::one(&world.admin, Command::Incident(id, declare("Clash")));
        let good = Operation::one(
            &world.admin,
            Command::Incident(world.incident_id(), declare("Good")),
        );
        let answers = world.store.execute_many(vec![clash, good]).await;
        assert!(matches!(answers[0], Err(Error::Database(_))));
        assert!(answers[1].is_ok());
        world.check().await;
    }
}

#[tokio::test]
async fn a_sleeping_incident_wakes_at_its_time_and_only_once() {
    for database in databases().await {
        let world = World::on(database).await;
        let (id, _) = world.declare(&world.admin, "Later").await;
        let until = world.store.shell().clock.now().plus(time::HOUR);
        let sleep = Sleep {
            until,
            reason: text("waits for the shop to open"),
        };
        world
            .act(&world.admin, &id, incident::Command::Snooze(sleep))
            .await
            .unwrap();
        assert_eq!(world.store.run_due_jobs().await.unwrap(), 0);
        world.store.shell().advance(2 * time::HOUR);
        assert_eq!(world.store.run_due_jobs().await.unwrap(), 1);
        assert_eq!(world.store.run_due_jobs().await.unwrap(), 0);
        let (incident, _) = world
            .store
            .incident(&world.admin.viewer(), id.as_str())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(incident.snoozed, None);
        world.check().await;
    }
}

#[tokio::test]
async fn a_parent_waits_for_a_child_changed_in_the_same_batch() {
    for database in databases().await {
        let world = World::on(database).await;
        let (parent, _) = world.declare(&world.admin, "Parent").await;
        let (child, _) = world.declare(&world.admin, "Child").await;
        let set = incident::SetParent {
            parent: Some(parent.clone()),
        };
        let one =
            |id: &IncidentId, c| Operation::one(&world.admin, Command::Incident(id.clone(), c));
        let answers = world
            .store
            .execute_many(vec![
                one(&child, incident::Command::SetParent(set)),
                one(
                    &parent,
                    incident::Command::Close(incident::Close {
                        cause: None,
                        without_confirmation: None,
                    }),
                ),
            ])
            .await;
        let Err(Error::Refused(Refusal::NotClosable { gaps })) = &answers[1] else {
            panic!("{answers:?}")
        };
        assert!(gaps.iter().any(|g| matches!(
            g,
            bifold_domain::refusal::ClosureGap::OpenChildren { count: 1 }
        )));
        world.check().await;
    }
}

#[tokio::test]
async fn a_team_made_a_moment_ago_can_be_assigned() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let team = world.team("Desk", &[&agent]).await;
        let (id, _) = world.declare(&agent, "Printer").await;
        let assign = Assign {
            team: Some(team.clone()),
            person: None,
        };
        world
            .act(&agent, &id, incident::Command::Assign(assign))
            .await
            .unwrap();
        let (incident, _) = world
            .store
            .incident(&agent.viewer(), id.as_str())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(incident.team, Some(team));
        assert_eq!(incident.stage, state::Stage::Assigned);
        world.check().await;
    }
}

#[tokio::test]
async fn a_kept_blob_reads_back_and_is_found_damaged_when_changed() {
    for database in databases().await {
        let world = World::on(database).await;
        let kept = world
            .store
            .keep_blob(&b"memory of pay-07"[..])
            .await
            .unwrap();
        assert_eq!(kept.size_bytes, 16);
        let again = world
            .store
            .keep_blob(&b"memory of pay-07"[..])
            .await
            .unwrap();
        assert_eq!(kept, again);
        assert!(world.store.blob_is_intact(&kept.sha256).await.unwrap());
        let (a, b) = (&kept.sha256[..2], &kept.sha256[2..4]);
        let path = world
            .options
            .data
            .join("blobs/sha256")
            .join(a)
            .join(b)
            .join(&kept.sha256);
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, b"memory of pay-08").unwrap();
        assert!(!world.store.blob_is_intact(&kept.sha256).await.unwrap());
        assert!(
            world
                .store
                .open_blob("../../bifold.db")
                .await
                .unwrap()
                .is_none()
        );
        world.check().await;
    }
}

#[tokio::test]
async fn a_restricted_declaration_is_not_readable_by_its_declarer_outside_it() {
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let mut new = declaration("Leak of salaries");
        new.compartment = Some(state::Compartment {
            people: [officer.person.clone()].into(),
            teams: Default::default(),
        });
        let id = world.incident_id();
        let command = Command::Incident(id.clone(), incident::Command::Declare(Box::new(new)));
        world
            .store
            .execute(Operation::one(&agent, command))
            .await
            .unwrap();
        let seen = world
            .store
            .incident(&officer.viewer(), id.as_str())
            .await
            .unwrap();
        assert!(seen.is_some());
        let hidden = world
            .store
            .incident(&world.admin.viewer(), id.as_str())
            .await
            .unwrap();
        assert!(hidden.is_none());
        let answer = world
            .act(&world.admin, &id, incident::Command::Acknowledge)
            .await;
        assert!(matches!(
            answer,
            Err(Error::Refused(Refusal::NotFound { .. }))
        ));
        world.check().await;
    }
}

#[tokio::test]
async fn a_told_history_has_its_own_times_also_over_the_turn_of_the_year() {
    for database in databases().await {
        let world = World::at(database, "2025-12-30T09:00:00Z").await;
        let store = &world.store;
        let start = store.shell().clock.now();
        let times: Vec<_> = (1..=40).map(|n| start.plus(n * 3 * time::HOUR)).collect();
        let history = times.iter().map(|at| {
            let command = Command::Incident(world.incident_id(), declare("Told"));
            (*at, Operation::one(&world.admin, command))
        });
        let answers = store.execute_told(history.collect()).await;
        let receipts: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        let told: Vec<_> = receipts.iter().map(|r| r.at).collect();
        assert_eq!(told, times);
        let numbers: Vec<_> = receipts
            .iter()
            .filter_map(|r| r.touched[0].number.clone())
            .collect();
        assert_eq!(numbers.first().unwrap(), "INC-2025-0001");
        assert!(numbers.contains(&"INC-2026-0001".to_owned()), "{numbers:?}");
        world.check().await;
    }
}
