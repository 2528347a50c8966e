//! Questions, one SQL statement each, all through one visibility predicate.
//!
//! A query of records takes a [`Viewer`] and is built from [`visible`]; there is no other way to
//! one. The predicate says in SQL what `Incident::is_readable_by` says in Rust, and a test
//! compares them record by record.

pub mod directory;
pub mod event;
pub mod evidence;
pub mod facet;
mod filter;
pub mod gate;
pub mod incident;
pub mod level;
pub mod on_call;
#[cfg(test)]
mod plans;
pub mod readers;
pub mod report;
pub mod search;
pub mod task;
pub mod timeline;

use crate::db::Sql;
use bifold_domain::{At, Directory, Viewer};

/// Rows on one page at most.
pub const PAGE_LIMIT: u32 = 200;

/// A count up to a cap, from a count of at most one more.
pub(crate) fn capped(row: Option<(i64,)>, cap: u32) -> (u32, bool) {
    let count = row.map_or(0, |r| u32::try_from(r.0).unwrap_or(u32::MAX));
    (count.min(cap), count > cap)
}

/// Adds the visibility predicate for incidents under the alias `i`.
pub(crate) fn visible(sql: &mut Sql, viewer: &Viewer, now: At) {
    let person = viewer.person.as_str();
    if viewer.reads_incidents {
        sql.push("(i.restricted = FALSE OR ");
    } else {
        sql.push("((i.restricted = FALSE AND i.reporter = ")
            .bind(person)
            .push(") OR ");
    }
    // Whoever is not named in a compartment finds nothing behind it.
    sql.push(
        "(i.restricted = TRUE AND EXISTS (SELECT 1 FROM incident_member m WHERE m.org = i.org \
         AND m.incident = i.id AND (m.until IS NULL OR m.until > ",
    );
    sql.bind(now.micros()).push(") AND m.principal IN ");
    sql.list(&principals(viewer)).push(")))");
}

/// Adds the predicate for facts that stand in a lane: of the entry under the alias `e`, in the
/// incident under the alias `i`. It says what `Incident::shows_lane` says in Rust.
fn in_visible_lane(sql: &mut Sql, viewer: &Viewer, directory: &Directory) {
    if viewer.reads_sensitive_lanes {
        sql.push("TRUE");
        return;
    }
    let kinds = directory.policy.kinds.values();
    let open: Vec<&str> = kinds
        .filter(|k| !k.kind.sensitive)
        .map(|k| k.kind.key.as_str())
        .collect();
    sql.push("(e.lane IS NULL OR e.lane IN ");
    sql.list(&open).push(
        " OR EXISTS (SELECT 1 FROM incident_seat l WHERE l.org = i.org AND l.incident = i.id \
         AND l.kind = e.lane AND l.principal IN ",
    );
    sql.list(&principals(viewer)).push("))");
}

/// Adds a condition on the entry `e`: that the viewer may know what its fact is of. Who reported
/// an incident, or was named, reads it; what its people say among themselves is theirs.
fn outside_room(sql: &mut Sql, viewer: &Viewer) {
    if !viewer.reads_incidents {
        sql.push(" AND e.kind NOT IN ").list(timeline::OF_ROOM);
    }
}

/// Under what names a compartment or a lane may know the viewer.
pub(crate) fn principals(viewer: &Viewer) -> Vec<&str> {
    let mut principals = vec![viewer.person.as_str()];
    principals.extend(viewer.teams.iter().map(bifold_domain::TeamId::as_str));
    principals
}
