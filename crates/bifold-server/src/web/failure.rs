//! What could not be done, as a page or as a notice beside the form: what failed, what is safe,
//! what to do, and the id to ask with.

use super::fields::encode;
use super::frame::{Frame, page_with, see_other};
use super::guest::Guest;
use super::locale::Locale;
use crate::error::Problem;
use crate::server::Server;
use askama::Template;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// Whether the answer should be a page rather than a problem document.
pub(crate) fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
    !path.starts_with("/api/") && accepts.is_some_and(|accept| accept.contains("text/html"))
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    f: Frame,
    problem: &'a Problem,
    id: &'a str,
}

/// A problem beside the form that caused it.
#[derive(Template)]
#[template(path = "part-problem.html")]
struct ProblemPart<'a> {
    l: Locale,
    problem: &'a Problem,
    gaps: Vec<String>,
    id: &'a str,
}

/// The problem as a page, or as a part of one for the module that asked.
pub(crate) fn as_page(
    server: &Server,
    problem: &Problem,
    id: &str,
    guest: &Guest,
    method: &Method,
    is_part: bool,
) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    if is_part {
        let part = ProblemPart {
            l: guest.locale,
            problem,
            gaps: gaps(guest.locale, problem),
            id,
        };
        let html = part.render().unwrap_or_default();
        return (status, Html(html)).into_response();
    }
    if status == StatusCode::UNAUTHORIZED && problem.code == "signed-out" {
        // After a form was sent there is nothing to come back to with GET.
        let next = if method == Method::GET {
            guest.here.as_str()
        } else {
            "/"
        };
        return see_other(&sign_in_path(next));
    }
    let title = guest.locale.t("failure-title");
    let template = FailurePage {
        f: Frame::new(guest, server, title),
        problem,
        id,
    };
    page_with(status, &template).unwrap_or_else(|_| status.into_response())
}

/// The sign-in page that leads on to `next`.
fn sign_in_path(next: &str) -> String {
    if next == "/" {
        return "/sign-in".to_owned();
    }
    let mut path = String::from("/sign-in?next=");
    encode(&mut path, next, b"/-_.");
    path
}

/// Said in the person's language where there are words for it, else as the rule says it.
pub(crate) fn words(l: Locale, problem: &Problem) -> (String, String) {
    let said = l.find(&format!("problem-{}", problem.code), None);
    let next = l.find(&format!("problem-{}-next", problem.code), None);
    (
        said.unwrap_or_else(|| capitalised(&problem.detail)),
        next.unwrap_or_else(|| problem.next.clone()),
    )
}

/// What still stands in the way, in words.
pub(crate) fn gaps(l: Locale, problem: &Problem) -> Vec<String> {
    let list = problem.gaps.as_ref().and_then(|gaps| gaps.as_array());
    let words = list
        .into_iter()
        .flatten()
        .filter_map(|gap| gap.get("gap")?.as_str());
    words.map(|word| l.word("gap", word)).collect()
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>());
    format!(
        "{}{}.",
        first.unwrap_or_default(),
        chars.as_str().trim_end_matches('.')
    )
}

impl FailurePage<'_> {
    fn words(&self) -> (String, String) {
        words(self.f.l, self.problem)
    }
}

impl ProblemPart<'_> {
    fn words(&self) -> (String, String) {
        words(self.l, self.problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_back() {
        assert_eq!(sign_in_path("/"), "/sign-in");
        assert_eq!(
            sign_in_path("/incidents?open=true"),
            "/sign-in?next=/incidents%3Fopen%3Dtrue"
        );
    }

    #[test]
    fn programs_get_problem_documents_and_people_get_pages() {
        let html: HeaderMap =
            HeaderMap::from_iter([(header::ACCEPT, "text/html,*/*".parse().unwrap())]);
        assert!(wants_page("/incidents", &html));
        assert!(!wants_page("/api/v1/incidents", &html));
        assert!(!wants_page("/incidents", &HeaderMap::new()));
    }
}
