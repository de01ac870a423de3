//! The OpenAPI document, and whether the gateway does what it promises.

use serde_json::{Value, json};

use crate::harness::{Answer, Gateway, Upstream, eventually, guest, shared};

/// How schemas are composed of others.
const COMPOSED: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// The document of a gateway.
struct Api(Value);

impl Api {
    async fn of(gateway: &Gateway) -> Self {
        Self(gateway.get("/openapi.json").await.ok())
    }

    /// Asserts that an answer is one that the document has for this operation.
    #[track_caller]
    fn promises(&self, method: &str, path: &str, answer: &Answer) {
        let operation = &self.0["paths"][path][method];
        assert!(operation.is_object(), "there is no {method} {path}");
        let status = answer.status.as_u16().to_string();
        let response = &operation["responses"][&status];
        assert!(response.is_object(), "{method} {path} does not promise {status}: {}", answer.body);
        let media_type = answer.headers["content-type"].to_str().expect("text");
        let schema = &response["content"][media_type]["schema"];
        assert!(schema.is_object(), "{method} {path} {status} does not promise {media_type}");
        if media_type == "application/x-ndjson" {
            for line in answer.body.lines() {
                self.fits(schema, &serde_json::from_str(line).expect("JSON"));
            }
        } else {
            self.fits(schema, &answer.json());
        }
        if answer.status != 200 {
            let code = answer.json()["code"].as_str().expect("a code").to_owned();
            let promised = response["description"].as_str().expect("a description");
            assert!(promised.contains(&code), "{method} {path} {status} does not promise {code}");
        }
    }

    /// Asserts that a value fits a schema, and has no member in its objects that the schema does not name.
    #[track_caller]
    fn fits(&self, schema: &Value, value: &Value) {
        let mut whole = schema.clone();
        whole["components"] = self.0["components"].clone();
        let validator = jsonschema::draft202012::new(&whole).expect("a schema");
        let errors: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:?}\n{value:#}");
        self.names_all(schema, value);
    }

    #[track_caller]
    fn names_all(&self, schema: &Value, value: &Value) {
        match value {
            Value::Array(items) => {
                items.iter().for_each(|item| self.names_all(&self.resolve(schema)["items"], item));
            }
            Value::Object(members) => {
                let mut parts = Vec::new();
                self.parts(schema, &mut parts);
                // Any JSON, or any object.
                let is_any = |part: &&Value| {
                    ["type", "allOf", "anyOf", "oneOf"].iter().all(|key| part[*key].is_null())
                };
                let is_object =
                    |part: &Value| part["properties"].is_null() && part["additionalProperties"].is_null();
                if parts.iter().any(is_any) || (parts.len() == 1 && is_object(parts[0])) {
                    return;
                }
                for (name, member) in members {
                    let described = parts.iter().find_map(|part| part["properties"].get(name));
                    let described =
                        described.or_else(|| parts.iter().find_map(|part| part.get("additionalProperties")));
                    let described =
                        described.unwrap_or_else(|| panic!("`{name}` is not in the document: {value}"));
                    self.names_all(described, member);
                }
            }
            _ => {}
        }
    }

    /// A schema and all that it is composed of.
    fn parts<'a>(&'a self, schema: &'a Value, found: &mut Vec<&'a Value>) {
        let schema = self.resolve(schema);
        found.push(schema);
        let composed = COMPOSED.iter().filter_map(|key| schema[*key].as_array()).flatten();
        composed.for_each(|part| self.parts(part, found));
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.0.pointer(reference.trim_start_matches('#')).expect("it is there"),
            None => schema,
        }
    }
}

#[tokio::test]
async fn the_document_is_what_it_was() {
    let api = Api::of(&shared()).await;
    let version = api.0["openapi"].as_str().expect("a version");
    assert!(version.starts_with("3.1"), "{version}");
    insta::assert_snapshot!(serde_json::to_string_pretty(&api.0).expect("JSON"));
}

