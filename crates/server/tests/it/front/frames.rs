//! HTTP/2 by hand (RFC 9113, RFC 7541 without compression): a client that can do what no library lets one do.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

use super::connect;
use crate::program::Server;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
pub(super) const ACK: u8 = 1;

/// The code of GOAWAY for a client that asks too much (RFC 9113 §7).
pub(super) const ENHANCE_YOUR_CALM: u32 = 11;

/// A frame that came.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    /// The error code of GOAWAY or `RST_STREAM`.
    pub(super) fn code(&self) -> u32 {
        let at = if self.kind == GOAWAY { 4 } else { 0 };
        u32::from_be_bytes(self.payload[at..at + 4].try_into().unwrap())
    }

    /// The status that a HEADERS frame begins with: one of the static table (RFC 7541, appendix A), as 200 and 404 are.
    pub(super) fn status(&self) -> u16 {
        let known = |field: u8| [200, 204, 206, 304, 400, 404, 500].get(usize::from(field).wrapping_sub(0x88)).copied();
        // A change of the dynamic table's size may come first (RFC 7541 §6.3).
        let mut fields = &self.payload[..];
        while fields[0] >> 5 == 1 {
            fields = &fields[1..];
        }
        known(fields[0]).unwrap_or_else(|| panic!("{fields:?}"))
    }
}

/// One connection.
pub(super) struct Client(pub(super) TcpStream);

impl Client {
    /// Connected, with settings of its own (RFC 9113 §6.5.2).
    pub(super) fn new(server: &Server, settings: &[(u16, u32)]) -> Self {
        let mut client = Self(connect(server));
        client.0.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
        let settings: Vec<u8> = settings
            .iter()
            .flat_map(|(name, value)| [&name.to_be_bytes()[..], &value.to_be_bytes()].concat())
            .collect();
        client.send(&frame(SETTINGS, 0, 0, &settings)).unwrap();
        client
    }

    /// Sends what may no longer be wanted: the server may have closed.
    pub(super) fn send(&mut self, frames: &[u8]) -> std::io::Result<()> {
        self.0.write_all(frames)
    }

    /// The next frame; `None` when the server has closed the connection.
    pub(super) fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        match self.0.read_exact(&mut head) {
            Ok(()) => {}
            Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => return None,
            Err(error) => panic!("the server neither answers nor closes: {error}"),
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        self.0.read_exact(&mut payload).ok()?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]) & 0x7fff_ffff;
        Some(Frame { kind: head[3], flags: head[4], stream, payload })
    }

    /// All frames until the server closes the connection.
    pub(super) fn rest(&mut self) -> Vec<Frame> {
        std::iter::from_fn(|| self.next()).collect()
    }

    /// Frames up to the first of a kind, which is the last.
    #[track_caller]
    pub(super) fn until(&mut self, kind: u8, stream: u32) -> Vec<Frame> {
        let mut frames = Vec::new();
        loop {
            let Some(frame) = self.next() else { panic!("closed before {kind} of {stream}: {frames:?}") };
            let is_it = (frame.kind, frame.stream) == (kind, stream);
            frames.push(frame);
            if is_it {
                return frames;
            }
        }
    }

    /// Answers the next ping.
    #[track_caller]
    pub(super) fn pong(&mut self) {
        let ping = self.until(PING, 0).pop().unwrap();
        self.send(&frame(PING, ACK, 0, &ping.payload)).unwrap();
    }

    /// The status of a GET.
    #[track_caller]
    pub(super) fn get(&mut self, stream: u32, path: &str) -> u16 {
        self.send(&get(stream, path)).unwrap();
        self.until(HEADERS, stream).last().unwrap().status()
    }
}

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The header of a request: method and scheme from the static table, path and authority as they are.
pub(super) fn header(method: &str, path: &str) -> Vec<u8> {
    let method = if method == "GET" { 0x82 } else { 0x83 };
    let text = |index: u8, text: &str| [&[index, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    [vec![method, 0x86], text(0x04, path), text(0x01, "localhost")].concat()
}

pub(super) fn get(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | END_STREAM, stream, &header("GET", path))
}

/// A body of many frames on each of many streams, as fast as the connection's window lets it.
pub(super) struct Bodies {
    client: Client,
    window: usize,
    /// Answers that came before the body's end.
    pub(super) answered: usize,
}

impl Bodies {
    /// Frames of this size, the largest that is allowed without a word (RFC 9113 §4.2).
    const PIECE: usize = 16 * 1024;

    pub(super) fn new(server: &Server) -> Self {
        Self { client: Client::new(server, &[]), window: 65_535, answered: 0 }
    }

    /// A body of so many bytes whose last frame does not come. False when the server has closed the connection.
    pub(super) fn begin(&mut self, stream: u32, bytes: usize) -> bool {
        let mut is_open =
            self.client.send(&frame(HEADERS, END_HEADERS, stream, &header("POST", "/v1/validate"))).is_ok();
        let mut left = bytes;
        while is_open && left > 0 {
            let size = left.min(Self::PIECE);
            while is_open && self.window < size {
                is_open = self.read();
            }
            is_open = is_open && self.client.send(&frame(DATA, 0, stream, &vec![b' '; size])).is_ok();
            self.window -= size.min(self.window);
            left -= size;
        }
        is_open
    }

    fn read(&mut self) -> bool {
        let Some(frame) = self.client.next() else { return false };
        match (frame.kind, frame.stream) {
            (WINDOW_UPDATE, 0) => self.window += u32::from_be_bytes(frame.payload[..4].try_into().unwrap()) as usize,
            (HEADERS, _) => self.answered += 1,
            (SETTINGS, _) if frame.flags & ACK == 0 => drop(self.client.send(&self::frame(SETTINGS, ACK, 0, &[]))),
            _ => {}
        }
        true
    }
}
