//! What the files say to those who read them: people, readers of feeds, calendars, programs.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on ends.

mod budget;
mod calendar;
mod hostile;
mod markup;
mod outputs;
mod pages;
mod replay;
mod style;

use bifold_domain::At;
use bifold_status::{Files, Options, Page, render};

const SHOP: &str = include_str!("../../examples/shop.json");

/// The page of the example.
fn shop() -> Page {
    serde_json::from_str(SHOP).unwrap()
}

fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

fn rendered(page: &Page) -> Files {
    render(page, &Options::default()).unwrap()
}

fn text(files: &Files, path: &str) -> String {
    let file = files.get(path).unwrap_or_else(|| panic!("no {path}"));
    String::from_utf8(file.bytes.clone()).unwrap()
}

fn json(files: &Files, path: &str) -> serde_json::Value {
    serde_json::from_str(&text(files, path)).unwrap()
}

/// The documents that are HTML, with their paths.
fn html(files: &Files) -> Vec<(String, markup::Element)> {
    let pages = files.iter().filter(|(path, _)| path.contains(".html"));
    pages
        .map(|(path, _)| (path.to_owned(), markup::read(&text(files, path))))
        .collect()
}
