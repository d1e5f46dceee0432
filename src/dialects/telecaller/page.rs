//! Which page is asked for, and what is said of it: `limit` and `page` are brought within bounds, never refused (C-11).

use crate::http::fields::Fields;
use crate::http::values;
use serde::Serialize;

const LIMIT: i64 = 10;
const LIMIT_MAX: i64 = 100;
const PAGE_MAX: i64 = 10_000_000;

/// A page.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    page: i64,
    pub limit: i64,
}

impl Page {
    /// Reads it; what is no number says nothing.
    pub fn read(fields: &Fields<'_>) -> Self {
        let number = |name: &str| values::integer(fields.value(name)?);
        let page = number("page").unwrap_or(1).clamp(1, PAGE_MAX);
        Self { page, limit: number("limit").unwrap_or(LIMIT).clamp(1, LIMIT_MAX) }
    }

    /// How many come before it.
    pub fn skip(self) -> i64 {
        (self.page - 1) * self.limit
    }

    /// What is said of it.
    pub fn of(self, total: i64) -> Pagination {
        let pages = ((total + self.limit - 1) / self.limit).max(1);
        Pagination { page: self.page, limit: self.limit, total, pages }
    }
}

#[derive(Serialize)]
pub struct Pagination {
    page: i64,
    limit: i64,
    total: i64,
    pages: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pages_are_brought_within_bounds_and_there_is_always_one() {
        let read = |page, limit| {
            let query = json!({ "page": page, "limit": limit });
            let page = Page::read(&Fields::of_query(query.as_object().unwrap()));
            (page.page, page.limit, page.of(25).pages, page.of(0).pages)
        };
        assert_eq!(read("2", "10"), (2, 10, 3, 1));
        assert_eq!(read("0", "1000"), (1, 100, 1, 1));
        assert_eq!(read("-3", "x"), (1, 10, 3, 1));
    }
}
