//! `bifold token`: tokens made at the machine itself, for scripts and for the first start.

use crate::cli::{Token, TokenVerb};
use crate::exit::{Code, Coded};
use bifold_domain::time;

pub(crate) async fn run(args: Token) -> anyhow::Result<Code> {
    let TokenVerb::Create {
        place,
        user,
        name,
        days,
    } = args.verb;
    let store = super::open(&place).await?;
    let person = store.person_of(&user).await?.ok_or_else(|| {
        Coded::error(
            Code::NotFound,
            format!("nobody here has the address {user}"),
        )
    })?;
    let now = store.shell().clock.now();
    let expires = days.map(|days| now.plus(i64::from(days) * time::DAY));
    let (_, token) = store.create_token(&person, &name, expires).await?;
    // Only the token on stdout, so that scripts can take it as it is.
    println!("{token}");
    eprintln!("A token for {user}, shown only now. Whoever has it acts as {user}.");
    store.close().await;
    Ok(Code::Ok)
}
