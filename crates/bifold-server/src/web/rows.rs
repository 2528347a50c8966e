//! Lists of incidents as rows, for the pages beside the queue that show some.

use super::frame::Visit;
use super::incident::row::Row;
use crate::error::Result;
use crate::server::Server;
use crate::view::Names;
use crate::view::incident::IncidentRow;
use bifold_store::query::incident::{Filter, Order};

/// The most urgent of these, as far as the visitor may see them.
pub(crate) async fn urgent(
    server: &Server,
    visit: &Visit,
    filter: &Filter,
    limit: u32,
) -> Result<Vec<Row>> {
    listed(server, visit, filter, Order::MostUrgent, limit).await
}

/// The first of these in an order, as far as the visitor may see them.
pub(crate) async fn listed(
    server: &Server,
    visit: &Visit,
    filter: &Filter,
    order: Order,
    limit: u32,
) -> Result<Vec<Row>> {
    let viewer = visit.caller.viewer();
    let found = server
        .store
        .incidents(&viewer, filter, order, None, limit)
        .await?;
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let row = |row| {
        let row = IncidentRow::of(row, Names(&directory));
        Row::of(row, visit.locale(), now)
    };
    Ok(found.into_iter().map(row).collect())
}

/// A count as it can honestly be said: `100+` where counting stopped at a hundred.
pub(crate) fn counted((count, is_capped): (impl std::fmt::Display, bool)) -> String {
    if is_capped {
        format!("{count}+")
    } else {
        count.to_string()
    }
}
