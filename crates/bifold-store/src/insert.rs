//! Many rows in one statement.

use crate::db::{Sql, Tx};
use crate::value::Value;

/// Many rows into one table.
pub(crate) struct Insert {
    /// The table.
    pub table: &'static str,
    /// Its columns, in the order of the rows' values.
    pub columns: &'static [&'static str],
    /// What makes a row the same row; it is then replaced. Empty: a second row is an error.
    pub key: &'static [&'static str],
}

/// Rows of one statement at most. More gain little and take long to prepare.
const ROWS_LIMIT: usize = 128;

impl Insert {
    /// The same without the columns behind the first `count`, which then hold what the schema
    /// gives them.
    pub(crate) const fn first_columns(&self, count: usize) -> Self {
        Self {
            table: self.table,
            columns: self.columns.split_at(count).0,
            key: self.key,
        }
    }

    /// The statement, its placeholders numbered or bare.
    fn text(&self, rows: usize, numbered: bool) -> String {
        let mut text = format!(
            "INSERT INTO {} ({}) VALUES ",
            self.table,
            self.columns.join(", ")
        );
        let mut n = 0;
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..self.columns.len() {
                n += 1;
                text.push_str(if column == 0 { "" } else { ", " });
                if numbered {
                    text.push('$');
                    text.push_str(&n.to_string());
                } else {
                    text.push('?');
                }
            }
            text.push(')');
        }
        if !self.key.is_empty() {
            text.push_str(" ON CONFLICT (");
            text.push_str(&self.key.join(", "));
            text.push_str(") DO ");
            text.push_str(&self.replacement());
        }
        text
    }

    /// What happens to a row with the same key.
    fn replacement(&self) -> String {
        let others = self.columns.iter().filter(|c| !self.key.contains(c));
        let set: Vec<_> = others.map(|c| format!("{c} = excluded.{c}")).collect();
        if set.is_empty() {
            "NOTHING".to_owned()
        } else {
            format!("UPDATE SET {}", set.join(", "))
        }
    }

    /// Inserts all rows, in statements whose row counts are powers of two: few texts to prepare,
    /// few round trips.
    pub(crate) async fn run(&self, tx: &mut Tx, mut rows: Vec<Vec<Value>>) -> sqlx::Result<()> {
        let numbered = tx.is_numbered();
        while !rows.is_empty() {
            let half = (rows.len() + 1).next_power_of_two() / 2;
            let rest = rows.split_off(half.clamp(1, ROWS_LIMIT));
            let text = self.text(rows.len(), numbered);
            let sql = Sql::made(text, rows.into_iter().flatten().collect());
            sql.run(tx.conn()).await?;
            rows = rest;
        }
        Ok(())
    }
}

/// Many rows of one table changed in one statement.
pub(crate) struct Change {
    /// The table. The organisation is part of its key.
    pub table: &'static str,
    /// What is given of each row: what tells which row it is, then the rest.
    pub given: &'static [&'static str],
    /// What is changed, of what is `given`.
    pub set: &'static str,
}

impl Change {
    fn text(&self, rows: usize, numbered: bool) -> String {
        let (table, set) = (self.table, self.set);
        let columns = self.given.join(", ");
        let key = self.given.first().copied().unwrap_or_default();
        let mut n = 0;
        let mut sign = || {
            n += 1;
            if numbered {
                format!("${n}")
            } else {
                "?".to_owned()
            }
        };
        let mut all = Vec::with_capacity(rows);
        for _ in 0..rows {
            let row: Vec<String> = self.given.iter().map(|_| sign()).collect();
            all.push(format!("({})", row.join(", ")));
        }
        let org = sign();
        format!(
            "WITH given ({columns}) AS (VALUES {}) UPDATE {table} SET {set} FROM given \
             WHERE {table}.org = {org} AND {table}.{key} = given.{key}",
            all.join(", ")
        )
    }

    /// Changes all rows, in statements whose row counts are powers of two.
    pub(crate) async fn run(
        &self,
        tx: &mut Tx,
        org: &str,
        mut rows: Vec<Vec<Value>>,
    ) -> sqlx::Result<()> {
        let numbered = tx.is_numbered();
        while !rows.is_empty() {
            let half = (rows.len() + 1).next_power_of_two() / 2;
            let rest = rows.split_off(half.clamp(1, ROWS_LIMIT));
            let text = self.text(rows.len(), numbered);
            let mut values: Vec<Value> = rows.into_iter().flatten().collect();
            values.push(org.into());
            Sql::made(text, values).run(tx.conn()).await?;
            rows = rest;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_finds_each_row_by_the_first_that_is_given() {
        let change = Change {
            table: "t",
            given: &["k", "v"],
            set: "v = given.v",
        };
        assert_eq!(
            change.text(2, true),
            "WITH given (k, v) AS (VALUES ($1, $2), ($3, $4)) UPDATE t SET v = given.v FROM given \
             WHERE t.org = $5 AND t.k = given.k"
        );
    }

    #[test]
    fn an_insert_replaces_what_has_the_same_key() {
        let insert = Insert {
            table: "t",
            columns: &["a", "b"],
            key: &["a"],
        };
        assert_eq!(
            insert.text(2, true),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT (a) DO UPDATE SET b = excluded.b"
        );
    }
}
