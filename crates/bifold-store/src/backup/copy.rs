//! Which tables a backup holds, and copying their rows between any two databases.

use crate::db::{Dynamic, Insert, Sql, Tx, Value};
use crate::error::Result;
use crate::notify::{HOOK_DELIVERY, NOTICES};

/// Rows read at a time.
const PAGE: usize = 2_000;

const fn table(
    table: &'static str,
    key: &'static [&'static str],
    columns: &'static [&'static str],
) -> Insert {
    Insert {
        table,
        columns,
        key,
    }
}

/// The tables that are copied, with their keys. All else is a projection or in [`LEFT_OUT`].
pub(super) const COPIED: &[Insert] = &[
    table(
        "organisation",
        &["org"],
        &["org", "no", "name", "origin", "created_at"],
    ),
    table(
        "source_secret",
        &["org", "source", "name"],
        &[
            "org",
            "source",
            "name",
            "kind",
            "digest",
            "sealed",
            "created_at",
        ],
    ),
    table(
        "inbound",
        &["org", "id"],
        &[
            "org",
            "id",
            "source",
            "received_at",
            "content_type",
            "headers",
            "sha256",
            "size",
            "is_text",
            "body",
            "remarks",
            "error",
            "replay_of",
        ],
    ),
    table(
        "inbound_cursor",
        &["org"],
        &["org", "given", "read_to", "swept_to", "fault_seq"],
    ),
    table(
        "fault",
        &["org", "seq"],
        &[
            "org",
            "seq",
            "source",
            "external_id",
            "began_at",
            "is_latest",
            "state",
            "severity",
            "title",
            "service",
            "grouped",
            "signal",
            "first_at",
            "last_at",
            "ended_at",
            "count",
            "offset_us",
            "inbound",
            "disposition",
            "rule",
            "event",
            "look_at",
        ],
    ),
    table(
        "mail",
        &["org", "inbound"],
        &[
            "org",
            "inbound",
            "source",
            "message_id",
            "sender",
            "subject",
            "record",
            "became",
            "reasons",
            "at",
        ],
    ),
    table(
        "letter",
        &["org", "id"],
        &[
            "org",
            "id",
            "source",
            "record",
            "recipient",
            "kind",
            "letter",
            "made_at",
            "due_at",
            "attempts",
            "receipt",
            "error",
        ],
    ),
    table(
        "subscription",
        &["org", "id"],
        &[
            "org",
            "id",
            "page",
            "address",
            "components",
            "made_at",
            "confirmed_at",
        ],
    ),
    table(
        "told",
        &["org", "page", "about", "at"],
        &["org", "page", "about", "at"],
    ),
    table(
        "event_tally",
        &["org", "event"],
        &["org", "event", "due_at", "counted_at"],
    ),
    table(
        "source_state",
        &["org", "source"],
        &[
            "org",
            "source",
            "first_seen_at",
            "last_seen_at",
            "deliveries",
            "signals",
            "unread",
            "let_go",
        ],
    ),
    table(
        "disclosure_receipt",
        &["org", "code_hash"],
        &["org", "code_hash", "disclosure"],
    ),
    table(
        "identity_vault",
        &["org", "disclosure"],
        &["org", "disclosure", "sealed"],
    ),
    table("key_ring", &["org"], &["org", "ring", "made_at"]),
    table(
        "key_destroyed",
        &["org", "log", "idx", "slot"],
        &["org", "log", "idx", "slot", "by_idx", "digest", "request"],
    ),
    table(
        "ledger_head",
        &["org"],
        &[
            "org",
            "log",
            "frontier",
            "last_at",
            "directory_version",
            "log_n",
            "log_prev",
        ],
    ),
    table(
        "ledger_entry",
        &["org", "log", "idx"],
        &[
            "org",
            "log",
            "idx",
            "subject_type",
            "subject",
            "subject_n",
            "kind",
            "lane",
            "at",
            "actor",
            "leaf_hash",
            "leaf",
        ],
    ),
    table(
        "ledger_disclosure",
        &["org", "log", "idx"],
        &["org", "log", "idx", "disclosures"],
    ),
    table(
        "ledger_redaction",
        &["org", "log", "idx", "by_idx"],
        &["org", "log", "idx", "by_idx"],
    ),
    table(
        "redaction_request",
        &["org", "id"],
        &[
            "org",
            "id",
            "log",
            "idx",
            "names",
            "basis",
            "requested_by",
            "requested_at",
            "done",
        ],
    ),
    table(
        "ledger_node",
        &["org", "log", "level", "n"],
        &["org", "log", "level", "n", "hash"],
    ),
    table(
        "ledger_checkpoint",
        &["org", "log", "size"],
        &["org", "log", "size", "root", "note", "signed_at"],
    ),
    table(
        "operation",
        &["org", "key"],
        &["org", "key", "digest", "receipt", "at"],
    ),
    table("counter", &["org", "name"], &["org", "name", "value"]),
    table(
        "credential",
        &["org", "email"],
        &["org", "email", "person", "password_hash", "changed_at"],
    ),
    table(
        "api_token",
        &["org", "id"],
        &[
            "org",
            "id",
            "token_hash",
            "person",
            "name",
            "created_at",
            "expires_at",
            "revoked",
        ],
    ),
    table(
        "job",
        &["org", "id"],
        &[
            "org", "id", "kind", "payload", "run_at", "attempts", "error",
        ],
    ),
    table(
        "blob",
        &["org", "sha256"],
        &["org", "sha256", "size_bytes", "kept_at"],
    ),
    table("preference", &["org", "person"], &["org", "person", "body"]),
    table(
        "saved_view",
        &["org", "id"],
        &[
            "org",
            "id",
            "owner",
            "name",
            "query",
            "is_shared",
            "team",
            "created_at",
        ],
    ),
    table(
        "anchor_wish",
        &["org", "log"],
        &["org", "log", "size", "asked_at"],
    ),
    table(
        "anchor_stamp",
        &["org", "log", "size", "authority", "round"],
        &[
            "org",
            "log",
            "size",
            "authority",
            "round",
            "state",
            "queued_at",
            "attempts",
            "next_at",
            "answered_at",
            "request",
            "answer",
            "gen_time",
            "expires_at",
            "error",
        ],
    ),
    table(
        "anchor_cosignature",
        &["org", "log", "size", "witness"],
        &["org", "log", "size", "witness", "name", "line", "at"],
    ),
    table(
        "anchor_witness",
        &["org", "log", "witness"],
        &["org", "log", "witness", "attempts", "next_at", "error"],
    ),
    table(
        "channel",
        &["org", "id"],
        &[
            "org",
            "id",
            "person",
            "kind",
            "label",
            "target",
            "clearance",
            "place",
            "code",
            "tries",
            "verified_at",
            "last_at",
            "failures",
            "dead_at",
            "is_refused",
            "error",
            "created_at",
        ],
    ),
    table(
        "notify_rules",
        &["org", "person"],
        &["org", "person", "body"],
    ),
    NOTICES,
    table(
        "delivery",
        &["org", "notice", "channel"],
        &[
            "org",
            "notice",
            "channel",
            "person",
            "urgency",
            "state",
            "queued_at",
            "due_at",
            "attempts",
            "sent_at",
            "receipt",
            "error",
        ],
    ),
    table(
        "webhook",
        &["org", "id"],
        &[
            "org",
            "id",
            "name",
            "host",
            "target",
            "events",
            "clearance",
            "log",
            "idx",
            "failures",
            "last_at",
            "dead_at",
            "error",
            "created_at",
        ],
    ),
    HOOK_DELIVERY,
];

