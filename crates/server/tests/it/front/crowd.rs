//! More connections than there is room for.

use std::io::{ErrorKind, Read as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{LONG, answer, connect, send};
use crate::program::{Program, Server};

fn silent(server: &Server, count: usize) -> Vec<TcpStream> {
    (0..count).map(|_| connect(server)).collect()
}

/// Before, 240 of them at 256 files stopped it from answering anybody.
#[test]
fn silent_connections_that_take_all_files_do_not_keep_it_from_answering() {
    let program = Program::new().with_files(256);
    let mut server = program.serve(&[]);
    let line = server.said("At most 160 connections");
    assert!(line.contains("10000") && line.contains("256 files") && line.contains("server.max_connections"), "{line}");
    let crowd = silent(&server, 400);
    for _ in 0..3 {
        let mut stream = connect(&server);
        send(&mut stream, "/readyz");
        assert_eq!(answer(&mut stream).0, 200);
    }
    drop(crowd);
    let (status, log, _) = server.end("TERM");
    assert_eq!(status.code(), Some(0), "{log:?}");
    assert!(!log.iter().any(|line| line.contains("Cannot accept")), "{log:?}");
}

#[test]
fn the_longest_silent_one_gives_way_and_one_in_use_stays() {
    let program = Program::new().with("COUNTERSIGN_SERVER__MAX_CONNECTIONS", "8");
    let program = program.with("COUNTERSIGN_SERVER__TRUSTED_PROXIES", "127.0.0.1");
    let server = program.serve(&[]);
    let mut used = connect(&server);
    send(&mut used, "/healthz");
    assert_eq!(answer(&mut used).0, 200);
    let mut crowd = silent(&server, 7);
    send(&mut used, "/healthz");
    assert_eq!(answer(&mut used).0, 200);
    let mut late = connect(&server);
    send(&mut late, "/healthz");
    assert_eq!(answer(&mut late).0, 200);
    one_is_closed(&mut crowd);
    send(&mut used, "/healthz");
    assert_eq!(answer(&mut used).0, 200);
}

#[test]
fn one_address_gives_way_to_itself() {
    let program = Program::new().with("COUNTERSIGN_SERVER__MAX_CONNECTIONS_PER_ADDRESS", "4");
    let server = program.serve(&[]);
    let mut crowd = silent(&server, 4);
    let mut fifth = connect(&server);
    send(&mut fifth, "/healthz");
    assert_eq!(answer(&mut fifth).0, 200);
    one_is_closed(&mut crowd);
}

/// Waits until the server has closed one of them.
fn one_is_closed(crowd: &mut [TcpStream]) {
    let started = Instant::now();
    while !crowd.iter_mut().any(is_closed_now) {
        assert!(started.elapsed() < LONG, "none was closed");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn is_closed_now(stream: &mut TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    match stream.read(&mut [0; 16]) {
        Ok(length) => length == 0,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}
