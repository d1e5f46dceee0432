//! The bytes of a connection: what has come, what is not taken, and a sentence for whoever sends a head that cannot be read.
//!
//! hyper answers a head that it cannot read (400), or that is too large (414, 431), by itself and without a word. The answer
//! is given a body here, in the members that every client API reads, and what the client still sends is thrown away for a
//! moment: a closed door in its face would make it lose the answer.

use super::connections::Seat;
use bytes::{Buf, Bytes};
use serde_json::json;
use std::io::{Error, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
use tokio_io_timeout::TimeoutStream;

/// How long the rest of a refused request is thrown away.
const LINGER: Duration = Duration::from_secs(2);

/// The bytes of one connection.
pub struct Wire {
    inner: Pin<Box<TimeoutStream<TcpStream>>>,
    seat: Arc<Seat>,
    is_blocked: bool,
    /// What is written in place of hyper's own refusal.
    refusal: Option<Bytes>,
    /// Until when the rest of a refused request is thrown away.
    lingers: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    /// The bytes of this stream, whose seat is told what comes and goes.
    pub fn new(stream: TimeoutStream<TcpStream>, seat: Arc<Seat>) -> Self {
        Self { inner: Box::pin(stream), seat, is_blocked: false, refusal: None, lingers: None }
    }

    fn note<T>(&mut self, written: Poll<T>) -> Poll<T> {
        if written.is_pending() != self.is_blocked {
            self.is_blocked = written.is_pending();
            self.seat.blocked(self.is_blocked);
        }
        written
    }

    /// Writes what takes the place of `answer`, if anything does.
    fn poll_refusal(&mut self, cx: &mut Context<'_>, answer: &[u8]) -> Poll<Result<bool, Error>> {
        if self.refusal.is_none() && self.lingers.is_none() {
            self.refusal = worded(answer);
        }
        let Some(refusal) = &mut self.refusal else { return Poll::Ready(Ok(false)) };
        while refusal.has_remaining() {
            let written = ready!(self.inner.as_mut().poll_write(cx, refusal))?;
            if written == 0 {
                return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into()));
            }
            refusal.advance(written);
        }
        self.refusal = None;
        self.lingers = Some(Box::pin(tokio::time::sleep(LINGER)));
        Poll::Ready(Ok(true))
    }

    fn poll_drained(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(lingers) = &mut self.lingers else { return Poll::Ready(()) };
        let mut thrown_away = [0; 4 << 10];
        loop {
            if lingers.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            let mut read = ReadBuf::new(&mut thrown_away);
            match ready!(self.inner.as_mut().poll_read(cx, &mut read)) {
                Ok(()) if !read.filled().is_empty() => {}
                Ok(()) | Err(_) => return Poll::Ready(()),
            }
        }
    }
}

/// hyper's own refusal with a body; `None` for every answer of ours, which all name their request.
fn worded(answer: &[u8]) -> Option<Bytes> {
    if !answer.starts_with(b"HTTP/1.1 4") && !answer.starts_with(b"HTTP/1.0 4") {
        return None;
    }
    let head = std::str::from_utf8(answer).ok()?.strip_suffix("\r\n\r\n")?;
    let is_named = |line: &str, name: &str| line.to_ascii_lowercase().starts_with(name);
    if head.split("\r\n").any(|line| is_named(line, "x-request-id:")) {
        return None;
    }
    let status = head.get(9..12)?;
    let (code, text) = match status {
        "414" => ("uri_too_long", "The address is too long; 65,534 bytes at most"),
        "431" => {
            ("headers_too_large", "The headers are too many or too long; 100 headers and 64 KiB at most")
        }
        "400" => ("head_invalid", "The request could not be read"),
        _ => return None,
    };
    let body = json!({ "error": text, "detail": text, "message": text, "success": false, "code": code });
    let body = body.to_string();
    let kept = head.split("\r\n").filter(|line| {
        !["content-length:", "connection:", "content-type:"].iter().any(|name| is_named(line, name))
    });
    let mut told: Vec<&str> = kept.collect();
    let length = format!("content-length: {}", body.len());
    told.extend(["content-type: application/json", "cache-control: no-store", "connection: close", &length]);
    tracing::info!(status, code, "refused before it could be read");
    Some(format!("{}\r\n\r\n{body}", told.join("\r\n")).into())
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<(), Error>> {
        let before = buf.filled().len();
        let read = self.inner.as_mut().poll_read(cx, buf);
        if buf.filled().len() > before {
            self.seat.heard();
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize, Error>> {
        if ready!(self.poll_refusal(cx, buf))? {
            return Poll::Ready(Ok(buf.len()));
        }
        let written = self.inner.as_mut().poll_write(cx, buf);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize, Error>> {
        if let [only] = bufs
            && ready!(self.poll_refusal(cx, only))?
        {
            return Poll::Ready(Ok(only.len()));
        }
        let written = self.inner.as_mut().poll_write_vectored(cx, bufs);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.inner.as_mut().poll_shutdown(cx))?;
        ready!(self.poll_drained(cx));
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Issue 14, part 5
    #[test]
    fn only_refusals_of_unread_heads_are_worded_and_they_stay_whole() {
        let bare =
            b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\
                     date: Mon, 30 Nov 2026 00:00:00 GMT\r\n\r\n";
        let told = String::from_utf8(worded(bare).unwrap().to_vec()).unwrap();
        let (head, body) = told.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 431 ") && head.contains("\r\ndate: Mon"), "{head}");
        assert!(head.contains(&format!("\r\ncontent-length: {}", body.len())), "{head}");
        assert_eq!(head.matches("content-length").count(), 1);
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!((&body["code"], &body["success"]), (&json!("headers_too_large"), &json!(false)));
        let ours = b"HTTP/1.1 400 Bad Request\r\nx-request-id: 7\r\ncontent-length: 0\r\n\r\n";
        let cut = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}";
        for other in [&b"HTTP/1.1 200 OK\r\n\r\n"[..], ours, cut, b"", b"HTTP/1.1 4"] {
            assert_eq!(worded(other), None);
        }
    }
}
