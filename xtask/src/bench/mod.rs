//! b
use anyhow::Result;
#[derive(clap::Args)]
pub(crate) struct Options {}
#[derive(clap::Args)]
pub(crate) struct LoadOptions {}
pub(crate) fn run(_: &Options) -> Result<bool> {
    Ok(true)
}
pub(crate) fn load(_: &LoadOptions) -> Result<bool> {
    Ok(true)
}
