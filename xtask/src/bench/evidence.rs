//! A long item of evidence through the real server: in parts, and in one stream.
//!
//! The baseline does what cannot be left out, on one thread: SHA-256 over the same bytes, writing
//! them to a file, and waiting until they are durable.

use super::table::{Row, Table};
use super::usage::memory_kib;
use crate::http::{Client, Reply};
use crate::process::Running;
use crate::server::Organisation;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::path::Path;
use std::time::Instant;

/// Bytes of a part, as large as the API takes.
const PART_BYTES: u64 = 16 << 20;
/// What was promised.
const RATE_MB_S: f64 = 250.0;
const MEMORY_MIB: f64 = 64.0;

/// Bytes nobody stored before: a block of noise whose beginning counts up.
struct Noise {
    block: Vec<u8>,
    at: u64,
    size: u64,
}

impl Noise {
    fn of(size: u64) -> Self {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let words = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        });
        Self {
            block: words.take(1 << 17).flatten().collect(),
            at: 0,
            size,
        }
    }
}

impl Read for Noise {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let len = self.block.len() as u64;
        let within = self.at % len;
        if within == 0
            && let Some(count) = self.block.first_chunk_mut::<8>()
        {
            *count = (self.at / len).to_le_bytes();
        }
        let left = (len - within).min(self.size - self.at);
        let n = to.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let from = usize::try_from(within).unwrap_or_default();
        if let (Some(to), Some(block)) = (to.get_mut(..n), self.block.get(from..from + n)) {
            to.copy_from_slice(block);
        }
        self.at += n as u64;
        Ok(n)
    }
}

pub(super) fn measure(
    organisation: &Organisation,
    serving: &Running,
    size_bytes: u64,
    table: &mut Table,
) -> Result<()> {
    let (sha256, baseline) = baseline(&organisation.data().join("baseline"), size_bytes)?;
    let scene = Scene::set(organisation)?;
    let before = memory_kib(serving.id(), "VmRSS")?;
    let mb = mb(size_bytes);
    for (how, send) in [
        ("in parts of 16 MiB", Scene::in_parts as Send),
        ("in one stream", Scene::in_one_stream),
    ] {
        // The most so far counts anew.
        std::fs::write(format!("/proc/{}/clear_refs", serving.id()), "5")?;
        let item = scene.item(&how.replace(' ', "-"))?;
        let start = Instant::now();
        let waited = send(&scene, &item, size_bytes, &sha256)?;
        let took = start.elapsed().as_secs_f64();
        let name = format!("evidence of {mb:.0} MB {how}");
        let row = Row::new(name, mb / took, "MB/s").at_least(RATE_MB_S);
        table.add(row.against(mb / baseline));
        if let Some(waited) = waited {
            table.add(Row::new("evidence: of which the finish", waited, "s"));
        }
        let most = memory_kib(serving.id(), "VmHWM")?.saturating_sub(before);
        let most = f64::from(u32::try_from(most)?) / 1_024.0;
        let name = format!("evidence {how}: memory above idle");
        table.add(Row::new(name, most, "MiB").at_most(MEMORY_MIB));
    }
    Ok(())
}

#[allow(clippy::cast_precision_loss)] // A few thousand megabytes.
fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The hash of the bytes, and how many seconds it takes to have them hashed and durable.
fn baseline(path: &Path, size_bytes: u64) -> Result<(String, f64)> {
    let start = Instant::now();
    let mut file = std::fs::File::create(path)?;
    let mut hasher = Sha256::new();
    let mut noise = Noise::of(size_bytes);
    let mut chunk = vec![0; 1 << 20];
    loop {
        let n = noise.read(&mut chunk)?;
        let read = chunk.get(..n).unwrap_or_default();
        if read.is_empty() {
            break;
        }
        hasher.update(read);
        file.write_all(read)?;
    }
    file.sync_all()?;
    let took = start.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    let sha256 = hasher
        .finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
    Ok((sha256, took))
}

type Send = fn(&Scene, &str, u64, &str) -> Result<Option<f64>>;

/// An incident with evidence.
struct Scene {
    client: Client,
    incident: String,
}

impl Scene {
    fn set(organisation: &Organisation) -> Result<Self> {
        let client = organisation.client().patient();
        let declare = json!({ "title": "Intrusion", "impact": "minor", "urgency": "low" });
        let declared =
            ok(client.post("/api/v1/incidents", "bench-evidence", &declare.to_string()))?;
        let incident = text(&declared, "id")?;
        Ok(Self { client, incident })
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        // Each is asked once, so that its path is a key as good as any.
        ok(self.client.post(
            &format!("/api/v1/{path}"),
            &path.replace('/', "-"),
            &body.to_string(),
        ))
    }

    /// An item that waits for its bytes: its path.
    fn item(&self, key: &str) -> Result<String> {
        let path = format!("/api/v1/incidents/{}/evidence", self.incident);
        let body = json!({ "sort": "disk_image", "title": "Disk of pay-03" });
        let item = ok(self.client.post(&path, key, &body.to_string()))?;
        let path = format!("evidence/{}", text(&item, "id")?);
        let how = json!({ "method": "Copied.", "authority": "Standing order." });
        self.post(&format!("{path}/collect"), &how)?;
        Ok(path)
    }

    fn in_parts(&self, item: &str, size_bytes: u64, sha256: &str) -> Result<Option<f64>> {
        let begun = self.post(
            &format!("{item}/uploads"),
            &json!({ "size_bytes": size_bytes }),
        )?;
        let upload = format!("{item}/uploads/{}", text(&begun, "upload")?);
        let mut noise = Noise::of(size_bytes);
        let mut offset = 0;
        while offset < size_bytes {
            let len = PART_BYTES.min(size_bytes - offset);
            let part = noise.by_ref().take(len);
            let path = format!("/api/v1/{upload}?offset={offset}");
            ok(self.client.put(&path, part, len))?;
            offset += len;
        }
        let start = Instant::now();
        self.post(&format!("{upload}/finish"), &json!({ "sha256": sha256 }))?;
        Ok(Some(start.elapsed().as_secs_f64()))
    }

    fn in_one_stream(&self, item: &str, size_bytes: u64, sha256: &str) -> Result<Option<f64>> {
        let path = format!("/api/v1/{item}/content?sha256={sha256}");
        ok(self.client.put(&path, Noise::of(size_bytes), size_bytes))?;
        Ok(None)
    }
}

fn ok(reply: Result<Reply>) -> Result<Value> {
    let reply = reply?;
    if !reply.is_success() {
        bail!("{}: {}", reply.status, reply.body);
    }
    reply.json()
}

fn text(value: &Value, member: &str) -> Result<String> {
    let found = value.get(member).and_then(Value::as_str);
    Ok(found
        .with_context(|| format!("no {member} in {value}"))?
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::Noise;
    use std::io::Read as _;

    #[test]
    fn noise_is_the_same_however_it_is_read_and_does_not_repeat() {
        let size = (2 << 20) + 5;
        let mut whole = Vec::new();
        Noise::of(size).read_to_end(&mut whole).unwrap();
        assert_eq!(whole.len() as u64, size);
        let mut noise = Noise::of(size);
        let mut parts = Vec::new();
        while noise.by_ref().take(77_777).read_to_end(&mut parts).unwrap() > 0 {}
        assert!(whole == parts);
        assert!(whole[..1 << 20] != whole[1 << 20..2 << 20]);
    }
}
