//! Comparing rebuilt rows with the live ones, both as of one position, in a transaction that lasts as long as the comparison
//! and not as long as the fold: it sees the live rows of its beginning, and its own rows, which it brings to where those are.

use super::{RebuildError, Targets, swap};
use crate::checkpoint;
use crate::checksum::{self, Checksum};
use crate::feed;
use crate::follow::changes_between;
use crate::key_rows::{self, KeyComparison};
use serde::Serialize;
use sqlx::postgres::PgConnection;

/// How one read model compares with the log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Comparison {
    pub projection: String,
    /// What the live rows amount to; `None` where they were not at the compared position (paused or catching up).
    pub live: Option<Checksum>,
    pub rebuilt: Checksum,
    pub differing_rows: i64,
    pub differing_keys: Vec<String>,
}

/// What was compared, and at which position.
pub(super) struct Compared {
    pub position: i64,
    pub comparisons: Vec<Comparison>,
    pub keys: Option<KeyComparison>,
}

/// Brings the rows of `schema`, which stand at `position`, to where the live ones are, and compares. The caller's connection
/// looks into `schema` first; it begins and ends the transaction.
pub(super) async fn compare(
    conn: &mut PgConnection,
    schema: &str,
    targets: &Targets,
    position: i64,
) -> Result<Compared, RebuildError> {
    let checkpoints = checkpoint::read(conn).await?;
    let furthest = checkpoints.iter().map(|checkpoint| checkpoint.position).max().unwrap_or(0);
    // Rows that stand beyond the log's end were folded from another log: nothing is compared with them.
    let live_at = furthest.min(feed::head(conn).await?).max(position);
    swap::catch_up(conn, targets, position, live_at).await?;
    let mut comparisons = Vec::new();
    for &projection in &targets.projections {
        let is_there =
            checkpoints.iter().any(|c| c.projection() == Some(projection) && c.position == live_at);
        let rebuilt = checksum::of(conn, schema, projection).await?;
        let live = if is_there { Some(checksum::of(conn, "live", projection).await?) } else { None };
        let (differing_rows, differing_keys) = match &live {
            Some(live) if *live != rebuilt => checksum::differing(conn, "live", schema, projection).await?,
            Some(_) | None => (0, Vec::new()),
        };
        let projection = projection.name().to_owned();
        comparisons.push(Comparison { projection, live, rebuilt, differing_rows, differing_keys });
    }
    let keys = if targets.keys { Some(compare_keys(conn, schema, live_at).await?) } else { None };
    Ok(Compared { position: live_at, comparisons, keys })
}

/// The table of keys is as far as the log: further than the read models.
async fn compare_keys(
    conn: &mut PgConnection,
    schema: &str,
    mut position: i64,
) -> Result<KeyComparison, RebuildError> {
    let head = feed::head(conn).await?;
    while position < head {
        let upto = head.min(position + swap::STEP);
        let changes = changes_between(conn, position, upto).await?;
        key_rows::catch_up(conn, &changes).await?;
        position = upto;
    }
    Ok(key_rows::compare(conn, schema).await?)
}
