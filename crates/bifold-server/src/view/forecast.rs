//! Forecasts as JSON: how probable, why, and how long comparable incidents took.

use super::Names;
use bifold_domain::{At, Directory};
use bifold_forecast::{Alike, Cause, Forecast, LEAST_CLOSED, LEAST_OF_EACH, Reason};
use bifold_store::forecast::Learned;
use serde::Serialize;

/// The forecast for a clock that runs.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Forecast)]
pub(crate) struct ForecastView {
    /// How probable it is that the target is missed, in percent.
    pub(crate) percent: u8,
    /// What moved it most, the strongest first; at most three.
    pub(crate) reasons: Vec<ReasonView>,
    /// How long comparable incidents took, where there are enough of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) took: Option<Took>,
}

/// What moved a forecast: a number, or a name with its past.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ForecastReason)]
pub(crate) struct ReasonView {
    /// What is known: `quiet_hours`, `team` and others (`docs/forecast.md`).
    pub(crate) about: &'static str,
    /// Its value, where it is a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<f64>,
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// How many percent of the closed clocks with this name ended late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) late_percent: Option<u8>,
    /// How many closed clocks had this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) closed: Option<u32>,
    /// Whether it makes a miss likelier.
    pub(crate) raises: bool,
}

/// How long comparable incidents took, in seconds; those left out that took less than this one has
/// taken already.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ForecastTook)]
pub(crate) struct Took {
    /// What makes them comparable: `priority_and_team`, `priority`, `team` or `all`.
    pub(crate) alike: &'static str,
    /// How many there were.
    pub(crate) closed: u32,
    /// Half of them take less.
    #[schema(required)]
    pub(crate) half_s: Option<i64>,
    /// Nine in ten take less.
    #[schema(required)]
    pub(crate) nine_tenths_s: Option<i64>,
}

/// What was learned, or why there is no forecast yet.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ForecastModel)]
pub(crate) struct ModelView {
    /// Whether open incidents get a forecast.
    pub(crate) is_ready: bool,
    /// When it was learned; null before the first time.
    #[schema(required)]
    pub(crate) trained_at: Option<At>,
    /// From how many closed clocks.
    pub(crate) closed: u32,
    /// How many of them ended late.
    pub(crate) late: u32,
    /// How many closed clocks it takes at least.
    pub(crate) least_closed: u32,
    /// How many of them have to have ended late, and how many in time, at least.
    pub(crate) least_of_each: u32,
}

impl ModelView {
    pub(crate) fn of(learned: Option<&Learned>) -> Self {
        Self {
            is_ready: learned.is_some_and(|learned| learned.model.is_some()),
            trained_at: learned.map(|learned| At::from_micros(learned.trained_at)),
            closed: learned.map_or(0, |learned| learned.closed),
            late: learned.map_or(0, |learned| learned.breached),
            least_closed: LEAST_CLOSED,
            least_of_each: LEAST_OF_EACH,
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A share of one.
fn percent(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}

#[allow(clippy::cast_possible_truncation)] // Hours of some years.
fn seconds(hours: f64) -> i64 {
    (hours * 3_600.0).round() as i64
}

impl ForecastView {
    pub(crate) fn of(forecast: &Forecast, directory: &Directory) -> Self {
        let names = Names(directory);
        let took = forecast.quantiles.map(|found| Took {
            alike: match found.alike {
                Alike::PriorityAndTeam => "priority_and_team",
                Alike::Priority => "priority",
                Alike::Team => "team",
                Alike::All => "all",
            },
            closed: found.closed,
            half_s: found.half_h.map(seconds),
            nine_tenths_s: found.nine_tenths_h.map(seconds),
        });
        let reasons = forecast.reasons.iter();
        Self {
            percent: percent(forecast.probability),
            reasons: reasons.map(|reason| reason_view(reason, names)).collect(),
            took,
        }
    }
}

fn reason_view(reason: &Reason, names: Names<'_>) -> ReasonView {
    let raises = reason.raises();
    match &reason.cause {
        Cause::Measure { measure, value } => ReasonView {
            about: measure.word(),
            value: *value,
            name: None,
            late_percent: None,
            closed: None,
            raises,
        },
        Cause::Field {
            field,
            name,
            breached,
            closed,
        } => ReasonView {
            about: field.word(),
            value: None,
            name: name.as_deref().map(|name| called(name, names)),
            late_percent: Some(percent(*breached)),
            closed: Some(*closed),
            raises,
        },
    }
}

/// Teams and services are learned by their ids.
fn called(name: &str, names: Names<'_>) -> String {
    let found = match name.split_once('_') {
        Some(("tem", _)) => names.team_text(name).name,
        Some(("svc", _)) => names.service_text(name).name,
        _ => None,
    };
    found.unwrap_or_else(|| name.to_owned())
}
