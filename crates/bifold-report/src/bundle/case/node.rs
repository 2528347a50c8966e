//! Nodes of a JSON-LD graph and their identifiers.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// One node in the making.
pub(super) struct Node {
    id: String,
    values: Map<String, Value>,
}

impl Node {
    /// A node of a type. What it stands for is said by `names`, from which its identifier comes.
    pub(super) fn new(kind: &str, names: &[&str]) -> Self {
        let id = id(kind, names);
        let values = Map::from_iter([
            ("@id".to_owned(), Value::from(id.clone())),
            ("@type".to_owned(), Value::from(kind)),
        ]);
        Self { id, values }
    }

    pub(super) fn set(mut self, name: &str, value: Value) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    pub(super) fn text(self, name: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.set(name, Value::from(text)),
            None => self,
        }
    }

    /// References to other nodes; none at all leave the property out.
    pub(super) fn references(self, name: &str, to: &[String]) -> Self {
        let mut to: Vec<&String> = to.iter().collect();
        to.sort_unstable();
        to.dedup();
        match to.as_slice() {
            [] => self,
            [one] => self.set(name, reference(one)),
            many => {
                let many = many.iter().map(|id| reference(id)).collect();
                self.set(name, Value::Array(many))
            }
        }
    }

    pub(super) fn finish(self) -> (String, Value) {
        (self.id, Value::Object(self.values))
    }
}

pub(super) fn reference(id: &str) -> Value {
    json!({"@id": id})
}

pub(super) fn time(at: Timestamp) -> Value {
    json!({"@type": "xsd:dateTime", "@value": at.to_string()})
}

/// An identifier that ends in a UUID, as UCO wants it, of what the node stands for. It has the form
/// of a name-based one (version 5), the newest that UCO's shapes know, but comes from SHA-256.
pub(super) fn id(kind: &str, names: &[&str]) -> String {
    let mut hash = Sha256::new();
    for name in std::iter::once(&kind).chain(names) {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let half = digest.iter().take(16);
    let bits = half.fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let version = bits & !(0xf << 76) | 0x5 << 76;
    let uuid = version & !(0x3 << 62) | 0x2 << 62;
    let text = format!("{uuid:032x}");
    let (head, clock) = text.split_at(16);
    let (time, versioned) = head.split_at(12);
    let ((low, mid), (clock, node)) = (time.split_at(8), clock.split_at(4));
    format!("urn:uuid:{low}-{mid}-{versioned}-{clock}-{node}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_a_uuid_of_what_it_stands_for() {
        let first = id("a", &["b", "c"]);
        assert_eq!(first, id("a", &["b", "c"]));
        assert_ne!(first, id("a", &["bc"]));
        let uuid = first.strip_prefix("urn:uuid:").unwrap();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "5");
        assert!("89ab".contains(&uuid[19..20]));
        assert_eq!(uuid.matches('-').count(), 4);
    }

    #[test]
    fn no_reference_leaves_the_property_out() {
        let (_, node) = Node::new("k", &[]).references("p", &[]).finish();
        assert!(node.get("p").is_none());
        let twice = ["x".to_owned(), "x".to_owned()];
        let (_, node) = Node::new("k", &[]).references("p", &twice).finish();
        assert_eq!(node["p"], json!({"@id": "x"}));
    }
}
