//! The verbs of `evidence`.

mod acquisition;
mod export;
mod two;

pub use acquisition::Acquisition;
pub use export::Export;
pub use two::{Dispose, OnRequest, Release};

use super::Api;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `evidence`.
#[derive(Debug, Args)]
pub struct Evidence {
    #[command(flatten)]
    pub api: Api,
    #[command(subcommand)]
    pub verb: EvidenceVerb,
}

/// The verbs of `evidence`.
#[derive(Debug, Subcommand)]
pub enum EvidenceVerb {
    /// List evidence that you may see, newest first.
    List(List),
    /// Show one item: what it is, how it was acquired, what fixes it, who has it.
    Show {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
    },
    /// Show everything that happened to an item, from its first entry on.
    Custody {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
    },
    /// Enter an item that somebody is still to get.
    Plan {
        /// The incident's number or id.
        #[arg(value_name = "INC")]
        incident: String,
        #[command(flatten)]
        new: NewItem,
        /// Until when it can still be had, such as 2026-03-01T09:30:00Z.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// Who is to get it: a name, an e-mail address, an id, or me.
        #[arg(long, value_name = "PERSON")]
        assignee: Option<String>,
    },
    /// Say how an item was acquired; you are its first keeper.
    Collect {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        #[command(flatten)]
        how: Box<Acquisition>,
    },
    /// Enter a file, say how it was acquired, and seal it with its SHA-256, all in one go.
    ///
    /// The file is read once and sent in parts. Where that breaks off, what to type to go on was
    /// said at the beginning, and `upload` goes on with it.
    Add {
        /// The incident's number or id.
        #[arg(value_name = "INC")]
        incident: String,
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        new: NewItem,
        #[command(flatten)]
        how: Box<Acquisition>,
    },
    /// Send the bytes of a collected item, which seals it with their SHA-256.
    Upload {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// The file.
        file: PathBuf,
        /// Go on with this upload, which broke off.
        #[arg(long, value_name = "UPLOAD")]
        resume: Option<String>,
    },
    /// Seal a thing one can hold with the number of its bag or tape.
    Seal {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// The number on the bag or tape.
        #[arg(long, value_name = "N")]
        number: String,
    },
    /// Write the bytes of an item to a new file, compared with its SHA-256; recorded.
    Download {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// What for; it is recorded before the first byte leaves.
        #[arg(long)]
        purpose: String,
        /// The file to write; it must not be there yet. Only you can read it.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Let the server look whether its bytes are the sealed ones.
    Verify {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
    },
    /// Write the bundle of an incident to a new file: evidence, timeline, custody and proofs.
    ///
    /// A court, the police or an auditor checks it with `bifold-verify`, without this server. That
    /// it was handed out, to whom and what for, is the incident's own last entry in it.
    Export(Box<Export>),
    /// Enter what `bifold collect` brought home: each file of a bundle becomes an item.
    ///
    /// The bundle is checked first, and refused when anything in it was changed, added or left
    /// out. Importing it again adds nothing twice.
    Import(Import),
    #[command(flatten)]
    Hand(HandVerb),
    /// Give evidence to somebody outside, which two others approve.
    #[command(subcommand)]
    Release(Release),
    /// Destroy evidence, which two others approve.
    #[command(subcommand)]
    Dispose(Dispose),
}

/// Which items to list.
#[derive(Debug, Args)]
pub struct List {
    /// Only those of this incident.
    #[arg(long, value_name = "INC")]
    pub incident: Option<String>,
    /// wanted, collected, kept, offered, out, forgone or disposed.
    #[arg(long)]
    pub standing: Option<String>,
    /// Only those that you have.
    #[arg(long)]
    pub mine: bool,
    /// Only those that must not be destroyed.
    #[arg(long)]
    pub held: bool,
    /// Only those whose release or disposal waits for an approval.
    #[arg(long)]
    pub asked: bool,
    /// How many; with --incident always all.
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

/// What a new item is.
#[derive(Debug, Clone, Args)]
pub struct NewItem {
    /// One line that names it.
    #[arg(long)]
    pub title: String,
    /// file, log, `disk_image`, `memory_image`, `network_capture`, screenshot, email, physical,
    /// statement or other.
    #[arg(long, default_value = "file")]
    pub sort: String,
    /// The id of the asset it comes from.
    #[arg(long, value_name = "ID")]
    pub asset: Option<String>,
}

/// Arguments of `evidence import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The incident's number or id.
    #[arg(value_name = "INC")]
    pub incident: String,
    /// The folder that `bifold collect` made.
    pub bundle: PathBuf,
    /// The SHA-256 that was written down when it was made; another bundle is refused.
    #[arg(long, value_name = "SHA256")]
    pub expect: Option<String>,
    /// Enter the whole bundle as one item, a tar archive of it.
    #[arg(long)]
    pub as_one: bool,
    /// By whose order, where the bundle does not say.
    #[arg(long)]
    pub authority: Option<String>,
}

/// From hand to hand, labels, notes and orders: one command to one item each.
#[derive(Debug, Subcommand)]
pub enum HandVerb {
    /// Say who is to get an item; nobody without --to.
    Assign {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// A name, an e-mail address, an id, or me.
        #[arg(long, value_name = "PERSON")]
        to: Option<String>,
    },
    /// Name an item better, before it is sealed.
    Describe {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// One line that names it.
        #[arg(long)]
        title: String,
    },
    /// Give an item up before anybody had it.
    Forgo {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Say that the thing itself was looked at, and what for.
    View {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// What for.
        #[arg(long)]
        purpose: String,
    },
    /// Offer an item to its next keeper, who accepts or declines.
    Offer {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// To whom: a name, an e-mail address or an id.
        #[arg(long, value_name = "PERSON")]
        to: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Where it goes.
        #[arg(long)]
        place: Option<String>,
    },
    /// Take over an item that you were offered.
    Accept {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// In which state it is.
        #[arg(long)]
        condition: Option<String>,
    },
    /// Do not take over an item that you were offered.
    Decline {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Take your offer back.
    Retract {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
    },
    /// Lend an item out to yourself.
    CheckOut {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// What for.
        #[arg(long)]
        purpose: String,
        /// Where to.
        #[arg(long)]
        place: Option<String>,
        /// Until when, such as 2026-03-01T09:30:00Z.
        #[arg(long, value_name = "TIME")]
        due: Option<String>,
    },
    /// Bring an item back.
    CheckIn {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// In which state it is.
        #[arg(long)]
        condition: Option<String>,
    },
    /// Note what could not be avoided when handling an item, and why.
    Note {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// What, and why.
        text: String,
    },
    /// Label an item: how far it may be shared.
    Label {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// red, `amber_strict`, amber, green or clear.
        #[arg(long)]
        tlp: String,
    },
    /// Order that an item is not to be destroyed.
    Hold {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// A key for the order, such as a court's file number.
        #[arg(long, value_name = "KEY")]
        key: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Who ordered it.
        #[arg(long)]
        authority: String,
    },
    /// Lift such an order.
    Lift {
        /// Its exhibit number or id.
        #[arg(value_name = "EVD")]
        item: String,
        /// The key of the order.
        #[arg(long, value_name = "KEY")]
        key: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Enter an item that was derived from this one.
    Derive {
        /// The exhibit number or id of the original.
        #[arg(value_name = "EVD")]
        item: String,
        /// How it was derived.
        #[arg(long)]
        how: String,
        #[command(flatten)]
        new: NewItem,
    },
}
