//! Variants of pcap: layout of their records, and how a file's variant is detected.
//!
//! Some have a magic number of their own, some a version (AIX, DG/UX). Red Hat's, SuSE's and
//! Nokia's share the magic number of another one: they are detected by their first records, as
//! Wireshark's `libpcap_try` does, which takes the layout that contradicts itself least. Stricter
//! than it: a variant is believed only if two of its records are whole and plausible and no other
//! is implausible, if its first record states the EtherType of its frame, or if it has one plausible
//! record and nothing that looks like a second one of the usual layout: a truncated pcap may end
//! where a record of a variant would, and a damaged one may hold what looks like two of them.

mod layout;

use super::{Lengths, fields, has_magic};
use crate::capture::cut::NEIGHBOURS_APART;
use crate::capture::{AtmTraffic, Framing, LinkType, u16_at, u32_at};
pub use layout::Layout;
use layout::{AIX, DG_UX, MODIFIED, NOKIA, PCAP, layouts};
use std::cmp::Reverse;

const ETHERNET: LinkType = LinkType(1);
const FDDI: LinkType = LinkType(10);

/// Flag in the upper half of the link type: its upper four bits count the 16-bit words of the frame
/// check sequence.
const FCS_STATED: u32 = 0x0400_0000;

const DG_UX_MAJOR_VERSION: u16 = 543;

/// Records whose headers decide on a variant.
const RECORDS_TRIED: usize = 3;

/// Longer records are not read for a decision, in bytes: a stream would have to hold them.
const LONGEST_TRIED: u32 = 262_144;

/// Longest frame that has been seen on a wire or bus, in bytes; a longer one is a contradiction.
const LONGEST_FRAME: u32 = 128 << 20;

/// Layout of the records after a file header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detected {
    pub layout: Layout,
    pub lengths: Lengths,
    pub link_type: LinkType,
    pub framing: Framing,
    /// Padding before each frame, which its lengths include.
    pub padding_bytes: u32,
}

/// True if a file may begin with this magic number.
pub fn is_magic(magic: u32) -> bool {
    !layouts(magic).is_empty()
}

/// Number of leading bytes that the detection needs. None if those in memory are enough.
pub fn needed_bytes(bytes: &[u8]) -> Option<u64> {
    if has_magic::<false>(bytes) {
        detect::<false>(bytes, false).err()
    } else if has_magic::<true>(bytes) {
        detect::<true>(bytes, false).err()
    } else {
        None
    }
}

/// Detects the variant of a file. Only if `complete`, its end contradicts a layout.
///
/// # Errors
/// Number of leading bytes that are needed.
pub fn detect<const BIG_ENDIAN: bool>(bytes: &[u8], complete: bool) -> Result<Detected, u64> {
    let header_bytes = PCAP.file_header_bytes as u64;
    let word = |at| u32_at::<BIG_ENDIAN>(bytes, at).ok_or(header_bytes);
    let short = |at| u16_at::<BIG_ENDIAN>(bytes, at).ok_or(header_bytes);
    let (magic, snaplen, network) = (word(0)?, word(16)?, word(20)?);
    let version = (short(4)?, short(6)?);
    // Versions before 2.3 had the length on the wire first; some writers of 2.3 still had.
    let lengths = match version {
        (0..2, _) | (2, 0..3) | (DG_UX_MAJOR_VERSION, _) => Lengths::WireFirst,
        (2, 3) => Lengths::GreaterIsWire,
        _ => Lengths::CapturedFirst,
    };
    let link_type = LinkType(network as u16);
    let fcs_words = if network & FCS_STATED == 0 { 0 } else { (network >> 28) as u8 };
    let framing = Framing::fcs(2 * fcs_words, link_type);
    let (usual, others) = layouts(magic).split_first().ok_or(header_bytes)?;
    let mut detected = Detected { layout: *usual, lengths, link_type, framing, padding_bytes: 0 };
    if *usual == PCAP
        && version == (2, 2)
        && let Some(link_type) = aix_link_type(network)
    {
        // AIX pads FDDI frames so that their contents are aligned.
        let padding_bytes = if link_type == FDDI { 3 } else { 0 };
        return Ok(Detected { layout: AIX, link_type, padding_bytes, ..detected });
    }
    if *usual == PCAP && version.0 == DG_UX_MAJOR_VERSION {
        return Ok(Detected { layout: DG_UX, ..detected });
    }
    let records = Records::<BIG_ENDIAN> { bytes, lengths, snaplen, link_type, complete };
    let mut best = records.attempt(*usual)?;
    for other in others {
        if best.contradictions == 0 {
            break;
        }
        let attempt = records.attempt(*other)?;
        let is_plausible = attempt.is_only_plausible
            && ((attempt.records >= 2 && attempt.is_whole)
                || (attempt.contradictions == 0 && !records.has_second(*usual)));
        let believed = is_plausible || records.states_ethertype(*other);
        if believed && attempt.is_better_than(&best) && !records.lead_on(*usual, attempt.second)? {
            best = attempt;
            detected.layout = *other;
        }
    }
    // Nokia's frames of this type are ATM's.
    if detected.layout == NOKIA && network == 13 {
        detected.link_type = LinkType(123);
        detected.framing = Framing::Atm(AtmTraffic::Guessed);
    }
    Ok(detected)
}

/// Link type of an interface type of RFC 1573, by which AIX numbers link types. None if AIX has no
/// captures of it.
fn aix_link_type(interface_type: u32) -> Option<LinkType> {
    match interface_type {
        6 => Some(ETHERNET),
        9 => Some(LinkType(6)),
        15 => Some(FDDI),
        24 => Some(LinkType(0)),
        _ => None,
    }
}

