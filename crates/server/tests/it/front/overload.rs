//! More requests than the server can work on.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{answer, connect, send};
use crate::program::Program;

/// While the one place is taken, others wait and are sent away; probes are answered, and no request is lost.
#[tokio::test]
async fn who_cannot_be_served_in_time_is_told_when_to_come_back() {
    let program = Program::new().with("COUNTERSIGN_SERVER__MAX_IN_FLIGHT", "1");
    let tenant = program.tenant();
    let secret = tenant["apiSecretKey"].as_str().unwrap();
    let server = program.serve(&[]);
    // Another process writes: `track` waits for it, up to five seconds.
    let writer = Connection::open(program.path("data/countersign.db")).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let held = async { server.call(secret, "/users/ada/actions/withdraw", &json!({})).await };
    let others = async {
        // It has begun to work.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        // At once: one after the other they would outlast the first.
        let refused = ["/v1/users/ada", "/v1/client/user-authenticators", "/nowhere"].map(|path| {
            let url = format!("{}{path}", server.url);
            tokio::spawn(reqwest::Client::new().get(url).header("origin", "http://never.example").send())
        });
        for refused in refused {
            let refused = refused.await.unwrap().unwrap();
            assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"1".parse().unwrap()));
            let body: Value = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
            assert_eq!(body["error"], "unavailable", "{body}");
            assert!(body["errorDescription"].as_str().unwrap().contains("busy"), "{body}");
        }
        let mut probe = connect(&server);
        for path in ["/healthz", "/readyz"] {
            send(&mut probe, path);
            assert_eq!(answer(&mut probe).0, 200, "{path}");
        }
        writer.execute_batch("COMMIT").unwrap();
    };
    let (tracked, ()) = tokio::join!(held, others);
    assert_eq!(tracked.0, 200, "{}", tracked.1);
    assert_eq!(server.get("/nowhere").await.0, 404, "the place is free again");
}
