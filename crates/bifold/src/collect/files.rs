//! Copies files and folders, with what the file system says about them.
//!
//! Every step is taken from the open folder above it and no symbolic link is followed, so that
//! nobody who writes there can lead the copy elsewhere, not even while it runs. Links, devices
//! and what cannot be read are recorded as left out.

use super::CollectError;
use crate::bag::Bag;
use bifold_domain::At;
use bifold_ledger::hash::hex;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, readlinkat, statat};
use serde::{Deserialize, Serialize};
use std::ffi::{CStr, CString, OsStr};
use std::fs::{File, Metadata};
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Files of one collection at most.
const FILE_LIMIT: usize = 10_000;
/// Folders in folders at most.
const DEPTH_LIMIT: usize = 64;
/// Bytes read at a time.
const READ_BYTES: usize = 256 * 1024;
/// Bytes of a file's own name that are kept in the bundle.
const NAME_LIMIT: usize = 80;
/// Where copies are, below the payload folder.
const FOLDER: &str = "files";

/// A copy of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Copied {
    /// Where it was.
    pub(crate) path: String,
    /// The bytes of that path in hex, where they are not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path_bytes: Option<String>,
    /// Its path in the bundle.
    pub(crate) file: String,
    /// SHA-256 in hex.
    pub(crate) sha256: String,
    /// How many bytes.
    pub(crate) size_bytes: u64,
    /// Kind and permissions as octal digits, such as 100644.
    pub(crate) mode: String,
    /// Its owner.
    pub(crate) uid: u32,
    /// Its group.
    pub(crate) gid: u32,
    /// When it was written last, by the machine's clock.
    pub(crate) modified_at: At,
    /// Size or time of writing were others after it was read than before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) changed_while_read: bool,
    /// Why the rest of it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) incomplete: Option<String>,
}

/// Something that was met and not copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeftOut {
    /// Where it is.
    pub(crate) path: String,
    /// What it is, or what went wrong.
    pub(crate) why: String,
    /// Where a symbolic link leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    /// Whether it should have been copied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_failure: bool,
}

/// What was copied and what was not.
#[derive(Debug, Default)]
pub(crate) struct Copies {
    pub(crate) files: Vec<Copied>,
    pub(crate) left_out: Vec<LeftOut>,
}

/// Refuses a named path that cannot be copied, before anything is done.
pub(crate) fn look_at(path: &Path) -> Result<(), CollectError> {
    let unreadable = |cause| CollectError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    let found = std::fs::symlink_metadata(path).map_err(unreadable)?;
    if found.is_symlink() {
        let to = std::fs::read_link(path).unwrap_or_default();
        let why = format!(
            "it is a symbolic link; name what it leads to, {}",
            to.display()
        );
        return Err(unreadable(std::io::Error::other(why)));
    }
    if !found.is_file() && !found.is_dir() {
        let why = "it is a device or the like; read it with a command, such as -- dd if=…";
        return Err(unreadable(std::io::Error::other(why)));
    }
    File::open(path).map(drop).map_err(unreadable)
}

/// Copies what these paths name.
pub(crate) fn copy(bag: &mut Bag, paths: &[PathBuf]) -> Result<Copies, CollectError> {
    bag.folder(FOLDER)?;
    let mut copying = Copying {
        bag,
        copies: Copies::default(),
    };
    for path in paths {
        match CString::new(path.as_os_str().as_bytes()) {
            Ok(name) => copying.enter(CWD, &name, path, 0)?,
            Err(error) => copying.fails(path, &error),
        }
    }
    Ok(copying.copies)
}

struct Copying<'a> {
    bag: &'a mut Bag,
    copies: Copies,
}

