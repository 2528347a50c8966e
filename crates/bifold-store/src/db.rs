//! Two databases behind one SQL text.
//!
//! This file and `query/search.rs` are the only ones that name a database. The honest forks here
//! are how a write transaction takes the organisation's lock, and the connection settings.

pub(crate) use crate::insert::Insert;
pub(crate) use crate::value::Value;
use sqlx::Row as _;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{
    AssertSqlSafe, Column, Executor, FromRow, PgConnection, PgPool, Postgres, Sqlite,
    SqliteConnection, SqlitePool, Transaction, TypeInfo,
};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// Parallel readers of an embedded database.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL from one node.
const POSTGRES_CONNECTIONS: u32 = 12;
/// How long to wait for a connection before answering "overloaded", in milliseconds.
const ACQUIRE_TIMEOUT_MS: u64 = 5_000;

/// An open database.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    /// Embedded: one writer, several readers.
    Sqlite { write: SqlitePool, read: SqlitePool },
    /// A server.
    Postgres(PgPool),
}

/// A transaction that is the only writer of its organisation until it ends.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A connection borrowed for reading.
pub(crate) enum Lease {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A connection on which a statement can run.
pub(crate) enum Conn<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Db {
    /// Opens a SQLite file (made when absent) or a PostgreSQL database by its URL.
    pub(crate) async fn open(url: &str) -> sqlx::Result<Self> {
        if url.starts_with("postgres") {
            let options = PgConnectOptions::from_str(url)?.statement_cache_capacity(500);
            let pool = PgPoolOptions::new()
                .max_connections(POSTGRES_CONNECTIONS)
                .acquire_timeout(Duration::from_millis(ACQUIRE_TIMEOUT_MS))
                .connect_with(options)
                .await?;
            return Ok(Self::Postgres(pool));
        }
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        let options = SqliteConnectOptions::new()
            .filename(Path::new(path))
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL may lose acknowledged commits on power loss (trust.md §4.2).
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_millis(ACQUIRE_TIMEOUT_MS))
            .pragma("secure_delete", "ON")
            .pragma("cache_size", "-32768")
            .pragma("temp_store", "MEMORY")
            .statement_cache_capacity(500);
        let pool = |max| {
            SqlitePoolOptions::new()
                .max_connections(max)
                .acquire_timeout(Duration::from_millis(ACQUIRE_TIMEOUT_MS))
        };
        let write = pool(1).connect_with(options.clone()).await?;
        let readers = options
            .pragma("query_only", "ON")
            .pragma("cache_size", "-16384");
        let read = pool(SQLITE_READERS).connect_with(readers).await?;
        Ok(Self::Sqlite { write, read })
    }

