//! Bags as RFC 8493 (`BagIt` 1.0) describes them: files with a list of their SHA-256 digests.
//!
//! A bag is written once, into a directory that does not exist yet or as an uncompressed tar
//! archive. Bytes go through in pieces, so a file may be larger than memory. It refuses names that
//! mean something else on another system, a name given twice, and a stream that is not as long as
//! was said. It does not read bags: that is the verifier's work, which must not share this code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

mod measured;
mod name;
mod sink;

use measured::Measured;
pub use name::NameError;
use sink::Sink;

/// Why a bag could not be written. What was written until then is not a bag: remove it.
#[derive(Debug, thiserror::Error)]
pub enum BagError {
    /// A name that is not safe everywhere.
    #[error("the file name {name:?} {why}; give the file another name in the bag")]
    Name {
        /// The name as it was given.
        name: String,
        /// What is wrong with it.
        why: NameError,
    },
    /// The stream did not have the length that was said.
    #[error(
        "{name}: {said} bytes were announced, {found} came; compare the source with its record"
    )]
    Length {
        /// The file in the bag.
        name: String,
        /// Bytes announced.
        said: u64,
        /// Bytes that came; one more than announced stands for "more".
        found: u64,
    },
    /// The file or stream failed.
    #[error("{name} could not be written: {source}; free space or check the target, then repeat")]
    Io {
        /// The file in the bag.
        name: String,
        /// What the system said.
        source: io::Error,
    },
}

/// What `bag-info.txt` says besides the size of the payload.
#[derive(Debug, Clone)]
pub struct BagInfo {
    /// `Bagging-Date`.
    pub bagging_date: Date,
    /// Further labels with their values, in order, such as `External-Identifier`.
    pub entries: Vec<(String, String)>,
}

/// A finished bag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Files of the payload.
    pub payload_files: u64,
    /// Their bytes together.
    pub payload_bytes: u64,
    /// SHA-256 of `tagmanifest-sha256.txt` in hexadecimal: one value that stands for every byte
    /// of the bag. Tell it to the recipient by another way than the bag itself.
    pub tag_manifest_sha256: String,
}

/// A bag that is being written.
pub struct BagWriter<W: Write> {
    sink: Sink<W>,
    /// Digests of the payload, by the name in the bag.
    payload: BTreeMap<String, String>,
    /// Digests of the other files.
    tags: BTreeMap<String, String>,
    /// Every name in lower case: two that differ only in case collide on many systems.
    taken: BTreeMap<String, String>,
    bytes: u64,
}

impl BagWriter<io::Sink> {
    /// A bag in a new directory; its parent must exist.
    pub fn in_directory(path: &Path) -> Result<Self, BagError> {
        std::fs::create_dir(path).map_err(|source| BagError::Io {
            name: path.display().to_string(),
            source,
        })?;
        Ok(Self::new(Sink::Directory(PathBuf::from(path))))
    }
}

impl<W: Write> BagWriter<W> {
    /// A bag as a tar archive with one folder in it. `at` becomes the time of every file.
    pub fn as_tar(folder: &str, at: Timestamp, out: W) -> Result<Self, BagError> {
        accepted(folder)?;
        if folder.contains('/') {
            return Err(refused(folder, NameError::Part));
        }
        Ok(Self::new(Sink::tar(folder, at, out)))
    }

    fn new(sink: Sink<W>) -> Self {
        Self {
            sink,
            payload: BTreeMap::new(),
            tags: BTreeMap::new(),
            taken: BTreeMap::new(),
            bytes: 0,
        }
    }

    /// Adds a file of the payload; `name` is below `data/`. Gives its SHA-256 in hexadecimal.
    pub fn payload(&mut self, name: &str, bytes: &[u8]) -> Result<String, BagError> {
        self.payload_from(name, bytes.len() as u64, &mut &*bytes)
    }

    /// Adds a file of the payload from a stream of exactly `size_bytes` bytes.
    pub fn payload_from(
        &mut self,
        name: &str,
        size_bytes: u64,
        from: &mut dyn Read,
    ) -> Result<String, BagError> {
        let name = format!("data/{name}");
        let digest = self.put(&name, size_bytes, from)?;
        self.bytes += size_bytes;
        self.payload.insert(name, digest.clone());
        Ok(digest)
    }

    /// Adds a tag file: one beside the payload, such as instructions.
    pub fn tag(&mut self, name: &str, bytes: &[u8]) -> Result<(), BagError> {
        let digest = self.put(name, bytes.len() as u64, &mut &*bytes)?;
        self.tags.insert(name.to_owned(), digest);
        Ok(())
    }

    /// Writes the manifests. Only now it is a bag.
    pub fn finish(mut self, info: &BagInfo) -> Result<Sealed, BagError> {
        let version = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
        self.tag("bagit.txt", version)?;
        let sealed = Sealed {
            payload_files: self.payload.len() as u64,
            payload_bytes: self.bytes,
            tag_manifest_sha256: String::new(),
        };
        self.tag("bag-info.txt", info.lines(&sealed).as_bytes())?;
        let payload = manifest(&self.payload);
        self.tag("manifest-sha256.txt", payload.as_bytes())?;
        let tags = manifest(&self.tags);
        let name = "tagmanifest-sha256.txt";
        let tag_manifest_sha256 = self.put(name, tags.len() as u64, &mut tags.as_bytes())?;
        self.sink.finish().map_err(|source| BagError::Io {
            name: name.to_owned(),
            source,
        })?;
        Ok(Sealed {
            tag_manifest_sha256,
            ..sealed
        })
    }

    /// Takes the name, then the bytes; gives their digest.
    fn put(
        &mut self,
        name: &str,
        size_bytes: u64,
        from: &mut dyn Read,
    ) -> Result<String, BagError> {
        accepted(name)?;
        if let Some(first) = self.taken.insert(name.to_lowercase(), name.to_owned()) {
            return Err(refused(name, NameError::Taken { first }));
        }
        let mut measured = Measured::new(from, size_bytes);
        let written = self.sink.put(name, size_bytes, &mut measured);
        written.map_err(|source| BagError::Io {
            name: name.to_owned(),
            source,
        })?;
        measured.finish().map_err(|problem| match problem {
            measured::Problem::Length(found) => BagError::Length {
                name: name.to_owned(),
                said: size_bytes,
                found,
            },
            measured::Problem::Io(source) => BagError::Io {
                name: name.to_owned(),
                source,
            },
        })
    }
}

fn refused(name: &str, why: NameError) -> BagError {
    let name = name.to_owned();
    BagError::Name { name, why }
}

fn accepted(name: &str) -> Result<(), BagError> {
    name::check(name).map_err(|why| refused(name, why))
}

/// A line for each file: digest, two spaces, encoded name.
fn manifest(files: &BTreeMap<String, String>) -> String {
    files
        .iter()
        .fold(String::new(), |mut text, (name, digest)| {
            let name = name::encode(name);
            // Writing into a string does not fail.
            let _ = writeln!(text, "{digest}  {name}");
            text
        })
}

impl BagInfo {
    fn lines(&self, sealed: &Sealed) -> String {
        let mut text = format!(
            "Bagging-Date: {}\nPayload-Oxum: {}.{}\n",
            self.bagging_date, sealed.payload_bytes, sealed.payload_files
        );
        for (label, value) in &self.entries {
            // One value is one line: a line break in it would begin another label.
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let (label, value) = (words(label).replace([':', ' '], "-"), words(value));
            let _ = writeln!(text, "{label}: {value}");
        }
        text
    }
}

#[cfg(test)]
mod tests;
