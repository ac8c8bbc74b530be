//! Being asked to stop while clients are there.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::{answer, connect, is_closed, send};
use crate::program::Program;

const CLOSED: &str = "no new connections";

#[test]
fn a_request_that_has_begun_is_answered() {
    let program = Program::new();
    let mut server = program.serve(&[]);
    let mut half = connect(&server);
    half.write_all(b"POST /v1/validate HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{").unwrap();
    let mut idle = connect(&server);
    send(&mut idle, "/healthz");
    assert_eq!(answer(&mut idle).0, 200);
    server.signal("TERM");
    server.said(CLOSED);
    // One that was idle, and asks before it was told.
    send(&mut idle, "/healthz");
    let (status, text) = answer(&mut idle);
    assert!(status == 200 && text.contains("connection: close"), "{text}");
    assert!(is_closed(&mut idle));
    half.write_all(b"}").unwrap();
    let (status, text) = answer(&mut half);
    assert!(status == 401 && text.contains("connection: close") && text.contains("requestId"), "{text}");
    let (status, log, _) = server.ended();
    assert_eq!(status.code(), Some(0), "{log:?}");
    assert!(!log.iter().any(|line| line.contains("still busy")), "{log:?}");
}

#[test]
fn while_it_drains_it_says_so_and_still_serves() {
    let program = Program::new().with("COUNTERSIGN_SERVER__DRAIN_SECONDS", "600");
    let mut server = program.serve(&[]);
    let mut early = connect(&server);
    server.signal("TERM");
    server.said("Stopping in 600 seconds");
    let mut late = connect(&server);
    send(&mut late, "/readyz");
    let (status, text) = answer(&mut late);
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("unavailable") && text.contains("stopping") && text.contains("retry-after: 1"), "{text}");
    for stream in [&mut early, &mut connect(&server)] {
        send(stream, "/v1/users/ada");
        let (status, text) = answer(stream);
        assert!(status == 401 && text.contains("connection: close"), "{text}");
    }
    // Asked once more, it does not wait for the rest.
    let started = Instant::now();
    let (status, log, _) = server.end("TERM");
    assert!(status.code() == Some(0) && started.elapsed() < Duration::from_mins(5), "{log:?}");
}

/// Clients that the system had accepted when the listener was closed are served, not reset.
#[test]
fn nobody_who_is_connected_is_reset() {
    let program = Program::new();
    let server = program.serve(&[]);
    let address = server.address();
    let is_over = AtomicBool::new(false);
    let answered = std::thread::scope(|scope| {
        let ask = || {
            let mut answered = 0;
            while !is_over.load(Ordering::Relaxed) {
                let Ok(mut stream) = TcpStream::connect(&address) else { break };
                send(&mut stream, "/healthz");
                assert_eq!(answer(&mut stream).0, 200, "connected, and then not answered");
                answered += 1;
            }
            answered
        };
        let asking: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        std::thread::sleep(Duration::from_millis(300));
        let (status, log, _) = server.end("TERM");
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(status.code(), Some(0), "{log:?}");
        asking.into_iter().map(|thread| thread.join().unwrap()).sum::<u32>()
    });
    assert!(answered > 0);
}

/// Two processes of one machine on one port and one database: the second takes over from the first.
#[tokio::test]
async fn a_second_process_takes_over_the_port() {
    let program = Program::new().with("COUNTERSIGN_SERVER__REUSE_PORT", "true");
    let tenant = program.tenant();
    let secret = tenant["apiSecretKey"].as_str().unwrap();
    let first = program.serve(&[]);
    let program = program.with("COUNTERSIGN_SERVER__LISTEN", first.address().trim_start_matches("http://"));
    let second = program.serve(&[]);
    assert_eq!(second.url, first.url);
    let token = first.track(secret, "ada", "x").await;
    let (status, _, _) = first.end("TERM");
    assert_eq!(status.code(), Some(0));
    let (status, answer) = second.call(secret, "/validate", &json!({ "token": token })).await;
    assert_eq!((status, &answer["userId"]), (200, &json!("ada")));
}

#[test]
fn without_reuse_port_a_second_process_is_refused() {
    let program = Program::new();
    let first = program.serve(&[]);
    let program = program.with("COUNTERSIGN_SERVER__LISTEN", first.address());
    let error = program.run(&["serve"]).refused();
    assert!(error.contains("server.listen"), "{error}");
}
