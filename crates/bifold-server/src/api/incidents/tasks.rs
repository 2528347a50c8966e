//! Tasks of an incident: made, given, finished, dropped.

use crate::answer;
use crate::auth::Caller;
use crate::body;
use crate::error::{Error, Result};
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::{Command as C, EndTask, GiveTask, NewTask};
use bifold_domain::{At, Command, TaskId};
use bifold_store::query::PAGE_LIMIT;
use serde::Serialize;

type Parse = fn(TaskId, &[u8]) -> Result<C>;

pub(crate) fn routes() -> Vec<Route> {
    let end = Described::of::<EndTask>();
    vec![
        Route::post("/api/v1/incidents/{id}/tasks", "task_add", add)
            .summary("Adds a task to a lane.")
            .body(Described::of::<NewTask>())
            .keyed(201),
        Route::get("/api/v1/tasks", "my_tasks", Access::SignedIn, mine)
            .summary("Your open tasks in open incidents, the most pressing first.")
            .answers(200, Answer::Json(Described::page_of::<MyTask>())),
        task(
            "/api/v1/incidents/{id}/tasks/{task}/give",
            "task_give",
            "Gives a task to somebody.",
            Described::of::<GiveTask>(),
            |task, bytes| changed("give", task, bytes).unwrap_or(Err(Error::NoRoute)),
        ),
        task(
            "/api/v1/incidents/{id}/tasks/{task}/finish",
            "task_finish",
            "Ends a task with its outcome.",
            end,
            |task, bytes| changed("finish", task, bytes).unwrap_or(Err(Error::NoRoute)),
        ),
        task(
            "/api/v1/incidents/{id}/tasks/{task}/drop",
            "task_drop",
            "Drops a task with the reason.",
            end,
            |task, bytes| changed("drop", task, bytes).unwrap_or(Err(Error::NoRoute)),
        ),
    ]
}

/// A task of yours.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct MyTask {
    /// Its id.
    id: String,
    /// Number of its incident.
    incident: String,
    /// The lane it belongs to.
    lane: String,
    /// What is to be done.
    title: String,
    /// By when.
    #[schema(required)]
    due: Option<At>,
}

async fn mine(State(server): State<Server>, caller: Caller) -> Result<Response> {
    let rows = server.store.tasks_of(&caller.viewer(), PAGE_LIMIT).await?;
    let items = rows.into_iter().map(|row| MyTask {
        id: row.id,
        incident: row.number,
        lane: row.lane,
        title: row.title,
        due: row.due.map(At::from_micros),
    });
    Ok(answer::ok(&Page::whole(items.collect::<Vec<_>>())))
}

async fn add(
    State(server): State<Server>,
    Place(name): Place<String>,
    write: Write,
) -> Result<Response> {
    let new: NewTask = write.body()?;
    let id = super::id_of(&server, &name).await?;
    let task = TaskId::from_bits(write.bits(&server));
    let command = Command::Incident(id, C::AddTask(task.clone(), new));
    let receipt = write.execute(&server, vec![command]).await?;
    Ok(answer::with_task(receipt, task.to_string()))
}

fn task(
    path: &'static str,
    name: &'static str,
    summary: &'static str,
    body: Described,
    parse: Parse,
) -> Route {
    let handler = move |State(server): State<Server>,
                        Place((name, task)): Place<(String, String)>,
                        write: Write| async move {
        let task = TaskId::parse(&task).map_err(|_| Error::no("task"))?;
        let command = parse(task, write.bytes())?;
        let id = super::id_of(&server, &name).await?;
        let receipt = write
            .execute(&server, vec![Command::Incident(id, command)])
            .await?;
        Ok::<Response, Error>(answer::done(receipt))
    };
    Route::post(path, name, handler)
        .summary(summary)
        .body(body)
        .keyed(200)
}

/// A new task, from its body.
pub(crate) fn added(task: TaskId, bytes: &[u8]) -> Result<C> {
    Ok(C::AddTask(task, body::parse(bytes)?))
}

/// What is done to a task, by its last word in the path; `None` where there is no such word.
pub(crate) fn changed(what: &str, task: TaskId, bytes: &[u8]) -> Option<Result<C>> {
    Some(match what {
        "give" => body::parse(bytes).map(|give| C::GiveTask(task, give)),
        "finish" => body::parse(bytes).map(|end| C::FinishTask(task, end)),
        "drop" => body::parse(bytes).map(|end| C::DropTask(task, end)),
        _ => return None,
    })
}
