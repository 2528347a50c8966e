//! Full-text search: FTS5 on SQLite, `tsvector` on PostgreSQL.
//!
//! Each ledger entry with text is one document; its number holds organisation, log and index, so
//! a hit leads straight to the entry, the entry's lane and the incident, and all of them pass the
//! visibility predicate before anything is shown or counted. Both databases are given the same
//! words (lower case, split at everything that is not a letter or digit), so both find the same.
//! Hits come newest first, which pages by key; there is no rank to compute over all hits.

use super::{in_visible_lane, outside_room, visible};
use crate::db::{Conn, Db, Insert, Sql, Tx, Value, script};
use crate::error::Result;
use crate::store::Store;
use bifold_domain::{Directory, Viewer};
use serde::Serialize;
use sqlx::FromRow;

/// Words of one query at most.
const WORDS_LIMIT: usize = 12;
/// Documents looked at for one page; several may belong to one incident.
const DOCUMENTS_LIMIT: u32 = 400;
const YEAR_BASE: i64 = 1970;
const INDEX_SPACE: i64 = 1 << 40;
const ORG_SPACE: i64 = 1 << 48;

/// A hit.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct Hit {
    /// The incident.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub stage: String,
    /// Handling priority.
    pub handling: i64,
    /// What sort of fact holds the words.
    pub kind: String,
    /// The document, from which the next page goes on.
    pub doc: i64,
}

/// The number of the document of a ledger entry.
pub(crate) fn document(org_no: i64, log: i64, index: u64) -> i64 {
    let index = i64::try_from(index).unwrap_or(INDEX_SPACE - 1);
    org_no * ORG_SPACE + (log - YEAR_BASE) * INDEX_SPACE + index
}

/// The words of a text, as both databases index them.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
}

/// Makes the empty index.
pub(crate) async fn create(db: &Db, tx: &mut Tx) -> Result<()> {
    script(tx.conn(), "DROP TABLE IF EXISTS search_text").await?;
    let text = if db.is_postgres() {
        "CREATE TABLE search_text (doc BIGINT NOT NULL PRIMARY KEY, body tsvector NOT NULL); \
         CREATE INDEX search_text_body ON search_text USING GIN (body)"
    } else {
        // Contentless: the words are in the ledger's disclosures; here is only the index.
        "CREATE VIRTUAL TABLE search_text USING fts5(body, content='', contentless_delete=1, \
         detail=none, tokenize='unicode61 remove_diacritics 0')"
    };
    script(tx.conn(), text).await?;
    Ok(())
}

const FTS: Insert = Insert {
    table: "search_text",
    columns: &["rowid", "body"],
    key: &[],
};

/// Adds documents.
pub(crate) async fn index(tx: &mut Tx, documents: Vec<(i64, String)>) -> Result<()> {
    if documents.is_empty() {
        return Ok(());
    }
    let rows = documents.into_iter().map(|(doc, text)| {
        vec![
            Value::Int(doc),
            Value::Text(words(&text).collect::<Vec<_>>().join(" ")),
        ]
    });
    if let Conn::Postgres(_) = tx.conn() {
        for row in rows {
            let mut sql = Sql::new(
                "INSERT INTO search_text (doc, body) VALUES ($1, \
                 array_to_tsvector(array_remove(string_to_array($2, ' '), '')))",
            );
            for value in row {
                sql = sql.arg(value);
            }
            sql.run(tx.conn()).await?;
        }
        return Ok(());
    }
    FTS.run(tx, rows.collect()).await?;
    Ok(())
}

/// Takes documents out, when what they were made of is redacted.
pub(crate) async fn forget(tx: &mut Tx, doc: i64) -> Result<()> {
    let text = match tx.conn() {
        Conn::Postgres(_) => "DELETE FROM search_text WHERE doc = $1",
        Conn::Sqlite(_) => "DELETE FROM search_text WHERE rowid = $1",
    };
    Sql::new(text).arg(doc).run(tx.conn()).await?;
    Ok(())
}

/// From how many characters on the last word of a query also matches as a beginning. Fewer would
/// match a large part of all words.
const PREFIX_MIN_CHARS: usize = 3;

