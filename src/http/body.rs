//! What did the client send? At most so many bytes, in so much time: as they are, piece by piece, or as JSON. How a "no"
//! is worded, each dialect says.

use super::encoding::is_unknown_coding;
use super::json;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use bytes::BytesMut;
use http_body_util::BodyExt;
use serde_json::{Map, Value};
use std::time::Duration;
use thiserror::Error;

/// How long a body may take to arrive.
pub const PATIENCE: Duration = Duration::from_secs(15);
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
    #[error("the body's Content-Encoding is not known; send it as it is, or with gzip")]
    UnknownCoding,
}

/// Reads a body of at most `limit` bytes.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, BodyError> {
    tokio::time::timeout(PATIENCE, collect(body, limit)).await.map_err(|_| BodyError::TooSlow)?
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let mut kept = BytesMut::new();
    let mut pieces = Pieces::new(body, limit);
    while let Some(piece) = pieces.next().await? {
        kept.extend_from_slice(&piece);
    }
    Ok(kept.freeze())
}

/// A body of at most `limit` bytes, piece by piece.
pub struct Pieces {
    body: Body,
    limit: usize,
    seen: usize,
}

impl Pieces {
    pub fn new(body: Body, limit: usize) -> Self {
        Self { body, limit, seen: 0 }
    }

    /// The next piece. What is too large is read on for a while and thrown away before the error.
    pub async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        let broken = |error: axum::Error| {
            if is_unknown_coding(&error) { BodyError::UnknownCoding } else { BodyError::Broken }
        };
        while let Some(frame) = self.body.frame().await {
            let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
            self.seen += data.len();
            if self.seen <= self.limit {
                return Ok(Some(data));
            }
            if self.seen > DRAINED_MAX {
                break;
            }
        }
        if self.seen > self.limit { Err(BodyError::TooLarge) } else { Ok(None) }
    }
}

/// Why a body is no JSON object.
#[derive(Debug)]
pub enum JsonError {
    Body(BodyError),
    /// It says itself that it is something else.
    OtherType,
    /// JSON, but no object.
    NoObject,
    /// Where it breaks off being JSON, from 1.
    Malformed {
        line: usize,
        column: usize,
    },
    /// Which bound of JSON it passes, in a sentence.
    Bound(&'static str),
}

/// Reads a JSON object of at most `limit` bytes, whatever it calls itself; one that is none and says so is the wrong
/// type.
pub async fn json(request: Request, limit: usize) -> Result<(Bytes, Map<String, Value>), JsonError> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let says_json = content_type.is_none_or(|text| text.to_ascii_lowercase().contains("json"));
    let bytes = read(request.into_body(), limit).await.map_err(JsonError::Body)?;
    match json::parse(&bytes) {
        Ok(Value::Object(members)) => Ok((bytes, members)),
        Ok(_) | Err(_) if !says_json => Err(JsonError::OtherType),
        Ok(_) => Err(JsonError::NoObject),
        Err(json::Fault::Malformed { line, column }) => Err(JsonError::Malformed { line, column }),
        Err(json::Fault::Bound(msg)) => Err(JsonError::Bound(msg)),
    }
}
