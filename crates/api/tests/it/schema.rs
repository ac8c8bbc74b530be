//! The specifications checked in under `schema/` are what the code says. `make schema` writes them.

use std::path::Path;

use countersign_api::openapi;
use serde_json::Value;

fn checked_in(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema").join(name)
}

fn compare(name: &str, written: &str) {
    let path = checked_in(name);
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, format!("{written}\n")).expect("the schema folder is writable");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found.trim_end() == written,
        "schema/{name} is not what the code says: run `make schema` and look at the change"
    );
}

#[test]
fn schema_of_the_client_api_is_checked_in() {
    compare("client.json", &openapi::client_api().to_pretty_json().unwrap());
}

#[test]
fn schema_of_the_server_api_is_checked_in() {
    compare("server.json", &openapi::server_api().to_pretty_json().unwrap());
}

#[test]
fn schema_of_the_management_api_is_checked_in() {
    compare("management.json", &openapi::management_api().to_pretty_json().unwrap());
}

#[test]
fn schema_of_graphql_is_checked_in() {
    compare("nhost.graphql", countersign_api::graphql_sdl().unwrap().trim_end());
}

#[test]
fn schema_of_the_nhost_door_is_checked_in() {
    compare("nhost.json", &openapi::nhost_api().to_pretty_json().unwrap());
}

/// decisions §8, first bullet.
#[test]
fn schema_of_verify_passkey_has_the_shape_clients_were_generated_from() {
    let document: Value = serde_json::to_value(openapi::client_api()).unwrap();
    let call = &document["paths"]["/v1/client/verify/passkey"]["post"];
    assert_eq!(
        (&call["operationId"], &call["tags"]),
        (&"verifyAuthentication".into(), &serde_json::json!(["Passkeys"]))
    );
    let schemes: Vec<&str> = call["security"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one.as_object().unwrap().keys())
        .map(String::as_str)
        .collect();
    assert_eq!(schemes, ["bearerAuth", "tenantBasic"]);
    let schema = |reference: &Value| {
        let name = reference["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        document["components"]["schemas"][name].clone()
    };
    let request = schema(&call["requestBody"]["content"]["application/json"]["schema"]);
    assert_eq!(request["required"], serde_json::json!(["challengeId", "authenticationCredential"]));
    assert!(request["properties"]["deviceId"].is_object());
    let success = schema(&call["responses"]["200"]["content"]["application/json"]["schema"]);
    assert_eq!(success["required"], serde_json::json!(["isVerified"]));
    assert!(success["properties"]["accessToken"].is_object());
    for (status, name) in [("400", "Error"), ("401", "ErrorWithCode"), ("404", "Error")] {
        let answer = &call["responses"][status]["content"]["application/json"]["schema"]["$ref"];
        assert_eq!(answer, &format!("#/components/schemas/{name}"), "{status}");
        assert_eq!(document["components"]["schemas"][name]["required"], serde_json::json!(["error"]), "{name}");
    }
}
