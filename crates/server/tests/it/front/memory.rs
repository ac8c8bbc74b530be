//! How much memory the process takes, as the system counts it (proc(5), `/proc/…/status`).

use std::io::Write as _;
use std::net::TcpStream;
use std::panic::AssertUnwindSafe;
use std::sync::Barrier;

use super::frames::Bodies;
use super::{answer, connect};
use crate::program::{Program, Server};

/// The largest body (decisions §4).
const LARGEST: usize = 256 * 1024;

/// MiB that were resident at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    pub(super) most: usize,
}

impl Memory {
    pub(super) fn of(server: &Server) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
        let figure = |name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().split(' ').next().unwrap().parse::<usize>().unwrap() / 1024
        };
        Self { most: figure("VmHWM:") }
    }
}

/// MiB that bodies may take: 64 for all of them (`crates/api/src/edge/bodies.rs`), and for each of a dozen connections
/// 1 MiB on its way in, with what the allocator keeps.
const GROWTH: usize = 64 + 12 + 36;

/// The largest bodies that are allowed, none of which ends: 300 MiB of them from one address.
#[test]
fn item_83_large_bodies_at_once_leave_memory_flat_and_small_ones_are_served() {
    let program = Program::new().with("COUNTERSIGN_SERVER__REQUESTS_PER_SECOND", "1000000");
    let server = program.with("COUNTERSIGN_LOG__LEVEL", "countersign=info").serve(&[]);
    let mut small = connect(&server);
    small_one(&mut small);
    let before = Memory::of(&server);
    // Until the small ones have been served, all stay.
    let (is_sent, done) = (Barrier::new(13), Barrier::new(13));
    std::thread::scope(|scope| {
        for _ in 0..12 {
            let mut bodies = Bodies::new(&server);
            let (is_sent, done) = (&is_sent, &done);
            scope.spawn(move || {
                let sent = (0..100).take_while(|n| bodies.begin(2 * n + 1, LARGEST - 1)).count();
                is_sent.wait();
                done.wait();
                assert!(sent > 0);
            });
        }
        is_sent.wait();
        let after = Memory::of(&server);
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| {
            assert!(after.most <= before.most + GROWTH, "{before:?} {after:?}");
            (0..10).for_each(|_| small_one(&mut small));
        }));
        done.wait();
        outcome.unwrap();
    });
}

/// Who sends on is refused, and what was sent is not kept.
#[test]
fn item_83_bodies_that_are_too_large_leave_memory_flat() {
    let program = Program::new().with("COUNTERSIGN_SERVER__REQUESTS_PER_SECOND", "1000000");
    let server = program.with("COUNTERSIGN_LOG__LEVEL", "countersign=info").serve(&[]);
    small_one(&mut connect(&server));
    let before = Memory::of(&server);
    let address = server.address();
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let mut stream = TcpStream::connect(&address).unwrap();
                    let head = "POST /v1/validate HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
                    stream.write_all(head.as_bytes()).unwrap();
                    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
                    // It closes before all is sent.
                    let _ = (0..64).try_for_each(|_| stream.write_all(chunk.as_bytes()));
                }
            });
        }
    });
    let after = Memory::of(&server);
    assert!(after.most <= before.most + GROWTH, "{before:?} {after:?}");
}

/// A body of a sign-in's size, by a stranger.
fn small_one(stream: &mut TcpStream) {
    let body = " ".repeat(2048);
    write!(stream, "POST /v1/validate HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2048\r\n\r\n{body}").unwrap();
    let (status, text) = answer(stream);
    assert_eq!(status, 401, "{text}");
}
