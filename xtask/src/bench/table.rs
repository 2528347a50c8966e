//! The figures, beside a baseline and what was promised.

use anyhow::Result;
use serde_json::{Value, json};
use std::path::Path;

/// What was promised of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Promise {
    None,
    AtLeast(f64),
    AtMost(f64),
}

impl Promise {
    fn is_kept(self, figure: f64) -> Option<bool> {
        match self {
            Self::None => None,
            Self::AtLeast(limit) => Some(figure >= limit),
            Self::AtMost(limit) => Some(figure <= limit),
        }
    }

    fn text(self) -> String {
        match self {
            Self::None => String::new(),
            Self::AtLeast(limit) => format!("≥ {limit}"),
            Self::AtMost(limit) => format!("≤ {limit}"),
        }
    }
}

/// One figure.
pub(super) struct Row {
    what: String,
    figure: f64,
    unit: &'static str,
    /// What it is compared with, in the same unit.
    baseline: Option<f64>,
    promise: Promise,
}

impl Row {
    pub(super) fn new(what: impl Into<String>, figure: f64, unit: &'static str) -> Self {
        Self {
            what: what.into(),
            figure,
            unit,
            baseline: None,
            promise: Promise::None,
        }
    }

    pub(super) fn against(mut self, baseline: f64) -> Self {
        self.baseline = Some(baseline);
        self
    }

    pub(super) fn at_least(mut self, limit: f64) -> Self {
        self.promise = Promise::AtLeast(limit);
        self
    }

    pub(super) fn at_most(mut self, limit: f64) -> Self {
        self.promise = Promise::AtMost(limit);
        self
    }

    fn ratio(&self) -> Option<f64> {
        self.baseline
            .filter(|baseline| *baseline > 0.0)
            .map(|baseline| self.figure / baseline)
    }

    fn line(&self) -> String {
        let number = |value: f64| match value {
            v if v >= 100.0 => format!("{v:.0}"),
            v => format!("{v:.2}"),
        };
        let kept = match self.promise.is_kept(self.figure) {
            None => "",
            Some(true) => "kept",
            Some(false) => "MISSED",
        };
        format!(
            "{:<46} {:>10} {:<8} {:>10} {:>7}  {:<10} {kept}",
            self.what,
            number(self.figure),
            self.unit,
            self.baseline.map(number).unwrap_or_default(),
            self.ratio().map(|r| format!("{r:.2}")).unwrap_or_default(),
            self.promise.text(),
        )
    }

    fn json(&self) -> Value {
        json!({
            "what": self.what, "figure": self.figure, "unit": self.unit,
            "baseline": self.baseline, "ratio": self.ratio(),
            "promise": self.promise.text(), "kept": self.promise.is_kept(self.figure),
        })
    }
}

/// All figures of a run.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Table {
    /// Adds a figure and shows it at once.
    pub(super) fn add(&mut self, row: Row) {
        println!("{}", row.line().trim_end());
        self.rows.push(row);
    }

    /// Adds a sentence.
    pub(super) fn note(&mut self, sentence: String) {
        println!("{sentence}");
        self.notes.push(sentence);
    }

    /// Shows everything again, and writes it as JSON.
    pub(super) fn close(&self, file: &Path) -> Result<()> {
        println!(
            "\n{:<46} {:>10} {:<8} {:>10} {:>7}  promise",
            "what", "figure", "unit", "baseline", "ratio"
        );
        for row in &self.rows {
            println!("{}", row.line().trim_end());
        }
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        let all = json!({ "figures": rows, "notes": self.notes });
        std::fs::write(file, serde_json::to_vec_pretty(&all)?)?;
        println!("\nwritten to {}", file.display());
        Ok(())
    }
}

/// The value below which this share of the sorted values lies.
pub(super) fn percentile(sorted: &[f64], share: f64) -> f64 {
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )] // A few thousand values.
    let at = ((sorted.len().saturating_sub(1)) as f64 * share).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::{Promise, Row, percentile};

    #[test]
    fn a_promise_is_kept_or_missed_and_a_ratio_needs_a_baseline() {
        assert_eq!(Promise::AtMost(2.0).is_kept(2.0), Some(true));
        assert_eq!(Promise::AtLeast(2.0).is_kept(1.9), Some(false));
        assert_eq!(Promise::None.is_kept(1.0), None);
        assert_eq!(Row::new("x", 3.0, "ms").ratio(), None);
        assert_eq!(Row::new("x", 3.0, "ms").against(2.0).ratio(), Some(1.5));
    }

    #[test]
    fn percentiles_of_few_values_are_values_among_them() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert!((percentile(&values, 0.5) - 3.0).abs() < f64::EPSILON);
        assert!((percentile(&values, 0.95) - 5.0).abs() < f64::EPSILON);
        assert!(percentile(&[], 0.5).is_nan());
    }
}
