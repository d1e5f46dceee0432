//! What is a row? Its columns are written down once; upserting, copying and comparing follow from them.

use crate::plan::Plan;
use bytes::{BufMut, BytesMut};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::Arguments as _;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use uuid::Uuid;

/// A row of a read model.
pub trait Row: PartialEq + Sized + Send + Sync {
    /// The table, without its schema: which one that is, the connection's search path decides.
    const TABLE: &'static str;
    /// Name and SQL type of every column, in the table's order. The first is the key.
    const COLUMNS: &'static [(&'static str, &'static str)];

    /// The key.
    fn key(&self) -> Uuid;

    /// Adds one array for each column.
    fn bind(rows: &[Self], args: &mut PgArguments) -> Result<(), BoxDynError>;

    /// Writes the row as a line of `COPY`'s text format.
    fn copy(&self, line: &mut CopyLine<'_>);
}

/// Declares a row: `name: Rust type = "sql type"`, key first.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident in $table:literal { $key:ident: Uuid = "uuid", $($column:ident: $type:ty = $sql:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Debug, sqlx::FromRow)]
        pub struct $name { pub $key: uuid::Uuid, $(pub $column: $type,)* }

        impl $crate::row::Row for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [(&'static str, &'static str)] =
                &[(stringify!($key), "uuid"), $((stringify!($column), $sql)),*];

            fn key(&self) -> uuid::Uuid {
                self.$key
            }

            fn bind(
                rows: &[Self],
                args: &mut sqlx::postgres::PgArguments,
            ) -> Result<(), sqlx::error::BoxDynError> {
                use sqlx::Arguments as _;
                args.add(rows.iter().map(|row| row.$key).collect::<Vec<_>>())?;
                $(args.add(rows.iter().map(|row| &row.$column).collect::<Vec<_>>())?;)*
                Ok(())
            }

            fn copy(&self, line: &mut $crate::row::CopyLine<'_>) {
                use $crate::row::CopyField as _;
                self.$key.write(line.field());
                $(self.$column.write(line.field());)*
                line.end();
            }
        }
    };
}
pub(crate) use row;

/// A line of `COPY`'s text format in the making.
pub struct CopyLine<'a> {
    out: &'a mut BytesMut,
    is_first: bool,
}

impl<'a> CopyLine<'a> {
    /// Begins a line at the end of `out`.
    pub fn new(out: &'a mut BytesMut) -> Self {
        Self { out, is_first: true }
    }

    /// Where the next field goes.
    pub fn field(&mut self) -> &mut BytesMut {
        if !self.is_first {
            self.out.put_u8(b'\t');
        }
        self.is_first = false;
        self.out
    }

    /// Ends the line.
    pub fn end(&mut self) {
        self.out.put_u8(b'\n');
        self.is_first = true;
    }
}

/// A value in `COPY`'s text format.
pub trait CopyField {
    fn write(&self, out: &mut BytesMut);
}

impl CopyField for str {
    fn write(&self, out: &mut BytesMut) {
        for &byte in self.as_bytes() {
            match byte {
                b'\\' => out.put_slice(b"\\\\"),
                b'\t' => out.put_slice(b"\\t"),
                b'\n' => out.put_slice(b"\\n"),
                b'\r' => out.put_slice(b"\\r"),
                other => out.put_u8(other),
            }
        }
    }
}

impl CopyField for String {
    fn write(&self, out: &mut BytesMut) {
        self.as_str().write(out);
    }
}

impl<T: CopyField> CopyField for Option<T> {
    fn write(&self, out: &mut BytesMut) {
        match self {
            Some(value) => value.write(out),
            None => out.put_slice(b"\\N"),
        }
    }
}

impl CopyField for bool {
    fn write(&self, out: &mut BytesMut) {
        out.put_u8(if *self { b't' } else { b'f' });
    }
}

impl CopyField for DateTime<Utc> {
    fn write(&self, out: &mut BytesMut) {
        display(&self.format("%Y-%m-%d %H:%M:%S%.6f+00"), out);
    }
}

macro_rules! displayed {
    ($($type:ty),*) => {$(
        impl CopyField for $type {
            fn write(&self, out: &mut BytesMut) {
                display(self, out);
            }
        }
    )*};
}
displayed!(Uuid, i16, i32, i64, NaiveDate);

fn display(value: &impl std::fmt::Display, out: &mut BytesMut) {
    write!(out, "{value}").expect("invariant: a BytesMut grows as needed");
}

/// Rows to write and keys to delete.
#[derive(Debug)]
pub struct Delta<R> {
    pub upserts: Vec<R>,
    pub deletes: Vec<Uuid>,
}

impl<R> Default for Delta<R> {
    fn default() -> Self {
        Self { upserts: Vec::new(), deletes: Vec::new() }
    }
}

impl<R: Row> Delta<R> {
    /// Adds what turns the rows `before` into the rows `after`.
    pub fn diff(&mut self, before: Vec<R>, after: Vec<R>) {
        let mut known: BTreeMap<Uuid, R> = before.into_iter().map(|row| (row.key(), row)).collect();
        for row in after {
            if known.remove(&row.key()).is_none_or(|old| old != row) {
                self.upserts.push(row);
            }
        }
        self.deletes.extend(known.into_keys());
    }

    /// Adds it to a plan: at most two statements, set-based.
    pub fn plan(&self, plan: &mut Plan) -> Result<(), BoxDynError> {
        if !self.upserts.is_empty() {
            let first = plan.args().len() + 1;
            R::bind(&self.upserts, plan.args())?;
            plan.push(&upsert::<R>(first));
        }
        if !self.deletes.is_empty() {
            let keys = plan.bind(self.deletes.clone())?;
            plan.push(&format!("DELETE FROM {} WHERE {} = ANY({keys})", R::TABLE, R::COLUMNS[0].0));
        }
        Ok(())
    }
}

/// The statement whose arrays begin at placeholder `first`.
fn upsert<R: Row>(first: usize) -> String {
    let (table, key) = (R::TABLE, R::COLUMNS[0].0);
    let mut arrays = String::new();
    let mut updates = String::new();
    for (index, (name, sql_type)) in R::COLUMNS.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(arrays, "{comma}${}::{sql_type}[]", index + first);
        if index > 0 {
            let comma = if index == 1 { "" } else { ", " };
            let _ = write!(updates, "{comma}{name} = EXCLUDED.{name}");
        }
    }
    let names = R::COLUMNS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    format!(
        "INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) \
         ON CONFLICT ({key}) DO UPDATE SET {updates}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_for_copy_and_absent_values_are_null() {
        let mut out = BytesMut::new();
        let mut line = CopyLine::new(&mut out);
        "a\tb\\c\nd".write(line.field());
        None::<String>.write(line.field());
        true.write(line.field());
        line.end();
        assert_eq!(&out[..], b"a\\tb\\\\c\\nd\t\\N\tt\n");
    }
}
