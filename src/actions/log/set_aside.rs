//! An operator sets a position of the log aside that nobody can read: it has no effect ever after, and every fold goes on behind
//! it.

use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::{Action, Recorded};
use crate::ledger::{Context, Ledger};
use domain::log::event::{PositionSetAside, Reason};
use domain::log::{LogCommand, decide};
use domain::stream::StreamId;
use domain::time::Instant;
use projections::feed;
use thiserror::Error;

/// A position that was set aside.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SetAside {
    pub position: i64,
    pub at: Instant,
    pub because: String,
}

/// Why a position was not set aside.
#[derive(Debug, Error)]
pub enum NotSetAside {
    #[error("the log has no position {0}")]
    NoSuchPosition(i64),
    #[error("the event at position {0} can be read; only what cannot be read is set aside")]
    Readable(i64),
    #[error(transparent)]
    Ledger(#[from] RecordError),
}

impl From<sqlx::Error> for NotSetAside {
    fn from(error: sqlx::Error) -> Self {
        Self::Ledger(error.into())
    }
}

/// Sets a position aside; that it cannot be read is known.
struct SetPositionAside<'a> {
    position: i64,
    because: &'a str,
}

impl Action for SetPositionAside<'_> {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let log = desk.stream(StreamId::LOG).await?.state.as_log().cloned().unwrap_or_default();
        let set_aside = PositionSetAside {
            at: desk.now(),
            position: self.position,
            person: Reason { text: self.because.to_owned() },
        };
        desk.append(StreamId::LOG, decide(&log, &LogCommand::SetAside(set_aside))?);
        Ok(())
    }
}

impl Ledger {
    /// Sets a position aside that cannot be read. Refused where there is no such position, where it can be read, and without a
    /// reason. Does not wait for the read models: they stand before that very position.
    pub async fn set_aside(
        &self,
        context: &Context,
        position: i64,
        because: &str,
    ) -> Result<Recorded<()>, NotSetAside> {
        let mut conn = self.pool().acquire().await?;
        if position < 1 || position > feed::head(&mut conn).await? {
            return Err(NotSetAside::NoSuchPosition(position));
        }
        let records = feed::page(&mut conn, position - 1, position).await.map_err(RecordError::from)?;
        drop(conn);
        let is_readable = |record: &feed::Record| !record.is_set_aside && record.contents().is_ok();
        if records.iter().any(is_readable) {
            return Err(NotSetAside::Readable(position));
        }
        Ok(self.append_until_stored(context, &SetPositionAside { position, because }).await?)
    }

    /// Every position that was set aside.
    pub async fn all_set_aside(&self) -> Result<Vec<SetAside>, RecordError> {
        let folded = self.current(StreamId::LOG).await?;
        let log = folded.state.as_log().cloned().unwrap_or_default();
        let told = |e: &PositionSetAside| SetAside {
            position: e.position,
            at: e.at,
            because: e.person.text.clone(),
        };
        Ok(log.set_aside.iter().map(told).collect())
    }
}
