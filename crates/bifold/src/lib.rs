//! What the `bifold` binary is made of, as a library so that it can be tested from outside.

pub mod import;
