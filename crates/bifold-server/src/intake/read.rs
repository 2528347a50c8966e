//! Reading what was stored, at our own pace.

use bifold_domain::signal::source::Settings;
use bifold_domain::signal::{Format, Signal};
use bifold_intake::{Incoming, Mapping};
use bifold_store::Store;
use bifold_store::intake::{Inbound, ReadDelivery};
use std::fmt::Write as _;

/// Remarks of one delivery that are kept.
const REMARKS: usize = 20;

/// Signals of a delivery and what was noticed, or why it cannot be read.
pub(crate) type Outcome = Result<(Vec<Signal>, Option<String>), String>;

/// What a go of reading found.
pub(super) enum Found {
    /// Nothing was waiting.
    Nothing,
    /// Something; nothing was behind it.
    Some,
    /// As much as a go takes, and there is more.
    More,
}

/// Reads one go.
pub(super) async fn once(store: &Store) -> bifold_store::Result<Found> {
    let unread = store.unread_deliveries().await?;
    if unread.deliveries.is_empty() {
        return Ok(Found::Nothing);
    }
    let directory = store.directory().await?;
    let mut done = Vec::with_capacity(unread.deliveries.len());
    for inbound in unread.deliveries {
        let source = directory.sources.get(&inbound.source);
        let outcome = match source {
            Some(source) if source.settings.format == Format::Mail => {
                done.push(super::mail::file(store, &directory, source, &inbound).await?);
                continue;
            }
            Some(source) => read(&source.settings, &inbound),
            None => Err("its source is not there any more".to_owned()),
        };
        done.push(ReadDelivery {
            id: inbound.id,
            source: inbound.source,
            received_at: inbound.received_at,
            outcome,
            mail: None,
        });
    }
    // Whoever was quicker has read the same.
    store.fold(unread.read_to, done).await?;
    Ok(if unread.has_more {
        Found::More
    } else {
        Found::Some
    })
}

/// Reads a delivery by the settings of its source. Pure: the same bytes give the same signals.
pub(crate) fn read(settings: &Settings, inbound: &Inbound) -> Outcome {
    let incoming = Incoming {
        content_type: inbound.content_type.as_deref(),
        headers: &inbound.headers,
        body: &inbound.body,
        received_at: inbound.received_at,
    };
    read_as(settings, &incoming)
}

/// The same of bytes that were not stored: a preview.
pub(crate) fn read_as(settings: &Settings, incoming: &Incoming<'_>) -> Outcome {
    let mapping: Option<Mapping> = match &settings.mapping {
        None => None,
        Some(text) => Some(
            serde_json::from_str(text.as_str())
                .map_err(|error| format!("the mapping of the source: {error}"))?,
        ),
    };
    let reading = bifold_intake::read(settings.format, mapping.as_ref(), incoming)
        .map_err(|unread| unread.to_string())?;
    let mut remarks = String::new();
    for remark in reading.remarks.iter().take(REMARKS) {
        // Writing into a text cannot fail.
        let _ = writeln!(remarks, "{remark}");
    }
    let more = reading.remarks.len().saturating_sub(REMARKS);
    if more > 0 {
        let _ = writeln!(remarks, "and {more} more");
    }
    Ok((reading.signals, (!remarks.is_empty()).then_some(remarks)))
}
