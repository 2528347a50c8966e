//! Publishing to a bucket: the same files as on disk, from where a service shows them while
//! Bifold, and all of its machine, is down.

use super::publish::{EVERY, MARK, pause, public};
use super::{Shown, current};
use crate::error::Result;
use crate::server::Server;
use bifold_domain::StatusPageId;
use bifold_status::File;
use bifold_store::blob::{BucketOptions, Shelf};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Between two attempts where the service does not answer.
const AGAIN: Duration = Duration::from_secs(20);

/// What stands in the bucket, by page.
type Written = BTreeMap<StatusPageId, (String, Arc<Shown>)>;

/// Starts the worker, where there is a bucket.
pub(crate) fn start(server: &Server, stopped: &watch::Receiver<bool>) -> Option<JoinHandle<()>> {
    let options = server.config.window_bucket.clone()?;
    Some(tokio::spawn(run(server.clone(), options, stopped.clone())))
}

async fn run(server: Server, options: BucketOptions, mut stopped: watch::Receiver<bool>) {
    let shelf = match Shelf::open(&options) {
        Ok(shelf) => shelf,
        Err(error) => {
            tracing::error!(%error, "status pages are not published to the bucket");
            return;
        }
    };
    // What is there from before is not known until somebody looks.
    let mut written: Option<Written> = None;
    loop {
        let wait = match publish(&server, &shelf, &mut written).await {
            Ok(()) => EVERY,
            Err(error) => {
                tracing::error!(%error, "status pages were not published to the bucket");
                written = None;
                AGAIN
            }
        };
        if pause(&mut stopped, wait).await {
            return;
        }
    }
}

async fn publish(server: &Server, shelf: &Shelf, known: &mut Option<Written>) -> Result<()> {
    let is_first = known.is_none();
    let mut written = known.take().unwrap_or_default();
    let pages = server.store.status_pages().await?;
    let mut changed = false;
    let mut keys = BTreeSet::new();
    for page in public(&pages) {
        let key = page.settings.key.to_string();
        let shown = current(server, page).await?;
        keys.insert(key.clone());
        let before = written.get(&page.id).filter(|(at, _)| *at == key);
        if before.is_some_and(|(_, before)| Arc::ptr_eq(before, &shown)) {
            continue;
        }
        changed = true;
        let before = before.map(|(_, before)| before.clone());
        put(shelf, &key, before.as_deref(), &shown).await?;
        written.insert(page.id.clone(), (key, shown));
    }
    let gone = written.values().any(|(key, _)| !keys.contains(key));
    written.retain(|_, (key, _)| keys.contains(key));
    if is_first || changed || gone {
        tidy(shelf, &written).await?;
    }
    *known = Some(written);
    Ok(())
}

/// Puts what differs from what was put before, the index last.
async fn put(shelf: &Shelf, key: &str, before: Option<&Shown>, shown: &Shown) -> Result<()> {
    let same =
        |path: &str, file: &File| before.is_some_and(|before| before.files.get(path) == Some(file));
    if before.is_none() {
        let mark = format!("{key}/{MARK}");
        shelf.put(&mark, "text/plain", Vec::new()).await?;
    }
    let (index, rest): (Vec<_>, Vec<_>) = shown
        .files
        .iter()
        .partition(|(path, _)| *path == "index.html");
    for (path, file) in rest.into_iter().chain(index) {
        if !same(path, file) {
            let name = format!("{key}/{path}");
            shelf
                .put(&name, file.content_type, file.bytes.clone())
                .await?;
        }
    }
    Ok(())
}

/// Removes files that are of no page any more, where a page of ours is or was; nothing else.
async fn tidy(shelf: &Shelf, written: &Written) -> Result<()> {
    let names = shelf.names().await?;
    let is_mark = |name: &&str| name.split_once('/').is_some_and(|(_, path)| path == MARK);
    let ours = names.iter().map(String::as_str).filter(is_mark);
    let ours: BTreeSet<&str> = ours
        .filter_map(|name| Some(name.split_once('/')?.0))
        .collect();
    let of = |key: &str| written.values().find(|(at, _)| at == key);
    let mut marks = Vec::new();
    for name in &names {
        let Some((key, path)) = name.split_once('/').filter(|(key, _)| ours.contains(key)) else {
            continue;
        };
        let shown = of(key).map(|(_, shown)| shown);
        if path == MARK {
            // The last of a page that is gone, so that what fails half-way is found again.
            marks.extend(shown.is_none().then_some(name));
        } else if shown.is_none_or(|shown| shown.files.get(path).is_none()) {
            shelf.remove(name).await?;
        }
    }
    for mark in marks {
        shelf.remove(mark).await?;
    }
    Ok(())
}
