//! Pseudo headers: what some link types have before each frame, and no length counts.
//!
//! Follows `pcap_process_pseudo_header` and `pcap_read_post_process` of Wireshark's
//! `pcap-common.c`. Most have one length. ERF's (link type 197; Endace's "Extensible Record Format
//! Types") states the frame's type, length and time. A frame whose pseudo header was not captured
//! whole is empty.

use super::time::Timestamp;
use super::{Framing, LinkType, Record};

/// The link type whose pseudo header has no fixed length.
pub const ERF: LinkType = LinkType(197);

const ERF_HEADER_BYTES: usize = 16;
const ERF_EXTENSION_BYTES: usize = 8;
/// Another extension header follows, in the type of a record and of an extension header.
const ERF_EXTENDED: u8 = 0x80;

/// Length of the pseudo header in bytes. 0 if there is none or it has no fixed length.
pub fn fixed_bytes(link_type: LinkType) -> u32 {
    match link_type.0 {
        123 => 4,             // ATM on SunOS
        139 | 201 | 254 => 4, // MTP2, Bluetooth H4 and the Linux Bluetooth monitor
        144 | 177 => 16,      // IrDA and LAPD, Linux cooked
        204 => 1,             // PPP with a direction
        196 | 209 => 5,       // SITA and I2C
        245 => 2,             // NFC LLCP
        _ => 0,
    }
}

/// The record without its ERF header, which states its time.
pub fn without_erf(record: Record<'_>) -> Record<'_> {
    let (without, time) = remove_erf(record);
    Record { time: time.or(record.time), ..without }
}

/// Removes the ERF header from a record, and gives the time that it states.
pub fn remove_erf(mut record: Record<'_>) -> (Record<'_>, Option<Timestamp>) {
    let bytes = record.data;
    record.data = &[];
    let Some(header) = bytes.first_chunk::<ERF_HEADER_BYTES>() else { return (record, None) };
    let &[a, b, c, d, e, f, g, h, mut kind, _, _, _, _, _, high, low] = header;
    let record_type = kind & !ERF_EXTENDED;
    record.framing = Framing::Erf(record_type);
    record.wire_bytes = u32::from(u16::from_be_bytes([high, low]));
    let mut rest = bytes.get(ERF_HEADER_BYTES..).unwrap_or_default();
    while kind & ERF_EXTENDED != 0 {
        kind = rest.first().copied().unwrap_or_default();
        rest = rest.get(ERF_EXTENSION_BYTES..).unwrap_or_default();
    }
    let data = rest.get(erf_subheader_bytes(record_type)..).unwrap_or_default();
    // Padding follows the frame.
    record.data = data.get(..record.wire_bytes as usize).unwrap_or(data);
    let fraction = u64::from(u32::from_le_bytes([a, b, c, d]));
    let seconds = i64::from(u32::from_le_bytes([e, f, g, h]));
    // Of 2^32 units in a second, rounded to the nearest nanosecond.
    let time = Timestamp::new(seconds, (fraction * 1_000_000_000 + (1 << 31)) >> 32);
    (record, Some(time))
}

/// Length of what follows the extension headers of an ERF record of this type.
fn erf_subheader_bytes(record_type: u8) -> usize {
    match record_type {
        2 | 11 | 16 | 20 => 2,            // Ethernet: offset and padding
        5 | 6 | 7 | 8 | 9 | 12 | 17 => 4, // multi-channel
        18 => 4,                          // AAL2
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn erf(kind: u8, wire: u16, rest: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 0, 0x80, 7, 0, 0, 0, kind, 4, 0, 0, 0, 0];
        bytes.extend(wire.to_be_bytes());
        bytes.extend(rest);
        bytes
    }

    fn removed(bytes: &[u8]) -> (Option<Timestamp>, Vec<u8>, u32, Framing) {
        let wire_bytes = bytes.len() as u32;
        let record = Record { data: bytes, wire_bytes, link_type: ERF, ..Record::default() };
        let (record, time) = remove_erf(record);
        (time, record.data.to_vec(), record.wire_bytes, record.framing)
    }

    #[test]
    fn an_erf_header_states_time_length_and_type() {
        let half_past_seven = Some(Timestamp::new(7, 500_000_000));
        let seen = removed(&erf(2, 3, &[0, 0, 1, 2, 3, 0, 0]));
        assert_eq!(seen, (half_past_seven, vec![1, 2, 3], 3, Framing::Erf(2)));
        let extended = [&[0x83, 0, 0, 0, 0, 0, 0, 0], &[3; 8], &[1, 2, 3][..]].concat();
        assert_eq!(
            removed(&erf(0x81, 60, &extended)),
            (half_past_seven, vec![1, 2, 3], 60, Framing::Erf(1))
        );
    }

    #[test]
    fn a_truncated_erf_header_leaves_an_empty_frame() {
        let whole = erf(0x85, 60, &[3, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 1]);
        for length in 0..whole.len() {
            let (time, data, ..) = removed(&whole[..length]);
            assert_eq!((time.is_some(), data.as_slice()), (length >= ERF_HEADER_BYTES, &[][..]));
        }
        assert_eq!(removed(&whole).1, [1]);
    }

    #[test]
    fn the_longest_fraction_is_rounded_into_the_next_second() {
        let mut bytes = erf(1, 0, &[]);
        bytes[..4].fill(0xFF);
        assert_eq!(removed(&bytes).0, Some(Timestamp::new(8, 0)));
    }
}
