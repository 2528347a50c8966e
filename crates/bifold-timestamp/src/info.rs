//! What an authority says: the `TSTInfo` (RFC 3161 section 2.4.2).

use jiff::{SignedDuration, Timestamp};

use crate::asn1::{
    BOOLEAN, GENERALIZED_TIME, INTEGER, Malformed, OBJECT_IDENTIFIER, OCTET_STRING, Reader,
    SEQUENCE, context, holder, only_sequence,
};
use crate::error::StampError;
use crate::imprint::Imprint;
use crate::integer::Integer;
use crate::{Oid, name, time};

/// The statement of an authority: this digest existed at this time. Only a [`crate::Stamp`] has
/// one that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TstInfo {
    /// The policy under which the authority works.
    pub policy: Oid,
    /// The digest that was stamped.
    pub imprint: Imprint,
    /// The authority's number of this stamp.
    pub serial: Integer,
    /// When the authority made the stamp, by its clock.
    pub gen_time: Timestamp,
    /// How far from `gen_time` the true time may be, either way; `None` if the authority's policy
    /// says it elsewhere.
    pub accuracy: Option<SignedDuration>,
    /// Whether stamps of this authority are in the order of their times, whatever the accuracy.
    pub ordering: bool,
    /// The nonce of the request.
    pub nonce: Option<Integer>,
    /// The name that the authority gives itself. The certificate's is the one that was proved.
    pub tsa: Option<String>,
}

impl TstInfo {
    pub(crate) fn parse(der: &[u8]) -> Result<Self, StampError> {
        let mut body = only_sequence(der, "TSTInfo")?;
        if body.take(INTEGER, "version")?.content != [1] {
            return Err(StampError::Version);
        }
        let policy = body.oid("policy")?;
        let imprint = Imprint::read(&mut body)?;
        let serial = Integer::take(&mut body, "serialNumber")?;
        let gen_time = time::read(&body.take(GENERALIZED_TIME, "genTime")?, "genTime")?;
        let accuracy = body.optional(SEQUENCE, "accuracy")?;
        let ordering = body.optional(BOOLEAN, "ordering")?;
        let nonce = body.optional(INTEGER, "nonce")?;
        let tsa = body.optional(holder(0), "tsa")?;
        let extensions = body.optional(holder(1), "extensions")?;
        body.end("end of the TSTInfo")?;
        extensions.map_or(Ok(()), |list| refuse_critical(list.inside()))?;
        Ok(Self {
            policy,
            imprint,
            serial,
            gen_time,
            accuracy: accuracy.map(|field| duration(field.inside())).transpose()?,
            ordering: ordering.is_some_and(|flag| flag.content != [0]),
            nonce: nonce
                .map(|field| Integer::from_content(field.content, "nonce"))
                .transpose()?,
            tsa: tsa
                .map(|field| name::general(&field.inside().any("tsa")?))
                .transpose()?,
        })
    }
}

/// Accuracy: seconds, thousandths and millionths, each of which may be absent.
fn duration(mut fields: Reader<'_>) -> Result<SignedDuration, Malformed> {
    const WHAT: &str = "accuracy";
    let mut part = |tag, most| {
        let Some(field) = fields.optional(tag, WHAT)? else {
            return Ok(0);
        };
        let number = Integer::from_content(field.content, WHAT)?.to_u64();
        let number = number.filter(|number| *number <= most);
        number
            .and_then(|number| i64::try_from(number).ok())
            .ok_or(Malformed(WHAT))
    };
    let seconds = part(INTEGER, u64::from(u32::MAX))?;
    let millis = part(context(0), 999)?;
    let micros = part(context(1), 999)?;
    fields.end(WHAT)?;
    Ok(SignedDuration::from_secs(seconds)
        + SignedDuration::from_millis(millis)
        + SignedDuration::from_micros(micros))
}

