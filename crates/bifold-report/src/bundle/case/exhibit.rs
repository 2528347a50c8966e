//! An exhibit in the graph: its provenance record, the object it stands for, its hash, its tool.

use serde_json::{Value, json};

use super::node::{Node, id, reference};
use super::{Exhibit, Graph};
use crate::bundle::{Acquisition, Physical, Sort};

/// Identifier of the exhibit's provenance record.
pub(super) fn record_id(exhibit: &Exhibit) -> String {
    id("case-investigation:ProvenanceRecord", &[&exhibit.id])
}

impl Graph {
    /// Adds the record and what it stands for; gives the record's identifier.
    pub(super) fn exhibit(&mut self, exhibit: &Exhibit) -> String {
        let object = self.object(exhibit);
        let root = exhibit.derived_from.as_deref();
        let record = Node::new("case-investigation:ProvenanceRecord", &[&exhibit.id])
            .text("uco-core:description", Some(&exhibit.title))
            .text("uco-core:tag", Some(&exhibit.tlp))
            .text("case-investigation:exhibitNumber", Some(&exhibit.number))
            .text("case-investigation:rootExhibitNumber", root)
            .references("uco-core:object", &[object]);
        self.add(record)
    }

    /// Says which objects were copied or taken from which.
    pub(super) fn derivations(&mut self, exhibits: &[Exhibit]) {
        for copy in exhibits {
            let source = copy.derived_from.as_ref();
            let source = source.and_then(|number| exhibits.iter().find(|e| e.number == *number));
            if let Some(source) = source {
                self.relate(&object_id(copy), "Derived_From", &object_id(source));
            }
        }
    }

    pub(super) fn tool(&mut self, card: &Acquisition) -> Option<String> {
        let name = card.tool.as_deref()?;
        let version = card.version.as_deref();
        let node = Node::new("uco-tool:Tool", &[name, version.unwrap_or_default()])
            .text("uco-core:name", Some(name))
            .text("uco-tool:version", version);
        Some(self.add(node))
    }

    fn object(&mut self, exhibit: &Exhibit) -> String {
        let facets = match &exhibit.physical {
            Some(thing) => self.device(exhibit, thing),
            None => self.content(exhibit),
        };
        let object = Node::new(object_kind(exhibit), &[&exhibit.id])
            .text("uco-core:name", Some(&exhibit.title))
            .references("uco-core:hasFacet", &facets);
        self.add(object)
    }

    fn device(&mut self, exhibit: &Exhibit, thing: &Physical) -> Vec<String> {
        let maker = thing.make.as_ref().map(|make| {
            let maker = Node::new("uco-identity:Organization", &[make]);
            self.add(maker.text("uco-core:name", Some(make)))
        });
        let facet = Node::new("uco-observable:DeviceFacet", &[&exhibit.id])
            .references("uco-observable:manufacturer", maker.as_slice())
            .text("uco-observable:model", thing.model.as_deref())
            .text("uco-observable:serialNumber", thing.serial.as_deref());
        vec![self.add(facet)]
    }

    /// Name, size and hash of the bytes; nothing of what is not sealed.
    fn content(&mut self, exhibit: &Exhibit) -> Vec<String> {
        let Some(sha256) = &exhibit.sha256 else {
            return Vec::new();
        };
        let hash = Node::new("uco-types:Hash", &[sha256])
            .text("uco-types:hashMethod", Some("SHA256"))
            .set(
                "uco-types:hashValue",
                json!({"@type": "xsd:hexBinary", "@value": sha256}),
            );
        let hash = self.add(hash);
        let size = exhibit.size_bytes.map(Value::from);
        let sized = |node: Node| match &size {
            Some(size) => node.set("uco-observable:sizeInBytes", size.clone()),
            None => node,
        };
        let content = Node::new("uco-observable:ContentDataFacet", &[&exhibit.id])
            .text("uco-observable:mimeType", exhibit.media_type.as_deref())
            .set("uco-observable:hash", reference(&hash));
        let file = Node::new("uco-observable:FileFacet", &[&exhibit.id])
            .text("uco-observable:fileName", exhibit.filename.as_deref());
        vec![self.add(sized(content)), self.add(sized(file))]
    }
}

fn object_kind(exhibit: &Exhibit) -> &'static str {
    if exhibit.sort == Sort::Physical {
        "uco-observable:Device"
    } else {
        "uco-observable:File"
    }
}

fn object_id(exhibit: &Exhibit) -> String {
    id(object_kind(exhibit), &[&exhibit.id])
}
