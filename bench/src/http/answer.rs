//! One answer, read from a stream whatever the pieces it comes in.

use std::io;
use std::ops::Range;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The longest answer that is read: no call of a sign-in has one of this size.
const LONGEST: usize = 1 << 20;

/// An HTTP/1.1 answer with a length or in chunks. Reused for the next one.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    bytes: Vec<u8>,
    head: Range<usize>,
    body: Vec<u8>,
}

impl Answer {
    /// Reads the next answer.
    ///
    /// # Errors
    /// `UnexpectedEof` when the peer closes before its end, `InvalidData` for what is no HTTP/1.1 answer.
    pub(crate) async fn read(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
        self.bytes.clear();
        let head = loop {
            if let Some(end) = find(&self.bytes, b"\r\n\r\n") {
                break end + 4;
            }
            self.more(stream).await?;
        };
        self.head = 0..head;
        self.status = status(&self.bytes).ok_or_else(|| invalid("the answer has no status line"))?;
        self.body.clear();
        if self.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return self.read_chunks(stream, head).await;
        }
        let length = match self.header("content-length") {
            Some(text) => text.parse().map_err(|_| invalid("the length of the answer is no number"))?,
            None if matches!(self.status, 204 | 304) => 0,
            None => return Err(invalid("the answer has no length")),
        };
        self.fill(stream, head + length).await?;
        self.body.extend_from_slice(&self.bytes[head..head + length]);
        Ok(())
    }

    /// The first header of this name (given in lower case).
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// All headers of this name (given in lower case).
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let text = std::str::from_utf8(&self.bytes[self.head.clone()]).unwrap_or_default();
        text.split("\r\n").skip(1).filter_map(move |line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The text of a member of the JSON body, wherever it stands: enough for answers whose texts need no escapes.
    pub(crate) fn member(&self, name: &str) -> Option<&str> {
        let text = self.text();
        let (_, rest) = text.split_once(&format!("\"{name}\":\""))?;
        rest.split_once('"').map(|(value, _)| value)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }

    async fn read_chunks(&mut self, stream: &mut (impl AsyncRead + Unpin), mut at: usize) -> io::Result<()> {
        loop {
            let end = loop {
                if let Some(end) = find(&self.bytes[at..], b"\r\n") {
                    break at + end;
                }
                self.more(stream).await?;
            };
            let digits = std::str::from_utf8(&self.bytes[at..end]).unwrap_or_default();
            let digits = digits.split(';').next().unwrap_or_default().trim();
            let length =
                usize::from_str_radix(digits, 16).map_err(|_| invalid("the length of a chunk is no number"))?;
            let from = end + 2;
            self.fill(stream, from.saturating_add(length).saturating_add(2)).await?;
            self.body.extend_from_slice(&self.bytes[from..from + length]);
            at = from + length + 2;
            if length == 0 {
                return Ok(());
            }
        }
    }

    async fn fill(&mut self, stream: &mut (impl AsyncRead + Unpin), length: usize) -> io::Result<()> {
        while self.bytes.len() < length {
            self.more(stream).await?;
        }
        Ok(())
    }

    async fn more(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
        if self.bytes.len() > LONGEST {
            return Err(invalid("the answer is too long"));
        }
        self.bytes.reserve(4096);
        match stream.read_buf(&mut self.bytes).await? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection within an answer")),
            _ => Ok(()),
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn status(bytes: &[u8]) -> Option<u16> {
    let line = bytes.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    std::str::from_utf8(line).ok()?.parse().ok()
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    /// What is read of `text` when it comes in pieces of `size` bytes, with the pipe closed after it.
    async fn read(text: &str, size: usize) -> io::Result<Answer> {
        let (mut near, mut far) = tokio::io::duplex(size);
        let text = text.to_owned();
        tokio::spawn(async move { far.write_all(text.as_bytes()).await });
        let mut answer = Answer::default();
        answer.read(&mut near).await.map(|()| answer)
    }

    #[tokio::test]
    async fn an_answer_is_the_same_in_whatever_pieces_it_comes() {
        let plain =
            "HTTP/1.1 200 OK\r\nContent-Length: 17\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\n{\"token\":\"a.b.c\"}";
        let chunked =
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{\"token\":\r\n8;x=y\r\n\"a.b.c\"}\r\n0\r\n\r\n";
        for text in [plain, chunked] {
            for size in [1, 2, 7, 64, 4096] {
                let answer = read(text, size).await.unwrap();
                assert_eq!((answer.status, answer.member("token")), (200, Some("a.b.c")), "pieces of {size}");
                assert_eq!(answer.text(), "{\"token\":\"a.b.c\"}");
            }
        }
        let cookies = read(plain, 5).await.unwrap();
        assert_eq!(cookies.headers("set-cookie").collect::<Vec<_>>(), ["a=1", "b=2"]);
    }

    #[tokio::test]
    async fn nothing_of_an_answer_is_left_for_the_next() {
        let (mut near, mut far) = tokio::io::duplex(4096);
        let mut answer = Answer::default();
        far.write_all(b"HTTP/1.1 503 No\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
        answer.read(&mut near).await.unwrap();
        assert_eq!((answer.status, answer.header("retry-after"), answer.text()), (503, Some("1"), "{}"));
        far.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        answer.read(&mut near).await.unwrap();
        assert_eq!((answer.status, answer.header("retry-after"), answer.text()), (204, None, ""));
    }

    #[tokio::test]
    async fn what_is_cut_off_or_no_answer_is_an_error() {
        for (text, kind) in [
            ("", io::ErrorKind::UnexpectedEof),
            ("HTTP/1.1 200 OK\r\nContent-Le", io::ErrorKind::UnexpectedEof),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n12345678", io::ErrorKind::UnexpectedEof),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n1234\r\n", io::ErrorKind::UnexpectedEof),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", io::ErrorKind::InvalidData),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", io::ErrorKind::InvalidData),
            ("HTTP/1.1 200 OK\r\n\r\n", io::ErrorKind::InvalidData),
            ("SSH-2.0-x\r\n\r\n", io::ErrorKind::InvalidData),
        ] {
            assert_eq!(read(text, 16).await.unwrap_err().kind(), kind, "{text:?}");
        }
    }
}
