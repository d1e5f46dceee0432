//! How far is a long run? On a terminal a bar with the rate and the time left; elsewhere a plain line now and then, so that
//! a log shows it too and holds no escape sequences.

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use projections::rebuild;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often a plain line is written. A run that is shorter writes none.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The progress of one run. A clone is the same progress.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    what: &'static str,
    unit: &'static str,
    /// When the last plain line was due; `None`: the bar is drawn.
    last_line: Option<Arc<Mutex<Instant>>>,
}

impl Progress {
    /// Begins: `what` is being done, counted in `unit`.
    pub fn start(what: &'static str, unit: &'static str) -> Self {
        let is_drawn = std::io::stderr().is_terminal() && can_redraw();
        let target = if is_drawn { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target).with_message(what);
        let template =
            format!("{{msg}} {{wide_bar}} {{human_pos}} of {{human_len}} {unit}, {{per_sec}}, {{eta}} left");
        let bar = match ProgressStyle::with_template(&template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        let last_line = (!is_drawn).then(|| Arc::new(Mutex::new(Instant::now())));
        Self { bar, what, unit, last_line }
    }

    /// The same, of a known length.
    pub fn of(self, length: usize) -> Self {
        self.bar.set_length(length as u64);
        self
    }

    /// That many more are done.
    pub fn add(&self, count: usize) {
        self.bar.inc(count as u64);
        self.tell();
    }

    /// `done` of `of` are done.
    pub fn set(&self, done: i64, of: i64) {
        self.bar.set_length(u64::try_from(of).unwrap_or(0));
        self.bar.set_position(u64::try_from(done).unwrap_or(0));
        self.tell();
    }

    /// For work that reports how far it is by a callback.
    pub fn callback(&self) -> rebuild::Progress {
        let this = self.clone();
        Arc::new(move |done, of| this.set(done, of))
    }

    /// The run is over: the bar goes away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn tell(&self) {
        let Some(last) = &self.last_line else { return };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= LINE_EVERY {
            *last = Instant::now();
            eprintln!("{}", self.line());
        }
    }

    fn line(&self) -> String {
        let (done, of) = (self.bar.position(), self.bar.length().unwrap_or(0));
        let (what, unit, left) = (self.what, self.unit, HumanDuration(self.bar.eta()));
        let rate = self.bar.per_sec();
        format!("{what}: {} of {} {unit}, {rate:.0}/s, {left} left", HumanCount(done), HumanCount(of))
    }
}

/// Whether the terminal can draw a line again in its place: a dumb one cannot.
fn can_redraw() -> bool {
    anstyle_query::term_supports_color()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_line_says_how_far_how_fast_and_how_long() {
        let progress = Progress::start("importing", "rows").of(4_000);
        progress.add(1_000);
        let line = progress.line();
        assert!(line.starts_with("importing: 1,000 of 4,000 rows, "), "{line}");
        assert!(line.contains("/s, ") && line.ends_with(" left"), "{line}");
    }
}
