//! The options that name who vouches for the ledger from outside.

use bifold_server::Witness;
use clap::Args;
use std::path::PathBuf;

/// Time-stamp authorities and witnesses.
#[derive(Debug, Clone, Default, Args)]
pub struct Vouching {
    /// The address of a time-stamp authority (RFC 3161), asked each hour in which something
    /// happened, and at once when evidence goes out. Repeat it for a second one.
    #[arg(
        long,
        env = "BIFOLD_TSA",
        value_name = "URL",
        value_delimiter = ',',
        requires = "tsa_roots"
    )]
    pub tsa: Vec<String>,
    /// A file with the certificates (PEM or DER) through which that authority is trusted; one for
    /// each, in the same order.
    #[arg(
        long,
        env = "BIFOLD_TSA_ROOTS",
        value_name = "FILE",
        value_delimiter = ',',
        requires = "tsa"
    )]
    pub tsa_roots: Vec<PathBuf>,
    /// A witness that is asked each minute in which something happened: its verifier key and its
    /// address, with a space between. Repeat it for several.
    #[arg(
        long,
        env = "BIFOLD_WITNESS",
        value_name = "VKEY URL",
        value_delimiter = ','
    )]
    pub witness: Vec<Witness>,
}
