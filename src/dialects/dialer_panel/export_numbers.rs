//! `POST /api/numbers/export`: the selected numbers as XLSX (B-117, B-118, B-119, C-33). Rows go from the database through
//! the writer into a temporary file and from there to the client: none of it is held in memory.

use super::caller::Member;
use super::number;
use super::reject::{Body, LIST_MAX, Reject, Rejected};
use super::selection::Selection;
use crate::ledger::RecordError;
use crate::state::App;
use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono_tz::Tz;
use domain::time::Instant;
use projections::lead::LeadRow;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::collections::HashMap;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use tokio::sync::mpsc;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;
use uuid::Uuid;

/// The rows that a sheet has, without the header; further numbers go to a second sheet, and so on (K28).
const SHEET_ROWS_MAX: u32 = 1_048_575;
/// Rows on their way from the database to the writer.
const WAITING_MAX: usize = 1_000;

const COLUMNS: [(&str, f64); 9] = [
    ("Phone", 18.0),
    ("Status", 16.0),
    ("Attempts", 10.0),
    ("Created at", 20.0),
    ("Updated at", 20.0),
    ("Last attempt at", 20.0),
    ("Assigned agent", 24.0),
    ("Last user message", 60.0),
    ("ID", 10.0),
];
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(ToSchema)]
#[schema(as = ExportRequest)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Request {
    /// These, or `select_all`.
    ids: Option<Vec<i64>>,
    select_all: Option<bool>,
    excluded_ids: Option<Vec<i64>>,
    /// `filter_status` says the same.
    status: Option<String>,
    search: Option<String>,
    agent_id: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
}

#[utoipa::path(
    post, path = "/api/numbers/export", operation_id = "export_numbers", tag = "numbers",
    summary = "The selected numbers as XLSX",
    request_body = Request,
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
)]
pub async fn handler(
    State(app): State<App>,
    admin: Member,
    body: Body<LIST_MAX>,
) -> Result<Response, Rejected> {
    let file = export(&app, &body).await.map_err(|reject| admin.reject(reject))?;
    let name = format!("numbers-{}.xlsx", app.ledger.now().format("%Y%m%d-%H%M%S"));
    let headers = [
        (header::CONTENT_TYPE, TYPE.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Bytes::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)))).into_response())
}

async fn export(app: &App, body: &Body<LIST_MAX>) -> Result<File, Reject> {
    let empty = serde_json::Map::new();
    let selection = Selection::read_body(app, body.json.as_object().unwrap_or(&empty)).await?;
    let zone = app.ledger.dialing().await?.zone();
    let views = app.ledger.views();
    let agents = views.agents_ever().await.map_err(RecordError::from)?;
    let agents = agents.iter().map(|agent| (agent.id, agent.name())).collect();
    let (sender, rows) = mpsc::channel(WAITING_MAX);
    let writing = tokio::task::spawn_blocking(move || write(rows, &agents, zone));
    views.send_leads(&selection.filter, selection.order, sender).await.map_err(RecordError::from)?;
    let written = writing.await.map_err(|_| Reject::Internal)?;
    written.map_err(|error| RecordError::Internal(error.to_string()).into())
}

/// A workbook that begins another sheet where one is full.
struct Sheets {
    book: Workbook,
    bold: Format,
    rows_max: u32,
    /// How many sheets there are, and the last row of the last one.
    count: usize,
    row: u32,
}

impl Sheets {
    fn new(rows_max: u32) -> Result<Self, XlsxError> {
        let bold = Format::new().set_bold();
        let mut sheets = Self { book: Workbook::new(), bold, rows_max, count: 0, row: 0 };
        sheets.begin()?;
        Ok(sheets)
    }

    /// Begins a sheet with its header. Its rows go to the disk as they are written.
    fn begin(&mut self) -> Result<(), XlsxError> {
        let sheet = self.book.add_worksheet_with_constant_memory();
        for ((name, width), column) in COLUMNS.into_iter().zip(0u16..) {
            sheet.set_column_width(column, width)?;
            sheet.write_string_with_format(0, column, name, &self.bold)?;
        }
        (self.count, self.row) = (self.count + 1, 0);
        Ok(())
    }

    /// Where the next row goes.
    fn next(&mut self) -> Result<(&mut Worksheet, u32), XlsxError> {
        if self.row == self.rows_max {
            self.begin()?;
        }
        self.row += 1;
        Ok((self.book.worksheet_from_index(self.count - 1)?, self.row))
    }
}

/// Texts are written as texts: a cell that begins like a formula is none.
fn write(
    mut rows: mpsc::Receiver<LeadRow>,
    agents: &HashMap<Uuid, String>,
    zone: Tz,
) -> Result<File, XlsxError> {
    let mut sheets = Sheets::new(SHEET_ROWS_MAX)?;
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let local = |at: Instant| at.with_timezone(&zone).naive_local();
    while let Some(lead) = rows.blocking_recv() {
        let (sheet, row) = sheets.next()?;
        sheet.write_string(row, 0, lead.phone.as_deref().unwrap_or(""))?;
        sheet.write_string(row, 1, number::status(&lead))?;
        sheet.write_number(row, 2, lead.attempts)?;
        sheet.write_datetime_with_format(row, 3, local(lead.created_at), &time)?;
        sheet.write_datetime_with_format(row, 4, local(lead.updated_at), &time)?;
        if let Some(at) = lead.last_attempt_at {
            sheet.write_datetime_with_format(row, 5, local(at), &time)?;
        }
        if let Some(name) = lead.agent_id.and_then(|id| agents.get(&id)) {
            sheet.write_string(row, 6, name)?;
        }
        if let Some(message) = &lead.last_message {
            sheet.write_string(row, 7, message)?;
        }
        sheet.write_number(row, 8, i32::try_from(lead.num).map_or(f64::NAN, f64::from))?;
    }
    let mut file = tempfile::tempfile()?;
    sheets.book.save_to_writer(&mut file)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader as _};
    use std::io::Cursor;

    /// K28
    #[test]
    fn what_does_not_fit_on_a_sheet_continues_on_the_next() {
        for (rows, expected) in
            [(0, vec![1]), (3, vec![4]), (4, vec![4, 2]), (7, vec![4, 4, 2]), (9, vec![4, 4, 4])]
        {
            let mut sheets = Sheets::new(3).unwrap();
            for number in 1..=rows {
                let (sheet, row) = sheets.next().unwrap();
                sheet.write_number(row, 0, number).unwrap();
            }
            let file = sheets.book.save_to_buffer().unwrap();
            let mut book = calamine::Xlsx::new(Cursor::new(file)).unwrap();
            let (mut heights, mut numbers) = (Vec::new(), Vec::new());
            for (_, range) in book.worksheets() {
                heights.push(range.height());
                assert_eq!(range.get((0, 0)), Some(&Data::String("Phone".to_owned())), "each has its header");
                numbers.extend(range.rows().skip(1).map(|row| row[0].clone()));
            }
            assert_eq!(heights, expected);
            assert_eq!(numbers, (1..=rows).map(|number| Data::Float(f64::from(number))).collect::<Vec<_>>());
        }
    }
}
