//! Juniper's captures: a header that says whether the link layer was kept, then a layer that
//! depends on the link type.
//!
//! Lines of service cards begin with a cookie whose first byte tells its length and in which the
//! protocol is named; without a cookie the first bytes are guessed from. Follows Wireshark's
//! `packet-juniper.c`.

mod card;

use super::named::{self, types::NLPIDS};
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::{Next, lan};
use crate::capture::LinkType;
use card::{atm, multilink_frame_relay, multilink_ppp, secure_tunnel, virtual_network};

/// Set in the flags of a packet that the router received.
const RECEIVED: u8 = 0x01;
/// The control field of unnumbered LLC, before OSI's protocol identifier.
const UNNUMBERED: u8 = 0x03;

/// Juniper's own numbers of protocols.
const UNKNOWN: u16 = 0;
const IPV4: u16 = 2;
const MPLS: u16 = 5;
const IPV6: u16 = 6;
const PPP: u16 = 200;
const OSI: u16 = 201;
const LLC: u16 = 202;
const ETHERNET: u16 = 204;
const Q933: u16 = 206;
const FRAME_RELAY: u16 = 207;
const CISCO_HDLC: u16 = 208;

/// A protocol's number and the bytes before it. None if they were not captured.
type Found = Option<(u16, usize)>;

/// Notes a header that was not captured whole.
fn truncated<'a>(packet: &mut Packet<'a>) -> Next<'a> {
    packet.note(Problem::PSEUDO_HEADER_TRUNCATED);
    None
}

/// The header of all of Juniper's link types. A frame without the magic number has no such header.
pub fn juniper<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    of_link_type(packet, payload, packet.record.link_type)
}

/// The same of a link type that another header names.
pub fn of_link_type<'a>(
    packet: &mut Packet<'a>,
    payload: Payload<'a>,
    link_type: LinkType,
) -> Next<'a> {
    const MAGIC: [u8; 3] = *b"MGC";
    const EXTENDED: u8 = 0x80;
    const WITHOUT_LINK_LAYER: u8 = 0x02;
    const VIRTUAL_NETWORK: u16 = 184;
    const SECURE_TUNNEL: u16 = 200;
    if link_type.0 == VIRTUAL_NETWORK {
        return after(packet, virtual_network(payload), payload);
    }
    let Some(&[a, b, c, flags]) = payload.bytes(0) else { return truncated(packet) };
    let header = match payload.u16(4) {
        _ if [a, b, c] != MAGIC && link_type.0 == SECURE_TUNNEL => return None,
        _ if [a, b, c] != MAGIC => 0,
        _ if flags & EXTENDED == 0 => 4,
        Some(extensions) => 6 + usize::from(extensions),
        None => return truncated(packet),
    };
    // As Wireshark, which shows this much of a tunnel's headers.
    const SECURE_TUNNEL_BYTES: usize = 70;
    let least = if link_type.0 == SECURE_TUNNEL { SECURE_TUNNEL_BYTES } else { header };
    if payload.captured.len() < least {
        return truncated(packet);
    }
    let next = payload.skip(header);
    if header > 0 && flags & WITHOUT_LINK_LAYER != 0 {
        // As Wireshark, which drops the layers of a tunnel again.
        if link_type.0 == SECURE_TUNNEL {
            return None;
        }
        // As Wireshark, which looks at the first of the four bytes.
        let number = next.bytes::<4>(0).map(|[first, ..]| (u16::from(*first), 4));
        return after(packet, number, next);
    }
    let found = match link_type.0 {
        130 => multilink_ppp(flags, next),
        131 => multilink_frame_relay(next),
        133 => next.u16(0).map(|number| (number.swap_bytes(), 4)),
        135 => atm(flags, next, true),
        136 => Some((IPV4, if flags & RECEIVED != 0 { 16 } else { 12 })),
        137 => atm(flags, next, false),
        167 | 178 => Some((ETHERNET, 0)),
        179 => Some((PPP, 2)),
        180 => Some((FRAME_RELAY, 0)),
        181 => Some((CISCO_HDLC, 0)),
        183 => Some((IPV4, 18)),
        SECURE_TUNNEL => secure_tunnel(next),
        _ => Some((UNKNOWN, 0)),
    };
    after(packet, found, next)
}

