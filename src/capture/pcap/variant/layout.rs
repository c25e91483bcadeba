//! Record layouts of pcap's variants, by their magic numbers.

/// Record layout of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Stable name of the variant.
    pub name: &'static str,
    /// Length of its file header.
    pub file_header_bytes: usize,
    /// Length of its record headers.
    pub record_header_bytes: usize,
    /// Nanoseconds in a unit of the records' fraction.
    pub fraction_nanoseconds: u32,
}

impl Layout {
    const fn new(name: &'static str, record_header_bytes: usize) -> Layout {
        Layout { name, file_header_bytes: 24, record_header_bytes, fraction_nanoseconds: 1000 }
    }
}

pub(super) const PCAP: Layout = Layout::new("pcap", 16);

pub(super) const NANOSECONDS: Layout =
    Layout { fraction_nanoseconds: 1, ..Layout::new("pcap-ns", 16) };

/// Alexey Kuznetzov's patch of 1999-10-29.
pub(super) const MODIFIED: Layout = Layout::new("pcap-modified", 24);

/// His patch of 1999-04-17, in Red Hat 6.1.
pub(super) const RED_HAT: Layout = Layout::new("pcap-redhat", 24);

/// His patch of 1999-09-15, in SuSE 6.3.
pub(super) const SUSE: Layout = Layout::new("pcap-suse", 28);

pub(super) const NOKIA: Layout = Layout::new("pcap-nokia", 20);

pub(super) const AIX: Layout = Layout { fraction_nanoseconds: 1, ..Layout::new("pcap-aix", 16) };

pub(super) const DG_UX: Layout = Layout::new("pcap-dgux", 16);

/// A length of all records follows the usual file header.
pub(super) const IXIA: Layout = Layout { file_header_bytes: 28, ..Layout::new("pcap-ixia", 16) };

/// Layouts that a magic number, as written in big-endian order, may stand for: the usual one first.
pub(super) fn layouts(magic: u32) -> &'static [Layout] {
    match magic {
        0xA1B2_C3D4 => &[PCAP, RED_HAT, NOKIA],
        0xA1B2_3C4D => &[NANOSECONDS],
        0xA1B2_CD34 => &[MODIFIED, SUSE],
        // Captured by Ixia's hardware and software.
        0x1C00_01AC | 0x1C00_01AB => &[IXIA],
        _ => &[],
    }
}
