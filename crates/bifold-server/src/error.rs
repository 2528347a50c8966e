//! Every answer that is not the one hoped for, as a problem document (RFC 9457).
//!
//! A problem says what happened, by which rule, and what to do next. It never says more about a
//! record than the person may know: what they cannot read is not there.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bifold_domain::{Class, Permission, Refusal};
use serde::Serialize;

/// What went otherwise.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}")]
    Store(#[from] bifold_store::Error),
    #[error("sign in, or send an API token")]
    SignedOut,
    #[error("the address or the password is wrong")]
    WrongPassword,
    #[error("too many attempts; wait {seconds} seconds")]
    Wait { seconds: i64 },
    #[error("this request came from another site")]
    OtherSite,
    #[error("your roles do not open this")]
    NotOpen,
    #[error("there is nothing at this address")]
    NoRoute,
    #[error("this address does not take the method")]
    Method,
    #[error("the body is not JSON: {0}")]
    Syntax(String),
    #[error("{at}: {why}")]
    Shape { at: String, why: String },
    #[error("the query is not understood: {0}")]
    Query(String),
    #[error("the header {0} is not understood")]
    Header(&'static str),
    #[error("the body is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: usize },
    #[error("the body must be application/json")]
    MediaType,
    #[error("the body did not arrive")]
    Broken,
    #[error("too many requests at once")]
    Full,
    #[error("it took too long")]
    TimedOut,
    #[error("the bundle was not made: {0}")]
    NotPacked(String),
    #[error("something failed that should not")]
    Internal,
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Store(refusal.into())
    }
}

impl Error {
    /// For reads of one record: not there, or not for this person.
    pub(crate) fn no(what: &str) -> Self {
        Refusal::no(what).into()
    }

    /// The same as a check: refuses what was not found.
    pub(crate) fn unless(found: bool, what: &str) -> Result<()> {
        found.then_some(()).ok_or_else(|| Self::no(what))
    }

    /// For the few endpoints that the domain does not decide.
    pub(crate) fn lacks(permission: Permission) -> Self {
        Refusal::NotPermitted { permission }.into()
    }
}

/// The members of a problem document, before the request id is known.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Problem {
    /// `urn:bifold:problem:` and the code.
    #[serde(rename = "type")]
    pub(crate) uri: String,
    /// The status in words.
    pub(crate) title: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// What happened, for people.
    pub(crate) detail: String,
    /// What happened, for programs.
    pub(crate) code: String,
    /// The rule it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<String>,
    /// What to do next.
    pub(crate) next: String,
    /// What still stands in the way, where there is a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub(crate) gaps: Option<serde_json::Value>,
    /// On a conflict: the version you had seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seen_version: Option<u64>,
    /// On a conflict: the version it has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) actual_version: Option<u64>,
    /// The id of the request, to be given when asking for help.
    pub(crate) instance: String,
}

