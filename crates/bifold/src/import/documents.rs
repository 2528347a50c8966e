//! JSON objects out of whatever holds them: a file with one, an array or a sequence of them, a
//! file with one a line, a directory of such files, a tar archive of such files.
//!
//! Objects are found by their braces and taken one at a time, so that a whole database in one
//! array is still a stream. It refuses objects longer than [`LIMIT_DOCUMENT_BYTES`], and files of
//! other kinds, each by name.

use super::Error;
use super::input::{self, Bytes, Content, Progress};
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

/// The longest object.
const LIMIT_DOCUMENT_BYTES: usize = 4 * 1024 * 1024;
/// How much of what is no object is kept to show it.
const LIMIT_JUNK_BYTES: usize = 400;

/// What was found, and in which file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The file's name inside the directory or archive; empty for a single file.
    pub(super) name: String,
    pub(super) what: What,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The bytes of an object.
    Object(Vec<u8>),
    /// Something that is no object, why, and how it begins.
    Junk(String, Vec<u8>),
}

/// Finds objects.
pub(super) enum Documents {
    /// In one stream.
    One(Objects<Bytes>),
    /// In files one after another.
    Files {
        files: VecDeque<PathBuf>,
        progress: Progress,
        now: Option<(String, Objects<Bytes>)>,
    },
    /// In the members of an archive.
    Archive {
        archive: Bytes,
        now: Option<(String, Objects<Bytes>)>,
    },
}

impl Documents {
    /// Opens a file, an archive or a directory. The notes say what in a directory was passed over.
    pub(super) fn open(
        path: &Path,
        progress: &Progress,
        notes: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let failed = |error| Error::Open {
            path: path.display().to_string(),
            error,
        };
        if path.is_dir() {
            let files = json_files(path, notes).map_err(failed)?;
            return Ok(Self::Files {
                files,
                progress: progress.clone(),
                now: None,
            });
        }
        let (bytes, content) = input::open(path, progress).map_err(failed)?;
        Ok(match content {
            Content::Plain => Self::One(Objects::new(bytes, is_one_a_line(path))),
            Content::Tar => Self::Archive {
                archive: bytes,
                now: None,
            },
        })
    }

    /// The next object or what stands in its place.
    pub(super) fn next(&mut self) -> io::Result<Option<Found>> {
        loop {
            let (name, found) = match self {
                Self::One(objects) => {
                    let name = String::new();
                    return Ok(objects.next()?.map(|what| Found { name, what }));
                }
                Self::Files {
                    now: Some((name, objects)),
                    ..
                }
                | Self::Archive {
                    now: Some((name, objects)),
                    ..
                } => (name.clone(), objects.next()),
                Self::Files { now: None, .. } | Self::Archive { now: None, .. } => {
                    if self.following()? {
                        continue;
                    }
                    return Ok(None);
                }
            };
            match found {
                Ok(Some(what)) => return Ok(Some(Found { name, what })),
                Ok(None) => self.leave(),
                // One damaged file is no reason to leave the others unread.
                Err(e) => {
                    self.leave();
                    let what = What::Junk(format!("the file cannot be read: {e}"), Vec::new());
                    return Ok(Some(Found { name, what }));
                }
            }
        }
    }

    fn leave(&mut self) {
        match self {
            Self::One(_) => {}
            Self::Files { now, .. } | Self::Archive { now, .. } => *now = None,
        }
    }

    /// Goes to the next file; false when there is none.
    fn following(&mut self) -> io::Result<bool> {
        match self {
            Self::One(_) => Ok(false),
            Self::Files {
                files,
                progress,
                now,
            } => {
                let Some(path) = files.pop_front() else {
                    return Ok(false);
                };
                let name = path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                let bytes: Bytes = match input::open(&path, progress) {
                    Ok((bytes, _)) => bytes,
                    // Found out again, and said, when it is read.
                    Err(e) => Box::new(io::BufReader::new(Unreadable(Some(e)))),
                };
                *now = Some((name, Objects::new(bytes, is_one_a_line(&path))));
                Ok(true)
            }
            Self::Archive { archive, now } => {
                let Some((name, bytes)) = member(archive)? else {
                    return Ok(false);
                };
                let is_one_a_line = is_one_a_line(Path::new(&name));
                let bytes: Bytes = Box::new(io::Cursor::new(bytes));
                *now = Some((name, Objects::new(bytes, is_one_a_line)));
                Ok(true)
            }
        }
    }
}

/// A file that could not be opened.
struct Unreadable(Option<io::Error>);

