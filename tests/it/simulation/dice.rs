//! The dice: whatever is random in a history comes from its seed, by `SplitMix64` (Steele, Lea, Flood 2014).

/// A sequence of numbers that the seed determines.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From 0 to `below` less 1.
    pub fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % below
    }

    /// From `-most` to `most`.
    pub fn within(&mut self, most: i64) -> i64 {
        i64::try_from(self.below(most.unsigned_abs() * 2 + 1)).unwrap() - most
    }

    /// True in so many of a hundred throws.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap())).unwrap()
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.index(of.len())]
    }

    /// So many milliseconds.
    pub fn millis(&mut self, from: u64, below: u64) -> std::time::Duration {
        std::time::Duration::from_millis(from + self.below(below - from))
    }
}
