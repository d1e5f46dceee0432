//! What did the client send? At most so many bytes, in so much time.

use axum::body::{Body, Bytes};
use bytes::BytesMut;
use http_body_util::BodyExt;
use std::time::Duration;
use thiserror::Error;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);
/// How much of a body that is too large is read and thrown away, so that its sender reads the answer instead of a
/// broken connection.
const DRAINED_MAX: usize = 32 << 20;

/// Why a body could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum BodyError {
    #[error("the body is too large")]
    TooLarge,
    #[error("the body took too long to arrive")]
    TooSlow,
    #[error("the body could not be read")]
    Broken,
}

/// Reads a body of at most `limit` bytes.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, BodyError> {
    tokio::time::timeout(PATIENCE, collect(body, limit)).await.map_err(|_| BodyError::TooSlow)?
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let mut kept = BytesMut::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        seen += data.len();
        if seen <= limit {
            kept.extend_from_slice(&data);
        } else if seen > DRAINED_MAX {
            break;
        }
    }
    if seen > limit { Err(BodyError::TooLarge) } else { Ok(kept.freeze()) }
}
