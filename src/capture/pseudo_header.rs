//! Pseudo headers: what some link types have before each frame, and no length counts.
//!
//! Follows `pcap_process_pseudo_header` and `pcap_read_post_process` of Wireshark's
//! `pcap-common.c`. Most have one length and say nothing that is needed. SunATM's and Nokia's (link
//! type 123) state the traffic of the channel. ERF's (link type 197; Endace's "Extensible Record
//! Format Types") states the frame's type, length and time. A frame whose pseudo header was not
//! captured whole is empty.

use super::time::Timestamp;
use super::{AtmTraffic, Framing, LinkType, Record};

/// The link types whose pseudo headers state the framing.
const ERF: LinkType = LinkType(197);
const ATM: LinkType = LinkType(123);

const ERF_HEADER_BYTES: usize = 16;
const ERF_EXTENSION_BYTES: usize = 8;
/// Another extension header follows, in the type of a record and of an extension header.
const ERF_EXTENDED: u8 = 0x80;

/// True if each record begins with a header that states its framing.
pub fn states_framing(link_type: LinkType) -> bool {
    matches!(link_type, ATM | ERF)
}

/// Length of the pseudo header in bytes. 0 if there is none or it states the framing.
pub fn fixed_bytes(link_type: LinkType) -> u32 {
    match link_type.0 {
        139 | 201 | 254 => 4, // MTP2, Bluetooth H4 and the Linux Bluetooth monitor
        144 | 177 => 16,      // IrDA and LAPD, Linux cooked
        204 => 1,             // PPP with a direction
        196 | 209 => 5,       // SITA and I2C
        245 => 2,             // NFC LLCP
        _ => 0,
    }
}

/// The record without the header that states its framing and, of ERF, its time.
pub fn without_stated(record: Record<'_>) -> Record<'_> {
    let (without, time) = remove_stated(record);
    Record { time: time.or(record.time), ..without }
}

/// Removes the header that states a record's framing, and gives the time that it states.
pub fn remove_stated(record: Record<'_>) -> (Record<'_>, Option<Timestamp>) {
    if record.link_type == ERF { remove_erf(record) } else { (remove_atm(record), None) }
}

/// Removes SunATM's header or Nokia's: flags, virtual path, virtual channel.
fn remove_atm(mut record: Record<'_>) -> Record<'_> {
    const HEADER_BYTES: u32 = 4;
    let bytes = record.data;
    record.data = bytes.get(HEADER_BYTES as usize..).unwrap_or_default();
    record.wire_bytes = record.wire_bytes.saturating_sub(HEADER_BYTES);
    let Some(&[flags, path, high, low]) = bytes.first_chunk() else { return record };
    let reserved = AtmTraffic::of_channel(path.into(), u16::from_be_bytes([high, low]));
    let is_nokia = record.framing == Framing::Atm(AtmTraffic::Guessed);
    record.framing = Framing::Atm(match (flags & 0x0F, reserved) {
        _ if is_nokia => reserved,
        (1, _) => AtmTraffic::Lane,
        (2, _) => AtmTraffic::Llc,
        (5, _) => AtmTraffic::Ilmi,
        (6, _) => AtmTraffic::Signalling,
        // Address resolution (RFC 2022) and Ipsilon's flow management (RFC 1954).
        (3 | 4, _) => AtmTraffic::Unknown,
        (_, AtmTraffic::Signalling) => AtmTraffic::Signalling,
        _ => AtmTraffic::Unknown,
    });
    record
}

/// Removes the ERF header from a record, and gives the time that it states.
fn remove_erf(mut record: Record<'_>) -> (Record<'_>, Option<Timestamp>) {
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
    fn an_atm_header_states_the_traffic() {
        let read = |framing, header: [u8; 4]| {
            let bytes = [&header[..], &[7]].concat();
            let record = Record { data: &bytes, wire_bytes: 60, framing, ..Record::default() };
            let record = remove_atm(record);
            assert_eq!((record.data, record.wire_bytes), (&[7][..], 56));
            record.framing
        };
        for (header, traffic) in [
            ([0x81, 0, 0, 5], AtmTraffic::Lane),
            ([2, 0, 0, 5], AtmTraffic::Llc),
            ([3, 0, 0, 5], AtmTraffic::Unknown),
            ([5, 1, 0, 99], AtmTraffic::Ilmi),
            ([6, 1, 0, 99], AtmTraffic::Signalling),
            ([0, 0, 0, 5], AtmTraffic::Signalling),
            ([0, 0, 0, 16], AtmTraffic::Unknown),
            ([0, 1, 0, 5], AtmTraffic::Unknown),
        ] {
            assert_eq!(read(Framing::Usual, header), Framing::Atm(traffic), "{header:?}");
        }
        let nokia = Framing::Atm(AtmTraffic::Guessed);
        for (header, traffic) in [
            ([2, 0, 0, 5], AtmTraffic::Signalling),
            ([2, 0, 0, 16], AtmTraffic::Ilmi),
            ([2, 0, 1, 5], AtmTraffic::Guessed),
        ] {
            assert_eq!(read(nokia, header), Framing::Atm(traffic), "{header:?}");
        }
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
