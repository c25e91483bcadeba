//! Announcements that reach other pairs of addresses: where media will be sent, by SDP (RFC 8866),
//! RTSP and Skinny.

use super::super::pair::{Endpoint, addresses};
use super::text::is_sip_datagram;
use crate::dissect::packet::{Packet, Transport};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};

/// An endpoint, and what is expected there.
pub type Media = (Endpoint, Kind);

/// Protocol that is announced for an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Media over RTP.
    Rtp,
    /// Fax (ITU-T T.38).
    Fax,
}

/// Most endpoints that one message announces.
const MOST: usize = 16;

/// Most announcements that are kept.
const MOST_KEPT: usize = 100_000;

/// Words of a bit for each port.
const PORT_WORDS: usize = 65_536 / 64;

/// True for the ports of MGCP, Megaco, SIP and SAP, whose messages hold session descriptions.
fn is_session(port: u16) -> bool {
    matches!(port, 2427 | 2727 | 2944 | 5060 | 5061 | 9875)
}

/// True for the ports of RTSP, which answers with ports as well.
fn is_streaming(port: u16) -> bool {
    matches!(port, 554 | 7236 | 8554)
}

/// Port of Skinny.
const SKINNY: u16 = 2000;

/// Announcements of endpoints, each with the number of the packet that announces it, from 0.
#[derive(Debug, Default)]
pub struct Announced {
    endpoints: HashMap<Endpoint, Vec<(u64, Kind)>, RandomState>,
    /// One bit for each port that is announced, because most are not. Empty before the first.
    ports: Vec<u64>,
    count: usize,
}

impl Announced {
    /// Notes the announcements of the next part; `before` is the number of packets before it.
    pub fn note(&mut self, media: &[(u32, Media)], before: u64) {
        for (packet, (endpoint, kind)) in media {
            if self.count < MOST_KEPT {
                let port = usize::from(endpoint.1);
                self.ports.resize(PORT_WORDS, 0);
                if let Some(word) = self.ports.get_mut(port / 64) {
                    *word |= 1 << (port % 64);
                }
                let list = self.endpoints.entry(*endpoint).or_default();
                list.push((before + u64::from(*packet), *kind));
                self.count += 1;
            }
        }
    }

    /// The last announcement before a packet, whose number is from 0.
    #[inline]
    pub fn before(&self, endpoint: Endpoint, packet: u64) -> Option<Kind> {
        let port = usize::from(endpoint.1);
        if self.ports.get(port / 64)? >> (port % 64) & 1 == 0 {
            return None;
        }
        let list = self.endpoints.get(&endpoint)?;
        let after = list.partition_point(|(announced, _)| *announced < packet);
        list.get(after.checked_sub(1)?).map(|(_, kind)| *kind)
    }
}

/// Calls back with the endpoints that a packet announces.
#[inline]
pub fn of(packet: &Packet<'_>, back: impl FnMut(Media)) {
    let Some(layer) = packet.innermost_ip() else { return };
    let Some(ports) = layer.ports else { return };
    let header = match ports.transport {
        Transport::Udp => 8,
        _ => layer.segment.get(12).map_or(0, |offset| usize::from(offset >> 4) * 4),
    };
    let payload = || layer.segment.get(header..).unwrap_or_default();
    let ends = [ports.source, ports.destination];
    if ports.transport == Transport::Sctp {
        return;
    }
    if ends.into_iter().any(is_session) {
        media(payload()).into_iter().for_each(back);
    } else if ends.into_iter().any(is_streaming) {
        let receiver = addresses(layer.addresses).map(|(_, receiver)| receiver);
        let answered = receiver.and_then(|receiver| answered(payload(), receiver));
        media(payload()).into_iter().chain(answered).for_each(back);
    } else if ends.contains(&SKINNY) && ports.transport == Transport::Tcp {
        channels(payload()).into_iter().for_each(back);
    } else if let payload @ [b'A'..=b'Z', ..] = payload()
        && is_sip_datagram(payload, payload.len())
    {
        // Wireshark tells SIP by its first line on any port.
        media(payload).into_iter().for_each(back);
    }
}

