//! Writes a page to a folder.
//!
//! `cargo run -p bifold-status --example status -- FOLDER [PAGE.json]`, where the page is the one of
//! the shop beside this file if none is named.

use bifold_status::{Options, Page, render};
use std::error::Error;
use std::fs;
use std::path::PathBuf;

const SHOP: &str = include_str!("shop.json");

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder")?);
    let text = arguments.next().map(fs::read_to_string).transpose()?;
    let page: Page = serde_json::from_str(text.as_deref().unwrap_or(SHOP))?;
    let files = render(&page, &Options::default())?;
    for (path, file) in files.iter() {
        let path = folder.join(path);
        if let Some(above) = path.parent() {
            fs::create_dir_all(above)?;
        }
        fs::write(&path, &file.bytes)?;
        println!("{:>7} {}", file.bytes.len(), path.display());
    }
    Ok(())
}
