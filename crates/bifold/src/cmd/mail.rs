//! `bifold mail`: what mail servers start to hand a message over.

use crate::cli::{Mail, MailVerb};
use crate::client::Client;
use crate::exit::{Code, Coded};
use std::io::Read;

pub(crate) fn run(args: &Mail) -> anyhow::Result<Code> {
    let MailVerb::Ingest { sender, recipient } = &args.verb;
    match ingest(args, sender.as_deref(), recipient) {
        Ok(()) => Ok(Code::Ok),
        Err(error) => {
            // Whatever is wrong here, the message is not: its sender must not get it back.
            Err(Coded::error(Code::TryAgain, format!("{error:#}")))
        }
    }
}

fn ingest(args: &Mail, sender: Option<&str>, recipients: &[String]) -> anyhow::Result<()> {
    let source = args.source.as_ref().ok_or_else(|| {
        let what = "say for which mailbox: --source, or set BIFOLD_SOURCE";
        Coded::error(Code::Usage, what)
    })?;
    let mut message = Vec::new();
    std::io::stdin().read_to_end(&mut message)?;
    let mut headers = Vec::new();
    headers.extend(sender.map(|sender| ("x-envelope-from", sender)));
    headers.extend(recipients.iter().map(|to| ("x-envelope-to", to.as_str())));
    let path = format!("/in/{source}");
    let client = Client::new(&args.api)?;
    let answer = client.hand_over(&path, &message, "message/rfc822", &headers)?;
    if args.api.json {
        println!("{answer}");
    }
    Ok(())
}
