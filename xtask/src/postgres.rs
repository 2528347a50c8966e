//! A PostgreSQL cluster of our own, for as long as the tests run.
//!
//! Nothing in it needs to survive, so it does not wait for the disk. It listens on a random
//! loopback port only and trusts whoever can reach that.

use crate::paths::{self, Scratch};
use crate::process::{Running, free_port, output};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const STARTS_WITHIN: Duration = Duration::from_mins(1);
const STOPS_WITHIN: Duration = Duration::from_secs(20);
const USER: &str = "bifold";

/// The newest PostgreSQL here: the folder of `initdb` and `postgres`.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").is_file().then_some((version, bin))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

/// Whom PostgreSQL runs as: it refuses to be root.
#[derive(Clone, Copy)]
enum RunAs {
    Us,
    Other { uid: u32, gid: u32 },
}

impl RunAs {
    fn find() -> Result<Self> {
        let id = |args: &[&str]| -> Result<u32> {
            Ok(output(Command::new("id").args(args))?.trim().parse()?)
        };
        if id(&["-u"])? != 0 {
            return Ok(Self::Us);
        }
        Ok(Self::Other {
            uid: id(&["-u", "postgres"])?,
            gid: id(&["-g", "postgres"])?,
        })
    }

    /// A command under this user, ended by the kernel should we die.
    fn command(self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        if let Self::Other { uid, gid } = self {
            command
                .arg(format!("--reuid={uid}"))
                .arg(format!("--regid={gid}"))
                .arg("--clear-groups");
        }
        // INT is PostgreSQL's fast shutdown.
        command.args(["--pdeathsig", "INT"]).arg(program);
        command
    }

    /// A folder this user can use: in target, or among the temporary files when target lies
    /// where another user may not go.
    fn folder(self) -> Result<Scratch> {
        for parent in [paths::work(), std::env::temp_dir()] {
            let folder = Scratch::new(&parent, "postgres")?;
            if let Self::Other { uid, gid } = self {
                std::os::unix::fs::chown(folder.path(), Some(uid), Some(gid))?;
            }
            let mut test = self.command(Path::new("test"));
            if output(test.arg("-w").arg(folder.path())).is_ok() {
                return Ok(folder);
            }
        }
        bail!("there is no folder that the user postgres can write to")
    }
}

/// A running cluster.
pub(crate) struct Cluster {
    server: Running,
    port: u16,
    programs: PathBuf,
    _folder: Scratch,
}

impl Cluster {
    /// Makes and starts a cluster; `None` when PostgreSQL is not here.
    pub(crate) fn start() -> Result<Option<Self>> {
        let Some(programs) = programs() else {
            return Ok(None);
        };
        let user = RunAs::find()?;
        let folder = user.folder()?;
        let data = folder.path().join("data");
        output(
            user.command(&programs.join("initdb"))
                .args(["--auth=trust", "--no-sync", "--encoding=UTF8"])
                .args(["--locale=C.UTF-8", "--username", USER, "-D"])
                .arg(&data),
        )?;
        let port = free_port()?;
        let log = std::fs::File::create(paths::work().join("postgres.log"))?;
        let mut command = user.command(&programs.join("postgres"));
        command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=300",
            "shared_buffers=256MB",
        ] {
            command.args(["-c", setting]);
        }
        command.stdout(log.try_clone()?).stderr(log);
        let server = Running::start(&mut command)?;
        let mut cluster = Self {
            server,
            port,
            programs,
            _folder: folder,
        };
        cluster.wait()?;
        Ok(Some(cluster))
    }

    fn wait(&mut self) -> Result<()> {
        let deadline = Instant::now() + STARTS_WITHIN;
        while Instant::now() < deadline {
            if self.ask("postgres", "SELECT 1").is_ok() {
                return Ok(());
            }
            if !self.server.is_running() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("postgres did not start; see target/xtask/postgres.log")
    }

    fn ask(&self, database: &str, statement: &str) -> Result<String> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-c", statement])
            .arg(self.url(database));
        output(&mut psql)
    }

    /// The address of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database and gives its address.
    pub(crate) fn create(&self, database: &str) -> Result<String> {
        self.ask("postgres", &format!("CREATE DATABASE {database}"))?;
        Ok(self.url(database))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.server.end("INT", STOPS_WITHIN);
    }
}

#[cfg(test)]
mod tests {
    use super::Cluster;

    #[test]
    fn a_cluster_answers_makes_databases_and_ends() {
        let Some(cluster) = Cluster::start().unwrap() else {
            eprintln!("SKIPPED: no PostgreSQL here");
            return;
        };
        let url = cluster.create("trial").unwrap();
        assert!(url.starts_with("postgres://bifold@127.0.0.1:"));
        assert_eq!(cluster.ask("trial", "SELECT 1 + 1").unwrap().trim(), "2");
        let port = cluster.port;
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        drop(cluster);
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
