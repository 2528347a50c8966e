//! The options that say where evidence is kept, and how much of it.

use crate::exit::{Code, Coded};
use bifold_store::blob::{BucketOptions, Credentials, EvidenceStore};
use clap::Args;
use std::path::PathBuf;

/// Where evidence is kept.
#[derive(Debug, Clone, Args)]
pub struct Storage {
    /// A bucket of an S3-compatible service for evidence, as `s3://BUCKET/PREFIX`; without it, the
    /// data folder. What the data folder has already is still found there.
    #[arg(long, env = "BIFOLD_EVIDENCE_STORE", value_name = "URL")]
    pub evidence_store: Option<BucketUrl>,
    /// The address of that service; Amazon's own when absent.
    #[arg(
        long,
        env = "BIFOLD_EVIDENCE_ENDPOINT",
        value_name = "URL",
        requires = "evidence_store"
    )]
    pub evidence_endpoint: Option<String>,
    /// The region the bucket is in; services other than Amazon's mostly take any.
    #[arg(
        long,
        env = "BIFOLD_EVIDENCE_REGION",
        value_name = "REGION",
        default_value = "us-east-1"
    )]
    pub evidence_region: String,
    /// The bucket's name is part of the service's host name instead of the path.
    #[arg(
        long,
        env = "BIFOLD_EVIDENCE_VIRTUAL_HOST",
        requires = "evidence_store"
    )]
    pub evidence_virtual_host: bool,
    /// The access key; better given in the environment. On Amazon's machines without it the role
    /// of the machine is used.
    #[arg(long, env = "BIFOLD_S3_ACCESS_KEY_ID", value_name = "ID")]
    pub s3_access_key_id: Option<String>,
    /// A file that holds the access key.
    #[arg(
        long,
        env = "BIFOLD_S3_ACCESS_KEY_ID_FILE",
        value_name = "FILE",
        conflicts_with = "s3_access_key_id"
    )]
    pub s3_access_key_id_file: Option<PathBuf>,
    /// The secret of the access key. On a command line everybody on the machine could read it.
    #[arg(
        long,
        env = "BIFOLD_S3_SECRET_ACCESS_KEY",
        value_name = "SECRET",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub s3_secret_access_key: Option<Secret>,
    /// A file that holds the secret of the access key.
    #[arg(
        long,
        env = "BIFOLD_S3_SECRET_ACCESS_KEY_FILE",
        value_name = "FILE",
        conflicts_with = "s3_secret_access_key"
    )]
    pub s3_secret_access_key_file: Option<PathBuf>,
    /// How much evidence is taken at most, such as 500GiB; no limit when absent.
    #[arg(
        long,
        env = "BIFOLD_EVIDENCE_QUOTA",
        value_name = "BYTES",
        value_parser = size_bytes
    )]
    pub evidence_quota: Option<u64>,
}

/// A bucket and a prefix in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketUrl {
    bucket: String,
    prefix: String,
}

impl std::str::FromStr for BucketUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text
            .strip_prefix("s3://")
            .ok_or("it must be s3://BUCKET or s3://BUCKET/PREFIX")?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if bucket.is_empty() || !bucket.chars().all(is_name) {
            return Err("the name of the bucket is missing, or no name of a bucket".to_owned());
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
        })
    }
}

/// What is never printed.
#[derive(Clone)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl std::str::FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl Secret {
    /// What it is, for whoever needs it.
    pub(super) fn text(&self) -> &String {
        &self.0
    }
}

impl Storage {
    /// What the store is told.
    pub(crate) fn evidence(&self) -> anyhow::Result<EvidenceStore> {
        let Some(url) = &self.evidence_store else {
            return Ok(EvidenceStore::Disk);
        };
        Ok(EvidenceStore::Bucket(BucketOptions {
            bucket: url.bucket.clone(),
            prefix: url.prefix.clone(),
            endpoint: self.evidence_endpoint.clone(),
            region: self.evidence_region.clone(),
            is_virtual_host: self.evidence_virtual_host,
            credentials: self.credentials(self.evidence_endpoint.as_ref())?,
        }))
    }

    /// The bucket of the status pages, as the options of the server say.
    pub(crate) fn window(&self, args: &super::Serve) -> anyhow::Result<Option<BucketOptions>> {
        let Some(url) = &args.window_store else {
            return Ok(None);
        };
        Ok(Some(BucketOptions {
            bucket: url.bucket.clone(),
            prefix: url.prefix.clone(),
            endpoint: args.window_endpoint.clone(),
            region: args.window_region.clone(),
            is_virtual_host: args.window_virtual_host,
            credentials: self.credentials(args.window_endpoint.as_ref())?,
        }))
    }

    fn credentials(&self, endpoint: Option<&String>) -> anyhow::Result<Option<Credentials>> {
        let id = said(
            self.s3_access_key_id.as_ref(),
            self.s3_access_key_id_file.as_ref(),
        )?;
        let secret = self.s3_secret_access_key.as_ref().map(|secret| &secret.0);
        let secret = said(secret, self.s3_secret_access_key_file.as_ref())?;
        match (id, secret) {
            (Some(access_key_id), Some(secret_access_key)) => Ok(Some(Credentials {
                access_key_id,
                secret_access_key,
            })),
            // Only Amazon's own machines have a role to fall back on.
            (None, None) if endpoint.is_none() => Ok(None),
            _ => Err(Coded::error(
                Code::Usage,
                "a bucket needs an access key and its secret; set \
                 BIFOLD_S3_ACCESS_KEY_ID and BIFOLD_S3_SECRET_ACCESS_KEY_FILE"
                    .to_owned(),
            )),
        }
    }
}

/// What was given, or what the file holds.
pub(super) fn said(
    value: Option<&String>,
    file: Option<&PathBuf>,
) -> anyhow::Result<Option<String>> {
    match (value, file) {
        (Some(value), _) => Ok(Some(value.trim().to_owned())),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file).map_err(|e| {
                Coded::error(Code::Usage, format!("cannot read {}: {e}", file.display()))
            })?;
            Ok(Some(text.trim().to_owned()))
        }
        (None, None) => Ok(None),
    }
}

const UNITS: [(&str, u64); 9] = [
    ("", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
];

/// A number of bytes, with or without a unit.
fn size_bytes(text: &str) -> Result<u64, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_lowercase();
    let (_, factor) = UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or("the unit is one of kB, MB, GB, TB, KiB, MiB, GiB, TiB, or none for bytes")?;
    let number: u64 = number
        .parse()
        .map_err(|_| "it must be a whole number of bytes, such as 500GiB")?;
    number
        .checked_mul(*factor)
        .ok_or_else(|| "that is more than there can be".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_with_a_unit_or_without() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("500GiB", 500 << 30),
            ("500 gib", 500 << 30),
            ("2TB", 2_000_000_000_000),
            ("1kB", 1_000),
        ] {
            assert_eq!(size_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "GiB", "1.5GiB", "-1", "5 parsecs", "99999999999TiB"] {
            assert!(size_bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_bucket_is_named_with_a_prefix_or_without() {
        let of = |text: &str| text.parse::<BucketUrl>();
        let named = |bucket: &str, prefix: &str| BucketUrl {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        };
        assert_eq!(of("s3://evidence"), Ok(named("evidence", "")));
        assert_eq!(of("s3://evidence/a/b/"), Ok(named("evidence", "a/b")));
        for text in [
            "evidence",
            "s3://",
            "s3:///a",
            "http://evidence/a",
            "s3://a b",
        ] {
            assert!(of(text).is_err(), "{text}");
        }
    }
}
