//! Steps, their times, and the closing line.

use anyhow::Result;
use std::fmt;
use std::ops::AddAssign;
use std::time::{Duration, Instant};

/// How many checks passed, failed or could not be made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Count {
    /// One check, and whether it passed.
    pub(crate) fn one(is_good: bool) -> Self {
        Self {
            passed: u64::from(is_good),
            failed: u64::from(!is_good),
            skipped: 0,
        }
    }

    /// One check that could not be made.
    pub(crate) const SKIPPED: Self = Self {
        passed: 0,
        failed: 0,
        skipped: 1,
    };
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

struct Step {
    name: &'static str,
    took: Duration,
    count: Count,
}

/// What was done in this run.
#[derive(Default)]
pub(crate) struct Tally {
    steps: Vec<Step>,
}

impl Tally {
    /// Makes a step. An error in it is a failure, not the end of the run.
    pub(crate) fn step(&mut self, name: &'static str, step: impl FnOnce() -> Result<Count>) {
        println!("\n== {name}");
        let start = Instant::now();
        let count = step().unwrap_or_else(|error| {
            println!("{name}: {error:?}");
            Count::one(false)
        });
        let took = start.elapsed();
        println!("== {name}: {count} in {:.1} s", took.as_secs_f64());
        self.steps.push(Step { name, took, count });
    }

    /// Prints every step and, as the last line, the totals. Whether nothing failed.
    pub(crate) fn close(&self) -> bool {
        let mut total = Count::default();
        println!();
        for step in &self.steps {
            let (seconds, count) = (step.took.as_secs_f64(), step.count);
            println!("{:<16} {seconds:>8.1} s   {count}", step.name);
            total += count;
        }
        println!("\n{total}");
        total.failed == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, Tally};

    #[test]
    fn an_error_in_a_step_counts_as_a_failure() {
        let mut tally = Tally::default();
        tally.step("good", || Ok(Count::one(true)));
        assert!(tally.close());
        tally.step("bad", || anyhow::bail!("no"));
        assert!(!tally.close());
    }

    #[test]
    fn skipped_checks_are_named_only_when_there_are_any() {
        let mut count = Count::one(true);
        assert_eq!(count.to_string(), "1 passed, 0 failed");
        count += Count::SKIPPED;
        assert_eq!(count.to_string(), "1 passed, 0 failed, 1 skipped");
    }
}
