//! Texts of protocol paths: most packets have one of a few. And where they end in a buffer, because
//! the last layer of some is known only later.

use crate::dissect::application::Application;
use crate::dissect::protocol::Path;
use crate::table::cell::Cell;

/// Number of remembered texts.
const PATHS: usize = 16;

/// Texts of recent paths, each at the place that its fingerprint gives.
#[derive(Clone, Debug, Default)]
pub struct PathTexts([(Path, Vec<u8>); PATHS]);

impl PathTexts {
    /// Text of a path.
    #[inline]
    pub fn of(&mut self, path: &Path) -> &[u8] {
        let (known, text) = &mut self.0[path.fingerprint() as usize % PATHS];
        if known != path {
            text.clear();
            Cell::Layers(path.layers()).write(text);
            *known = *path;
        }
        text
    }
}

/// Ends of the paths in a buffer, one for each row.
#[derive(Clone, Debug, Default)]
pub struct PathEnds(Vec<usize>);

impl PathEnds {
    /// Notes that a path ends after `end` bytes.
    #[inline]
    pub fn note(&mut self, end: usize) {
        self.0.push(end);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Memory held, in bytes.
    pub fn memory(&self) -> usize {
        self.0.len() * size_of::<usize>()
    }

    /// Adds names to the paths. Calls back with the place before and the number of bytes of each
    /// insertion, in order.
    ///
    /// From the last row to the first, so that no other buffer is needed.
    pub fn extend(
        &self,
        bytes: &mut Vec<u8>,
        names: &[Option<Application>],
        mut back: impl FnMut(usize, usize),
    ) {
        let named = || {
            let pairs = self.0.iter().zip(names);
            pairs.filter_map(|(end, name)| Some((*end, name.map(Application::name)?)))
        };
        let mut added = 0;
        for (end, name) in named() {
            back(end, name.len() + 1);
            added += name.len() + 1;
        }
        let mut from = bytes.len();
        bytes.resize(from + added, b':');
        for (end, name) in named().rev() {
            // The text after the name moves by all bytes that are added before it.
            bytes.copy_within(end..from, end + added);
            let begin = end + added - name.len();
            if let Some(text) = bytes.get_mut(begin - 1..end + added) {
                text[0] = b':';
                text[1..].copy_from_slice(name.as_bytes());
            }
            added -= name.len() + 1;
            from = end;
        }
    }
}
