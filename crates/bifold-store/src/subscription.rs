//! Subscriptions to status pages: addresses of people outside, which no ledger keeps. One counts
//! once its address confirmed it, and goes without a trace when its owner leaves.

use crate::db::{Insert, Sql};
use crate::error::{Error, Result};
use crate::mail::{self, Letter};
use crate::store::Store;
use bifold_domain::StatusPageId;
use bifold_domain::status_page::Slug;
use bifold_domain::time::{DAY, HOUR};
use bifold_ledger::hash::hex;
use std::collections::BTreeSet;

/// What such letters are called among the others.
const KIND: &str = "subscription";
/// Days after which one that nobody confirmed is forgotten.
const UNCONFIRMED_DAYS: i64 = 3;
/// Between two letters that ask the same address to confirm.
const ASKED_AGAIN: i64 = HOUR;
/// How long it is remembered that something was told.
const TOLD_DAYS: i64 = 30;

const SUBSCRIPTION: Insert = Insert {
    table: "subscription",
    columns: &["org", "id", "page", "address", "components", "made_at"],
    key: &[],
};

/// Somebody who wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// 128 bits as hexadecimal digits, from which the address of its own page is made.
    pub id: String,
    /// The page.
    pub page: StatusPageId,
    /// Whom to write to.
    pub address: String,
    /// Of which components; empty means all.
    pub components: BTreeSet<Slug>,
    /// When its address confirmed it.
    pub confirmed_at: Option<i64>,
}

impl Subscription {
    /// Whether it is about one of these; what is about none is for all.
    pub fn wants(&self, about: &BTreeSet<Slug>) -> bool {
        self.components.is_empty() || about.is_empty() || !self.components.is_disjoint(about)
    }
}

type Row = (String, String, String, String, Option<i64>);

fn read((id, page, address, components, confirmed_at): Row) -> Result<Subscription> {
    let keys = components.split_whitespace().map(Slug::parse);
    Ok(Subscription {
        id,
        page: StatusPageId::parse(&page).map_err(Error::damaged)?,
        address,
        components: keys
            .collect::<std::result::Result<_, _>>()
            .map_err(Error::damaged)?,
        confirmed_at,
    })
}

fn words(components: &BTreeSet<Slug>) -> String {
    let keys: Vec<&str> = components.iter().map(Slug::as_str).collect();
    keys.join(" ")
}