/// The query in the database's own form, or `None` when it holds no word. The last word also
/// matches as a beginning, so that search works while typing.
fn expression(query: &str, postgres: bool) -> Option<String> {
    let words: Vec<String> = words(query).take(WORDS_LIMIT).collect();
    let last = words.len().checked_sub(1)?;
    // Words hold only letters and digits; quoting makes them words and never operators.
    let quoted = words.iter().enumerate().map(|(i, word)| {
        match (
            postgres,
            i == last && word.chars().count() >= PREFIX_MIN_CHARS,
        ) {
            (true, true) => format!("'{word}':*"),
            (true, false) => format!("'{word}'"),
            (false, true) => format!("\"{word}\"*"),
            (false, false) => format!("\"{word}\""),
        }
    });
    Some(
        quoted
            .collect::<Vec<_>>()
            .join(if postgres { " & " } else { " AND " }),
    )
}

impl Store {
    /// Incidents whose texts hold all the words, newest text first, before the document given.
    pub async fn search(
        &self,
        viewer: &Viewer,
        query: &str,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Hit>> {
        let Some(expression) = expression(query, self.inner.db.is_postgres()) else {
            return Ok(Vec::new());
        };
        let directory = self.directory().await?;
        let sql = self.search_sql(viewer, &directory, &expression, before, limit);
        let mut lease = self.inner.db.reader().await?;
        let mut hits: Vec<Hit> = sql.all(lease.conn()).await?;
        let mut seen = std::collections::BTreeSet::new();
        hits.retain(|hit| seen.insert(hit.id.clone()));
        hits.truncate(limit as usize);
        Ok(hits)
    }

    pub(super) fn search_sql(
        &self,
        viewer: &Viewer,
        directory: &Directory,
        expression: &str,
        before: Option<i64>,
        limit: u32,
    ) -> Sql {
        let (doc, matches, close) = if self.inner.db.is_postgres() {
            ("s.doc", "s.body @@ to_tsquery('simple', ", ")")
        } else {
            ("s.rowid", "search_text MATCH ", "")
        };
        let mut sql = Sql::new("SELECT i.id, i.number, i.title, i.stage, i.handling, e.kind, ");
        // CROSS JOIN: from the hits to their entries to their incidents, in this order.
        sql.push(doc).push(
            " AS doc FROM search_text s CROSS JOIN ledger_entry e CROSS JOIN incident i WHERE ",
        );
        sql.push(matches).bind(expression).push(close);
        sql.push(" AND e.org = ").bind(&self.inner.org);
        sql.push(" AND e.log = (")
            .push(doc)
            .push(" % 281474976710656) / 1099511627776 + 1970");
        sql.push(" AND e.idx = ").push(doc).push(" % 1099511627776");
        sql.push(" AND i.org = e.org AND i.id = e.subject");
        let top = (self.inner.org_no + 1) * ORG_SPACE;
        let below = before.unwrap_or(top).min(top);
        sql.push(" AND ").push(doc).push(" < ").bind(below);
        sql.push(" AND ")
            .push(doc)
            .push(" >= ")
            .bind(self.inner.org_no * ORG_SPACE);
        sql.push(" AND ");
        in_visible_lane(&mut sql, viewer, directory);
        outside_room(&mut sql, viewer);
        sql.push(" AND ");
        visible(&mut sql, viewer, self.inner.shell.clock.now());
        sql.push(" ORDER BY ").push(doc).push(" DESC LIMIT ");
        sql.bind(i64::from(limit.saturating_mul(3).min(DOCUMENTS_LIMIT)));
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_words_and_never_operators() {
        assert_eq!(
            expression("Disk \"full\" OR abc*", false).unwrap(),
            r#""disk" AND "full" AND "or" AND "abc"*"#
        );
        assert_eq!(
            expression("disk' | full", true).unwrap(),
            "'disk' & 'full':*"
        );
        assert_eq!(expression(" -- ", true), None);
    }

    #[test]
    fn a_document_number_holds_organisation_log_and_index() {
        let doc = document(3, 2026, 41);
        assert_eq!(doc % INDEX_SPACE, 41);
        assert_eq!((doc % ORG_SPACE) / INDEX_SPACE + YEAR_BASE, 2026);
        assert_eq!(doc / ORG_SPACE, 3);
    }
}
