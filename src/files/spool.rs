//! Rows that were read, on the disk: a file is read as a whole before anything of it is recorded, and is not held in memory
//! meanwhile.

use super::FileError;
use super::table::Row;
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, SeekFrom};

/// Rows on their way to the disk.
pub struct Spool {
    out: csv::Writer<BufWriter<File>>,
    rows: usize,
}

impl Spool {
    pub fn new() -> Result<Self, FileError> {
        let out = csv::WriterBuilder::new().flexible(true).from_writer(BufWriter::new(tempfile::tempfile()?));
        Ok(Self { out, rows: 0 })
    }

    pub fn push(&mut self, row: &Row) -> Result<(), FileError> {
        self.rows += 1;
        let line = row.line.to_string();
        let cells = std::iter::once(line.as_str()).chain(row.cells.iter().map(String::as_str));
        self.out.write_record(cells).map_err(disk)
    }

    /// How many rows there are, and the rows.
    pub fn finish(self) -> Result<(usize, Spooled), FileError> {
        let out = self.out.into_inner().map_err(|error| FileError::Disk(error.into_error()))?;
        let mut file = out.into_inner().map_err(|error| FileError::Disk(error.into_error()))?;
        file.seek(SeekFrom::Start(0))?;
        let rows =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(BufReader::new(file));
        Ok((self.rows, Spooled(rows.into_records())))
    }
}

fn disk(error: csv::Error) -> FileError {
    FileError::Disk(std::io::Error::other(error))
}

/// Rows from the disk.
pub struct Spooled(csv::StringRecordsIntoIter<BufReader<File>>);

impl Iterator for Spooled {
    type Item = Result<Row, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.0.next()? {
            Ok(record) => record,
            Err(error) => return Some(Err(disk(error))),
        };
        let mut cells = record.iter();
        let line = cells.next().and_then(|line| line.parse().ok()).unwrap_or(0);
        Some(Ok(Row { line, cells: cells.map(ToOwned::to_owned).collect() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let rows = [
            Row { line: 2, cells: vec!["a".into(), "\"x\", y\nz".into(), String::new()] },
            Row { line: 7, cells: vec![] },
            Row { line: 8, cells: vec![String::new()] },
        ];
        let mut spool = Spool::new().unwrap();
        for row in &rows {
            spool.push(row).unwrap();
        }
        let (count, back) = spool.finish().unwrap();
        let back: Vec<Row> = back.map(Result::unwrap).collect();
        assert_eq!((count, back), (3, rows.to_vec()));
    }
}
