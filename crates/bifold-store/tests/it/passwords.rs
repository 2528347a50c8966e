//! Somebody else's password: set in the open, and never without an alarm.

use crate::world::{World, databases};
use bifold_domain::{Auth, Role};
use bifold_store::Error;
use bifold_store::account::{Presence, SignIn};

const CHOSEN: &str = "chosen by another";

#[tokio::test]
async fn a_password_set_by_another_is_an_alarmed_fact_and_ends_sessions_and_tokens() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let store = &world.store;
        let before = store.version(agent.person.as_str()).await.unwrap();
        let session = store.open_session(&agent.person).await.unwrap();
        let (_, token) = store
            .create_token(&agent.person, "script", None)
            .await
            .unwrap();

        // One's own is no fact, and leaves the tokens: they have secrets of their own.
        let own = "correct horse battery".to_owned();
        store
            .set_password(&agent, &agent.person, own)
            .await
            .unwrap();
        assert!(
            store
                .session_actor(&session, Presence::Acting)
                .await
                .unwrap()
                .is_none()
        );
        assert!(store.token_actor(&token).await.unwrap().is_some());
        assert_eq!(store.version(agent.person.as_str()).await.unwrap(), before);
        assert!(store.alarms(10).await.unwrap().is_empty());

        let session = store.open_session(&agent.person).await.unwrap();
        store
            .set_password(&world.admin, &agent.person, CHOSEN.to_owned())
            .await
            .unwrap();
        assert!(
            store
                .session_actor(&session, Presence::Acting)
                .await
                .unwrap()
                .is_none()
        );
        assert!(store.token_actor(&token).await.unwrap().is_none());
        let alarms = store.alarms(10).await.unwrap();
        assert_eq!(alarms.len(), 1);
        assert_eq!(alarms[0].kind, "password_set_by_other");
        assert_eq!(alarms[0].subject, agent.person.as_str());
        assert_eq!(alarms[0].actor, world.admin.person.as_str());
        let answer = store.sign_in("Agnes@Example.org", CHOSEN.to_owned());
        assert!(matches!(answer.await.unwrap(), SignIn::Welcome { .. }));
        world.check().await;
    }
}

#[tokio::test]
async fn only_those_who_manage_people_set_the_password_of_another() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let store = &world.store;
        for role in Role::ALL.iter().filter(|r| **r != Role::Administrator) {
            let who = world.person(role.word(), &[*role]).await;
            let who = store.actor(&who.person, Auth::Session).await;
            let who = who.unwrap().unwrap();
            let answer = store
                .set_password(&who, &agent.person, CHOSEN.to_owned())
                .await;
            let refused = matches!(&answer, Err(Error::Refused(r)) if r.code() == "not-permitted");
            assert!(refused, "{role}: {answer:?}");
        }
        let answer = store.sign_in("agnes@example.org", CHOSEN.to_owned());
        assert_eq!(answer.await.unwrap(), SignIn::Refused);
        assert!(store.alarms(10).await.unwrap().is_empty());
        world.check().await;
    }
}
