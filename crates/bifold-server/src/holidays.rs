//! Feeds of holidays: fetched beside requests, decided by people.

use crate::error::{Error, Result};
use crate::server::Server;
use crate::write::Write;
use bifold_domain::calendar::{Date, Proposal};
use bifold_domain::policy::{self, NewCalendar, PolicyId};
use bifold_domain::{Command, Refusal};
use bifold_notify::Sender;
use bifold_store::Receipt;
use bifold_store::holiday::{FEED_BYTES, Proposed};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Between two looks at which feeds are due.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// Starts fetching, where there is something to fetch with.
pub(crate) fn start(server: &Server, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let Some(sender) = server.config.sender.clone() else {
        return Vec::new();
    };
    vec![tokio::spawn(fetch(server.clone(), sender, stopped.clone()))]
}

async fn fetch(server: Server, sender: Arc<Sender>, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = fetch_due(&server, &sender).await {
            tracing::error!(%error, "feeds of holidays were not fetched");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

async fn fetch_due(server: &Server, sender: &Sender) -> bifold_store::Result<()> {
    for due in server.store.claim_feeds().await? {
        let came = sender.fetch(&due.address, FEED_BYTES).await;
        match &came {
            Ok(body) => {
                tracing::info!(calendar = %due.calendar, bytes = body.len(), "holidays fetched");
            }
            Err(why) => tracing::warn!(calendar = %due.calendar, why, "no holidays fetched"),
        }
        server.store.record_feed(&due, came).await?;
    }
    Ok(())
}

/// Fetches the feed of a calendar now.
pub(crate) async fn look(server: &Server, calendar: &str) -> Result<Proposed> {
    if !server.store.ask_feed(calendar).await? {
        return Err(Error::no("feed of holidays"));
    }
    let sender = server.config.sender.as_ref().ok_or_else(|| Error::Shape {
        at: "feed".to_owned(),
        why: "this server fetches nothing: it was started without a way to send".to_owned(),
    })?;
    fetch_due(server, sender).await?;
    proposed(server, calendar).await
}

/// What the feed of a calendar proposes.
pub(crate) async fn proposed(server: &Server, calendar: &str) -> Result<Proposed> {
    let found = server.store.proposed(calendar).await?;
    found.ok_or_else(|| Error::no("feed of holidays"))
}

/// Takes or declines proposals: a new version of the calendar.
pub(crate) async fn decide(
    server: &Server,
    write: &Write,
    key: &str,
    dates: &BTreeSet<Date>,
    is_taken: bool,
) -> Result<Receipt> {
    let proposals = proposed(server, key).await?.proposals;
    if let Some(other) = dates.iter().find(|date| !proposals.contains_key(date)) {
        return Err(Refusal::Unknown {
            what: "proposal",
            named: other.to_string(),
        }
        .into());
    }
    let directory = server.store.directory().await?;
    let mut calendars = directory.policy.terms.calendars.iter();
    let found = calendars.find(|(found, _)| found.as_str() == key);
    let found = found.and_then(|(key, dated)| Some((key, &dated.newest()?.value)));
    let (key, named) = found.ok_or_else(|| Error::no("calendar"))?;
    let feed = named.holidays.as_ref();
    let feed = feed.ok_or_else(|| Error::no("feed of holidays"))?;
    let decided = feed.decided(&named.calendar, &proposals, dates, is_taken);
    let (feed, calendar) = decided.map_err(|why| Refusal::BadValue { why })?;
    let today = calendar.zone().date(server.store.shell().clock.now());
    let new = policy::Command::Calendar(Box::new(NewCalendar {
        key: key.clone(),
        name: named.name.clone(),
        calendar,
        holidays: Some(feed.since(today)),
        from: None,
    }));
    write
        .execute(server, vec![Command::Policy(PolicyId, new)])
        .await
}

/// What is proposed, as a word, and for what.
pub(crate) fn told(proposal: &Proposal) -> (&'static str, &str) {
    match proposal {
        Proposal::Close { name } => ("close", name),
        Proposal::Open { name } => ("open", name),
    }
}
