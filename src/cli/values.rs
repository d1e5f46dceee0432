//! The values of options: each is read before anything is opened, so that a wrong one is a matter of usage.

use chrono_tz::Tz;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use domain::ids::AnyId;
use domain::text::trim;
use domain::time::{Instant, parse_instant};

/// A parser of closed words: the help lists them, and the nearest one is suggested for a wrong one.
pub fn one_of<T: Clone + Send + Sync + 'static>(
    words: impl IntoIterator<Item = &'static str>,
    read: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(words)
        .map(move |word| read(&word.to_ascii_lowercase()).expect("invariant: the word is one of the list"))
}

/// A name: blanks and invisible characters at its ends do not belong to it, as in the HTTP APIs.
pub fn name(text: &str) -> Result<String, &'static str> {
    match trim(text) {
        "" => Err("the name is empty; give one such as sara"),
        name if name.contains('\0') => Err("a name holds no NUL character"),
        name => Ok(name.to_owned()),
    }
}

/// The same where an empty text means that nothing is known.
#[expect(clippy::unnecessary_wraps, reason = "a value parser answers a Result")]
pub fn trimmed(text: &str) -> Result<String, String> {
    Ok(trim(text).to_owned())
}

/// A time; without an offset it is UTC.
pub fn time(text: &str) -> Result<Instant, String> {
    parse_instant(text, Tz::UTC).map_err(|error| error.to_string())
}

/// An id in any of its three spellings.
pub fn id(text: &str) -> Result<AnyId, &'static str> {
    AnyId::parse(text).ok_or("an id is a number such as 1, a UUID, or 24 hexadecimal digits")
}

/// A time zone by its name.
pub fn zone(text: &str) -> Result<Tz, &'static str> {
    trim(text).parse().map_err(|_| "a time zone is a name such as Europe/London or UTC")
}
