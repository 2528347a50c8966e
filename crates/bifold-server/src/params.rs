//! Query parameters and path parameters, refused as problems where they are not understood.

use crate::error::{Error, Result};
use crate::server::Server;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// The query string, as what it must be here.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Server> for Params<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(value)| Self(value))
            .map_err(|rejection| Error::Query(rejection.body_text()))
    }
}

/// Parts of the path. What cannot be read names nothing.
#[derive(Debug)]
pub(crate) struct Place<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Server> for Place<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self> {
        match Path::<T>::from_request_parts(parts, server).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(Error::no("record")),
        }
    }
}
