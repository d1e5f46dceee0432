//! What does a query say? Its members as texts, in the shape of a body's, so that both are read alike. A word that
//! JavaScript or Python writes for nothing says nothing: a client whose filter is not set sends it.

use super::decode;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::text::trim;
use serde_json::{Map, Value};
use std::convert::Infallible;

/// What an unset variable is as a text, in any case.
const NOTHING: [&str; 4] = ["undefined", "null", "none", "nan"];

/// The members of a query; of those given twice the last.
#[derive(Clone, Debug)]
pub struct Members(pub Map<String, Value>);

impl<S: Sync> FromRequestParts<S> for Members {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(members(parts.uri.query().unwrap_or(""))))
    }
}

fn members(query: &str) -> Map<String, Value> {
    let says_something = |text: &str| !NOTHING.iter().any(|word| word.eq_ignore_ascii_case(trim(text)));
    let members = decode::pairs(query.as_bytes()).into_iter();
    members.filter(|(_, text)| says_something(text)).map(|(name, text)| (name, Value::from(text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_filter_that_is_a_word_for_nothing_is_no_filter() {
        let read =
            members("status=undefined&agent_id=null&search=None&page=NaN&limit=NULL%20&dateFrom=Undefined");
        assert_eq!(read, Map::new());
        let read = members("search=nullable&status=BUSY&a=&a=1&b=+none.");
        assert_eq!(
            Value::Object(read),
            json!({ "search": "nullable", "status": "BUSY", "a": "1", "b": " none." })
        );
    }
}
