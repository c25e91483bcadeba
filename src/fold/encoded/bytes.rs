//! Bytes of records: those that were encoded here, or those of a file, which are read where they are.

use crate::source::Source;
use serde::ser::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;
use std::ops::{Deref, Range};
use std::sync::Arc;

thread_local! {
    /// The file that is read.
    static FILE: RefCell<Option<Arc<Source>>> = const { RefCell::new(None) };
}

/// Bytes of records.
#[derive(Debug, Default)]
pub struct Bytes(Held);

enum Held {
    Own(Vec<u8>),
    InFile(Arc<Source>, Range<usize>),
}

impl Bytes {
    /// Takes what follows `length` bytes away.
    pub fn truncate(&mut self, length: usize) {
        match &mut self.0 {
            Held::Own(bytes) => bytes.truncate(length),
            Held::InFile(_, range) => range.end = range.end.min(range.start + length),
        }
    }

    /// False if they are those of a file that became shorter: some may be zeros.
    pub fn are_whole(&self) -> bool {
        match &self.0 {
            Held::Own(_) => true,
            Held::InFile(file, _) => file.shrunk().is_none(),
        }
    }
}

/// Reads plain data of a file. Bytes of records in it remain there.
pub fn in_file<T>(file: &Arc<Source>, read: impl FnOnce(&[u8]) -> T) -> T {
    let before = FILE.replace(Some(file.clone()));
    let data = read(file.rest(0));
    FILE.set(before);
    data
}

/// The place of bytes in the file that is read. None if they are elsewhere.
fn place(bytes: &[u8]) -> Option<(Arc<Source>, Range<usize>)> {
    FILE.with_borrow(|file| {
        let file = file.as_ref()?;
        let start = bytes.as_ptr().addr().checked_sub(file.rest(0).as_ptr().addr())?;
        let range = start..start.checked_add(bytes.len())?;
        let same = file.rest(0).get(range.clone())?;
        std::ptr::eq(same, bytes).then(|| (file.clone(), range))
    })
}

impl Default for Held {
    fn default() -> Held {
        Held::Own(Vec::new())
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, length) = match self {
            Held::Own(bytes) => ("own", bytes.len()),
            Held::InFile(_, range) => ("of a file", range.len()),
        };
        write!(out, "{length} bytes, {kind}")
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        Bytes(Held::Own(bytes))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Held::Own(bytes) => bytes,
            Held::InFile(file, range) => file.rest(0).get(range.clone()).unwrap_or_default(),
        }
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = serializer.serialize_bytes(self)?;
        let lost = || S::Error::custom("the file of these records became shorter");
        if self.are_whole() { Ok(written) } else { Err(lost()) }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let bytes = <&'de [u8]>::deserialize(deserializer)?;
        let in_file = place(bytes).map(|(file, range)| Held::InFile(file, range));
        Ok(Bytes(in_file.unwrap_or_else(|| Held::Own(bytes.to_vec()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_a_file_are_read_where_they_are() {
        let saved = postcard::to_allocvec(&Bytes::from(vec![1, 2, 3])).unwrap();
        let file = Arc::new(Source::from(saved.clone()));
        let mut read = in_file(&file, |all| postcard::from_bytes::<Bytes>(all)).unwrap();
        assert_eq!((&*read, read.as_ptr()), (&[1, 2, 3][..], file.rest(1).as_ptr()));
        read.truncate(2);
        assert_eq!(&*read, [1, 2]);
        // Other bytes are copied, while a file is read and after it.
        let other = in_file(&file, |_| postcard::from_bytes::<Bytes>(&saved)).unwrap();
        let after = postcard::from_bytes::<Bytes>(file.rest(0)).unwrap();
        assert!(other.as_ptr() != saved[1..].as_ptr() && after.as_ptr() != file.rest(1).as_ptr());
        assert_eq!((&*other, &*after), (&[1, 2, 3][..], &[1, 2, 3][..]));
    }

    /// Bytes that are lost after the checksum was verified are neither applied nor written again.
    #[cfg(unix)]
    #[test]
    fn bytes_of_a_file_that_became_shorter_are_not_whole() {
        use crate::source::ReadOptions;
        let file = tempfile::NamedTempFile::new().unwrap();
        let saved = postcard::to_allocvec(&Bytes::from(vec![7; 3 << 20])).unwrap();
        std::fs::write(file.path(), saved).unwrap();
        let options = ReadOptions { mmap: true, ..ReadOptions::default() };
        let source = Arc::new(Source::open(file.path(), options, |_| true).unwrap());
        let read = in_file(&source, |all| postcard::from_bytes::<Bytes>(all)).unwrap();
        assert!(read.are_whole() && postcard::to_allocvec(&read).is_ok());
        file.as_file().set_len(1 << 20).unwrap();
        assert!(!read.are_whole() && postcard::to_allocvec(&read).is_err());
    }
}
