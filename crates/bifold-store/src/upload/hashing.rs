//! Hashes uploads while they come, from where they lie, so that the end of a long one is no wait.
//!
//! Only what is acknowledged is read, and it is read from its file. Nothing here must survive: after
//! a restart, or when another node wrote to the file, it is hashed from its beginning at the end.

use crate::blob::Kept;
use bifold_ledger::hash::hex;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::{Read, Result, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// Bytes read at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// The uploads of a node.
#[derive(Debug, Default)]
pub(crate) struct Hashing(Mutex<HashMap<String, Arc<Upcoming>>>);

/// One of them.
#[derive(Debug, Default)]
pub(super) struct Upcoming {
    /// Held by whoever writes or ends: what was hashed is not written again.
    pub(super) turn: tokio::sync::Mutex<()>,
    hashed: Mutex<Hashed>,
}

/// How far it has come.
#[derive(Debug, Default)]
struct Hashed {
    hasher: Sha256,
    upto: u64,
    /// When this node wrote to the file last.
    written: Option<SystemTime>,
}

impl Hashing {
    /// The one of this name.
    pub(super) fn of(&self, id: &str) -> Arc<Upcoming> {
        locked(&self.0).entry(id.to_owned()).or_default().clone()
    }

    /// It is over with this one.
    pub(super) fn forget(&self, id: &str) {
        locked(&self.0).remove(id);
    }
}

impl Upcoming {
    /// Goes on up to here in the background, after the file was written to at that time.
    pub(super) fn go_on(self: &Arc<Self>, path: &Path, upto: u64, written: SystemTime) {
        let (this, path) = (self.clone(), path.to_path_buf());
        tokio::task::spawn_blocking(move || {
            let mut hashed = locked(&this.hashed);
            // What cannot be read now is read again at the end, which then says why.
            if std::fs::File::open(path)
                .and_then(|file| hashed.go_on(file, upto))
                .is_ok()
            {
                hashed.written = Some(written);
            }
        });
    }

    /// The rest of the whole, and its hash. Blocks.
    pub(super) fn finish(&self, path: &Path, size_bytes: u64) -> Result<Kept> {
        let file = std::fs::File::open(path)?;
        let mut hashed = locked(&self.hashed);
        if hashed.written != Some(file.metadata()?.modified()?) {
            *hashed = Hashed::default();
        }
        hashed.go_on(file, size_bytes)?;
        Ok(Kept {
            sha256: hex(&hashed.hasher.clone().finalize()),
            size_bytes: hashed.upto,
        })
    }
}

impl Hashed {
    fn go_on(&mut self, mut file: std::fs::File, upto: u64) -> Result<()> {
        let mut chunk = vec![0; CHUNK_BYTES];
        file.seek(SeekFrom::Start(self.upto))?;
        while self.upto < upto {
            let left = usize::try_from(upto - self.upto).unwrap_or(CHUNK_BYTES);
            let wanted = chunk.get_mut(..left.min(CHUNK_BYTES)).unwrap_or_default();
            file.read_exact(wanted)?;
            self.hasher.update(&*wanted);
            self.upto += wanted.len() as u64;
        }
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(bytes: &[u8]) -> String {
        hex(&Sha256::digest(bytes))
    }

    #[tokio::test]
    async fn what_somebody_else_wrote_meanwhile_is_hashed_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("upload");
        std::fs::write(&path, b"hello world").unwrap();
        let upcoming = Arc::new(Upcoming::default());
        let written = std::fs::metadata(&path).unwrap().modified().unwrap();
        upcoming.go_on(&path, 6, written);
        let found = upcoming.finish(&path, 11).unwrap();
        assert_eq!((found.sha256, found.size_bytes), (hash(b"hello world"), 11));
        // Another node, at another time.
        std::fs::write(&path, b"HELLO world").unwrap();
        let later = written + std::time::Duration::from_secs(1);
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(later).unwrap();
        let found = upcoming.finish(&path, 11).unwrap();
        assert_eq!(found.sha256, hash(b"HELLO world"));
        // It is shorter than it was acknowledged to be.
        file.set_len(3).unwrap();
        file.set_modified(later + std::time::Duration::from_secs(1))
            .unwrap();
        assert!(upcoming.finish(&path, 11).is_err());
    }
}
