//! The table of routes: what the router serves, the OpenAPI document describes and the tests of
//! authorisation walk through. There is no other way to add a route.

use crate::auth::guard;
use crate::page::Page;
use crate::server::Server;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use bifold_domain::{Permission, Role};
use std::borrow::Cow;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Who is let to a route at all. What they may do there is decided by the domain, and what they
/// may see by the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, signed in or not.
    Anyone,
    /// Everybody who is signed in; the answer holds what they may see.
    SignedIn,
    /// Everybody who is signed in; whether they may is decided with the command.
    Decided,
    /// Those with the permission.
    Needs(Permission),
    /// Those with one of the roles.
    Roles(&'static [Role]),
}

/// The method of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
    Options,
}

impl Method {
    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }

    fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Delete => MethodFilter::DELETE,
            Self::Options => MethodFilter::OPTIONS,
        }
    }
}

/// The schema of a body or an answer, with those it refers to.
#[derive(Clone, Copy)]
pub(crate) struct Described {
    pub(crate) name: fn() -> Cow<'static, str>,
    pub(crate) schema: fn() -> RefOr<Schema>,
    pub(crate) others: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Described {
    pub(crate) const fn of<T: ToSchema + PartialSchema>() -> Self {
        Self {
            name: T::name,
            schema: T::schema,
            others: T::schemas,
        }
    }

    /// A page of these.
    pub(crate) const fn page_of<T: ToSchema + PartialSchema>() -> Self {
        Self {
            name: || Cow::Owned(format!("{}Page", T::name())),
            schema: Page::<T>::schema,
            others: |all| {
                all.push((T::name().into_owned(), T::schema()));
                T::schemas(all);
            },
        }
    }
}

impl std::fmt::Debug for Described {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&(self.name)())
    }
}

/// What comes back when all goes well.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// Nothing.
    Empty,
    /// JSON of this form.
    Json(Described),
    /// JSON of no fixed form.
    Open,
    /// Bytes of this media type.
    Bytes(&'static str),
}

/// One query parameter: name, JSON type, what it does.
pub(crate) type Param = (&'static str, &'static str, &'static str);

/// One route.
#[derive(Debug, Clone)]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path, with parameters in braces.
    pub path: &'static str,
    /// Its name: the OpenAPI operation id.
    pub name: &'static str,
    /// Who is let to it.
    pub access: Access,
    /// What it does, in a sentence.
    pub summary: &'static str,
    pub(crate) body: Option<Described>,
    pub(crate) query: &'static [Param],
    pub(crate) answers: Vec<(u16, Answer)>,
    pub(crate) is_keyed: bool,
    /// A page for people, which the OpenAPI document leaves out.
    pub is_page: bool,
    handler: MethodRouter<Server>,
}

impl Route {
    pub(crate) fn new<H, T>(
        method: Method,
        path: &'static str,
        name: &'static str,
        access: Access,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Server>,
        T: 'static,
    {
        Self {
            method,
            path,
            name,
            access,
            summary: "",
            body: None,
            query: &[],
            answers: Vec::new(),
            is_keyed: false,
            is_page: false,
            handler: on(method.filter(), handler),
        }
    }

    pub(crate) fn get<H, T>(
        path: &'static str,
        name: &'static str,
        access: Access,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Server>,
        T: 'static,
    {
        Self::new(Method::Get, path, name, access, handler)
    }

    pub(crate) fn post<H, T>(path: &'static str, name: &'static str, handler: H) -> Self
    where
        H: Handler<T, Server>,
        T: 'static,
    {
        Self::new(Method::Post, path, name, Access::Decided, handler)
    }

    pub(crate) fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    pub(crate) fn body(mut self, body: Described) -> Self {
        self.body = Some(body);
        self
    }

    pub(crate) fn query(mut self, query: &'static [Param]) -> Self {
        self.query = query;
        self
    }

    pub(crate) fn answers(mut self, status: u16, answer: Answer) -> Self {
        self.answers.push((status, answer));
        self
    }

    /// Takes `Idempotency-Key` and `If-Match`, and answers with the ledger receipt.
    pub(crate) fn keyed(mut self, status: u16) -> Self {
        self.is_keyed = true;
        let done = Answer::Json(Described::of::<crate::answer::Done>());
        self.answers(status, done)
    }

    /// It is a page for people, or a part of one.
    pub(crate) fn page(mut self) -> Self {
        self.is_page = true;
        self
    }

    /// The first part of the path after the version, by which the document is ordered.
    pub(crate) fn tag(&self) -> &'static str {
        let rest = self.path.strip_prefix("/api/v1/").unwrap_or("server");
        let end = rest.find(['/', '.']).unwrap_or(rest.len());
        rest.get(..end).unwrap_or("server")
    }
}

/// Every route there is.
pub fn registry() -> Vec<Route> {
    crate::api::routes()
}

/// The router over the registry, each route behind its own guard.
pub(crate) fn router(server: &Server) -> axum::Router {
    let mut router = axum::Router::new();
    for route in registry() {
        let handler = match route.access {
            Access::Anyone => route.handler,
            access => {
                let state = (server.clone(), access);
                let guard = axum::middleware::from_fn_with_state(state, guard);
                route.handler.route_layer(guard)
            }
        };
        // Pages are text and nothing in them is secret to their reader; answers of the API may be
        // compressed by the proxy, which knows better what they hold.
        let handler = if route.is_page {
            handler.route_layer(CompressionLayer::new())
        } else {
            handler
        };
        router = router.route(route.path, handler);
    }
    router.with_state(server.clone())
}
