//! Files that stand in a bucket for everybody to fetch, and change: what is published. Unlike
//! evidence they are replaced, and carry what a browser asks for.

use super::bucket::{client, told};
use super::place::BucketOptions;
use crate::error::Result;
use futures_util::TryStreamExt as _;
use object_store::aws::AmazonS3;
use object_store::path::Path as Key;
use object_store::{
    Attribute, Attributes, ObjectStore as _, ObjectStoreExt as _, PutOptions, PutPayload,
};
use reqwest::header::HeaderMap;

/// How long browsers may show a file without asking again.
const CACHE: &str = "public, max-age=30";

/// The files below a prefix of a bucket.
#[derive(Debug)]
pub struct Shelf {
    store: AmazonS3,
    prefix: Key,
}

impl Shelf {
    /// Makes ready; nothing is asked of the service yet.
    ///
    /// # Errors
    /// [`crate::Error::EvidenceStore`] where the options name no bucket that there can be.
    pub fn open(options: &BucketOptions) -> Result<Self> {
        // The first to say so decides for the process; everybody here says the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let unusable = |e: object_store::Error| told("the bucket of status pages", &e);
        Ok(Self {
            store: client(options, HeaderMap::new()).map_err(unusable)?,
            prefix: Key::parse(&options.prefix).map_err(|e| unusable(e.into()))?,
        })
    }

    fn key(&self, name: &str) -> Key {
        let parts = name.split('/').map(Into::into);
        self.prefix.parts().chain(parts).collect()
    }

    /// Puts a file there, in the place of the one of this name.
    pub async fn put(&self, name: &str, content_type: &'static str, bytes: Vec<u8>) -> Result<()> {
        let attributes = Attributes::from_iter([
            (Attribute::ContentType, content_type),
            (Attribute::CacheControl, CACHE),
        ]);
        let options = PutOptions::from(attributes);
        let key = self.key(name);
        let put = self.store.put_opts(&key, PutPayload::from(bytes), options);
        put.await
            .map(drop)
            .map_err(|e| told("publishing a status page", &e))
    }

    /// The names of all files, in no order.
    pub async fn names(&self) -> Result<Vec<String>> {
        let found: Vec<_> = self
            .store
            .list(Some(&self.prefix))
            .try_collect()
            .await
            .map_err(|e| told("looking for published files", &e))?;
        let name = |meta: object_store::ObjectMeta| {
            let parts = meta.location.prefix_match(&self.prefix)?;
            let parts: Vec<String> = parts.map(|part| part.as_ref().to_owned()).collect();
            Some(parts.join("/"))
        };
        Ok(found.into_iter().filter_map(name).collect())
    }

    /// Removes a file; none there is fine.
    pub async fn remove(&self, name: &str) -> Result<()> {
        match self.store.delete(&self.key(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(told("removing a published file", &error)),
        }
    }
}
