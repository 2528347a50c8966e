//! Makes a bag. Each file is on the disk and read-only before the manifest names it; the tag
//! manifest comes last, so that an interrupted bag is none.

use super::{
    BagError, DECLARATION, DECLARATION_FILE, INFO_FILE, Listed, MANIFEST_FILE, PAYLOAD_FOLDER,
    TAG_MANIFEST_FILE, line,
};
use crate::digest::{Hashing, Summed};
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A bag being filled.
#[derive(Debug)]
pub(crate) struct Bag {
    root: PathBuf,
    payload: Vec<Listed>,
    folders: Vec<PathBuf>,
}

/// A file of a bag being written.
#[derive(Debug)]
pub(crate) struct Opened {
    path: String,
    full: PathBuf,
    to: Hashing<File>,
}

impl Write for Opened {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.to.flush()
    }
}

impl Bag {
    /// A new folder that only its owner sees into.
    pub(crate) fn create(root: &Path) -> Result<Self, BagError> {
        let bag = Self {
            root: root.to_owned(),
            payload: Vec::new(),
            folders: vec![root.join(PAYLOAD_FOLDER), root.to_owned()],
        };
        private_folder(root).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::AlreadyExists => BagError::Exists(root.to_owned()),
            _ => BagError::io(root)(cause),
        })?;
        let payload = root.join(PAYLOAD_FOLDER);
        private_folder(&payload).map_err(BagError::io(&payload))?;
        Ok(bag)
    }

    /// A folder of the payload.
    pub(crate) fn folder(&mut self, name: &str) -> Result<(), BagError> {
        let folder = self.root.join(PAYLOAD_FOLDER).join(name);
        private_folder(&folder).map_err(BagError::io(&folder))?;
        self.folders.insert(0, folder);
        Ok(())
    }

    /// Begins a file of the payload. `name` is one of ours, never somebody else's.
    pub(crate) fn open(&self, name: &str) -> Result<Opened, BagError> {
        self.begin(format!("{PAYLOAD_FOLDER}/{name}"))
    }

    fn begin(&self, path: String) -> Result<Opened, BagError> {
        let full = self.root.join(&path);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let file = options.open(&full).map_err(BagError::io(&full))?;
        let to = Hashing::new(file);
        Ok(Opened { path, full, to })
    }

    /// Ends a file of the payload: it is on the disk, and not to be written any more.
    pub(crate) fn close(&mut self, file: Opened) -> Result<Listed, BagError> {
        let listed = end(file)?;
        self.payload.push(listed.clone());
        Ok(listed)
    }

    /// Writes what makes it a bag; the SHA-256 of the tag manifest, which stands for all of it.
    pub(crate) fn seal(mut self, info: &[(&str, String)]) -> Result<String, BagError> {
        self.payload.sort_by(|a, b| a.path.cmp(&b.path));
        let size_bytes: u64 = self.payload.iter().map(|file| file.size_bytes).sum();
        let oxum = format!("{size_bytes}.{}", self.payload.len());
        let mut about = String::new();
        for (label, value) in info {
            about.push_str(&tag(label, value));
        }
        about.push_str(&tag("Payload-Oxum", &oxum));
        let manifest: String = self
            .payload
            .iter()
            .map(|f| line(&f.sha256, &f.path))
            .collect();
        let mut tags = Vec::new();
        for (name, text) in [
            (MANIFEST_FILE, manifest),
            (INFO_FILE, about),
            (DECLARATION_FILE, DECLARATION.to_owned()),
        ] {
            tags.push(self.tag_file(name, &text)?);
        }
        tags.sort_by(|a, b| a.path.cmp(&b.path));
        let manifest: String = tags.iter().map(|f| line(&f.sha256, &f.path)).collect();
        let last = self.tag_file(TAG_MANIFEST_FILE, &manifest)?;
        for folder in &self.folders {
            sync(folder)?;
        }
        if let Some(above) = self.root.parent().filter(|p| !p.as_os_str().is_empty()) {
            sync(above)?;
        }
        Ok(last.sha256)
    }

    fn tag_file(&self, name: &str, text: &str) -> Result<Listed, BagError> {
        let mut file = self.begin(name.to_owned())?;
        let written = file.write_all(text.as_bytes());
        written.map_err(BagError::io(self.root.join(name)))?;
        end(file)
    }
}

/// A line of the bag's description; it has one line only.
fn tag(label: &str, value: &str) -> String {
    let value: Vec<&str> = value.split_whitespace().collect();
    format!("{label}: {}\n", value.join(" "))
}

fn end(file: Opened) -> Result<Listed, BagError> {
    let (inner, Summed { sha256, size_bytes }) = file.to.end();
    let kept = inner
        .set_permissions(Permissions::from_mode(0o400))
        .and_then(|()| inner.sync_all());
    kept.map_err(BagError::io(file.full))?;
    Ok(Listed {
        path: file.path,
        sha256,
        size_bytes,
    })
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Names are in the folder; until that is on the disk they could be gone after a power failure.
fn sync(folder: &Path) -> Result<(), BagError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(BagError::io(folder))
}
