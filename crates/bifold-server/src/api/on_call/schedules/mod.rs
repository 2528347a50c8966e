//! Schedules: the plan, and what changes it.

pub(crate) mod calendar;
mod plan;
mod show;
mod verbs;

use crate::error::{Error, Result};
use crate::route::Route;
use bifold_domain::ScheduleId;

const FOLDER: &str = "/api/v1/schedules";
const ONE: &str = "/api/v1/schedules/{id}";

pub(crate) fn routes() -> Vec<Route> {
    [
        show::routes(),
        plan::routes(),
        verbs::routes(),
        calendar::routes(),
    ]
    .concat()
}

pub(crate) fn parse(id: &str) -> Result<ScheduleId> {
    ScheduleId::parse(id).map_err(|_| Error::no("schedule"))
}
