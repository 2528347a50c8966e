//! Bytes of an item to the server, in parts that go on where they stopped.
//!
//! The file is read once: each part and the whole are hashed on the way. The server seals what it
//! has on its disk, and refuses when that is not what was read here.

use super::super::incident::{safe, text};
use super::{Said, acquisition, of_item, registration};
use crate::cli::{Acquisition, NewItem};
use crate::client::Client;
use crate::collect::command::quoted;
use crate::digest::{Hashing, Summed, copy, of_bytes};
use crate::exit::{Code, Coded};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Bytes of a part; the server may want fewer.
const PART_BYTES: u64 = 16 << 20;
/// How often a part is sent that did not get through.
const TRIES: u32 = 5;

/// Bytes on their way to an item.
pub(super) struct Sending<'a> {
    pub(super) client: &'a Client,
    /// The item's exhibit number.
    pub(super) number: &'a str,
    pub(super) file: &'a Path,
    /// The name they go under.
    pub(super) filename: Option<String>,
    /// What they are known to be.
    pub(super) expected: Option<&'a str>,
    /// What to type to go on, where that is not `upload` and was said already.
    pub(super) again: Option<&'a str>,
}

/// Enters, collects and seals a file.
pub(super) fn add(
    client: &Client,
    incident: &str,
    file: &Path,
    new: NewItem,
    how: Acquisition,
) -> anyhow::Result<Said> {
    let incident = safe(incident)?;
    // What can be refused is, before an item is entered.
    open(file)?;
    let path = format!("/incidents/{incident}/evidence");
    let entered = client.post(&path, &registration(new))?;
    let number = text(&entered, "number").to_owned();
    client
        .post(&of_item(&number, "/collect")?, &acquisition(how))
        .map_err(|error| {
            next(
                &error,
                &format!(
                    "{number} is entered; bifold evidence collect {number}, then upload {number}"
                ),
            )
        })?;
    let sending = Sending::of(client, &number, file);
    sealed(client, &number, &sending.send(None)?)
}

/// Sends the bytes of an item, from the beginning or where an upload broke off.
pub(super) fn go_on(
    client: &Client,
    item: &str,
    file: &Path,
    resume: Option<&str>,
) -> anyhow::Result<Said> {
    let known = client.get(&of_item(item, "")?)?;
    let number = text(&known, "number").to_owned();
    if let Some(sealed_with) = known.pointer("/seal/sha256").and_then(Value::as_str) {
        // Its end may have got there and the answer not back.
        let here = crate::digest::of_reader(open(file)?.0)?;
        if here.sha256 == sealed_with {
            return sealed(client, &number, &here);
        }
        let message = format!("{number} is sealed already, with other bytes: {sealed_with}");
        return Err(Coded::error(Code::Conflict, message));
    }
    let sending = Sending::of(client, &number, file);
    sealed(client, &number, &sending.send(resume)?)
}

/// Compares what the item is sealed with, and says so.
fn sealed(client: &Client, number: &str, here: &Summed) -> anyhow::Result<Said> {
    let answer = client.get(&of_item(number, "")?)?;
    let there = answer.pointer("/seal/sha256").and_then(Value::as_str);
    if there != Some(here.sha256.as_str()) {
        let message = format!(
            "{number} is sealed with {}, and the file here has {}",
            there.unwrap_or("nothing"),
            here.sha256
        );
        return Err(Coded::error(Code::VerificationFailed, message));
    }
    let words = format!(
        "{number} is sealed: {} bytes, the same SHA-256 here and there\n  {}\n",
        here.size_bytes, here.sha256
    );
    Ok((answer, words))
}

/// A file that can be read, and its size.
fn open(file: &Path) -> anyhow::Result<(File, u64)> {
    let named = file.display();
    let opened = File::open(file).and_then(|opened| {
        let about = opened.metadata()?;
        Ok((opened, about))
    });
    match opened {
        Ok((opened, about)) if about.is_file() => Ok((opened, about.len())),
        Ok(_) => Err(Coded::error(Code::Usage, format!("{named} is not a file"))),
        Err(error) => Err(Coded::error(
            Code::Usage,
            format!("cannot read {named}: {error}"),
        )),
    }
}

