//! Raising a notice: who is to be told of what.

use crate::db::{Insert, Sql, Tx, Value};
use crate::error::Result;
use crate::store::{Inner, Store};
use bifold_domain::time::DAY;
use bifold_domain::{At, PersonId, Subject};
use bifold_notify::Urgency;
use bifold_notify::notice::Occasion;
use std::collections::BTreeSet;

/// How long nobody is told the same again of a part of the system, unless they read it.
const AGAIN_AFTER: i64 = DAY;

/// The type of subject of what is about no record.
pub(super) const PART: &str = "system";

/// The table of notices whole, as a backup copies it.
pub(crate) const NOTICES: Insert = Insert {
    table: "notice",
    columns: &[
        "org",
        "id",
        "person",
        "occasion",
        "urgency",
        "subject_type",
        "subject",
        "actor",
        "at",
        "planned_at",
        "warning",
        "read_at",
    ],
    key: &["org", "id"],
};

/// What is known when a notice is raised: the rest is what became of it.
pub(crate) const NOTICE: Insert = Insert {
    key: &[],
    ..NOTICES.first_columns(9)
};

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A record. Whoever may not read it when the notice is shown or sent is not told.
    Record(Subject),
    /// A part of the system, by a name that everybody told may read: a host, a label.
    Part(String),
}

/// Something that people are to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raise {
    /// Of what.
    pub occasion: Occasion,
    /// How much it presses.
    pub urgency: Urgency,
    /// Whom. Who is told of one thing in two roles is told once.
    pub to: BTreeSet<PersonId>,
    /// About what.
    pub about: About,
    /// Who caused it, if somebody did.
    pub by: Option<PersonId>,
}

impl Raise {
    fn subject(&self) -> (&'static str, String) {
        match &self.about {
            About::Record(subject) => (subject.record_type(), subject.id()),
            About::Part(name) => (PART, super::kept(name)),
        }
    }

    /// One row a person, for the transaction that causes it.
    pub(crate) fn rows(&self, inner: &Inner, now: At) -> Vec<Vec<Value>> {
        let (subject_type, subject) = self.subject();
        let row = |person: &PersonId| {
            vec![
                inner.org.as_str().into(),
                inner.shell.ids.next_uuid().into(),
                person.as_str().into(),
                self.occasion.word().into(),
                self.urgency.word().into(),
                subject_type.into(),
                subject.as_str().into(),
                self.by.as_ref().map(PersonId::as_str).into(),
                now.micros().into(),
            ]
        };
        self.to.iter().map(row).collect()
    }
}

/// Raises it in this transaction. Of a part of the system nobody is told twice within a day what
/// they have not read.
pub(super) async fn raise_in(tx: &mut Tx, inner: &Inner, mut raise: Raise, now: At) -> Result<()> {
    if matches!(raise.about, About::Part(_)) {
        let (subject_type, subject) = raise.subject();
        let told: Vec<(String,)> = Sql::new(
            "SELECT person FROM notice WHERE org = $1 AND read_at IS NULL AND at > $2 \
             AND occasion = $3 AND subject_type = $4 AND subject = $5",
        )
        .arg(&inner.org)
        .arg(now.micros() - AGAIN_AFTER)
        .arg(raise.occasion.word())
        .arg(subject_type)
        .arg(subject)
        .all(tx.conn())
        .await?;
        raise
            .to
            .retain(|person| told.iter().all(|(known,)| known != person.as_str()));
    }
    NOTICE.run(tx, raise.rows(inner, now)).await?;
    Ok(())
}

impl Store {
    /// Tells people of something that no command caused: from a job or a worker. What follows
    /// from a fact belongs into `write::tell::notices`, so that it is written with the fact.
    pub async fn raise(&self, raise: Raise) -> Result<()> {
        let now = self.inner.shell.clock.now();
        let mut tx = self.inner.db.begin().await?;
        raise_in(&mut tx, &self.inner, raise, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Tells those who look after the system, which are its administrators, that a part of it
    /// does not work.
    pub async fn raise_to_keepers(&self, occasion: Occasion, part: &str) -> Result<()> {
        let directory = self.directory().await?;
        self.raise(Raise {
            occasion,
            urgency: Urgency::Normal,
            to: super::keepers(&directory),
            about: About::Part(part.to_owned()),
            by: None,
        })
        .await
    }
}
