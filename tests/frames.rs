//! Frames: complete ones of the usual protocols, and random ones with tunnels, truncation and
//! garbage.

use etherparse::err::packet::BuildWriteError;
use etherparse::{IpFragOffset, IpNumber, Ipv4Header, PacketBuilder};
use pcapstat::capture::time::Timestamp;
use pcapstat::capture::{Framing, LinkType, Options, Record};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Ethernet, IPv4, TCP and this payload.
pub fn tcp(source_port: u16, destination_port: u16, payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]).ipv4(
        [10, 0, 0, 1],
        [10, 0, 0, 2],
        64,
    );
    written(payload, |bytes| {
        builder.tcp(source_port, destination_port, 1, 1024).write(bytes, payload)
    })
}

/// Ethernet, IPv4, UDP and this payload.
pub fn udp(source_port: u16, destination_port: u16, payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 3], [2, 0, 0, 0, 0, 4]).ipv4(
        [10, 0, 0, 3],
        [10, 0, 0, 4],
        64,
    );
    written(payload, |bytes| builder.udp(source_port, destination_port).write(bytes, payload))
}

/// IPv4, TCP and this payload, without a link layer: 40 bytes of headers.
pub fn raw_tcp(payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ipv4([10, 0, 0, 5], [10, 0, 0, 6], 64);
    written(payload, |bytes| builder.tcp(5000, 80, 1, 1024).write(bytes, payload))
}

fn written<E: std::fmt::Debug>(
    payload: &[u8],
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(payload.len() + 128);
    write(&mut bytes).expect("writing to memory");
    bytes
}

/// A record without a file around it.
#[derive(Clone, Debug)]
pub struct Loose {
    pub data: Vec<u8>,
    pub wire_bytes: u32,
    pub time: Option<Timestamp>,
    /// The section's number, and the interface's in it.
    pub interface: (u32, u32),
    pub link_type: u16,
}

impl Loose {
    pub fn record(&self, offset: u64) -> Record<'_> {
        Record {
            number: 0,
            offset,
            data: &self.data,
            wire_bytes: self.wire_bytes,
            time: self.time,
            section: self.interface.0,
            interface: self.interface.1,
            link_type: LinkType(self.link_type),
            framing: Framing::Usual,
            options: Options::NONE,
        }
    }
}

/// Random records with few addresses and ports, so that conversations recur.
pub fn loose() -> impl Strategy<Value = Loose> {
    let link_type = prop_oneof![12 => Just(1u16), 2 => select(vec![0, 9, 101, 113, 127, 228, 229, 276]), 1 => any::<u16>()];
    (frame(), any::<u32>(), 0..6u8, time(), (0..3u32, 0..3u32), link_type).prop_map(
        |(data, random, kind, time, interface, link_type)| {
            let captured = data.len() as u32;
            let wire_bytes = match kind {
                0 => random,
                1 => captured + random % 2000,
                2 => captured.saturating_sub(random % 100),
                _ => captured,
            };
            Loose { data, wire_bytes, time, interface, link_type }
        },
    )
}

fn time() -> impl Strategy<Value = Option<Timestamp>> {
    let stamp = |seconds, nanoseconds| Some(Timestamp { seconds, nanoseconds });
    prop_oneof![
        8 => (1_700_000_000..1_700_000_004i64, 0..1_000_000_000u32).prop_map(move |(s, n)| stamp(s, n)),
        1 => (any::<i64>(), 0..1_000_000_000u32).prop_map(move |(s, n)| stamp(s, n)),
        2 => Just(None),
    ]
}

/// A random frame, truncated or complete.
pub fn frame() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => whole(),
        3 => (whole(), any::<prop::sample::Index>()).prop_map(|(mut frame, at)| {
            frame.truncate(at.index(frame.len() + 1));
            frame
        }),
        2 => (whole(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(mut frame, at, byte)| {
            let at = at.index(frame.len());
            frame[at] = byte;
            frame
        }),
        1 => vec(any::<u8>(), 0..120),
    ]
}

