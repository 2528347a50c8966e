//! Keeping the directory: which records belong to it, and how they enter.

use crate::db::{Conn, Sql};
use crate::error::{Error, Result};
use bifold_domain::record::State;
use bifold_domain::{Directory, Subject};

/// Record types that decisions look up everywhere; kept in memory.
pub(super) const TYPES: [&str; 9] = [
    "person",
    "team",
    "service",
    "policy",
    "schedule",
    "chain",
    "source",
    "maintenance",
    "status_page",
];

/// Enters a directory record into the directory; others are left out.
pub(super) fn enter(directory: &mut Directory, state: &State, subject: &Subject) {
    match (state, subject) {
        (State::Person(p), Subject::Person(id)) => {
            directory.people.insert(id.clone(), (**p).clone());
        }
        (State::Team(t), Subject::Team(id)) => {
            directory.teams.insert(id.clone(), (**t).clone());
        }
        (State::Service(s), Subject::Service(id)) => {
            directory.services.insert(id.clone(), (**s).clone());
        }
        (State::Policy(p), Subject::Policy(_)) => directory.policy = (**p).clone(),
        (State::Schedule(s), Subject::Schedule(id)) => {
            directory.schedules.insert(id.clone(), (**s).clone());
        }
        (State::Chain(c), Subject::Chain(id)) => {
            directory.chains.insert(id.clone(), (**c).clone());
        }
        (State::Source(s), Subject::Source(id)) => {
            directory.sources.insert(id.clone(), (**s).clone());
        }
        (State::StatusPage(p), Subject::StatusPage(id)) => {
            directory.status_pages.insert(id.clone(), (**p).clone());
        }
        // Only what is to come or goes on: of what is over nothing follows any more.
        (State::Maintenance(m), Subject::Maintenance(id)) => {
            if m.stage.is_over() {
                directory.maintenances.remove(id);
            } else {
                directory.maintenances.insert(id.clone(), (**m).clone());
            }
        }
        _ => {}
    }
}

/// Reads the whole directory from its snapshots.
pub(crate) async fn load(conn: Conn<'_>, org: &str) -> Result<Directory> {
    // Four questions, each of which has an index made for it.
    let rows: Vec<(String, String, String)> = Sql::new(
        "SELECT id, subject_type, state FROM snapshot WHERE org = $1 \
         AND subject_type IN ('person', 'team', 'service', 'policy') \
         UNION ALL SELECT id, subject_type, state FROM snapshot WHERE org = $1 \
         AND subject_type IN ('schedule', 'chain') \
         UNION ALL SELECT id, subject_type, state FROM snapshot WHERE org = $1 \
         AND subject_type IN ('source', 'status_page') \
         UNION ALL SELECT s.id, s.subject_type, s.state FROM maintenance m JOIN snapshot s \
         ON s.org = m.org AND s.id = m.id WHERE m.org = $1 AND m.is_over = FALSE",
    )
    .arg(org)
    .all(conn)
    .await?;
    let mut directory = Directory::default();
    for (id, subject_type, state) in rows {
        let state = State::from_json(&subject_type, &state).map_err(Error::damaged)?;
        let subject = Subject::parse(&subject_type, &id)
            .ok_or_else(|| Error::damaged(format!("a snapshot with id {id:?}")))?;
        enter(&mut directory, &state, &subject);
    }
    Ok(directory)
}
