//! Feeds of holidays: when they are fetched, what came, what it proposes.
//!
//! What came is stored before it is read, and closes nothing: it is proposed on the page of its
//! calendar until a person with the right to set calendars decides.

use crate::db::{Sql, Value};
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_domain::calendar::{Date, HolidayFeed, Proposal};
use bifold_domain::ical::Unread;
use bifold_domain::level::NamedCalendar;
use bifold_domain::time::{DAY, HOUR, MINUTE};
use bifold_domain::{At, Directory};
use bifold_notify::notice::Occasion;
use sqlx::FromRow;
use std::collections::BTreeMap;

/// Bytes of a feed at most.
pub const FEED_BYTES: usize = 1_000_000;
/// Between two fetches.
const FETCH_EVERY: i64 = DAY;
/// The first wait after a failure; it doubles up to [`FETCH_EVERY`].
const FIRST_WAIT: i64 = HOUR;
/// How long a node has for one fetch before another may try.
const CLAIM: i64 = 5 * MINUTE;
/// After so many failures in a row people hear of it.
const TOLD_AFTER: i64 = 3;

/// A feed that is to be fetched now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueFeed {
    /// The calendar's key.
    pub calendar: String,
    /// Where.
    pub address: String,
}

/// How a feed stands.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Fetched {
    address: String,
    body: Option<String>,
    /// When it was fetched last, in microseconds since the epoch.
    pub fetched_at: Option<i64>,
    /// When that is tried next.
    pub due_at: i64,
    /// Failures in a row.
    pub failures: i64,
    /// What was wrong last.
    pub error: Option<String>,
    told: Option<String>,
}

/// What a feed proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// By date.
    pub proposals: BTreeMap<Date, Proposal>,
    /// Entries of the feed that are no whole days, or repeat in a way that is not followed.
    pub left_out: usize,
    /// How the feed stands; `None` before it was tried.
    pub fetched: Option<Fetched>,
}

fn named<'a>(directory: &'a Directory, key: &str) -> Option<(&'a NamedCalendar, &'a HolidayFeed)> {
    let mut calendars = directory.policy.terms.calendars.iter();
    let (_, dated) = calendars.find(|(found, _)| found.as_str() == key)?;
    let named = &dated.newest()?.value;
    Some((named, named.holidays.as_ref()?))
}

impl Store {
    /// The feeds that are to be fetched now. Each is given to one node at a time.
    pub async fn claim_feeds(&self) -> Result<Vec<DueFeed>> {
        let directory = self.directory().await?;
        let calendars = directory.policy.terms.calendars.iter();
        let feeds = calendars.filter_map(|(key, dated)| {
            let feed = dated.newest()?.value.holidays.as_ref()?;
            Some((key.to_string(), feed.address().to_owned()))
        });
        let mut due = Vec::new();
        for (calendar, address) in feeds {
            if self.claim_feed(&calendar, &address).await? {
                due.push(DueFeed { calendar, address });
            }
        }
        Ok(due)
    }

    async fn claim_feed(&self, calendar: &str, address: &str) -> Result<bool> {
        let now = self.now();
        if let Some(found) = self.fetched(calendar).await?
            && found.address == address
            && found.due_at > now
        {
            return Ok(false);
        }
        let mut tx = self.inner.db.begin().await?;
        // What came from another address says nothing of this one.
        let claimed = Sql::new(
            "INSERT INTO holiday_feed (org, calendar, address, tried_at, due_at, failures) \
             VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (org, calendar) DO UPDATE SET \
             body = CASE WHEN holiday_feed.address = excluded.address \
             THEN holiday_feed.body ELSE NULL END, \
             fetched_at = CASE WHEN holiday_feed.address = excluded.address \
             THEN holiday_feed.fetched_at ELSE NULL END, \
             address = excluded.address, tried_at = excluded.tried_at, due_at = excluded.due_at \
             WHERE holiday_feed.due_at <= excluded.tried_at \
             OR holiday_feed.address <> excluded.address",
        )
        .arg(&self.inner.org)
        .arg(calendar)
        .arg(address)
        .arg(now)
        .arg(now + CLAIM)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(claimed > 0)
    }

