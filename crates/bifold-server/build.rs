//! Gathers what browsers get from `ui/` into the binary: one stylesheet, the modules, the typeface
//! and one sprite of icons, each also compressed, under one path that changes with the content.
//!
//! The typeface and the outlines come from npm through `ui/package-lock.json`. Where npm is not
//! at hand the build goes on with the system's typeface and without icons, and says so: nothing
//! that a person needs is said by an icon alone.

#![allow(clippy::disallowed_methods)] // Cargo tells build scripts where things are by variables.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Stylesheets in the order of their cascade layers.
const STYLES: &[&str] = &[
    "tokens.css",
    "base.css",
    "layout.css",
    "components.css",
    "pages.css",
];
const FONT: &str = "node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2";
const OUTLINES: &str = "node_modules/@tabler/icons/icons/outline";

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> Done<()> {
    let ui = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../ui");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for watched in [
        "css",
        "js",
        "messages",
        "static",
        "icons.txt",
        "package-lock.json",
    ] {
        println!("cargo::rerun-if-changed={}", ui.join(watched).display());
    }
    println!("cargo::rerun-if-changed=templates");
    let from_npm = fetch(&ui);

    let mut files: Vec<(String, Vec<u8>)> = vec![("app.css".into(), styles(&ui, from_npm)?)];
    for folder in ["js", "static"] {
        let mut names: Vec<_> = fs::read_dir(ui.join(folder))?
            .map(|entry| entry.map(|e| e.path()))
            .collect::<Result<_, _>>()?;
        names.sort();
        for path in names.into_iter().filter(|path| path.is_file()) {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
            files.push((name.to_owned(), fs::read(&path)?));
        }
    }
    files.push(("icons.svg".into(), sprite(&ui, from_npm)?.into_bytes()));
    if from_npm {
        files.push(("inter.woff2".into(), fs::read(ui.join(FONT))?));
    }
    write_table(&out, &files)
}

/// Whether the files from npm are there, fetching them if need be.
fn fetch(ui: &Path) -> bool {
    let is_there = || ui.join(FONT).is_file() && ui.join(OUTLINES).is_dir();
    if is_there() {
        return true;
    }
    let npm = Command::new("npm")
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ])
        .current_dir(ui)
        .output();
    match npm {
        Ok(output) if output.status.success() && is_there() => true,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let first = said.lines().next().unwrap_or("no reason given");
            println!(
                "cargo::warning=npm could not fetch the typeface and icons ({first}); building without them"
            );
            false
        }
        Err(error) => {
            println!(
                "cargo::warning=npm is not at hand ({error}); building with the system's typeface and without icons"
            );
            false
        }
    }
}

fn styles(ui: &Path, has_font: bool) -> Done<Vec<u8>> {
    let mut css = String::from("@layer tokens, base, layout, components, pages;\n");
    if has_font {
        css.push_str(
            "@font-face{font-family:Inter;src:url(inter.woff2) format(\"woff2\");\
             font-weight:100 900;font-display:swap}\n",
        );
    }
    for name in STYLES {
        let text = fs::read_to_string(ui.join("css").join(name))?;
        css.push_str(&without_comments(&text));
    }
    Ok(css.into_bytes())
}

/// Comments are for readers of the source.
fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let lines = out.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.fold(String::new(), |mut all, line| {
        all.push_str(line);
        all.push('\n');
        all
    })
}

/// One SVG with a symbol for each icon that `icons.txt` names.
fn sprite(ui: &Path, has_icons: bool) -> Done<String> {
    let mut svg = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\">");
    let names = fs::read_to_string(ui.join("icons.txt"))?;
    for name in names.lines().map(str::trim).filter(|name| !name.is_empty()) {
        let mut inner = String::new();
        if has_icons {
            let file = ui.join(OUTLINES).join(format!("{name}.svg"));
            let text = fs::read_to_string(&file)
                .map_err(|error| format!("{}: {error}", file.display()))?;
            let from = text
                .find("<svg")
                .and_then(|at| text.get(at..))
                .unwrap_or("");
            let body = from.split_once('>').map_or("", |(_, body)| body);
            inner.extend(body.replace("</svg>", "").lines().map(str::trim));
        }
        write!(
            svg,
            "<symbol id=\"{name}\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" \
             stroke-width=\"1.75\" stroke-linecap=\"round\" stroke-linejoin=\"round\">{inner}</symbol>"
        )?;
    }
    svg.push_str("</svg>");
    Ok(svg)
}

fn media_type(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|e| e.to_str()) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("webmanifest") => "application/manifest+json",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

/// The table that `web/assets.rs` includes, and the version of it all: FNV-1a over the contents.
fn write_table(out: &Path, files: &[(String, Vec<u8>)]) -> Done<()> {
    let folder = out.join("assets");
    fs::create_dir_all(&folder)?;
    let mut version: u64 = 0xcbf2_9ce4_8422_2325;
    let mut table = String::from("pub(super) const FILES: &[File] = &[\n");
    for (name, bytes) in files {
        for byte in name.bytes().chain(bytes.iter().copied()) {
            version = (version ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        fs::write(folder.join(name), bytes)?;
        let is_packed = matches!(media_type(name), "font/woff2" | "image/png");
        let packed = if is_packed {
            "None".to_owned()
        } else {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(bytes)?;
            let file = format!("{name}.gz");
            fs::write(folder.join(&file), encoder.finish()?)?;
            format!("Some(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/assets/{file}\")))")
        };
        writeln!(
            table,
            "    File {{ name: {name:?}, media_type: {:?}, plain: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/assets/{name}\")), gzip: {packed} }},",
            media_type(name)
        )?;
    }
    table.push_str("];\n");
    writeln!(
        table,
        "/// Changes with any of the files.\npub(super) const VERSION: &str = \"{version:016x}\";"
    )?;
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}
