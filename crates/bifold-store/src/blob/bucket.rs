//! Blobs in a bucket of an S3-compatible service, spoken to through `object_store`.
//!
//! An object is made once and never replaced: the request that would make it is refused by the
//! service when there is one of that name. Each part carries its SHA-256, which the service
//! checks. Nothing is acknowledged to anybody before the service acknowledged the whole.

use super::Kept;
use super::place::{BucketOptions, Credentials};
use super::reader::BlobReader;
use crate::error::{Error, Result};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum, S3ConditionalPut};
use object_store::multipart::MultipartStore as _;
use object_store::path::Path as Key;
use object_store::{
    BackoffConfig, ClientOptions, ObjectStore as _, ObjectStoreExt as _, PutMode, PutPayload,
    RetryConfig,
};
use reqwest::header::{HeaderMap, HeaderValue, IF_NONE_MATCH};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::Duration;
use tokio_util::bytes::Bytes;
use tokio_util::io::StreamReader;

/// One part, in bytes; larger where there would be too many.
const PART_BYTES: u64 = 8 << 20;
/// Parts of one object at most; services allow ten thousand.
const PARTS_LIMIT: u64 = 9_000;
/// Parts on their way at the same time.
const PARTS_AHEAD: usize = 2;
/// Bytes asked for at a time when reading.
const RANGE_BYTES: u64 = 4 << 20;
/// Ranges on their way at the same time.
const RANGES_AHEAD: usize = 2;
/// How long one request may take, and how long it may take to reach the service.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a request is repeated, and for how long, before somebody is told.
const RETRIES: usize = 4;
const RETRY_FOR: Duration = Duration::from_secs(20);

/// A bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    store: AmazonS3,
    /// The same, for the one request that completes an object: it is refused when there is one.
    creator: AmazonS3,
    /// What every key begins with: the operator's prefix and the organisation. Organisations
    /// that share a bucket never share an object, so that disposal in one removes nothing of
    /// another's.
    prefix: Key,
    name: String,
}

impl Bucket {
    /// Makes ready; nothing is asked of the service yet.
    pub(super) fn open(options: &BucketOptions, org: &str) -> Result<Self> {
        // The first to say so decides for the process; everybody here says the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let create_only = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static("*"))]);
        let unusable = |e: object_store::Error| told("the evidence store cannot be used", &e);
        let prefix = Key::parse(&options.prefix).map_err(|e| unusable(e.into()))?;
        let prefix: Key = prefix.parts().chain([org.into()]).collect();
        Ok(Self {
            store: client(options, HeaderMap::new()).map_err(unusable)?,
            creator: client(options, create_only).map_err(unusable)?,
            name: format!(
                "s3://{}/{prefix} at {}",
                options.bucket,
                options.endpoint.as_deref().unwrap_or("Amazon")
            ),
            prefix,
        })
    }

    pub(super) fn name(&self) -> String {
        self.name.clone()
    }

    fn key(&self, sha256: &str) -> Key {
        let (a, b) = (
            sha256.get(..2).unwrap_or("xx"),
            sha256.get(2..4).unwrap_or("xx"),
        );
        let parts = ["blobs", "sha256", a, b, sha256];
        self.prefix.parts().chain(parts.map(Into::into)).collect()
    }