/// The protocol of a number, after the bytes before it.
fn after<'a>(packet: &mut Packet<'a>, found: Found, payload: Payload<'a>) -> Next<'a> {
    let Some((number, before)) = found.filter(|(_, before)| payload.captured.len() >= *before)
    else {
        return truncated(packet);
    };
    let next = payload.skip(before);
    match number {
        IPV4 | 3 => Some((Protocol::IP, next)),
        4 | MPLS | 8 | 32 => Some((Protocol::MPLS, next)),
        IPV6 | 7 => Some((Protocol::IPV6, next)),
        10 | 33 | OSI if next.lacks(1) => truncated(packet),
        10 | 33 | OSI => lan::is_osi(next).then_some((Protocol::OSI, next)),
        PPP => Some((Protocol::PPP_WITHOUT_ADDRESS, next)),
        LLC | 203 => Some((Protocol::LLC, next)),
        ETHERNET => Some((Protocol::ETH, next)),
        Q933 => named::end(packet, NLPIDS, 0x08),
        FRAME_RELAY => Some((Protocol::FRAME_RELAY, next)),
        CISCO_HDLC => Some((Protocol::CHDLC, next)),
        0xA248 => Some((Protocol::IP, next.skip(4))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::dissect::tests::{hex, record};
    use crate::dissect::{dissect, packet::Packet, problem::Problem};

    const IP: &str = "4500001d 00010000 40110000 0a000001 0a000002 82351235 00090000 78";
    const MACS: &str = "0200000000aa 0200000000bb";

    fn path_of(link_type: u16, bytes: &[u8], wire_bytes: usize) -> (String, Option<Problem>) {
        let mut packet = Packet::empty();
        dissect(&record(bytes, wire_bytes as u32, link_type), &mut packet);
        (packet.path.to_string(), packet.problem)
    }

    /// Link type, bytes before [`IP`], and the path before it.
    const FRAMES: &[(u16, &str, &str)] = &[
        (130, "4d474300 5400000f 0021", "juniper:ppp"),
        (130, "4d474301 4700000000000000 0021", "juniper:ppp"),
        (130, "4d474300 4700000000000000", "juniper"),
        (130, "4d474300 ff03 0021", "juniper:ppp"),
        (130, "4d474300 0000 0021", "juniper:ppp"),
        (131, "4d474300 4000000000000000", "juniper"),
        (131, "4d474300 4000000003000000 03cc", "juniper:osi"),
        (131, "4d474300 4000000000300000 cc", "juniper:osi"),
        (131, "4d474300 54000000 0003 03 cc", "juniper:osi"),
        (131, "4d474300 0000 0300 cc", "juniper:osi"),
        (131, "4d474300 0000 03 cc", "juniper:osi"),
        (133, "4d474300 02000000", "juniper"),
        (135, "4d474301 0000000000000000 aaaa03 000000 0800", "juniper:llc"),
        (135, "4d474300 0000000100000000 0200000000aa 0200000000bb 0800", "juniper:eth"),
        (135, "4d474301 0000000000000000 0021", "juniper:ppp"),
        (137, "4d474301 00000000 03cc", "juniper:osi"),
        (136, "4d474300 000000000000000000000000", "juniper"),
        (178, "4d474380 0002 0100 0200000000aa 0200000000bb 0800", "juniper:eth"),
        (178, "4d474302 02000000", "juniper"),
        (184, "0104 0a000001 ff01 00 0200000000aa 0200000000bb 0800", "juniper:eth"),
    ];

    #[test]
    fn frames_have_the_layers_of_their_link_type() {
        for (link_type, before, path) in FRAMES {
            let frame = hex(&format!("{before}{IP}"));
            let whole = format!("{path}:ip:udp");
            assert_eq!(path_of(*link_type, &frame, 0), (whole.clone(), None), "{before}");
            for length in 0..frame.len() {
                let (path, problem) = path_of(*link_type, &frame[..length], frame.len());
                assert!(whole.starts_with(&path), "{before} cut at {length}: {path}");
                assert!(path == whole || problem.is_some(), "{before} cut at {length}: {path}");
            }
        }
    }

    #[test]
    fn a_secure_tunnel_has_the_packet_that_it_encrypts() {
        let before = format!("4d474300 {MACS} 0800 {} {}", &IP[..44], "00".repeat(24));
        let esp = before.replacen("40110000", "40320000", 1);
        let read = |frame: &str| path_of(200, &hex(&format!("{frame}{IP}")), 0).0;
        assert_eq!(read(&esp), "juniper:ip:udp");
        assert_eq!(read(&before), "juniper");
        assert_eq!(read(&esp.replacen("4d474300", "4d474302", 1)), "juniper");
        assert_eq!(read(&esp.replacen("4d4743", "000000", 1)), "juniper");
    }

    #[test]
    fn what_is_not_dissected_is_named_or_nothing() {
        for (link_type, frame, path) in [
            (131, "4d474300 0000 0308 00000000", "juniper:q933"),
            (131, "4d474300 0000 03 81 00000000", "juniper:osi:clnp"),
            (131, "4d474300 0000 03 45 00000000", "juniper"),
            (137, "4d474300 80000000 00000000", "juniper"),
            (184, "09 00 0000000000000000000000000000000000000000", "juniper"),
        ] {
            assert_eq!(path_of(link_type, &hex(frame), 0), (path.into(), None), "{frame}");
        }
    }
}
