//! `bifold init`: found an organisation.

use crate::cli::Init;
use crate::exit::{Code, Coded};
use bifold_domain::{Auth, Role, Short};
use bifold_store::account::{PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS};
use bifold_store::{Entropy, Founding, Store};
use std::collections::BTreeSet;

pub(crate) async fn run(args: Init) -> anyhow::Result<Code> {
    let short = |text: &str| {
        Short::parse(text).map_err(|e| Coded::error(Code::Usage, format!("{text:?}: {e}")))
    };
    if !args.admin.contains('@') {
        let message = format!("{:?} is not an e-mail address", args.admin);
        return Err(Coded::error(Code::Usage, message));
    }
    let (password, is_made_up) = match &args.password_file {
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|e| {
                Coded::error(Code::Usage, format!("cannot read {}: {e}", file.display()))
            })?;
            (text.trim_end_matches(['\r', '\n']).to_owned(), false)
        }
        None => (made_up(), true),
    };
    if password.chars().count() < PASSWORD_MIN_CHARS || password.len() > PASSWORD_MAX_BYTES {
        let message = format!("a password has at least {PASSWORD_MIN_CHARS} characters");
        return Err(Coded::error(Code::Usage, message));
    }
    let founding = Founding {
        organisation: short(&args.org)?,
        host: args.host.clone(),
        name: short(args.name.as_deref().unwrap_or(&args.admin))?,
        email: short(&args.admin)?,
        // The first person must be able to do the main job. Give the roles to two people as soon
        // as there are two.
        roles: BTreeSet::from([Role::Administrator, Role::IncidentManager]),
    };
    let (store, person) = Store::found(super::options(&args.place), founding).await?;
    let actor = store.actor(&person, Auth::Local).await?;
    let actor = actor.ok_or_else(|| Coded::error(Code::Failure, "the founder may not act"))?;
    store
        .set_password(&actor, &person, password.clone())
        .await?;
    store.sign_checkpoint().await?;
    let vkey = store.vkey(store.log_state().await?.log)?;
    println!(
        "Founded {} in {} ({}).",
        args.org,
        args.place.data.display(),
        store.database()
    );
    println!("Administrator and incident manager: {}", args.admin);
    if is_made_up {
        println!("Password, shown only now: {password}");
    }
    println!("Ledger key for verifiers: {vkey}");
    println!("Next: bifold serve --data {}", args.place.data.display());
    store.close().await;
    Ok(Code::Ok)
}

/// 20 letters and digits from the operating system's randomness, in groups.
fn made_up() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let bytes = Entropy::default().take();
    let letters = bytes.iter().take(20).map(|b| {
        let i = usize::from(*b) % LETTERS.len();
        LETTERS.get(i).map_or('x', |l| char::from(*l))
    });
    let mut password = String::new();
    for (i, letter) in letters.enumerate() {
        if i > 0 && i % 5 == 0 {
            password.push('-');
        }
        password.push(letter);
    }
    password
}
