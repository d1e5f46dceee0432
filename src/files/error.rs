//! Why can a file as a whole not be read? Each message names what is wrong and, where there is one, the next step.

use super::bounds::Bound;
use thiserror::Error;

/// Why a file as a whole cannot be read. Nothing of it has been recorded.
#[derive(Debug, Error)]
pub enum FileError {
    #[error("The file is empty")]
    Empty,
    /// K13: a format that is neither text nor XLSX, by its name.
    #[error("The file is {0}; save it as CSV or XLSX")]
    OtherFormat(&'static str),
    /// K13
    #[error(
        "Line {line} holds the control character U+{code:04X}: the file is not text; save it as CSV or XLSX"
    )]
    ControlCharacter { line: usize, code: u32 },
    #[error("The file is not {encoding} text; save it as UTF-8")]
    Malformed { encoding: &'static str },
    /// K7
    #[error("The quote that opens in line {0} is never closed")]
    OpenQuote(usize),
    /// C-37
    #[error("Missing required column: {0}")]
    MissingColumn(&'static str),
    /// K12
    #[error("The file holds no phone numbers; name their column 'phone'")]
    NoNumbers,
    #[error("The name of a column is longer than {0} characters")]
    LongName(usize),
    #[error("The file has more than {max} {bound}")]
    Over { bound: Bound, max: u64 },
    #[error("The file cannot be read as a workbook: {0}")]
    Unreadable(String),
    /// K14: a reader panicked. The file is at fault, not the service.
    #[error("The file cannot be read; save it anew and try again")]
    Panicked,
    /// Whoever took the rows wanted no more of them.
    #[error("Reading was stopped")]
    Stopped,
    #[error("The file could not be read from the disk: {0}")]
    Disk(#[from] std::io::Error),
}

impl FileError {
    /// More than `max` of what `bound` counts.
    pub fn over(bound: Bound, max: impl TryInto<u64>) -> Self {
        Self::Over { bound, max: max.try_into().unwrap_or(u64::MAX) }
    }
}
