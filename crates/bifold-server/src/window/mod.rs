//! The window: status pages as files, made anew when something was said, served from here and
//! written to disk, from where any web server can show them while this one is down.

mod bucket;
mod build;
pub(crate) mod letters;
mod publish;

pub(crate) use build::{key_of, time};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::error::{Error, Result};
use crate::server::Server;
use bifold_domain::status_page::StatusPage;
use bifold_domain::time::MINUTE;
use bifold_domain::{At, Directory, StatusPageId};
use bifold_status::Files;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Starts the workers that publish.
pub(crate) fn start(server: &Server, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let bucket = bucket::start(server, stopped);
    [publish::start(server, stopped)]
        .into_iter()
        .chain(bucket)
        .collect()
}

/// How old a page may be of which nothing changed: its days go on.
const STALE: i64 = 5 * MINUTE;

/// A page as it was made.
#[derive(Debug)]
pub(crate) struct Shown {
    /// Its files.
    pub(crate) files: Files,
    at: At,
    mark: (i64, i64, i64),
    directory: Arc<Directory>,
}

/// The pages as they were made last.
#[derive(Debug, Default)]
pub(crate) struct Window(Mutex<BTreeMap<StatusPageId, Arc<Shown>>>);

impl Window {
    fn kept(&self, id: &StatusPageId) -> Option<Arc<Shown>> {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.get(id).cloned()
    }

    fn keep(&self, id: &StatusPageId, made: &Arc<Shown>) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.insert(id.clone(), made.clone());
    }
}

/// The page as it is now: the one made last, unless something changed since.
pub(crate) async fn current(server: &Server, page: &StatusPage) -> Result<Arc<Shown>> {
    let store = &server.store;
    let (directory, mark) = (store.directory().await?, store.told_mark(&page.id).await?);
    let at = store.shell().clock.now();
    if let Some(kept) = server.window.kept(&page.id) {
        let is_fresh = at.micros() - kept.at.micros() < STALE;
        if is_fresh && kept.mark == mark && Arc::ptr_eq(&kept.directory, &directory) {
            return Ok(kept);
        }
    }
    let told = store.told_on(page).await?;
    let files = build::files(page, &told, letters::address(server, page), at).map_err(|error| {
        tracing::error!(%error, page = %page.settings.key, "a status page could not be made");
        Error::Internal
    })?;
    let made = Arc::new(Shown {
        files,
        at,
        mark,
        directory,
    });
    server.window.keep(&page.id, &made);
    Ok(made)
}
