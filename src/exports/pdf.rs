//! A book as pages that a manager would print: title, days and sums with a chart, sums by person, every report under a head that
//! every page repeats; page numbers.

use super::ExportError;
use super::book::{Book, FIGURES, figures};
use super::typeset::{Align, Place, Type, draw};
use chrono::{Datelike, Timelike};
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;

// A4, upright, in points.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 42.0;
const INNER: f32 = WIDTH - 2.0 * MARGIN;
const ROW: f32 = 15.0;
const SIZE: f32 = 8.0;
/// Where rows end: below are the page's number and the source.
const BOTTOM: f32 = HEIGHT - MARGIN - 18.0;
/// More of a note than fits, in characters.
const NOTES_MAX: usize = 200;
/// The most people that the chart shows.
const CHART_MAX: usize = 12;

const BLACK: (u8, u8, u8) = (33, 37, 41);
const GREY: (u8, u8, u8) = (108, 117, 125);
const SHADE: (u8, u8, u8) = (233, 238, 244);
const SAID: (u8, u8, u8) = (52, 101, 164);
const KNOWN: (u8, u8, u8) = (170, 190, 216);

/// A column: its head, where it begins, how wide it is.
struct Column {
    head: &'static str,
    x: f32,
    width: f32,
    align: Align,
}

/// The columns of a table, side by side.
fn columns(parts: &[(&'static str, f32, Align)]) -> Vec<Column> {
    let mut x = MARGIN;
    let whole: f32 = parts.iter().map(|(_, width, _)| width).sum();
    let mut columns = Vec::new();
    for (head, part, align) in parts {
        let width = part / whole * INNER;
        columns.push(Column { head, x: x + 3.0, width: width - 6.0, align: *align });
        x += width;
    }
    columns
}

/// What is on a page, before it is known how many there are.
#[derive(Default)]
struct Page {
    items: Vec<Item>,
}

enum Item {
    Text { text: String, place: Place, is_bold: bool, color: (u8, u8, u8) },
    Box { x: f32, y: f32, width: f32, height: f32, color: (u8, u8, u8) },
}

struct Layout {
    pages: Vec<Page>,
    y: f32,
}

impl Layout {
    fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::default());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn text(&mut self, text: impl Into<String>, place: Place, is_bold: bool, color: (u8, u8, u8)) {
        self.page().items.push(Item::Text { text: text.into(), place, is_bold, color });
    }

    fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, color: (u8, u8, u8)) {
        self.page().items.push(Item::Box { x, y, width, height, color });
    }

    /// A line of its own, `size` high; goes on below.
    fn heading(&mut self, text: &str, size: f32, color: (u8, u8, u8)) {
        let is_bold = size > SIZE;
        let y = self.y + size;
        self.text(text, Place { x: MARGIN, y, width: INNER, size, align: Align::Left }, is_bold, color);
        self.y += size * 1.6;
    }

    fn turn(&mut self) {
        self.pages.push(Page::default());
        self.y = MARGIN;
    }

    fn head(&mut self, columns: &[Column]) {
        self.fill(MARGIN, self.y, INNER, ROW, SHADE);
        let cells: Vec<String> = columns.iter().map(|column| column.head.to_owned()).collect();
        self.cells(columns, &cells, true);
    }

    fn cells(&mut self, columns: &[Column], cells: &[String], is_bold: bool) {
        let y = self.y + ROW * 0.7;
        for (column, cell) in columns.iter().zip(cells) {
            let place = Place { x: column.x, y, width: column.width, size: SIZE, align: column.align };
            self.text(cell.as_str(), place, is_bold, BLACK);
        }
        self.y += ROW;
    }

    /// A table; its head stands on every page.
    fn table(&mut self, title: &str, columns: &[Column], rows: impl Iterator<Item = Vec<String>>) {
        if self.y + 5.0 * ROW > BOTTOM {
            self.turn();
        }
        self.heading(title, 12.0, BLACK);
        self.head(columns);
        let mut is_empty = true;
        for cells in rows {
            if self.y + ROW > BOTTOM {
                self.turn();
                self.head(columns);
            }
            self.cells(columns, &cells, false);
            self.fill(MARGIN, self.y, INNER, 0.3, KNOWN);
            is_empty = false;
        }
        if is_empty {
            self.y += 4.0;
            self.heading("No reports", SIZE, GREY);
        }
        self.y += ROW;
    }

    /// Bars of calls by person: as reported, and in the ledger.
    fn chart(&mut self, book: &Book) {
        const BAR: f32 = 7.0;
        const LABEL: f32 = 110.0;
        let mut people: Vec<_> = book.people.iter().collect();
        people.sort_by_key(|person| std::cmp::Reverse(person.said.total_calls.max(person.known.total_calls)));
        people.truncate(CHART_MAX);
        let most = people.iter().map(|person| person.said.total_calls.max(person.known.total_calls)).max();
        let most = most.unwrap_or(0).max(1) as f32;
        self.heading("Calls by person", 12.0, BLACK);
        for (text, color, x) in [("as reported", SAID, MARGIN), ("in the ledger", KNOWN, MARGIN + 90.0)] {
            self.fill(x, self.y, BAR, BAR, color);
            let place = Place { x: x + 11.0, y: self.y + BAR, width: 80.0, size: SIZE, align: Align::Left };
            self.text(text, place, false, GREY);
        }
        self.y += 14.0;
        for person in people {
            let place =
                Place { x: MARGIN, y: self.y + 9.0, width: LABEL - 6.0, size: SIZE, align: Align::Left };
            self.text(person.name.as_str(), place, false, BLACK);
            for (calls, color) in [(person.said.total_calls, SAID), (person.known.total_calls, KNOWN)] {
                let width = (INNER - LABEL - 50.0) * calls as f32 / most;
                self.fill(MARGIN + LABEL, self.y, width.max(0.5), BAR - 1.0, color);
                let x = MARGIN + LABEL + width + 4.0;
                let place = Place { x, y: self.y + BAR - 1.0, width: 46.0, size: 6.5, align: Align::Left };
                self.text(grouped(calls), place, false, GREY);
                self.y += BAR;
            }
            self.y += 4.0;
        }
        self.y += ROW;
    }
}