impl Copying<'_> {
    /// An entry of an open folder; `path` is how people name it.
    fn enter(
        &mut self,
        above: BorrowedFd<'_>,
        name: &CStr,
        path: &Path,
        depth: usize,
    ) -> Result<(), CollectError> {
        // Looked at before it is opened: opening a device can do something.
        let kind = match statat(above, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => FileType::from_raw_mode(stat.st_mode),
            Err(error) => {
                self.fails(path, &error);
                return Ok(());
            }
        };
        match kind {
            FileType::Directory if depth < DEPTH_LIMIT => {
                return self.folder(above, name, path, depth);
            }
            FileType::RegularFile if self.copies.files.len() < FILE_LIMIT => {
                return self.file(above, name, path);
            }
            FileType::Directory => self.fails(path, &"too deep"),
            FileType::RegularFile => self.fails(path, &format!("more than {FILE_LIMIT} files")),
            FileType::Symlink => {
                let target = readlinkat(above, name, Vec::new()).ok();
                let target = target.map(|to| to.to_string_lossy().into_owned());
                self.leave_out(path, "symbolic link, not followed", target, false);
            }
            _ => self.leave_out(path, "neither a file nor a folder", None, false),
        }
        Ok(())
    }

    fn folder(
        &mut self,
        above: BorrowedFd<'_>,
        name: &CStr,
        path: &Path,
        depth: usize,
    ) -> Result<(), CollectError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = openat(above, name, flags, Mode::empty());
        let (folder, names) = match opened.and_then(|fd| names(&fd).map(|names| (fd, names))) {
            Ok(found) => found,
            Err(error) => {
                self.fails(path, &error);
                return Ok(());
            }
        };
        for name in names {
            let path = path.join(OsStr::from_bytes(name.to_bytes()));
            self.enter(folder.as_fd(), &name, &path, depth + 1)?;
        }
        Ok(())
    }

    fn file(
        &mut self,
        above: BorrowedFd<'_>,
        name: &CStr,
        path: &Path,
    ) -> Result<(), CollectError> {
        // Should it have become a pipe meanwhile, opening does not wait for a writer.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = openat(above, name, flags, Mode::empty()).map_err(std::io::Error::from);
        let opened = opened.map(File::from).and_then(|file| {
            let before = file.metadata()?;
            Ok((file, before))
        });
        match opened {
            Ok((file, before)) if before.is_file() => return self.pour(file, &before, path),
            Ok(_) => self.fails(path, &"it was replaced while it was opened"),
            Err(error) => self.fails(path, &error),
        }
        Ok(())
    }

    fn pour(&mut self, mut from: File, before: &Metadata, path: &Path) -> Result<(), CollectError> {
        let kept = format!("{FOLDER}/{}", kept_name(self.copies.files.len() + 1, path));
        let mut to = self.bag.open(&kept)?;
        let mut piece = vec![0; READ_BYTES];
        let incomplete = loop {
            match from.read(&mut piece) {
                Ok(0) => break None,
                Ok(count) => to
                    .write_all(piece.get(..count).unwrap_or_default())
                    .map_err(CollectError::Write)?,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => break Some(error.to_string()),
            }
        };
        let listed = self.bag.close(to)?;
        let print = |m: &Metadata| (m.len(), m.mtime(), m.mtime_nsec());
        let is_same = from
            .metadata()
            .is_ok_and(|after| print(&after) == print(before));
        let bytes = path.as_os_str().as_bytes();
        self.copies.files.push(Copied {
            path: path.to_string_lossy().into_owned(),
            path_bytes: path.to_str().is_none().then(|| hex(bytes)),
            file: listed.path,
            sha256: listed.sha256,
            size_bytes: listed.size_bytes,
            mode: format!("{:o}", before.mode()),
            uid: before.uid(),
            gid: before.gid(),
            modified_at: modified_at(before),
            changed_while_read: !is_same,
            incomplete,
        });
        Ok(())
    }

    fn fails(&mut self, path: &Path, why: &dyn std::fmt::Display) {
        self.leave_out(path, &why.to_string(), None, true);
    }

    fn leave_out(&mut self, path: &Path, why: &str, target: Option<String>, is_failure: bool) {
        self.copies.left_out.push(LeftOut {
            path: path.to_string_lossy().into_owned(),
            why: why.to_owned(),
            target,
            is_failure,
        });
    }
}