impl Read for Unreadable {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// The ending of a file's name, in lower case and without `.gz`.
fn ending(path: &Path) -> String {
    let ending = |path: &Path| path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match ending(path).as_deref() {
        Some("gz") => ending(&path.with_extension("")).unwrap_or_default(),
        other => other.unwrap_or_default().to_owned(),
    }
}

fn is_one_a_line(path: &Path) -> bool {
    matches!(ending(path).as_str(), "jsonl" | "ndjson")
}

fn json_files(directory: &Path, notes: &mut Vec<String>) -> io::Result<VecDeque<PathBuf>> {
    let (mut files, mut others) = (Vec::new(), 0_u64);
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let is_json = ending(&path) == "json" || is_one_a_line(&path);
        if is_json && path.is_file() {
            files.push(path);
        } else {
            others += 1;
        }
    }
    if others > 0 {
        notes.push(format!(
            "{others} entries of the directory are no JSON files and were not read"
        ));
    }
    // The order of a directory is chance; an import has one order.
    files.sort();
    Ok(files.into())
}

/// The next file of an archive, leaving the stream at the header behind it.
fn member(archive: &mut Bytes) -> io::Result<Option<(String, Vec<u8>)>> {
    loop {
        // An archive of which only the first entry is taken: its padding is skipped here, and the
        // rest of the stream is an archive again. So nothing has to own itself.
        let mut rest = tar::Archive::new(&mut *archive);
        let Some(entry) = rest.entries()?.next() else {
            return Ok(None);
        };
        let mut entry = entry?;
        let (size, is_file) = (entry.size(), entry.header().entry_type().is_file());
        let name = entry.path()?.to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        // One byte more than an object may have, so that too long a one is seen to be.
        let limit = LIMIT_DOCUMENT_BYTES as u64 + 1;
        entry.by_ref().take(limit).read_to_end(&mut bytes)?;
        io::copy(&mut entry, &mut io::sink())?;
        drop(entry);
        let padding = (512 - size % 512) % 512;
        io::copy(&mut archive.by_ref().take(padding), &mut io::sink())?;
        if is_file {
            return Ok(Some((name, bytes)));
        }
    }
}

/// Finds the objects of one stream.
pub(super) struct Objects<R> {
    input: R,
    is_one_a_line: bool,
    is_over: bool,
}

impl<R: BufRead> Objects<R> {
    pub(super) fn new(input: R, is_one_a_line: bool) -> Self {
        Self {
            input,
            is_one_a_line,
            is_over: false,
        }
    }

    fn next(&mut self) -> io::Result<Option<What>> {
        if self.is_over {
            return Ok(None);
        }
        let found = if self.is_one_a_line {
            self.line()
        } else {
            self.object()
        };
        self.is_over = !matches!(found, Ok(Some(_)));
        found
    }

    /// The next line with something on it.
    fn line(&mut self) -> io::Result<Option<What>> {
        loop {
            let mut bytes = Vec::new();
            let limit = LIMIT_DOCUMENT_BYTES as u64;
            self.input
                .by_ref()
                .take(limit)
                .read_until(b'\n', &mut bytes)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            if bytes.len() >= LIMIT_DOCUMENT_BYTES && bytes.last() != Some(&b'\n') {
                self.input.skip_until(b'\n')?;
                return Ok(Some(too_long(bytes)));
            }
            let trimmed = bytes.trim_ascii();
            if !trimmed.is_empty() {
                return Ok(Some(What::Object(trimmed.to_vec())));
            }
        }
    }

    /// The bytes from the next `{` to its `}`.
    fn object(&mut self) -> io::Result<Option<What>> {
        let mut braces = Braces::default();
        let (mut bytes, mut junk) = (Vec::new(), Vec::new());
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(at_the_end(bytes, junk));
            }
            let mut taken = 0;
            let mut is_whole = false;
            for byte in buffer {
                if bytes.is_empty() && *byte != b'{' {
                    if junk.len() < LIMIT_JUNK_BYTES
                        && !(byte.is_ascii_whitespace() || b",[]\xef\xbb\xbf".contains(byte))
                    {
                        junk.push(*byte);
                    }
                    taken += 1;
                    continue;
                }
                if !junk.is_empty() {
                    break;
                }
                bytes.push(*byte);
                taken += 1;
                is_whole = braces.close_with(*byte);
                if is_whole || bytes.len() > LIMIT_DOCUMENT_BYTES {
                    break;
                }
            }
            let more = taken < buffer.len();
            self.input.consume(taken);
            if is_whole {
                return Ok(Some(What::Object(bytes)));
            }
            if bytes.len() > LIMIT_DOCUMENT_BYTES {
                // Where the next object begins cannot be known: the rest goes with this one.
                io::copy(&mut self.input, &mut io::sink())?;
                return Ok(Some(too_long(bytes)));
            }
            if more && !junk.is_empty() {
                return Ok(Some(What::Junk("no JSON object".to_owned(), junk)));
            }
        }
    }
}

