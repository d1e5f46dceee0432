//! Why was nothing recorded?

use domain::Refusal;
use domain::stream::StreamId;
use projections::feed::FeedError;
use thiserror::Error;

/// What stood in the way of an append.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Conflict {
    /// Streams that had moved on.
    pub streams: Vec<StreamId>,
    /// Keys that others hold.
    pub keys: Vec<domain::keys::Key>,
}

/// Why a request was not recorded. Nothing was changed, unless [`RecordError::Unavailable`] says that nobody knows.
#[derive(Debug, Error)]
pub enum RecordError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Others were faster, again and again.
    #[error("the ledger kept changing under this request")]
    Conflict(Conflict),
    /// The queue is full.
    #[error("too many requests are waiting")]
    Busy,
    /// The database cannot take it now; whether it took this request is not known.
    #[error("the database is not available")]
    Unavailable,
    #[error("{0}")]
    Internal(String),
}

impl From<sqlx::Error> for RecordError {
    fn from(error: sqlx::Error) -> Self {
        if is_unavailable(&error) { Self::Unavailable } else { Self::Internal(error.to_string()) }
    }
}

impl From<FeedError> for RecordError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Database(error) => error.into(),
            other @ (FeedError::Stored { .. }
            | FeedError::Unreadable { .. }
            | FeedError::Stream { .. }
            | FeedError::Sequence { .. }
            | FeedError::Gap { .. }
            | FeedError::Short { .. }
            | FeedError::Protocol) => Self::Internal(other.to_string()),
        }
    }
}

/// Whether the database is away, full or shutting down, as opposed to refusing what it was told.
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Database(error) = error {
        // insufficient resources (disk full), operator intervention, system error, connection, rolled back
        let classes = ["53", "57", "58", "08", "40"];
        return error.code().is_some_and(|code| classes.iter().any(|class| code.starts_with(class)));
    }
    matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
    )
}
