//! What an authority answers (RFC 3161 section 2.4.2).

use std::fmt;

use crate::asn1::{BIT_STRING, Malformed, Reader, SEQUENCE, UTF8_STRING, header, only_sequence};
use crate::error::StampError;
use crate::integer::Integer;
use crate::token::{Token, check_length};
use crate::{ber, name};

/// A `TimeStampResp`: a status and, if it is a yes, a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Whether it is a yes.
    pub status: Status,
    /// What the authority says about it in words.
    pub texts: Vec<String>,
    /// Why there is no time-stamp, in the words of RFC 3161.
    pub failures: Vec<&'static str>,
    /// The answer as it came.
    pub raw: Vec<u8>,
    /// The token, which was read but not verified.
    pub token: Option<Token>,
}

/// The reasons by the number of their bit (`PKIFailureInfo`).
const FAILURES: &[(u8, &str)] = &[
    (0, "badAlg: the digest is not accepted"),
    (2, "badRequest: the request is not permitted"),
    (5, "badDataFormat: the request is malformed"),
    (14, "timeNotAvailable: the authority has no time"),
    (15, "unacceptedPolicy: the policy is not the authority's"),
    (16, "unacceptedExtension: an extension is not accepted"),
    (17, "addInfoNotAvailable: the information is not available"),
    (25, "systemFailure: the authority has a defect"),
];

/// `PKIStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// As asked.
    Granted,
    /// Granted, but not quite as asked.
    GrantedWithMods,
    /// Refused.
    Rejection,
    /// Not yet decided.
    Waiting,
    /// A revocation is about to come.
    RevocationWarning,
    /// A revocation has taken place.
    RevocationNotification,
}

impl Response {
    /// Reads an answer, in DER or BER. Says nothing yet about whether to believe it.
    pub fn parse(bytes: &[u8]) -> Result<Self, StampError> {
        const WHAT: &str = "answer";
        check_length(bytes)?;
        let head = header(bytes).filter(|head| head.tag == SEQUENCE);
        let head = head.ok_or(Malformed(WHAT))?;
        // The token is kept as it came, so it is cut out before anything is converted.
        let inside = match head.length {
            Some(length) if length == head.rest.len() => head.rest,
            Some(_) => return Err(Malformed(WHAT).into()),
            None => head.rest.strip_suffix(&[0, 0]).ok_or(Malformed(WHAT))?,
        };
        let (info, token) = ber::first(inside, "status")?;
        let mut info = only_sequence(&info, "status")?;
        let status = Status::read(&mut info)?;
        let texts = texts(&mut info)?;
        let failures = failures(&mut info)?;
        info.end("end of the status")?;
        let token = (!token.is_empty()).then(|| Token::parse(token));
        Ok(Self {
            status,
            texts,
            failures,
            raw: bytes.to_vec(),
            token: token.transpose()?,
        })
    }

    /// The token, if the authority granted one.
    pub fn into_token(self) -> Result<Token, StampError> {
        match (self.status, self.token) {
            (Status::Granted | Status::GrantedWithMods, Some(token)) => Ok(token),
            (Status::Granted | Status::GrantedWithMods, None) | (_, Some(_)) => {
                Err(StampError::Contradiction)
            }
            (status, None) => Err(StampError::NotGranted {
                status,
                failures: self.failures,
                texts: self.texts,
            }),
        }
    }
}

impl Status {
    fn read(info: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match Integer::take(info, "status")?.to_u64() {
            Some(0) => Self::Granted,
            Some(1) => Self::GrantedWithMods,
            Some(2) => Self::Rejection,
            Some(3) => Self::Waiting,
            Some(4) => Self::RevocationWarning,
            Some(5) => Self::RevocationNotification,
            _ => return Err(Malformed("status")),
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Granted => "granted",
            Self::GrantedWithMods => "granted with changes",
            Self::Rejection => "rejected",
            Self::Waiting => "waiting",
            Self::RevocationWarning => "revocation warning",
            Self::RevocationNotification => "revocation notification",
        })
    }
}

fn texts(info: &mut Reader<'_>) -> Result<Vec<String>, Malformed> {
    let mut texts = Vec::new();
    if let Some(list) = info.optional(SEQUENCE, "statusString")? {
        let mut list = list.inside();
        while !list.is_empty() {
            texts.push(name::text(&list.take(UTF8_STRING, "statusString")?));
        }
    }
    Ok(texts)
}

fn failures(info: &mut Reader<'_>) -> Result<Vec<&'static str>, Malformed> {
    const WHAT: &str = "failInfo";
    let Some(field) = info.optional(BIT_STRING, WHAT)? else {
        return Ok(Vec::new());
    };
    let (_unused, octets) = field.content.split_first().ok_or(Malformed(WHAT))?;
    let is_set = |bit: u8| {
        let octet = octets.get(usize::from(bit / 8));
        octet.is_some_and(|octet| octet << (bit % 8) & 0x80 != 0)
    };
    let set = FAILURES.iter().filter(|(bit, _)| is_set(*bit));
    Ok(set.map(|(_, reason)| *reason).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{INTEGER, element};

    fn answer(info: &[Vec<u8>]) -> Vec<u8> {
        element(SEQUENCE, &element(SEQUENCE, &info.concat()))
    }

    #[test]
    fn a_refusal_keeps_the_authoritys_reasons() {
        let bytes = answer(&[
            element(INTEGER, &[2]),
            element(SEQUENCE, &element(UTF8_STRING, b"no such\npolicy")),
            element(BIT_STRING, &[6, 0, 1, 0x80, 0x40]),
        ]);
        let response = Response::parse(&bytes).unwrap();
        assert_eq!(response.raw, bytes);
        let refusal = StampError::NotGranted {
            status: Status::Rejection,
            failures: vec![FAILURES[4].1, FAILURES[5].1, FAILURES[7].1],
            texts: vec!["no suchpolicy".to_owned()],
        };
        assert_eq!(response.into_token().unwrap_err(), refusal);
    }

    #[test]
    fn a_yes_without_a_token_is_refused() {
        let response = Response::parse(&answer(&[element(INTEGER, &[0])])).unwrap();
        assert_eq!(
            response.into_token().unwrap_err(),
            StampError::Contradiction
        );
    }
}
