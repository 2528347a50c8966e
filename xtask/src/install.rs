//! What the tests need from outside, installed by package name where it is absent.

use crate::paths;
use crate::postgres;
use crate::process::{answers, is_on_path, output, succeeds};
use crate::tally::Count;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Something a test needs.
struct Need {
    name: &'static str,
    packages: &'static [&'static str],
    is_here: fn() -> bool,
}

const NEEDS: [Need; 9] = [
    Need {
        name: "PostgreSQL",
        packages: &["postgresql"],
        is_here: || postgres::programs().is_some(),
    },
    Need {
        name: "Go with sumdb",
        packages: &["golang-go", "golang-golang-x-mod-dev"],
        is_here: || {
            is_on_path("go")
                && Path::new("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog").is_dir()
        },
    },
    Need {
        name: "wrk",
        packages: &["wrk"],
        is_here: || is_on_path("wrk"),
    },
    Need {
        name: "faketime",
        packages: &["faketime"],
        is_here: || is_on_path("faketime"),
    },
    Need {
        name: "Alertmanager",
        packages: &["prometheus-alertmanager"],
        is_here: || is_on_path("prometheus-alertmanager"),
    },
    Need {
        name: "strace",
        packages: &["strace"],
        is_here: || is_on_path("strace"),
    },
    Need {
        name: "Python with venv",
        packages: &["python3", "python3-venv"],
        is_here: || answers("python3", &["-c", "import venv, ensurepip, sqlite3"]),
    },
    Need {
        name: "Node with npm",
        packages: &["nodejs", "npm"],
        is_here: || is_on_path("node") && is_on_path("npm"),
    },
    Need {
        name: "Chromium",
        packages: &["chromium"],
        is_here: has_browser,
    },
];

/// Real senders and mail servers that many systems do not have: the tests that need one are left
/// out without it, in continuous integration too.
const SENDERS: [Need; 4] = [
    Need {
        name: "rsyslog with TLS",
        packages: &["rsyslog", "rsyslog-gnutls"],
        is_here: || is_on_path("rsyslogd") && has_library("rsyslog/lmnsd_gtls.so"),
    },
    Need {
        name: "Postfix",
        packages: &["postfix"],
        is_here: || is_on_path("postfix"),
    },
    Need {
        name: "swaks",
        packages: &["swaks"],
        is_here: || is_on_path("swaks"),
    },
    Need {
        name: "Icinga 2",
        packages: &["icinga2-bin"],
        is_here: || is_on_path("icinga2"),
    },
];

/// Whether this is a continuous integration run, where a missing tool is a failure.
pub(crate) fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

/// Installs everything that is absent. Each need counts as one check.
pub(crate) fn everything() -> Count {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.is_here)()).collect();
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|need| need.packages)
        .copied()
        .collect();
    if !packages.is_empty() {
        println!("installing {}", packages.join(" "));
        if let Err(error) = apt(&packages) {
            println!("{error:#}");
        }
    }
    let mut count = Count::default();
    for need in &NEEDS {
        count += found(need.name, need.packages, (need.is_here)());
    }
    for sender in &SENDERS {
        count += sent_by(sender);
    }
    let python = venv();
    if let Err(error) = &python {
        println!("{error:#}");
    }
    count += found(
        "pymerkle, schemathesis, bagit, case-utils, moto, pyzipper, icalendar, aiosmtpd, standardwebhooks, http_ece, opentelemetry, cloudevents",
        &["PyPI"],
        python.is_ok(),
    );
    count
}

/// Installs a sender, by itself: one that this system does not have must not keep others away.
fn sent_by(sender: &Need) -> Count {
    if !(sender.is_here)() {
        println!("installing {}", sender.packages.join(" "));
        if let Err(error) = apt(sender.packages) {
            println!("{error:#}");
        }
    }
    if (sender.is_here)() {
        return Count::one(true);
    }
    let (name, packages) = (sender.name, sender.packages.join(" "));
    println!("SKIPPED: no {name} ({packages}); what it would send is not tested");
    Count::SKIPPED
}

/// Whether there is a file of that name among the libraries, of whichever machine.
fn has_library(name: &str) -> bool {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten();
    folders.flatten().any(|at| at.path().join(name).is_file())
}

fn found(name: &str, packages: &[&str], is_here: bool) -> Count {
    if is_here {
        return Count::one(true);
    }
    println!("SKIPPED: no {name} ({})", packages.join(" "));
    if is_ci() {
        Count::one(false)
    } else {
        Count::SKIPPED
    }
}

fn apt(packages: &[&str]) -> Result<()> {
    let is_root = output(Command::new("id").arg("-u"))?.trim() == "0";
    let get = |args: &[&str]| {
        let mut command = Command::new(if is_root { "env" } else { "sudo" });
        if !is_root {
            command.args(["-n", "env"]);
        }
        command
            // Nobody asked for these programs to run as services.
            .args(["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"])
            .args(["apt-get", "-q", "-y"])
            .args(args);
        output(&mut command)
    };
    get(&["update"])?;
    let install = ["install", "--no-install-recommends"];
    get(&[&install, packages].concat())?;
    Ok(())
}

/// Whether pages can be looked at.
pub(crate) fn has_browser() -> bool {
    is_on_path("chromium")
}

/// The Python of our virtual environment, if it was made.
pub(crate) fn python() -> Option<PathBuf> {
    let python = paths::work().join("venv/bin/python");
    python.is_file().then_some(python)
}

/// Makes the virtual environment, or brings it up to the pinned versions.
fn venv() -> Result<()> {
    let venv = paths::work().join("venv");
    let requirements = paths::root().join("xtask/requirements.txt");
    let wanted = std::fs::read(&requirements)?;
    let stamp = venv.join("installed.txt");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing Python packages into {}", venv.display());
    std::fs::create_dir_all(paths::work())?;
    output(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&venv),
    )?;
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args(["-m", "pip", "install", "--disable-pip-version-check"])
        .args(["--quiet", "-r"])
        .arg(&requirements);
    if !succeeds(&mut pip)? {
        anyhow::bail!("pip could not install {}", requirements.display());
    }
    std::fs::write(stamp, wanted)?;
    Ok(())
}
