//! HTTP/2 that asks for much and waits for nothing: the connection ends, memory stays, others are served.

use std::net::Shutdown;
use std::time::{Duration, Instant};

use super::frames::{
    ACK, CONTINUATION, Client, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, Frame, GOAWAY, HEADERS, PING,
    RST_STREAM, SETTINGS, frame, get, header,
};
use super::memory::Memory;
use super::{answer, connect, send};
use crate::program::{Program, Server};

/// MiB that a flood may add. One connection may have 1 MiB on its way in (its window), a header of 128 KiB and, in each of
/// 100 streams, 64 KiB on its way out; the rest is what the allocator keeps.
const GROWTH: usize = 24;

fn unlimited() -> Program {
    let program = Program::new().with("COUNTERSIGN_SERVER__REQUESTS_PER_SECOND", "1000000");
    // It says that it serves, and nothing of requests.
    program.with("COUNTERSIGN_LOG__LEVEL", "countersign=info")
}

/// Another connection is served, and memory has not grown by more than is allowed for.
#[track_caller]
fn is_well(server: &Server, before: Memory, what: &str) {
    let mut other = connect(server);
    send(&mut other, "/healthz");
    assert_eq!(answer(&mut other).0, 200, "{what}");
    let after = Memory::of(server);
    assert!(after.most <= before.most + GROWTH, "{what}: {before:?} {after:?}");
}

/// One that has been served, so that first uses do not count.
fn served(server: &Server, settings: &[(u16, u32)]) -> (Client, Memory) {
    let mut client = Client::new(server, settings);
    assert_eq!(client.get(1, "/healthz"), 200);
    (client, Memory::of(server))
}

/// Sends the same again and again while somebody reads what comes back; how often it could, and what came.
fn pour(mut client: Client, frames: &[u8], times: usize) -> (usize, Vec<Frame>) {
    let mut reader = Client(client.0.try_clone().unwrap());
    let reading = std::thread::spawn(move || {
        let mut frames = reader.rest();
        frames.retain(|frame| frame.kind == GOAWAY);
        frames
    });
    let sent = (0..times).take_while(|_| client.send(frames).is_ok()).count();
    let _ = client.0.shutdown(Shutdown::Write);
    (sent, reading.join().unwrap())
}

/// CVE-2023-44487.
#[test]
fn requests_that_are_taken_back_at_once_end_the_connection() {
    let server = unlimited().serve(&[]);
    let (client, before) = served(&server, &[]);
    let all =
        (1..50_000).flat_map(|n| [get(2 * n + 1, "/v1/users/ada"), frame(RST_STREAM, 0, 2 * n + 1, &[0, 0, 0, 8])]);
    let all = all.flatten().collect::<Vec<u8>>();
    let (_, goodbye) = pour(client, &all, 1);
    assert_eq!(goodbye.last().expect("it says why").code(), ENHANCE_YOUR_CALM);
    is_well(&server, before, "rapid reset");
}

/// CVE-2024-27316 and its relatives: a header that never ends, of much or of nothing.
#[test]
fn a_header_that_never_ends_ends_the_connection() {
    let server = unlimited().serve(&[]);
    for part in [vec![0; 16 * 1024], [&[0, 3, b'x', b'-', b'a', 100][..], &[b'x'; 100]].concat(), Vec::new()] {
        let (mut client, before) = served(&server, &[]);
        client.send(&frame(HEADERS, END_STREAM, 3, &header("GET", "/healthz"))).unwrap();
        let many = 64 * 1024 * 1024 / (part.len() + 9);
        let (sent, goodbye) = pour(client, &frame(CONTINUATION, 0, 3, &part), many);
        assert!(sent < many || !goodbye.is_empty(), "{} bytes each: all {sent} were taken", part.len());
        is_well(&server, before, "CONTINUATION");
    }
}

