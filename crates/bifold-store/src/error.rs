//! What can go wrong with a command or a query, each with a cause and a next step.

use bifold_domain::Refusal;
use bifold_domain::record::BrokenHistory;

/// An answer that is not the one hoped for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The domain refused; nothing was written.
    #[error("{0}")]
    Refused(Refusal),
    /// The record changed since the caller looked at it.
    #[error("it is at version {actual} now, not {seen}; read it again and decide anew")]
    Stale {
        /// What the caller had seen.
        seen: u64,
        /// What it is.
        actual: u64,
    },
    /// The same operation id came with another body.
    #[error("this operation id was used before with another body; use a new id")]
    OperationReused,
    /// The queue is full.
    #[error("too many commands are waiting; try again in a moment")]
    Overloaded,
    /// The store is shutting down.
    #[error("the server is stopping; try again in a moment")]
    Closed,
    /// There is no organisation in this database.
    #[error("this database holds no organisation yet; run `bifold init`")]
    NoOrganisation,
    /// There is one already.
    #[error("this database already holds an organisation")]
    AlreadyInitialised,
    /// The database is newer than the program.
    #[error("the database has schema {found}, this program knows {known}; use a newer program")]
    NewerSchema {
        /// In the database.
        found: i64,
        /// In the program.
        known: i64,
    },
    /// Stored bytes are not what was written.
    #[error("stored data is damaged: {0}; run `bifold ledger verify`")]
    Damaged(String),
    /// The key ring is damaged or another one, or could not be written.
    #[error("the key ring: {0}")]
    KeyRing(String),
    /// The same bytes are being destroyed at this moment.
    #[error("the same bytes are being destroyed at this moment; try again in a moment")]
    BeingDestroyed,
    /// The ledger may not be signed.
    #[error("the ledger is not signed: {0}")]
    NotSigned(String),
    /// The database said no.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The organisation may not keep so much evidence.
    #[error("there is room for {left_bytes} more bytes of evidence")]
    OverQuota {
        /// What it may still keep.
        left_bytes: u64,
    },
    /// A setting that cannot be kept: an address, rules, a filter.
    #[error("{0}")]
    Unfit(String),
    /// The service that keeps evidence did not do what it was asked.
    #[error("{what}: the evidence store did not do it: {cause}")]
    EvidenceStore {
        /// What was asked of it.
        what: &'static str,
        /// Why it did not.
        cause: String,
    },
    /// A file could not be read or written.
    #[error("{what}: {cause}")]
    File {
        /// Which, and for what.
        what: String,
        /// Why.
        cause: std::io::Error,
    },
}

impl Error {
    /// Whether the same command may succeed a moment later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Overloaded | Self::Closed | Self::BeingDestroyed)
            || matches!(
                self,
                Self::Database(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_))
            )
    }

    /// Whether a disk, a quota or a database is full: nothing was written, and the same succeeds
    /// when somebody has made room.
    pub fn is_full(&self) -> bool {
        use std::io::ErrorKind as K;
        match self {
            Self::File { cause, .. } | Self::Database(sqlx::Error::Io(cause)) => matches!(
                cause.kind(),
                K::StorageFull | K::QuotaExceeded | K::FileTooLarge
            ),
            // SQLITE_FULL, and PostgreSQL's disk_full.
            Self::Database(sqlx::Error::Database(error)) => {
                matches!(error.code().as_deref(), Some("13" | "53100"))
            }
            _ => false,
        }
    }

    pub(crate) fn damaged(what: impl std::fmt::Display) -> Self {
        Self::Damaged(what.to_string())
    }

    pub(crate) fn file(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |cause| Self::File { what, cause }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<BrokenHistory> for Error {
    fn from(broken: BrokenHistory) -> Self {
        Self::damaged(broken)
    }
}

/// The usual result.
pub type Result<T> = std::result::Result<T, Error>;
