//! The protobuf form of OpenTelemetry's logs, turned into their JSON form, so that one reader knows
//! both. Only the fields that are looked at are declared; protobuf passes over the others.

use prost::Message;
use serde_json::{Value, json};

#[derive(Clone, PartialEq, Message)]
struct Request {
    #[prost(message, repeated, tag = "1")]
    resource_logs: Vec<ResourceLogs>,
}

#[derive(Clone, PartialEq, Message)]
struct ResourceLogs {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    scope_logs: Vec<ScopeLogs>,
}

#[derive(Clone, PartialEq, Message)]
struct Resource {
    #[prost(message, repeated, tag = "1")]
    attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message)]
struct ScopeLogs {
    #[prost(message, repeated, tag = "2")]
    log_records: Vec<LogRecord>,
}

#[derive(Clone, PartialEq, Message)]
struct LogRecord {
    #[prost(fixed64, tag = "1")]
    time_unix_nano: u64,
    #[prost(int32, tag = "2")]
    severity_number: i32,
    #[prost(string, tag = "3")]
    severity_text: String,
    #[prost(message, optional, tag = "5")]
    body: Option<Body>,
    #[prost(message, repeated, tag = "6")]
    attributes: Vec<KeyValue>,
    #[prost(bytes = "vec", tag = "9")]
    trace_id: Vec<u8>,
    #[prost(fixed64, tag = "11")]
    observed_time_unix_nano: u64,
    #[prost(string, tag = "12")]
    event_name: String,
}

#[derive(Clone, PartialEq, Message)]
struct KeyValue {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<AnyValue>,
}

/// A body is a scalar or has members; one of both is there.
#[derive(Clone, PartialEq, Message)]
struct Body {
    #[prost(oneof = "Scalar", tags = "1, 2, 3, 4")]
    value: Option<Scalar>,
    #[prost(message, optional, tag = "6")]
    members: Option<Members>,
}

#[derive(Clone, PartialEq, Message)]
struct Members {
    #[prost(message, repeated, tag = "1")]
    values: Vec<KeyValue>,
}

/// Lists and maps are left out: nothing looks at them, and so nothing is as deep as a sender likes.
#[derive(Clone, PartialEq, Message)]
struct AnyValue {
    #[prost(oneof = "Scalar", tags = "1, 2, 3, 4")]
    value: Option<Scalar>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Scalar {
    #[prost(string, tag = "1")]
    Text(String),
    #[prost(bool, tag = "2")]
    Bool(bool),
    #[prost(int64, tag = "3")]
    Int(i64),
    #[prost(double, tag = "4")]
    Double(f64),
}

/// The JSON form of what these bytes say.
pub(super) fn json(bytes: &[u8]) -> Result<Value, prost::DecodeError> {
    let request = Request::decode(bytes)?;
    let resources = request.resource_logs.into_iter().map(|logs| {
        let attributes = attributes(logs.resource.unwrap_or_default().attributes);
        let scopes = logs.scope_logs.into_iter().map(|scope| {
            let records = scope.log_records.into_iter().map(record);
            json!({"logRecords": records.collect::<Vec<_>>()})
        });
        json!({
            "resource": {"attributes": attributes},
            "scopeLogs": scopes.collect::<Vec<_>>(),
        })
    });
    Ok(json!({"resourceLogs": resources.collect::<Vec<_>>()}))
}

fn attributes(pairs: Vec<KeyValue>) -> Vec<Value> {
    let pairs = pairs.into_iter();
    pairs
        .map(|pair| json!({"key": pair.key, "value": scalar(pair.value.and_then(|any| any.value))}))
        .collect()
}

fn body(body: Body) -> Value {
    match body.members {
        Some(members) => json!({"kvlistValue": {"values": attributes(members.values)}}),
        None => scalar(body.value),
    }
}

fn scalar(value: Option<Scalar>) -> Value {
    match value {
        Some(Scalar::Text(text)) => json!({"stringValue": text}),
        Some(Scalar::Bool(is)) => json!({"boolValue": is}),
        Some(Scalar::Int(number)) => json!({"intValue": number}),
        Some(Scalar::Double(number)) => json!({"doubleValue": number}),
        None => Value::Null,
    }
}

fn record(record: LogRecord) -> Value {
    let trace = crate::fit::hex(&record.trace_id);
    json!({
        "timeUnixNano": record.time_unix_nano,
        "observedTimeUnixNano": record.observed_time_unix_nano,
        "severityNumber": record.severity_number,
        "severityText": record.severity_text,
        "body": record.body.map(body),
        "attributes": attributes(record.attributes),
        "traceId": trace,
        "eventName": record.event_name,
    })
}

#[cfg(test)]
mod tests {
    use crate::{Format, Incoming, read};
    use bifold_domain::At;
    use bifold_domain::signal::Severity;

    /// A field of protobuf that has a length.
    fn part(tag: u8, bytes: &[u8]) -> Vec<u8> {
        let length = u8::try_from(bytes.len()).unwrap();
        let head = if length < 128 {
            vec![length]
        } else {
            vec![length, 1]
        };
        [vec![tag << 3 | 2], head, bytes.to_vec()].concat()
    }

    #[test]
    fn the_bytes_of_the_wire_are_the_signal_of_the_json() {
        let text = |text: &str| part(1, text.as_bytes());
        let name = [text("service.name"), part(2, &text("shop"))].concat();
        let record = [
            [
                vec![1 << 3 | 1],
                1_772_366_400_000_000_000_u64.to_le_bytes().to_vec(),
            ]
            .concat(),
            vec![2 << 3, 17],
            part(3, b"ERROR"),
            part(5, &text("cannot pay")),
            // A field that nobody has heard of yet.
            part(15, b"news"),
        ]
        .concat();
        let scope = part(2, &record);
        let logs = [part(1, &part(1, &name)), part(2, &scope)].concat();
        let body = part(1, &logs);
        let json = br#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name",
            "value":{"stringValue":"shop"}}]},"scopeLogs":[{"logRecords":[{
            "timeUnixNano":"1772366400000000000","severityNumber":17,"severityText":"ERROR",
            "body":{"stringValue":"cannot pay"}}]}]}]}"#;
        let of = |kind, body| {
            let incoming = Incoming {
                content_type: Some(kind),
                headers: &[],
                body,
                received_at: At::from_micros(0),
            };
            read(Format::OtlpLogs, None, &incoming).unwrap()
        };
        let wire = of("application/x-protobuf", &body);
        assert_eq!(wire, of("application/json; charset=utf-8", json));
        assert_eq!(wire.signals[0].severity, Severity::Major);
        assert_eq!(wire.signals[0].title.as_str(), "cannot pay");
        let at = At::parse("2026-03-01T12:00:00Z").unwrap();
        assert_eq!(wire.signals[0].sent_at, Some(at));
    }
}
