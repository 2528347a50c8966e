//! Other programs: told of what the ledger holds, as far as they are cleared.

use crate::world::{World, databases, short};
use bifold_domain::kind::{Finding, KindKey};
use bifold_domain::time::{DAY, MINUTE};
use bifold_domain::{Role, Text, incident};
use bifold_notify::notice::Occasion;
use bifold_notify::{Clearance, Outcome};
use bifold_store::Error;
use bifold_store::notify::{HookEvent, NewWebhook};
use std::collections::BTreeMap;

fn new(events: &str, clearance: Clearance) -> NewWebhook {
    NewWebhook {
        name: short("SIEM"),
        url: "https://hooks.example.org/bifold".to_owned(),
        bearer: None,
        events: events.to_owned(),
        clearance,
    }
}

async fn due(world: &World) -> Vec<HookEvent> {
    while world.store.queue_hook_events().await.unwrap() > 0 {}
    world.store.claim_hook_events().await.unwrap()
}

fn kinds(events: &[HookEvent]) -> Vec<&str> {
    events.iter().map(|event| event.kind.as_str()).collect()
}

#[tokio::test]
async fn a_webhook_hears_what_it_wants_from_the_moment_it_is_made() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        world.declare(&agent, "before").await;
        let (id, secret) = world
            .store
            .add_webhook(&new(
                "incident.declared, incident.acknowledged",
                Clearance::Amber,
            ))
            .await
            .unwrap();
        assert!(secret.text().starts_with("whsec_"));
        let (incident, _) = world.declare(&agent, "zanzibar down").await;
        world
            .act(&agent, &incident, incident::Command::Acknowledge)
            .await
            .unwrap();
        let events = due(&world).await;
        assert_eq!(
            kinds(&events),
            ["incident.declared", "incident.acknowledged"]
        );
        assert_eq!(events[0].number.as_deref(), Some("INC-2026-0002"));
        assert_eq!(events[0].title.as_deref(), Some("zanzibar down"));
        assert!(due(&world).await.is_empty(), "claimed");
        for event in &events {
            let outcome = Outcome::Sent {
                receipt: "200 OK".to_owned(),
            };
            world
                .store
                .settle_hook_event(event, &outcome)
                .await
                .unwrap();
        }
        let log = world.store.hook_log(&id, 10).await.unwrap();
        assert!(
            log.iter()
                .all(|row| row.state == "sent" && row.attempts == 1)
        );
        // Told again on request, under the same id.
        let place = events[0].place;
        assert_eq!(world.store.replay_hook(&id, Some(place)).await.unwrap(), 1);
        let again = due(&world).await;
        assert_eq!((again.len(), again[0].place), (1, place));
        assert!(world.store.remove_webhook(&id).await.unwrap());
        assert!(due(&world).await.is_empty());
        world.check().await;
    }
}

#[tokio::test]
async fn a_webhook_that_is_not_cleared_does_not_hear_of_the_lane_of_security() {
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let store = &world.store;
        let (open, _) = store.add_webhook(&new("*", Clearance::Red)).await.unwrap();
        let (cleared, _) = store
            .add_webhook(&new("*", Clearance::Restricted))
            .await
            .unwrap();
        let (id, _) = world.declare(&officer, "insider").await;
        let assess = incident::Assess {
            kind: KindKey::security(),
            finding: Finding::Yes,
            answers: BTreeMap::new(),
            reason: Text::parse("logs were deleted").unwrap(),
        };
        world
            .act(&officer, &id, incident::Command::Assess(assess))
            .await
            .unwrap();
        let note = incident::Note {
            text: Text::parse("exfiltration").unwrap(),
            lane: Some(KindKey::security()),
            audience: incident::Audience::default(),
            next_by: None,
        };
        world
            .act(&officer, &id, incident::Command::Note(note))
            .await
            .unwrap();
        let events = due(&world).await;
        let of = |hook: &str| -> Vec<&str> {
            let events = events.iter().filter(|event| event.webhook.id == hook);
            events.map(|event| event.kind.as_str()).collect()
        };
        assert!(of(&open).contains(&"incident.declared"));
        assert!(!of(&open).contains(&"incident.note_added"));
        assert!(of(&cleared).contains(&"incident.note_added"));
        world.check().await;
    }
}

#[tokio::test]
async fn a_webhook_that_fails_is_told_again_for_days_and_then_given_up_with_an_alarm() {
    for database in databases().await {
        let world = World::on(database).await;
        let (id, _) = world
            .store
            .add_webhook(&new("incident.*", Clearance::Amber))
            .await
            .unwrap();
        world.declare(&world.admin, "disk full").await;
        let later = Outcome::Later {
            why: "503".to_owned(),
            put_off: None,
        };
        let mut attempts = 0;
        for _ in 0..20 {
            let Some(event) = due(&world).await.pop() else {
                break;
            };
            attempts += 1;
            world.store.settle_hook_event(&event, &later).await.unwrap();
            world.store.shell().advance(DAY + 5 * 60 * MINUTE);
        }
        assert_eq!(attempts, 10);
        let hook = world.store.webhook(&id).await.unwrap().unwrap();
        assert!(hook.dead_at.is_some());
        let told = world
            .store
            .inbox(&world.admin.viewer(), None, 50)
            .await
            .unwrap();
        assert!(
            told.iter()
                .all(|notice| notice.occasion == Occasion::WebhookDead)
        );
        assert!(!told.is_empty());
        // What happens meanwhile waits for it.
        world.declare(&world.admin, "disk full again").await;
        assert!(due(&world).await.is_empty());
        assert!(world.store.revive_webhook(&id).await.unwrap());
        assert_eq!(world.store.replay_hook(&id, None).await.unwrap(), 1);
        assert_eq!(due(&world).await.len(), 2);
        world.check().await;
    }
}

#[tokio::test]
async fn a_secret_is_changed_without_a_gap_and_nothing_of_it_is_readable() {
    for database in databases().await {
        let world = World::on(database).await;
        let store = &world.store;
        let (id, first) = store
            .add_webhook(&new("*", Clearance::Clear))
            .await
            .unwrap();
        let second = store.change_webhook_secret(&id).await.unwrap().unwrap();
        let target = store.webhook(&id).await.unwrap().unwrap().target.unwrap();
        assert_eq!(target.secrets(), [second.clone(), first.clone()]);
        let texts = [first.text(), second.text()];
        let words = texts
            .iter()
            .map(|text| text.strip_prefix("whsec_").unwrap());
        let words: Vec<String> = words
            .map(|word| {
                word.chars()
                    .filter(char::is_ascii_alphanumeric)
                    .take(20)
                    .collect()
            })
            .collect();
        crate::traces::Traces::of(words.iter().map(String::as_str)).in_no_file(&world.options.data);
        for (url, events) in [
            ("ftp://x", "*"),
            ("https://u:p@x.example", "*"),
            ("https://x.example", ""),
            ("https://x.example", "declared; drop"),
        ] {
            let unfit = NewWebhook {
                url: url.to_owned(),
                ..new(events, Clearance::Clear)
            };
            assert!(
                matches!(store.add_webhook(&unfit).await, Err(Error::Unfit(_))),
                "{url}"
            );
        }
        world.check().await;
    }
}
