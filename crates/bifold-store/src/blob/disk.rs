//! Blobs in a folder: a staged file is made read-only and renamed to its content address.

use super::Kept;
use super::reader::BlobReader;
use super::stage::sync_folder;
use crate::error::{Error, Result};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The folder `blobs` of the data folder.
#[derive(Debug)]
pub(crate) struct Disk {
    root: PathBuf,
}

impl Disk {
    pub(super) fn below(data: &Path) -> Self {
        Self {
            root: data.join("blobs"),
        }
    }

    pub(super) fn name(&self) -> String {
        self.root.display().to_string()
    }

    fn path(&self, sha256: &str) -> PathBuf {
        let (a, b) = (
            sha256.get(..2).unwrap_or("xx"),
            sha256.get(2..4).unwrap_or("xx"),
        );
        self.root.join("sha256").join(a).join(b).join(sha256)
    }

    pub(super) async fn keep(&self, staged: &Path, kept: &Kept) -> Result<()> {
        let path = self.path(&kept.sha256);
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        tokio::fs::create_dir_all(&folder)
            .await
            .map_err(Error::file("making a blob folder"))?;
        read_only(staged).await?;
        tokio::fs::rename(staged, &path)
            .await
            .map_err(Error::file("keeping a blob"))?;
        // Safe now: the bytes and their name are on disk. A crash here leaves a blob without a
        // row, which the next keeping of the same bytes repairs.
        sync_folder(&folder).await
    }

    /// Removes a staged file that is kept elsewhere, or that nothing refers to.
    pub(super) async fn unstage(&self, staged: &Path) {
        // What stays behind costs room and nothing else.
        if let Err(error) = tokio::fs::remove_file(staged).await {
            tracing::warn!(%error, "a staged file could not be removed");
        }
    }

    pub(super) async fn read(&self, sha256: &str) -> Result<Option<BlobReader>> {
        match tokio::fs::File::open(self.path(sha256)).await {
            Ok(file) => Ok(Some(BlobReader::File(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file("opening a blob")(error)),
        }
    }

    pub(super) async fn remove(&self, sha256: &str) -> Result<()> {
        match tokio::fs::remove_file(self.path(sha256)).await {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Error::file("destroying a blob")(error))
            }
            _ => Ok(()),
        }
    }

    pub(super) async fn probe(&self, name: &str) -> Result<()> {
        let failed = || Error::file(format!("probing {}", self.root.display()));
        tokio::fs::create_dir_all(&self.root)
            .await
            .map_err(failed())?;
        let path = self.root.join(format!(".probe-{name}"));
        tokio::fs::write(&path, b"probe").await.map_err(failed())?;
        let read = tokio::fs::read(&path).await.map_err(failed())?;
        tokio::fs::remove_file(&path).await.map_err(failed())?;
        if read == b"probe" {
            Ok(())
        } else {
            Err(Error::damaged("what was written is not what was read"))
        }
    }
}

/// What nobody writes to by mistake. The bytes' own protection is their hash.
async fn read_only(path: &Path) -> Result<()> {
    let file = Error::file("protecting a blob");
    let metadata = tokio::fs::metadata(path).await.map_err(file)?;
    let mut permissions = metadata.permissions();
    permissions.set_readonly(true);
    tokio::fs::set_permissions(path, permissions)
        .await
        .map_err(Error::file("protecting a blob"))
}