/// The names in an open folder, in order, so that two collections of the same are the same.
fn names(folder: &impl AsFd) -> rustix::io::Result<Vec<CString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name != c"." && name != c".." {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn modified_at(m: &Metadata) -> At {
    let micros = m.mtime().saturating_mul(1_000_000);
    At::from_micros(micros.saturating_add(m.mtime_nsec() / 1000))
}

/// A name that no file system and no manifest has trouble with: a number, and what is plain of
/// its own name.
fn kept_name(n: usize, path: &Path) -> String {
    let own = path.file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => c,
        _ => '_',
    };
    let own: String = own.chars().map(plain).take(NAME_LIMIT).collect();
    format!("{n:05}-{own}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::of_bytes;
    use proptest::prelude::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn copied(folder: &Path, paths: &[PathBuf]) -> Copies {
        let mut bag = Bag::create(&folder.join("bag")).unwrap();
        let copies = copy(&mut bag, paths).unwrap();
        bag.seal(&[]).unwrap();
        crate::bag::check(&folder.join("bag")).unwrap();
        copies
    }

    #[test]
    fn a_folder_is_copied_and_no_link_leads_out_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let (etc, secret) = (folder.path().join("etc"), folder.path().join("secret"));
        std::fs::create_dir_all(etc.join("deep")).unwrap();
        std::fs::create_dir(&secret).unwrap();
        std::fs::write(secret.join("key"), "s").unwrap();
        std::fs::write(etc.join("hosts"), "127.0.0.1").unwrap();
        std::fs::set_permissions(etc.join("hosts"), std::fs::Permissions::from_mode(0o640))
            .unwrap();
        std::fs::write(etc.join("deep/ä b\n"), "x").unwrap();
        symlink(secret.join("key"), etc.join("to-file")).unwrap();
        symlink(&secret, etc.join("to-folder")).unwrap();
        rustix::fs::mkfifoat(CWD, etc.join("pipe"), Mode::RUSR).unwrap();
        let copies = copied(folder.path(), std::slice::from_ref(&etc));
        let paths: Vec<&str> = copies.files.iter().map(|f| f.file.as_str()).collect();
        assert_eq!(paths, ["data/files/00001-__b_", "data/files/00002-hosts"]);
        let hosts = &copies.files[1];
        assert_eq!(
            (hosts.sha256.clone(), hosts.size_bytes),
            (of_bytes(b"127.0.0.1"), 9)
        );
        assert_eq!(hosts.mode, "100640");
        assert_eq!(hosts.path, etc.join("hosts").display().to_string());
        let left: Vec<_> = copies
            .left_out
            .iter()
            .map(|l| (&l.why[..8], l.target.is_some()))
            .collect();
        assert_eq!(
            left,
            [("neither ", false), ("symbolic", true), ("symbolic", true)]
        );
    }

    #[test]
    fn a_link_or_a_device_is_refused_where_it_is_named_itself() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        symlink("/etc/hosts", &link).unwrap();
        for (path, said) in [
            (link, "/etc/hosts"),
            ("/dev/null".into(), "dd if="),
            ("/no/such".into(), "cannot read"),
        ] {
            let error = look_at(&path).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        assert!(look_at(folder.path()).is_ok());
    }

    proptest! {
        #[test]
        fn a_kept_name_is_plain_whatever_it_was(name in "\\PC{0,120}") {
            let kept = kept_name(7, Path::new(&name));
            prop_assert!(kept.starts_with("00007-") && kept.len() <= 6 + NAME_LIMIT);
            let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            prop_assert!(kept.chars().all(plain));
        }
    }
}
