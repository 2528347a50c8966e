//! What may be asked of an item of evidence.

use super::{Integrity, Physical, Sha256, Sort, Way};
use crate::id::{AssetId, EvidenceId, IncidentId, PersonId, RequestId};
use crate::incident::Tlp;
use crate::text::{Short, Text, Title};
use crate::time::At;
use serde::Deserialize;

/// Something asked of an item, and the incident it belongs to: whoever cannot read that finds no
/// item.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The incident.
    pub incident: IncidentId,
    /// What is asked.
    pub verb: Verb,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// Enters it: as wanted, or about to be collected.
    Register(Register),
    /// Says who is to get it.
    Assign(Assign),
    /// Names it better.
    Describe(Describe),
    /// Gives it up before anybody had it.
    Forgo(Why),
    /// Says how it was acquired.
    Collect(Box<Collect>),
    /// Fixes it.
    Seal(Fix),
    /// Says what a look at the bytes found.
    Verify(Integrity),
    /// Looks at it.
    Access(Access),
    /// Lends it out to the actor.
    CheckOut(CheckOut),
    /// Brings it back.
    CheckIn(CheckIn),
    /// Offers it to the next keeper.
    Offer(Offer),
    /// Takes it over.
    Accept(CheckIn),
    /// Does not take it over.
    Decline(Why),
    /// Takes the offer back.
    Retract,
    /// Says that another item was derived from it.
    Derive(Derive),
    /// Notes what could not be avoided when handling it.
    Handle(Handle),
    /// Labels it.
    Reclassify(Reclassify),
    /// Orders that it is not to be destroyed.
    SetHold(SetHold),
    /// Lifts such an order.
    LiftHold(LiftHold),
    /// Asks to release it.
    RequestRelease(AskRelease),
    /// Approves that.
    ApproveRelease(Named),
    /// Refuses it.
    RefuseRelease(Refuse),
    /// Releases it.
    Release(Named),
    /// Asks to destroy it.
    RequestDisposal(AskDisposal),
    /// Approves that.
    ApproveDisposal(Named),
    /// Refuses it.
    RefuseDisposal(Refuse),
    /// Destroys it.
    Dispose(Named),
}

/// Enters an item.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegisterEvidence)]
pub struct Register {
    /// What sort of thing it is.
    pub sort: Sort,
    /// What it is.
    pub title: Title,
    /// Where it comes from.
    #[serde(default)]
    pub asset: Option<AssetId>,
    /// Until when it can still be had, where it evaporates.
    #[serde(default)]
    pub wanted_until: Option<At>,
    /// Who is to get it.
    #[serde(default)]
    pub assignee: Option<PersonId>,
    /// The item it is derived from.
    #[serde(skip)]
    pub derived_from: Option<EvidenceId>,
}

/// Says who is to get it; nobody when empty.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssignEvidence)]
pub struct Assign {
    /// Who.
    #[serde(default)]
    pub to: Option<PersonId>,
}

/// Names it better.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DescribeEvidence)]
pub struct Describe {
    /// What it is.
    pub title: Title,
}

/// A reason.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvidenceReason)]
pub struct Why {
    /// Why.
    pub reason: Text,
}

/// How it was acquired.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CollectEvidence)]
pub struct Collect {
    /// When; now when not given.
    #[serde(default)]
    pub at: Option<At>,
    /// Who did it, where it was not the one who enters it.
    #[serde(default)]
    pub collector: Option<Short>,
    /// What makes them able to: training, certificate, role.
    #[serde(default)]
    pub competence: Option<Text>,
    /// Where.
    #[serde(default)]
    pub place: Option<Short>,
    /// How.
    pub method: Text,
    /// With what.
    #[serde(default)]
    pub tool: Option<Short>,
    /// Its version.
    #[serde(default)]
    pub version: Option<Short>,
    /// What was typed.
    #[serde(default)]
    pub command: Option<Text>,
    /// By whose order, or on which legal basis.
    pub authority: Text,
    /// Who watched.
    #[serde(default)]
    pub witness: Option<Short>,
    /// How far the source's clock was ahead of the reference, in milliseconds.
    #[serde(default)]
    pub clock_offset_ms: Option<i64>,
    /// The reference.
    #[serde(default)]
    pub clock_reference: Option<Short>,
    /// Whether the source was running.
    #[serde(default)]
    pub is_live: bool,
    /// Traffic Light Protocol 2.0 label.
    #[serde(default)]
    pub tlp: Option<Tlp>,
    /// What a thing one can hold looks like.
    #[serde(default)]
    pub physical: Option<Physical>,
}

