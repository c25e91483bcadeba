//! Dissection of a record into a [`Packet`]: a loop over layers. Each layer is a function from its
//! payload to the next protocol and its payload.
//!
//! Dissection depends on one record alone. Nothing is reassembled: a first fragment has its
//! transport, later fragments have none. A header that cannot be read is a [`Problem`] of the
//! packet, never an error: a layer counts as soon as the layer below names it. Headers
//! quoted in ICMP errors are not dissected, and applications are a matter of [`crate::fold`].

mod address;
pub mod application;
mod atm;
pub mod decode_as;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod edges_of_ip;
mod extension;
mod fast;
mod juniper;
mod lan;
mod link;
mod monitor;
mod mpls;
mod named;
mod net;
mod null;
mod options_v4;
mod over_udp;
pub mod packet;
mod payload;
mod ppp;
pub mod problem;
pub mod protocol;
mod shim;
mod tag;
#[cfg(test)]
mod tests;
mod transport;
#[cfg(test)]
mod truncated;
mod tunnel;
mod wireless;

use crate::capture::{Framing, Record};
pub use link::is_dissected;
pub use net::protocol_of as protocol_of_ip;
use packet::Packet;
use payload::Payload;
use problem::Problem;
use protocol::Protocol;

/// The next protocol and its payload. None at the end of the path.
type Next<'a> = Option<(Protocol, Payload<'a>)>;

/// Dissects one record.
#[inline(always)]
pub fn dissect<'a>(record: &Record<'a>, packet: &mut Packet<'a>) {
    dissect_or_judge(record, packet, true);
}

/// Dissects one record or, without `layers`, only finds its problem: what the packet says of layers
/// is then of no record.
#[inline(always)]
pub fn dissect_or_judge<'a>(record: &Record<'a>, packet: &mut Packet<'a>, layers: bool) {
    // Once and inlined into the caller: reading back bytes that were just written in other sizes
    // stalls.
    packet.reset(record);
    if layers {
        dissect_record(packet);
    } else {
        judge_record(packet);
    }
}

#[inline(never)]
fn dissect_record(packet: &mut Packet<'_>) {
    if !fast::dissect(packet) {
        dissect_layers(packet);
    }
    judge_time(packet);
}

#[inline(never)]
fn judge_record(packet: &mut Packet<'_>) {
    if !fast::is_common(packet) {
        dissect_layers(packet);
    }
    judge_time(packet);
}

/// Notes a time that cannot be written.
#[inline]
fn judge_time(packet: &mut Packet<'_>) {
    // RFC 3339 has years of four digits.
    const YEARS: std::ops::Range<i64> = -62_167_219_200..253_402_300_800;
    if packet.record.time.is_some_and(|time| !YEARS.contains(&time.seconds)) {
        packet.note(Problem::TIMESTAMP_OUT_OF_RANGE);
    }
}

/// The general path alone, which tests compare with the common path.
#[doc(hidden)]
pub fn dissect_generally<'a>(record: &Record<'a>, packet: &mut Packet<'a>) {
    packet.reset(record);
    dissect_layers(packet);
}

/// The general path, for packets that [`fast`] leaves.
fn dissect_layers(packet: &mut Packet<'_>) {
    packet.path.clear();
    let mut frame = Payload::new(packet.record.data, packet.record.wire_bytes as usize);
    if let Framing::Fcs(bytes) = packet.record.framing {
        frame = frame.limit(frame.length.saturating_sub(usize::from(bytes)));
    }
    let mut next = link::first(packet, frame);
    while let Some((protocol, payload)) = next {
        // As in Wireshark, an IPv6 header with another version is not named.
        if protocol == Protocol::IPV6 && payload.u8(0).is_some_and(|byte| byte >> 4 != 6) {
            packet.note(Problem::IPV6_VERSION_INVALID);
            break;
        }
        if !packet.path.push(protocol) {
            let vlan = protocol == Protocol::VLAN;
            packet.note(if vlan { Problem::VLAN_DEPTH_EXCEEDED } else { Problem::DEPTH_EXCEEDED });
            break;
        }
        next = layer(protocol, packet, payload.captured, payload.length);
    }
}

