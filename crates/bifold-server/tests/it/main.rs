//! The server as its clients see it: a real router on a real listener, on both databases.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on ends.
#![allow(clippy::too_many_lines)] // A story and a table are read from top to bottom.
#![allow(clippy::needless_pass_by_value)] // `json!` makes the value where it is given.
mod anchors;
mod answered;
mod app;
mod authentication;
#[path = "../../../bifold-timestamp/tests/it/authority.rs"]
#[allow(dead_code)] // Shared with the tests of time-stamps, which need more of it.
mod authority;
mod browser;
mod bundle;
mod call;
mod clocks;
mod contract;
mod evidence;
mod evidence_bucket;
mod evidence_rights;
mod full;
mod gate;
mod holidays;
mod input;
mod intake;
mod intake_pages;
mod intake_peers;
mod intake_rsyslog;
mod intake_sdks;
mod intake_tls;
mod ledger;
mod live;
mod mail;
mod mail_postfix;
mod maintenance;
mod majors;
mod matrix;
mod on_call;
mod page_matrix;
mod page_rows;
mod pages;
#[path = "../../../bifold-notify/tests/it/peer.rs"]
#[allow(dead_code)] // Shared with the tests of sending, which need more of it.
mod peer;
mod report_pages;
mod room;
mod rows;
#[path = "../../../bifold-store/tests/it/service.rs"]
#[allow(dead_code)] // Shared with the tests of the store, which need more of it.
mod service;
mod settings_pages;
mod side_channels;
mod stories;
mod subscribe;
mod telling;
mod templates;
#[path = "../../../bifold-store/tests/it/traces.rs"]
#[allow(dead_code, clippy::indexing_slicing)]
// Shared with the tests of the store, which need more of it.
mod traces;
mod tsa;
mod visibility;
mod voice;
mod voice_hidden;
mod window;
mod window_bucket;
mod work;

/// Declares tests that run on SQLite, and on PostgreSQL where there is a server for it.
macro_rules! on_both {
    ($($(#[$doc:meta])* $name:ident = $story:ident;)*) => {$(
        mod $name {
            #[test]
            fn sqlite() {
                crate::app::on_sqlite(super::$story);
            }
            #[test]
            fn postgres() {
                crate::app::on_postgres(super::$story);
            }
        }
    )*};
}
pub(crate) use on_both;
