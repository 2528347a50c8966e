//! Writing public pages to disk: one folder a page, file by file, the index last, so that whoever
//! reads meanwhile finds whole files.

use super::{Shown, current};
use crate::server::Server;
use bifold_domain::StatusPageId;
use bifold_domain::status_page::{PageAudience, StatusPage};
use bifold_status::Files;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::fs;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Between two looks at whether something was said.
pub(super) const EVERY: Duration = Duration::from_secs(1);
/// What says that a folder is ours, and that what is in it may be removed.
pub(super) const MARK: &str = ".bifold-status-page";

/// Starts the worker.
pub(crate) fn start(server: &Server, stopped: &watch::Receiver<bool>) -> JoinHandle<()> {
    let folder = server.config.window.clone();
    tokio::spawn(run(server.clone(), folder, stopped.clone()))
}

async fn run(server: Server, folder: Option<PathBuf>, mut stopped: watch::Receiver<bool>) {
    let mut written: BTreeMap<StatusPageId, (String, Arc<Shown>)> = BTreeMap::new();
    let mut heard = super::letters::Heard::default();
    loop {
        if let Err(error) = super::letters::tell_all(&server, &mut heard).await {
            tracing::error!(%error, "subscribers were not told");
        }
        if let Some(folder) = &folder
            && let Err(error) = write_all(&server, folder, &mut written).await
        {
            tracing::error!(%error, folder = %folder.display(), "status pages were not written");
        }
        if pause(&mut stopped, EVERY).await {
            return;
        }
    }
}

/// Waits for the next look; whether it is the end.
pub(super) async fn pause(stopped: &mut watch::Receiver<bool>, wait: Duration) -> bool {
    tokio::select! {
        () = tokio::time::sleep(wait) => false,
        _ = stopped.wait_for(|stop| *stop) => true,
    }
}

/// The pages that everybody may see.
pub(super) fn public(pages: &[StatusPage]) -> impl Iterator<Item = &StatusPage> {
    pages
        .iter()
        .filter(|page| page.settings.audience == PageAudience::Public)
}

async fn write_all(
    server: &Server,
    folder: &Path,
    written: &mut BTreeMap<StatusPageId, (String, Arc<Shown>)>,
) -> io::Result<()> {
    let pages = server
        .store
        .status_pages()
        .await
        .map_err(io::Error::other)?;
    let mut keys = Vec::new();
    for page in public(&pages) {
        let key = page.settings.key.to_string();
        let shown = current(server, page).await.map_err(io::Error::other)?;
        let before = written.get(&page.id);
        if before.is_none_or(|(at, before)| *at != key || !Arc::ptr_eq(before, &shown)) {
            write(&folder.join(&key), &shown.files).await?;
            written.insert(page.id.clone(), (key.clone(), shown));
        }
        keys.push(key);
    }
    remove_others(folder, &keys).await
}

/// Writes what differs from what is there, the index last, and removes what is not of the page.
async fn write(folder: &Path, files: &Files) -> io::Result<()> {
    fs::create_dir_all(folder).await?;
    fs::write(folder.join(MARK), b"").await?;
    let (index, rest): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| *path == "index.html");
    for (path, file) in rest.into_iter().chain(index) {
        let to = folder.join(path);
        if fs::read(&to).await.is_ok_and(|found| found == file.bytes) {
            continue;
        }
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).await?;
        }
        let beside = folder.join(".new");
        fs::write(&beside, &file.bytes).await?;
        fs::rename(&beside, &to).await?;
    }
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        let mut entries = fs::read_dir(&inner).await?;
        while let Some(entry) = entries.next_entry().await? {
            let path = entry.path();
            if entry.file_type().await?.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).ok().and_then(Path::to_str);
            if name.is_some_and(|name| name != MARK && files.get(name).is_none()) {
                fs::remove_file(&path).await?;
            }
        }
    }
    Ok(())
}

/// Removes the folders of pages that are not public any more, and no others.
async fn remove_others(folder: &Path, keys: &[String]) -> io::Result<()> {
    let mut entries = match fs::read_dir(folder).await {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    while let Some(entry) = entries.next_entry().await? {
        let name = entry.file_name();
        let is_kept = name
            .to_str()
            .is_some_and(|name| keys.iter().any(|key| key == name));
        let path = entry.path();
        if !is_kept && fs::try_exists(path.join(MARK)).await? {
            fs::remove_dir_all(path).await?;
        }
    }
    Ok(())
}
