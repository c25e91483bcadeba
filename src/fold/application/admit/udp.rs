//! Answers to UDP payloads: the checks that Wireshark 4.0's dissectors make before they believe a
//! port.
//!
//! A dissector that reads beyond the captured end has believed the port already, so a byte that is
//! missing speaks for the protocol, unless a least length is asked for first.

use super::super::Shows;
use super::super::guess::is_wireguard;
use super::super::http;
use super::super::names::*;
use super::super::stun::{is_channel_data, is_stun};
use super::super::text::is_sip_datagram;
use super::{Datagram, accounts, control, industry, services};
use crate::dissect::application::Application;
use std::net::{IpAddr, Ipv4Addr};

/// Tunnels, which are layers of the path below: where the dissection did not take one for its own,
/// Wireshark does not either.
const TUNNELS: [Application; 13] = [
    Application::named("ayiya"),
    Application::named("capwap.data"),
    Application::named("geneve"),
    Application::named("gre"),
    Application::named("l2tp"),
    Application::named("lisp-data"),
    Application::named("lwapp"),
    Application::named("mpls"),
    Application::named("teredo"),
    Application::named("tzsp"),
    Application::named("vxlan"),
    Application::named("vxlan_gpe"),
    GTP,
];

/// Part of a UDP payload that the protocol of a port shows. None if it refuses the payload.
pub fn over_udp(
    application: Application,
    port: u16,
    datagram: &Datagram<'_>,
) -> Option<(Application, Shows)> {
    let payload = datagram.payload;
    let accepts = match application {
        STUN => is_stun(payload, datagram.length) || is_channel_data(payload),
        WG => is_wireguard(payload, datagram.length),
        // A first byte like that is compressed (RFC 5049), and shown after SIP.
        SIP => matches!(payload, [0xF8..=0xFF, ..]) || is_sip_datagram(payload, datagram.length),
        RTP => payload.first().is_some_and(|first| first >> 6 == 2),
        BT_DHT => payload.starts_with(b"d1:") || payload.starts_with(b"d2:"),
        DHCP => port != 4011 || payload.get(236..240) == Some(&[99, 130, 83, 99]),
        // From the server: data, whose length stands at its end.
        MSMMS if datagram.destination != port => {
            matches!(payload, [_, _, _, _, _, _, low, high, ..] if (*high, *low) >= (0, 8))
        }
        GTP => matches!(payload, [0x40..=0x5F]),
        HSRP => matches!(datagram.destination, 1985 | 2029),
        GLBP | VINES_FRP => datagram.source == datagram.destination,
        LDSS => datagram.to == Ipv4Addr::BROADCAST,
        OPENSAFETY => datagram.destination != port && payload.len() >= 11,
        // Off unless the user asks for them, or only over what is not here.
        COMPONENT_STATUS | ENTTEC | EOBI | GSM_IPA | MLE | S101 | TPNCP => false,
        other => control::admits(other, datagram)
            .or_else(|| accounts::admits(other, datagram))
            .or_else(|| industry::admits(other, datagram))
            .or_else(|| services::admits(other, datagram))
            .unwrap_or_else(|| !TUNNELS.contains(&other)),
    };
    accepts.then(|| (application, shows(application, datagram)))
}

/// Part of a payload that a protocol shows which takes it.
fn shows(application: Application, datagram: &Datagram<'_>) -> Shows {
    let payload = datagram.payload;
    let shown = match application {
        BABEL => matches!(payload, [_, 2, ..]),
        GLBP => matches!(payload, [1, 0..=4, ..]),
        HSRP => match datagram.to {
            IpAddr::V4(to) => matches!(to.octets(), [224, 0, 0, 2 | 102]),
            IpAddr::V6(_) => datagram.destination == 2029,
        },
        KIP => !matches!(payload, [_, _, _, _, 0, 0, ..]),
        MEGACO => !matches!(payload, [0, _, _, ..]),
        MIP => is_mobile_ip(payload, payload.len() < datagram.length),
        MSMMS if datagram.destination != 1755 => {
            matches!(payload, [_, _, _, _, _, _, low, high, ..]
                if usize::from(u16::from_le_bytes([*low, *high])) <= datagram.length)
        }
        PTP => matches!(payload, [_] | [0, 1, ..]) || payload.get(1).is_some_and(|v| v & 15 == 2),
        SSDP => !matches!(payload, [b'\r' | b'\n', ..]) && http::read(payload).0 == Shows::Always,
        VINES_FRP => matches!(payload, [0..=3, ..]),
        _ => true,
    };
    if shown { Shows::Always } else { Shows::Never }
}

