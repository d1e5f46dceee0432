//! Which file did the client send? It goes to the disk as it arrives, so that many large uploads at once cost no memory: the
//! field `file` of a multipart form, or the body itself.

use super::body::{BodyError, PATIENCE, Pieces};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use futures_util::Stream;
use futures_util::stream::poll_fn;
use std::io::{Read, SeekFrom};
use std::task::Poll;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt, BufWriter};

/// Bytes on their way to or from the disk.
const PIECE: usize = 64 << 10;

/// Why there is no file in a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UploadError {
    Body(BodyError),
    /// The form cannot be read.
    Form,
    /// The form has no field `file`.
    Missing,
    /// The disk takes no more.
    Disk,
}

/// Receives a file of at most `limit` bytes (a form's own lines count too).
pub async fn receive(request: Request, limit: usize) -> Result<std::fs::File, UploadError> {
    let (parts, body) = request.into_parts();
    let arriving = tokio::time::timeout(PATIENCE, spooled(body, limit)).await;
    let whole = arriving.map_err(|_| UploadError::Body(BodyError::TooSlow))??;
    let whole = whole.into_std().await;
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|text| text.to_ascii_lowercase().starts_with("multipart/form-data")) {
        return Ok(whole);
    }
    let body = Body::from_stream(pieces(whole));
    let mut form = Multipart::from_request(Request::from_parts(parts, body), &())
        .await
        .map_err(|_| UploadError::Form)?;
    while let Some(mut field) = form.next_field().await.map_err(|_| UploadError::Form)? {
        if field.name() == Some("file") {
            let mut file = Spool::new()?;
            while let Some(piece) = field.chunk().await.map_err(|_| UploadError::Form)? {
                file.write(&piece).await?;
            }
            return Ok(file.finish().await?.into_std().await);
        }
    }
    Err(UploadError::Missing)
}

/// A file piece by piece, as a network would bring it: the form's parser takes what it can get, so between two pieces the
/// stream makes it wait. The first piece is there at once: where the first is late and the end comes with it, the parser
/// (`multer` 3.1) takes the form for one that breaks off. A piece comes from the page cache, so reading it blocks nobody.
fn pieces(mut file: std::fs::File) -> impl Stream<Item = std::io::Result<Bytes>> {
    let mut is_late = true;
    poll_fn(move |task| {
        is_late = !is_late;
        if is_late {
            task.waker().wake_by_ref();
            return Poll::Pending;
        }
        let mut piece = vec![0; PIECE];
        Poll::Ready(match file.read(&mut piece) {
            Ok(0) => None,
            Ok(count) => {
                piece.truncate(count);
                Some(Ok(piece.into()))
            }
            Err(error) => Some(Err(error)),
        })
    })
}

async fn spooled(body: Body, limit: usize) -> Result<File, UploadError> {
    let mut spool = Spool::new()?;
    let mut pieces = Pieces::new(body, limit);
    while let Some(piece) = pieces.next().await.map_err(UploadError::Body)? {
        spool.write(&piece).await?;
    }
    spool.finish().await
}

/// A file without a name: it goes when nobody holds it any more.
struct Spool(BufWriter<File>);

impl Spool {
    fn new() -> Result<Self, UploadError> {
        let file = tempfile::tempfile().map_err(|error| disk(&error))?;
        Ok(Self(BufWriter::with_capacity(PIECE, File::from_std(file))))
    }

    async fn write(&mut self, piece: &[u8]) -> Result<(), UploadError> {
        self.0.write_all(piece).await.map_err(|error| disk(&error))
    }

    async fn finish(mut self) -> Result<File, UploadError> {
        self.0.flush().await.map_err(|error| disk(&error))?;
        let mut file = self.0.into_inner();
        file.seek(SeekFrom::Start(0)).await.map_err(|error| disk(&error))?;
        Ok(file)
    }
}

fn disk(error: &std::io::Error) -> UploadError {
    tracing::error!(%error, "an upload could not be kept on the disk");
    UploadError::Disk
}
