//! Documents from plain data. No SQL, no HTTP.
//!
//! It refuses to know what a row means: who may see what was decided before the data came here.

pub mod bag;
pub mod bundle;
pub mod csv;