/// The file.
pub fn write(book: &Book) -> Result<Vec<u8>, ExportError> {
    let missing = || ExportError::Pdf("the font cannot be read".to_owned());
    let faces = (Type::regular().ok_or_else(missing)?, Type::bold().ok_or_else(missing)?);
    let layout = lay_out(book);
    let mut document = Document::new();
    document.set_metadata(metadata(book));
    let count = layout.pages.len();
    for (number, page) in (1..).zip(&layout.pages) {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT);
        let settings = settings.ok_or_else(|| ExportError::Pdf("no such paper".to_owned()))?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        for item in &page.items {
            show(&mut surface, &faces, item);
        }
        for (text, align) in
            [(book.source(), Align::Left), (format!("Page {number} of {count}"), Align::Right)]
        {
            let place = Place { x: MARGIN, y: HEIGHT - MARGIN, width: INNER, size: 7.0, align };
            show(&mut surface, &faces, &Item::Text { text, place, is_bold: false, color: GREY });
        }
        surface.finish();
        sheet.finish();
    }
    document.finish().map_err(|error| ExportError::Pdf(format!("{error:?}")))
}

fn lay_out(book: &Book) -> Layout {
    let mut layout = Layout { pages: Vec::new(), y: MARGIN };
    layout.heading(&book.title, 20.0, BLACK);
    layout.heading(&book.days, 11.0, GREY);
    layout.y += 6.0;
    let number = Align::Right;
    let wide = columns(&[
        ("", 2.0, Align::Left),
        (FIGURES[0], 1.0, number),
        (FIGURES[1], 1.0, number),
        (FIGURES[2], 1.0, number),
        (FIGURES[3], 1.0, number),
    ]);
    let (said, known) = book.total();
    let (said, known) = (figures(said), figures(known));
    let cells = |name: &str, figures: [i64; 4]| {
        std::iter::once(name.to_owned()).chain(figures.map(grouped)).collect::<Vec<_>>()
    };
    let variance = [0, 1, 2, 3].map(|index| said[index] - known[index]);
    let title = format!(
        "{} reports of {} people",
        grouped(i64::try_from(book.lines.len()).unwrap_or(i64::MAX)),
        book.people.len()
    );
    let rows = [cells("As reported", said), cells("In the ledger", known), cells("Variance", variance)];
    layout.table(&title, &wide, rows.into_iter());
    if !book.people.is_empty() {
        layout.chart(book);
    }
    let pair = |said: i64, known: i64| format!("{} / {}", grouped(said), grouped(known));
    let pairs = |said, known| {
        let (said, known) = (figures(said), figures(known));
        [0, 1, 2, 3].map(|index| pair(said[index], known[index]))
    };
    let by_person = columns(&[
        ("Person (reported / ledger)", 2.4, Align::Left),
        ("Reports", 0.8, number),
        (FIGURES[0], 1.2, number),
        (FIGURES[1], 1.2, number),
        (FIGURES[2], 1.2, number),
        (FIGURES[3], 1.2, number),
    ]);
    let people = book.people.iter().map(|person| {
        let mut cells = vec![person.name.clone(), grouped(person.reports)];
        cells.extend(pairs(person.said, person.known));
        cells
    });
    layout.table("By person", &by_person, people);
    let lines = columns(&[
        ("Date", 1.15, Align::Left),
        ("Person", 1.7, Align::Left),
        ("Type", 0.85, Align::Left),
        (FIGURES[0], 0.95, number),
        (FIGURES[1], 1.2, number),
        (FIGURES[2], 1.2, number),
        (FIGURES[3], 1.35, number),
        ("Notes", 1.9, Align::Left),
    ]);
    let rows = book.lines.iter().map(|line| {
        let mut cells = vec![line.on.to_string(), line.name.clone(), line.period.as_str().to_owned()];
        cells.extend(pairs(line.said, line.known));
        cells.push(line.notes.as_deref().unwrap_or("").chars().take(NOTES_MAX).collect());
        cells
    });
    layout.table("Reports (reported / ledger)", &lines, rows);
    layout
}

