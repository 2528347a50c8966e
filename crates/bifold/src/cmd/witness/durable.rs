//! Files that are there whole or not at all, also after the power failed.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Puts `bytes` in the place of the file. When this returns, they are on the disk; if it is
/// interrupted, the old file is still there. One writer at a time: see [`lock`].
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default();
    // The same name each time, so that an interrupted write leaves nothing for long.
    let mut new = name.to_owned();
    new.push(".new");
    let new = folder.join(new);
    let mut file = File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    // The name is in the folder; until the folder is written too, the old file could come back.
    File::open(folder)?.sync_all()
}

/// Keeps other processes that lock the same folder waiting until the answer is dropped.
pub(super) fn lock(folder: &Path) -> io::Result<File> {
    let lock = File::open(folder)?;
    lock.lock()?;
    Ok(lock)
}
