//! One connection of the proxy: bytes to and fro, until a fault ends it.

use super::wire::{Client, Said, Server};
use super::{Control, Fault, Upstream};
use bytes::{Bytes, BytesMut};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinSet;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Takes clients until the proxy is dropped.
pub async fn accept(listener: TcpListener, control: Arc<Control>) {
    let mut links = JoinSet::new();
    loop {
        let Ok((client, _)) = listener.accept().await else { return };
        while links.try_join_next().is_some() {}
        if control.refuses.load(Ordering::SeqCst) {
            control.refused.fetch_add(1, Ordering::SeqCst);
            continue;
        }
        let control = control.clone();
        let mut cuts = control.cuts.subscribe();
        links.spawn(async move {
            tokio::select! {
                // However it ends: both sides are let go of.
                _ = run(client, &control) => {}
                _ = cuts.changed() => { control.cut_all.fetch_add(1, Ordering::SeqCst); }
            }
        });
    }
}

/// One client and its server.
struct Link {
    client: TcpStream,
    server: Box<dyn Stream>,
    said: Client,
    heard: Server,
}

async fn run(client: TcpStream, control: &Control) -> io::Result<()> {
    client.set_nodelay(true)?;
    let server: Box<dyn Stream> = match &control.upstream {
        Upstream::Socket(path) => Box::new(UnixStream::connect(path).await?),
        Upstream::Tcp(host, port) => Box::new(TcpStream::connect((host.as_str(), *port)).await?),
    };
    let mut link = Link { client, server, said: Client::default(), heard: Server::default() };
    let mut paused = control.is_paused.subscribe();
    let mut answer = BytesMut::with_capacity(64 << 10);
    loop {
        tokio::select! {
            read = link.client.read_buf(&mut link.said.buffered) => {
                if read? == 0 {
                    return Ok(());
                }
                let _ = paused.wait_for(|is_paused| !is_paused).await;
                while let Some(said) = link.said.next() {
                    match said {
                        Said::Bytes(bytes) => link.server.write_all(&bytes).await?,
                        Said::Statement(unit, texts) => {
                            if !link.pass(control, unit, &texts).await? {
                                return Ok(());
                            }
                        }
                    }
                }
            }
            read = link.server.read_buf(&mut answer) => {
                if read? == 0 {
                    return Ok(());
                }
                let _ = paused.wait_for(|is_paused| !is_paused).await;
                link.heard.read(&answer);
                link.client.write_all(&answer).await?;
                answer.clear();
            }
        }
    }
}

impl Link {
    /// Passes a statement on, or does to it what was armed; false: the link is over.
    async fn pass(&mut self, control: &Control, unit: Bytes, texts: &[String]) -> io::Result<bool> {
        control.statements.fetch_add(1, Ordering::SeqCst);
        let delay = *control.delay.lock().unwrap();
        if !delay.is_zero() {
            control.delayed.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(delay).await;
        }
        let mut let_go = control.let_go.subscribe();
        match control.fault_for(texts) {
            None => self.server.write_all(&unit).await?,
            Some(Fault::Hold) => {
                let _ = let_go.changed().await;
                self.server.write_all(&unit).await?;
            }
            Some(Fault::CutBefore) => return Ok(false),
            Some(Fault::CutWithin) => {
                self.server.write_all(&unit[..unit.len() / 2]).await?;
                return Ok(false);
            }
            Some(Fault::CutAfter) => {
                self.server.write_all(&unit).await?;
                self.client.shutdown().await?;
                self.hear_out().await?;
                return Ok(false);
            }
            Some(Fault::CutAnswer) => {
                self.server.write_all(&unit).await?;
                self.hear_out().await?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads what the server answers to the statement just sent, and tells nobody.
    async fn hear_out(&mut self) -> io::Result<()> {
        let until = self.heard.ready + 1;
        let mut answer = BytesMut::with_capacity(4 << 10);
        while self.heard.ready < until && self.server.read_buf(&mut answer).await? > 0 {
            self.heard.read(&answer);
            answer.clear();
        }
        Ok(())
    }
}
