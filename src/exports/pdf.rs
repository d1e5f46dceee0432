//! A book as pages that a manager would print: title, days and sums with a chart, sums by person, every report under a head that
//! every page repeats; page numbers.

use super::ExportError;
use super::book::{Book, FIGURES, Person, figures};
use super::layout::{BLACK, GREY, HEIGHT, INNER, Item, Layout, MARGIN, Row, WIDTH, columns, grouped};
use super::typeset::{Align, Spot, Type, draw};
use chrono::{Datelike, Timelike};
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;

/// More of a note than fits, in characters.
const NOTES_MAX: usize = 200;
/// The most people that the chart shows.
const CHART_MAX: usize = 12;

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
            let spot = Spot { x: MARGIN, y: HEIGHT - MARGIN, width: INNER, size: 7.0, align };
            show(&mut surface, &faces, &Item::Text { text, spot, is_bold: false, color: GREY });
        }
        surface.finish();
        sheet.finish();
    }
    document.finish().map_err(|error| ExportError::Pdf(format!("{error:?}")))
}

/// Those who called the most, as reported and in the ledger; of days, weeks and months the first that there are.
fn callers(book: &Book) -> Vec<(&str, [i64; 2])> {
    let calls = |person: &Person| [person.said.total_calls, person.known.total_calls];
    let period = book.totals.first().map(|total| total.period);
    let people = book.people.iter().filter(|person| Some(person.period) == period);
    let mut callers: Vec<_> = people.map(|one| (one.name.as_str(), calls(one))).collect();
    callers.sort_by_key(|(_, calls)| std::cmp::Reverse(calls[0].max(calls[1])));
    callers.truncate(CHART_MAX);
    callers
}

fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn lay_out(book: &Book) -> Layout {
    let mut layout = Layout::default();
    layout.heading(&book.title, 20.0, BLACK);
    layout.heading(&book.days, 11.0, GREY);
    layout.space(6.0);
    let number = Align::Right;
    let wide = columns(&[
        ("", 2.0, Align::Left),
        (FIGURES[0], 1.0, number),
        (FIGURES[1], 1.0, number),
        (FIGURES[2], 1.0, number),
        (FIGURES[3], 1.0, number),
    ]);
    let cells = |name: &str, figures: [i64; 4]| {
        std::iter::once(name.to_owned()).chain(figures.map(grouped)).collect::<Vec<_>>()
    };
    for total in &book.totals {
        let (said, known) = (figures(total.said), figures(total.known));
        let variance = [0, 1, 2, 3].map(|index| said[index] - known[index]);
        let title = format!(
            "{}: {} by {}",
            capitalised(total.period.as_str()),
            counted(total.reports, "report", "reports"),
            counted(total.people, "person", "people")
        );
        let rows = [cells("As reported", said), cells("In the ledger", known), cells("Variance", variance)];
        layout.table(&title, &wide, rows.into_iter().map(Row::of));
    }
    let callers = callers(book);
    if !callers.is_empty() {
        layout.bars("Calls by person", ["as reported", "in the ledger"], &callers);
    }
    let pair = |said: i64, known: i64| format!("{} / {}", grouped(said), grouped(known));
    let pairs = |said, known| {
        let (said, known) = (figures(said), figures(known));
        [0, 1, 2, 3].map(|index| pair(said[index], known[index]))
    };
    let by_person = columns(&[
        ("Person (reported / ledger)", 2.2, Align::Left),
        ("Type", 0.8, Align::Left),
        ("Reports", 0.8, number),
        (FIGURES[0], 1.2, number),
        (FIGURES[1], 1.2, number),
        (FIGURES[2], 1.2, number),
        (FIGURES[3], 1.2, number),
    ]);
    let people = book.people.iter().map(|person| {
        let type_of = person.period.as_str().to_owned();
        let mut cells = vec![person.name.clone(), type_of, grouped(person.reports)];
        cells.extend(pairs(person.said, person.known));
        Row::of(cells)
    });
    layout.table("By person", &by_person, people);
    let lines = columns(&[
        ("Date", 1.1, Align::Left),
        ("Person", 2.2, Align::Left),
        ("Type", 0.8, Align::Left),
        (FIGURES[0], 1.3, number),
        (FIGURES[1], 1.3, number),
        (FIGURES[2], 1.3, number),
        (FIGURES[3], 1.3, number),
    ]);
    let rows = book.lines.iter().map(|line| {
        let mut cells = vec![line.on.to_string(), line.name.clone(), line.period.as_str().to_owned()];
        cells.extend(pairs(line.said, line.known));
        let note = line.notes.as_deref().map(|note| note.chars().take(NOTES_MAX).collect());
        Row { cells, note }
    });
    layout.table("Reports (reported / ledger)", &lines, rows);
    layout
}

fn show(surface: &mut Surface<'_>, (regular, bold): &(Type, Type), item: &Item) {
    match item {
        Item::Text { text, spot, is_bold, color } => {
            surface.set_fill(Some(paint(*color)));
            draw(surface, if *is_bold { bold } else { regular }, text, *spot);
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