    /// Has a feed fetched at the next look. `false` when the calendar has none.
    pub async fn ask_feed(&self, calendar: &str) -> Result<bool> {
        let directory = self.directory().await?;
        if named(&directory, calendar).is_none() {
            return Ok(false);
        }
        let mut tx = self.inner.db.begin().await?;
        Sql::new("UPDATE holiday_feed SET due_at = $3 WHERE org = $1 AND calendar = $2")
            .arg(&self.inner.org)
            .arg(calendar)
            .arg(self.now())
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Keeps what came of a fetch, and tells who sets calendars where there is something to decide
    /// or to mend.
    pub async fn record_feed(
        &self,
        due: &DueFeed,
        came: std::result::Result<String, String>,
    ) -> Result<()> {
        let (body, mut error) = match came {
            Ok(body) => (Some(body), None),
            Err(error) => (None, Some(error)),
        };
        if let Some(body) = &body {
            self.keep_body(due, body).await?;
        }
        let directory = self.directory().await?;
        let mut told = None;
        if let (Some(body), Some((named, feed))) = (&body, named(&directory, &due.calendar)) {
            match feed.asked(&named.calendar, body, self.inner.shell.clock.now()) {
                Ok((proposals, _)) => {
                    let dates: Vec<String> = proposals.keys().map(Date::to_string).collect();
                    told = Some(dates.join(" "));
                }
                Err(unread) => error = Some(unread.to_string()),
            }
        }
        let before = self
            .settle_feed(due, error.as_deref(), told.as_deref())
            .await?;
        let name = named(&directory, &due.calendar).map(|(named, _)| named.name.to_string());
        let name = name.unwrap_or_else(|| due.calendar.clone());
        if error.is_some() && before.failures + 1 == TOLD_AFTER {
            self.raise_to_keepers(Occasion::FeedFailing, &name).await?;
        }
        if told.as_ref().is_some_and(|told| !told.is_empty()) && told != before.told {
            self.raise_to_keepers(Occasion::HolidaysProposed, &name)
                .await?;
        }
        Ok(())
    }

    async fn keep_body(&self, due: &DueFeed, body: &str) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "UPDATE holiday_feed SET body = $4, fetched_at = $5 \
             WHERE org = $1 AND calendar = $2 AND address = $3",
        )
        .arg(&self.inner.org)
        .arg(&due.calendar)
        .arg(&due.address)
        .arg(body)
        .arg(self.now())
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Says when the next fetch is; how the feed stood before.
    async fn settle_feed(
        &self,
        due: &DueFeed,
        error: Option<&str>,
        told: Option<&str>,
    ) -> Result<Fetched> {
        let before = self.fetched(&due.calendar).await?;
        let before = before.ok_or_else(|| Error::damaged("a feed that was claimed is gone"))?;
        let (failures, wait) = if error.is_none() {
            (0, FETCH_EVERY)
        } else {
            let doubled = u32::try_from(before.failures.clamp(0, 8)).unwrap_or(0);
            let wait = (FIRST_WAIT << doubled).min(FETCH_EVERY);
            (before.failures + 1, wait)
        };
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "UPDATE holiday_feed SET failures = $4, due_at = $5, error = $6, told = $7 \
             WHERE org = $1 AND calendar = $2 AND address = $3",
        )
        .arg(&self.inner.org)
        .arg(&due.calendar)
        .arg(&due.address)
        .arg(failures)
        .arg(self.now() + wait)
        .arg(error.map_or(Value::NullText, Value::from))
        .arg(
            told.or(before.told.as_deref())
                .map_or(Value::NullText, Value::from),
        )
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(before)
    }

    async fn fetched(&self, calendar: &str) -> Result<Option<Fetched>> {
        let mut lease = self.inner.db.reader().await?;
        Ok(Sql::new(
            "SELECT address, body, fetched_at, due_at, failures, error, told FROM holiday_feed \
             WHERE org = $1 AND calendar = $2",
        )
        .arg(&self.inner.org)
        .arg(calendar)
        .first(lease.conn())
        .await?)
    }

    /// What the feed of a calendar proposes now; `None` when it has none.
    pub async fn proposed(&self, calendar: &str) -> Result<Option<Proposed>> {
        let directory = self.directory().await?;
        let Some((named, feed)) = named(&directory, calendar) else {
            return Ok(None);
        };
        let fetched = self.fetched(calendar).await?;
        let fetched = fetched.filter(|found| found.address == feed.address());
        let now: At = self.inner.shell.clock.now();
        let asked = |body: &str| -> std::result::Result<_, Unread> {
            feed.asked(&named.calendar, body, now)
        };
        // What cannot be read proposes nothing; the reason stands with the feed.
        let body = fetched.as_ref().and_then(|found| found.body.as_deref());
        let (proposals, left_out) = body.and_then(|body| asked(body).ok()).unwrap_or_default();
        Ok(Some(Proposed {
            proposals,
            left_out,
            fetched,
        }))
    }
}
