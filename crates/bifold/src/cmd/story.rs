//! `bifold demo --story`: the main job, told step by step on a temporary organisation.
//!
//! It founds an organisation, runs the real server on loopback, and does everything through the
//! same client and importer that people use. Nothing is shown that did not happen.

use crate::cli::{Api, Demo, IncidentVerb as V};
use crate::client::Client;
use crate::exit::Code;
use crate::import;
use bifold_domain::{Role, Short};
use bifold_server::Config;
use bifold_store::{Founding, Options, Store};
use std::collections::BTreeSet;
use std::path::Path;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// Three incidents of another system, in the form of a ServiceNow log.
const SAMPLE: &str = include_str!("demo_sample.csv");

pub(crate) fn run(runtime: &Runtime, args: &Demo) -> anyhow::Result<Code> {
    let temporary = tempfile::tempdir()?;
    let data = args
        .data
        .clone()
        .unwrap_or_else(|| temporary.path().join("demo"));
    println!("Bifold: one record of an incident, two questions asked of it.\n");
    step("bifold init --org \"Harbour Hospital\" --admin ines@harbour.example");
    let (store, token) = runtime.block_on(found(&data))?;
    println!("Founded Harbour Hospital in {}.", data.display());

    step("bifold serve");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let url = format!("http://{}", listener.local_addr()?);
    let (stop, stopped) = oneshot::channel::<()>();
    let config = Config {
        insecure_cookies: true,
        ..Config::default()
    };
    let server = runtime.spawn(bifold_server::serve(
        store.clone(),
        config,
        listener,
        async {
            let _ = stopped.await;
        },
    ));
    println!("Serving on {url}.");

    let api = Api {
        url,
        token: Some(token),
        token_file: None,
        json: false,
    };
    journey(&Client::new(&api)?)?;
    runtime.block_on(take_over(&store, &data))?;
    let code = runtime.block_on(proof(&store, &data))?;

    let _ = stop.send(());
    runtime.block_on(server)??;
    println!("\nThat was the main job. Found your own organisation with: bifold init --help");
    Ok(code)
}

fn step(command: &str) {
    println!("\n$ {command}");
}

async fn found(data: &Path) -> anyhow::Result<(Store, String)> {
    let founding = Founding {
        organisation: Short::parse("Harbour Hospital")?,
        host: "harbour.example".to_owned(),
        name: Short::parse("Ines Marin")?,
        email: Short::parse("ines@harbour.example")?,
        roles: BTreeSet::from([Role::Administrator, Role::IncidentManager]),
    };
    let (store, person) = Store::found(Options::in_folder(data), founding).await?;
    let (_, token) = store.create_token(&person, "demo", None).await?;
    Ok((store, token))
}

/// Carries out one verb and shows it as it would be typed.
fn act(client: &Client, typed: &str, verb: V) -> anyhow::Result<serde_json::Value> {
    step(&format!("bifold incident {typed}"));
    let (answer, words) = crate::cmd::incident::carry_out(client, verb)?;
    print!("{words}");
    Ok(answer)
}

fn journey(client: &Client) -> anyhow::Result<()> {
    let declared = act(
        client,
        "declare \"Patient portal: logins fail\" --impact extensive --urgency high",
        V::Declare {
            title: "Patient portal: logins fail".to_owned(),
            description: Some("Since 08:40 nobody can sign in; the desk has 40 calls.".to_owned()),
            impact: "extensive".to_owned(),
            urgency: "high".to_owned(),
            category: Some("access".to_owned()),
            service: None,
            customer: None,
        },
    )?;
    let number = declared
        .get("number")
        .and_then(|n| n.as_str())
        .unwrap_or_default()
        .to_owned();
    let incident = || number.clone();
    act(
        client,
        &format!("assess {number} --kind service --finding yes --answer interrupted=yes …"),
        V::Assess {
            incident: incident(),
            kind: "service".to_owned(),
            finding: "yes".to_owned(),
            answer: vec![
                "interrupted=yes".to_owned(),
                "users_affected=yes".to_owned(),
            ],
            reason: "Nobody can sign in.".to_owned(),
        },
    )?;
    act(
        client,
        &format!("assess {number} --kind security --finding yes --answer malicious=yes …"),
        V::Assess {
            incident: incident(),
            kind: "security".to_owned(),
            finding: "yes".to_owned(),
            answer: vec!["malicious=yes".to_owned()],
            reason: "Thousands of attempts from two networks: stolen passwords are being tried."
                .to_owned(),
        },
    )?;
    let note = "Kept the sign-in logs of 08:00 to 09:30 before the restart.";
    act(
        client,
        &format!("note {number} \"{note}\" --lane security"),
        V::Note {
            incident: incident(),
            text: note.to_owned(),
            lane: Some("security".to_owned()),
            outward: false,
        },
    )?;
    finish(client, &number)
}

fn finish(client: &Client, number: &str) -> anyhow::Result<()> {
    let incident = || number.to_owned();
    act(
        client,
        &format!("resolve {number} --code configured --text \"…\" --cause attack"),
        V::Resolve {
            incident: incident(),
            code: "configured".to_owned(),
            text: "Both networks blocked, attempts limited, portal restarted.".to_owned(),
            cause: Some("attack".to_owned()),
        },
    )?;
    act(
        client,
        &format!("confirm {number}"),
        V::Confirm {
            incident: incident(),
        },
    )?;
    let close = || V::Close {
        incident: incident(),
        cause: None,
        without_confirmation: None,
    };
    step(&format!("bifold incident close {number}"));
    match crate::cmd::incident::carry_out(client, close()) {
        Ok((_, words)) => print!("{words}"),
        // The closure gate: evidence was planned when the security verdict became yes.
        Err(refusal) => println!("Refused: {refusal}"),
    }
    act(
        client,
        &format!("track {number} evidence complete"),
        V::Track {
            incident: incident(),
            track: "evidence".to_owned(),
            to: "complete".to_owned(),
            reason: None,
        },
    )?;
    act(client, &format!("close {number}"), close())?;
    act(
        client,
        &format!("show {number}"),
        V::Show {
            incident: incident(),
        },
    )?;
    Ok(())
}

async fn take_over(store: &Store, data: &Path) -> anyhow::Result<()> {
    let file = data.join("sample.csv");
    std::fs::write(&file, SAMPLE)?;
    step("bifold import servicenow sample.csv --time-zone UTC");
    let options = import::Options {
        time_zone: Some("UTC".to_owned()),
        ..import::Options::default()
    };
    let report = import::run(store, import::Format::ServiceNow, &file, options, None).await?;
    print!("{}", report.words());
    Ok(())
}

async fn proof(store: &Store, data: &Path) -> anyhow::Result<Code> {
    step("bifold ledger verify");
    let code = crate::cmd::ledger::verify(store, false).await?;
    step("bifold ledger publish published   (for software that is not ours)");
    for log in store.publish_ledger(&data.join("published"), false).await? {
        println!("{}: {} entries, vkey {}", log.log, log.size, log.vkey);
    }
    Ok(code)
}