impl Store {
    /// Remembers who wants to be told of what, until they confirm it; `None` where the address
    /// was asked a short while ago, or is told already, which a stranger does not learn from it.
    pub async fn subscribe(
        &self,
        page: &StatusPageId,
        address: &str,
        components: &BTreeSet<Slug>,
    ) -> Result<Option<Subscription>> {
        let now = self.now();
        let address = address.to_lowercase();
        let org = &self.inner.org;
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "DELETE FROM subscription WHERE org = $1 AND confirmed_at IS NULL AND made_at < $2",
        )
        .arg(org)
        .arg(now - UNCONFIRMED_DAYS * DAY)
        .run(tx.conn())
        .await?;
        let found: Option<(String, i64, Option<i64>)> = Sql::new(
            "SELECT id, made_at, confirmed_at FROM subscription \
             WHERE org = $1 AND page = $2 AND address = $3",
        )
        .arg(org)
        .arg(page.as_str())
        .arg(&address)
        .first(tx.conn())
        .await?;
        let id = match found {
            Some((_, made_at, None)) if made_at > now - ASKED_AGAIN => return Ok(None),
            Some((_, _, Some(_))) => return Ok(None),
            Some((id, ..)) => {
                Sql::new(
                    "UPDATE subscription SET made_at = $3, components = $4 \
                     WHERE org = $1 AND id = $2",
                )
                .arg(org)
                .arg(&id)
                .arg(now)
                .arg(words(components))
                .run(tx.conn())
                .await?;
                id
            }
            None => {
                let chance = self.inner.shell.entropy.take();
                let id = hex(chance.first_chunk::<16>().map_or(&[], |half| half));
                let row = vec![
                    org.as_str().into(),
                    id.as_str().into(),
                    page.as_str().into(),
                    address.as_str().into(),
                    words(components).into(),
                    now.into(),
                ];
                SUBSCRIPTION.run(&mut tx, vec![row]).await?;
                id
            }
        };
        tx.commit().await?;
        Ok(Some(Subscription {
            id,
            page: page.clone(),
            address,
            components: components.clone(),
            confirmed_at: None,
        }))
    }

    /// One by its id.
    pub async fn subscription(&self, id: &str) -> Result<Option<Subscription>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<Row> = Sql::new(
            "SELECT id, page, address, components, confirmed_at FROM subscription \
             WHERE org = $1 AND id = $2",
        )
        .arg(&self.inner.org)
        .arg(id)
        .first(lease.conn())
        .await?;
        row.map(read).transpose()
    }

    /// Its address confirmed it: from now on it is told.
    pub async fn confirm_subscription(&self, id: &str) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "UPDATE subscription SET confirmed_at = $3 \
             WHERE org = $1 AND id = $2 AND confirmed_at IS NULL",
        )
        .arg(&self.inner.org)
        .arg(id)
        .arg(self.now())
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Its owner leaves: it is gone, and so are letters to them that were not sent yet.
    pub async fn unsubscribe(&self, id: &str) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "DELETE FROM letter WHERE org = $1 AND record = $2 AND kind = 'subscription' \
             AND due_at IS NOT NULL",
        )
        .arg(&self.inner.org)
        .arg(id)
        .run(tx.conn())
        .await?;
        Sql::new("DELETE FROM subscription WHERE org = $1 AND id = $2")
            .arg(&self.inner.org)
            .arg(id)
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Those of a page that are confirmed.
    pub async fn subscriptions(&self, page: &StatusPageId) -> Result<Vec<Subscription>> {
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<Row> = Sql::new(
            "SELECT id, page, address, components, confirmed_at FROM subscription \
             WHERE org = $1 AND page = $2 AND confirmed_at IS NOT NULL ORDER BY id",
        )
        .arg(&self.inner.org)
        .arg(page.as_str())
        .all(lease.conn())
        .await?;
        rows.into_iter().map(read).collect()
    }

    /// Of what subscribers of a page were told since, by what it was about and when.
    pub async fn told_since(
        &self,
        page: &StatusPageId,
        at: i64,
    ) -> Result<BTreeSet<(String, i64)>> {
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String, i64)> =
            Sql::new("SELECT about, at FROM told WHERE org = $1 AND page = $2 AND at >= $3")
                .arg(&self.inner.org)
                .arg(page.as_str())
                .arg(at)
                .all(lease.conn())
                .await?;
        Ok(rows.into_iter().collect())
    }

    /// Has letters sent about something that was said at this time, once: whoever comes second
    /// with the same changes nothing.
    pub async fn tell_subscribers(
        &self,
        page: &StatusPageId,
        (about, at): (&str, i64),
        letters: Vec<(String, Letter)>,
    ) -> Result<bool> {
        let org = self.inner.org.as_str();
        let mut tx = self.inner.db.begin().await?;
        let told = Sql::new(
            "INSERT INTO told (org, page, about, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (org, page, about, at) DO NOTHING",
        )
        .arg(org)
        .arg(page.as_str())
        .arg(about)
        .arg(at)
        .run(tx.conn())
        .await?;
        if told == 0 {
            return Ok(false);
        }
        Sql::new("DELETE FROM told WHERE org = $1 AND at < $2")
            .arg(org)
            .arg(self.now() - TOLD_DAYS * DAY)
            .run(tx.conn())
            .await?;
        mail::post_all(&mut tx, (org, page.as_str()), KIND, letters, self.now()).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Has one letter sent: the one that asks whether it is wanted.
    pub async fn ask_subscriber(&self, asked: &Subscription, letter: Letter) -> Result<()> {
        let org = self.inner.org.as_str();
        let mut tx = self.inner.db.begin().await?;
        let letters = vec![(asked.id.clone(), letter)];
        mail::post_all(
            &mut tx,
            (org, asked.page.as_str()),
            KIND,
            letters,
            self.now(),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
