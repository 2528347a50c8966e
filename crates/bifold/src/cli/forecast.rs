//! The verbs of `forecast`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `forecast`.
#[derive(Debug, Args)]
pub struct Forecast {
    #[command(subcommand)]
    pub verb: ForecastVerb,
}

/// The verbs of `forecast`.
#[derive(Debug, Subcommand)]
pub enum ForecastVerb {
    /// Measure how well breaches are foreseen, on a ServiceNow log of incident updates.
    ///
    /// With FILE, it trains on the incidents of the log that were closed before a moment and judges
    /// those opened since. With --train and --test, it trains on what was closed when the second
    /// log begins, and predicts that log without knowing how its incidents end. Files may be
    /// gzipped. Only columns known at each update are read (see docs/forecast.md).
    Evaluate(Box<Evaluate>),
}

/// Arguments of `forecast evaluate`.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// The log, one row an update: trains on its earlier part and judges the later one.
    #[arg(
        value_name = "FILE",
        required_unless_present = "test",
        conflicts_with_all = ["train", "test"]
    )]
    pub file: Option<PathBuf>,
    /// How its incidents ended: columns `number`, `made_sla`, `resolved_at` and, if there,
    /// `closed_at`. Without it a file beside the log is taken: for `x_stream_y.csv.gz`
    /// `x_labels.csv.gz` or `x_labels.csv`, for other names `labels.csv.gz` or `labels.csv`.
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// The moment to train at: when this share of the incidents is opened.
    #[arg(long, value_name = "SHARE", default_value_t = 0.7, value_parser = share, conflicts_with = "test")]
    pub split: f64,
    /// The log to train on.
    #[arg(long, value_name = "FILE", requires = "test")]
    pub train: Option<PathBuf>,
    /// The log to predict, which has no labels.
    #[arg(long, value_name = "FILE", requires_all = ["train", "predictions"])]
    pub test: Option<PathBuf>,
    /// Write a row for every event at which its incident is still open: `incident`, `event` (which
    /// row of the incident, from 1) and `probability`.
    #[arg(long, value_name = "FILE")]
    pub predictions: Option<PathBuf>,
    /// Fields not to look at, such as assignee; repeatable. `people` is all that name a person.
    #[arg(long, value_name = "FIELD")]
    pub without: Vec<String>,
    /// The number of incidents after which an older one counts half.
    #[arg(long, value_name = "N")]
    pub half_life: Option<u32>,
    /// Another number lets each tree see other rows and features.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Answer as JSON.
    #[arg(long)]
    pub json: bool,
}

/// A share, between 0 and 1.
fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if share > 0.0 && share < 1.0 {
        Ok(share)
    } else {
        Err("it must lie between 0 and 1".to_owned())
    }
}
