//! What can have happened to an item of evidence. Tags and fields are wire format for ever.

use super::{Integrity, Physical, Sha256, Sort, Way};
use crate::id::{AssetId, EvidenceId, IncidentId, PersonId, RequestId};
use crate::incident::Tlp;
use crate::redact::Redactable;
use crate::text::{Short, Text, Title};
use crate::time::At;
use serde::{Deserialize, Serialize};

/// What happened to an item of evidence. The fields are those of the commands, named the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
#[allow(missing_docs)] // Each field is documented at its command.
#[allow(clippy::large_enum_variant)] // Facts are handled one at a time.
pub enum Fact {
    /// Entered. Always the first.
    Registered {
        number: u64,
        incident: IncidentId,
        sort: Sort,
        title: Redactable<Title>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asset: Option<AssetId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wanted_until: Option<At>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assignee: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        derived_from: Option<EvidenceId>,
    },
    /// Somebody is to get it, or nobody any more.
    Assigned {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<PersonId>,
    },
    /// Named better.
    Described { title: Redactable<Title> },
    /// Given up before anybody had it.
    Forgone { reason: Redactable<Text> },
    /// Acquired.
    Collected {
        at: At,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        collector: Option<Redactable<Short>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        competence: Option<Redactable<Text>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Redactable<Short>>,
        method: Redactable<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tool: Option<Redactable<Short>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Redactable<Short>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<Redactable<Text>>,
        authority: Redactable<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        witness: Option<Redactable<Short>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clock_offset_ms: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clock_reference: Option<Redactable<Short>>,
        is_live: bool,
        tlp: Tlp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        physical: Option<Redactable<Physical>>,
    },
    /// Fixed, by the hash of its bytes or by a numbered seal.
    Sealed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<Redactable<Sha256>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size_bytes: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filename: Option<Redactable<Short>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seal: Option<Redactable<Short>>,
    },
    /// Somebody looked whether the bytes are the sealed ones.
    Verified { result: Integrity },
    /// Looked at.
    Accessed { way: Way, purpose: Redactable<Text> },
    /// Lent out to the actor.
    CheckedOut {
        purpose: Redactable<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Redactable<Short>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<At>,
    },
    /// Brought back.
    CheckedIn {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        condition: Option<Redactable<Text>>,
    },
    /// Offered to the next keeper.
    Offered {
        to: PersonId,
        reason: Redactable<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Redactable<Short>>,
    },
    /// Taken over by the one it was offered to.
    Accepted {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        condition: Option<Redactable<Text>>,
    },
    /// Not taken over.
    Declined { reason: Redactable<Text> },
    /// The offer was taken back.
    Retracted,
    /// Another item was derived from it.
    Derived {
        copy: EvidenceId,
        how: Redactable<Text>,
    },
    /// What could not be avoided when handling it.
    Handled { text: Redactable<Text> },
    /// Labelled.
    Reclassified { tlp: Tlp },
    /// Not to be destroyed.
    HoldSet {
        hold: Short,
        reason: Redactable<Text>,
        authority: Redactable<Text>,
    },
    /// May be destroyed again, as far as this order goes.
    HoldLifted {
        hold: Short,
        reason: Redactable<Text>,
    },
    /// Somebody asked to release it.
    ReleaseRequested {
        release: RequestId,
        recipient: Redactable<Short>,
        purpose: Redactable<Text>,
        legal_basis: Redactable<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<At>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        small_team: bool,
    },
    /// Somebody approved that.
    ReleaseApproved { release: RequestId },
    /// Somebody refused it.
    ReleaseRefused {
        release: RequestId,
        reason: Redactable<Text>,
    },
    /// Released.
    Released { release: RequestId },
    /// Somebody asked to destroy it.
    DisposalRequested {
        disposal: RequestId,
        method: Redactable<Text>,
        reason: Redactable<Text>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        small_team: bool,
    },
    /// Somebody approved that.
    DisposalApproved { disposal: RequestId },
    /// Somebody refused it.
    DisposalRefused {
        disposal: RequestId,
        reason: Redactable<Text>,
    },
    /// Destroyed.
    Disposed { disposal: RequestId },
}
