//! The ledger as outsiders get it: published as a static tile log, read without our own code.

use crate::http::Client;
use crate::process::output;
use crate::server::Organisation;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// One year's log in its folder.
pub(super) struct Log {
    pub folder: PathBuf,
    pub vkey: String,
    pub leaves: Vec<Leaf>,
}

/// What the trial needs to know of an entry.
pub(super) struct Leaf {
    pub operation: String,
}

/// All that was published.
pub(super) struct Published(pub Vec<Log>);

impl Published {
    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|log| log.leaves.len()).sum()
    }
}

/// The newest checkpoint, from the server; `None` when it has none yet or does not answer.
pub(super) fn checkpoint(client: &Client) -> Option<String> {
    let reply = client.get("/api/v1/ledger/checkpoint").ok()?;
    reply.is_success().then_some(reply.body)
}

/// Publishes the ledger into `folder` and reads it back.
pub(super) fn publish(organisation: &Organisation, folder: &Path) -> Result<Published> {
    output(organisation.bifold(&["ledger", "publish"]).arg(folder))?;
    let mut logs = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let folder = entry?.path();
        if folder.join("checkpoint").is_file() {
            let vkey = std::fs::read_to_string(folder.join("vkey"))?;
            logs.push(Log {
                leaves: entries(&folder)?,
                vkey: vkey.trim().to_owned(),
                folder,
            });
        }
    }
    logs.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(Published(logs))
}

/// The leaves of the entry bundles, in order (c2sp.org/tlog-tiles).
fn entries(folder: &Path) -> Result<Vec<Leaf>> {
    let note = std::fs::read_to_string(folder.join("checkpoint"))?;
    let size: usize = note.lines().nth(1).context("the tree size")?.parse()?;
    let mut leaves = Vec::with_capacity(size);
    for bundle in 0..size.div_ceil(256) {
        let width = (size - bundle * 256).min(256);
        let mut path = folder.join("tile/entries").join(index_path(bundle));
        if width < 256 {
            path.as_mut_os_string().push(format!(".p/{width}"));
        }
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let before = leaves.len();
        let mut rest = bytes.as_slice();
        while let Some(((high, low), after)) = two(rest) {
            let length = usize::from(u16::from_be_bytes([high, low]));
            let (leaf, after) = after.split_at_checked(length).context("a short bundle")?;
            leaves.push(parse(leaf)?);
            rest = after;
        }
        if leaves.len() - before != width {
            bail!("{} has not {width} entries", path.display());
        }
    }
    Ok(leaves)
}

fn two(bytes: &[u8]) -> Option<((u8, u8), &[u8])> {
    match bytes {
        [high, low, rest @ ..] => Some(((*high, *low), rest)),
        _ => None,
    }
}

fn parse(leaf: &[u8]) -> Result<Leaf> {
    let leaf: Value = serde_json::from_slice(leaf)?;
    let operation = leaf["op"].as_str().context("a leaf without operation")?;
    Ok(Leaf {
        operation: operation.to_owned(),
    })
}

/// 1234067 is `x001/x234/067`.
fn index_path(n: usize) -> String {
    let mut path = format!("{:03}", n % 1000);
    let mut rest = n / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::index_path;

    #[test]
    fn a_bundle_has_the_path_that_the_specification_gives() {
        assert_eq!(index_path(5), "005");
        assert_eq!(index_path(1_234_067), "x001/x234/067");
    }
}
