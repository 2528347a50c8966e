//! One file a noun.

mod anchors;
pub(crate) mod backup;
pub(crate) mod collect;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod evidence;
pub(crate) mod forecast;
pub(crate) mod gate;
pub(crate) mod import;
pub(crate) mod incident;
pub(crate) mod init;
pub(crate) mod ledger;
pub(crate) mod mail;
pub(crate) mod serve;
pub(crate) mod signal;
pub(crate) mod story;
pub(crate) mod token;
pub(crate) mod witness;

use crate::cli::{Storage, Where};
use bifold_store::Options;

/// The store's options for a place.
fn options(place: &Where) -> Options {
    let mut options = Options::in_folder(&place.data);
    if let Some(url) = &place.database_url {
        options.database_url.clone_from(url);
    }
    options
}

/// Opens the store of a place, and says what to do when there is none.
async fn open(place: &Where) -> anyhow::Result<bifold_store::Store> {
    open_with(place, options(place)).await
}

/// The same for those who have to do with evidence.
async fn open_evidence(place: &Where, storage: &Storage) -> anyhow::Result<bifold_store::Store> {
    let options = Options {
        evidence: storage.evidence()?,
        quota_bytes: storage.evidence_quota.unwrap_or(u64::MAX),
        ..options(place)
    };
    open_with(place, options).await
}

async fn open_with(place: &Where, options: Options) -> anyhow::Result<bifold_store::Store> {
    if place.database_url.is_none() && !place.data.join("bifold.db").exists() {
        let message = format!(
            "there is no organisation in {}; run `bifold init --data {}` first",
            place.data.display(),
            place.data.display()
        );
        return Err(crate::exit::Coded::error(
            crate::exit::Code::NotFound,
            message,
        ));
    }
    Ok(bifold_store::Store::open(options).await?)
}
