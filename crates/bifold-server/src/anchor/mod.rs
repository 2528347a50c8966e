//! Anchoring the ledger with others while the server runs: asking time-stamp authorities and
//! witnesses, and saying how far their word reaches.
//!
//! Each of them is asked by a task of its own, over HTTP with limits on time and size, and never
//! inside a transaction: one that hangs holds up neither work nor the others. What they answer is
//! verified before it is kept. Nobody is asked who is not configured.

mod ask;
mod authority;
mod run;
mod standing;
mod witness;

pub(crate) use run::start;
pub(crate) use standing::{AnchorsView, standing};

use bifold_ledger::anchor::is_name;
use bifold_ledger::cosignature::WitnessKey;
use bifold_ledger::note::NoteError;
use bifold_timestamp::{StampError, TrustedCertificates};
use std::str::FromStr;

/// Authorities at most.
pub const AUTHORITIES_LIMIT: usize = 4;
/// Witnesses at most.
pub const WITNESSES_LIMIT: usize = 16;

/// A time-stamp authority that is asked (RFC 3161 over HTTP).
#[derive(Debug, Clone)]
pub struct Authority {
    /// What it is called in lists and file names: its host, and the port where one is given.
    pub name: String,
    /// Where requests are sent.
    pub url: String,
    /// Who vouches for it.
    pub roots: TrustedCertificates,
}

/// A witness that is asked (c2sp.org/tlog-witness).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its key.
    pub key: WitnessKey,
    /// Its address, without `/add-checkpoint`.
    pub url: String,
}

/// Everybody who is asked to vouch for the ledger. Nobody, unless configured.
#[derive(Debug, Clone, Default)]
pub struct Anchors {
    authorities: Vec<Authority>,
    witnesses: Vec<Witness>,
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// Not an address.
    #[error("`{0}` is not an address; give one like https://tsa.example.org/path")]
    Address(String),
    /// The roots of an authority cannot be used.
    #[error("the certificates for {authority} cannot be used: {why}")]
    Roots {
        /// The authority.
        authority: String,
        /// Why.
        why: StampError,
    },
    /// No certificate among them is a root.
    #[error("the certificates for {authority} hold no root, which its holder issued to itself")]
    NoRoot {
        /// The authority.
        authority: String,
    },
    /// Key and address are not separated.
    #[error("give the witness as 'VKEY URL', key and address with a space between, in quotes")]
    Witness,
    /// The witness's key cannot be read.
    #[error("the key of the witness cannot be used: {0}")]
    Key(#[from] NoteError),
    /// The same one twice.
    #[error("{0} is given twice; each vouches once")]
    Twice(String),
    /// More than are asked.
    #[error("{found} {what} are given, at most {limit} are asked; leave some out")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many are asked.
        limit: usize,
    },
}

impl Authority {
    /// An authority at an address, trusted through the certificates of a file (PEM or DER).
    pub fn new(url: &str, roots: &[u8]) -> Result<Self, AnchorError> {
        let name = host(url)?;
        let roots = TrustedCertificates::read(roots).map_err(|why| AnchorError::Roots {
            authority: name.clone(),
            why,
        })?;
        if roots.roots().is_empty() {
            return Err(AnchorError::NoRoot { authority: name });
        }
        Ok(Self {
            name,
            url: url.to_owned(),
            roots,
        })
    }
}

impl FromStr for Witness {
    type Err = AnchorError;

    /// Reads `VKEY URL`.
    fn from_str(text: &str) -> Result<Self, AnchorError> {
        let parts = text.trim().split_once(char::is_whitespace);
        let (key, url) = parts.ok_or(AnchorError::Witness)?;
        let url = url.trim().trim_end_matches('/');
        host(url)?;
        Ok(Self {
            key: key.parse()?,
            url: url.to_owned(),
        })
    }
}

impl Anchors {
    /// Asks these, of which each may be given once.
    pub fn new(authorities: Vec<Authority>, witnesses: Vec<Witness>) -> Result<Self, AnchorError> {
        within("authorities", authorities.len(), AUTHORITIES_LIMIT)?;
        within("witnesses", witnesses.len(), WITNESSES_LIMIT)?;
        once(authorities.iter().map(|authority| authority.name.clone()))?;
        once(witnesses.iter().map(|witness| witness.key.to_string()))?;
        Ok(Self {
            authorities,
            witnesses,
        })
    }

    /// The authorities.
    pub fn authorities(&self) -> &[Authority] {
        &self.authorities
    }

    /// The witnesses.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }
}

/// The host of an address, with its port, as part of a file name can be.
fn host(url: &str) -> Result<String, AnchorError> {
    let wrong = || AnchorError::Address(url.to_owned());
    let uri: axum::http::Uri = url.parse().map_err(|_| wrong())?;
    let scheme = uri.scheme_str().unwrap_or_default();
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    let host = host.trim_matches(['[', ']']).replace(':', "-");
    let name = match uri.port_u16() {
        Some(port) => format!("{host}-{port}"),
        None => host,
    };
    if matches!(scheme, "http" | "https") && is_name(&name) {
        Ok(name)
    } else {
        Err(wrong())
    }
}

fn within(what: &'static str, found: usize, limit: usize) -> Result<(), AnchorError> {
    if found > limit {
        return Err(AnchorError::TooMany { what, found, limit });
    }
    Ok(())
}

fn once(names: impl Iterator<Item = String>) -> Result<(), AnchorError> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if !seen.insert(name.clone()) {
            return Err(AnchorError::Twice(name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bifold_ledger::cosignature::Cosigner;

    #[test]
    fn an_authority_is_called_by_its_host() {
        for (url, name) in [
            ("http://timestamp.example.com", "timestamp.example.com"),
            ("https://TSA.example.org/tsr", "tsa.example.org"),
            ("http://127.0.0.1:8090/", "127.0.0.1-8090"),
        ] {
            assert_eq!(host(url).unwrap(), name);
        }
        for url in [
            "",
            "tsa.example.org",
            "ftp://tsa.example.org",
            "http://",
            "http:///x",
        ] {
            assert!(matches!(host(url), Err(AnchorError::Address(_))), "{url}");
        }
    }

    #[test]
    fn a_witness_is_its_key_and_its_address() {
        let vkey = Cosigner::new("w.example", [3; 32]).unwrap().vkey();
        let witness: Witness = format!("{vkey} http://127.0.0.1:8090/").parse().unwrap();
        assert_eq!(witness.url, "http://127.0.0.1:8090");
        assert_eq!(witness.key.to_string(), vkey);
        assert!(matches!(vkey.parse::<Witness>(), Err(AnchorError::Witness)));
        let wrong = "w.example+00000000+AAAA http://127.0.0.1";
        assert!(matches!(wrong.parse::<Witness>(), Err(AnchorError::Key(_))));
        let twice = Anchors::new(Vec::new(), vec![witness.clone(), witness]);
        assert!(matches!(twice, Err(AnchorError::Twice(_))));
    }
}
