//! Whose word about the client's address is believed.

use serde_json::{Value, json};

use crate::program::{Program, Server};

fn strict(trusted: &str) -> (Program, Value, Server) {
    let program = Program::new()
        .with("COUNTERSIGN_SERVER__STRANGERS_PER_SECOND", "1")
        .with("COUNTERSIGN_LOG__FORMAT", "json")
        .with("COUNTERSIGN_SERVER__TRUSTED_PROXIES", trusted);
    let tenant = program.tenant();
    let server = program.serve(&[]);
    (program, tenant, server)
}

/// Calls of a stranger, each with another forwarding header: how many were let in.
async fn strangers(tenant: &Value, server: &Server, header: impl Fn(u32) -> (&'static str, String)) -> usize {
    let http = reqwest::Client::new();
    let mut let_in = 0;
    for n in 0..20 {
        let (name, value) = header(n);
        let call = http.post(format!("{}/v1/client/challenge", server.url)).json(&json!({})).header(name, value);
        let answer = call.basic_auth(tenant["tenantId"].as_str().unwrap(), Some("")).send().await.unwrap();
        let status = answer.status().as_u16();
        assert!(status == 200 || status == 429, "{status}");
        let_in += usize::from(status == 200);
    }
    let_in
}

/// A forged header never changes the bucket.
#[tokio::test]
async fn item_54_a_forged_forwarding_header_changes_nothing() {
    let (_program, tenant, server) = strict("");
    let forged = strangers(&tenant, &server, |n| ("x-forwarded-for", format!("203.0.113.{n}"))).await;
    assert!((6..=12).contains(&forged), "six at once, and one a second: {forged}");
    let forged = strangers(&tenant, &server, |n| ("forwarded", format!("for=203.0.113.{n}"))).await;
    assert!(forged <= 6, "{forged}");
    let (_, log, _) = server.end("TERM");
    assert!(!log.iter().any(|line| line.contains("203.0.113.")), "{log:?}");
}

/// Behind a proxy a client may add what it likes to the left.
#[tokio::test]
async fn item_54_what_a_client_tells_the_proxy_changes_nothing() {
    let (_program, tenant, server) = strict("127.0.0.1");
    let header = |n| ("x-forwarded-for", format!("198.51.100.{n}, 203.0.113.9"));
    let forged = strangers(&tenant, &server, header).await;
    assert!((6..=12).contains(&forged), "{forged}");
    let (_, log, _) = server.end("TERM");
    let calls = log.iter().filter(|line| line.contains("/v1/client/challenge"));
    assert!(calls.clone().count() == 20 && calls.clone().all(|line| line.contains("\"203.0.113.9\"")), "{log:?}");
}

/// Each client of a trusted proxy has a bucket of its own.
#[tokio::test]
async fn clients_behind_a_trusted_proxy_are_told_apart() {
    let (_program, tenant, server) = strict("10.0.0.0/8, 127.0.0.1");
    assert_eq!(strangers(&tenant, &server, |n| ("x-forwarded-for", format!("203.0.113.{n}"))).await, 20);
    assert_eq!(strangers(&tenant, &server, |n| ("forwarded", format!("for=\"[2001:db8:{n}::1]:80\""))).await, 20);
}

/// Neither scheme nor host are taken from a header, whoever sends it.
#[tokio::test]
async fn a_proxys_word_on_scheme_and_host_is_not_taken() {
    let (_program, tenant, server) = strict("127.0.0.1");
    let secret = tenant["apiSecretKey"].as_str().unwrap();
    let call = reqwest::Client::new().post(format!("{}/v1/users/ada/actions/x", server.url)).json(&json!({}));
    let call = call.header("x-forwarded-host", "evil.example").header("x-forwarded-proto", "https");
    let answer = call.basic_auth(secret, Some("")).send().await.unwrap();
    assert!(answer.headers().get("strict-transport-security").is_none());
    let text = answer.text().await.unwrap();
    assert!(text.contains(&server.url) && !text.contains("evil.example"), "{text}");
}

/// The proxy's id for a request is kept when it is harmless; a stranger's is not.
#[tokio::test]
async fn a_request_id_is_kept_from_a_trusted_proxy_alone() {
    for (trusted, id, is_kept) in [
        ("127.0.0.1", "8f1c2a9e-0d4b-4c59", true),
        ("127.0.0.1", "two words", false),
        ("", "8f1c2a9e-0d4b-4c59", false),
    ] {
        let (_program, _, server) = strict(trusted);
        let call = reqwest::Client::new().get(format!("{}/nowhere", server.url)).header("x-request-id", id);
        let answer = call.send().await.unwrap();
        let named = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert_eq!(named == id, is_kept, "{trusted} {id}");
        assert_eq!(serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap()["requestId"], named);
    }
}