/// The first records of a file, to be read in one layout or another.
struct Records<'a, const BIG_ENDIAN: bool> {
    bytes: &'a [u8],
    lengths: Lengths,
    snaplen: u32,
    link_type: LinkType,
    complete: bool,
}

/// Result of reading the first records in a layout.
#[derive(Default)]
struct Attempt {
    /// Number of whole records that are not empty, of plausible length, and captured at about the
    /// same time.
    records: usize,
    /// Number of contradictions in the record after them. 0 if there is none.
    contradictions: usize,
    /// Nothing but the end of the file contradicts it.
    is_whole: bool,
    /// Start of the second record in bytes. 0 if there is none.
    second: usize,
    /// No record that was read is of a length that is not plausible, or empty and of another time.
    is_only_plausible: bool,
}

impl Attempt {
    fn is_better_than(&self, other: &Attempt) -> bool {
        (self.contradictions, Reverse(self.records))
            < (other.contradictions, Reverse(other.records))
    }
}

impl<const BIG_ENDIAN: bool> Records<'_, BIG_ENDIAN> {
    /// Reads the first records in this layout.
    fn attempt(&self, layout: Layout) -> Result<Attempt, u64> {
        let mut attempt = Attempt { is_only_plausible: true, ..Attempt::default() };
        let mut first_seconds = None;
        let mut at = layout.file_header_bytes;
        for _ in 0..RECORDS_TRIED {
            let data_at = at + layout.record_header_bytes;
            let header = self.bytes.get(at..data_at);
            let Some(fields) = header.and_then(|bytes| fields::<BIG_ENDIAN>(bytes, self.lengths))
            else {
                if !self.complete {
                    return Err(data_at as u64);
                }
                attempt.contradictions = usize::from(self.bytes.len() > at);
                attempt.is_whole = true;
                return Ok(attempt);
            };
            attempt.contradictions = [
                fields.fraction >= 1_000_000,
                fields.captured > self.link_type.longest_record(),
                fields.captured > self.snaplen,
                fields.captured > fields.wire,
                fields.wire > LONGEST_FRAME,
            ]
            .into_iter()
            .filter(|contradicts| *contradicts)
            .count();
            if attempt.contradictions > 0 || fields.captured > LONGEST_TRIED {
                return Ok(attempt);
            }
            at = data_at + fields.captured as usize;
            if attempt.second == 0 {
                attempt.second = at;
            }
            if self.bytes.len() < at {
                if !self.complete {
                    return Err(at as u64);
                }
                attempt.contradictions = 1;
                attempt.is_whole = true;
                return Ok(attempt);
            }
            let seconds = i64::from(fields.seconds);
            let first = *first_seconds.get_or_insert(seconds);
            let plausible = fields.wire <= self.link_type.longest_record();
            let near = i64::abs_diff(first, seconds) <= NEIGHBOURS_APART;
            attempt.records += usize::from(plausible && near && fields.captured > 0);
            // A clock may jump at any record, and a record may be empty; zeros are both.
            attempt.is_only_plausible &= plausible && (near || fields.captured > 0);
        }
        attempt.is_whole = true;
        Ok(attempt)
    }

    /// True if two records of this layout at about the same time begin at `at`: then the first length of
    /// the file is damaged, and the second record of another layout is one of this.
    fn lead_on(&self, layout: Layout, mut at: usize) -> Result<bool, u64> {
        let mut times = [0; 2];
        for time in &mut times {
            let header = self.bytes.get(at..at + layout.record_header_bytes);
            let Some(fields) = header.and_then(|bytes| fields::<BIG_ENDIAN>(bytes, self.lengths))
            else {
                let needed = (at + layout.record_header_bytes) as u64;
                return if self.complete { Ok(false) } else { Err(needed) };
            };
            let longest = self.link_type.longest_record().min(LONGEST_TRIED);
            if at == 0 || !(1..=longest).contains(&fields.captured) || fields.captured > fields.wire
            {
                return Ok(false);
            }
            *time = fields.seconds;
            at += layout.record_header_bytes + fields.captured as usize;
        }
        Ok(u64::from(times[0].abs_diff(times[1])) <= NEIGHBOURS_APART)
    }

    /// True if the time of a second record follows the first one in this layout.
    fn has_second(&self, layout: Layout) -> bool {
        let at = layout.file_header_bytes;
        let header = self.bytes.get(at..).unwrap_or_default();
        let Some(first) = fields::<BIG_ENDIAN>(header, self.lengths) else { return false };
        let second = at + layout.record_header_bytes + first.captured as usize;
        u32_at::<BIG_ENDIAN>(self.bytes, second).is_some_and(|seconds| {
            u64::from(u32::abs_diff(seconds, first.seconds)) <= NEIGHBOURS_APART
        })
    }

    /// True if the first record header states the EtherType of its Ethernet frame, as those of
    /// Alexey Kuznetzov's patches do.
    fn states_ethertype(&self, layout: Layout) -> bool {
        const STATED_AT: usize = 20;
        const ETHERTYPE_AT: usize = 12;
        let at = layout.file_header_bytes;
        let frame = at + layout.record_header_bytes;
        let stated = u16_at::<BIG_ENDIAN>(self.bytes, at + STATED_AT);
        self.link_type == ETHERNET
            && layout.record_header_bytes >= MODIFIED.record_header_bytes
            // A repeated byte of a frame states nothing.
            && stated.is_some_and(|stated| stated > 0 && stated >> 8 != stated & 0xFF)
            && stated == u16_at::<true>(self.bytes, frame + ETHERTYPE_AT)
    }
}

#[cfg(test)]
mod tests;
