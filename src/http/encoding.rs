//! How was a body packed on its way? `Content-Encoding: gzip` is unpacked while it is read, so that the limit of a body
//! counts what comes out of it, however much that would be; any other coding makes reading it fail (RFC 9110, 8.4).

use async_compression::tokio::bufread::GzipDecoder;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use futures_util::{StreamExt, TryStreamExt, stream};
use thiserror::Error;
use tokio_util::io::{ReaderStream, StreamReader};

/// The coding of a body is none that is read.
#[derive(Clone, Copy, Debug, Error)]
#[error("only gzip is unpacked")]
pub struct UnknownCoding;

/// How a body is packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Coding {
    Plain,
    Gzip,
    Other,
}

/// Makes the body of a request what it was before it was packed. A body of another coding yields [`UnknownCoding`].
pub fn unpacked(request: Request) -> Request {
    match coding(request.headers()) {
        Coding::Plain => request,
        Coding::Gzip => {
            let mut request = request.map(|body| {
                let packed = StreamReader::new(body.into_data_stream().map_err(std::io::Error::other));
                let mut unpacking = GzipDecoder::new(packed);
                unpacking.multiple_members(true);
                Body::from_stream(ReaderStream::new(unpacking))
            });
            request.headers_mut().remove(header::CONTENT_ENCODING);
            request.headers_mut().remove(header::CONTENT_LENGTH);
            request
        }
        Coding::Other => request.map(|body| {
            // What was sent is read first, so that the sender reads the answer.
            let sent = body.into_data_stream().filter_map(|_| async { None });
            Body::from_stream(sent.chain(stream::once(async { Err::<bytes::Bytes, _>(UnknownCoding) })))
        }),
    }
}

/// Whether an error of a body is [`UnknownCoding`].
pub fn is_unknown_coding(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source())
        .any(<dyn std::error::Error + 'static>::is::<UnknownCoding>)
}

fn coding(headers: &HeaderMap) -> Coding {
    let values = headers.get_all(header::CONTENT_ENCODING);
    let words = values.iter().flat_map(|value| value.to_str().unwrap_or("?").split(','));
    let words = words.map(|word| word.trim().to_ascii_lowercase());
    let codings: Vec<String> = words.filter(|word| !word.is_empty() && word != "identity").collect();
    match codings.as_slice() {
        [] => Coding::Plain,
        [one] if one == "gzip" || one == "x-gzip" => Coding::Gzip,
        _ => Coding::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_gzip_and_none_are_known() {
        for (value, expected) in [
            ("", Coding::Plain),
            ("identity", Coding::Plain),
            ("gzip", Coding::Gzip),
            ("X-GZIP", Coding::Gzip),
            ("identity, gzip", Coding::Gzip),
            ("gzip, gzip", Coding::Other),
            ("br", Coding::Other),
            ("deflate", Coding::Other),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_ENCODING, value.parse().unwrap());
            assert_eq!(coding(&headers), expected, "{value}");
        }
        assert_eq!(coding(&HeaderMap::new()), Coding::Plain);
    }
}
