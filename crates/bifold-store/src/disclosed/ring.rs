//! The key ring's file: durable, private, replaced as a whole, and never inside the database.
//!
//! Several nodes on one database share it with the data folder. A destroyed key must be gone for
//! all of them, so the file is looked at before each use, and read again when it is another one.
//! Whoever destroys keys holds a lock on a file beside it.
//!
//! An old ring can still derive what was destroyed since. So its bytes are overwritten before
//! they are let go; on a disk that writes elsewhere (flash, copy-on-write, snapshots) this is
//! the best a program can do, and copies of the ring have to be governed: see SECURITY.md.

use super::text::{Content, Gone};
use super::tree::{Address, Tree};
use crate::error::{Error, Result};
use crate::shell::Entropy;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;
use zeroize::Zeroizing;

/// Which file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    number: u64,
    bytes: u64,
    modified: Option<SystemTime>,
}

/// The ring as it was when the file was last read.
#[derive(Debug)]
pub(crate) struct Ring {
    path: PathBuf,
    held: RwLock<(Stamp, Arc<Content>)>,
}

/// Where the ring of a data folder is.
pub(crate) fn file(data: &Path) -> PathBuf {
    data.join("keys").join("disclosures.ring")
}

impl Ring {
    /// Makes a ring, unless there is one.
    pub(crate) fn create(data: &Path, entropy: &Entropy) -> Result<()> {
        let path = file(data);
        let make = || -> io::Result<()> {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let _turn = lock(&path)?;
            if path.exists() {
                return Ok(());
            }
            let content = Content {
                id: BASE64.encode(entropy.take()),
                tree: Tree::new(entropy.take()),
                gone: std::collections::BTreeMap::new(),
            };
            put(&path, &content)
        };
        make().map_err(Error::file(format!("making {}", path.display())))
    }

    /// Opens a ring, which must be there.
    pub(crate) fn open(path: PathBuf) -> Result<Self> {
        let held = RwLock::new(read(&path)?);
        Ok(Self { path, held })
    }

    /// Which ring it is.
    pub(crate) fn id(&self) -> Result<String> {
        Ok(self.now()?.id.clone())
    }

    /// The ring as it is now, whichever node changed it last.
    pub(crate) fn now(&self) -> Result<Arc<Content>> {
        let found = std::fs::metadata(&self.path).map_err(unreadable(&self.path))?;
        {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            if held.0 == stamp(&found) {
                return Ok(held.1.clone());
            }
        }
        let (stamp, content) = read(&self.path)?;
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        *held = (stamp, content.clone());
        Ok(content)
    }

    /// Destroys keys, for all nodes and for good; how many were there still. When this returns,
    /// the ring without them is on the disk.
    pub(crate) fn destroy(&self, keys: Vec<(Address, Gone)>) -> Result<usize> {
        let change = || -> io::Result<Option<usize>> {
            let _turn = lock(&self.path)?;
            // Not what is in memory: another node may have destroyed other keys meanwhile.
            let Ok((_, content)) = read(&self.path) else {
                return Ok(None);
            };
            let mut content = Content::clone(&content);
            let mut destroyed = 0;
            for (address, gone) in keys {
                destroyed += usize::from(content.destroy(address, gone));
            }
            if destroyed > 0 {
                put(&self.path, &content)?;
            }
            Ok(Some(destroyed))
        };
        let destroyed =
            change().map_err(Error::file(format!("writing {}", self.path.display())))?;
        self.now()?;
        destroyed.ok_or_else(|| not_a_ring(&self.path))
    }
}

/// The content of a ring's file, for whoever looks at one that is not in use.
pub(crate) fn read(path: &Path) -> Result<(Stamp, Arc<Content>)> {
    let get = || -> io::Result<(Stamp, Zeroizing<String>)> {
        let mut file = File::open(path)?;
        let found = file.metadata()?;
        let room = usize::try_from(found.len()).unwrap_or(0) + 1;
        let mut text = Zeroizing::new(String::with_capacity(room));
        io::Read::read_to_string(&mut file, &mut text)?;
        Ok((stamp(&found), text))
    };
    let mut before = None;
    loop {
        let (stamp, text) = get().map_err(unreadable(path))?;
        match Content::from_text(&text) {
            Some(content) => return Ok((stamp, Arc::new(content))),
            // It may have been replaced and overwritten while it was read; then another is there.
            None if before == Some(stamp) => return Err(not_a_ring(path)),
            None => before = Some(stamp),
        }
    }
}

/// Puts a copy of a ring in a place where none is, if it is the ring of this name.
pub(crate) fn copy(from: &Path, to: &Path, name: &str) -> Result<()> {
    let (_, content) = read(from)?;
    if content.id != name {
        return Err(of_another(from));
    }
    if to.exists() {
        // A restoration that was interrupted; it must not bring an older ring back.
        let (_, there) = read(to)?;
        return if there.gone.len() >= content.gone.len() && there.id == content.id {
            Ok(())
        } else {
            Err(Error::KeyRing(format!(
                "{} is there already, and an older one; remove it first",
                to.display()
            )))
        };
    }
    let place = || -> io::Result<()> {
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let _turn = lock(to)?;
        put(to, &content)
    };
    place().map_err(Error::file(format!("writing {}", to.display())))
}

/// Copies a secret file durably, for its owner only.
pub(crate) fn copy_private(from: &Path, to: &Path) -> Result<()> {
    let place = || -> io::Result<()> {
        let bytes = Zeroizing::new(std::fs::read(from)?);
        let mut file = private(to)?;
        file.write_all(&bytes)?;
        file.sync_all()
    };
    place().map_err(Error::file(format!("writing {}", to.display())))
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> Error {
    Error::file(format!(
        "reading the key ring {}, without which no text of the ledger can be read",
        path.display()
    ))
}

fn not_a_ring(path: &Path) -> Error {
    wrong(path, "is not a whole one")
}

/// A ring that this organisation's texts were not sealed with.
pub(super) fn of_another(path: &Path) -> Error {
    wrong(path, "belongs to another organisation")
}

fn wrong(path: &Path, what: &str) -> Error {
    Error::KeyRing(format!(
        "{} {what}, and without the right one no text of the ledger can be read; put the newest \
         copy of it in its place",
        path.display()
    ))
}

#[cfg(unix)]
fn number(found: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> u64 {
    0
}

fn stamp(found: &Metadata) -> Stamp {
    Stamp {
        number: number(found),
        bytes: found.len(),
        modified: found.modified().ok(),
    }
}

/// Waits until no other process changes the ring.
fn lock(path: &Path) -> io::Result<File> {
    let turn = private(&path.with_extension("lock"))?;
    turn.lock()?;
    Ok(turn)
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Puts a ring in the place of the old one, and overwrites the old one.
fn put(path: &Path, content: &Content) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let mut file = private(&temporary)?;
    file.set_len(0)?;
    file.write_all(content.to_text().as_bytes())?;
    file.sync_all()?;
    let old = OpenOptions::new().write(true).open(path);
    std::fs::rename(&temporary, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    // Safe now: the new ring is there. A crash here leaves bytes of the old one on the disk, in
    // no file; nothing finds them but a forensic look at the free space.
    match old {
        Ok(old) => erase(old),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn erase(mut file: File) -> io::Result<()> {
    let bytes = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    file.rewind()?;
    file.write_all(&vec![0; bytes])?;
    file.sync_all()
}
