//! Why could rows not be made anew? Never a success short of the head.

use crate::feed::FeedError;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum RebuildError {
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error("another rebuild or verification is running; try again when it is done")]
    Busy,
    #[error("a fold thread died")]
    Thread,
    #[error("that time has not come yet: what it will say cannot be known")]
    Future,
    #[error("the tables could not be switched while they were in use; try again")]
    Contended,
}

impl From<sqlx::Error> for RebuildError {
    fn from(error: sqlx::Error) -> Self {
        Self::Feed(error.into())
    }
}
