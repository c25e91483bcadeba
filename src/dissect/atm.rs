//! ATM as captures hold it, reassembled: AAL5 after SunATM's, Nokia's and ERF's headers.
//!
//! Follows Wireshark's `packet-atm.c` and its guess of traffic in `atm.c`. Cells, AAL2 and what is
//! signalled end the path.

use super::Next;
use super::lan::truncated;
use super::packet::Packet;
use super::payload::Payload;
use super::protocol::Protocol;
use crate::capture::{AtmTraffic, Framing};

/// A frame whose pseudo header states its traffic, and that ends without a trailer.
pub fn atm<'a>(packet: &mut Packet<'a>, frame: Payload<'a>) -> Next<'a> {
    let Framing::Atm(traffic) = packet.record.framing else { return truncated(packet) };
    of_traffic(packet, traffic, frame)
}

/// A frame of ERF: a cell header names the channel, and the trailer of AAL5 ends the frame.
pub fn of_erf<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(cell) = payload.u32(0) else { return truncated(packet) };
    packet.path.push(Protocol::ATM);
    let (path, channel) = (cell >> 20 & 0xFF, cell >> 4 & 0xFFFF);
    let frame = payload.skip(4);
    let traffic = guessed(AtmTraffic::of_channel(path as u16, channel as u16), frame);
    let Some(frame) = without_trailer(frame) else { return truncated(packet) };
    of_traffic(packet, traffic, frame)
}

/// The frame without padding and trailer, if it has a plausible one. None if there is not even room
/// for its length.
fn without_trailer(frame: Payload<'_>) -> Option<Payload<'_>> {
    const TRAILER: usize = 8;
    const LONGEST_PADDING: usize = 47;
    if frame.captured.len() < frame.length {
        return Some(frame);
    }
    let length = usize::from(frame.u16(frame.length.checked_sub(6)?)?);
    let padding = frame.length.checked_sub(TRAILER).and_then(|end| end.checked_sub(length));
    let plausible = length > 0 && padding.is_some_and(|padding| padding <= LONGEST_PADDING);
    Some(if plausible { frame.limit(length) } else { frame })
}

/// The traffic by the first bytes, unless it is known.
fn guessed(traffic: AtmTraffic, frame: Payload<'_>) -> AtmTraffic {
    /// Headers of LAN emulation and Ethernet.
    const LEAST_LANE: usize = 16;
    match frame.bytes(0) {
        _ if traffic != AtmTraffic::Guessed => traffic,
        Some([0xAA, 0xAA, 0x03]) => AtmTraffic::Llc,
        Some([0x81 | 0x83, ..]) | None => AtmTraffic::Signalling,
        _ if frame.captured.len() < LEAST_LANE => AtmTraffic::Signalling,
        _ => AtmTraffic::Lane,
    }
}

fn of_traffic<'a>(packet: &mut Packet<'a>, traffic: AtmTraffic, frame: Payload<'a>) -> Next<'a> {
    match guessed(traffic, frame) {
        AtmTraffic::Llc => Some((Protocol::LLC, frame)),
        AtmTraffic::Lane => Some((Protocol::LANE, frame)),
        AtmTraffic::Unknown | AtmTraffic::Guessed => by_first_bytes(packet, frame),
        AtmTraffic::Ilmi => Some((Protocol::ILMI, frame)),
        AtmTraffic::Signalling => Some((Protocol::SSCOP, frame)),
    }
}

/// AAL5 of unknown traffic.
fn by_first_bytes<'a>(packet: &mut Packet<'a>, frame: Payload<'a>) -> Next<'a> {
    const UNNUMBERED: u8 = 0x03;
    const IPV4: u8 = 0xCC;
    const IPV6: u8 = 0x8E;
    if frame.length < 8 {
        return None;
    }
    let Some(first) = frame.bytes::<8>(0) else { return truncated(packet) };
    // A protocol identifier, or bridged Ethernet, after the address of Frame Relay.
    let relayed = |after: &[u8]| {
        matches!(after, [UNNUMBERED, IPV4 | IPV6, ..] | [UNNUMBERED, 0x00, 0x80, ..])
    };
    match first {
        [0xAA, 0xAA, UNNUMBERED, ..] => Some((Protocol::LLC, frame)),
        [_, 0x21, ..] => Some((Protocol::PPP, frame)),
        // Bridged Ethernet after padding (RFC 2684 section 6.2).
        [0x00, 0x00, ..] => Some((Protocol::ETH, frame.skip(2))),
        [_, _, after @ ..] if relayed(after) => Some((Protocol::FRAME_RELAY, frame)),
        [_, _, _, _, after @ ..] if relayed(after) => Some((Protocol::FRAME_RELAY, frame)),
        [0x40..=0x4F | 0x60..=0x6F, ..] => Some((Protocol::IP, frame)),
        _ => None,
    }
}

/// LAN emulation: an address of the client before Ethernet, unless it is control.
pub fn lane<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    const CONTROL: u16 = 0xFF00;
    match payload.u16(0) {
        Some(CONTROL) => None,
        Some(_) => Some((Protocol::ETH, payload.skip(2))),
        None => truncated(packet),
    }
}

