//! Exit codes, the same for every command.

use std::process::ExitCode;

/// How a command ended (design §11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Done.
    Ok = 0,
    /// Failed.
    Failure = 1,
    /// The command or its input is wrong.
    Usage = 2,
    /// There is no such thing.
    NotFound = 3,
    /// Not allowed.
    NotAllowed = 4,
    /// Something changed meanwhile, or the state forbids it.
    Conflict = 5,
    /// A verification failed.
    VerificationFailed = 6,
    /// The service is not available.
    Unavailable = 7,
    /// For a mail server that waits for its pipe: try again later (`EX_TEMPFAIL`).
    TryAgain = 75,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// An error that knows its exit code.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Coded {
    /// The code.
    pub code: Code,
    /// What happened and what to do.
    pub message: String,
}

impl Coded {
    /// An error with this code.
    pub fn error(code: Code, message: impl Into<String>) -> anyhow::Error {
        Self {
            code,
            message: message.into(),
        }
        .into()
    }
}

impl Code {
    /// The code of an answer of the API.
    pub fn of_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Ok,
            400 | 405 | 413 | 415 | 422 => Self::Usage,
            404 => Self::NotFound,
            401 | 403 => Self::NotAllowed,
            409 | 412 => Self::Conflict,
            429 | 502..=504 | 507 => Self::Unavailable,
            _ => Self::Failure,
        }
    }

    /// The code of an error.
    pub fn of(error: &anyhow::Error) -> Self {
        use bifold_domain::Class;
        use bifold_store::Error as E;
        if let Some(coded) = error.downcast_ref::<Coded>() {
            return coded.code;
        }
        match error.downcast_ref::<E>() {
            Some(E::Refused(refusal)) => match refusal.class() {
                Class::Invalid => Self::Usage,
                Class::NotAllowed => Self::NotAllowed,
                Class::NotFound => Self::NotFound,
                Class::Conflict => Self::Conflict,
            },
            Some(E::Stale { .. } | E::OperationReused | E::AlreadyInitialised) => Self::Conflict,
            Some(E::NoOrganisation) => Self::NotFound,
            Some(E::NotSigned(_) | E::Damaged(_) | E::KeyRing(_)) => Self::VerificationFailed,
            Some(e) if e.is_passing() => Self::Unavailable,
            _ => Self::Failure,
        }
    }
}
