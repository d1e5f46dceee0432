//! Why was nothing recorded?

use domain::Refusal;
use domain::stream::StreamId;
use projections::feed::FeedError;
use std::collections::BTreeSet;
use std::fmt;
use thiserror::Error;

/// What stood in the way of an append.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Conflict {
    /// Streams that had moved on.
    pub streams: Vec<StreamId>,
    /// Keys that others hold.
    pub keys: Vec<domain::keys::Key>,
}

/// Without the keys themselves, which may be phones.
impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let streams: Vec<String> = self.streams.iter().map(ToString::to_string).collect();
        let kinds: BTreeSet<&str> = self.keys.iter().map(|key| key.kind.as_str()).collect();
        write!(f, "moved on: {}; taken: {}", streams.join(", "), Vec::from_iter(kinds).join(", "))
    }
}

/// Why a request was not recorded. Nothing was changed, unless [`RecordError::Unavailable`] says that nobody knows.
#[derive(Debug, Error)]
pub enum RecordError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Others were faster, again and again.
    #[error("the ledger kept changing under this request ({0})")]
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
            | FeedError::Diverged { .. }
            | FeedError::Protocol) => Self::Internal(other.to_string()),
        }
    }
}

/// Whether the database is away, full or shutting down, as opposed to refusing what it was told.
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Database(error) = error {
        return projections::passing::is_passing(&**error);
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

/// Whether a lock was not had in time: the statement did nothing.
pub fn is_lock_timeout(error: &sqlx::Error) -> bool {
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    matches!(error, sqlx::Error::Database(error) if error.code().is_some_and(|code| code == LOCK_NOT_AVAILABLE))
}
