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

    /// Adds names to the paths, in order. Calls back with the place before and the number of bytes
    /// of each insertion.
    pub fn extend(
        &self,
        bytes: &mut Vec<u8>,
        names: &[Option<Application>],
        mut back: impl FnMut(usize, usize),
    ) {
        const USUAL: usize = 8;
        let mut extended = Vec::with_capacity(bytes.len() + names.len() * USUAL);
        let mut from = 0;
        for (end, name) in self.0.iter().zip(names) {
            let Some(name) = name.map(Application::name) else { continue };
            extended.extend_from_slice(bytes.get(from..*end).unwrap_or_default());
            extended.push(b':');
            extended.extend_from_slice(name.as_bytes());
            back(*end, name.len() + 1);
            from = *end;
        }
        extended.extend_from_slice(bytes.get(from..).unwrap_or_default());
        *bytes = extended;
    }
}
