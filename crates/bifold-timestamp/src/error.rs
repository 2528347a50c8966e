//! Why a time-stamp is refused, and what to do about it.

use jiff::Timestamp;

use crate::asn1::Malformed;
use crate::response::Status;
use crate::{Integer, Oid};

/// A refusal. Each has one cause; nothing is accepted halfway.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StampError {
    /// The message is not what its standard says.
    #[error("the message is broken: {0}; fetch it again, or tell the authority")]
    Malformed(#[from] Malformed),
    /// The message is longer than [`crate::MAX_BYTES`].
    #[error("the message has {bytes} bytes, more than any time-stamp needs; check the address")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A version that is not 1.
    #[error("the message is of an unknown version; ask the authority for RFC 3161, version 1")]
    Version,
    /// The authority answered that it made no time-stamp.
    #[error(
        "the authority gave no time-stamp: {status} ({}); mend the request or ask another authority",
        [.failures.join(", "), .texts.join(" ")].join("; ")
    )]
    NotGranted {
        /// What it answered.
        status: Status,
        /// Its reasons.
        failures: Vec<&'static str>,
        /// Its words.
        texts: Vec<String>,
    },
    /// The authority said yes, but sent no time-stamp, or one together with a no.
    #[error("the authority's status and its time-stamp contradict each other; ask again")]
    Contradiction,
    /// A signed message of another kind.
    #[error("this is not a time-stamp but another kind of message; check which file this is")]
    NotAToken,
    /// An extension of the `TSTInfo` that must be understood and is not.
    #[error(
        "the time-stamp has the critical extension {id}, which is unknown; ask for one without"
    )]
    CriticalExtension {
        /// Which one.
        id: Oid,
    },

    /// The time-stamp is of other data.
    #[error("the time-stamp is not of this data; look for the data, or stamp, that was changed")]
    Imprint,
    /// The data was digested in a way that is not accepted.
    #[error("the data was digested with {algorithm}; stamp it again with SHA-256")]
    ImprintAlgorithm {
        /// Which digest.
        algorithm: Oid,
    },
    /// The answer is to another request.
    #[error("the nonce is {}, not {expected:#X}: an answer to another request; ask again",
        .found.as_ref().map_or("missing".to_owned(), ToString::to_string))]
    Nonce {
        /// The nonce of the request.
        expected: u64,
        /// The nonce of the time-stamp.
        found: Option<Integer>,
    },
    /// Made under another policy than was asked for.
    #[error("made under the policy {found}, not {expected}; ask an authority that has the policy")]
    Policy {
        /// The policy of the request.
        expected: Oid,
        /// The policy of the time-stamp.
        found: Oid,
    },
    /// A time that has not come yet.
    #[error("the time-stamp says {gen_time}, which is after {at}; compare both clocks")]
    FromTheFuture {
        /// The time of the stamp.
        gen_time: Timestamp,
        /// The time of asking.
        at: Timestamp,
    },

    /// Not exactly one signature.
    #[error("the time-stamp has {count} signatures where one belongs; ask another authority")]
    Signers {
        /// How many there are.
        count: usize,
    },
    /// More certificates than any path to a root has.
    #[error("{count} certificates came with the time-stamp; leave out those that do not belong")]
    TooManyCertificates {
        /// How many there are.
        count: usize,
    },
    /// A signed attribute that must be there is not.
    #[error("the signed attribute {0} is missing; ask an authority that follows RFC 3161")]
    MissingAttribute(&'static str),
    /// A digest in the signature that is unknown or no longer safe.
    #[error("it is signed over the digest {algorithm}, which is not accepted; ask for SHA-256")]
    DigestAlgorithm {
        /// Which digest.
        algorithm: Oid,
    },
    /// What was signed is not what the message holds.
    #[error("the content is not what was signed; get the time-stamp again from where it is kept")]
    ContentDigest,
    /// The certificate that the signature names is not at hand.
    #[error("the signer's certificate is not at hand; add it to the trusted certificates' file")]
    NoSignerCertificate,
    /// The signature was made for another certificate.
    #[error("the certificate is not the one the signer bound itself to; get the right one")]
    OtherCertificate,
    /// A kind of signature that cannot be checked here.
    #[error(
        "a signature of kind {algorithm} with this key cannot be checked; ask for RSA or ECDSA"
    )]
    SignatureAlgorithm {
        /// Which kind.
        algorithm: Oid,
    },
    /// The signature does not fit.
    #[error("the signature is wrong; get the time-stamp again from where it is kept")]
    Signature,

    /// The signer's certificate does not permit time-stamping, or more than that.
    #[error("the certificate of {subject} {defect}; ask an authority whose certificate is right")]
    NotForTimestamping {
        /// Whose certificate.
        subject: String,
        /// What is wrong with it.
        defect: &'static str,
    },
    /// A certificate of the path was not valid when the stamp was made.
    #[error("the certificate of {subject} was not valid at {gen_time}; do not rely on the stamp")]
    OutsideValidity {
        /// Whose certificate; the signer's or one above it.
        subject: String,
        /// The time of the stamp.
        gen_time: Timestamp,
    },
    /// No path from the signer to a trusted root.
    #[error(
        "no trusted root vouches for {subject}; if you trust its authority, \
         add the root and what lies between to the trusted certificates"
    )]
    Untrusted {
        /// Whose certificate.
        subject: String,
    },
    /// A certificate, the signer's or one above it, that breaks the rules for certificates.
    #[error("a certificate is unfit to prove who {subject} is: {cause}; ask another authority")]
    UnfitCertificate {
        /// The signer.
        subject: String,
        /// Which rule is broken.
        cause: webpki::Error,
    },
    /// A file of certificates that cannot be used.
    #[error("the file of trusted certificates cannot be used: {0}; give PEM or DER certificates")]
    Certificates(&'static str),
}
