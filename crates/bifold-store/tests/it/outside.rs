//! What an incident is called where its title must not be read.

use crate::notices::{assign, inbox};
use crate::world::{World, databases, short};
use bifold_domain::incident::ArrangeRoom;
use bifold_domain::{Actor, Role, incident};
use bifold_store::notify::{Noted, Shown};

/// What the notices of somebody are called outside.
async fn outside(world: &World, who: &Actor) -> Vec<Option<String>> {
    let told = inbox(world, who).await.into_iter();
    let name = |noted: Noted| match noted.about {
        Shown::Incident { outside, .. } => outside,
        Shown::Part(part) => Some(part),
    };
    told.map(name).collect()
}

#[tokio::test]
async fn a_codename_is_what_a_record_is_called_outside_and_out_of_band_it_is_not_named() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let manager = world.person("marta", &[Role::IncidentManager]).await;
        let (id, _) = world.declare(&agent, "zanzibar down").await;
        assign(&world, &world.admin, &id, &agent).await;
        let plain = Some("zanzibar down".to_owned());
        assert_eq!(outside(&world, &agent).await, [plain]);
        for (out_of_band, named) in [(false, Some("Grey Heron".to_owned())), (true, None)] {
            let arrange = ArrangeRoom {
                bridge: None,
                codename: Some(short("Grey Heron")),
                out_of_band,
            };
            world
                .act(&manager, &id, incident::Command::ArrangeRoom(arrange))
                .await
                .unwrap();
            assert_eq!(outside(&world, &agent).await, [named]);
        }
    }
}
