//! How do texts become glyphs? Runs of one direction in the order in which they are seen, each shaped by its font: Latin and
//! Persian in one line.

use krilla::geom::Point;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, Face, UnicodeBuffer};
use std::ops::Range;
use unicode_bidi::BidiInfo;

/// More than fit into any line: what is longer is not looked at.
const CHARACTERS_MAX: usize = 400;

/// A typeface: what is embedded, and what shapes.
pub struct Type {
    font: Font,
    face: Face<'static>,
}

impl Type {
    /// The font of files: `DejaVu` Sans has Latin and Persian letters.
    pub fn regular() -> Option<Self> {
        Self::of(dejavu::sans::regular())
    }

    /// The same, bold.
    pub fn bold() -> Option<Self> {
        Self::of(dejavu::sans::bold())
    }

    fn of(bytes: &'static [u8]) -> Option<Self> {
        Some(Self { font: Font::new(bytes.into(), 0)?, face: Face::from_slice(bytes, 0)? })
    }

    /// The text as glyphs, up to `width` at `size`; what does not fit is left out behind an ellipsis.
    pub fn set(&self, text: &str, size: f32, width: f32) -> Line {
        let text: String =
            text.chars().take(CHARACTERS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let line = self.line(text.clone());
        if line.width * size <= width {
            return line;
        }
        // By half of what is left to try, never character by character.
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let (mut fits, mut over) = (0, ends.len());
        while over - fits > 1 {
            let middle = fits + (over - fits) / 2;
            let tried = self.line(format!("{}…", &text[..ends[middle]]));
            if tried.width * size <= width { fits = middle } else { over = middle }
        }
        self.line(format!("{}…", &text[..ends.get(fits).copied().unwrap_or(0)]))
    }

    fn line(&self, text: String) -> Line {
        let mut glyphs = Vec::new();
        let bidi = BidiInfo::new(&text, None);
        for paragraph in &bidi.paragraphs {
            let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for run in runs {
                let is_rtl = levels[run.start].is_rtl();
                self.shape(&text, run, is_rtl, &mut glyphs);
            }
        }
        let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
        Line { text, glyphs, width }
    }

    fn shape(&self, text: &str, run: Range<usize>, is_rtl: bool, out: &mut Vec<KrillaGlyph>) {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text[run.clone()]);
        buffer.guess_segment_properties();
        buffer.set_direction(if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight });
        let shaped = rustybuzz::shape(&self.face, &[], buffer);
        let units = f32::from(u16::try_from(self.face.units_per_em()).unwrap_or(2_048));
        #[expect(clippy::cast_precision_loss, reason = "a font's units are small")]
        let em = |value: i32| value as f32 / units;
        let clusters: Vec<usize> =
            shaped.glyph_infos().iter().map(|info| run.start + info.cluster as usize).collect();
        let mut ends = clusters.clone();
        ends.push(run.end);
        ends.sort_unstable();
        ends.dedup();
        for (index, position) in shaped.glyph_positions().iter().enumerate() {
            let start = clusters[index];
            // A glyph's text ends where the next cluster of the text begins.
            let end = ends.get(ends.partition_point(|at| *at <= start)).copied().unwrap_or(run.end);
            out.push(KrillaGlyph::new(
                GlyphId::new(shaped.glyph_infos()[index].glyph_id),
                em(position.x_advance),
                em(position.x_offset),
                em(position.y_offset),
                em(position.y_advance),
                start..end,
                None,
            ));
        }
    }
}

/// A text that is set, and how wide it is at size 1.
pub struct Line {
    text: String,
    glyphs: Vec<KrillaGlyph>,
    width: f32,
}

/// Where a text stands in its spot.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// Draws a text with its base line at `y`, in the spot that begins at `x`.
pub fn draw(surface: &mut Surface<'_>, face: &Type, text: &str, spot: Spot) {
    let line = face.set(text, spot.size, spot.width);
    let x = match spot.align {
        Align::Left => spot.x,
        Align::Right => spot.x + spot.width - line.width * spot.size,
    };
    let start = Point::from_xy(x, spot.y);
    surface.draw_glyphs(start, &line.glyphs, face.font.clone(), &line.text, spot.size, false);
}

/// Where a text stands, in points from the upper left.
#[derive(Clone, Copy)]
pub struct Spot {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub size: f32,
    pub align: Align,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis_and_persian_letters_are_joined() {
        let face = Type::regular().unwrap();
        let line = face.set(&"long ".repeat(50), 10.0, 100.0);
        assert!(line.text.ends_with('…') && line.width * 10.0 <= 100.0);
        let glyphs = |text: &str| -> Vec<u32> {
            face.line(text.to_owned()).glyphs.iter().map(|glyph| glyph.glyph_id.to_u32()).collect()
        };
        // Alone and within a word a letter has different shapes; none is the missing one.
        let (alone, joined) = (glyphs("ب"), glyphs("ببب"));
        assert!(!joined.contains(&alone[0]) && !joined.contains(&0), "{alone:?} {joined:?}");
        assert!(!glyphs("پچژگ سارا احمدی Sara Ahmadi 123").contains(&0));
    }
}
