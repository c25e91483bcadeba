//! Progress on standard error: bytes, rate and time left, the number of files and the one at hand; of
//! a stream whose length nobody knows, bytes and rate. Fed once per range, or as the bytes of standard
//! input come; drawn by a thread.
//!
//! Nothing is drawn in the first half second, nor once rows go to a terminal or through a pipe, at
//! whose end may be a pager on the same terminal.

use crate::plan::STDIN;
use crate::table::visible::end_of;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};
use std::io::{self, IsTerminal, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Time in which nothing is drawn.
const SILENCE: Duration = Duration::from_millis(500);

/// Columns of the name of the file at hand.
const NAME_COLUMNS: usize = 24;

/// A bar, or none.
#[derive(Clone, Debug)]
pub struct Progress {
    bar: ProgressBar,
    files: u64,
    done: Arc<AtomicU64>,
    /// True once nothing more is drawn.
    over: Arc<(Mutex<bool>, Condvar)>,
}

impl Progress {
    /// Draws nothing.
    pub fn hidden() -> Progress {
        let over = Arc::new((Mutex::new(true), Condvar::new()));
        Progress { bar: ProgressBar::hidden(), files: 0, done: Arc::default(), over }
    }

    /// Draws on standard error, terminal or not, until the bytes of so many files are done; None if
    /// nobody knows their number.
    pub fn shown(total: Option<u64>, files: u64) -> Progress {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let template = match total {
            Some(_) => {
                "{bar:20} {percent:>3} %  {decimal_bytes}/{decimal_total_bytes}  \
                 {decimal_bytes_per_sec}  {eta} left  {prefix}{msg}"
            }
            None => "{spinner} {decimal_bytes}  {decimal_bytes_per_sec}  {elapsed}  {prefix}{msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let over = Arc::new((Mutex::new(false), Condvar::new()));
        let progress = Progress { bar, files, done: Arc::default(), over };
        let later = progress.clone();
        // Without a thread more there is no bar.
        let _ = thread::Builder::new().spawn(move || later.begin_drawing());
        progress
    }

    /// Draws after the silence, unless all is over by then.
    fn begin_drawing(&self) {
        let (over, changed) = &*self.over;
        let lock = over.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(lock, SILENCE, |over| !*over);
        let (is_over, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if *is_over {
            return;
        }
        // indicatif draws nothing where it sees no terminal, even when it is told to.
        let target = if io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::term_like_with_hz(Box::new(Lines), 1)
        };
        self.bar.set_draw_target(target);
        self.bar.tick();
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }

    /// Names the file at hand.
    pub fn begin_file(&self, name: &str) {
        let name = if name == STDIN { "standard input" } else { name };
        self.bar.set_message(end_of(name, NAME_COLUMNS));
    }

    /// Counts a file that is done.
    pub fn end_file(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.files > 1 {
            self.bar.set_prefix(format!("{done}/{} files  ", self.files));
        }
    }

    /// Adds bytes that are done.
    pub fn add(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// The same stream, whose bytes are done as they come: a slow one fills no range for minutes.
    pub fn watch<R: Read>(&self, stream: R) -> Watched<R> {
        Watched { stream, bar: self.bar.clone() }
    }

    /// Hides the bar while `write` writes on the terminal.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Removes the bar; nothing is drawn any more.
    pub fn finish(&self) {
        let (over, changed) = &*self.over;
        let mut over = over.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut *over, true) {
            changed.notify_all();
            self.bar.finish_and_clear();
        }
    }
}

/// A stream whose bytes are counted while they are read.
#[derive(Debug)]
pub struct Watched<R> {
    stream: R,
    bar: ProgressBar,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(bytes)?;
        self.bar.inc(count as u64);
        Ok(count)
    }
}

/// Standard error that is no terminal: a line for each time the bar is drawn, and no moving
/// about.
#[derive(Debug)]
struct Lines;

impl TermLike for Lines {
    fn width(&self) -> u16 {
        80
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        writeln!(io::stderr(), "{line}")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        if text.trim().is_empty() { Ok(()) } else { writeln!(io::stderr(), "{}", text.trim_end()) }
    }

    fn clear_line(&self) -> io::Result<()> {
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        io::stderr().flush()
    }
}
