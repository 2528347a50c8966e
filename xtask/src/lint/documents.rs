//! Documents name only files that exist.
//!
//! What stands between backticks or in the target of a link counts as a path when it looks like
//! one. A path may be given in full or by its last parts, as `decide/work.rs`.

use super::{Finding, Source};

/// Endings by which a name is taken for a file of the repository.
const ENDINGS: [&str; 10] = [
    ".rs", ".md", ".sql", ".py", ".go", ".lua", ".sh", ".toml", ".css", ".html",
];
/// Files that documents name although they are made by the product or lie elsewhere.
const ELSEWHERE: [&str; 1] = ["bifold.toml"];

pub(super) fn check(source: &Source, paths: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut is_code = false;
    for (index, line) in source.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
            continue;
        }
        if is_code {
            continue;
        }
        for name in named(line) {
            for path in alternatives(&name) {
                if is_path(&path, paths) && !exists(&path, &source.path, paths) {
                    findings.push(Finding {
                        path: source.path.clone(),
                        line: index + 1,
                        rule: format!("`{path}` does not exist"),
                    });
                }
            }
        }
    }
    findings
}

/// What a line has between backticks, and the targets of its links.
fn named(line: &str) -> Vec<String> {
    let quoted = line.split('`').skip(1).step_by(2);
    let links = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#', ' ']).next());
    quoted
        .chain(links)
        .map(|name| name.trim_end_matches('/').to_owned())
        .collect()
}

/// `a/{b,c}.rs` is two paths.
fn alternatives(name: &str) -> Vec<String> {
    let parts = name
        .split_once('{')
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    match parts {
        Some((before, (inside, after))) if inside.contains(',') => inside
            .split(',')
            .map(|one| format!("{before}{}{after}", one.trim()))
            .collect(),
        _ => vec![name.to_owned()],
    }
}

/// Whether this is meant as a path of the repository.
fn is_path(name: &str, paths: &[&str]) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let is_elsewhere = name.starts_with(['/', '-'])
        || name.starts_with("target/")
        || name.starts_with("../shared")
        || ELSEWHERE.contains(&name);
    if name.is_empty() || is_elsewhere || !name.chars().all(plain) {
        return false;
    }
    let first = name.split('/').next().unwrap_or(name);
    let is_below_top = name.contains('/')
        && paths
            .iter()
            .any(|path| path.split_once('/').is_some_and(|(top, _)| top == first));
    let is_file = ENDINGS.iter().any(|ending| {
        name.strip_suffix(ending)
            .is_some_and(|stem| !stem.is_empty())
    });
    is_below_top || is_file
}

/// Whether there is a file or folder of that name: from the root, beside the document, or as the
/// end of a longer path.
fn exists(name: &str, document: &str, paths: &[&str]) -> bool {
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let beside = join(folder, name);
    let is_at = |path: &str, at: &str| {
        path == at || path.strip_prefix(at).is_some_and(|r| r.starts_with('/'))
    };
    paths.iter().any(|path| {
        is_at(path, name)
            || is_at(path, &beside)
            || path
                .strip_suffix(name)
                .is_some_and(|before| before.ends_with('/'))
    })
}

/// Joins a relative link to the folder of its document.
fn join(folder: &str, name: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::{Source, check};

    const PATHS: [&str; 4] = [
        "README.md",
        "docs/ledger.md",
        "crates/bifold-domain/src/incident/decide.rs",
        "crates/bifold-domain/src/incident/evolve.rs",
    ];

    #[test]
    fn a_document_that_names_a_file_that_is_not_there_is_found() {
        let cases = [
            ("`crates/bifold-domain/src/incident/decide.rs`", 0),
            ("`crates/bifold-domain/`", 0),
            ("`incident/decide.rs` and `evolve.rs`", 0),
            ("`incident/{decide,evolve}.rs`", 0),
            ("[ledger](docs/ledger.md#words) [up](../README.md)", 0),
            ("[beside](ledger.md) `cargo xtask test` `/api/v1` `a/b`", 0),
            ("`application/json` `bifold.toml` `target/bench.json`", 0),
            ("```\n`gone.rs`\n```", 0),
            ("[web](https://example.org/x.html)", 0),
            ("`gone.rs`", 1),
            ("`crates/gone`", 1),
            ("`incident/{decide,gone}.rs`", 1),
            ("[gone](docs/gone.md)", 1),
            ("`cide.rs`", 1),
        ];
        for (text, found) in cases {
            let source = Source {
                path: "docs/a.md".to_owned(),
                text: text.to_owned(),
            };
            assert_eq!(check(&source, &PATHS).len(), found, "{text}");
        }
    }
}
