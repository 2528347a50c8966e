//! Who can read an incident, and why (features F178). Only its readers may ask.

use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::{Named, Names};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::{LaneWhy, Why};
use bifold_domain::{At, Role};
use bifold_store::query::readers;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn routes() -> Vec<Route> {
    const PATH: &str = "/api/v1/incidents/{id}/access";
    vec![
        Route::get(PATH, "incident_access", Access::SignedIn, explain)
            .summary("Who can read it, and why.")
            .answers(200, Answer::Json(Described::of::<Explained>())),
    ]
}

/// Who can read an incident.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Explained {
    /// Whether it is restricted to named people and teams.
    is_restricted: bool,
    /// How many people can read it.
    count: usize,
    /// The readers, 500 at most.
    readers: Vec<Reader>,
    /// How many read it by each role; somebody with two counts for both.
    by_role: BTreeMap<&'static str, usize>,
    /// Who of them sees each sensitive lane; only the lanes that you see.
    lanes: BTreeMap<String, Lane>,
}

/// Who sees one sensitive lane.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Lane {
    /// How many people.
    count: usize,
    /// They, 500 at most.
    readers: Vec<Reader>,
}

/// Somebody who can read it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Reader {
    /// Who.
    person: Named,
    /// Why: `roles`, `reporter`, `member`, `team`, `broken_glass`, or `seat` in a lane. Where
    /// several reasons hold, the most lasting one.
    why: &'static str,
    /// The roles, told to those who run or audit the system.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<&'static str>,
    /// The team that the compartment names.
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<Named>,
    /// Until when the broken glass lets them read.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<At>,
}

async fn explain(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
) -> Result<Response> {
    let access = server.store.readers(&caller.viewer(), &name).await?;
    let access = access.ok_or_else(|| Error::no("incident"))?;
    let directory = server.store.directory().await?;
    let names = Names(&directory);
    let lanes = access.lanes.into_iter().map(|(kind, people)| {
        let lane = Lane {
            count: people.count,
            readers: told(people, in_lane),
        };
        (kind.as_str().to_owned(), lane)
    });
    Ok(answer::ok(&Explained {
        is_restricted: access.is_restricted,
        count: access.readers.count,
        readers: told(access.readers, |why, reader| because(why, reader, names)),
        by_role: by_role(&access.by_role),
        lanes: lanes.collect(),
    }))
}

fn by_role(counts: &BTreeMap<Role, usize>) -> BTreeMap<&'static str, usize> {
    counts.iter().map(|(role, n)| (role.word(), *n)).collect()
}

fn told<W>(people: readers::Names<W>, because: impl Fn(W, Reader) -> Reader) -> Vec<Reader> {
    let reader = |named: readers::Named<W>| {
        let unexplained = Reader {
            person: Named {
                id: named.id.to_string(),
                name: Some(named.name),
            },
            why: "",
            roles: Vec::new(),
            team: None,
            until: None,
        };
        because(named.why, unexplained)
    };
    people.people.into_iter().map(reader).collect()
}

fn because(why: Why, reader: Reader, names: Names<'_>) -> Reader {
    match why {
        Why::Roles { roles } => by(&roles, reader),
        Why::Reporter => Reader {
            why: "reporter",
            ..reader
        },
        Why::Member => Reader {
            why: "member",
            ..reader
        },
        Why::Team { team } => Reader {
            why: "team",
            team: Some(names.team(&team)),
            ..reader
        },
        Why::BrokenGlass { until } => Reader {
            why: "broken_glass",
            until: Some(until),
            ..reader
        },
    }
}

fn in_lane(why: LaneWhy, reader: Reader) -> Reader {
    match why {
        LaneWhy::Roles { roles } => by(&roles, reader),
        LaneWhy::Seat => Reader {
            why: "seat",
            ..reader
        },
    }
}

fn by(roles: &BTreeSet<Role>, reader: Reader) -> Reader {
    Reader {
        why: "roles",
        roles: roles.iter().map(|role| role.word()).collect(),
        ..reader
    }
}
