//! Where does everything stand? Headings, tables whose heads stand on every page, bars: from top to bottom, on as many pages as it
//! takes.

use super::typeset::{Align, Spot};

// A4, upright, in points.
pub const WIDTH: f32 = 595.0;
pub const HEIGHT: f32 = 842.0;
pub const MARGIN: f32 = 42.0;
pub const INNER: f32 = WIDTH - 2.0 * MARGIN;
const ROW: f32 = 15.0;
const SIZE: f32 = 8.0;
/// Where rows end: below are the page's number and the source.
const BOTTOM: f32 = HEIGHT - MARGIN - 18.0;
pub const BLACK: (u8, u8, u8) = (33, 37, 41);
pub const GREY: (u8, u8, u8) = (108, 117, 125);
const SHADE: (u8, u8, u8) = (233, 238, 244);
const SAID: (u8, u8, u8) = (52, 101, 164);
const KNOWN: (u8, u8, u8) = (170, 190, 216);

/// A column: its head, where it begins, how wide it is.
pub struct Column {
    head: &'static str,
    x: f32,
    width: f32,
    align: Align,
}

/// A row of a table, and what stands below it.
pub struct Row {
    pub cells: Vec<String>,
    pub note: Option<String>,
}

impl Row {
    /// Nothing stands below it.
    pub fn of(cells: Vec<String>) -> Self {
        Self { cells, note: None }
    }
}

/// The columns of a table, side by side.
pub fn columns(parts: &[(&'static str, f32, Align)]) -> Vec<Column> {
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
pub struct Page {
    pub items: Vec<Item>,
}

pub enum Item {
    Text { text: String, spot: Spot, is_bold: bool, color: (u8, u8, u8) },
    Box { x: f32, y: f32, width: f32, height: f32, color: (u8, u8, u8) },
}

pub struct Layout {
    pub pages: Vec<Page>,
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

    fn text(&mut self, text: impl Into<String>, spot: Spot, is_bold: bool, color: (u8, u8, u8)) {
        self.page().items.push(Item::Text { text: text.into(), spot, is_bold, color });
    }

    fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, color: (u8, u8, u8)) {
        self.page().items.push(Item::Box { x, y, width, height, color });
    }

    /// A line of its own, `size` high; goes on below.
    pub fn heading(&mut self, text: &str, size: f32, color: (u8, u8, u8)) {
        let is_bold = size > SIZE;
        let y = self.y + size;
        self.text(text, Spot { x: MARGIN, y, width: INNER, size, align: Align::Left }, is_bold, color);
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
            let spot = Spot { x: column.x, y, width: column.width, size: SIZE, align: column.align };
            self.text(cell.as_str(), spot, is_bold, BLACK);
        }
        self.y += ROW;
    }

    /// What somebody wrote, below the row it belongs to.
    fn note(&mut self, columns: &[Column], note: &str) {
        let x = columns.get(1).map_or(MARGIN, |column| column.x);
        let spot = Spot {
            x,
            y: self.y + ROW * 0.4,
            width: MARGIN + INNER - x - 3.0,
            size: SIZE,
            align: Align::Left,
        };
        self.text(note, spot, false, GREY);
        self.y += ROW * 0.75;
    }

    /// A table; its head stands on every page, and a note on the page of its row.
    pub fn table(&mut self, title: &str, columns: &[Column], rows: impl Iterator<Item = Row>) {
        if self.y + 5.0 * ROW > BOTTOM {
            self.turn();
        }
        self.heading(title, 12.0, BLACK);
        self.head(columns);
        let mut is_empty = true;
        for row in rows {
            let height = if row.note.is_some() { ROW * 1.75 } else { ROW };
            if self.y + height > BOTTOM {
                self.turn();
                self.head(columns);
            }
            self.cells(columns, &row.cells, false);
            if let Some(note) = &row.note {
                self.note(columns, note);
            }
            self.fill(MARGIN, self.y, INNER, 0.3, KNOWN);
            is_empty = false;
        }
        if is_empty {
            self.y += 4.0;
            self.heading("No reports", SIZE, GREY);
        }
        self.y += ROW;
    }

    /// Leaves room.
    pub fn space(&mut self, height: f32) {
        self.y += height;
    }

    /// Two bars for each name, with their numbers; `legend` says what they are.
    pub fn bars(&mut self, title: &str, legend: [&str; 2], bars: &[(&str, [i64; 2])]) {
        const BAR: f32 = 7.0;
        const LABEL: f32 = 110.0;
        let most = bars.iter().flat_map(|(_, values)| values).max().copied().unwrap_or(0).max(1) as f32;
        self.heading(title, 12.0, BLACK);
        for (text, (color, x)) in legend.into_iter().zip([(SAID, MARGIN), (KNOWN, MARGIN + 90.0)]) {
            self.fill(x, self.y, BAR, BAR, color);
            let spot = Spot { x: x + 11.0, y: self.y + BAR, width: 80.0, size: SIZE, align: Align::Left };
            self.text(text, spot, false, GREY);
        }
        self.y += 14.0;
        for (name, values) in bars {
            let spot =
                Spot { x: MARGIN, y: self.y + 9.0, width: LABEL - 6.0, size: SIZE, align: Align::Left };
            self.text(*name, spot, false, BLACK);
            for (value, color) in values.iter().zip([SAID, KNOWN]) {
                let width = (INNER - LABEL - 50.0) * *value as f32 / most;
                self.fill(MARGIN + LABEL, self.y, width.max(0.5), BAR - 1.0, color);
                let x = MARGIN + LABEL + width + 4.0;
                let spot = Spot { x, y: self.y + BAR - 1.0, width: 46.0, size: 6.5, align: Align::Left };
                self.text(grouped(*value), spot, false, GREY);
                self.y += BAR;
            }
            self.y += 4.0;
        }
        self.y += ROW;
    }
}

impl Default for Layout {
    fn default() -> Self {
        Self { pages: Vec::new(), y: MARGIN }
    }
}

/// A number with a comma between thousands.
pub fn grouped(number: i64) -> String {
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
