//! The plan of a schedule: its layers, in order of precedence.

use super::fault::Fault;
use super::layer::Layer;
use super::shift::{self, Shift, Span};
use crate::id::TeamId;
use crate::refusal::Invalid;
use crate::text::Short;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Layers in one schedule at most.
const LAYERS_LIMIT: usize = 20;

/// What a schedule says, without what was changed for single days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SchedulePlan)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The schedule's name, unique in the organisation.
    pub name: Short,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// Its layers. The first that has somebody on call at an instant decides.
    #[schema(min_items = 1, max_items = 20)]
    pub layers: Vec<Layer>,
}

impl Plan {
    /// Refuses a plan that could never have anybody on call, and says why.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.layers.is_empty() {
            return Err(Fault::NoLayer.into());
        }
        if self.layers.len() > LAYERS_LIMIT {
            return Err(Invalid::TooMany {
                what: "layers",
                limit: LAYERS_LIMIT,
            });
        }
        let mut names = BTreeSet::new();
        for layer in &self.layers {
            layer.check()?;
            if !names.insert(&layer.name) {
                let layer = layer.name.as_str().to_owned();
                return Err(Fault::SameName { layer }.into());
            }
        }
        Ok(())
    }

    /// Who is on call in a stretch of time, in order.
    pub fn shifts(&self, span: Span) -> Vec<Shift> {
        let layers = self.layers.iter().map(|layer| layer.shifts(span));
        shift::join(layers.reduce(shift::lay).unwrap_or_default())
    }

    /// The shifts of one layer as if it were alone, in order: what a picture of the plan shows.
    pub fn layer_shifts(&self, layer: &Layer, span: Span) -> Vec<Shift> {
        shift::join(layer.shifts(span))
    }
}
