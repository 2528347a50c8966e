//! Who sees a record, by name, asked by those who see it themselves.

use crate::world::{World, databases};
use bifold_domain::incident::{self, Restrict, Why};
use bifold_domain::kind::KindKey;
use bifold_domain::{Role, Text};

#[tokio::test]
async fn the_readers_of_a_record_are_named_to_those_who_read_it() {
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let reporter = world.person("rita", &[Role::Reporter]).await;
        let (id, receipt) = world.declare(&agent, "Slow logins").await;
        let number = receipt.touched[0].number.clone().unwrap();
        let ask = |who: &bifold_domain::Actor, name: String| {
            let (store, viewer) = (world.store.clone(), who.viewer());
            async move { store.readers(&viewer, &name).await.unwrap() }
        };
        let access = ask(&agent, number).await.unwrap();
        let names = |access: &bifold_store::query::readers::Access| -> Vec<String> {
            let people = access.readers.people.iter();
            people.map(|person| person.name.clone()).collect()
        };
        assert_eq!(names(&access), ["Ada Admin", "agnes", "olga"]);
        assert_eq!(access.readers.count, 3);
        assert_eq!(access.by_role[&Role::Agent], 1);
        // How many by which role, but not who holds which; nothing of lanes that are closed.
        let untold = Why::Roles {
            roles: Default::default(),
        };
        assert!(access.readers.people.iter().all(|p| p.why == untold));
        assert!(access.lanes.is_empty());
        assert_eq!(ask(&reporter, id.to_string()).await, None);

        let access = ask(&world.admin, id.to_string()).await.unwrap();
        assert!(access.readers.people.iter().all(|p| p.why != untold));
        let lane = &access.lanes[&KindKey::security()];
        let seers: Vec<&str> = lane.people.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(seers, ["Ada Admin", "olga"]);

        let restrict = Restrict {
            people: [officer.person.clone()].into(),
            teams: Default::default(),
            reason: Text::parse("need to know").unwrap(),
        };
        world
            .act(&officer, &id, incident::Command::Restrict(restrict))
            .await
            .unwrap();
        let access = ask(&officer, id.to_string()).await.unwrap();
        assert!(access.is_restricted);
        assert_eq!(names(&access), ["olga"]);
        assert_eq!(ask(&agent, id.to_string()).await, None);
        world.check().await;
    }
}
