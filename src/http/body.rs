//! What did the client send? At most so many bytes, in so much time: as they are, as JSON, or as a form's file. How a "no"
//! is worded, each dialect says.

use super::encoding::is_unknown_coding;
use super::json;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use bytes::BytesMut;
use http_body_util::BodyExt;
use serde_json::{Map, Value};
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
    #[error("the body's Content-Encoding is not known; send it as it is, or with gzip")]
    UnknownCoding,
}

/// Reads a body of at most `limit` bytes.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, BodyError> {
    tokio::time::timeout(PATIENCE, collect(body, limit)).await.map_err(|_| BodyError::TooSlow)?
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let mut kept = BytesMut::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let broken = |error: axum::Error| match is_unknown_coding(&error) {
            true => BodyError::UnknownCoding,
            false => BodyError::Broken,
        };
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        seen += data.len();
        if seen <= limit {
            kept.extend_from_slice(&data);
        } else if seen > DRAINED_MAX {
            break;
        }
    }
    if seen > limit { Err(BodyError::TooLarge) } else { Ok(kept.freeze()) }
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

/// Why there is no file in a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileError {
    Body(BodyError),
    /// The form cannot be read.
    Form,
    /// The form has no field `file`.
    Missing,
}

/// Reads a file of at most `limit` bytes: the field `file` of a multipart form, or the body itself.
pub async fn file(request: Request, limit: usize) -> Result<Bytes, FileError> {
    let (parts, body) = request.into_parts();
    let bytes = read(body, limit).await.map_err(FileError::Body)?;
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|text| text.to_ascii_lowercase().starts_with("multipart/form-data")) {
        return Ok(bytes);
    }
    let whole = Request::from_parts(parts, Body::from(bytes));
    let mut form = Multipart::from_request(whole, &()).await.map_err(|_| FileError::Form)?;
    while let Some(field) = form.next_field().await.map_err(|_| FileError::Form)? {
        if field.name() == Some("file") {
            return field.bytes().await.map_err(|_| FileError::Form);
        }
    }
    Err(FileError::Missing)
}
