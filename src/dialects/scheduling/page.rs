//! Which page is asked for? `page` from 1, `per_page` 1 to 100; what is beyond is 422 (B-066, C-11).

use crate::http::fields::Fields;

/// Items a page where nobody says, and at most.
const PER_PAGE: i64 = 10;
pub const PER_PAGE_MAX: i64 = 100;
/// The last page that may be asked for.
const PAGE_MAX: i64 = 10_000_000;

/// A page.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub page: i64,
    pub per_page: i64,
}

impl Page {
    /// Reads it.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self::read_or(fields, PER_PAGE)
    }

    /// Reads it; `per_page` is this many where the client does not say.
    pub fn read_or(fields: &mut Fields<'_>, per_page: i64) -> Self {
        let page = fields.whole("page", 1..=PAGE_MAX).unwrap_or(1);
        let per_page = fields.whole("per_page", 1..=PER_PAGE_MAX).unwrap_or(per_page);
        Self { page, per_page }
    }

    /// How many come before it.
    pub fn skip(self) -> i64 {
        (self.page - 1) * self.per_page
    }
}
