//! Packets that ICMP and ICMPv6 errors quote (RFC 792, RFC 4443).
//!
//! Refuses later fragments, and quotes of redirects, which Wireshark does not follow.

use super::pair::addresses;
use crate::dissect::packet::{AddressLayer, Addresses};
use std::net::{IpAddr, Ipv6Addr};

/// The start of a quoted packet.
pub struct Quoted<'a> {
    /// Source and destination.
    pub addresses: (IpAddr, IpAddr),
    /// Protocol number after the IP header.
    pub protocol: u8,
    /// Captured bytes after the IP header.
    pub segment: &'a [u8],
}

impl<'a> Quoted<'a> {
    /// The packet that the ICMP message of a layer quotes. None if it is no error.
    pub fn of(layer: &AddressLayer<'a>) -> Option<Quoted<'a>> {
        let kind = *layer.segment.first()?;
        let error = match layer.protocol? {
            1 => matches!(kind, 3 | 4 | 11 | 12),
            58 => matches!(kind, 1..=4),
            _ => false,
        };
        let ip = layer.segment.get(8..).filter(|_| error)?;
        match ip.first()? >> 4 {
            4 => {
                let header = ip.first_chunk::<20>()?;
                let later = u16::from_be_bytes([header[6], header[7]]) & 0x1FFF != 0;
                let segment = ip.get(usize::from(header[0] & 15) * 4..).filter(|_| !later)?;
                let addresses = addresses(Addresses::Ipv4(header.last_chunk()?))?;
                Some(Quoted { addresses, protocol: header[9], segment })
            }
            6 => {
                let header = ip.first_chunk::<40>()?;
                let source: [u8; 16] = *header.get(8..24)?.first_chunk()?;
                let destination: [u8; 16] = *header.last_chunk()?;
                let both = (Ipv6Addr::from(source).into(), Ipv6Addr::from(destination).into());
                Some(Quoted { addresses: both, protocol: header[6], segment: ip.get(40..)? })
            }
            _ => None,
        }
    }
}
