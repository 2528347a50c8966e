//! Sending to real peers on loopback: a mail server, a receiver of webhooks, a browser's side of
//! Web Push. None of them was written here.

#![allow(clippy::unwrap_used, clippy::panic)]

mod mail;
mod peer;
mod web;
