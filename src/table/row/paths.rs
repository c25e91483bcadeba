//! Texts of protocol paths: most packets have one of a few.

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