fn at_the_end(mut bytes: Vec<u8>, junk: Vec<u8>) -> Option<What> {
    if !junk.is_empty() {
        return Some(What::Junk("no JSON object".to_owned(), junk));
    }
    if bytes.is_empty() {
        return None;
    }
    let why = format!(
        "a JSON object is opened and not closed in {} bytes",
        bytes.len()
    );
    bytes.truncate(LIMIT_JUNK_BYTES);
    Some(What::Junk(why, bytes))
}

fn too_long(mut bytes: Vec<u8>) -> What {
    bytes.truncate(LIMIT_JUNK_BYTES);
    let why = format!("the record is longer than {LIMIT_DOCUMENT_BYTES} bytes");
    What::Junk(why, bytes)
}

/// Counts braces outside of strings.
#[derive(Default)]
struct Braces {
    depth: u64,
    is_string: bool,
    is_escaped: bool,
}

impl Braces {
    /// Whether this byte closes the outermost brace.
    fn close_with(&mut self, byte: u8) -> bool {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' if self.is_string => self.is_escaped = true,
            b'"' => self.is_string = !self.is_string,
            b'{' if !self.is_string => self.depth += 1,
            b'}' if !self.is_string => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], is_one_a_line: bool) -> Vec<String> {
        let mut objects = Objects::new(text, is_one_a_line);
        let mut found = Vec::new();
        while let Some(what) = objects.next().unwrap() {
            found.push(match what {
                What::Object(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                What::Junk(why, bytes) => format!("{why}: {}", String::from_utf8_lossy(&bytes)),
            });
        }
        found
    }

    #[test]
    fn objects_are_found_in_arrays_sequences_and_lines() {
        let tricky = r#"{"a":"}\"{","b":{"c":[{}]}}"#;
        assert_eq!(all(tricky.as_bytes(), false), [tricky]);
        assert_eq!(
            all(format!("\u{feff}[\n{tricky},\n{{}}]").as_bytes(), false),
            [tricky, "{}"]
        );
        assert_eq!(all(b"{}\n\n{\n}", false), ["{}", "{\n}"]);
        assert_eq!(all(b"{}\n\n{\"a\"\n{}", true), ["{}", "{\"a\"", "{}"]);
        assert_eq!(all(b"", false), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_object_is_shown() {
        assert_eq!(
            all(b"hello {} x", false),
            ["no JSON object: hello", "{}", "no JSON object: x"]
        );
        assert_eq!(
            all(b"{\"a\":", false),
            ["a JSON object is opened and not closed in 5 bytes: {\"a\":"]
        );
    }

    #[test]
    fn an_endless_object_is_given_up() {
        let mut text = b"{".to_vec();
        text.extend(std::iter::repeat_n(b'x', LIMIT_DOCUMENT_BYTES + 10));
        let found = all(&text, false);
        assert!(found.len() == 1 && found[0].starts_with("the record is longer"));
        text.extend(b"\n{}");
        assert_eq!(all(&text, true).len(), 2);
    }

    #[test]
    fn a_directory_and_an_archive_hold_the_same_documents() {
        let dir = tempfile::tempdir().unwrap();
        let mut archive = tar::Builder::new(Vec::new());
        for (name, text) in [
            ("a.json", "{\"n\":1}"),
            ("b.jsonl", "{\"n\":2}\n{\"n\":3}"),
            ("empty.json", ""),
            (&format!("{}.json", "long".repeat(50)), "{\"n\":4}"),
        ] {
            std::fs::write(dir.path().join(name), text).unwrap();
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            archive
                .append_data(&mut header, name, text.as_bytes())
                .unwrap();
        }
        std::fs::write(dir.path().join("README"), "no").unwrap();
        let outside = tempfile::tempdir().unwrap();
        let packed = outside.path().join("all.tar");
        std::fs::write(&packed, archive.into_inner().unwrap()).unwrap();

        let read = |path: &Path, notes: &mut Vec<String>| {
            let mut documents = Documents::open(path, &Progress::default(), notes).unwrap();
            let mut found = Vec::new();
            while let Some(next) = documents.next().unwrap() {
                found.push((next.name.chars().take(4).collect::<String>(), next.what));
            }
            found
        };
        let mut notes = Vec::new();
        let from_directory = read(dir.path(), &mut notes);
        assert_eq!(from_directory.len(), 4);
        assert!(notes.iter().any(|n| n.starts_with("1 entries")));
        assert_eq!(from_directory, read(&packed, &mut notes));
    }
}
