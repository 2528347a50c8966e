//! Harbour Hospital: its people and teams. All of them are made up.

use bifold_domain::Role::{
    self, Administrator, Agent, Auditor, DisclosureHandler, EvidenceCustodian, IdentityCustodian,
    IncidentManager, Reporter, Resolver, SecurityOfficer,
};

/// The organisation's name.
pub(crate) const NAME: &str = "Harbour Hospital";
/// The host part of its addresses and of its ledger's origin.
pub(crate) const HOST: &str = "harbour.example";
/// The administrator who founds it.
pub(crate) const FOUNDER: &str = "ines";
/// The account under which machines deliver their signals.
pub(crate) const MACHINE: &str = "monitoring";

/// Somebody who works here: key, which is also the address before the @, name, roles, team.
pub(crate) struct Member {
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
    pub(crate) roles: &'static [Role],
    pub(crate) team: &'static str,
}

const fn member(
    key: &'static str,
    name: &'static str,
    roles: &'static [Role],
    team: &'static str,
) -> Member {
    Member {
        key,
        name,
        roles,
        team,
    }
}

/// Everybody, the founder first.
pub(crate) const PEOPLE: &[Member] = &[
    member("ines", "Ines Marin", &[Administrator], ""),
    member("amara", "Amara Okafor", &[IncidentManager], ""),
    member("jonas", "Jonas Keller", &[IncidentManager], ""),
    member("noah", "Noah Brandt", &[Agent], "desk"),
    member("petra", "Petra Novotna", &[Agent], "desk"),
    member("samir", "Samir Haddad", &[Agent], "desk"),
    member("ada", "Ada Lindqvist", &[Resolver], "platform"),
    member("tomas", "Tomas Rueda", &[Resolver], "platform"),
    member("yuki", "Yuki Tanabe", &[Resolver], "platform"),
    member("farid", "Farid Rahimi", &[Resolver], "network"),
    member("greta", "Greta Olsen", &[Resolver], "network"),
    member("chiara", "Chiara Conti", &[Resolver], "clinical"),
    member("malik", "Malik Johnson", &[Resolver], "clinical"),
    member("sofie", "Sofie Dahl", &[Resolver], "clinical"),
    member("lukas", "Lukas Stein", &[SecurityOfficer], "csirt"),
    member("oona", "Oona Kallio", &[SecurityOfficer], "csirt"),
    member("rania", "Rania Aziz", &[Resolver], "csirt"),
    member("bo", "Bo Eriksen", &[EvidenceCustodian], "csirt"),
    member(
        "beatrix",
        "Beatrix Vogel",
        &[Resolver, DisclosureHandler],
        "privacy",
    ),
    member("daniel", "Daniel Osei", &[Resolver], "privacy"),
    member("nadia", "Nadia Petrova", &[Resolver], "ai"),
    member("theo", "Theo Laurent", &[Resolver], "ai"),
    member("helga", "Helga Vance", &[Auditor], ""),
    member("mira", "Mira Solberg", &[Reporter], ""),
    member("jakob", "Jakob Weiss", &[Reporter], ""),
    member("elif", "Elif Demir", &[Reporter], ""),
    member("hugo", "Hugo Martins", &[Reporter], ""),
    member("anna", "Anna Kowalska", &[Reporter], ""),
    member(
        "ruben",
        "Ruben Achterberg",
        &[Reporter, IdentityCustodian],
        "",
    ),
    member(MACHINE, "Monitoring", &[Reporter], ""),
];

/// The teams: key and name.
pub(crate) const TEAMS: &[(&str, &str)] = &[
    ("desk", "Service desk"),
    ("platform", "Platform"),
    ("network", "Network"),
    ("clinical", "Clinical applications"),
    ("csirt", "CSIRT"),
    ("privacy", "Data protection"),
    ("ai", "AI systems"),
];

/// Those who report from the wards and offices.
pub(crate) const STAFF: &[&str] = &["mira", "jakob", "elif", "hugo", "anna", "ruben"];
/// Those at the service desk.
pub(crate) const DESK: &[&str] = &["noah", "petra", "samir"];

/// Whom a visitor may be with one click, and what that shows them.
pub(crate) const VISITORS: &[(&str, &str)] = &[
    (
        "noah",
        "Service desk agent: takes in reports, triages, answers both questions",
    ),
    (
        "amara",
        "Incident manager: leads the open SEV-1, decides priority and major incidents",
    ),
    (
        "lukas",
        "Security officer: the security lane, evidence, restricted records",
    ),
    (
        "bo",
        "Evidence custodian: keeps what was secured, and approves what leaves the house",
    ),
    (
        "ada",
        "Engineer of the platform team: restores services, works on tasks",
    ),
    (
        "mira",
        "Ward physician: reports what looks wrong and follows her own reports",
    ),
    (
        "helga",
        "Auditor: reads everything unrestricted and the ledger, changes nothing",
    ),
    (
        "ines",
        "Administrator: people, teams, services, policy; reads nothing restricted",
    ),
    (
        "beatrix",
        "Disclosure handler: reads and answers what is said in confidence",
    ),
    (
        "ruben",
        "Identity custodian: decides who may see a name given in trust",
    ),
];

/// The address of a key.
pub(crate) fn email(key: &str) -> String {
    format!("{key}@{HOST}")
}

/// The name of a key.
pub(crate) fn name(key: &str) -> &'static str {
    PEOPLE
        .iter()
        .find(|member| member.key == key)
        .map_or("Somebody", |member| member.name)
}

/// The keys of a team's members.
pub(crate) fn members(team: &str) -> Vec<&'static str> {
    let of_team = PEOPLE.iter().filter(|m| m.team == team && !team.is_empty());
    of_team.map(|m| m.key).collect()
}
