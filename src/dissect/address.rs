//! Addresses of one layer of a packet, with the transport above it.

/// Source and destination of one layer, as far as its header was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Addresses<'a> {
    /// Destination and source MAC, in the order of the Ethernet header.
    Eth(&'a [u8; 12]),
    /// Source and destination.
    Ipv4(&'a [u8; 8]),
    /// Source and destination.
    Ipv6(&'a [u8; 32]),
    /// Source and final destination of a source-routed packet.
    Ipv4Routed(&'a [u8; 4], &'a [u8; 4]),
    /// The header is truncated after the source.
    Ipv4Source(&'a [u8; 4]),
    /// The header is truncated after the source.
    Ipv6Source(&'a [u8; 16]),
    /// The header is truncated before the source.
    NoIp,
}

/// A transport protocol with ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// Transmission Control Protocol.
    Tcp,
    /// User Datagram Protocol.
    Udp,
    /// Stream Control Transmission Protocol.
    Sctp,
}

/// Transport protocol and ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// Protocol of the ports.
    pub transport: Transport,
    /// Source port.
    pub source: u16,
    /// Destination port.
    pub destination: u16,
}

/// An address layer and the transport directly above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressLayer<'a> {
    /// Source and destination.
    pub addresses: Addresses<'a>,
    /// Protocol number of an IP header; in IPv6 that of the last extension header read. Later
    /// fragments have it, too. None if the header was truncated.
    pub protocol: Option<u8>,
    /// Ports above an IP layer. None in later fragments, and if they were not captured.
    pub ports: Option<Ports>,
    /// Transport payload by the lengths in the headers, in bytes. None if they do not tell.
    pub payload_bytes: Option<u32>,
    /// Captured bytes after the IP header, up to the length that it states. Empty unless they are
    /// TCP, UDP, SCTP, ICMP, ICMPv6 or IGMP.
    pub segment: &'a [u8],
}

impl<'a> AddressLayer<'a> {
    /// A layer without a known transport.
    #[inline]
    pub(super) fn new(addresses: Addresses<'a>) -> AddressLayer<'a> {
        let (protocol, ports, payload_bytes) = (None, None, None);
        AddressLayer { addresses, protocol, ports, payload_bytes, segment: &[] }
    }

    /// True for the layers IPv4 and IPv6.
    #[inline]
    pub fn is_ip(&self) -> bool {
        !matches!(self.addresses, Addresses::Eth(_))
    }

    /// True for IPv6 layers whose source was captured.
    pub(super) fn is_ipv6(&self) -> bool {
        matches!(self.addresses, Addresses::Ipv6(_) | Addresses::Ipv6Source(_))
    }

    /// The first 16 bytes of the TCP header: everything but checksum, urgent pointer and options.
    #[inline]
    pub fn tcp_header(&self) -> Option<&'a [u8; 16]> {
        let tcp = self.ports.is_some_and(|ports| ports.transport == Transport::Tcp);
        self.segment.first_chunk().filter(|_| tcp)
    }

    /// The captured payload of a UDP datagram, not empty, and its length by the header in bytes.
    #[inline]
    pub fn datagram(&self) -> Option<(&'a [u8], usize)> {
        self.ports.filter(|ports| ports.transport == Transport::Udp)?;
        datagram(self.segment)
    }
}

/// The captured payload, not empty, of the UDP datagram that these bytes begin, and its length by the
/// header in bytes.
#[inline]
pub fn datagram(segment: &[u8]) -> Option<(&[u8], usize)> {
    let length = usize::from(u16::from_be_bytes(*segment.get(4..)?.first_chunk()?));
    let datagram = segment.get(..length).unwrap_or(segment);
    let payload = datagram.get(8..).filter(|payload| !payload.is_empty())?;
    Some((payload, length.saturating_sub(8)))
}
