//! Random mutations of a corpus, the same for the same seed: bytes changed, cut, doubled, spliced, and words of trouble put
//! in between.

use crate::simulation::dice::Dice;
use std::path::Path;

/// What has made trouble in the field.
const WORDS: [&[u8]; 40] = [
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xe9",
    b"\xf0\x9f\x98\x80",
    b"\\ud83d",
    b"\\udc00",
    b"\\u0000",
    b"null",
    b"undefined",
    b"NaN",
    b"-1",
    b"0",
    b"1e999",
    b"99999999999999999999",
    b"2.0",
    b"+",
    b"00",
    b"%2B",
    b"%E9",
    b"%00",
    b"%",
    b"&",
    b"=",
    b"[",
    b"{",
    b"}",
    b"]",
    b",",
    b"\"",
    b"T24:00",
    b"+03:30",
    b"Z",
    b".5",
    b"\xe2\x80\x8b",
    b"\xdb\xb9",
    b"\xef\xbc\x99",
    b"\r\n",
    b"--A--x--B--",
    b"1405-01-01",
];
/// The longest mutation, in bytes.
const LENGTH_MAX: usize = 4_000;

pub struct Mutator {
    corpus: Vec<Vec<u8>>,
    dice: Dice,
}

impl Mutator {
    /// The corpus of a fuzz target.
    pub fn new(target: &str, seed: u64) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".fuzz/corpus").join(target);
        let mut files: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let corpus: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        assert!(!corpus.is_empty(), "{target} has no corpus");
        Self { corpus, dice: Dice::new(seed) }
    }

    pub fn corpus(&self) -> &[Vec<u8>] {
        &self.corpus
    }

    /// The next mutation.
    pub fn next(&mut self) -> Vec<u8> {
        let mut bytes = self.corpus[self.dice.index(self.corpus.len())].clone();
        for _ in 0..=self.dice.below(4) {
            self.change(&mut bytes);
        }
        bytes.truncate(LENGTH_MAX);
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let from = self.dice.index(bytes.len() + 1);
        let to = (from + self.dice.index(8)).min(bytes.len());
        let byte = u8::try_from(self.dice.below(256)).unwrap();
        let kept: Vec<u8> = match self.dice.below(7) {
            0 => Vec::new(),
            1 => bytes[from..to].repeat(2),
            2 => vec![byte; to - from],
            3 => {
                let digit = b'0' + byte % 10;
                bytes[from..to].iter().map(|b| if b.is_ascii_digit() { digit } else { *b }).collect()
            }
            4 => {
                let other = &self.corpus[self.dice.index(self.corpus.len())];
                other[other.len() / 2..].to_vec()
            }
            _ => {
                let word = self.dice.pick(&WORDS);
                if self.dice.percent(50) { word.to_vec() } else { [word, &bytes[from..to]].concat() }
            }
        };
        bytes.splice(from..to, kept);
    }
}
