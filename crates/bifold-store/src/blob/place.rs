//! Where bytes are kept: in a folder, or in a bucket with the folder as what was before.

use super::Kept;
use super::bucket::Bucket;
use super::disk::Disk;
use super::reader::BlobReader;
use crate::error::Result;
use std::path::Path;

/// Where evidence is kept, as the operator said.
#[derive(Debug, Clone, Default)]
pub enum EvidenceStore {
    /// In the data folder.
    #[default]
    Disk,
    /// In a bucket of an S3-compatible service. What the data folder has is still found.
    Bucket(BucketOptions),
}

/// A bucket and how to reach it.
#[derive(Debug, Clone)]
pub struct BucketOptions {
    /// Its name.
    pub bucket: String,
    /// What every key begins with; may be empty.
    pub prefix: String,
    /// The service's address; Amazon's own when absent.
    pub endpoint: Option<String>,
    /// The region; some services want any.
    pub region: String,
    /// Whether the bucket's name is part of the host's instead of the path.
    pub is_virtual_host: bool,
    /// Who asks; the role of the machine when absent, which only Amazon's machines have.
    pub credentials: Option<Credentials>,
}

/// An access key and its secret.
#[derive(Clone)]
pub struct Credentials {
    /// The name of the key.
    pub access_key_id: String,
    /// What proves it.
    pub secret_access_key: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Where the blobs are.
#[derive(Debug)]
pub(crate) enum Blobs {
    Disk(Disk),
    /// New bytes go to the bucket. What is not there may lie in the folder from before.
    Bucket(Bucket, Disk),
}

impl Blobs {
    /// Makes ready for one organisation; nothing is asked of anybody yet.
    pub(crate) fn open(store: &EvidenceStore, data: &Path, org: &str) -> Result<Self> {
        let disk = Disk::below(data);
        Ok(match store {
            EvidenceStore::Disk => Self::Disk(disk),
            EvidenceStore::Bucket(options) => Self::Bucket(Bucket::open(options, org)?, disk),
        })
    }

    /// In words, for logs and the doctor.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Disk(disk) => disk.name(),
            Self::Bucket(bucket, _) => bucket.name(),
        }
    }

    /// Whether bytes can be kept now; asked before somebody sends gigabytes.
    pub(crate) async fn answers(&self) -> Result<()> {
        match self {
            Self::Disk(_) => Ok(()),
            Self::Bucket(bucket, _) => bucket.answers().await,
        }
    }

    /// Gives a durable staged file its content address. It is gone from the staging afterwards,
    /// and only then.
    pub(crate) async fn keep(&self, staged: &Path, kept: &Kept) -> Result<()> {
        match self {
            Self::Disk(disk) => disk.keep(staged, kept).await,
            Self::Bucket(bucket, disk) => {
                bucket.keep(staged, kept).await?;
                // The bucket acknowledged the whole; the copy here is of no more use.
                disk.unstage(staged).await;
                Ok(())
            }
        }
    }

    /// Opens for reading, or `None` where there is none such.
    pub(crate) async fn read(&self, sha256: &str) -> Result<Option<BlobReader>> {
        match self {
            Self::Disk(disk) => disk.read(sha256).await,
            Self::Bucket(bucket, disk) => match bucket.read(sha256).await? {
                Some(reader) => Ok(Some(reader)),
                None => disk.read(sha256).await,
            },
        }
    }

    /// Removes bytes, wherever they are. None there is fine.
    pub(crate) async fn remove(&self, sha256: &str) -> Result<()> {
        match self {
            Self::Disk(disk) => disk.remove(sha256).await,
            Self::Bucket(bucket, disk) => {
                bucket.remove(sha256).await?;
                disk.remove(sha256).await
            }
        }
    }

    /// Writes, reads and removes a probe. What is wrong, if something is.
    pub(crate) async fn probe(&self, name: &str) -> Result<()> {
        match self {
            Self::Disk(disk) => disk.probe(name).await,
            Self::Bucket(bucket, disk) => {
                bucket.probe(name).await?;
                disk.probe(name).await
            }
        }
    }
}
