//! The first steps of a new organisation. The list is gone when they are done.

use crate::error::Result;
use crate::server::Server;
use crate::web::frame::Visit;
use axum::http::{HeaderMap, header};
use bifold_domain::Permission;
use bifold_store::query::{event, incident};

/// With this many incidents an organisation is no longer new, whatever it left out.
const NEW_BELOW: u32 = 10;

/// One step.
pub(super) struct Step {
    pub(super) label: String,
    pub(super) href: &'static str,
    pub(super) is_done: bool,
}

/// The steps, and the line that sends a first signal.
pub(super) struct Start {
    pub(super) steps: Vec<Step>,
    pub(super) example: String,
    pub(super) done: usize,
}

impl Start {
    /// The list, for those who set an organisation up, while it is new and a step is open.
    pub(super) async fn of(
        server: &Server,
        visit: &Visit,
        headers: &HeaderMap,
    ) -> Result<Option<Self>> {
        if !visit.may(Permission::ManageDirectory) {
            return Ok(None);
        }
        let (store, viewer) = (&server.store, visit.caller.viewer());
        let everything = incident::Filter::default();
        let (incidents, _) = store.count(&viewer, &everything, NEW_BELOW).await?;
        if incidents >= NEW_BELOW {
            return Ok(None);
        }
        let reports = event::Filter::default();
        let (reports, _) = store.count_events(&viewer, &reports, 1).await?;
        let directory = store.directory().await?;
        let tokens = store.tokens(&visit.caller.actor.person).await?;
        let people = directory.people.values().filter(|p| p.is_active).count();
        let l = visit.locale();
        let step = |key: &str, href, is_done| Step {
            label: l.t(key),
            href,
            is_done,
        };
        let has_services = directory.services.values().any(|s| !s.is_retired);
        let has_matrix = directory.policy.matrix.version > 1;
        let steps = vec![
            step("start-services", "/settings/services", has_services),
            step("start-people", "/settings/people", people > 1),
            step("start-source", "/settings/me", !tokens.is_empty()),
            step("start-report", "/report", incidents + reports > 0),
            step("start-matrix", "/settings/matrix", has_matrix),
        ];
        let done = steps.iter().filter(|step| step.is_done).count();
        Ok((done < steps.len()).then(|| Self {
            steps,
            example: example(&base(server, headers)),
            done,
        }))
    }
}

/// Where this server is reached, as far as it is known.
fn base(server: &Server, headers: &HeaderMap) -> String {
    if let Some(url) = &server.config.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let scheme = if server.config.insecure_cookies {
        "http"
    } else {
        "https"
    };
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}

/// The command line that delivers a signal.
fn example(base: &str) -> String {
    format!(
        "curl {base}/api/v1/events \\\n  -H 'Authorization: Bearer bfd_…' \\\n  \
         -H 'Content-Type: application/json' \\\n  \
         -d '{{\"title\":\"Disk full on db-1\",\"sort\":\"fault\",\"channel\":\"alert\",\
         \"signal\":{{\"source\":\"test\",\"external_id\":\"db-1/disk\"}}}}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_carries_a_body_that_is_taken() {
        let line = example("https://incidents.example.org");
        assert!(line.starts_with("curl https://incidents.example.org/api/v1/events"));
        let body = line.split("-d '").nth(1).unwrap().trim_end_matches('\'');
        let taken: bifold_domain::event::Receive = serde_json::from_str(body).unwrap();
        assert!(taken.signal.is_some());
    }
}
