//! The saved form of a fault: its name and the texts of its fields.

use super::FaultKind;
use crate::source::Compression;

/// Name of a fault and the texts of its fields.
pub(super) type Saved = (String, Vec<String>);

impl From<FaultKind> for Saved {
    fn from(kind: FaultKind) -> Saved {
        (kind.name().into(), kind.fields())
    }
}

impl TryFrom<Saved> for FaultKind {
    type Error = String;

    fn try_from((name, fields): Saved) -> Result<FaultKind, String> {
        FaultKind::named(&name, &fields).ok_or_else(|| format!("no fault is named {name:?}"))
    }
}

/// A field of a fault.
pub(super) trait Field: Sized {
    /// Reads its text.
    fn read(text: &str) -> Option<Self>;
}

impl Field for u64 {
    fn read(text: &str) -> Option<u64> {
        text.parse().ok()
    }
}

impl Field for u32 {
    fn read(text: &str) -> Option<u32> {
        text.parse().ok()
    }
}

impl Field for i32 {
    fn read(text: &str) -> Option<i32> {
        text.parse().ok()
    }
}

impl Field for &'static str {
    fn read(text: &str) -> Option<&'static str> {
        Compression::ALL.iter().map(|known| known.name()).find(|name| *name == text)
    }
}
