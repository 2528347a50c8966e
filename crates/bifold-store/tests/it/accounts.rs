//! Accounts: equal answers, slowing down, sessions and tokens that end.

use crate::world::{World, databases};
use bifold_domain::{Command, Role, person, time};
use bifold_store::Operation;
use bifold_store::account::{Presence, SignIn};

#[tokio::test]
async fn a_right_password_opens_a_session_that_ends() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let store = &world.store;
        let password = "correct horse battery".to_owned();
        store
            .set_password(&agent, &agent.person, password.clone())
            .await
            .unwrap();
        let answer = store
            .sign_in(" agnes@EXAMPLE.org ", password.clone())
            .await
            .unwrap();
        let SignIn::Welcome { secret, person } = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(person, agent.person);
        assert!(
            store
                .session_actor(&secret, Presence::Acting)
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            store
                .session_actor("another", Presence::Acting)
                .await
                .unwrap()
                .is_none()
        );
        // A page that only watches is let in, and does not keep the session awake.
        store.shell().advance(20 * time::MINUTE);
        let watching = store.session_actor(&secret, Presence::Watching).await;
        assert!(watching.unwrap().is_some());
        store.shell().advance(9 * time::MINUTE);
        assert!(
            store
                .session_actor(&secret, Presence::Acting)
                .await
                .unwrap()
                .is_some()
        );
        store.shell().advance(29 * time::MINUTE);
        let watching = store.session_actor(&secret, Presence::Watching).await;
        assert!(watching.unwrap().is_some());
        store.shell().advance(2 * time::MINUTE);
        assert!(
            store
                .session_actor(&secret, Presence::Acting)
                .await
                .unwrap()
                .is_none()
        );
        let SignIn::Welcome { secret, .. } =
            store.sign_in("agnes@example.org", password).await.unwrap()
        else {
            panic!("refused")
        };
        store.sign_out(&secret).await.unwrap();
        assert!(
            store
                .session_actor(&secret, Presence::Acting)
                .await
                .unwrap()
                .is_none()
        );
        world.check().await;
    }
}

#[tokio::test]
async fn failures_slow_an_account_down_whether_it_exists_or_not() {
    let world = World::on(None).await;
    let agent = world.person("agnes", &[Role::Agent]).await;
    let store = &world.store;
    store
        .set_password(&agent, &agent.person, "right".to_owned())
        .await
        .unwrap();
    for email in ["agnes@example.org", "nobody@example.org"] {
        for _ in 0..5 {
            let answer = store.sign_in(email, "wrong".to_owned()).await.unwrap();
            assert_eq!(answer, SignIn::Refused);
        }
        let answer = store.sign_in(email, "right".to_owned()).await.unwrap();
        assert!(
            matches!(answer, SignIn::Wait { seconds: 1..=2 }),
            "{answer:?}"
        );
    }
    store.shell().advance(time::HOUR);
    let answer = store
        .sign_in("agnes@example.org", "right".to_owned())
        .await
        .unwrap();
    assert!(matches!(answer, SignIn::Welcome { .. }));
}

#[tokio::test]
async fn a_token_works_until_it_is_revoked_expires_or_its_person_is_barred() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let store = &world.store;
        let (id, token) = store
            .create_token(&agent.person, "script", None)
            .await
            .unwrap();
        let actor = store.token_actor(&token).await.unwrap().unwrap();
        assert_eq!(actor.person, agent.person);
        assert!(store.revoke_token(&agent.person, &id).await.unwrap());
        assert!(store.token_actor(&token).await.unwrap().is_none());
        let soon = store.shell().clock.now().plus(time::MINUTE);
        let (_, short) = store
            .create_token(&agent.person, "short", Some(soon))
            .await
            .unwrap();
        assert!(store.token_actor(&short).await.unwrap().is_some());
        store.shell().advance(time::HOUR);
        assert!(store.token_actor(&short).await.unwrap().is_none());
        let (_, long) = store
            .create_token(&agent.person, "long", None)
            .await
            .unwrap();
        let bar = Command::Person(agent.person.clone(), person::Command::Disable);
        store
            .execute(Operation::one(&world.admin, bar))
            .await
            .unwrap();
        assert!(store.token_actor(&long).await.unwrap().is_none());
        assert_eq!(store.tokens(&agent.person).await.unwrap().len(), 3);
        world.check().await;
    }
}

#[tokio::test]
async fn a_session_opened_without_a_password_is_like_any_other() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let store = &world.store;
        let secret = store.open_session(&agent.person).await.unwrap();
        let actor = store
            .session_actor(&secret, Presence::Acting)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(actor.person, agent.person);
        let bar = Command::Person(agent.person.clone(), person::Command::Disable);
        let bar = Operation::one(&world.admin, bar);
        store.execute(bar).await.unwrap();
        assert!(
            store
                .session_actor(&secret, Presence::Acting)
                .await
                .unwrap()
                .is_none()
        );
        let another = store.open_session(&agent.person).await.unwrap();
        assert_ne!(another, secret);
        assert!(
            store
                .session_actor(&another, Presence::Acting)
                .await
                .unwrap()
                .is_none()
        );
        world.check().await;
    }
}
