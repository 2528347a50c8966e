//! How refusals are answered.

/// How a refusal is answered at the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The input can never be right (HTTP 422, exit 2).
    Invalid,
    /// The actor may not (HTTP 403, exit 4).
    NotAllowed,
    /// It is not there, or not for this actor (HTTP 404, exit 3).
    NotFound,
    /// The record's state forbids it now (HTTP 409, exit 5).
    Conflict,
}
