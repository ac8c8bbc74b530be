//! A log that nobody reads: the pipe to a collector that hangs.

use std::io::Write as _;

use super::{answer, connect};
use crate::program::{Program, Server};

/// Requests whose lines are as long as lines become: 8,000 of them are more than the pipe and what is kept of them hold.
const MANY: usize = 8000;

/// Answers requests on one connection, each with a line of some 600 bytes.
fn ask(server: &Server, many: usize) {
    let mut stream = connect(server);
    let path = "x".repeat(200);
    for batch in 0..many / 100 {
        let requests = format!("GET /{batch}-{path} HTTP/1.1\r\nhost: localhost\r\n\r\n").repeat(100);
        stream.write_all(requests.as_bytes()).unwrap();
        for n in 0..100 {
            assert_eq!(answer(&mut stream).0, 404, "request {n} of batch {batch}");
        }
    }
}

fn quick() -> Program {
    Program::new().with("COUNTERSIGN_SERVER__REQUESTS_PER_SECOND", "1000000")
}

#[tokio::test]
async fn a_log_that_nobody_reads_stops_no_request() {
    let program = quick().with("COUNTERSIGN_SERVER__METRICS_LISTEN", "127.0.0.1:0");
    let mut server = program.serve(&[]);
    let metrics = server.said("Metrics on ").split_once("Metrics on ").unwrap().1.to_owned();
    let ears = server.ears.clone();
    {
        let _deaf = ears.lock().unwrap();
        ask(&server, MANY);
    }
    // Read again, it says what is missing.
    let line = server.said("lines of the log are lost");
    assert!(line.contains("WARN"), "{line}");
    let page = reqwest::get(metrics).await.unwrap().text().await.unwrap();
    let counted = page.lines().find_map(|line| line.strip_prefix("countersign_log_lines_lost_total "));
    let lost: usize = counted.unwrap_or_else(|| panic!("{page}")).split('.').next().unwrap().parse().unwrap();
    assert!(lost > 0);
    let (_, log, _) = server.end("TERM");
    let told: usize = log.iter().filter_map(|line| told(line)).sum();
    assert_eq!(told, lost);
    let written = log.iter().filter(|line| line.contains("-xxx")).count();
    assert_eq!(written, MANY - told, "each line was written or told of");
}

fn told(line: &str) -> Option<usize> {
    let (before, _) = line.split_once(" lines of the log are lost")?;
    before.rsplit(' ').next()?.parse().ok()
}

#[test]
fn nothing_is_lost_when_it_stops() {
    let server = quick().serve(&[]);
    ask(&server, 2000);
    let (status, log, _) = server.end("TERM");
    assert_eq!(status.code(), Some(0));
    assert_eq!(log.iter().filter(|line| line.contains("-xxx")).count(), 2000);
    assert!(log.last().unwrap().contains("Stopped"), "{:?}", log.last());
}

#[test]
fn it_stops_although_nobody_reads() {
    let mut server = quick().serve(&[]);
    let ears = server.ears.clone();
    let _deaf = ears.lock().unwrap();
    ask(&server, 1000);
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
}