#[tokio::test]
async fn every_route_is_in_the_document_and_every_operation_is_a_route() {
    let gateway = shared();
    let api = Api::of(&gateway).await;
    for (path, operations) in api.0["paths"].as_object().expect("an object") {
        for method in operations.as_object().expect("an object").keys() {
            let method = reqwest::Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let answer = gateway.send(method.clone(), &path.replace("{name}", "no-such"), None).await;
            let code = if answer.status == 200 { Value::Null } else { answer.json()["code"].take() };
            assert!(
                code != "unknown_route" && code != "method_not_allowed",
                "{method} {path}: {}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn its_own_examples_are_answered_as_it_promises() {
    let gateway = Gateway::start();
    let api = Api::of(&gateway).await;
    let mut examples = 0;
    for (path, operations) in api.0["paths"].as_object().expect("an object") {
        for (method, operation) in operations.as_object().expect("an object") {
            let route = path.replace("{name}", "word-count");
            let body =
                operation["requestBody"]["content"].as_object().and_then(|content| content.iter().next());
            let (route, answer) = match body {
                Some((media_type, body)) => {
                    let example = &body["example"];
                    let sent = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
                    if media_type == "application/json" {
                        api.fits(&body["schema"], example);
                    }
                    let route =
                        if path.ends_with("stream") { format!("{route}?services=word-count") } else { route };
                    let answer = gateway.post_bytes(&route, media_type, sent).await;
                    (route, answer)
                }
                None if method == "get" => (route.clone(), gateway.get(&route).await),
                None => continue,
            };
            assert_eq!(answer.status, 200, "{route}: {}", answer.body);
            api.promises(method, path, &answer);
            examples += 1;
        }
    }
    assert_eq!(examples, 10);
}

#[tokio::test]
async fn whatever_is_answered_is_in_the_document() {
    let (gateway, upstream) = (Gateway::start(), Upstream::start().await);
    let api = Api::of(&gateway).await;
    // Every kind of finding that there is.
    let guests =
        ["tagger", "summarizer", "embedder", "relation-extractor", "redactor", "classifier", "hostile"];
    for name in guests {
        gateway.drop_in(&guest(name), &format!("{name}.wasm"));
    }
    std::fs::write(gateway.plugins().join("broken.wasm"), "no").expect("a file");
    eventually("all serve", async || gateway.service_names().await.len() == 3 + guests.len()).await;
    eventually("the broken one is told", async || gateway.refusal_of("broken.wasm").await.is_some()).await;
    for (name, path) in [("odd", "/json"), ("gone", "/status/503")] {
        gateway.post("/services", json!({"name": name, "url": upstream.url(path)})).await.ok();
    }
    let names = gateway.service_names().await;
    let text = "Ada Lovelace met Charles Babbage in London. Mail ada@example.org! It was lovely, wasn't it?";
    for name in names.iter().filter(|name| *name != "gone" && *name != "odd") {
        let answer = gateway.analyze(name, text).await;
        api.promises("post", "/analyze", &answer);
    }
    let services: Vec<&String> = names.iter().collect();
    let documents = json!([{"text": text}, {"text": "trap"}, {"text": "nan", "language": "de"}, {}]);
    let batch = json!({"documents": documents, "services": services, "explain": true});
    let batch = gateway.post("/v1/analyze", batch).await;
    assert_eq!(batch.status, 200);
    api.promises("post", "/v1/analyze", &batch);
    let lines = "{\"text\": \"a\"}\nbroken\n{\"text\": \"trap\"}\n";
    let services = names.join(",");
    let stream = gateway
        .post_bytes(&format!("/v1/analyze/stream?services={services}"), "application/x-ndjson", lines)
        .await;
    api.promises("post", "/v1/analyze/stream", &stream);
    let errors = [
        ("/analyze", "/analyze", json!({"service": "no-such", "text": "a"})),
        ("/analyze", "/analyze", json!({"service": "hostile", "text": "trap"})),
        ("/analyze", "/analyze", json!({"service": "hostile", "text": "text"})),
        ("/analyze", "/analyze", json!({"service": "gone", "text": "a"})),
        ("/analyze", "/analyze", json!({"service": "word-count", "text": "a".repeat(2 << 20)})),
        ("/analyze", "/analyze", json!({})),
        ("/services/{name}", "/services/hostile", json!({"text": "fail"})),
        ("/services/{name}", "/services/no-such", json!({"text": "a"})),
        ("/services", "/services", json!({"name": "word-count", "url": "http://localhost/"})),
        ("/services", "/services", json!({"name": "a"})),
        ("/v1/analyze", "/v1/analyze", json!({"text": "a", "services": ["no-such"]})),
        (
            "/v1/analyze",
            "/v1/analyze",
            json!({"text": "a", "services": [{"name": "word-count", "version": "^99"}]}),
        ),
        (
            "/v1/analyze",
            "/v1/analyze",
            json!({"text": "a", "services": [{"name": "word-count", "settings": {"a": 1}}]}),
        ),
    ];
    for (path, route, body) in errors {
        let answer = gateway.post(route, body).await;
        assert_ne!(answer.status, 200);
        api.promises("post", path, &answer);
    }
    let unknown = gateway.get("/v1/services/no-such").await;
    api.promises("get", "/v1/services/{name}", &unknown);
    api.promises("get", "/v1/services", &gateway.get("/v1/services").await);
    for name in ["odd", "word-count", "no-such"] {
        let removed = gateway.send(reqwest::Method::DELETE, &format!("/services/{name}"), None).await;
        api.promises("delete", "/services/{name}", &removed);
    }
}
