//! A person's own settings: kept, bounded, shared with whom they are meant for.

use crate::world::{World, databases};
use bifold_domain::{Actor, Role};
use bifold_store::Error;
use bifold_store::personal::{Preferences, SavedView, Sharing, Theme, VIEWS_LIMIT};

fn code(error: &Error) -> &'static str {
    match error {
        Error::Refused(refusal) => refusal.code(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn preferences_are_kept_and_have_defaults() {
    for database in databases().await {
        let world = World::on(database).await;
        let (store, person) = (&world.store, &world.admin.person);
        let before = store.preferences(person).await.unwrap();
        assert_eq!(before, Preferences::default());
        assert!(before.single_keys);
        let wanted = Preferences {
            language: Some("de".to_owned()),
            theme: Theme::Dark,
            single_keys: false,
            default_view: Some("mine".to_owned()),
        };
        for _ in 0..2 {
            store.set_preferences(person, &wanted).await.unwrap();
            assert_eq!(store.preferences(person).await.unwrap(), wanted);
        }
        for language in ["x".repeat(36), "d\0e".to_owned()] {
            let unfit = Preferences {
                language: Some(language),
                ..wanted.clone()
            };
            let error = store.set_preferences(person, &unfit).await.unwrap_err();
            assert_eq!(code(&error), "bad-value");
        }
        assert_eq!(store.preferences(person).await.unwrap(), wanted);
        world.check().await;
    }
}

#[test]
fn members_of_a_later_version_are_ignored() {
    let body = r#"{ "theme": "light", "density": "compact" }"#;
    let read: Preferences = serde_json::from_str(body).unwrap();
    assert_eq!(read.theme, Theme::Light);
    assert!(read.single_keys);
    for theme in Theme::ALL {
        assert_eq!(serde_json::to_value(theme).unwrap(), theme.word());
        assert_eq!(Theme::from_word(theme.word()), Some(theme));
    }
}

async fn names(world: &World, who: &Actor) -> Vec<String> {
    let views = world.store.saved_views(&who.viewer()).await.unwrap();
    views.into_iter().map(|view| view.name).collect()
}

async fn save(world: &World, who: &Actor, name: &str, sharing: Sharing) -> SavedView {
    let viewer = who.viewer();
    let saved = world
        .store
        .save_view(&viewer, name, "open=true", &sharing)
        .await;
    saved.unwrap()
}

#[tokio::test]
async fn a_view_is_seen_by_those_it_is_shared_with() {
    for database in databases().await {
        let world = World::on(database).await;
        let mut people = Vec::new();
        for name in ["agnes", "boris", "clara"] {
            people.push(world.person(name, &[Role::Agent]).await);
        }
        let team = world.team("Network", &[&people[0], &people[1]]).await;
        for person in &mut people {
            let actor = world.store.actor(&person.person, person.auth).await;
            *person = actor.unwrap().unwrap();
        }
        let [agnes, boris, clara] = &people[..] else {
            panic!("three people")
        };
        save(&world, agnes, "a private", Sharing::Nobody).await;
        save(&world, agnes, "b everybody", Sharing::Everybody).await;
        let ours = Sharing::Team { team };
        let shared = save(&world, agnes, "c team", ours.clone()).await;
        save(&world, clara, "d everybody", Sharing::Everybody).await;
        assert_eq!(shared.owner, agnes.person);
        assert_eq!(shared.sharing, ours);
        for (who, expected) in [
            (
                agnes,
                &["a private", "b everybody", "c team", "d everybody"][..],
            ),
            (boris, &["b everybody", "c team", "d everybody"]),
            // Own ones come first.
            (clara, &["d everybody", "b everybody"]),
        ] {
            assert_eq!(names(&world, who).await, expected);
        }
        // Only the owner takes it back, and nobody shares with a team of others.
        let store = &world.store;
        assert!(!store.delete_view(&boris.person, &shared.id).await.unwrap());
        assert!(store.delete_view(&agnes.person, &shared.id).await.unwrap());
        assert!(!names(&world, boris).await.contains(&"c team".to_owned()));
        let strange = store.save_view(&clara.viewer(), "e", "", &ours).await;
        assert_eq!(code(&strange.unwrap_err()), "not-found");
        world.check().await;
    }
}

#[tokio::test]
async fn views_are_bounded_and_the_same_name_is_the_same_view() {
    for database in databases().await {
        let world = World::on(database).await;
        let (store, viewer) = (&world.store, world.admin.viewer());
        for (name, query, is_fit) in [
            ("ü".repeat(60), String::new(), true),
            ("ü".repeat(61), String::new(), false),
            ("  ".to_owned(), String::new(), false),
            ("a\nb".to_owned(), String::new(), false),
            ("long".to_owned(), "q".repeat(2_000), true),
            ("long".to_owned(), "q".repeat(2_001), false),
        ] {
            let answer = store
                .save_view(&viewer, &name, &query, &Sharing::Nobody)
                .await;
            match answer {
                Ok(_) => assert!(is_fit, "{name}"),
                Err(error) => assert_eq!((code(&error), is_fit), ("bad-value", false), "{name}"),
            }
        }
        for i in 2..VIEWS_LIMIT {
            save(&world, &world.admin, &format!("No {i}"), Sharing::Nobody).await;
        }
        let full = store.save_view(&viewer, "one more", "", &Sharing::Nobody);
        assert_eq!(code(&full.await.unwrap_err()), "too-many");
        // Saving under a name that is there replaces it, also when no further one fits.
        let before = store.saved_views(&viewer).await.unwrap();
        let again = save(&world, &world.admin, " No 7 ", Sharing::Everybody).await;
        let old = before.iter().find(|view| view.name == "No 7").unwrap();
        assert_eq!(again.id, old.id);
        assert_eq!(again.sharing, Sharing::Everybody);
        assert_eq!(names(&world, &world.admin).await.len(), VIEWS_LIMIT);
        world.check().await;
    }
}