    /// Opens a SQLite file that nobody else has open and that is all in one file when closed:
    /// a backup.
    pub(crate) async fn alone(path: &Path) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Delete)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_millis(ACQUIRE_TIMEOUT_MS));
        let one = || SqlitePoolOptions::new().max_connections(1);
        let write = one().connect_with(options.clone()).await?;
        let read = one().connect_lazy_with(options);
        Ok(Self::Sqlite { write, read })
    }

    /// The URL of an embedded database in a folder.
    pub(crate) fn in_folder(folder: &Path) -> String {
        Self::at(&folder.join("bifold.db"))
    }

    /// The URL of an embedded database.
    pub(crate) fn at(path: &Path) -> String {
        format!("sqlite:{}", path.display())
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Begins a write transaction. On SQLite it is at once the only writer; on PostgreSQL the
    /// caller takes the lock by reading its ledger head with [`Db::lock_clause`].
    pub(crate) async fn begin(&self) -> sqlx::Result<Tx> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(begin_sqlite(write).await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins to read the database as it is at this moment, whatever is written meanwhile.
    pub(crate) async fn snapshot(&self) -> sqlx::Result<Tx> {
        Ok(match self {
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin_with("BEGIN").await?),
            Self::Postgres(pool) => Tx::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
            ),
        })
    }

    /// What turns the reading of the ledger head into the organisation's write lock. A row lock,
    /// not an advisory one, so that PostgreSQL-compatible distributed engines hold it too.
    pub(crate) fn lock_clause(&self) -> &'static str {
        if self.is_postgres() {
            " FOR UPDATE"
        } else {
            ""
        }
    }

    /// A connection for reading.
    pub(crate) async fn reader(&self) -> sqlx::Result<Lease> {
        Ok(match self {
            Self::Sqlite { read, .. } => Lease::Sqlite(read.acquire().await?),
            Self::Postgres(pool) => Lease::Postgres(pool.acquire().await?),
        })
    }

    /// Makes the database give up what was deleted. On SQLite deleted cells are zeroed by
    /// `secure_delete`, but the index of words only marks its documents as deleted until its
    /// parts are merged, and the write-ahead log keeps pages until it is emptied. PostgreSQL
    /// keeps dead rows.
    pub(crate) async fn forget_deleted(&self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite { write, .. } => {
                for statement in [
                    "INSERT INTO search_text (search_text) VALUES ('optimize')",
                    "PRAGMA wal_checkpoint(TRUNCATE)",
                ] {
                    sqlx::raw_sql(statement).execute(write).await?;
                }
            }
            Self::Postgres(pool) => {
                sqlx::raw_sql(
                    "VACUUM ledger_disclosure, snapshot, incident, incident_task, event, \
                     evidence, asset, search_text",
                )
                .execute(pool)
                .await?;
            }
        }
        Ok(())
    }

    /// The columns of all tables, for a test on an embedded database.
    #[cfg(test)]
    pub(crate) async fn columns(&self) -> sqlx::Result<Vec<(String, String)>> {
        let mut lease = self.reader().await?;
        Sql::new(
            "SELECT m.name, c.name FROM sqlite_master m CROSS JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table'",
        )
        .all(lease.conn())
        .await
    }

    /// Closes all connections; on SQLite this also checkpoints the write-ahead log.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Begins on the one connection that writes.
///
/// On a full disk SQLite ends a transaction by itself. sqlx does not see that, believes itself in
/// it for ever, and would begin no other on that connection; it is closed, and the next one begins.
async fn begin_sqlite(write: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    const BEGIN: &str = "BEGIN IMMEDIATE";
    match write.begin_with(BEGIN).await {
        Err(sqlx::Error::InvalidSavePointStatement) => {
            write.acquire().await?.close().await?;
            write.begin_with(BEGIN).await
        }
        begun => begun,
    }
}

impl Conn<'_> {
    /// The same connection, lent on.
    pub(crate) fn reborrow(&mut self) -> Conn<'_> {
        match self {
            Conn::Sqlite(c) => Conn::Sqlite(c),
            Conn::Postgres(c) => Conn::Postgres(c),
        }
    }
}

impl Tx {
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(tx) => Conn::Sqlite(tx),
            Self::Postgres(tx) => Conn::Postgres(tx),
        }
    }

    /// Whether placeholders are numbered. SQLite looks numbered ones up one by one in a list,
    /// which makes a statement with thousands of them take quadratic time; it gets bare ones.
    pub(crate) fn is_numbered(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    pub(crate) async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }
}

impl Lease {
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(c) => Conn::Sqlite(c),
            Self::Postgres(c) => Conn::Postgres(c),
        }
    }
}

/// A row of any table, as values.
pub(crate) struct Dynamic(pub(crate) Vec<Value>);

macro_rules! dynamic {
    ($row:ty) => {
        impl<'r> FromRow<'r, $row> for Dynamic {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                let mut values = Vec::with_capacity(row.len());
                for (i, column) in row.columns().iter().enumerate() {
                    values.push(match column.type_info().name() {
                        "BOOLEAN" | "BOOL" => row
                            .try_get::<Option<bool>, _>(i)?
                            .map_or(Value::NullInt, Value::Bool),
                        "TEXT" | "VARCHAR" => row
                            .try_get::<Option<String>, _>(i)?
                            .map_or(Value::NullText, Value::Text),
                        _ => row
                            .try_get::<Option<i64>, _>(i)?
                            .map_or(Value::NullInt, Value::Int),
                    });
                }
                Ok(Self(values))
            }
        }
    };
}
dynamic!(SqliteRow);
dynamic!(PgRow);

