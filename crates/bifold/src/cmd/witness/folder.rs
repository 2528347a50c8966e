//! The folder of a witness: its key, the logs it trusts, and what it cosigned last of each.
//!
//! ```text
//! witness.key     the secret key, readable by the owner only
//! logs            a line for each trusted key: VKEY, or VKEY ORIGIN
//! seen/log-HASH   the last checkpoint cosigned of the log whose origin has this SHA-256
//! seen/log-HASH.second-history   a checkpoint that convicts the log, should it sign one
//! serving         locked while a witness serves from here
//! ```
//!
//! Forgetting is the one thing a witness must not do: who restores an older `seen` lets a log show
//! two histories. It refuses to cosign when a file there is damaged.

use super::durable;
use crate::exit::{Code, Coded};
use bifold_ledger::cosignature::Cosigner;
use bifold_ledger::hash::Hash;
use bifold_ledger::note::Verifier;
use bifold_ledger::witness::{Refusal, Request, Seen, add_checkpoint};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum FolderError {
    #[error("there is no witness in {0}; run `bifold witness init --data {0} --name NAME` first")]
    Missing(String),
    #[error("there is a witness in {0} already; its key would be lost. Choose another folder")]
    Exists(String),
    #[error("a witness serves from {0} already; one key must not decide in two places")]
    Busy(String),
    #[error("{path} is damaged: {why}. Nothing is cosigned until it is mended")]
    Damaged { path: String, why: String },
    #[error("{path}: {source}")]
    File { path: String, source: io::Error },
}

/// Why a checkpoint was not cosigned.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotCosigned {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Folder(#[from] FolderError),
}

impl From<FolderError> for Coded {
    fn from(error: FolderError) -> Self {
        let code = match error {
            FolderError::Missing(_) => Code::NotFound,
            FolderError::Exists(_) | FolderError::Busy(_) => Code::Conflict,
            FolderError::Damaged { .. } => Code::VerificationFailed,
            FolderError::File { .. } => Code::Failure,
        };
        let message = error.to_string();
        Self { code, message }
    }
}

type Result<T> = std::result::Result<T, FolderError>;

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.display().to_string();
    move |source| FolderError::File { path, source }
}

/// A log, and a key that speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TrustedLog {
    pub(super) origin: String,
    pub(super) key: Verifier,
}

impl TrustedLog {
    fn read(line: &str) -> std::result::Result<Self, String> {
        let (vkey, origin) = line.split_once(' ').unwrap_or((line, ""));
        let key: Verifier = vkey.parse().map_err(|error| format!("{error}"))?;
        let origin = match origin {
            "" => key.name().to_owned(),
            origin => origin.to_owned(),
        };
        Ok(Self { origin, key })
    }

    fn line(&self) -> String {
        if self.origin == self.key.name() {
            return format!("{}\n", self.key);
        }
        format!("{} {}\n", self.key, self.origin)
    }
}

/// A witness in its folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    cosigner: Cosigner,
    /// Comparing with what was seen and keeping what is seen now belong together.
    turn: Mutex<()>,
}

impl Folder {
    /// Makes a witness. An existing one is left alone.
    pub(super) fn create(path: &Path, name: &str, seed: [u8; 32]) -> anyhow::Result<Self> {
        let cosigner = Cosigner::new(name, seed);
        let cosigner = cosigner.map_err(|why| Coded::error(Code::Usage, why.to_string()))?;
        Self::make(path, &cosigner).map_err(Coded::from)?;
        Ok(Self::new(path, cosigner))
    }

