//! The verbs of `incident`.

use clap::{Args, Subcommand};

/// The verbs of `incident`.
#[derive(Debug, Subcommand)]
pub enum IncidentVerb {
    /// Declare an incident.
    Declare {
        /// One line that names it.
        title: String,
        /// What is known.
        #[arg(long)]
        description: Option<String>,
        /// extensive, significant, moderate or minor.
        #[arg(long, default_value = "moderate")]
        impact: String,
        /// critical, high, medium or low.
        #[arg(long, default_value = "medium")]
        urgency: String,
        /// Category, from the policy's tree.
        #[arg(long)]
        category: Option<String>,
        /// The service's id.
        #[arg(long)]
        service: Option<String>,
        /// The customer, from the policy's list.
        #[arg(long)]
        customer: Option<String>,
    },
    /// List incidents, most urgent first.
    List {
        /// Closed ones too.
        #[arg(long)]
        all: bool,
        /// Only those assigned to me.
        #[arg(long)]
        mine: bool,
        /// Only those for which information is hurt: yes, no or undetermined.
        #[arg(long)]
        security: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show one incident and its history.
    Show {
        /// Its number or id.
        incident: String,
    },
    /// Find incidents by words.
    Search {
        /// The words.
        query: Vec<String>,
    },
    /// Answer "is it an incident of this kind?".
    Assess {
        /// Its number or id.
        incident: String,
        /// service, security, or another kind of the policy.
        #[arg(long)]
        kind: String,
        /// yes, no or undetermined.
        #[arg(long)]
        finding: String,
        /// Answers to criteria: CRITERION=yes|no|unknown, repeatable.
        #[arg(long, value_name = "CRITERION=ANSWER")]
        answer: Vec<String>,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Say that you have seen it, and take on what you are paged for.
    Acknowledge {
        /// Its number or id.
        incident: String,
    },
    /// Show its clocks: what is due when, what will happen, how probable a miss is.
    Clocks {
        /// Its number or id.
        incident: String,
    },
    /// Call for help until somebody answers; they answer with `acknowledge`.
    Escalate {
        /// Its number or id.
        incident: String,
        /// Whom: assignee, holders, `role:incident_manager`, `team:ID`, `person:ID`,
        /// `function:KEY`, `schedule:ID` or `chain:ID`; repeatable.
        #[arg(long, required = true, value_name = "WHOM")]
        to: Vec<String>,
        /// To people who decide more (hierarchical) instead of those who know more (functional).
        #[arg(long)]
        hierarchical: bool,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Tell users on a status page, or agree to words that wait.
    Tell(Tell),
    /// What was said, decided and reported in its room.
    Room {
        /// Its number or id.
        incident: String,
    },
    /// Say something in its room. It stays in the record.
    Say {
        /// Its number or id.
        incident: String,
        /// The words.
        text: String,
        /// The lane whose readers alone may see it.
        #[arg(long)]
        lane: Option<String>,
    },
    /// Take it yourself.
    Take {
        /// Its number or id.
        incident: String,
    },
    /// Begin to work on it.
    Start {
        /// Its number or id.
        incident: String,
    },
    /// Add a note.
    Note {
        /// Its number or id.
        incident: String,
        /// What it says.
        text: String,
        /// The lane whose readers may see it.
        #[arg(long)]
        lane: Option<String>,
        /// Send it to the reporter too.
        #[arg(long)]
        outward: bool,
    },
    /// Record a workaround.
    Workaround {
        /// Its number or id.
        incident: String,
        /// What to do.
        text: String,
    },
    /// Set category, so that it can be closed.
    Classify {
        /// Its number or id.
        incident: String,
        /// Category, from the policy's tree.
        #[arg(long)]
        category: String,
    },
    /// Set one of the tracks beside the stage: containment, evidence, notification or review.
    Track {
        /// Its number or id.
        incident: String,
        /// containment, evidence, notification or review.
        track: String,
        /// Where it is now.
        to: String,
        /// Why, for a waiver.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Resolve it.
    Resolve {
        /// Its number or id.
        incident: String,
        /// What fixed it, from the policy's codes.
        #[arg(long)]
        code: String,
        /// What was done.
        #[arg(long)]
        text: String,
        /// Why it happened, if known.
        #[arg(long)]
        cause: Option<String>,
    },
    /// Confirm, as its reporter, that it is resolved.
    Confirm {
        /// Its number or id.
        incident: String,
    },
    /// Close it, if the closure gate lets it.
    Close {
        /// Its number or id.
        incident: String,
        /// Why it happened, from the policy's codes.
        #[arg(long)]
        cause: Option<String>,
        /// Close without the reporter's confirmation, and why.
        #[arg(long, value_name = "REASON")]
        without_confirmation: Option<String>,
    },
    /// Reopen it.
    Reopen {
        /// Its number or id.
        incident: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

/// What users are told.
#[derive(Debug, Args)]
pub struct Tell {
    /// Its number or id.
    pub incident: String,
    /// What to say, in plain words.
    #[arg(required_unless_present = "agree")]
    pub text: Option<String>,
    /// On which status page, by its key; not needed where there is only one.
    #[arg(long)]
    pub page: Option<String>,
    /// investigating, identified, monitoring or resolved.
    #[arg(long, default_value = "investigating")]
    pub stage: String,
    /// The headline; only the first word needs one.
    #[arg(long)]
    pub title: Option<String>,
    /// none, minor, major or critical.
    #[arg(long)]
    pub impact: Option<String>,
    /// How a component is from now on: `KEY=degraded_performance`, `KEY=partial_outage` or
    /// `KEY=major_outage`; repeatable. Those not named work.
    #[arg(long, value_name = "KEY=STATE")]
    pub component: Vec<String>,
    /// By when the next word comes, such as 2026-03-01T09:30:00Z.
    #[arg(long, value_name = "TIME")]
    pub next_by: Option<String>,
    /// Why words may be said that the leak guard finds.
    #[arg(long, value_name = "REASON")]
    pub despite: Option<String>,
    /// Why it cannot wait for a second person.
    #[arg(long, value_name = "REASON")]
    pub alone: Option<String>,
    /// Agree to the words of somebody else that wait.
    #[arg(long, conflicts_with_all = ["text", "title", "component", "alone"])]
    pub agree: bool,
}
