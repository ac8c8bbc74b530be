//! Clients that do not go on.

use std::io::Write as _;
use std::time::{Duration, Instant};

use super::{answer, connect, is_closed, send};
use crate::program::{Program, Server};

fn impatient() -> (Program, Server) {
    let program = Program::new().with("COUNTERSIGN_SERVER__HEADER_SECONDS", "1");
    let program = program.with("COUNTERSIGN_SERVER__IDLE_SECONDS", "2");
    let server = program.serve(&[]);
    (program, server)
}

#[test]
fn a_header_that_does_not_arrive_ends_the_connection() {
    let (_program, server) = impatient();
    for begun in ["", "GET /heal", "GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-half: ", "PRI * HTTP/2.0\r\n\r\nSM"] {
        let mut stream = connect(&server);
        let started = Instant::now();
        stream.write_all(begun.as_bytes()).unwrap();
        assert!(is_closed(&mut stream), "{begun}");
        assert!(started.elapsed() >= Duration::from_millis(900), "it has its second: {begun}");
    }
}

/// One byte a moment does not make the time longer.
#[test]
fn a_header_that_trickles_ends_the_connection() {
    let (_program, server) = impatient();
    let mut stream = connect(&server);
    send(&mut stream, "/healthz");
    assert_eq!(answer(&mut stream).0, 200);
    let started = Instant::now();
    let mut writes = 0;
    while writes < 200 && stream.write_all(b"G").is_ok() {
        std::thread::sleep(Duration::from_millis(100));
        writes += 1;
    }
    assert!(writes < 200 && started.elapsed() >= Duration::from_millis(900), "{writes}");
}

#[test]
fn a_connection_may_be_idle_for_a_while() {
    let (_program, server) = impatient();
    let mut stream = connect(&server);
    for _ in 0..2 {
        send(&mut stream, "/healthz");
        assert_eq!(answer(&mut stream).0, 200);
        // Longer than a header may take, shorter than it may be idle.
        std::thread::sleep(Duration::from_millis(1200));
    }
    let started = Instant::now();
    assert!(is_closed(&mut stream));
    assert!(started.elapsed() >= Duration::from_millis(500));
}

/// What can be read as HTTP is refused with a reason, and the connection goes on.
#[test]
fn what_is_too_much_is_answered_in_json() {
    let (_program, server) = impatient();
    let many = "x-many: x\r\n".repeat(120);
    let long = "x".repeat(40_000);
    let mut stream = connect(&server);
    for (path, headers, status) in [
        ("/healthz", many, 431),
        ("/healthz", format!("x-long: {long}\r\n"), 431),
        (&*format!("/{}", &long[..20_000]), String::new(), 414),
        ("/v1/validate", format!("content-length: {}\r\n", 1 << 20), 413),
    ] {
        write!(stream, "POST {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n").unwrap();
        let (answered, text) = answer(&mut stream);
        assert_eq!(answered, status, "{text}");
        let is_named = text.contains("invalid_request") || text.contains("payload_too_large");
        assert!(is_named && text.contains("requestId"), "{text}");
    }
}

#[test]
fn what_is_no_http_is_answered_bare_and_closed() {
    let (_program, server) = impatient();
    let long = "x".repeat(1 << 20);
    let many = "x-many: x\r\n".repeat(10_000);
    for (begun, status) in [
        ("hello\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\nbad header\r\n\r\n".to_owned(), 400),
        (format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-long: {long}\r\n\r\n"), 431),
        (format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n{many}\r\n"), 431),
        (format!("GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n", &long[..100_000]), 414),
    ] {
        let mut stream = connect(&server);
        // The server may close before all is sent.
        let _ = stream.write_all(begun.as_bytes());
        let (answered, text) = answer(&mut stream);
        let what = &begun[..begun.len().min(40)];
        assert_eq!(answered, status, "{what}: {text}");
        assert!(text.ends_with("\r\n\r\n") && !text.to_lowercase().contains("server:"), "{what}: {text}");
        assert!(is_closed(&mut stream), "{what}");
    }
}