    fn make(path: &Path, cosigner: &Cosigner) -> Result<()> {
        let seen = path.join("seen");
        std::fs::create_dir_all(&seen).map_err(at(&seen))?;
        let file = path.join("witness.key");
        let write = |mut key: File| {
            writeln!(key, "{}", cosigner.skey())?;
            key.sync_all()?;
            File::open(path)?.sync_all()
        };
        match private_file(&file).and_then(write) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(FolderError::Exists(path.display().to_string()))
            }
            result => result.map_err(at(&file)),
        }
    }

    fn new(path: &Path, cosigner: Cosigner) -> Self {
        Self {
            path: path.to_owned(),
            cosigner,
            turn: Mutex::new(()),
        }
    }

    /// Opens the folder of a witness.
    pub(super) fn open(path: &Path) -> std::result::Result<Self, Coded> {
        let file = path.join("witness.key");
        let text = std::fs::read_to_string(&file).map_err(|error| match error.kind() {
            ErrorKind::NotFound => FolderError::Missing(path.display().to_string()),
            _ => at(&file)(error),
        })?;
        let cosigner = Cosigner::from_skey(text.trim_end());
        let cosigner = cosigner.map_err(|why| damaged(&file, &why))?;
        Ok(Self::new(path, cosigner))
    }

    /// The witness's public key.
    pub(super) fn vkey(&self) -> String {
        self.cosigner.vkey()
    }

    /// The name it cosigns under.
    pub(super) fn name(&self) -> &str {
        self.cosigner.name()
    }

    /// Refuses while another process serves from here; holds until the answer is dropped.
    pub(super) fn serving(&self) -> std::result::Result<File, Coded> {
        let path = self.path.join("serving");
        let file = File::create(&path).map_err(at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                Err(FolderError::Busy(self.path.display().to_string()).into())
            }
            Err(TryLockError::Error(error)) => Err(at(&path)(error).into()),
        }
    }

    /// Trusts a key for a log; whether that is new.
    pub(super) fn trust(&self, log: &TrustedLog) -> anyhow::Result<bool> {
        let origin = &log.origin;
        if origin.is_empty() || origin.trim() != origin || origin.contains(char::is_control) {
            let message = format!("{origin:?} cannot be an origin: it is one line of text");
            return Err(Coded::error(Code::Usage, message));
        }
        let _turn = durable::lock(&self.path)?;
        let mut logs = self.logs()?;
        if logs.contains(log) {
            return Ok(false);
        }
        logs.push(log.clone());
        let text: String = logs.iter().map(TrustedLog::line).collect();
        durable::replace(&self.path.join("logs"), text.as_bytes())?;
        Ok(true)
    }

    /// The trusted logs. They are read anew for each request, so that a log can be added any time.
    pub(super) fn logs(&self) -> std::result::Result<Vec<TrustedLog>, Coded> {
        Ok(self.read_logs()?)
    }

    fn read_logs(&self) -> Result<Vec<TrustedLog>> {
        let path = self.path.join("logs");
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            text => text.map_err(at(&path))?,
        };
        let lines = text.lines().filter(|line| !line.is_empty());
        let logs = lines.map(TrustedLog::read);
        logs.collect::<std::result::Result<_, _>>()
            .map_err(|why| damaged(&path, &why))
    }

    /// What was cosigned last of a log.
    pub(super) fn seen(&self, origin: &str) -> std::result::Result<Option<Seen>, Coded> {
        Ok(self.read_seen(origin)?)
    }

    fn read_seen(&self, origin: &str) -> Result<Option<Seen>> {
        let path = self.seen_file(origin);
        let record = match std::fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            record => record.map_err(at(&path))?,
        };
        let read = Seen::from_record(&record, &self.cosigner);
        let (found, seen) = read.map_err(|why| damaged(&path, &why))?;
        if found == origin {
            Ok(Some(seen))
        } else {
            Err(damaged(&path, &format!("it is about {found}")))
        }
    }

    /// Where the proof is that a log signed two histories, if it ever did.
    pub(super) fn second_history(&self, origin: &str) -> Option<PathBuf> {
        Some(self.second_history_file(origin)).filter(|file| file.exists())
    }

    /// Decides about a request and keeps the decision. Gives the body of the answer; when it does,
    /// what was cosigned is on the disk.
    pub(super) fn add_checkpoint(
        &self,
        body: &[u8],
        now_s: u64,
    ) -> std::result::Result<String, NotCosigned> {
        let request = Request::parse(body).map_err(Refusal::from)?;
        let origin = &request.checkpoint().origin;
        let logs = self.read_logs()?.into_iter();
        let of_origin = logs.filter(|log| log.origin == *origin);
        let trusted: Vec<Verifier> = of_origin.map(|log| log.key).collect();

        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = self.read_seen(origin)?.unwrap_or(Seen::NOTHING);
        let decided = add_checkpoint(&request, &trusted, &seen, &self.cosigner, now_s);
        let cosigned = match decided {
            Ok(cosigned) => cosigned,
            Err(refusal) => {
                self.note_refusal(&request, &refusal)?;
                return Err(refusal.into());
            }
        };
        let path = self.seen_file(origin);
        durable::replace(&path, cosigned.record.as_bytes()).map_err(at(&path))?;
        // Safe now: a crash from here on loses an answer, and the next request is told the size.
        tracing::info!(%origin, size = cosigned.seen.size, "cosigned");
        Ok(cosigned.answer)
    }

    /// Tells the operator, and keeps the first checkpoint that contradicts what was cosigned: with
    /// the record it is proof. What nobody trusted has signed is not worth a line in the log.
    fn note_refusal(&self, request: &Request, refusal: &Refusal) -> Result<()> {
        let origin = &request.checkpoint().origin;
        match refusal {
            Refusal::SecondHistory { .. } => {
                tracing::error!(%origin, %refusal, "a log shows two histories");
                self.keep_second_history(request)
            }
            Refusal::BadProof(_) | Refusal::NotSigned(_) => {
                tracing::warn!(%origin, %refusal, "not cosigned");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn keep_second_history(&self, request: &Request) -> Result<()> {
        let path = self.second_history_file(&request.checkpoint().origin);
        if path.exists() {
            return Ok(());
        }
        durable::replace(&path, request.note().as_bytes()).map_err(at(&path))
    }

    fn seen_file(&self, origin: &str) -> PathBuf {
        // An origin is any text; its hash is a file name everywhere.
        let hash = Hash::of(origin.as_bytes()).to_base64url();
        self.path.join("seen").join(format!("log-{hash}"))
    }

    fn second_history_file(&self, origin: &str) -> PathBuf {
        self.seen_file(origin).with_extension("second-history")
    }
}

fn damaged(path: &Path, why: &impl ToString) -> FolderError {
    FolderError::Damaged {
        path: path.display().to_string(),
        why: why.to_string(),
    }
}

/// A new file that only its owner can read.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests;