/// Mobile IP shows messages and extensions that it knows, and those that run over the end.
fn is_mobile_ip(payload: &[u8], is_cut: bool) -> bool {
    let mut rest = payload;
    let mut is_known = matches!(payload, [1 | 3 | 4 | 7 | 15, ..]);
    while let [kind, length, after @ ..] = rest {
        is_known |= matches!(kind, 32..=34 | 36..=38 | 133 | 134);
        match after.get(usize::from(*length)..) {
            Some(next) if !is_known => rest = next,
            _ => return true,
        }
    }
    is_known || !rest.is_empty() || is_cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::application::ports;
    use std::net::Ipv6Addr;

    /// The answer to a payload that goes to a port: its name if it is shown, "" if it is taken.
    fn answer(port: u16, payload: &[u8]) -> Option<&'static str> {
        answer_to(Ipv4Addr::LOCALHOST.into(), 60_000, port, payload)
    }

    fn answer_to(to: IpAddr, source: u16, port: u16, payload: &[u8]) -> Option<&'static str> {
        let application = ports::UDP.get(port.into())?;
        let length = payload.len();
        let datagram = Datagram { payload, length, source, destination: port, to };
        let (application, shows) = over_udp(application, port, &datagram)?;
        Some(if shows == Shows::Always { application.name() } else { "" })
    }

    #[test]
    fn protocols_refuse_what_is_not_theirs() {
        let cookie = [&[0; 236][..], &[99, 130, 83, 99]].concat();
        for (port, payload, name) in [
            (5060, &[0xF8, 0][..], Some("sip")),
            (5060, b"\r\n", None),
            (3478, &[0; 20], None),
            (53, &[0], Some("dns")),
            (67, &[0], Some("dhcp")),
            (4011, &[0; 240], None),
            (4011, &cookie, Some("dhcp")),
            (2152, &[0x41], Some("gtp")),
            (56_000, &[24, 0, 0xCB, 0x32, 0, 0, 0, 0], None),
            (4789, &[0; 20], None),
        ] {
            assert_eq!(answer(port, payload), name, "{port} {payload:?}");
        }
    }

    #[test]
    fn ends_of_the_conversation_decide() {
        let local = Ipv4Addr::LOCALHOST.into();
        let multicast = |last| Ipv4Addr::new(224, 0, 0, last).into();
        for (to, source, port, first, name) in [
            (multicast(2), 1985, 1985, 0, Some("hsrp")),
            (multicast(102), 1985, 1985, 1, Some("hsrp")),
            (local, 1985, 1985, 0, Some("")),
            (Ipv6Addr::LOCALHOST.into(), 2029, 2029, 1, Some("hsrp")),
            (Ipv6Addr::LOCALHOST.into(), 1985, 1985, 1, Some("")),
            (multicast(102), 3222, 3222, 1, Some("glbp")),
            (multicast(102), 3222, 3222, 0, Some("")),
            (multicast(102), 60_000, 3222, 1, None),
            (local, 573, 573, 0, Some("vines_frp")),
            (local, 60_000, 573, 0, None),
            (Ipv4Addr::BROADCAST.into(), 60_000, 6087, 0, Some("ldss")),
            (local, 60_000, 6087, 0, None),
        ] {
            assert_eq!(answer_to(to, source, port, &[first; 40]), name, "{port}");
        }
        let from_port = Datagram {
            payload: &[0; 11],
            length: 11,
            source: 8755,
            destination: 60_000,
            to: local,
        };
        assert!(over_udp(OPENSAFETY, 8755, &from_port).is_some());
        assert_eq!(answer(8755, &[0; 11]), None);
    }

    #[test]
    fn some_take_a_payload_and_show_nothing() {
        for (port, shown, silent) in [
            (6696, &[42, 2, 0, 4][..], &[42, 3, 0, 4][..]),
            (3671, &[6, 16, 2, 11, 0, 20], &[6, 16, 2, 11, 0, 0]),
            (2944, b"!/1 ", &[0, 0, 0]),
            (319, &[0x11, 0x12, 0, 44], &[1, 0, 0, 44]),
            (320, &[0, 1, 0, 1], &[0, 0, 0, 1]),
            (1900, b"NOTIFY * HTTP/1.1\r\n", b"hello"),
        ] {
            let name = ports::UDP.get(port.into()).map(Application::name);
            assert_eq!(answer(port, shown), name, "{port}");
            assert_eq!(answer(port, silent), Some(""), "{port}");
        }
    }
}
