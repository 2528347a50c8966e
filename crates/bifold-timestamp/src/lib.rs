//! RFC 3161 time-stamps, as pure functions on bytes.
//!
//! A time-stamp authority signs a digest together with the time. Whoever trusts the authority can
//! tell from it that the data existed then, and need not trust who kept the data. This crate writes
//! the request, reads the answer, and verifies, years later and offline, whether to believe it.
//!
//! What it refuses to do: talk to an authority, ask for the time, draw the nonce, look up
//! revocation, accept a stamp in part. Signatures over SHA-1 and RSA keys below 2048 bits are not
//! accepted. Bytes are kept as they came: a stamp is never written again from what was read.
//!
//! ```
//! use bifold_timestamp::{Options, Request, Response, Stamped, TrustedCertificates, verify};
//!
//! # fn example(imprint: [u8; 32], nonce: u64, roots: &[u8], ask: fn(&[u8]) -> Vec<u8>)
//! # -> Result<(), bifold_timestamp::StampError> {
//! let request = Request::new(imprint, nonce);
//! let answer = ask(&request.to_der());
//! let token = Response::parse(&answer)?.into_token()?;
//! let trusted = TrustedCertificates::read(roots)?;
//! let stamp = verify(&token, Stamped::Sha256(imprint), &trusted, &Options::answer_to(&request))?;
//! println!("{} says {}", stamp.signer().subject(), stamp.info().gen_time);
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod asn1;
mod attributes;
mod ber;
mod certificate;
mod cms;
mod digest;
mod ecdsa;
mod error;
mod imprint;
mod info;
mod integer;
mod name;
mod oid;
mod request;
mod response;
mod signature;
mod stamp;
mod time;
mod token;
mod trust;
mod verify;

pub use asn1::Malformed;
pub use certificate::Certificate;
/// An object identifier, such as the one of a policy: `"1.3.6.1.4.1.57264.2".parse()`.
pub use const_oid::ObjectIdentifier as Oid;
pub use error::StampError;
pub use imprint::{Imprint, Stamped};
pub use info::TstInfo;
pub use integer::Integer;
pub use request::{REQUEST_MEDIA_TYPE, RESPONSE_MEDIA_TYPE, Request};
pub use response::{Response, Status};
pub use stamp::Stamp;
pub use token::{MAX_BYTES, Token};
pub use trust::TrustedCertificates;
pub use verify::{Options, verify};