/// Status, code, rule, next step.
type Row = (StatusCode, &'static str, Option<&'static str>, &'static str);

const SIGN_IN_RULE: Option<&str> = Some("27001 A.8.5: secure authentication");
const INPUT_RULE: Option<&str> = Some("input is checked at the door");
const LATER: &str = "Try again in a moment.";
const ASK: &str = "Tell your administrator the instance id.";

impl Error {
    #[rustfmt::skip] // One row a problem.
    fn row(&self) -> Row {
        use StatusCode as S;
        match self {
            Self::Store(error) => store_row(error),
            Self::SignedOut => (S::UNAUTHORIZED, "signed-out", SIGN_IN_RULE,
                "Sign in (POST /api/v1/session) or send Authorization: Bearer bfd_…."),
            Self::WrongPassword => (S::UNAUTHORIZED, "wrong-password", SIGN_IN_RULE,
                "Check both and try again, or ask an administrator for a new password."),
            Self::Wait { .. } => (S::TOO_MANY_REQUESTS, "wait", SIGN_IN_RULE,
                "Wait as long as Retry-After says."),
            Self::OtherSite => (S::FORBIDDEN, "other-site",
                Some("a browser may change things only from our own pages"),
                "Open Bifold itself, or use an API token."),
            Self::NotOpen => (S::FORBIDDEN, "not-permitted",
                Some("27001 A.5.15, 8.3: access by role"),
                "Ask somebody who has the role, or ask an administrator for it."),
            Self::NoRoute => (S::NOT_FOUND, "no-route", None, "See GET /api/v1/openapi.json."),
            Self::Method => (S::METHOD_NOT_ALLOWED, "method", None,
                "Use one of the methods in Allow."),
            Self::Syntax(_) => (S::BAD_REQUEST, "syntax", None, "Send well-formed JSON in UTF-8."),
            Self::Shape { .. } => (S::UNPROCESSABLE_ENTITY, "shape", INPUT_RULE,
                "Correct it and send it again; GET /api/v1/openapi.json has the form."),
            Self::Query(_) => (S::UNPROCESSABLE_ENTITY, "query", INPUT_RULE,
                "Correct the query; GET /api/v1/openapi.json lists the parameters."),
            Self::Header(_) => (S::BAD_REQUEST, "header", None,
                "Correct the header or leave it out."),
            Self::TooLarge { .. } => (S::PAYLOAD_TOO_LARGE, "too-large",
                Some("everything has a limit"), "Send less."),
            Self::MediaType => (S::UNSUPPORTED_MEDIA_TYPE, "media-type", None,
                "Send Content-Type: application/json."),
            Self::Broken => (S::BAD_REQUEST, "broken", None, "Send the request again."),
            Self::Full => (S::SERVICE_UNAVAILABLE, "overloaded", None, LATER),
            Self::TimedOut => (S::GATEWAY_TIMEOUT, "timed-out", None,
                "Send it again with the same Idempotency-Key; it has one effect at most."),
            Self::NotPacked(_) => (S::CONFLICT, "not-packed",
                Some("features F128: what goes out is what was sealed"),
                "Verify the items; if one was changed, it is an incident of security."),
            Self::Internal => (S::INTERNAL_SERVER_ERROR, "internal", None, ASK),
        }
    }

    fn retry_after(&self) -> Option<i64> {
        match self {
            Self::Wait { seconds } => Some(*seconds),
            Self::Full => Some(1),
            Self::Store(bifold_store::Error::EvidenceStore { .. }) => Some(30),
            Self::Store(error) if error.is_passing() => Some(1),
            _ => None,
        }
    }
}

fn store_row(error: &bifold_store::Error) -> Row {
    use StatusCode as S;
    use bifold_store::Error as E;
    match error {
        E::Refused(refusal) => {
            let status = match refusal.class() {
                Class::Invalid => S::UNPROCESSABLE_ENTITY,
                Class::NotAllowed => S::FORBIDDEN,
                Class::NotFound => S::NOT_FOUND,
                Class::Conflict => S::CONFLICT,
            };
            (status, refusal.code(), Some(refusal.rule()), refusal.next())
        }
        E::Stale { .. } => (
            S::CONFLICT,
            "stale",
            Some("no lost updates: what you change is what you saw"),
            "Read it again and decide anew.",
        ),
        E::OperationReused => (
            S::UNPROCESSABLE_ENTITY,
            "operation-reused",
            Some("one operation id, one effect"),
            "Use a new Idempotency-Key for a new request.",
        ),
        E::Unfit(_) => (
            S::UNPROCESSABLE_ENTITY,
            "unfit",
            INPUT_RULE,
            "Correct it and send it again.",
        ),
        full if full.is_full() => (
            S::INSUFFICIENT_STORAGE,
            "storage-full",
            Some("what is acknowledged is durable"),
            "Ask your administrator to make room, then send it again. Nothing is lost: parts that \
             were acknowledged are kept, and the upload goes on from there.",
        ),
        E::OverQuota { .. } => (
            S::INSUFFICIENT_STORAGE,
            "evidence-quota",
            Some("everything has a limit"),
            "Ask your administrator to raise `--evidence-quota`, or dispose of evidence that is \
             over its retention.",
        ),
        E::EvidenceStore { .. } => (
            S::SERVICE_UNAVAILABLE,
            "evidence-store",
            Some("what is acknowledged is durable"),
            "Try again in some minutes: an upload in parts stands where it stood and can be \
             finished then. An administrator finds the cause with `bifold doctor`.",
        ),
        passing if passing.is_passing() => (S::SERVICE_UNAVAILABLE, "overloaded", None, LATER),
        _ => (S::INTERNAL_SERVER_ERROR, "internal", None, ASK),
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        let (status, code, rule, next) = error.row();
        let (mut seen_version, mut actual_version, mut gaps) = (None, None, None);
        let mut detail = error.to_string();
        match error {
            Error::Store(bifold_store::Error::Stale { seen, actual }) => {
                (seen_version, actual_version) = (Some(*seen), Some(*actual));
            }
            Error::Store(bifold_store::Error::Refused(Refusal::NotClosable { gaps: open })) => {
                gaps = serde_json::to_value(open).ok();
            }
            Error::Store(error) if error.is_full() => {
                "there is no room left to write it".clone_into(&mut detail);
            }
            Error::Store(bifold_store::Error::EvidenceStore { what, .. }) => {
                detail = format!("{what}: the store of evidence does not answer, or refused");
            }
            Error::Store(bifold_store::Error::OverQuota { .. }) => {}
            // What a database or a file says is for the log, not for the client.
            Error::Store(_) if status.is_server_error() => {
                "the request could not be carried out".clone_into(&mut detail);
            }
            _ => {}
        }
        Self {
            uri: format!("urn:bifold:problem:{code}"),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail,
            code: code.to_owned(),
            rule: rule.map(str::to_owned),
            next: next.to_owned(),
            gaps,
            seen_version,
            actual_version,
            instance: String::new(),
        }
    }
}

const RETRY_AFTER: HeaderName = header::RETRY_AFTER;

impl IntoResponse for Error {
    /// The body is written at the edge, where the request id is known.
    fn into_response(self) -> Response {
        let problem = Problem::from(&self);
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
        if status.is_server_error() {
            tracing::error!(error = %self, code = problem.code, "a request failed");
        }
        let mut response = status.into_response();
        if let Some(seconds) = self.retry_after() {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"bifold\""),
            );
        }
        response.extensions_mut().insert(problem);
        response
    }
}