/// What fixes it. The shell fills in the hash of the bytes it keeps; nobody else can.
#[derive(Debug, Clone, PartialEq)]
pub enum Fix {
    /// Bytes that are kept.
    Bytes {
        /// Their hash, computed while they were kept.
        sha256: Sha256,
        /// How many.
        size_bytes: u64,
        /// The name they came under.
        filename: Option<Short>,
    },
    /// A bag or tape with a number.
    Numbered(SealNumber),
}

/// A bag or tape with a number.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealNumber {
    /// The number on it.
    pub seal: Short,
}

/// Looks at it.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessEvidence)]
pub struct Access {
    /// In which way.
    pub way: Way,
    /// What for.
    pub purpose: Text,
}

/// Lends it out to the actor.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CheckOutEvidence)]
pub struct CheckOut {
    /// What for.
    pub purpose: Text,
    /// Where to.
    #[serde(default)]
    pub place: Option<Short>,
    /// Until when.
    #[serde(default)]
    pub due: Option<At>,
}

/// Brings it back, or takes it over.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReceiveEvidence)]
pub struct CheckIn {
    /// In which state it is.
    #[serde(default)]
    pub condition: Option<Text>,
}

/// Offers it to the next keeper.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OfferEvidence)]
pub struct Offer {
    /// Whom.
    pub to: PersonId,
    /// Why.
    pub reason: Text,
    /// Where it goes.
    #[serde(default)]
    pub place: Option<Short>,
}

/// Says that another item was derived from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Derive {
    /// The other item.
    pub copy: EvidenceId,
    /// How.
    pub how: Text,
}

/// Notes what could not be avoided when handling it, and why.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HandlingNote)]
pub struct Handle {
    /// What, and why.
    pub text: Text,
}

/// Labels it.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReclassifyEvidence)]
pub struct Reclassify {
    /// Traffic Light Protocol 2.0 label.
    pub tlp: Tlp,
}

/// Orders that it is not to be destroyed.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetHold {
    /// A key for it, such as a file number of the court.
    pub hold: Short,
    /// Why.
    pub reason: Text,
    /// Who ordered it.
    pub authority: Text,
}

/// Lifts such an order.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftHold {
    /// Its key.
    pub hold: Short,
    /// Why.
    pub reason: Text,
}

/// Asks to release it.
#[derive(Debug, Clone, PartialEq)]
pub struct AskRelease {
    /// The request's id.
    pub release: RequestId,
    /// The rest.
    pub terms: ReleaseTerms,
}

/// To whom, what for and on what basis evidence is released.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseTerms {
    /// To whom.
    pub recipient: Short,
    /// What for.
    pub purpose: Text,
    /// On which legal basis.
    pub legal_basis: Text,
    /// Until when it may be done.
    #[serde(default)]
    pub expires_at: Option<At>,
}

/// Asks to destroy it.
#[derive(Debug, Clone, PartialEq)]
pub struct AskDisposal {
    /// The request's id.
    pub disposal: RequestId,
    /// The rest.
    pub terms: DisposalTerms,
}

/// How and why evidence is destroyed.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisposalTerms {
    /// How.
    pub method: Text,
    /// Why: end of retention, order of a court.
    pub reason: Text,
}

/// Names a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Named(pub RequestId);

/// Refuses a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Refuse {
    /// Which.
    pub request: RequestId,
    /// Why.
    pub reason: Text,
}