#[cfg(test)]
mod tests {
    use super::{Payload, without_trailer};
    use crate::capture::{AtmTraffic, Framing, Record};
    use crate::dissect::tests::{hex, record};
    use crate::dissect::{dissect, packet::Packet};

    const IP: &str = "4500001d 00010000 40110000 0a000001 0a000002 82351235 00090000 78";
    const LLC: &str = "aaaa03 000000 0800";
    const MACS: &str = "0200000000aa 0200000000bb";

    fn path_of(link_type: u16, framing: Framing, bytes: &[u8]) -> (String, Option<&'static str>) {
        let mut packet = Packet::empty();
        let record = record(bytes, bytes.len() as u32, link_type);
        dissect(&Record { framing, ..record }, &mut packet);
        (packet.path.to_string(), packet.problem.map(|problem| problem.info().name))
    }

    #[test]
    fn traffic_tells_the_layer_and_where_it_is_unknown_the_first_bytes() {
        use AtmTraffic::*;
        let bridged = format!("0005 {MACS} 0800 {IP}");
        for (traffic, frame, path) in [
            (Llc, format!("{LLC}{IP}"), "atm:llc:ip:udp"),
            (Lane, bridged.clone(), "atm:lane:eth:ip:udp"),
            (Lane, "ff00 0000".into(), "atm:lane"),
            (Ilmi, IP.into(), "atm:ilmi"),
            (Signalling, IP.into(), "atm:sscop"),
            (Unknown, format!("{LLC}{IP}"), "atm:llc:ip:udp"),
            (Unknown, format!("0021 {IP}"), "atm:ppp:ip:udp"),
            (Unknown, format!("0000 {MACS} 0800 {IP}"), "atm:eth:ip:udp"),
            (Unknown, format!("1841 03cc {IP}"), "atm:fr:ip:udp"),
            (Unknown, IP.into(), "atm:ip:udp"),
            (Unknown, bridged.clone(), "atm"),
            (Guessed, format!("{LLC}{IP}"), "atm:llc:ip:udp"),
            (Guessed, bridged, "atm:lane:eth:ip:udp"),
            (Guessed, "8105 aaaaaa".into(), "atm:sscop"),
            (Guessed, "0005 aaaaaa".into(), "atm:sscop"),
        ] {
            let read = path_of(123, Framing::Atm(traffic), &hex(&frame));
            assert_eq!(read, (path.into(), None), "{traffic:?} {frame}");
        }
    }

    #[test]
    fn the_trailer_of_aal5_is_no_payload() {
        let mut frame = hex(&format!("0005 {MACS} 0800 {IP}"));
        let length = frame.len();
        frame.resize(96 - 6, 0);
        frame.extend([0, length as u8, 0, 0, 0, 0]);
        let left = |frame| without_trailer(frame).map(|frame| frame.length);
        assert_eq!(left(Payload::new(&frame, 96)), Some(length));
        assert_eq!(left(Payload::new(&frame, 97)), Some(97));
        assert_eq!(left(Payload::new(&frame[1..], 95)), Some(length));
        assert_eq!(left(Payload::new(&frame[90..], 6)), Some(6));
        assert_eq!(left(Payload::new(&frame[..5], 5)), None);
        for kind in [4, 9] {
            let bytes = [&[0, 0, 6, 0x30], &frame[..]].concat();
            let read = path_of(197, Framing::Erf(kind), &bytes);
            assert_eq!(read, ("erf:atm:lane:eth:ip:udp".into(), None));
            let cut = path_of(197, Framing::Erf(kind), &bytes[..9]);
            assert_eq!(cut, ("erf:atm".into(), Some("link_header_truncated")));
        }
    }

    #[test]
    fn erf_records_that_are_not_dissected_are_named() {
        for (kind, path) in [
            (3, "erf:atm"),
            (18, "erf:atm"),
            (21, "erf:infiniband"),
            (24, "erf:sdh"),
            (28, "erf:opa.snc:opa"),
            (6, "erf"),
        ] {
            let read = path_of(197, Framing::Erf(kind), &hex(IP));
            assert_eq!(read, (path.into(), None), "{kind}");
        }
        assert_eq!(path_of(197, Framing::Erf(3), &[]).1, Some("pseudo_header_truncated"));
    }
}