fn whole() -> impl Strategy<Value = Vec<u8>> {
    plain().prop_recursive(3, 4, 1, |inner| {
        prop_oneof![inner.clone(), (inner, any::<u8>()).prop_map(tunnelled)]
    })
}

/// A frame inside another one: VXLAN, GRE with Ethernet, IP in IP, or a GTP G-PDU.
fn tunnelled((inner, kind): (Vec<u8>, u8)) -> Vec<u8> {
    let packet = inner.get(14..).unwrap_or_default();
    let over_ip = |number, payload: Vec<u8>| {
        let builder =
            PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4([10, 0, 0, kind % 4], [10, 0, 0, 4], 64);
        written(&payload, |bytes| builder.write(bytes, number, &payload))
    };
    match kind % 4 {
        0 => udp(50_000, 4789, &[&[8, 0, 0, 0, 0, 0, 1, 0], &inner[..]].concat()),
        1 => over_ip(IpNumber::GRE, [&[0, 0, 0x65, 0x58], &inner[..]].concat()),
        2 => over_ip(IpNumber::IPV4, packet.to_vec()),
        _ => udp(
            2152,
            2152,
            &[&[0x30, 255], &(packet.len() as u16).to_be_bytes()[..], &[0, 0, 0, 1], packet]
                .concat(),
        ),
    }
}

#[derive(Clone, Debug)]
enum Above {
    Tcp(u16),
    Udp,
    Icmp,
    Other(u8),
    Fragment(u16),
}

fn above() -> impl Strategy<Value = Above> {
    prop_oneof![
        4 => any::<u16>().prop_map(Above::Tcp),
        4 => Just(Above::Udp),
        1 => Just(Above::Icmp),
        1 => select(vec![2u8, 17, 41, 47, 50, 51, 58, 59, 60, 89, 132, 253]).prop_map(Above::Other),
        1 => (1..100u16).prop_map(Above::Fragment),
    ]
}

fn plain() -> impl Strategy<Value = Vec<u8>> {
    let port = || select(vec![53u16, 80, 443, 2152, 4789, 5000, 6081]);
    let sides = (0..4u8, 0..4u8, port(), port());
    (sides, above(), any::<bool>(), vec(0..4096u16, 0..3), vec(any::<u8>(), 0..40)).prop_map(
        |((from, to, source, destination), above, version_6, vlans, payload)| {
            let link = PacketBuilder::ethernet2([2, 0, 0, 0, 0, from], [2, 0, 0, 0, 0, to]);
            let ip = if version_6 {
                link.ipv6([from; 16], [to; 16], 64)
            } else {
                link.ipv4([10, 0, 0, from], [10, 0, 0, to], 64)
            };
            let mut frame = written(&payload, |bytes| match above {
                Above::Tcp(flags) => {
                    let tcp = ip.tcp(source, destination, u32::from(flags), flags);
                    let tcp = if flags & 1 == 1 { tcp.syn() } else { tcp.psh().ack(7) };
                    tcp.write(bytes, &payload)
                }
                Above::Udp => ip.udp(source, destination).write(bytes, &payload),
                Above::Icmp => ip.icmpv4_echo_request(1, 2).write(bytes, &payload),
                Above::Other(number) => ip.write(bytes, IpNumber(number), &payload),
                Above::Fragment(offset) => fragment(bytes, from, to, offset, &payload),
            });
            for id in vlans {
                let [high, low] = id.to_be_bytes();
                frame.splice(12..12, [0x81, 0, high, low]);
            }
            frame
        },
    )
}

/// A later fragment, which has no ports.
fn fragment(
    bytes: &mut Vec<u8>,
    from: u8,
    to: u8,
    offset: u16,
    payload: &[u8],
) -> Result<(), BuildWriteError> {
    let addresses = ([10, 0, 0, from], [10, 0, 0, to]);
    let mut header =
        Ipv4Header::new(payload.len() as u16, 64, IpNumber::UDP, addresses.0, addresses.1)
            .expect("short");
    header.fragment_offset = IpFragOffset::try_new(offset).expect("small");
    bytes.extend([2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0]);
    bytes.extend(header.to_bytes());
    bytes.extend(payload);
    Ok(())
}
