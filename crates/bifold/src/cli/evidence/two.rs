//! What takes two people: releases and disposals.

use clap::{Args, Subcommand};

/// The verbs of `evidence release`.
#[derive(Debug, Subcommand)]
pub enum Release {
    /// Ask for it.
    Ask {
        /// The incident's number or id.
        #[arg(value_name = "INC")]
        incident: String,
        /// To whom.
        #[arg(long, value_name = "RECIPIENT")]
        to: String,
        /// What for.
        #[arg(long)]
        purpose: String,
        /// On which legal basis.
        #[arg(long)]
        legal_basis: String,
        /// Until when it may be done, such as 2026-03-01T09:30:00Z.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// The number or id of an item, repeatable; all sealed ones when none is named.
        #[arg(long, value_name = "EVD")]
        item: Vec<String>,
    },
    /// Approve it; two people must, and not who asked where there are others enough.
    Approve(OnRequest),
    /// Refuse it.
    Refuse {
        #[command(flatten)]
        on: OnRequest,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Do it, once two people approved.
    CarryOut(OnRequest),
}

/// The verbs of `evidence dispose`.
#[derive(Debug, Subcommand)]
pub enum Dispose {
    /// Ask for it.
    Ask {
        /// The incident's number or id.
        #[arg(value_name = "INC")]
        incident: String,
        /// The number or id of an item, repeatable.
        #[arg(long, value_name = "EVD", required = true)]
        item: Vec<String>,
        /// How it is to be destroyed.
        #[arg(long)]
        method: String,
        /// Why: end of retention, order of a court.
        #[arg(long)]
        reason: String,
    },
    /// Approve it; two people must, and not who asked where there are others enough.
    Approve(OnRequest),
    /// Refuse it.
    Refuse {
        #[command(flatten)]
        on: OnRequest,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Do it, once two people approved. A legal hold stops it.
    CarryOut(OnRequest),
}

/// Which request.
#[derive(Debug, Clone, Args)]
pub struct OnRequest {
    /// The incident's number or id.
    #[arg(value_name = "INC")]
    pub incident: String,
    /// The request's id, where several are open.
    #[arg(long, value_name = "ID")]
    pub request: Option<String>,
}
