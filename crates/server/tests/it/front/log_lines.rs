//! The log of a server that hears bad things.

use std::io::Write as _;
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::program::Program;

/// A line of one's own, an escape for a terminal, a line for who splits at other places, and an object.
const FORGED: &str = "x\n2026-01-01T00:00:00Z ERROR canary\r\n\u{1b}[31mcanary\u{2028}\u{85}{\"level\":\"ERROR\",\"message\":\"canary\"}";

#[tokio::test]
async fn item_91_input_cannot_forge_a_line_of_the_log() {
    for format in ["text", "json"] {
        let program = Program::new().with("COUNTERSIGN_LOG__FORMAT", format).with("COUNTERSIGN_LOG__LEVEL", "debug");
        let tenant = program.tenant();
        let secret = tenant["apiSecretKey"].as_str().unwrap();
        let server = program.serve(&[]);
        let encoded = FORGED.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
        server.get(&format!("/{encoded}?q={encoded}")).await;
        for (path, body) in [
            (format!("/v1/users/{encoded}/actions/withdraw"), json!({})),
            (format!("/v1/users/ada/actions/{encoded}"), json!({})),
            ("/v1/users/ada/actions/withdraw".to_owned(), json!({ "deviceId": 1, FORGED: FORGED })),
            ("/v1/users/ada/actions/withdraw".to_owned(), json!({ "deviceId": FORGED, "userAgent": FORGED })),
            ("/v1/users/ada/actions/withdraw".to_owned(), json!({ "redirectUrl": FORGED, "idempotencyKey": FORGED })),
            ("/v1/validate".to_owned(), json!({ "token": FORGED })),
            ("/v1/validate".to_owned(), json!(FORGED)),
        ] {
            server.call(secret, &path, &body).await;
        }
        let mut raw = TcpStream::connect(server.address()).unwrap();
        raw.write_all(b"GET /\x1b[31mcanary HTTP/1.1\r\nHost: localhost\r\nOrigin: \xc2\x85canary\r\n\r\n").unwrap();
        let (_, log, _) = server.end("TERM");
        assert!(log.len() > 8, "{log:?}");
        for line in &log {
            let odd = |c: char| c.is_control() || c == '\u{2028}';
            assert!(!line.contains(odd), "{line:?}");
            if format == "json" {
                let line: Value = serde_json::from_str(line).unwrap();
                assert!(line["timestamp"].is_string() && line["message"] != "canary", "{line}");
            } else {
                assert!(line.starts_with("20") && !line.starts_with("2026-01-01"), "{line:?}");
            }
        }
    }
}