/// No extension is known here, so a critical one cannot be honoured.
fn refuse_critical(mut list: Reader<'_>) -> Result<(), StampError> {
    const WHAT: &str = "extensions";
    while !list.is_empty() {
        let mut extension = list.sequence(WHAT)?;
        let id = extension.take(OBJECT_IDENTIFIER, WHAT)?.content;
        let critical = extension.optional(BOOLEAN, WHAT)?;
        extension.take(OCTET_STRING, WHAT)?;
        extension.end(WHAT)?;
        if critical.is_some_and(|flag| flag.content != [0]) {
            let id = Oid::from_bytes(id).map_err(|_| Malformed(WHAT))?;
            return Err(StampError::CriticalExtension { id });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{OBJECT_IDENTIFIER, element};
    use crate::oid;

    /// A statement with these fields behind `genTime`.
    fn statement(time: &[u8], also: &[Vec<u8>]) -> Result<TstInfo, StampError> {
        let algorithm = element(OBJECT_IDENTIFIER, oid::SHA256.as_bytes());
        let imprint = [
            element(SEQUENCE, &algorithm),
            element(OCTET_STRING, &[7; 32]),
        ];
        let fields = [
            element(INTEGER, &[1]),
            element(OBJECT_IDENTIFIER, oid::TIME_STAMPING.as_bytes()),
            element(SEQUENCE, &imprint.concat()),
            element(INTEGER, &[0, 0xff]),
            element(GENERALIZED_TIME, time),
            also.concat(),
        ];
        TstInfo::parse(&element(SEQUENCE, &fields.concat()))
    }

    fn with(also: &[Vec<u8>]) -> Result<TstInfo, StampError> {
        statement(b"20261122061403.25Z", also)
    }

    fn accuracy(fields: &[Vec<u8>]) -> Result<Option<SignedDuration>, StampError> {
        with(&[element(SEQUENCE, &fields.concat())]).map(|info| info.accuracy)
    }

    #[test]
    fn what_is_optional_may_be_absent() {
        let info = with(&[]).unwrap();
        assert_eq!(info.gen_time.to_string(), "2026-11-22T06:14:03.25Z");
        assert_eq!(info.serial.to_string(), "0xFF");
        assert_eq!((info.accuracy, info.nonce, info.tsa), (None, None, None));
        assert!(!info.ordering);
    }

    #[test]
    fn a_statement_with_a_broken_time_or_tail_is_refused() {
        assert!(statement(b"20261122061403", &[]).is_err());
        assert!(with(&[element(OCTET_STRING, &[])]).is_err());
    }

    #[test]
    fn an_accuracy_is_the_sum_of_its_parts() {
        let millis = element(context(0), &[3, 0xe7]);
        let micros = element(context(1), &[1]);
        let sum = accuracy(&[millis, micros.clone()]).unwrap();
        assert_eq!(sum, Some(SignedDuration::from_micros(999_001)));
        assert_eq!(accuracy(&[]).unwrap(), Some(SignedDuration::ZERO));
        assert!(accuracy(&[element(context(0), &[3, 0xe8])]).is_err());
        assert!(accuracy(&[element(INTEGER, &[0x80])]).is_err());
        assert!(accuracy(&[micros.clone(), micros]).is_err());
    }

    #[test]
    fn an_unknown_extension_is_refused_if_it_is_critical() {
        let extension = |critical: &[u8]| {
            let id = element(OBJECT_IDENTIFIER, oid::KEY_USAGE.as_bytes());
            let fields = [id, critical.to_vec(), element(OCTET_STRING, &[5, 0])];
            with(&[element(holder(1), &element(SEQUENCE, &fields.concat()))])
        };
        assert!(extension(&[]).is_ok());
        assert!(extension(&[BOOLEAN, 1, 0]).is_ok());
        let id = oid::KEY_USAGE;
        let refused = extension(&[BOOLEAN, 1, 0xff]).unwrap_err();
        assert_eq!(refused, StampError::CriticalExtension { id });
    }
}
