//! A real organisation in a temporary folder, and the real server over it.

use crate::http::Client;
use crate::paths;
use crate::process::{Running, bound_to_us, free_port, output};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const STARTS_WITHIN: Duration = Duration::from_mins(1);
/// The first administrator.
pub(crate) const ADMIN: &str = "ada@example.org";

/// Builds `bifold` and `bifold-verify` as the tests build them, and gives their folder.
pub(crate) fn build(is_release: bool) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(paths::root())
        .args(["build", "--workspace", "--bins", "--quiet"]);
    if is_release {
        cargo.arg("--release");
    }
    if !crate::process::succeeds(&mut cargo)? {
        bail!("bifold does not build");
    }
    let profile = if is_release { "release" } else { "debug" };
    Ok(paths::target().join(profile))
}

/// An organisation that was just founded.
pub(crate) struct Organisation {
    programs: PathBuf,
    data: PathBuf,
    database_url: Option<String>,
    pub token: String,
    port: u16,
    /// Further words of `bifold serve`.
    more: Vec<String>,
}

impl Organisation {
    /// Founds one in `data`, on SQLite there or on the PostgreSQL database named.
    pub(crate) fn found(programs: &Path, data: &Path, database_url: Option<&str>) -> Result<Self> {
        let mut organisation = Self {
            programs: programs.to_owned(),
            data: data.to_owned(),
            database_url: database_url.map(str::to_owned),
            token: String::new(),
            port: free_port()?,
            more: Vec::new(),
        };
        std::fs::create_dir_all(data)?;
        let password = data.join("password.txt");
        std::fs::write(&password, "correct horse battery staple\n")?;
        let mut init = organisation.bifold(&["init"]);
        init.args(["--org", "Trial", "--admin", ADMIN, "--password-file"])
            .arg(&password);
        output(&mut init)?;
        let mut token = organisation.bifold(&["token", "create"]);
        let printed = output(token.args(["--user", ADMIN]))?;
        let token = printed.split_whitespace().last();
        token
            .context("`bifold token create` printed no token")?
            .clone_into(&mut organisation.token);
        Ok(organisation)
    }

    /// A `bifold` command on this organisation.
    pub(crate) fn bifold(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.program("bifold"));
        command.args(words).arg("--data").arg(&self.data);
        if let Some(url) = &self.database_url {
            command.args(["--database-url", url]);
        }
        command
    }

    /// A program that was built.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    #[cfg(feature = "bench")]
    /// Where its keys, and on SQLite its database, are.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Has the server started with further words.
    #[cfg(feature = "bench")]
    pub(crate) fn serve_with(&mut self, words: &[&str]) {
        self.more
            .extend(words.iter().map(|word| (*word).to_owned()));
    }

    /// The server's address.
    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A client of the server.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.base(), &self.token)
    }

    /// Starts the server and waits until it is ready. How long that took comes with it.
    pub(crate) fn serve(&self, log: &Path) -> Result<(Running, Duration)> {
        let start = Instant::now();
        let mut serving = self.start(log)?;
        let client = self.client();
        while start.elapsed() < STARTS_WITHIN {
            if client.get("/readyz").is_ok_and(|reply| reply.is_success()) {
                return Ok((serving, start.elapsed()));
            }
            if !serving.is_running() {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("bifold serve did not become ready; see {}", log.display())
    }

    fn start(&self, log: &Path) -> Result<Running> {
        let file = std::fs::File::options()
            .create(true)
            .append(true)
            .open(log)?;
        let mut serve = self.bifold(&["serve", "--listen", &format!("127.0.0.1:{}", self.port)]);
        serve.args(&self.more);
        let mut command = bound_to_us(&serve, "KILL");
        command
            .env("RUST_LOG", "warn")
            .stdout(file.try_clone()?)
            .stderr(file);
        Running::start(&mut command)
    }
}
