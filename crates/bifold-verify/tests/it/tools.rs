//! Where the foreign verifiers are: built, found, or missing with a notice.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub(crate) fn folder() -> PathBuf {
    // Both crates that include this file lie two folders below the repository.
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/foreign")
}

/// `verify.go`, built once; `None` with a notice if Go or its packages are not here.
pub(crate) fn go_verifier() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT.get_or_init(|| go_program("verify")).as_deref()
}

/// `cosignatures.go`, likewise.
pub(crate) fn go_cosignatures() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT.get_or_init(|| go_program("cosignatures")).as_deref()
}

/// Builds a Go program of the folder; `None` with a notice if Go or its packages are not here.
pub(crate) fn go_program(name: &str) -> Option<PathBuf> {
    let gopath = Path::new("/usr/share/gocode");
    if !gopath.join("src/golang.org/x/mod/sumdb/tlog").exists() {
        eprintln!("SKIPPED: install golang-go and golang-golang-x-mod-dev");
        return None;
    }
    let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("foreign-{name}"));
    let mut go = Command::new("go");
    go.args(["build", "-o"])
        .arg(&binary)
        .arg(folder().join(format!("{name}.go")));
    match go.env("GO111MODULE", "off").env("GOPATH", gopath).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{name}.go: {said}");
            Some(binary)
        }
        Err(error) => {
            eprintln!("SKIPPED: go does not start: {error}");
            None
        }
    }
}

/// A Python with pymerkle; `BIFOLD_TEST_PYTHON` names one in a virtual environment.
pub(crate) fn python() -> Option<OsString> {
    python_with("pymerkle")
}

/// A Python with a module; `None` with a notice if it is not here.
pub(crate) fn python_with(module: &str) -> Option<OsString> {
    let python = std::env::var_os("BIFOLD_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let import = Command::new(&python)
        .args(["-c", &format!("import {module}")])
        .output();
    if import.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    eprintln!(
        "SKIPPED: no {module} in {}; set BIFOLD_TEST_PYTHON",
        python.display()
    );
    None
}
