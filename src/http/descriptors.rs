//! File descriptors: how many may this process open, and how many of them are for connections?
//!
//! A connection costs one descriptor. The process needs others for the database, files and outgoing requests, so a part is
//! kept back: a flood of clients must never keep the ledger from its own database.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The soft limit that is asked for at the start, as far as the hard limit allows. Limits of a thousand million, as some
/// containers have, help nobody.
const WANTED: u64 = 65_536;
/// The most connections at once, however many descriptors there are.
const CONNECTIONS_MAX: u64 = 10_000;
/// The fewest connections, however few descriptors there are.
const CONNECTIONS_MIN: u64 = 16;
/// Descriptors kept back for everything but connections: a quarter of all, within these bounds. The connections to the
/// database are some thirty.
const KEPT_BACK_MIN: u64 = 64;
const KEPT_BACK_MAX: u64 = 512;

/// Raises the soft limit of this process as far as its hard limit allows, and answers the limit that holds then.
pub fn raise() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let soft = limit.current.unwrap_or(u64::MAX);
    let wanted = WANTED.min(limit.maximum.unwrap_or(u64::MAX));
    if soft >= wanted {
        return soft;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum }) {
        Ok(()) => wanted,
        Err(error) => {
            tracing::warn!(%error, soft, wanted, "the limit of open files could not be raised");
            soft
        }
    }
}

/// How many connections the limit that holds now has room for.
pub fn connections_max() -> usize {
    connections_within(getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX))
}

fn connections_within(descriptors: u64) -> usize {
    let kept_back = (descriptors / 4).clamp(KEPT_BACK_MIN, KEPT_BACK_MAX);
    let connections = descriptors.saturating_sub(kept_back).clamp(CONNECTIONS_MIN, CONNECTIONS_MAX);
    usize::try_from(connections).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Issue 14, part 5
    #[test]
    fn a_part_of_the_descriptors_is_kept_back_for_the_ledger_itself() {
        for (descriptors, connections) in [
            (10, 16),
            (128, 64),
            (300, 225),
            (1_024, 768),
            (4_096, 3_584),
            (65_536, 10_000),
            (u64::MAX, 10_000),
        ] {
            assert_eq!(connections_within(descriptors), connections, "of {descriptors}");
        }
    }
}
