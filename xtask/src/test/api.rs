//! schemathesis against the live server: whatever a client sends, the answer is never a 5xx.

use crate::install;
use crate::paths::{self, Scratch};
use crate::process::succeeds;
use crate::server::{self, Organisation};
use crate::tally::Count;
use anyhow::{Result, bail};
use std::process::Command;

/// The time given to it, in seconds.
const BUDGET_S: u32 = 120;

pub(super) fn schemathesis() -> Result<Count> {
    let Some(python) = install::python() else {
        println!("SKIPPED: no schemathesis here; run `cargo xtask test --only install`");
        if install::is_ci() {
            bail!("schemathesis is not installed");
        }
        return Ok(Count::SKIPPED);
    };
    let programs = server::build(false)?;
    let scratch = Scratch::new(&paths::work(), "api")?;
    let organisation = Organisation::found(&programs, &scratch.path().join("data"), None)?;
    let log = paths::work().join("api-server.log");
    let (mut serving, _) = organisation.serve(&log)?;
    let mut run = Command::new(python);
    run.arg(paths::root().join("tests/api/run.py"))
        .args(["--base", &organisation.base()])
        .args(["--max-time", &BUDGET_S.to_string()])
        .arg("--report")
        .arg(paths::work().join("schemathesis"))
        .env("BIFOLD_TOKEN", &organisation.token);
    let is_good = succeeds(&mut run)?;
    let survived = serving.is_running();
    if !survived {
        println!("the server did not survive; see {}", log.display());
    }
    Ok(Count::one(is_good && survived))
}
