//! A running server: ready, logging in a form that machines read, stopping when asked.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::documents::{read, table_words};
use crate::program::Program;

#[tokio::test]
async fn it_says_that_it_lives_and_that_it_is_ready() {
    let server = Program::new().serve(&[]);
    assert_eq!(server.get("/healthz").await, (200, json!({ "status": "ok" })));
    assert_eq!(server.get("/readyz").await, (200, json!({ "status": "ready" })));
    let (status, body) = server.get("/nowhere").await;
    assert_eq!((status, body["error"].as_str()), (404, Some("not_found")));
}

#[tokio::test]
async fn without_a_way_to_send_mail_no_codes_by_mail_are_offered() {
    let program = Program::new();
    let secret = program.tenant()["apiSecretKey"].as_str().unwrap().to_owned();
    let server = program.serve(&[]);
    let (status, tracked) = server.call(&secret, "/users/ada/actions/pay", &json!({})).await;
    assert_eq!(
        (status, &tracked["allowedVerificationMethods"]),
        (200, &json!(["PASSKEY", "SECURITY_KEY", "AUTHENTICATOR_APP"]))
    );
}

#[test]
fn it_stops_cleanly_when_asked() {
    for signal in ["TERM", "INT"] {
        let program = Program::new();
        let tenant = program.tenant();
        let server = program.serve(&[]);
        let (status, log, _) = server.end(signal);
        assert_eq!(status.code(), Some(0), "SIG{signal}: {log:?}");
        assert!(log.last().is_some_and(|line| line.ends_with("Stopped")), "SIG{signal}: {log:?}");
        assert!(!program.path("data/countersign.db-wal").exists(), "nothing is left in the write-ahead log");
        assert_eq!(program.json(&["tenant", "show"])["tenantId"], tenant["tenantId"]);
    }
}

#[test]
fn a_client_that_never_finishes_its_request_does_not_keep_it_from_stopping() {
    let server = Program::new().serve(&[]);
    let mut half = TcpStream::connect(server.url.replace("http://localhost", "127.0.0.1")).unwrap();
    half.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Half: ").unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let holding = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(20));
        drop(half);
    });
    let (status, log, _) = server.end("TERM");
    assert!(!holding.is_finished(), "it waited for the client: {log:?}");
    assert_eq!(status.code(), Some(0), "{log:?}");
    assert!(log.last().is_some_and(|line| line.ends_with("Stopped")), "{log:?}");
}

#[tokio::test]
async fn a_log_line_in_json_has_the_documented_fields_and_no_secret() {
    let program = Program::new().with("COUNTERSIGN_LOG__FORMAT", "json");
    let tenant = program.tenant();
    let secret = tenant["apiSecretKey"].as_str().unwrap();
    let server = program.serve(&[]);
    let token = server.track(secret, "ada", "withdraw").await;
    server.call("csk_server_wrong", "/validate", &json!({ "token": token })).await;
    let (_, log, out) = server.end("TERM");
    assert_eq!(out, "", "the log goes to standard error alone");

    let lines: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let calls: Vec<&Value> = lines.iter().filter(|line| line["http.path"].is_string()).collect();
    assert_eq!(calls.len(), 2, "{log:?}");
    assert_eq!(calls[0]["message"], "POST /v1/users/ada/actions/withdraw 200");
    assert_eq!((&calls[0]["http.method"], &calls[0]["http.status"]), (&json!("POST"), &json!(200)));
    assert_eq!((&calls[1]["http.path"], &calls[1]["http.status"]), (&json!("/v1/validate"), &json!(401)));
    let page = read("docs/logging.md");
    // Other lines have other fields, as the last column says.
    let of_a_request: Vec<&str> = page.lines().filter(|row| row.ends_with("line of a request |")).collect();
    let documented = table_words(&of_a_request.join("\n")).into_iter();
    let fields: BTreeSet<String> = documented.chain(["timestamp", "level", "message"].map(str::to_owned)).collect();
    for call in calls {
        assert_eq!(call.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>(), fields);
        assert_eq!(call["client.address"], "127.0.0.1");
        assert!(call["duration_us"].is_u64() && call["request.id"].is_string() && call["timestamp"].is_string());
    }
    for line in &log {
        assert!(!line.contains(secret) && !line.contains(&token) && !line.contains("csk_"), "{line}");
    }
}

#[tokio::test]
async fn a_log_that_is_not_a_terminal_has_no_colours() {
    let program = Program::new();
    let server = program.serve(&[]);
    server.get("/healthz").await;
    let (_, log, _) = server.end("TERM");
    assert!(log.iter().any(|line| line.contains("GET /healthz 200")), "{log:?}");
    assert!(log.iter().all(|line| !line.contains('\x1b')), "{log:?}");
}