/// A row that both databases can give.
pub(crate) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

/// A statement with its values: literal SQL, `$n` placeholders, never a value in the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sql {
    text: String,
    args: Vec<Value>,
}

macro_rules! bound {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match arg {
                Value::Text(v) => query.bind(v),
                Value::Int(v) => query.bind(v),
                Value::Bool(v) => query.bind(v),
                Value::NullText => query.bind(None::<String>),
                Value::NullInt => query.bind(None::<i64>),
            };
        }
        query
    }};
}

impl Sql {
    /// Literal SQL.
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            args: Vec::new(),
        }
    }

    /// A statement made elsewhere, with all its values.
    pub(crate) fn made(text: String, args: Vec<Value>) -> Self {
        Self { text, args }
    }

    /// More literal SQL.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// A placeholder for this value.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.args.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.args.len().to_string());
        self
    }

    /// Literal SQL whose placeholders are `$1…` of the values given with [`Sql::arg`].
    pub(crate) fn arg(mut self, value: impl Into<Value>) -> Self {
        self.args.push(value.into());
        self
    }

    /// A parenthesised list of placeholders, padded with its last value to a power of two so that
    /// only a few texts are ever prepared. An empty list matches nothing.
    pub(crate) fn list<V: Into<Value> + Clone>(&mut self, values: &[V]) -> &mut Self {
        let Some(last) = values.last() else {
            self.push("(NULL)");
            return self;
        };
        let width = values.len().next_power_of_two();
        self.push("(");
        for i in 0..width {
            if i > 0 {
                self.push(", ");
            }
            self.bind(values.get(i).unwrap_or(last).clone());
        }
        self.push(")")
    }

    /// All rows.
    pub(crate) async fn all<T: Row>(self, conn: Conn<'_>) -> sqlx::Result<Vec<T>> {
        match conn {
            Conn::Sqlite(c) => {
                bound!(sqlx::query_as(AssertSqlSafe(self.text)), self.args)
                    .fetch_all(c)
                    .await
            }
            Conn::Postgres(c) => {
                bound!(sqlx::query_as(AssertSqlSafe(self.text)), self.args)
                    .fetch_all(c)
                    .await
            }
        }
    }

    /// The first row, if any.
    pub(crate) async fn first<T: Row>(self, conn: Conn<'_>) -> sqlx::Result<Option<T>> {
        match conn {
            Conn::Sqlite(c) => {
                bound!(sqlx::query_as(AssertSqlSafe(self.text)), self.args)
                    .fetch_optional(c)
                    .await
            }
            Conn::Postgres(c) => {
                bound!(sqlx::query_as(AssertSqlSafe(self.text)), self.args)
                    .fetch_optional(c)
                    .await
            }
        }
    }

    /// Runs it; how many rows were touched.
    pub(crate) async fn run(self, conn: Conn<'_>) -> sqlx::Result<u64> {
        Ok(match conn {
            Conn::Sqlite(c) => bound!(sqlx::query(AssertSqlSafe(self.text)), self.args)
                .execute(c)
                .await?
                .rows_affected(),
            Conn::Postgres(c) => bound!(sqlx::query(AssertSqlSafe(self.text)), self.args)
                .execute(c)
                .await?
                .rows_affected(),
        })
    }

    /// Asks for the plan of the embedded database instead of the rows.
    #[cfg(test)]
    pub(crate) fn explain(&mut self) {
        self.text.insert_str(0, "EXPLAIN QUERY PLAN ");
    }
}

/// Runs several statements without values, as in a schema file.
pub(crate) async fn script(conn: Conn<'_>, text: &'static str) -> sqlx::Result<()> {
    match conn {
        Conn::Sqlite(c) => c.execute(sqlx::raw_sql(text)).await.map(|_| ()),
        Conn::Postgres(c) => c.execute(sqlx::raw_sql(text)).await.map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_padded_to_a_power_of_two() {
        let mut sql = Sql::new("id IN ");
        sql.list(&["a", "b", "c"]);
        assert_eq!(sql.text, "id IN ($1, $2, $3, $4)");
        assert_eq!(sql.args.last(), Some(&Value::Text("c".into())));
    }
}
