//! `bifold import`: take over incidents from another system.

use crate::cli::Import;
use crate::exit::Code;
use crate::import;

pub(crate) async fn run(args: Import) -> anyhow::Result<Code> {
    let store = super::open(&args.place).await?;
    let options = import::Options {
        source: args.source,
        time_zone: args.time_zone,
        date_order: args.date_order,
        map: args.map,
    };
    let report = import::run(
        &store,
        args.format,
        &args.file,
        options,
        args.rejected.as_deref(),
    )
    .await?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{}", report.words());
    }
    let complete = report.is_complete();
    store.close().await;
    Ok(if complete { Code::Ok } else { Code::Failure })
}