/// A progress bar on the terminal; none where there is no terminal.
pub(super) fn bar(size_bytes: u64) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(size_bytes);
    let template = "{bar:40} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, \
                    {eta} left";
    match indicatif::ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// An error with what to do.
fn next(error: &anyhow::Error, what: &str) -> anyhow::Error {
    Coded::error(Code::of(error), format!("{error:#}\n  Next: {what}"))
}

impl<'a> Sending<'a> {
    fn of(client: &'a Client, number: &'a str, file: &'a Path) -> Self {
        let name = file.file_name().map(|name| name.to_string_lossy());
        Self {
            client,
            number,
            file,
            filename: name.map(|name| short(&name)),
            expected: None,
            again: None,
        }
    }

    /// Sends everything and has it sealed; what was read here.
    pub(super) fn send(&self, resume: Option<&str>) -> anyhow::Result<Summed> {
        let (file, size_bytes) = open(self.file)?;
        let (upload, received, part_bytes) = self.begin(resume, size_bytes).map_err(|error| {
            if resume.is_some() {
                error
            } else {
                next(&error, &self.go_on(None))
            }
        })?;
        let go_on = self.go_on(Some(&upload));
        // Said before anything can break off, also for those who end this process.
        if self.again.is_none() {
            let number = self.number;
            eprintln!("Sending to {number}. Should it break off, go on with:\n  {go_on}");
        }
        let bar = bar(size_bytes);
        let mut from = Hashing::new(file);
        let sent = self.parts(&upload, &mut from, received, part_bytes, size_bytes, &bar);
        bar.finish_and_clear();
        sent.map_err(|error| next(&error, &go_on))?;
        let summed = from.end().1;
        if let Some(expected) = self.expected.filter(|expected| *expected != summed.sha256) {
            let message = format!(
                "{} has SHA-256 {} by now and had {expected}",
                self.file.display(),
                summed.sha256
            );
            return Err(Coded::error(Code::VerificationFailed, message));
        }
        self.finish(&upload, &summed)
            .map_err(|error| next(&error, &go_on))?;
        Ok(summed)
    }

    /// What to type to go on with an upload, or to begin one again.
    fn go_on(&self, upload: Option<&str>) -> String {
        if let Some(again) = self.again {
            return again.to_owned();
        }
        let whole = std::path::absolute(self.file).unwrap_or_else(|_| PathBuf::from(self.file));
        let file = quoted(&whole.to_string_lossy());
        let resume = upload.map(|upload| format!(" --resume {upload}"));
        let resume = resume.unwrap_or_default();
        format!("bifold evidence upload {} {file}{resume}", self.number)
    }

    /// The upload's id, how far it has come, and how long a part may be.
    fn begin(&self, resume: Option<&str>, size_bytes: u64) -> anyhow::Result<(String, u64, u64)> {
        let state = if let Some(upload) = resume {
            let known = self.client.get(&self.place(&safe(upload)?, "")?);
            known.map_err(|error| {
                let again =
                    "leave --resume out to begin again; after 7 days an upload is forgotten";
                next(&error, again)
            })?
        } else {
            let body = json!({ "size_bytes": size_bytes, "filename": self.filename });
            let path = of_item(self.number, "/uploads")?;
            self.client.post(&path, &body)?
        };
        let number = |key: &str| state.get(key).and_then(Value::as_u64).unwrap_or_default();
        if number("size_bytes") != size_bytes {
            let message = format!(
                "{} has {size_bytes} bytes, and the upload was begun with {}.\n  Next: send the \
                 file it was begun with, or leave --resume out",
                self.file.display(),
                number("size_bytes"),
            );
            return Err(Coded::error(Code::Conflict, message));
        }
        let part_bytes = number("part_limit_bytes").clamp(1, PART_BYTES);
        Ok((
            text(&state, "upload").to_owned(),
            number("received_bytes"),
            part_bytes,
        ))
    }