/// Dissects one layer. Protocols without an arm end the path.
///
/// A call with the parts of a payload, each in a register: a whole one would be read back from memory
/// at once, which stalls after its parts were written there.
#[inline(never)]
fn layer<'a>(
    protocol: Protocol,
    packet: &mut Packet<'a>,
    captured: &'a [u8],
    length: usize,
) -> Next<'a> {
    let payload = Payload { captured, length };
    match protocol {
        Protocol::ETH => link::ethernet(packet, payload),
        Protocol::NULL => null::null(packet, payload),
        Protocol::RAW => link::raw(packet, payload),
        Protocol::SLL => link::cooked(packet, payload),
        Protocol::CHDLC => link::cisco_hdlc(packet, payload),
        Protocol::FDDI => link::fddi(packet, payload),
        // The inner frame ends with a frame check sequence.
        Protocol::FABRIC_PATH => {
            Some((Protocol::ETH, payload.limit(payload.length.saturating_sub(4))))
        }
        Protocol::RADIOTAP => wireless::radiotap(packet, payload),
        Protocol::WLAN_RADIO => Some((Protocol::WLAN, payload)),
        Protocol::WLAN_RADIO_PADDED => Some((Protocol::WLAN_PADDED, payload)),
        Protocol::WLAN | Protocol::WLAN_PADDED | Protocol::WLAN_SWAPPED => {
            wireless::wlan(protocol, packet, payload)
        }
        Protocol::VLAN | Protocol::IEEE8021AD => shim::vlan(protocol, packet, payload),
        Protocol::LLC => shim::llc(packet, payload),
        Protocol::OSI => lan::osi(packet, payload),
        Protocol::OSI_PADDED => lan::osi_padded(packet, payload),
        Protocol::MPLS => mpls::mpls(packet, payload),
        Protocol::PPPOES => ppp::pppoe(packet, payload),
        Protocol::PPP => ppp::ppp(packet, payload),
        Protocol::PPP_WITHOUT_ADDRESS => ppp::ppp_protocol(packet, payload),
        Protocol::ARP => net::arp(packet, payload),
        Protocol::IP => net::ipv4(packet, payload),
        Protocol::IPV6 => net::ipv6(packet, payload),
        Protocol::HOP_BY_HOP | Protocol::DESTINATION_OPTIONS => extension::options(packet, payload),
        Protocol::ROUTING => extension::routing(packet, payload),
        Protocol::FRAGMENT => extension::fragment(packet, payload),
        Protocol::AH => extension::authentication(packet, payload),
        Protocol::GRE => tunnel::gre(packet, payload),
        Protocol::ERSPAN_I => Some((Protocol::ETH, payload)),
        Protocol::ERSPAN => tunnel::erspan(packet, payload),
        Protocol::VXLAN => tunnel::vxlan(packet, payload),
        Protocol::GENEVE => tunnel::geneve(packet, payload),
        Protocol::GTP => tunnel::gtp(packet, payload),
        Protocol::TEREDO => tunnel::teredo(packet, payload),
        Protocol::TCP => transport::tcp(packet, payload),
        Protocol::UDP => transport::udp(packet, payload),
        Protocol::SCTP => transport::sctp(packet, payload),
        Protocol::ICMP => {
            transport::without_ports(packet, payload, 8, Problem::ICMP_HEADER_TRUNCATED)
        }
        Protocol::ICMPV6 => {
            transport::without_ports(packet, payload, 4, Problem::ICMPV6_HEADER_TRUNCATED)
        }
        Protocol::IGMP => {
            transport::without_ports(packet, payload, 8, Problem::IGMP_HEADER_TRUNCATED)
        }
        Protocol::ERF => monitor::erf(packet, payload),
        Protocol::PPI => monitor::ppi(packet, payload),
        // The second link type for private use is Apple's.
        Protocol::USER_DLT => Some((Protocol::PKTAP, payload)),
        Protocol::PKTAP => monitor::pktap(packet, payload),
        Protocol::PRISM => monitor::prism(packet, payload),
        Protocol::WLANCAP => monitor::wlancap(packet, payload),
        Protocol::NFLOG => monitor::nflog(packet, payload),
        Protocol::PFLOG => monitor::pflog(packet, payload),
        Protocol::ENC => monitor::enc(packet, payload),
        Protocol::IPNET => monitor::ipnet(packet, payload),
        Protocol::JUNIPER => juniper::juniper(packet, payload),
        Protocol::TOKEN_RING => lan::token_ring(packet, payload),
        Protocol::ARCNET => lan::arcnet(packet, payload),
        Protocol::IPFC => lan::fibre_channel(packet, payload),
        Protocol::IPOIB => lan::infiniband(packet, payload),
        Protocol::CLIP => Some((Protocol::IP, payload)),
        Protocol::ATM => atm::atm(packet, payload),
        Protocol::LANE => atm::lane(packet, payload),
        Protocol::FRAME_RELAY => lan::frame_relay(packet, payload),
        Protocol::CISCO_METADATA => tag::typed(packet, payload, 8),
        Protocol::CISCO_METADATA_TYPE_FIRST => tag::metadata_over_gre(packet, payload),
        Protocol::ARISTA => tag::arista(packet, payload),
        Protocol::VN_TAG => tag::virtual_interface(packet, payload),
        Protocol::E_TAG => tag::typed(packet, payload, 8),
        Protocol::IEEE8021CB => tag::typed(packet, payload, 6),
        Protocol::HSR => tag::redundant(packet, payload),
        Protocol::IEEE8021AH => tag::typed(packet, payload, 18),
        Protocol::TRILL => tag::trill(packet, payload),
        Protocol::MACSEC => tag::macsec(packet, payload),
        Protocol::NSH => tag::service_header(packet, payload),
        Protocol::BATMAN => tag::batman(packet, payload),
        Protocol::PSEUDOWIRE => mpls::pseudowire(packet, payload),
        Protocol::PSEUDOWIRE_CONTROL_WORD => Some((Protocol::ETH, payload.skip(4))),
        Protocol::MULTILINK => ppp::multilink(packet, payload),
        Protocol::ETHERIP => tunnel::etherip(packet, payload),
        Protocol::PIM => net::multicast_register(packet, payload),
        Protocol::CAPWAP_DATA => over_udp::capwap(packet, payload),
        Protocol::LWAPP => over_udp::lwapp(packet, payload),
        Protocol::LWAPP_CONTROL => over_udp::lwapp(packet, payload.skip(6)),
        Protocol::L2TP => over_udp::l2tp(packet, payload),
        Protocol::TZSP => over_udp::tzsp(packet, payload),
        Protocol::LISP_DATA => over_udp::lisp(packet, payload),
        Protocol::AYIYA => over_udp::ayiya(packet, payload),
        _ => None,
    }
}
