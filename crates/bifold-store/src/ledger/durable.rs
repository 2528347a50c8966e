//! Files that are there whole or not at all, also after the power failed.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Puts `bytes` in the place of the file. When this returns, they are on the disk; if it is
/// interrupted, the old file is still there. `extension` names the file they are written to first.
pub(super) fn replace(path: &Path, extension: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(extension);
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    match path.parent() {
        // The name is in the folder, which has to be written too.
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
