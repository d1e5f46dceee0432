//! How are shares and averages rounded? Half up, to one decimal; of nothing they are 0 (C-26).

/// So many tenths of `of / by`.
pub const fn tenths(of: i64, by: i64) -> i64 {
    if by == 0 { 0 } else { (20 * of + by) / (2 * by) }
}

#[cfg(test)]
mod tests {
    use super::tenths;

    /// B-083: the document's own figures, and a half that goes up.
    #[test]
    fn quotients_are_rounded_half_up() {
        assert_eq!((tenths(350 * 100, 500), tenths(500, 278)), (700, 18));
        assert_eq!((tenths(1, 20), tenths(1, 3), tenths(5, 0)), (1, 3, 0));
    }
}
