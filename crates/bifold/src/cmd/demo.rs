//! `bifold demo`: a made-up hospital with a past and an open present, served until Ctrl-C.

use crate::cli::Demo;
use crate::demo::{self, Setting, organisation};
use crate::exit::{Code, Coded};
use bifold_server::Config;
use bifold_store::{Clock, Options, Store};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

pub(crate) fn run(runtime: &Runtime, args: &Demo) -> anyhow::Result<Code> {
    if args.story {
        return super::story::run(runtime, args);
    }
    runtime.block_on(look_around(args))
}

async fn look_around(args: &Demo) -> anyhow::Result<Code> {
    let began = Instant::now();
    // Gone with its contents when this function ends.
    let temporary = tempfile::tempdir()?;
    let data = args
        .data
        .clone()
        .unwrap_or_else(|| temporary.path().join("demo"));
    let is_new = prepare(&data, args.seed).await?;
    let store = Store::open(Options::in_folder(&data)).await?;
    let listener = listen(args.listen).await?;
    let address = listener.local_addr()?;
    welcome(args, address, is_new, began);

    let (stop, stopped) = watch::channel(false);
    let life = tokio::spawn(demo::trickle::run(store.clone(), args.seed, stopped));
    let config = Config {
        insecure_cookies: true,
        // Nobody floods a demonstration on their own machine, and its tests report a lot.
        reports_per_ten_minutes: 1_000,
        demo: demo::visitors(),
        window: Some(data.join("window")),
        ..Config::default()
    };
    let served = bifold_server::serve(store.clone(), config, listener, super::serve::stopped());
    let served = served.await;
    stop.send_replace(true);
    life.await?;
    store.close().await;
    served?;
    match &args.data {
        Some(data) => println!("Stopped. The organisation stays in {}.", data.display()),
        None => println!("Stopped. The organisation was temporary and is gone."),
    }
    Ok(Code::Ok)
}

/// Founds the organisation unless it is there; whether it did.
async fn prepare(data: &Path, seed: u64) -> anyhow::Result<bool> {
    if demo::is_founded(data) {
        return Ok(false);
    }
    if data.join("bifold.db").exists() {
        let message = format!(
            "{} holds an organisation that the demo did not make (or did not finish); in a demo \
             anybody may sign in as anybody, so choose another folder",
            data.display()
        );
        return Err(Coded::error(Code::Conflict, message));
    }
    let setting = Setting {
        seed,
        end: Clock::System.now(),
        days: demo::DAYS,
    };
    println!(
        "Making {} and {} days of its history ...",
        organisation::NAME,
        setting.days
    );
    demo::found(data, &setting).await?;
    Ok(true)
}

/// Listens on the address, or on a free port beside it when the port is taken.
async fn listen(wanted: SocketAddr) -> anyhow::Result<TcpListener> {
    let cannot = |e: std::io::Error| {
        Coded::error(Code::Unavailable, format!("cannot listen on {wanted}: {e}"))
    };
    match TcpListener::bind(wanted).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            println!("Port {} is taken; using a free one.", wanted.port());
            let free = SocketAddr::new(wanted.ip(), 0);
            TcpListener::bind(free).await.map_err(cannot)
        }
        Err(error) => Err(cannot(error)),
    }
}

fn welcome(args: &Demo, address: SocketAddr, is_new: bool, began: Instant) {
    let (name, days) = (organisation::NAME, demo::DAYS);
    if is_new {
        println!(
            "{name}, made up from beginning to end: {days} days of incidents, one open SEV-1."
        );
    } else {
        println!("{name} as you left it.");
    }
    println!("\n  Open  http://{address}\n");
    println!("Sign in with one click, without a password, as:");
    for person in demo::visitors() {
        println!("  {:<14} {}", person.name, person.role_line);
    }
    println!("\nWhile you look around, something happens every half minute.");
    if !address.ip().is_loopback() {
        println!("Careful: whoever reaches {address} may sign in as anybody of {name}.");
    }
    match &args.data {
        Some(data) => println!("Kept in {}; run it again to go on.", data.display()),
        None => println!("Temporary: nothing is kept. Use --data DIR to keep it."),
    }
    println!("Stop with Ctrl-C. The main job as a text: bifold demo --story");
    println!("Ready in {:.1} s.", began.elapsed().as_secs_f64());
}