/// The client's endpoint in an answer of RTSP to SETUP (RFC 2326 section 12.39), which `receiver`
/// gets.
fn answered(payload: &[u8], receiver: IpAddr) -> Option<Media> {
    let lines = payload.strip_prefix(b"RTSP/")?.split(|byte| *byte == b'\n');
    let transport = lines.map(<[u8]>::trim_ascii).find_map(|line| {
        let (name, value) = line.split_at_checked(10)?;
        name.eq_ignore_ascii_case(b"transport:").then_some(value.trim_ascii_start())
    })?;
    let is_rtp = transport.starts_with(b"RTP/AVP;") || transport.starts_with(b"RTP/AVP/UDP;");
    let mut parts = transport.split(|byte| *byte == b';');
    let ports = parts.find_map(|part| part.strip_prefix(b"client_port=")).filter(|_| is_rtp)?;
    let port = ports.split(|byte| *byte == b'-').next()?;
    let port = std::str::from_utf8(port).ok()?.parse().ok().filter(|port| *port != 0)?;
    Some(((receiver, port), Kind::Rtp))
}

/// The endpoints that messages of Skinny announce: that a channel is open to receive, or will be
/// sent to.
fn channels(mut payload: &[u8]) -> Vec<Media> {
    let word = |bytes: &[u8], at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let mut found = Vec::new();
    while let (Some(length), Some(message)) = (word(payload, 0), word(payload, 8)) {
        let address_at = match message {
            0x22 => Some(16),
            0x8A => Some(20),
            _ => None,
        };
        // Later versions tell the family, and have room for IPv6.
        let (before, room) = if word(payload, 4) >= Some(17) { (4, 16) } else { (0, 4) };
        let endpoint = address_at.and_then(|at| {
            let at = at + before;
            let address: [u8; 4] = *payload.get(at..)?.first_chunk()?;
            let port = u16::try_from(word(payload, at + room)?).ok()?;
            Some((Ipv4Addr::from(address).into(), port))
        });
        found.extend(endpoint.map(|endpoint| (endpoint, Kind::Rtp)));
        let Some(rest) = payload.get(length as usize + 8..) else { break };
        if found.len() >= MOST {
            break;
        }
        payload = rest;
    }
    found
}

/// The address of a line `m=`, and its port and kind.
type Line = (Option<IpAddr>, Option<(u16, Kind)>);

/// The endpoints that a payload with a session description announces.
pub fn media(payload: &[u8]) -> Vec<Media> {
    let Some(start) = session(payload) else { return Vec::new() };
    let (mut of_session, mut begin) = (None, 0);
    let mut found: Vec<Line> = Vec::new();
    for line in payload.get(start..).unwrap_or_default().split(|byte| *byte == b'\n') {
        let line = line.trim_ascii_end();
        match line {
            // Megaco describes both ends in one message.
            b"v=0" => {
                of_session = None;
                begin = found.len();
            }
            [b'c', b'=', rest @ ..] => {
                let address = address(rest);
                match found.get_mut(begin..).and_then(<[Line]>::last_mut) {
                    Some(media) => media.0 = address.or(media.0),
                    None => of_session = address,
                }
            }
            [b'm', b'=', rest @ ..] if found.len() < MOST => found.push((of_session, port(rest))),
            _ => {}
        }
    }
    let whole = |(address, media): Line| {
        let (port, kind) = media.filter(|(port, _)| *port != 0)?;
        Some(((address?, port), kind))
    };
    found.into_iter().filter_map(whole).collect()
}

/// Place of the session description in a payload.
fn session(payload: &[u8]) -> Option<usize> {
    let is_start = |bytes: &[u8]| bytes.starts_with(b"v=0\r\n") || bytes.starts_with(b"v=0\n");
    // In SAP (RFC 2974) it comes after the name of its type.
    let is_before = |byte: u8| matches!(byte, b'\n' | 0);
    let after =
        payload.windows(6).position(|bytes| is_before(bytes[0]) && is_start(&bytes[1..]))?;
    Some(after + 1)
}

/// The address of `IN IP4 10.0.0.1` or `IN IP6 ::1`.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let mut words = text.split(' ');
    let kind = (words.next()?, words.next()?);
    let address = words.next()?.split('/').next()?;
    match kind {
        ("IN", "IP4") => address.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        ("IN", "IP6") => address.parse().ok().map(IpAddr::V6),
        _ => None,
    }
}

/// The port and kind of `audio 49170 RTP/AVP 0` or `image 49170 udptl t38`.
fn port(text: &[u8]) -> Option<(u16, Kind)> {
    let text = std::str::from_utf8(text).ok()?;
    let mut words = text.split(' ');
    let (_, port, protocol) = (words.next()?, words.next()?, words.next()?);
    let port = port.split('/').next()?.parse().ok()?;
    if protocol.contains("RTP/") {
        return Some((port, Kind::Rtp));
    }
    protocol.eq_ignore_ascii_case("udptl").then_some((port, Kind::Fax))
}

#[cfg(test)]
mod tests;