    fn place(&self, upload: &str, rest: &str) -> anyhow::Result<String> {
        of_item(self.number, &format!("/uploads/{upload}{rest}"))
    }

    /// Reads the file to its end and sends what the server does not have yet.
    fn parts(
        &self,
        upload: &str,
        from: &mut Hashing<File>,
        received: u64,
        part_bytes: u64,
        size_bytes: u64,
        bar: &indicatif::ProgressBar,
    ) -> anyhow::Result<()> {
        let mut part = Vec::with_capacity(usize::try_from(part_bytes)?);
        // What is there already is read for the hash of the whole.
        copy(&mut from.by_ref().take(received), &mut std::io::sink())?;
        bar.set_position(received);
        loop {
            let offset = from.passed_bytes();
            part.clear();
            from.by_ref().take(part_bytes).read_to_end(&mut part)?;
            if from.passed_bytes() > size_bytes || (part.is_empty() && offset < size_bytes) {
                let message = format!("{} changed while it was read", self.file.display());
                return Err(Coded::error(Code::Conflict, message));
            }
            if part.is_empty() {
                return Ok(());
            }
            self.part(upload, offset, &part)?;
            bar.set_position(from.passed_bytes());
        }
    }

    /// Sends a part until it is there; one that is there already changes nothing.
    fn part(&self, upload: &str, offset: u64, part: &[u8]) -> anyhow::Result<()> {
        let query = format!("?offset={offset}&sha256={}", of_bytes(part));
        let place = self.place(upload, &query)?;
        persist(|| self.client.put(&place, part).map(drop))
    }

    /// Has the item sealed. Where the answer got lost, the item says whether it was.
    fn finish(&self, upload: &str, summed: &Summed) -> anyhow::Result<()> {
        let place = self.place(upload, "/finish")?;
        let body = json!({ "sha256": summed.sha256 });
        persist(|| {
            let asked = self.client.post_patiently(&place, &body);
            let Err(error) = asked else { return Ok(()) };
            let item = self.client.get(&of_item(self.number, "")?)?;
            let sealed = item.pointer("/seal/sha256").and_then(Value::as_str);
            if sealed == Some(summed.sha256.as_str()) {
                Ok(())
            } else {
                Err(error)
            }
        })
    }
}

/// Tries again, with longer and longer pauses, what failed because the server was not reached.
fn persist(mut attempt: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut tries = 1;
    loop {
        match attempt() {
            Err(error) if Code::of(&error) == Code::Unavailable && tries < TRIES => {
                std::thread::sleep(Duration::from_secs(1 << (tries - 1)));
                tries += 1;
            }
            done => return done,
        }
    }
}

/// A text cut to one line of at most 120 bytes, which is what the server takes.
pub(super) fn short(text: &str) -> String {
    cut(text, bifold_domain::Short::LIMIT_BYTES)
}

/// A text cut to one line of at most so many bytes; a sign shows where.
pub(super) fn cut(text: &str, limit_bytes: usize) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let line = line.trim();
    if line.len() <= limit_bytes {
        return line.to_owned();
    }
    let mut end = limit_bytes.saturating_sub('…'.len_utf8());
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", line.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_can_pass_is_tried_again() {
        let mut tries = 0;
        let refused = persist(|| {
            tries += 1;
            Err(Coded::error(Code::Conflict, "no"))
        });
        assert_eq!(
            (Code::of(&refused.unwrap_err()), tries),
            (Code::Conflict, 1)
        );
        let mut tries = 0;
        let done = persist(|| {
            tries += 1;
            if tries == 2 {
                Ok(())
            } else {
                Err(Coded::error(Code::Unavailable, "away"))
            }
        });
        assert!(done.is_ok() && tries == 2);
    }

    proptest! {
        #[test]
        fn a_cut_text_is_taken_by_the_server(text in "\\PC{0,200}", control in any::<bool>()) {
            let text = if control { format!("a{text}\n\t") } else { format!("a{text}") };
            prop_assert!(bifold_domain::Short::parse(&short(&text)).is_ok());
        }
    }
}
