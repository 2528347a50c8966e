//! Where the files of a bag go: a directory or a tar archive.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub(super) enum Sink<W: Write> {
    Directory(PathBuf),
    Tar {
        builder: tar::Builder<W>,
        folder: String,
        at_seconds: u64,
    },
}

impl<W: Write> Sink<W> {
    pub(super) fn tar(folder: &str, at: Timestamp, out: W) -> Self {
        Self::Tar {
            builder: tar::Builder::new(out),
            folder: folder.to_owned(),
            // A file from before 1970 is one from 1970: tar has no sign.
            at_seconds: u64::try_from(at.as_second()).unwrap_or(0),
        }
    }

    /// Writes a new file. The name was checked before.
    pub(super) fn put(&mut self, name: &str, size: u64, from: &mut impl Read) -> io::Result<()> {
        match self {
            Self::Directory(root) => {
                io::copy(from, &mut create(&root.join(name))?)?;
                Ok(())
            }
            Self::Tar {
                builder,
                folder,
                at_seconds,
            } => {
                let mut header = tar::Header::new_ustar();
                header.set_entry_type(tar::EntryType::Regular);
                header.set_mode(0o644);
                header.set_uid(0);
                header.set_gid(0);
                header.set_mtime(*at_seconds);
                header.set_size(size);
                builder.append_data(&mut header, format!("{folder}/{name}"), from)
            }
        }
    }

    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Self::Directory(_) => Ok(()),
            Self::Tar { builder, .. } => builder.into_inner()?.flush(),
        }
    }
}

/// A new file: one that is there already is never written over.
fn create(path: &Path) -> io::Result<File> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)
}
