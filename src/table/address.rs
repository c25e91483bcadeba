//! Addresses of any layer, and endpoints.

use super::cell::Cell;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An address of any layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    Mac([u8; 6]),
    Ipv4(Ipv4Addr),
    Ipv6(Ipv6Addr),
}

impl Address {
    /// As a cell.
    pub fn cell(self) -> Cell<'static> {
        match self {
            Address::Mac(mac) => Cell::Mac(mac),
            Address::Ipv4(address) => Cell::Ipv4(address),
            Address::Ipv6(address) => Cell::Ipv6(address),
        }
    }
}

/// One side of a conversation: address and, on transport layers, port.
pub type Endpoint = (Address, Option<u16>);
