//! A book as a spreadsheet: a summary with a chart, sums by person with another, every report. Dates are dates, figures are
//! numbers, and texts are texts: none of them becomes a formula.

use super::ExportError;
use super::book::{Book, FIGURES, figures};
use projections::reports::Known;
use rust_xlsxwriter::{
    Chart, ChartType, DocProperties, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// The longest text that a cell holds, in characters.
const CELL_MAX: usize = 32_000;
/// The most people that a chart shows.
const CHART_MAX: u32 = 25;
const SUMMARY: [&str; 7] =
    ["Figure", "Type", "Reports", "People", "As reported", "In the ledger", "Variance"];
const SIDES: [&str; 3] = ["said", "ledger", "variance"];

struct Formats {
    title: Format,
    head: Format,
    date: Format,
    number: Format,
    wrapped: Format,
}

impl Formats {
    fn new() -> Self {
        let head =
            Format::new().set_bold().set_background_color(0x00DC_E6F1).set_border_bottom(FormatBorder::Thin);
        Self {
            title: Format::new().set_bold().set_font_size(16),
            head: head.set_text_wrap().set_align(FormatAlign::VerticalCenter),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            number: Format::new().set_num_format("#,##0"),
            wrapped: Format::new().set_text_wrap(),
        }
    }
}

/// The file.
pub fn write(book: &Book) -> Result<Vec<u8>, ExportError> {
    let formats = Formats::new();
    let mut workbook = Workbook::new();
    let properties = DocProperties::new()
        .set_title(&book.title)
        .set_author("lead-ledger")
        .set_comment(book.source())
        .set_creation_datetime(&book.recorded_at);
    workbook.set_properties(&properties);
    summary(workbook.add_worksheet(), book, &formats)?;
    people(workbook.add_worksheet(), book, &formats)?;
    reports(workbook.add_worksheet_with_constant_memory(), book, &formats)?;
    Ok(workbook.save_to_buffer()?)
}

fn number(value: i64) -> f64 {
    value as f64
}

/// Said, known and the difference, of each figure.
fn sides(said: Known, known: Known) -> impl Iterator<Item = i64> {
    let (said, known) = (figures(said), figures(known));
    (0..FIGURES.len()).flat_map(move |index| [said[index], known[index], said[index] - known[index]])
}

fn summary(sheet: &mut Worksheet, book: &Book, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name("Summary")?;
    sheet.set_column_width(0, 26)?;
    for column in 1..=6 {
        sheet.set_column_width(column, 14)?;
    }
    sheet.write_string_with_format(0, 0, &book.title, &formats.title)?;
    sheet.write_string(1, 0, &book.days)?;
    sheet.write_string(2, 0, book.source())?;
    for (text, column) in SUMMARY.into_iter().zip(0u16..) {
        sheet.write_string_with_format(4, column, text, &formats.head)?;
    }
    let mut row = 5;
    for total in &book.totals {
        for ((name, said), known) in FIGURES.into_iter().zip(figures(total.said)).zip(figures(total.known)) {
            sheet.write_string(row, 0, name)?;
            sheet.write_string(row, 1, total.period.as_str())?;
            for (value, column) in
                [total.reports, total.people, said, known, said - known].into_iter().zip(2u16..)
            {
                sheet.write_number_with_format(row, column, number(value), &formats.number)?;
            }
            row += 1;
        }
    }
    if row > 5 {
        // Days, weeks and months have nothing to do in one chart: the first of them.
        let mut chart = Chart::new(ChartType::Column);
        for column in [4u16, 5] {
            chart
                .add_series()
                .set_name(("Summary", 4, column))
                .set_categories(("Summary", 5, 0, 8, 0))
                .set_values(("Summary", 5, column, 8, column));
        }
        chart.title().set_name("As reported and in the ledger");
        sheet.insert_chart(row + 1, 0, &chart)?;
    }
    sheet.set_print_fit_to_pages(1, 0);
    Ok(())
}

/// The heads of the figures: three for each.
fn heads(sheet: &mut Worksheet, first: u16, formats: &Formats) -> Result<(), XlsxError> {
    let names = FIGURES.into_iter().flat_map(|name| SIDES.map(|side| format!("{name} {side}")));
    for (name, column) in names.zip(first..) {
        sheet.set_column_width(column, 12)?;
        sheet.write_string_with_format(0, column, name, &formats.head)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_landscape();
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_footer("&L&A&RPage &P of &N");
    Ok(())
}

fn people(sheet: &mut Worksheet, book: &Book, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name("By person")?;
    sheet.set_column_width(0, 28)?;
    sheet.write_string_with_format(0, 0, "Person", &formats.head)?;
    sheet.write_string_with_format(0, 1, "Type", &formats.head)?;
    sheet.write_string_with_format(0, 2, "Reports", &formats.head)?;
    heads(sheet, 3, formats)?;
    for (person, row) in book.people.iter().zip(1u32..) {
        sheet.write_string(row, 0, &person.name)?;
        sheet.write_string(row, 1, person.period.as_str())?;
        sheet.write_number_with_format(row, 2, number(person.reports), &formats.number)?;
        for (value, column) in sides(person.said, person.known).zip(3u16..) {
            sheet.write_number_with_format(row, column, number(value), &formats.number)?;
        }
    }
    let last = u32::try_from(book.people.len()).unwrap_or(0).min(CHART_MAX);
    if last > 0 {
        let mut chart = Chart::new(ChartType::Bar);
        // Calls and conversions, as reported.
        for column in [3u16, 12] {
            chart
                .add_series()
                .set_name(("By person", 0, column))
                .set_categories(("By person", 1, 0, last, 0))
                .set_values(("By person", 1, column, last, column));
        }
        chart.title().set_name("By person");
        sheet.insert_chart(1, 16, &chart)?;
    }
    Ok(())
}

fn reports(sheet: &mut Worksheet, book: &Book, formats: &Formats) -> Result<(), XlsxError> {
    const NOTES: u16 = 15;
    sheet.set_name("Reports")?;
    sheet.set_column_width(0, 12)?;
    sheet.set_column_width(1, 28)?;
    sheet.set_column_width(NOTES, 60)?;
    for (name, column) in [("Date", 0), ("Person", 1), ("Type", 2)] {
        sheet.write_string_with_format(0, column, name, &formats.head)?;
    }
    heads(sheet, 3, formats)?;
    sheet.write_string_with_format(0, NOTES, "Notes", &formats.head)?;
    for (line, row) in book.lines.iter().zip(1u32..) {
        sheet.write_datetime_with_format(row, 0, line.on, &formats.date)?;
        sheet.write_string(row, 1, &line.name)?;
        sheet.write_string(row, 2, line.period.as_str())?;
        for (value, column) in sides(line.said, line.known).zip(3u16..) {
            sheet.write_number_with_format(row, column, number(value), &formats.number)?;
        }
        if let Some(notes) = &line.notes {
            let text: String = notes.chars().take(CELL_MAX).collect();
            sheet.write_string_with_format(row, NOTES, text, &formats.wrapped)?;
        }
    }
    let last = u32::try_from(book.lines.len()).unwrap_or(0);
    sheet.autofilter(0, 0, last, NOTES)?;
    Ok(())
}
