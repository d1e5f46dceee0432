//! PostgreSQL's messages: where one ends, and which statement they execute.

use bytes::{Buf, Bytes, BytesMut};
use std::collections::HashMap;

/// What a client's bytes mean to the proxy.
pub enum Said {
    /// To be passed on as it is.
    Bytes(Bytes),
    /// A whole statement up to its end, with the texts that it executes.
    Statement(Bytes, Vec<String>),
}

/// Takes a client's bytes apart.
#[derive(Default)]
pub struct Client {
    pub buffered: BytesMut,
    is_started: bool,
    prepared: HashMap<Vec<u8>, String>,
    /// The messages since the last end of a statement.
    unit: BytesMut,
    texts: Vec<String>,
}

impl Client {
    /// The next piece that is whole.
    pub fn next(&mut self) -> Option<Said> {
        loop {
            let tag = usize::from(self.is_started);
            let length = self.buffered.get(tag..tag + 4)?;
            let length = u32::from_be_bytes(length.try_into().unwrap()) as usize + tag;
            if self.buffered.len() < length {
                return None;
            }
            let message = self.buffered.split_to(length);
            if !self.is_started {
                // An ask for encryption or a cancellation begins like a start; none comes from our clients.
                self.is_started = true;
                return Some(Said::Bytes(message.freeze()));
            }
            let kind = message[0];
            self.read(kind, &message[5..]);
            self.unit.extend_from_slice(&message);
            // A query, the end of an extended one, a flush; the rest (copy, password, end) is passed on at once.
            if matches!(kind, b'P' | b'B' | b'D' | b'E' | b'C') {
                continue;
            }
            let (unit, texts) = (self.unit.split().freeze(), std::mem::take(&mut self.texts));
            return Some(if texts.is_empty() { Said::Bytes(unit) } else { Said::Statement(unit, texts) });
        }
    }

    fn read(&mut self, kind: u8, body: &[u8]) {
        let mut parts = body.split(|byte| *byte == 0);
        let mut part = || parts.next().unwrap_or_default().to_vec();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        match kind {
            b'P' => {
                let name = part();
                self.prepared.insert(name, text(part()));
            }
            b'B' => {
                part();
                self.texts.extend(self.prepared.get(&part()).cloned());
            }
            b'Q' => self.texts.push(text(part())),
            _ => {}
        }
    }
}

/// Counts the ends of statements in what a server says.
#[derive(Default)]
pub struct Server {
    header: Vec<u8>,
    /// Bytes of the message under way that are still to come.
    rest: usize,
    /// How often it was ready for the next statement.
    pub ready: usize,
}

impl Server {
    pub fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.rest > 0 {
                let step = self.rest.min(bytes.len());
                self.rest -= step;
                bytes.advance(step);
                continue;
            }
            self.header.push(bytes.get_u8());
            if let [kind, length @ ..] = &self.header[..]
                && let Ok(length) = <[u8; 4]>::try_from(length)
            {
                self.rest = u32::from_be_bytes(length) as usize - 4;
                self.ready += usize::from(*kind == b'Z');
                self.header.clear();
            }
        }
    }
}
