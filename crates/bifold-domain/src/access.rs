//! Who may act, and who may see.
//!
//! Rights to *act* are the table in [`Role::permits`], asked in `decide` through the [`Actor`].
//! What may be *seen* is described by a [`Viewer`], from which the store builds its one
//! visibility predicate. Administrators run the system; they do not read restricted records
//! (features F177).

use crate::id::{PersonId, TeamId};
use crate::refusal::Refusal;

/// A closed set of values, each with the word by which JSON and the database know it.
///
/// The word is the variant in snake case; a test of every set holds the two together.
#[macro_export]
macro_rules! closed_set {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            serde::Deserialize, utoipa::ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word used in JSON and in the database.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads the word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.word().replace('_', " "))
            }
        }
    };
}
pub(crate) use crate::closed_set;

closed_set! {
    /// A role that a person holds in the organisation.
    Role {
        /// Reports events and follows own reports.
        Reporter = "reporter",
        /// Works at the service desk: triage, first response.
        Agent = "agent",
        /// Resolves incidents in a team.
        Resolver = "resolver",
        /// Leads incidents, decides priority and major incidents.
        IncidentManager = "incident_manager",
        /// Assesses and leads the security lane.
        SecurityOfficer = "security_officer",
        /// Keeps evidence.
        EvidenceCustodian = "evidence_custodian",
        /// Reads, and changes nothing.
        Auditor = "auditor",
        /// Handles what is said in confidence. Given to named people; no other role implies it.
        DisclosureHandler = "disclosure_handler",
        /// Decides who may see a name that was given in trust.
        IdentityCustodian = "identity_custodian",
        /// Runs the system; does not read restricted records.
        Administrator = "administrator",
    }
}

closed_set! {
    /// Something a role may do.
    Permission {
        /// Report an event or a weakness.
        Report = "report",
        /// Read incidents that are not restricted.
        ReadIncidents = "read_incidents",
        /// Read the security lane and other sensitive lanes.
        ReadSensitiveLanes = "read_sensitive_lanes",
        /// Decide what an event is.
        Triage = "triage",
        /// Declare incidents.
        Declare = "declare",
        /// Answer whether it is an incident of a kind.
        Assess = "assess",
        /// Withdraw a verdict that was yes.
        WithdrawVerdict = "withdraw_verdict",
        /// Work: notes, tasks, workaround, hold, resolve.
        Work = "work",
        /// Work in the security lane and other sensitive lanes.
        WorkSensitiveLanes = "work_sensitive_lanes",
        /// Assign people, teams and incident roles.
        Assign = "assign",
        /// Raise or lower priority by decision.
        OverridePriority = "override_priority",
        /// Close incidents.
        Close = "close",
        /// Decide between restoring now and saving evidence first.
        DecideGate = "decide_gate",
        /// Let an action through that a law forbids before an authority was told.
        WaiveLaw = "waive_law",
        /// Sign a standing order for any service; the team that owns one signs for its own.
        SignForService = "sign_for_service",
        /// Sign a standing order for security.
        SignForSecurity = "sign_for_security",
        /// Order that evidence is not destroyed, and lift such an order.
        HoldEvidence = "hold_evidence",
        /// Approve that evidence is released or destroyed.
        ApproveEvidence = "approve_evidence",
        /// Accept or decline a major incident.
        DecideMajor = "decide_major",
        /// Restrict a record to named people and teams.
        Restrict = "restrict",
        /// Read a restricted record in an emergency, with alarm.
        BreakGlass = "break_glass",
        /// Edit services, assets, teams and people.
        ManageDirectory = "manage_directory",
        /// Plan who is on call, and whom escalation calls.
        ManageOnCall = "manage_on_call",
        /// Connect what sends signals, and say what becomes of them.
        ManageSources = "manage_sources",
        /// Plan maintenance, and say when it begins and ends.
        ManageMaintenance = "manage_maintenance",
        /// Say which status pages there are, and what they show.
        ManageStatusPages = "manage_status_pages",
        /// Tell users of incidents on status pages.
        Announce = "announce",
        /// Sign that the fault log of a period was looked through.
        ReviewFaults = "review_faults",
        /// Read and answer what is said in confidence.
        HandleDisclosures = "handle_disclosures",
        /// Decide who may see a name that was given in trust.
        KeepIdentities = "keep_identities",
        /// Edit the matrix, categories, kinds and codes.
        ManagePolicy = "manage_policy",
        /// Bring in records from elsewhere.
        Import = "import",
        /// Read ledger entries, proofs and reports about everything unrestricted.
        Audit = "audit",
        /// Remove personal data from the ledger's disclosures.
        Redact = "redact",
    }
}

