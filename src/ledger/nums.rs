//! Which integer ids come next? One sequence for each kind, taken in blocks; gaps are allowed, repeats are not.

use domain::stream::StreamKind;
use sqlx::PgPool;
use tokio::sync::Mutex;

/// What the migrations say: `INCREMENT BY 100`.
const BLOCK: i64 = 100;

/// Integer ids that this process has reserved.
#[derive(Debug)]
pub struct Nums {
    pool: PgPool,
    stock: [(StreamKind, Mutex<(i64, i64)>); 5],
}

impl Nums {
    /// Nothing in stock yet.
    pub fn new(pool: PgPool) -> Self {
        let kinds = [
            StreamKind::Lead,
            StreamKind::Agent,
            StreamKind::Credential,
            StreamKind::DeadLetter,
            StreamKind::Report,
        ];
        Self { pool, stock: kinds.map(|kind| (kind, Mutex::new((1, 0)))) }
    }

    /// A number that no stream of this kind has or will have.
    pub async fn next(&self, kind: StreamKind) -> Result<i64, sqlx::Error> {
        let Some((_, stock)) = self.stock.iter().find(|(stocked, _)| *stocked == kind) else {
            return Err(sqlx::Error::InvalidArgument(format!("a {} has no number", kind.as_str())));
        };
        let mut stock = stock.lock().await;
        if stock.0 > stock.1 {
            let first: i64 = sqlx::query_scalar("SELECT nextval('num_' || $1)")
                .bind(kind.as_str())
                .fetch_one(&self.pool)
                .await?;
            *stock = (first, first + BLOCK - 1);
        }
        stock.0 += 1;
        Ok(stock.0 - 1)
    }

    /// Makes sure that no integer id is reserved that the log holds already: a restored sequence may lag behind it.
    pub async fn raise_all(&self) -> Result<(), sqlx::Error> {
        for (kind, stock) in &self.stock {
            let mut stock = stock.lock().await;
            let highest: Option<String> = sqlx::query_scalar(
                "SELECT max(key) FROM keys WHERE kind = 'num' AND key > $1 || ':' AND key < $1 || ';'",
            )
            .bind(kind.as_str())
            .fetch_one(&self.pool)
            .await?;
            let highest: i64 =
                highest.and_then(|key| key.rsplit(':').next().and_then(|num| num.parse().ok())).unwrap_or(0);
            self.raise(*kind, highest).await?;
            // What was reserved below it may be in use by others.
            *stock = if stock.0 <= highest { (1, 0) } else { *stock };
        }
        Ok(())
    }

    /// Makes sure that `highest`, found in the log, is never given out again (a restored database may lag).
    async fn raise(&self, kind: StreamKind, highest: i64) -> Result<(), sqlx::Error> {
        sqlx::query(&format!(
            "SELECT setval('num_{0}', $1 + {BLOCK}) FROM num_{0} WHERE is_called AND last_value + {BLOCK} <= $1 \
             OR NOT is_called AND $1 > 0",
            kind.as_str()
        ))
        .bind(highest)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
