//! The verbs of `gate`.

use super::Api;
use clap::{Args, Subcommand};

/// Arguments of `gate`.
#[derive(Debug, Args)]
pub struct Gate {
    #[command(flatten)]
    pub api: Api,
    #[command(subcommand)]
    pub verb: GateVerb,
}

/// Which restoring action.
#[derive(Debug, Args)]
pub struct On {
    /// The incident's number or id.
    pub incident: String,
    /// The action's id, where several wait.
    #[arg(long, value_name = "ID")]
    pub action: Option<String>,
}

/// The verbs of `gate`.
#[derive(Debug, Subcommand)]
pub enum GateVerb {
    /// List what waits, the most pressing first.
    List,
    /// Restore; where that would harm evidence of a grave incident, it waits for a decision.
    Restore {
        /// The incident's number or id.
        incident: String,
        /// The action, from the policy's catalogue, such as reboot.
        #[arg(long)]
        action: String,
        /// The id of an asset it acts on, repeatable; without any it counts as the worst.
        #[arg(long, value_name = "ID")]
        asset: Vec<String>,
        /// What exactly.
        #[arg(long)]
        note: Option<String>,
    },
    /// Say that the evidence is saved, and let the action through.
    Captured {
        #[command(flatten)]
        on: On,
        /// Where it is, with its hashes.
        #[arg(long)]
        whereabouts: String,
        /// `parallel`, `fast_capture` or `evidence_first`.
        #[arg(long, default_value = "fast_capture")]
        course: String,
        /// What of the list was saved, repeatable; all of it when none is named.
        #[arg(long, value_name = "KEY")]
        item: Vec<String>,
    },
    /// Let the saving of evidence go first, by yourself, with a timer.
    CaptureFirst {
        #[command(flatten)]
        on: On,
        /// `fast_capture` or `evidence_first`.
        #[arg(long, default_value = "fast_capture")]
        course: String,
        /// What of the list, repeatable; all of it when none is named.
        #[arg(long, value_name = "KEY")]
        item: Vec<String>,
        /// For how many minutes the service may wait.
        #[arg(long)]
        minutes: Option<u32>,
    },
    /// Give evidence up and let the action through, with authority or in an emergency.
    GoNow {
        #[command(flatten)]
        on: On,
        /// Why it cannot wait.
        #[arg(long)]
        reason: String,
        /// What will be lost.
        #[arg(long)]
        loss: Option<String>,
        /// Without the authority for it; raises an alarm.
        #[arg(long)]
        break_glass: bool,
    },
    /// Ask the security lead.
    Ask {
        #[command(flatten)]
        on: On,
    },
    /// Advise, for the service or for security.
    Advise {
        #[command(flatten)]
        on: On,
        /// service or security.
        #[arg(long)]
        side: String,
        /// `parallel`, `fast_capture`, `evidence_first` or `restore_first`.
        #[arg(long)]
        course: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Say that the action was done.
    Done {
        #[command(flatten)]
        on: On,
    },
    /// Say that the action is not wanted any more.
    Withdraw {
        #[command(flatten)]
        on: On,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Look back on evidence that was given up.
    Review {
        #[command(flatten)]
        on: On,
        /// It was wrong to give it up.
        #[arg(long)]
        wrong: bool,
        /// What was learnt.
        #[arg(long)]
        text: String,
    },
}
