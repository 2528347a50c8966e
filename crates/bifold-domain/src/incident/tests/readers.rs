//! What a page says of who reads a record is what reading it does.

use super::*;
use crate::access::{Auth, Role};
use crate::time::MINUTE;

fn seat(owner: Option<&str>, seated: Option<&str>) -> Command {
    Command::SetLane(SetLane {
        kind: security(),
        owner: owner.map(person),
        team: seated.map(team),
    })
}

fn cases() -> Vec<(&'static str, Case)> {
    let seated = secured().and("officer", seat(Some("resolver"), Some("csirt")));
    let restrict = |people, teams| Command::Restrict(only(people, teams));
    let restricted = seated
        .clone()
        .and("officer", restrict(&["officer", "former"], &["csirt"]));
    let broken = restricted
        .clone()
        .and("manager", Command::BreakGlass(because("Fire.")));
    let over = broken.clone().later(25 * 60 * MINUTE);
    vec![
        ("open to readers", declared()),
        ("with seats", seated),
        ("restricted", restricted),
        ("glass broken", broken),
        ("glass mended", over),
    ]
}

#[test]
fn the_readers_are_those_who_can_read_it() {
    for (what, case) in cases() {
        let (incident, directory) = (case.incident(), &case.directory);
        for (asker, _) in PEOPLE.iter().filter(|(name, _)| *name != "former") {
            let asker = case.actor(asker).viewer();
            let readers = incident.readers(&asker, directory, case.now);
            assert_eq!(readers.is_restricted, incident.compartment.is_some());
            for (name, _) in PEOPLE {
                let id = person(name);
                let viewer = directory.actor(&id, Auth::Session).map(|a| a.viewer());
                let reads = |v: &Viewer| incident.is_readable_by(v, case.now);
                let is_reader = viewer.as_ref().is_some_and(reads);
                let listed = readers.people.contains_key(&id);
                assert_eq!(listed, is_reader, "{what}: {name}");
                for (kind, lane) in &readers.lanes {
                    let shows = |v: &Viewer| incident.shows_lane(kind, v, &directory.policy);
                    let sees = is_reader && viewer.as_ref().is_some_and(shows);
                    assert_eq!(lane.contains_key(&id), sees, "{what}: {name} {kind}");
                }
            }
            for kind in directory.policy.kinds.keys() {
                let tells = directory.policy.is_sensitive(kind)
                    && incident.shows_lane(kind, &asker, &directory.policy);
                assert_eq!(readers.lanes.contains_key(kind), tells, "{what}: {kind}");
            }
        }
    }
}

#[test]
fn each_reader_has_the_most_lasting_reason() {
    let [_, (_, seated), _, (_, broken), _] = &cases()[..] else {
        panic!("five cases")
    };
    let officer = seated.actor("officer").viewer();
    let readers = seated
        .incident()
        .readers(&officer, &seated.directory, seated.now);
    let roles = |role| Why::Roles {
        roles: [role].into(),
    };
    assert_eq!(readers.people[&person("agent")], roles(Role::Agent));
    assert_eq!(readers.people[&person("reporter")], Why::Reporter);
    let by_role = readers.by_role();
    assert_eq!(by_role[&Role::SecurityOfficer], 2);
    assert_eq!(by_role.get(&Role::Reporter), None);
    let lane = &readers.lanes[&security()];
    assert_eq!(lane[&person("resolver")], LaneWhy::Seat);
    assert_eq!(lane[&person("analyst")], LaneWhy::Seat);
    assert!(matches!(lane[&person("custodian")], LaneWhy::Roles { .. }));
    assert!(!lane.contains_key(&person("agent")));

    let readers = broken
        .incident()
        .readers(&officer, &broken.directory, broken.now);
    let why: Vec<&Why> = ["officer", "analyst", "manager"]
        .iter()
        .map(|name| &readers.people[&person(name)])
        .collect();
    let by_team = Why::Team {
        team: team("csirt"),
    };
    assert_eq!(why[..2], [&Why::Member, &by_team]);
    assert!(matches!(why[2], Why::BrokenGlass { until } if *until > broken.now));
    assert_eq!(readers.people.len(), 3);
    assert!(readers.by_role().is_empty());
}
