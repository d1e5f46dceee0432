//! How much does a part of a workbook unpack to? Counted while it is unpacked, between the archive and the XML parser.

use super::bounds::Bound;
use std::io::{self, BufRead, BufReader, Read};

/// The longest element, text or comment, in bytes: the parser keeps one at a time.
pub const EVENT_MAX: u64 = 256 << 10;

/// Counts what a part unpacks to, and stops where an event or the whole becomes too large.
pub struct Meter<R> {
    part: BufReader<R>,
    left: u64,
    event_left: u64,
    /// Bytes that the parser took.
    pub spent: u64,
    /// The bound at which it stopped.
    pub over: Option<Bound>,
}

impl<R: Read> Meter<R> {
    pub fn new(part: R, left: u64) -> Self {
        Self { part: BufReader::new(part), left, event_left: EVENT_MAX, spent: 0, over: None }
    }

    /// The next event may be as long as events can be; answers where it begins.
    pub fn begin_event(&mut self) -> u64 {
        self.event_left = EVENT_MAX;
        self.spent
    }
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(bytes.len());
        bytes[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Meter<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let available = self.part.fill_buf()?;
        let room = usize::try_from(self.left.min(self.event_left)).unwrap_or(usize::MAX);
        if room == 0 && !available.is_empty() {
            self.over = Some(if self.left == 0 { Bound::UnpackedBytes } else { Bound::CellBytes });
            return Err(io::Error::other("over a bound"));
        }
        Ok(&available[..available.len().min(room)])
    }

    fn consume(&mut self, count: usize) {
        self.part.consume(count);
        let count = count as u64;
        self.left -= count;
        self.event_left -= count;
        self.spent += count;
    }
}
