//! People. Everybody may know the names; addresses and roles are for those who run the system
//! and those who audit it.

use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use crate::{body, write::Write};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bifold_domain::person::{ChangeRoles, Command as C, Register};
use bifold_domain::{Command, Permission, PersonId, Role};
use bifold_store::account::{PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS, SignIn};
use serde::{Deserialize, Serialize};

const FOLDER: &str = "/api/v1/people";

pub(crate) fn routes() -> Vec<Route> {
    const ROLES: &str = "/api/v1/people/{id}/roles";
    vec![
        Route::get(FOLDER, "people", Access::SignedIn, list)
            .summary("People by name.")
            .answers(200, Answer::Json(Described::page_of::<PersonView>())),
        Route::post(FOLDER, "person_register", register)
            .summary("Adds a person.")
            .body(Described::of::<Register>())
            .keyed(201),
        Route::new(
            Method::Put,
            ROLES,
            "person_change_roles",
            Access::Decided,
            roles,
        )
        .summary("Replaces a person's roles.")
        .body(Described::of::<ChangeRoles>())
        .keyed(200),
        Route::post("/api/v1/people/{id}/disable", "person_disable", disable)
            .summary("Bars a person from signing in and acting.")
            .keyed(200),
        Route::post("/api/v1/people/{id}/enable", "person_enable", enable)
            .summary("Lifts that bar.")
            .keyed(200),
        Route::post("/api/v1/people/{id}/password", "person_password", password)
            .summary("Sets a password: your own with the current one, or another's, with an alarm.")
            .body(Described::of::<NewPassword>())
            .answers(204, Answer::Empty),
    ]
}

/// A person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Person)]
struct PersonView {
    id: String,
    name: String,
    is_active: bool,
    /// For those who run or audit the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// For those who run or audit the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<Role>>,
}

async fn list(State(server): State<Server>, caller: Caller) -> Result<Response> {
    let directory = server.store.directory().await?;
    let shows = [Permission::ManageDirectory, Permission::Audit]
        .iter()
        .any(|permission| caller.actor.may(*permission));
    let mut items: Vec<PersonView> = directory
        .people
        .values()
        .map(|person| PersonView {
            id: person.id.to_string(),
            name: person.name.shown(),
            is_active: person.is_active,
            email: shows.then(|| person.email.shown()),
            roles: shows.then(|| person.roles.iter().copied().collect()),
        })
        .collect();
    items.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(answer::ok(&Page::whole(items)))
}

async fn register(State(server): State<Server>, write: Write) -> Result<Response> {
    let id = PersonId::from_bits(server.store.shell().ids.next());
    let command = Command::Person(id, C::Register(write.body()?));
    write.made(&server, command, FOLDER).await
}

async fn roles(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let command = C::ChangeRoles(write.body()?);
    change(&server, &id, &write, command).await
}

async fn disable(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    change(&server, &id, &write, C::Disable).await
}

async fn enable(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    change(&server, &id, &write, C::Enable).await
}

async fn change(server: &Server, id: &str, write: &Write, command: C) -> Result<Response> {
    let command = Command::Person(parse(id)?, command);
    let receipt = write.execute(server, vec![command]).await?;
    Ok(answer::done(receipt))
}

fn parse(id: &str) -> Result<PersonId> {
    PersonId::parse(id).map_err(|_| Error::no("person"))
}

/// A password to be set.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The new one, 10 characters at least.
    #[schema(min_length = 10, max_length = 256)]
    pub(crate) password: String,
    /// The current one, when it is your own.
    #[serde(default)]
    pub(crate) current: Option<String>,
}

async fn password(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    change_password(&server, &write.caller, &parse(&id)?, write.body()?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Sets a password: one's own with the current one, or somebody else's, with an alarm.
pub(crate) async fn change_password(
    server: &Server,
    caller: &Caller,
    id: &PersonId,
    new: NewPassword,
) -> Result<()> {
    let is_own = *id == caller.actor.person;
    if !is_own {
        caller.needs(Permission::ManageDirectory)?;
    }
    long_enough(&new.password)?;
    let directory = server.store.directory().await?;
    let person = directory
        .people
        .get(id)
        .ok_or_else(|| Error::no("person"))?;
    let email = person.email.present().ok_or_else(|| Error::no("address"))?;
    if is_own {
        knows(server, email.as_str(), new.current.unwrap_or_default()).await?;
    }
    server
        .store
        .set_password(&caller.actor, id, new.password)
        .await?;
    server.known.forget();
    Ok(())
}

fn long_enough(password: &str) -> Result<()> {
    let fits =
        password.chars().count() >= PASSWORD_MIN_CHARS && password.len() <= PASSWORD_MAX_BYTES;
    if fits {
        return Ok(());
    }
    Err(Error::Shape {
        at: "password".to_owned(),
        why: format!("{PASSWORD_MIN_CHARS} characters to {PASSWORD_MAX_BYTES} bytes"),
    })
}

/// Refuses unless this is the current password. Signing in counts failures and slows down.
async fn knows(server: &Server, email: &str, current: String) -> Result<()> {
    match server.store.sign_in(email, current).await? {
        SignIn::Welcome { secret, .. } => Ok(server.store.sign_out(&secret).await?),
        SignIn::Refused => Err(Error::WrongPassword),
        SignIn::Wait { seconds } => Err(Error::Wait { seconds }),
    }
}
