//! The files of a bag, wherever they lie: in a directory or in a tar archive.
//!
//! Only plain files count. A link, a device, a name that leaves the folder, a name given twice: all
//! of these are collected as oddities, never followed and never unpacked.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::files::FileError;

/// Folders inside folders, at most.
const MAX_DEPTH: usize = 64;

/// One plain file.
#[derive(Debug, Clone, Copy)]
struct Plain {
    size: u64,
    /// Where its bytes begin in the archive.
    offset: u64,
}

/// A folder that was listed.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    is_archive: bool,
    files: BTreeMap<String, Plain>,
    /// What is in it but is no plain file, each in a sentence.
    pub(crate) oddities: Vec<String>,
}

impl Folder {
    /// Lists a directory or an uncompressed tar archive with one folder in it.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let is_archive = fs::metadata(path)?.is_file();
        let mut folder = Self {
            path: path.to_owned(),
            is_archive,
            files: BTreeMap::new(),
            oddities: Vec::new(),
        };
        if is_archive {
            folder.list_archive()?;
        } else {
            folder.list(path, "", 0)?;
        }
        Ok(folder)
    }

    /// Names, with `/` between their parts, and sizes in bytes.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, u64)> {
        self.files
            .iter()
            .map(|(name, file)| (name.as_str(), file.size))
    }

    /// The size of a file, if it is there.
    pub(crate) fn size(&self, name: &str) -> Option<u64> {
        self.files.get(name).map(|file| file.size)
    }

    /// Opens a file.
    pub(crate) fn stream(&self, name: &str) -> io::Result<impl Read + use<>> {
        let plain = self.files.get(name).ok_or(io::ErrorKind::NotFound)?;
        let mut file = if self.is_archive {
            File::open(&self.path)?
        } else {
            File::open(self.path.join(name))?
        };
        file.seek(SeekFrom::Start(plain.offset))?;
        // A file that grows while it is read has no end otherwise.
        Ok(file.take(plain.size))
    }

    /// The whole file, if it has at most `limit` bytes.
    pub(crate) fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        let size = self.size(name).ok_or(FileError::Missing)?;
        if size > limit {
            let why = format!("it is longer than the {limit} bytes such a file can have");
            return Err(FileError::Unreadable(why));
        }
        let mut bytes = Vec::new();
        self.stream(name)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn list(&mut self, directory: &Path, prefix: &str, depth: usize) -> io::Result<()> {
        if depth > MAX_DEPTH {
            self.oddities.push(format!("{prefix} lies too deep"));
            return Ok(());
        }
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let Ok(part) = entry.file_name().into_string() else {
                let shown = entry.path().display().to_string();
                self.oddities
                    .push(format!("{shown} has a name that is not UTF-8"));
                continue;
            };
            let name = format!("{prefix}{part}");
            // Of the entry itself, not of what a link leads to.
            let metadata = fs::symlink_metadata(entry.path())?;
            if metadata.is_dir() {
                self.list(&entry.path(), &format!("{name}/"), depth + 1)?;
            } else if metadata.is_file() {
                let (size, offset) = (metadata.len(), 0);
                self.files.insert(name, Plain { size, offset });
            } else {
                self.oddities.push(format!("{name} is a link or a device"));
            }
        }
        Ok(())
    }

    fn list_archive(&mut self) -> io::Result<()> {
        let mut archive = tar::Archive::new(File::open(&self.path)?);
        let mut top: Option<String> = None;
        for entry in archive.entries_with_seek()? {
            let entry = entry?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let kind = entry.header().entry_type();
            let (size, offset) = (entry.size(), entry.raw_file_position());
            let (folder, name) = path.split_once('/').unwrap_or((&path, ""));
            let top = top.get_or_insert_with(|| folder.to_owned());
            if kind.is_dir() && folder == top {
                continue;
            }
            let is_inside = folder == top && !name.is_empty() && is_inside(name);
            if !kind.is_file() {
                self.oddities.push(format!("{path} is not a plain file"));
            } else if !is_inside {
                self.oddities
                    .push(format!("{path} lies outside the folder"));
            } else if self
                .files
                .insert(name.to_owned(), Plain { size, offset })
                .is_some()
            {
                self.oddities
                    .push(format!("{path} is in the archive twice"));
            }
        }
        Ok(())
    }
}

/// Whether a name stays below the folder it is relative to, on any system.
pub(crate) fn is_inside(name: &str) -> bool {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !name.starts_with('~') && !name.contains('\0') && name.split('/').all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_folder_are_known() {
        for bad in [
            "",
            "/x",
            "../x",
            "a/../../x",
            "a//b",
            "./a",
            "~/x",
            "~root/x",
            "a/",
        ] {
            assert!(!is_inside(bad), "{bad}");
        }
        for good in ["data/a", "data/dir/~a", "..a", "a..b/c"] {
            assert!(is_inside(good), "{good}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_an_oddity_and_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "x").unwrap();
        std::os::unix::fs::symlink("/etc", dir.path().join("b")).unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        assert_eq!(folder.files().collect::<Vec<_>>(), [("a", 1)]);
        assert_eq!(folder.oddities, ["b is a link or a device"]);
    }

    #[test]
    fn an_archive_with_tricks_is_listed_without_them() {
        let mut builder = tar::Builder::new(Vec::new());
        let mut add = |name: &str, kind: tar::EntryType| {
            let mut header = tar::Header::new_ustar();
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(kind);
            header.set_size(u64::from(kind.is_file()));
            header.set_cksum();
            builder
                .append(&header, &b"x"[..header.size().unwrap().try_into().unwrap()])
                .unwrap();
        };
        add("bag/", tar::EntryType::Directory);
        add("bag/a", tar::EntryType::Regular);
        add("bag/a", tar::EntryType::Regular);
        add("bag/../b", tar::EntryType::Regular);
        add("/c", tar::EntryType::Regular);
        add("bag/d", tar::EntryType::Symlink);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bag.tar");
        fs::write(&path, builder.into_inner().unwrap()).unwrap();
        let folder = Folder::open(&path).unwrap();
        assert_eq!(folder.files().collect::<Vec<_>>(), [("a", 1)]);
        assert_eq!(folder.oddities.len(), 4, "{:?}", folder.oddities);
        assert_eq!(folder.read("a", 1).ok(), Some(b"x".to_vec()));
    }
}
