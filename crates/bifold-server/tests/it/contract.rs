//! The document of the interface, locked.

use serde_json::Value;
use std::collections::BTreeSet;

fn document() -> Value {
    serde_json::from_str(&bifold_server::openapi_json()).unwrap()
}

#[test]
fn the_document_is_as_agreed() {
    insta::assert_snapshot!("openapi", bifold_server::openapi_json());
}

#[test]
fn every_route_is_in_the_document_once_and_described() {
    let document = document();
    let mut ids = BTreeSet::new();
    for route in bifold_server::registry() {
        let path = route.path.replace("{*", "{");
        let method = route.method.as_str().to_lowercase();
        let operation = &document["paths"][&path][&method];
        // Pages are for people, and not part of the interface.
        let expected = if route.is_page {
            None
        } else {
            Some(route.name)
        };
        assert_eq!(
            operation["operationId"].as_str(),
            expected,
            "{method} {path}"
        );
        assert!(ids.insert(route.name), "{} twice", route.name);
        assert!(
            route.summary.ends_with('.'),
            "{} has no summary",
            route.name
        );
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(reference)) = map.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                open.extend(map.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}
