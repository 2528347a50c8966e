//! The core does no I/O, reads no clock, makes no randomness and is not async.

use std::path::{Path, PathBuf};

const MANIFEST: &str = include_str!("../../Cargo.toml");
const ALLOWED: &[&str] = &["jiff", "serde", "serde_json", "thiserror", "utoipa"];

/// The names in every table of dependencies that end up in the library.
fn dependencies() -> Vec<String> {
    let mut names = Vec::new();
    let mut in_table = false;
    for line in MANIFEST.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            let is_dev = table.ends_with("dev-dependencies");
            in_table = table.ends_with("dependencies") && !is_dev;
            // `[dependencies.tokio]` names its dependency in the table itself.
            if let Some((_, name)) = table.split_once("dependencies.")
                && !table.contains("dev-dependencies.")
            {
                names.push(name.to_owned());
            }
        } else if in_table && !line.is_empty() && !line.starts_with('#') {
            let end = line.find(['.', '=', ' ']).unwrap_or(line.len());
            names.push(line[..end].trim_matches('"').to_owned());
        }
    }
    names
}

#[test]
fn the_core_depends_on_nothing_that_could_do_io() {
    let found = dependencies();
    assert!(
        found.len() >= 5,
        "the manifest was not understood: {found:?}"
    );
    for name in found {
        assert!(
            ALLOWED.contains(&name.as_str()),
            "bifold-domain is pure and must not depend on {name}"
        );
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_core_names_neither_io_nor_clock_nor_async() {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    assert!(files.len() > 20);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in [
            "std::fs",
            "std::net",
            "std::io",
            "std::process",
            "std::thread",
            "std::time",
            "std::env",
            "Timestamp::now",
            "async fn",
            ".await",
            "println!",
        ] {
            assert!(!text.contains(word), "{} names {word}", file.display());
        }
    }
}