impl Role {
    /// The table of rights. One line a role; read it aloud to an auditor.
    #[allow(clippy::too_many_lines)] // It is a table.
    pub fn permits(self, permission: Permission) -> bool {
        use Permission as P;
        let rights: &[P] = match self {
            Self::Reporter => &[P::Report],
            Self::Agent => &[
                P::Report,
                P::ReadIncidents,
                P::Triage,
                P::Declare,
                P::Assess,
                P::Work,
                P::Assign,
                P::Close,
                P::Announce,
            ],
            Self::Resolver => &[
                P::Report,
                P::ReadIncidents,
                P::Declare,
                P::Assess,
                P::Work,
                P::ManageMaintenance,
            ],
            Self::IncidentManager => &[
                P::Report,
                P::ReadIncidents,
                P::ReadSensitiveLanes,
                P::Triage,
                P::Declare,
                P::Assess,
                P::WithdrawVerdict,
                P::Work,
                P::WorkSensitiveLanes,
                P::Assign,
                P::OverridePriority,
                P::Close,
                P::DecideGate,
                P::SignForService,
                P::HoldEvidence,
                P::ApproveEvidence,
                P::DecideMajor,
                P::ManageOnCall,
                P::ManageSources,
                P::ManageMaintenance,
                P::ManageStatusPages,
                P::Announce,
                P::ReviewFaults,
                P::Restrict,
                P::BreakGlass,
            ],
            Self::SecurityOfficer => &[
                P::Report,
                P::ReadIncidents,
                P::ReadSensitiveLanes,
                P::Triage,
                P::Declare,
                P::Assess,
                P::WithdrawVerdict,
                P::Work,
                P::WorkSensitiveLanes,
                P::Assign,
                P::OverridePriority,
                P::Close,
                P::DecideGate,
                P::WaiveLaw,
                P::SignForSecurity,
                P::HoldEvidence,
                P::ApproveEvidence,
                P::DecideMajor,
                P::ManageSources,
                P::Announce,
                P::ReviewFaults,
                P::Restrict,
                P::BreakGlass,
                P::Redact,
            ],
            Self::EvidenceCustodian => &[
                P::Report,
                P::ReadIncidents,
                P::ReadSensitiveLanes,
                P::Work,
                P::WorkSensitiveLanes,
                P::HoldEvidence,
                P::ApproveEvidence,
            ],
            Self::Auditor => &[P::ReadIncidents, P::ReadSensitiveLanes, P::Audit],
            Self::DisclosureHandler => &[P::Report, P::HandleDisclosures],
            Self::IdentityCustodian => &[P::Report, P::KeepIdentities],
            Self::Administrator => &[
                P::Report,
                P::ReadIncidents,
                P::ManageDirectory,
                P::ManageOnCall,
                P::ManageSources,
                P::ManageMaintenance,
                P::ManageStatusPages,
                P::ManagePolicy,
                P::Import,
                P::Audit,
                P::Redact,
            ],
        };
        rights.contains(&permission)
    }
}

closed_set! {
    /// How the actor proved who they are.
    Auth {
        /// Signed in with a password; session cookie.
        Session = "session",
        /// An API token.
        Token = "token",
        /// At the machine itself, by the command line.
        Local = "local",
        /// Bifold acting on a rule.
        System = "system",
    }
}

/// The person who acts, as the core sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Pseudonym.
    pub person: PersonId,
    /// Roles held.
    pub roles: Vec<Role>,
    /// Teams the person belongs to.
    pub teams: Vec<TeamId>,
    /// How they proved who they are.
    pub auth: Auth,
}

impl Actor {
    /// Whether one of the roles carries the permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| role.permits(permission))
    }

    /// Refuses unless one of the roles carries the permission.
    pub fn needs(&self, permission: Permission) -> Result<(), Refusal> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(Refusal::NotPermitted { permission })
        }
    }

    /// What this person may see.
    pub fn viewer(&self) -> Viewer {
        Viewer {
            person: self.person.clone(),
            teams: self.teams.clone(),
            reads_incidents: self.may(Permission::ReadIncidents),
            reads_sensitive_lanes: self.may(Permission::ReadSensitiveLanes),
            audits: self.may(Permission::Audit),
            handles_disclosures: self.may(Permission::HandleDisclosures),
            keeps_identities: self.may(Permission::KeepIdentities),
        }
    }
}

/// What a person may see. Every query of records needs one; there is no other way to a query.
#[allow(clippy::struct_excessive_bools)] // Each is a sentence about the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub person: PersonId,
    /// Teams, which compartments may name.
    pub teams: Vec<TeamId>,
    /// Sees unrestricted incidents that others reported.
    pub reads_incidents: bool,
    /// Sees the security lane and other sensitive lanes of what they can read.
    pub reads_sensitive_lanes: bool,
    /// Sees directory-wide records such as the ledger's own.
    pub audits: bool,
    /// Reads what was said in confidence, unless its reporter excluded them.
    pub handles_disclosures: bool,
    /// Decides who sees a name that was given in trust.
    pub keeps_identities: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_runs_the_system_and_neither_restricts_nor_breaks_glass() {
        for permission in [
            Permission::BreakGlass,
            Permission::Restrict,
            Permission::ReadSensitiveLanes,
            Permission::Work,
            Permission::HandleDisclosures,
            Permission::KeepIdentities,
        ] {
            assert!(!Role::Administrator.permits(permission), "{permission}");
        }
    }

    #[test]
    fn what_is_said_in_confidence_is_for_those_who_are_named_for_it() {
        for role in Role::ALL {
            let handles = *role == Role::DisclosureHandler;
            assert_eq!(role.permits(Permission::HandleDisclosures), handles);
            let keeps = *role == Role::IdentityCustodian;
            assert_eq!(role.permits(Permission::KeepIdentities), keeps);
        }
    }

    #[test]
    fn an_auditor_changes_nothing() {
        let reads = [
            Permission::ReadIncidents,
            Permission::ReadSensitiveLanes,
            Permission::Audit,
        ];
        for permission in Permission::ALL {
            assert_eq!(
                Role::Auditor.permits(*permission),
                reads.contains(permission)
            );
        }
    }

    #[test]
    fn the_words_of_roles_are_those_of_their_json() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.word());
            assert_eq!(Role::from_word(role.word()), Some(*role));
        }
        for permission in Permission::ALL {
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.word());
        }
    }
}
