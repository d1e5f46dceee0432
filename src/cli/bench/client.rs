//! Who makes the load? A client that spends next to nothing: one connection, one request at a time, kept alive.

use anyhow::{Context, bail};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept-alive connection.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    is_followed: bool,
}

impl Client {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 << 10), is_followed: true })
    }

    /// Sends a request and reads its answer; anything but 200 and 201 is an error. Answers the body.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<&[u8]> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the connection was closed");
            }
            let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&self.buffer[..end])?;
            let is_ok = ["HTTP/1.1 200", "HTTP/1.1 201"].iter().any(|ok| head.starts_with(ok));
            self.is_followed = !head.lines().any(|line| line == "ledger-followed: false");
            let length: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .context("no content-length")?
                .parse()?;
            while self.buffer.len() < end + 4 + length {
                if self.stream.read_buf(&mut self.buffer).await? == 0 {
                    bail!("the connection was closed");
                }
            }
            if !is_ok {
                bail!("{}", String::from_utf8_lossy(&self.buffer));
            }
            return Ok(&self.buffer[end + 4..end + 4 + length]);
        }
    }
}

impl Client {
    /// Sends a write and notes how long it took. An answer that the read models had not followed counts as failed.
    pub async fn write(&mut self, request: &[u8], tally: &mut Tally) -> anyhow::Result<()> {
        let started = Instant::now();
        self.send(request).await?;
        if self.is_followed {
            tally.each.push(started.elapsed());
        } else {
            tally.unfollowed += 1;
        }
        Ok(())
    }
}

/// What one client did.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub each: Vec<Duration>,
    /// Writes whose answer said that the read models had not followed.
    pub unfollowed: usize,
}

impl From<Vec<Duration>> for Tally {
    fn from(each: Vec<Duration>) -> Self {
        Self { each, unfollowed: 0 }
    }
}

/// A `GET` of the dialer's or of a person.
pub fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n").into_bytes()
}

/// A `POST` of JSON.
pub fn post(path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// How often something was done, and how long it took each time.
#[derive(Clone, Debug, Default)]
pub struct Times {
    pub each: Vec<Duration>,
    /// Done too, but answered before the read models had followed.
    pub unfollowed: usize,
    pub whole: Duration,
}

impl Times {
    /// Done a second.
    pub fn rate(&self) -> f64 {
        self.each.len() as f64 / self.whole.as_secs_f64()
    }

    /// How many in a hundred were followed when they were answered.
    pub fn followed_percent(&self) -> f64 {
        let all = self.each.len() + self.unfollowed;
        100.0 * self.each.len() as f64 / all.max(1) as f64
    }

    /// The time, in milliseconds, that `share` of them took at most.
    pub fn quantile_ms(&mut self, share: f64) -> f64 {
        self.each.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a length is one"
        )]
        let index = ((self.each.len() as f64 * share) as usize).min(self.each.len().saturating_sub(1));
        self.each.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

/// Runs `clients` copies of `work` (told its number) until each says it is done; adds up their times.
pub async fn run<F, T>(clients: usize, work: impl Fn(usize) -> F) -> anyhow::Result<Times>
where
    F: Future<Output = anyhow::Result<T>> + Send + 'static,
    T: Into<Tally> + Send + 'static,
{
    let started = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for number in 0..clients {
        running.spawn(work(number));
    }
    let mut times = Times::default();
    while let Some(done) = running.join_next().await {
        let tally: Tally = done??.into();
        times.each.extend(tally.each);
        times.unfollowed += tally.unfollowed;
    }
    times.whole = started.elapsed();
    Ok(times)
}
