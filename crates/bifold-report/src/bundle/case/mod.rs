//! The chain of custody as a graph in CASE 1.4 and UCO 1.4 (JSON-LD), for other forensic tools.
//!
//! Every step is an `InvestigativeAction` informed by the one before; every exhibit is a
//! `ProvenanceRecord` with its number and the object it stands for. Identifiers are derived from
//! the ledger's own, so the same bundle gives the same graph.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

mod exhibit;
mod node;

use node::{Node, reference, time};

use super::{Bundle, CustodyEvent, Exhibit, Person, show};

/// The graph in the making: nodes by their identifier, so that each stands in it once.
struct Graph {
    nodes: BTreeMap<String, Value>,
}

pub(super) fn graph(bundle: &Bundle) -> Value {
    let mut graph = Graph {
        nodes: BTreeMap::new(),
    };
    let mut members = Vec::new();
    let mut authorities = Vec::new();
    for exhibit in &bundle.exhibits {
        members.push(graph.exhibit(exhibit));
        members.extend(graph.actions(exhibit));
        let card = exhibit.acquisition.as_ref();
        authorities.extend(card.map(|card| graph.authorization(&card.authority)));
    }
    graph.derivations(&bundle.exhibits);
    let maker = graph.person(&bundle.export.by);
    let incident = &bundle.incident;
    let name = format!("{}: {}", incident.number, incident.title);
    let investigation = Node::new("case-investigation:Investigation", &[&incident.id])
        .text("uco-core:name", Some(&name))
        .text("uco-core:tag", Some(&bundle.export.tlp))
        .set("uco-core:objectCreatedTime", time(bundle.export.at))
        .set("uco-core:createdBy", reference(&maker))
        .set("uco-action:startTime", time(incident.declared_at))
        .references("case-investigation:relevantAuthorization", &authorities)
        .references("uco-core:object", &members);
    graph.add(investigation);
    let nodes: Vec<Value> = graph.nodes.into_values().collect();
    json!({"@context": context(), "@graph": nodes})
}

fn context() -> Value {
    let uco = |part: &str| format!("https://ontology.unifiedcyberontology.org/uco/{part}/");
    let mut context = Map::new();
    for part in [
        "action",
        "core",
        "identity",
        "location",
        "observable",
        "role",
        "tool",
        "types",
    ] {
        context.insert(format!("uco-{part}"), Value::from(uco(part)));
    }
    let case = "https://ontology.caseontology.org/case/investigation/";
    context.insert("case-investigation".to_owned(), Value::from(case));
    let xsd = "http://www.w3.org/2001/XMLSchema#";
    context.insert("xsd".to_owned(), Value::from(xsd));
    Value::Object(context)
}

impl Graph {
    /// Adds the node if it is new; gives its identifier.
    fn add(&mut self, node: Node) -> String {
        let (id, value) = node.finish();
        self.nodes.entry(id.clone()).or_insert(value);
        id
    }

    fn person(&mut self, person: &Person) -> String {
        let identity = Node::new("uco-identity:Person", &[&person.id])
            .text("uco-core:name", Some(&person.name));
        let identity = self.add(identity);
        if let Some(role) = &person.role {
            let held = Node::new("uco-role:Role", &[role]).text("uco-core:name", Some(role));
            let held = self.add(held);
            self.relate(&identity, "Has_Role", &held);
        }
        identity
    }

    fn relate(&mut self, source: &str, kind: &str, target: &str) {
        let node = Node::new("uco-core:Relationship", &[source, kind, target])
            .set("uco-core:source", reference(source))
            .set("uco-core:target", reference(target))
            .text("uco-core:kindOfRelationship", Some(kind))
            .set("uco-core:isDirectional", Value::Bool(true));
        self.add(node);
    }

    fn location(&mut self, place: &str) -> String {
        self.add(Node::new("uco-location:Location", &[place]).text("uco-core:name", Some(place)))
    }

    fn authorization(&mut self, authority: &str) -> String {
        self.add(
            Node::new("case-investigation:Authorization", &[authority]).text(
                "case-investigation:authorizationIdentifier",
                Some(authority),
            ),
        )
    }

    /// One action for each step, each informed by the one before.
    fn actions(&mut self, exhibit: &Exhibit) -> Vec<String> {
        let mut actions: Vec<String> = Vec::new();
        for (n, event) in exhibit.custody.iter().enumerate() {
            let before = actions.last().cloned();
            actions.push(self.action(exhibit, n, event, before.as_deref()));
        }
        actions
    }

    fn action(
        &mut self,
        exhibit: &Exhibit,
        n: usize,
        event: &CustodyEvent,
        before: Option<&str>,
    ) -> String {
        let is_collected = event.kind == "collected";
        let card = exhibit.acquisition.as_ref().filter(|_| is_collected);
        let at: Timestamp = card.map_or(event.at, |card| card.at);
        let performer = self.person(&event.actor);
        let place = card.and_then(|card| card.place.as_deref());
        let place = place.or_else(|| event.field("place"));
        let place = place.map(|place| self.location(place));
        let tool = card.and_then(|card| self.tool(card));
        let said = event.fields.iter();
        let said: Vec<String> = said.map(|f| format!("{}: {}", f.name, f.text)).collect();
        let said = Some(said.join("\n")).filter(|said| !said.is_empty());
        let record = exhibit::record_id(exhibit);
        let is_origin = is_collected || event.kind == "sealed";
        let role = if is_origin {
            "uco-action:result"
        } else {
            "uco-action:object"
        };
        let kind = "case-investigation:InvestigativeAction";
        let node = Node::new(kind, &[&exhibit.id, &n.to_string()])
            .text("uco-core:name", Some(&show::tag(&event.kind)))
            .text("uco-core:description", said.as_deref())
            .set("uco-action:startTime", time(at))
            .set("uco-action:endTime", time(at))
            .set("uco-action:performer", reference(&performer))
            .references("uco-action:location", place.as_slice())
            .references("uco-action:instrument", tool.as_slice())
            .references(role, std::slice::from_ref(&record));
        let informed = before.map(str::to_owned);
        let by = "case-investigation:wasInformedBy";
        self.add(node.references(by, informed.as_slice()))
    }
}
