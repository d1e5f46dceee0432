//! How is a whole batch written at once? One statement: a common table expression for each table, and the checkpoint's
//! compare-and-set among them. One round trip, one commit, all or nothing.

use crate::projection::Projection;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::{Arguments, Connection, Encode, Postgres, Type};
use std::fmt::Write as _;

/// The error that `ledger_require` raises when somebody else moved the checkpoints.
const OVERTAKEN: &str = "LLCAS";

/// A statement in the making.
#[derive(Default)]
pub struct Plan {
    parts: String,
    args: PgArguments,
    count: usize,
    requires: Option<String>,
    /// What must run after it, in the same transaction.
    after: Vec<(String, PgArguments)>,
}

/// How a plan ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ran {
    Done,
    /// The checkpoints were not where they should have been; nothing was written.
    Overtaken,
}

impl Plan {
    /// Adds a value; answers its placeholder.
    pub fn bind<'q, T: Encode<'q, Postgres> + Type<Postgres> + 'q>(
        &mut self,
        value: T,
    ) -> Result<String, BoxDynError> {
        self.args.add(value)?;
        Ok(format!("${}", self.args.len()))
    }

    /// The arguments so far, for whoever adds many at once.
    pub fn args(&mut self) -> &mut PgArguments {
        &mut self.args
    }

    /// Adds a statement that changes a table.
    pub fn push(&mut self, statement: &str) {
        self.count += 1;
        let comma = if self.count == 1 { "WITH" } else { "," };
        let _ = write!(self.parts, "{comma} p{} AS ({statement}) ", self.count);
    }

    /// Adds a statement that must see what the others did.
    pub fn push_after(&mut self, statement: &str, args: PgArguments) {
        self.after.push((statement.to_owned(), args));
    }

    /// Moves checkpoints from `from` to `upto`, or lets the whole plan fail if they are not there.
    pub fn advance(&mut self, moved: &[(Projection, i64)], from: i64, upto: i64) -> Result<(), BoxDynError> {
        let names = self.bind(moved.iter().map(|(projection, _)| projection.name()).collect::<Vec<_>>())?;
        let generations = self.bind(moved.iter().map(|(_, generation)| *generation).collect::<Vec<_>>())?;
        let (from, upto) = (self.bind(from)?, self.bind(upto)?);
        let count = self.bind(i64::try_from(moved.len())?)?;
        // What the rows were folded from is compared too: a log that was cut off and has grown again has the same numbers.
        self.push(&format!(
            "UPDATE projection_checkpoints c SET position = {upto}, \
             hash = (SELECT e.hash FROM events e WHERE e.position = {upto}) \
             FROM unnest({names}::text[], {generations}::bigint[]) AS m(projection, generation) \
             WHERE c.projection = m.projection AND c.generation = m.generation AND c.position = {from} \
             AND c.paused_by IS NULL AND (c.hash IS NULL OR {from} = 0 \
                 OR c.hash = (SELECT e.hash FROM events e WHERE e.position = {from})) RETURNING 1"
        ));
        self.requires = Some(format!("(SELECT count(*) FROM p{}) = {count}", self.count));
        Ok(())
    }

    /// Runs it.
    pub async fn run(self, conn: &mut PgConnection) -> Result<Ran, sqlx::Error> {
        if self.count == 0 {
            return Ok(Ran::Done);
        }
        let sql =
            format!("{}SELECT ledger_require({})", self.parts, self.requires.as_deref().unwrap_or("true"));
        let ran = if self.after.is_empty() {
            sqlx::query_with(&sql, self.args).execute(conn).await.map(|_| ())
        } else {
            let mut tx = conn.begin().await?;
            let ran = sqlx::query_with(&sql, self.args).execute(&mut *tx).await.map(|_| ());
            if ran.is_ok() {
                for (statement, args) in self.after {
                    sqlx::query_with(&statement, args).execute(&mut *tx).await?;
                }
                tx.commit().await?;
            }
            ran
        };
        match ran {
            Ok(()) => Ok(Ran::Done),
            Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code == OVERTAKEN) => {
                Ok(Ran::Overtaken)
            }
            Err(other) => Err(other),
        }
    }
}