fn show(surface: &mut Surface<'_>, (regular, bold): &(Type, Type), item: &Item) {
    match item {
        Item::Text { text, place, is_bold, color } => {
            surface.set_fill(Some(paint(*color)));
            draw(surface, if *is_bold { bold } else { regular }, text, *place);
        }
        Item::Box { x, y, width, height, color } => {
            let mut path = PathBuilder::new();
            if let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) {
                path.push_rect(rect);
            }
            if let Some(path) = path.finish() {
                surface.set_fill(Some(paint(*color)));
                surface.draw_path(&path);
            }
        }
    }
}

fn paint((red, green, blue): (u8, u8, u8)) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

/// Made when its position was recorded: the same file for the same position.
fn metadata(book: &Book) -> Metadata {
    let at = book.recorded_at;
    let part = |value: u32| u8::try_from(value).unwrap_or(0);
    let made = DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(part(at.month()))
        .day(part(at.day()))
        .hour(part(at.hour()))
        .minute(part(at.minute()))
        .second(part(at.second()));
    Metadata::new()
        .title(format!("{}, {}", book.title, book.days))
        .creator("lead-ledger".to_owned())
        .document_id(format!("{} {} {}", book.title, book.days, book.position))
        .creation_date(made)
}

/// A number with a comma between thousands.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}
