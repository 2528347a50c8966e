//! House rules that no compiler knows, and documents that name only files that exist.

mod code;
mod documents;

use crate::process::output;
use anyhow::{Context, Result};
use std::fmt;
use std::path::Path;
use std::process::Command;

/// A file of the repository.
struct Source {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

/// A rule that is not kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    /// From 1; 0 for the whole file.
    line: usize,
    rule: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.rule)
    }
}

/// Everything that breaks a rule in the files git knows or would take.
pub(crate) fn repository(root: &Path) -> Result<Vec<Finding>> {
    let mut git = Command::new("git");
    git.current_dir(root)
        .args(["ls-files", "-z", "--cached", "--others"])
        .arg("--exclude-standard");
    let listed = output(&mut git)?;
    let paths: Vec<&str> = listed
        .split('\0')
        .filter(|path| !path.is_empty() && root.join(path).is_file())
        .collect();
    let mut findings = Vec::new();
    for path in &paths {
        if !["rs", "sql", "md"]
            .iter()
            .any(|kind| has_ending(path, kind))
        {
            continue;
        }
        let bytes = std::fs::read(root.join(path)).with_context(|| (*path).to_owned())?;
        let source = Source {
            path: (*path).to_owned(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        };
        findings.extend(if has_ending(path, "md") {
            documents::check(&source, &paths)
        } else {
            code::check(&source)
        });
    }
    Ok(findings)
}

fn has_ending(path: &str, kind: &str) -> bool {
    Path::new(path).extension().is_some_and(|e| e == kind)
}
