//! The tamper-evident ledger, as pure functions on bytes.
//!
//! It is for everything about the ledger that a third party must be able to repeat: the bytes of a
//! leaf, the RFC 6962 tree over them, tiles, signed checkpoints, proofs, and the verification of a
//! whole log. Formats are those of C2SP (tlog-tiles, tlog-checkpoint, signed-note, tlog-proof) and
//! RFC 9901 (disclosures), so that software nobody here wrote can check the result.
//!
//! What it refuses to do: read or write a file, ask for the time, draw randomness, or wait. Salts,
//! seeds and instants come in as values. It never re-serialises a leaf in order to check it: the
//! stored bytes are authoritative, canonical JSON matters only when a leaf is written.
#![warn(missing_docs)]

pub mod anchor;
pub mod checkpoint;
pub mod cosignature;
pub mod disclosure;
pub mod guard;
pub mod hash;
pub mod leaf;
pub mod note;
pub mod policy;
pub mod proof;
pub mod publish;
pub mod system;
pub mod tile;
pub mod tlog_proof;
pub mod tree;
pub mod verify;
pub mod witness;