    /// How long the object is, if there is one.
    async fn size(&self, key: &Key) -> Result<Option<u64>> {
        match self.store.head(key).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(told("looking for evidence", &error)),
        }
    }

    pub(super) async fn answers(&self) -> Result<()> {
        self.size(&self.key("probe")).await.map(drop)
    }

    /// Makes the object from a file, unless it is there.
    pub(super) async fn keep(&self, staged: &Path, kept: &Kept) -> Result<()> {
        let key = self.key(&kept.sha256);
        if self.is_kept(&key, kept).await? {
            return Ok(());
        }
        let made = if kept.size_bytes <= PART_BYTES {
            let bytes = slice(staged, 0, kept.size_bytes).await?;
            let put = self
                .store
                .put_opts(&key, bytes.into(), PutMode::Create.into());
            put.await
                .map(drop)
                .map_err(|e| told("keeping evidence", &e))
        } else {
            self.put_in_parts(&key, staged, kept).await
        };
        // Somebody else may have made it meanwhile, and a late answer may be to something done.
        match (self.is_kept(&key, kept).await, made) {
            (Ok(true), _) => Ok(()),
            (_, Err(error)) | (Err(error), Ok(())) => Err(error),
            (Ok(false), Ok(())) => Err(Error::EvidenceStore {
                what: "keeping evidence",
                cause: "what was acknowledged is not there".to_owned(),
            }),
        }
    }

    async fn is_kept(&self, key: &Key, kept: &Kept) -> Result<bool> {
        match self.size(key).await? {
            None => Ok(false),
            Some(size) if size == kept.size_bytes => Ok(true),
            Some(size) => Err(Error::Damaged(format!(
                "the object {key} has {size} bytes instead of {}, and is not replaced",
                kept.size_bytes
            ))),
        }
    }

    async fn put_in_parts(&self, key: &Key, staged: &Path, kept: &Kept) -> Result<()> {
        let keeping = |e: object_store::Error| told("keeping evidence", &e);
        let id = self.store.create_multipart(key).await.map_err(keeping)?;
        let part_bytes = PART_BYTES.max(kept.size_bytes.div_ceil(PARTS_LIMIT));
        let put = |(n, offset): (usize, u64)| {
            let id = &id;
            async move {
                let len = part_bytes.min(kept.size_bytes - offset);
                let bytes = slice(staged, offset, len).await?;
                let put = self.store.put_part(key, id, n, PutPayload::from(bytes));
                put.await.map_err(keeping)
            }
        };
        let offsets = (0..kept.size_bytes.div_ceil(part_bytes)).map(|n| n * part_bytes);
        let parts = stream::iter(offsets.enumerate())
            .map(put)
            .buffered(PARTS_AHEAD)
            .try_collect()
            .await;
        let made = match parts {
            Ok(parts) => {
                let complete = self.creator.complete_multipart(key, &id, parts);
                complete.await.map(drop).map_err(keeping)
            }
            Err(error) => Err(error),
        };
        if made.is_err() {
            // A rule of the bucket should end what stays behind after a crash or a failure here.
            let _ = self.store.abort_multipart(key, &id).await;
        }
        made
    }

    /// Opens for reading: one range after the other, so that neither memory nor the time of a
    /// single request grows with the object, and a slow reader holds no connection.
    pub(super) async fn read(&self, sha256: &str) -> Result<Option<BlobReader>> {
        let key = self.key(sha256);
        let Some(size) = self.size(&key).await? else {
            return Ok(None);
        };
        let store = self.store.clone();
        let ranges = (0..size.div_ceil(RANGE_BYTES)).map(move |n| {
            let from = n * RANGE_BYTES;
            from..size.min(from + RANGE_BYTES)
        });
        let bytes = stream::iter(ranges)
            .map(move |range| {
                let (store, key) = (store.clone(), key.clone());
                async move { store.get_range(&key, range).await }
            })
            .buffered(RANGES_AHEAD)
            .map_err(std::io::Error::other);
        Ok(Some(BlobReader::Object(Box::pin(StreamReader::new(bytes)))))
    }

    pub(super) async fn remove(&self, sha256: &str) -> Result<()> {
        match self.store.delete(&self.key(sha256)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(told("destroying evidence", &error)),
        }
    }

    pub(super) async fn probe(&self, name: &str) -> Result<()> {
        let key: Key = self
            .prefix
            .parts()
            .chain(["probe".into(), name.into()])
            .collect();
        let put = async || {
            let payload = PutPayload::from_static(b"probe");
            let put = self.store.put_opts(&key, payload, PutMode::Create.into());
            put.await
        };
        put().await.map_err(|e| told("writing a probe", &e))?;
        let again = put().await;
        let read = self.store.get(&key).await;
        let read = match read {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        let removed = self.store.delete(&key).await;
        let read = read.map_err(|e| told("reading a probe", &e))?;
        removed.map_err(|e| told("removing a probe", &e))?;
        if read != b"probe"[..] {
            return Err(Error::damaged("what was written is not what was read"));
        }
        match again {
            Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
            _ => Err(Error::EvidenceStore {
                what: "writing a probe twice",
                cause: "the service replaces what is there; it must honour If-None-Match"
                    .to_owned(),
            }),
        }
    }
}

pub(super) fn client(
    options: &BucketOptions,
    headers: HeaderMap,
) -> object_store::Result<AmazonS3> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&options.bucket)
        .with_region(&options.region)
        .with_virtual_hosted_style_request(options.is_virtual_host)
        .with_checksum_algorithm(Checksum::SHA256)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .with_retry(RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: RETRIES,
            retry_timeout: RETRY_FOR,
        });
    let mut client = ClientOptions::new()
        .with_timeout(REQUEST_TIMEOUT)
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_default_headers(headers);
    if let Some(endpoint) = &options.endpoint {
        // Whoever names an address without TLS has said so.
        client = client.with_allow_http(endpoint.starts_with("http://"));
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(Credentials {
        access_key_id,
        secret_access_key,
    }) = &options.credentials
    {
        builder = builder
            .with_access_key_id(access_key_id)
            .with_secret_access_key(secret_access_key);
    }
    builder.with_client_options(client).build()
}

/// Some bytes of a file.
async fn slice(path: &Path, offset: u64, len: u64) -> Result<Bytes> {
    let path = path.to_path_buf();
    let len = usize::try_from(len).map_err(Error::damaged)?;
    tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; len];
        file.read_exact(&mut bytes)?;
        Ok(Bytes::from(bytes))
    })
    .await
    .map_err(Error::damaged)?
    .map_err(Error::file("reading staged bytes"))
}

/// The whole chain of causes: the last one is what an operator can do something about.
pub(super) fn told(what: &'static str, error: &dyn std::error::Error) -> Error {
    let mut cause = error.to_string();
    let mut next = error.source();
    while let Some(inner) = next {
        let words = inner.to_string();
        if !cause.contains(&words) {
            cause.push_str(": ");
            cause.push_str(&words);
        }
        next = inner.source();
    }
    Error::EvidenceStore { what, cause }
}
