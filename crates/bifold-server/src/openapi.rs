//! The OpenAPI 3.1 document, made from the table of routes.

use crate::error::Problem;
use crate::route::{Access, Answer, Described, Method, Route, registry};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The document as text.
pub fn openapi_json() -> String {
    let mut routes = registry();
    routes.retain(|route| !route.is_page);
    let mut schemas = BTreeMap::new();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    note(&mut schemas, Described::of::<Problem>());
    for route in &routes {
        let operation = operation(route, &mut schemas);
        paths
            .entry(route.path.replace("{*", "{"))
            .or_default()
            .insert(route.method.as_str().to_lowercase(), operation);
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bifold",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Incident management in which the record is the change: every answer \
                that changed something carries its ledger receipt.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": { "Problem": {
                "description": "It was not done; the document says why and what to do next.",
                "content": { "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/Problem" },
                } },
            } },
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "An API token, bfd_…" },
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-bifold" },
            },
        },
        "tags": tags(&routes),
    });
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn tags(routes: &[Route]) -> Vec<Value> {
    let mut names: Vec<&str> = routes.iter().map(Route::tag).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| json!({ "name": name }))
        .collect()
}

fn operation(route: &Route, schemas: &mut BTreeMap<String, Value>) -> Value {
    let mut operation = json!({
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag()],
        "parameters": parameters(route),
        "responses": responses(route, schemas),
        "security": security(route),
    });
    if let Some(body) = route.body {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": note(schemas, body) } },
        });
    }
    operation
}

fn security(route: &Route) -> Value {
    match route.access {
        Access::Anyone => json!([]),
        _ => json!([{ "token": [] }, { "session": [] }]),
    }
}

fn parameters(route: &Route) -> Vec<Value> {
    let string = |name: &str, place: &str, required: bool, description: &str| {
        json!({
            "name": name, "in": place, "required": required, "description": description,
            "schema": { "type": "string" },
        })
    };
    let mut all: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| match name {
            "*index" => string(
                "index",
                "path",
                true,
                "Index and width, which may hold slashes.",
            ),
            "id" => string(
                name,
                "path",
                true,
                "Id, or number where the record has one.",
            ),
            _ => string(name, "path", true, "Part of the path."),
        })
        .collect();
    for (name, kind, description) in route.query {
        all.push(json!({
            "name": name, "in": "query", "required": false, "description": description,
            "schema": { "type": kind },
        }));
    }
    if route.is_keyed {
        all.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Your id for this operation; a repetition has one effect.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" },
        }));
        all.push(json!({
            "name": "If-Match", "in": "header", "required": false,
            "description": "The ETag you saw; a later version answers 409.",
            "schema": { "type": "string", "pattern": "^(\\*|\"[0-9]{1,19}\")$" },
        }));
    }
    all
}

fn responses(route: &Route, schemas: &mut BTreeMap<String, Value>) -> Value {
    let mut all = Map::new();
    for (status, answer) in &route.answers {
        let mut response = json!({ "description": "Done." });
        match answer {
            Answer::Empty => {}
            Answer::Json(described) => {
                response["content"] =
                    json!({ "application/json": { "schema": note(schemas, *described) } });
            }
            Answer::Open => {
                response["content"] = json!({ "application/json": { "schema": true } });
            }
            Answer::Bytes(media_type) => {
                response["content"] = json!({ *media_type: {} });
            }
        }
        all.insert(status.to_string(), response);
    }
    for status in problems(route) {
        all.insert(
            status.to_string(),
            json!({ "$ref": "#/components/responses/Problem" }),
        );
    }
    all.insert(
        "default".to_owned(),
        json!({ "$ref": "#/components/responses/Problem" }),
    );
    Value::Object(all)
}

/// The problems a client should expect of a route.
fn problems(route: &Route) -> Vec<u16> {
    let mut all = Vec::new();
    if route.access != Access::Anyone {
        all.extend([401, 403]);
    }
    if route.path.contains('{') {
        all.push(404);
    }
    if !route.query.is_empty() {
        all.push(422);
    }
    if route.method != Method::Get {
        all.extend([400, 403, 404, 409, 413, 415, 422]);
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Adds a schema and those it refers to, and gives the reference to it.
fn note(schemas: &mut BTreeMap<String, Value>, described: Described) -> Value {
    let name = (described.name)().into_owned();
    let own = as_json(&(described.schema)());
    // Lists and the like have no name of their own.
    let is_named = !name.contains(['<', '[']);
    let mut others = Vec::new();
    (described.others)(&mut others);
    for (name, schema) in others {
        schemas.entry(name).or_insert_with(|| as_json(&schema));
    }
    if !is_named {
        return own;
    }
    let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
    schemas.entry(name).or_insert(own);
    reference
}

fn as_json<T: serde::Serialize>(schema: &T) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}