/// Kept tables that no backup holds: what they are for ends with the machine.
#[cfg(test)]
const LEFT_OUT: &[&str] = &[
    "session",
    "login_failure",
    "report_receipt",
    "upload",
    "forecast",
    "forecast_model",
    "holiday_feed",
];

/// Copies all rows of an organisation, page by page in the order of their keys. How many.
pub(super) async fn copy(table: &Insert, org: &str, from: &mut Tx, to: &mut Tx) -> Result<u64> {
    let mut copied = 0;
    let mut after: Option<Vec<Value>> = None;
    loop {
        let rows: Vec<Dynamic> = page(table, org, after.as_deref()).all(from.conn()).await?;
        let rows: Vec<Vec<Value>> = rows.into_iter().map(|row| row.0).collect();
        let is_last = rows.len() < PAGE;
        copied += rows.len() as u64;
        after = rows.last().map(|row| {
            let place = |key: &&str| table.columns.iter().position(|column| column == key);
            let places = table.key.iter().filter_map(place);
            places.filter_map(|at| row.get(at).cloned()).collect()
        });
        table.run(to, rows).await?;
        if is_last {
            return Ok(copied);
        }
    }
}

/// The rows after one with this key.
fn page(table: &Insert, org: &str, after: Option<&[Value]>) -> Sql {
    let key = table.key.join(", ");
    let mut sql = Sql::new("SELECT ");
    sql.push(&table.columns.join(", "))
        .push(" FROM ")
        .push(table.table)
        .push(" WHERE org = ")
        .bind(org);
    if let Some(after) = after {
        sql.push(" AND (").push(&key).push(") > (");
        for (i, value) in after.iter().enumerate() {
            sql.push(if i == 0 { "" } else { ", " }).bind(value.clone());
        }
        sql.push(")");
    }
    sql.push(" ORDER BY ").push(&key).push(" LIMIT ");
    sql.bind(i64::try_from(PAGE).unwrap_or(i64::MAX));
    sql
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;
    use crate::migrate;
    use std::collections::BTreeSet;

    #[tokio::test]
    async fn every_kept_table_is_copied_whole_or_left_out_on_purpose() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::alone(&folder.path().join("kept.db")).await.unwrap();
        migrate::kept(&db).await.unwrap();
        let found = db.columns().await.unwrap();
        let found: BTreeSet<(String, String)> = found
            .into_iter()
            .filter(|(table, _)| table != "schema_version" && !LEFT_OUT.contains(&table.as_str()))
            .collect();
        let copied = COPIED.iter().flat_map(|table| {
            let columns = table.columns.iter();
            columns.map(|column| (table.table.to_owned(), (*column).to_owned()))
        });
        assert_eq!(found, copied.collect());
    }
}