/// CVE-2019-9512, 9515, 9513: frames that ask for no answer of ours but their own. A request begins before all of them, so it
/// is not the time of the first header that ends them.
#[test]
fn frames_that_ask_for_nothing_end_the_connection() {
    let server = unlimited().serve(&[]);
    let frames = [
        ("PING", frame(PING, 0, 0, &[7; 8])),
        ("an answer to no PING", frame(PING, ACK, 0, &[7; 8])),
        ("SETTINGS", frame(SETTINGS, 0, 0, &[])),
        ("PRIORITY", frame(2, 0, 5, &[0, 0, 0, 3, 1])),
        ("a kind that nobody knows", frame(0xbe, 0, 0, &[1; 100])),
    ];
    for (what, frame) in frames {
        let (client, before) = served(&server, &[]);
        let (sent, _) = pour(client, &frame.repeat(1000), 2000);
        assert!(sent < 2000, "{what}: all were taken");
        is_well(&server, before, what);
    }
}

#[test]
fn a_connection_has_a_hundred_requests_at_once() {
    let program = unlimited();
    let server = program.serve(&[]);
    // Answers have no room (SETTINGS_INITIAL_WINDOW_SIZE): the streams stay.
    let (mut client, before) = served(&server, &[(4, 0)]);
    for n in 1..=150 {
        client.send(&get(2 * n + 1, "/nowhere")).unwrap();
    }
    // 149 streams and the first, whose body has no room either: 50 are too many.
    let mut refused = 0;
    while refused < 51 {
        let frame = client.next().expect("the connection goes on");
        match frame.kind {
            RST_STREAM => {
                assert_eq!(frame.code(), 7, "REFUSED_STREAM: the client may ask again");
                refused += 1;
            }
            DATA => assert!(frame.payload.is_empty(), "{frame:?}"),
            _ => {}
        }
    }
    is_well(&server, before, "streams");
    // Who does not stop is not served any longer.
    let more = (200..5000).flat_map(|n| get(2 * n + 1, "/healthz")).collect::<Vec<u8>>();
    let (_, goodbye) = pour(client, &more, 1);
    assert_eq!(goodbye.last().expect("it says why").code(), ENHANCE_YOUR_CALM);
    is_well(&server, before, "more streams");
}

/// Pings are answered, and keep nobody a place who wants nothing; nor does an answer that is never taken.
#[test]
fn a_client_that_only_pings_is_idle() {
    let program = unlimited().with("COUNTERSIGN_SERVER__IDLE_SECONDS", "2");
    let server = program.serve(&[]);
    for settings in [&[][..], &[(4, 0)]] {
        let (mut client, _) = served(&server, settings);
        let started = Instant::now();
        while client.send(&frame(PING, 0, 0, &[7; 8])).is_ok() {
            assert!(started.elapsed() < super::LONG, "it is kept");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(started.elapsed() >= Duration::from_secs(1));
    }
}

/// GOAWAY: what has begun ends, and the next request goes elsewhere.
#[test]
fn when_it_stops_a_request_that_has_begun_is_answered() {
    let server = unlimited().serve(&[]);
    let (mut client, _) = served(&server, &[]);
    let (mut idle, _) = served(&server, &[]);
    client.send(&frame(HEADERS, END_HEADERS, 3, &header("POST", "/nowhere"))).unwrap();
    client.send(&frame(DATA, 0, 3, b"{")).unwrap();
    // The frames before it have been read.
    client.send(&frame(PING, 0, 0, &[1; 8])).unwrap();
    client.until(PING, 0);
    server.signal("TERM");
    assert_eq!(client.until(GOAWAY, 0).last().unwrap().code(), 0, "NO_ERROR");
    // It says so twice: the second time after a ping, with the last stream it takes.
    client.pong();
    client.send(&frame(DATA, END_STREAM, 3, b"}")).unwrap();
    assert_eq!(client.until(HEADERS, 3).last().unwrap().status(), 404);
    client.rest();
    assert_eq!(idle.until(GOAWAY, 0).last().unwrap().code(), 0);
    idle.pong();
    assert_eq!(idle.until(GOAWAY, 0).last().unwrap().code(), 0);
    idle.rest();
    let (status, log, _) = server.ended();
    assert_eq!(status.code(), Some(0), "{log:?}");
}
