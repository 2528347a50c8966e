//! `bifold signal`: what other programs start to send a signal.

use crate::cli::{Icinga, Signal, SignalVerb};
use crate::client::Client;
use crate::exit::{Code, Coded};
use serde_json::{Value, json};
use std::io::Read;
use std::time::Duration;

/// Waits between attempts while the server is away or has too much to do. Whoever starts this
/// waits for it, and starts it once.
const WAITS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(4),
    Duration::from_secs(10),
];

pub(crate) fn run(args: Signal) -> anyhow::Result<Code> {
    let source = args.source.ok_or_else(|| {
        let what = "say for which source: --source, or set BIFOLD_SOURCE";
        Coded::error(Code::Usage, what)
    })?;
    let (bytes, content_type) = match args.verb {
        SignalVerb::Send { file, content_type } => {
            let mut bytes = Vec::new();
            let read = match &file {
                Some(file) => {
                    std::fs::File::open(file).and_then(|mut file| file.read_to_end(&mut bytes))
                }
                None => std::io::stdin().read_to_end(&mut bytes),
            };
            read.map_err(|error| Coded::error(Code::Usage, format!("nothing to send: {error}")))?;
            (bytes, content_type)
        }
        SignalVerb::Icinga(icinga) => (
            notification(&icinga).to_string().into_bytes(),
            "application/json".to_owned(),
        ),
    };
    let client = Client::new(&args.api)?;
    let path = format!("/in/{source}");
    let mut waits = WAITS.iter();
    let answer = loop {
        match client.deliver(&path, &bytes, &content_type) {
            Err(error) if Code::of(&error) == Code::Unavailable => match waits.next() {
                Some(wait) => std::thread::sleep(*wait),
                None => return Err(error),
            },
            answer => break answer?,
        }
    };
    if args.api.json {
        println!("{answer}");
    }
    Ok(Code::Ok)
}

/// A notification as the source's format has it.
fn notification(icinga: &Icinga) -> Value {
    // Names for people where there are any, the identity in any case.
    let called = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
    json!({
        "host": icinga.host,
        "host_name": called(&icinga.host_name),
        "service": called(&icinga.service),
        "service_name": called(&icinga.service_name),
        "type": icinga.kind,
        "state": icinga.state,
        "output": called(&icinga.output),
        "address": called(&icinga.address),
        "author": called(&icinga.author),
        "comment": called(&icinga.comment),
        "time": called(&icinga.time),
    })
}
