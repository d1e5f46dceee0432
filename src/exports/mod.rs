//! Reports as files: what is in them ([`book`]), how they look (`xlsx`, `pdf` with its `layout` and `typeset`), how they are made in the
//! background ([`job`]), and where they lie until somebody fetches them ([`store`]).
//!
//! A file is a function of the ledger's position and of what was asked for: the same bytes for the same.

pub mod book;
pub mod job;
mod layout;
mod pdf;
pub mod store;
mod typeset;
mod xlsx;

use chrono::NaiveDate;
use domain::report::event::Period;
use uuid::Uuid;

/// What a file is made as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Excel,
    Pdf,
}

impl Format {
    /// The ending of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Excel => "xlsx",
            Self::Pdf => "pdf",
        }
    }

    /// What the bytes are.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Excel => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
        }
    }
}

/// What somebody wants as a file.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub format: Format,
    /// `None`: of every period.
    pub period: Option<Period>,
    pub from: Option<NaiveDate>,
    pub upto: Option<NaiveDate>,
    /// Reports of these people; `None`: of everybody.
    pub users: Option<Vec<Uuid>>,
    pub owner_id: Uuid,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("there are more than {0} reports; choose fewer days")]
    TooMany(usize),
    #[error(transparent)]
    Ledger(#[from] crate::ledger::RecordError),
    #[error("the spreadsheet could not be written: {0}")]
    Excel(#[from] rust_xlsxwriter::XlsxError),
    #[error("the document could not be written: {0}")]
    Pdf(String),
    #[error("the writing thread died")]
    Thread,
}

impl From<sqlx::Error> for ExportError {
    fn from(error: sqlx::Error) -> Self {
        Self::Ledger(error.into())
    }
}
