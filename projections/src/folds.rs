//! Fold versions: which of what is stored was made by an older release's fold? It is made anew beside and switched; nothing that
//! is read is ever emptied for it.

use crate::projection::Projection;
use sqlx::PgPool;

/// The name under which the version of the keys' fold is kept.
const KEYS: &str = "keys";
/// Rises whenever the same log gives other claims or leases than before. 2: a lease stays with the number that was handed out,
/// and nobody's number is no claim.
const KEYS_VERSION: i32 = 2;

/// What has to be folded anew.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stale {
    pub projections: Vec<Projection>,
    pub keys: bool,
}

impl Stale {
    pub fn is_empty(&self) -> bool {
        self.projections.is_empty() && !self.keys
    }
}

/// What an older release's fold has made. Of an empty log nothing is old.
pub async fn stale(pool: &PgPool) -> Result<Stale, sqlx::Error> {
    let is_empty: bool =
        sqlx::query_scalar("SELECT NOT EXISTS (SELECT 1 FROM events)").fetch_one(pool).await?;
    let known: Vec<(String, i32)> = sqlx::query_as("SELECT name, version FROM folds").fetch_all(pool).await?;
    let version = |name: &str| known.iter().find(|(known, _)| known == name).map(|(_, version)| *version);
    let stale = Stale {
        // Releases that did not keep versions had the first.
        projections: Projection::ALL
            .into_iter()
            .filter(|projection| version(projection.name()).unwrap_or(1) < projection.fold_version())
            .collect(),
        keys: version(KEYS).unwrap_or(0) < KEYS_VERSION,
    };
    if is_empty && !stale.is_empty() {
        made_anew(pool, &stale).await?;
        return Ok(Stale::default());
    }
    Ok(stale)
}

/// These are of this release's fold now.
pub async fn made_anew(pool: &PgPool, stale: &Stale) -> Result<(), sqlx::Error> {
    let projections =
        stale.projections.iter().map(|projection| (projection.name(), projection.fold_version()));
    let keys = stale.keys.then_some((KEYS, KEYS_VERSION));
    let (names, versions): (Vec<&str>, Vec<i32>) = projections.chain(keys).unzip();
    sqlx::query(
        "INSERT INTO folds AS f SELECT * FROM unnest($1::text[], $2::integer[]) AS n(name, version) \
         ON CONFLICT (name) DO UPDATE SET version = GREATEST(f.version, EXCLUDED.version)",
    )
    .bind(names)
    .bind(versions)
    .execute(pool)
    .await?;
    Ok(())
}
