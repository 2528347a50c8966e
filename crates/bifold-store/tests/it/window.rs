//! Status pages: what is said stands on them and nothing else, and the guard knows the lanes.

use crate::world::{World, databases};
use bifold_domain::incident::{
    Announce, Announcement, ApproveAnnouncement, Assess, Audience, Command as I, Note, Restrict,
    Unsay,
};
use bifold_domain::kind::{Finding, KindKey};
use bifold_domain::status_page::{AnnouncedStage, Command as P, Settings, StatusPage};
use bifold_domain::{Command, IncidentId, PersonId, Refusal, Role, StatusPageId, Text, Title};
use bifold_store::{Error, Operation};
use std::collections::BTreeMap;

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

async fn page(world: &World) -> StatusPage {
    let id = StatusPageId::from_bits(world.store.shell().ids.next());
    let settings: Settings = serde_json::from_value(serde_json::json!({
        "key": "main", "name": "Harbour services", "language": "en", "zone": "Europe/Zurich",
        "audience": "public", "approval": "when_sensitive",
        "components": [{ "key": "checkout", "name": "Checkout" }],
    }))
    .unwrap();
    let command = Command::StatusPage(id, P::Make(Box::new(settings)));
    let operation = Operation::one(&world.admin, command);
    world.store.execute(operation).await.unwrap();
    world.store.status_pages().await.unwrap().remove(0)
}

fn say(page: &StatusPage, words: &str) -> I {
    I::Announce(Announce {
        page: page.id.clone(),
        title: Some(Title::parse("Paying by card fails").unwrap()),
        impact: None,
        stage: AnnouncedStage::Investigating,
        text: text(words),
        states: BTreeMap::new(),
        began_at: None,
        next_by: None,
        despite: None,
        alone: None,
    })
}

fn note(words: &str, lane: Option<KindKey>) -> I {
    I::Note(Note {
        text: text(words),
        lane,
        audience: Audience::Internal,
        next_by: None,
    })
}

fn judge(finding: Finding) -> I {
    I::Assess(Assess {
        kind: KindKey::security(),
        finding,
        answers: BTreeMap::new(),
        reason: text("By what we saw."),
    })
}

async fn told(world: &World, page: &StatusPage) -> Vec<(IncidentId, Announcement)> {
    world.store.told_on(page).await.unwrap().announcements
}

#[tokio::test]
async fn words_of_the_security_lane_reach_a_page_only_with_a_reason_and_two_people() {
    for database in databases().await {
        let world = World::on(database).await;
        let page = page(&world).await;
        let agent = world.person("Alva", &[Role::Agent]).await;
        let officer = world.person("Olga", &[Role::SecurityOfficer]).await;
        let manager = world.person("Mats", &[Role::IncidentManager]).await;
        let (id, _) = world.declare(&agent, "Cards are refused").await;
        world.act(&officer, &id, judge(Finding::Yes)).await.unwrap();
        let secret = "Beacon from pay-db07 to evil.example.net";
        let lane = Some(KindKey::security());
        world.act(&officer, &id, note(secret, lane)).await.unwrap();

        // The desk writes it, knowing nothing; it waits, and stands nowhere.
        let words = "We took pay-db07 from the net.";
        world.act(&agent, &id, say(&page, words)).await.unwrap();
        assert_eq!(told(&world, &page).await, []);
        let approve = |despite: Option<&str>| {
            I::ApproveAnnouncement(ApproveAnnouncement {
                page: page.id.clone(),
                despite: despite.map(text),
            })
        };
        let found = world.act(&manager, &id, approve(None)).await;
        let Err(Error::Refused(Refusal::WouldTell { words })) = found else {
            panic!("{found:?}");
        };
        assert_eq!(words, ["db07", "pay-db07"]);
        let why = "The name was in the papers.";
        world.act(&manager, &id, approve(Some(why))).await.unwrap();
        let on_page = told(&world, &page).await;
        assert_eq!((on_page.len(), on_page[0].1.said.len()), (1, 1));

        // Further words wait beside those that were said, and are not among the rows.
        world
            .act(&agent, &id, say(&page, "A second word."))
            .await
            .unwrap();
        assert_eq!(told(&world, &page).await, on_page);
        let retract = I::RetractAnnouncement(Unsay {
            page: page.id.clone(),
            reason: text("It was another one."),
        });
        world.act(&agent, &id, retract).await.unwrap();
        assert_eq!(told(&world, &page).await, []);
        let replay = world.store.replay(|_| {}).await.unwrap();
        assert!(replay.is_equal(), "{replay:#?}");
        world.check().await;
    }
}

#[tokio::test]
async fn every_word_of_a_restricted_record_is_one_of_the_few() {
    for database in databases().await {
        let world = World::on(database).await;
        let page = page(&world).await;
        let manager = world.person("Mats", &[Role::IncidentManager]).await;
        let officer = world.person("Olga", &[Role::SecurityOfficer]).await;
        let (id, _) = world.declare(&manager, "Payroll figures published").await;
        world.act(&manager, &id, judge(Finding::No)).await.unwrap();
        let people: Vec<PersonId> = vec![manager.person.clone(), officer.person.clone()];
        let restrict = I::Restrict(Restrict {
            people: people.into_iter().collect(),
            teams: [].into(),
            reason: text("Need to know."),
        });
        world.act(&manager, &id, restrict).await.unwrap();
        let found = world
            .act(&manager, &id, say(&page, "Payroll is late."))
            .await;
        let Err(Error::Refused(Refusal::WouldTell { words })) = found else {
            panic!("{found:?}");
        };
        assert_eq!(words, ["payroll"]);
        let harmless = say(&page, "Some services are slower than usual.");
        world.act(&manager, &id, harmless).await.unwrap();
        assert_eq!(
            told(&world, &page).await,
            [],
            "a second person has to agree"
        );
    }
}
