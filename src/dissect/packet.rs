//! The result of dissecting a record: references into its bytes, no copies, no allocation.
//!
//! A [`Packet`] is reused for all records. It has the protocol path, the VLAN ids, the first
//! problem and an [`AddressLayer`] for each Ethernet, IPv4 or IPv6 header, tunnels included, with
//! the transport above it.

pub use super::address::{AddressLayer, Addresses, Ports, Transport, datagram};
use super::application::Application;
use super::decode_as::{DecodeAs, Field, To};
use super::problem::Problem;
use super::protocol::{DEEPEST, Path, Protocol};
use crate::capture::Record;
use std::sync::Arc;

/// A dissected record.
#[derive(Clone, Debug)]
pub struct Packet<'a> {
    /// The record.
    pub record: Record<'a>,
    /// The protocols from the outermost to the innermost.
    pub path: Path,
    /// The first problem. None if there is none.
    pub problem: Option<Problem>,
    layers: [AddressLayer<'a>; DEEPEST],
    layer_count: usize,
    vlans: [u16; DEEPEST],
    vlan_count: usize,
    /// True above a first fragment: the length of the whole datagram is unknown.
    pub(super) fragmented: bool,
    /// Link type of the common path: Ethernet, or none if there are assigned protocols, so that the
    /// common path need not look for them.
    pub(super) common_link: u32,
    /// Protocols that the user assigns; None if there are none.
    decode_as: Option<Arc<[DecodeAs]>>,
}

/// Applications of two ports: of the lower one and of the higher one.
pub type OfPorts = [Option<Application>; 2];

const ETHERNET: u32 = 1;

impl<'a> Packet<'a> {
    /// A packet of no bytes, to be filled by [`super::dissect`].
    pub fn empty() -> Packet<'a> {
        Packet {
            record: Record::default(),
            path: Path::default(),
            problem: None,
            layers: [AddressLayer::new(Addresses::NoIp); DEEPEST],
            layer_count: 0,
            vlans: [0; DEEPEST],
            vlan_count: 0,
            fragmented: false,
            common_link: ETHERNET,
            decode_as: None,
        }
    }

    /// A packet of no bytes, to be filled by [`super::dissect`] with these assignments.
    pub fn decoding_as(rows: &Arc<[DecodeAs]>) -> Packet<'a> {
        let decode_as = Some(rows.clone()).filter(|rows| !rows.is_empty());
        let common_link = if decode_as.is_some() { u32::MAX } else { ETHERNET };
        Packet { common_link, decode_as, ..Packet::empty() }
    }

    /// True if there are assigned protocols.
    pub fn has_assignments(&self) -> bool {
        self.decode_as.is_some()
    }

    /// The layer that the user assigns to a value of a field.
    #[inline]
    pub(super) fn assigned(&self, field: Field, value: u16) -> Option<Protocol> {
        match DecodeAs::find(self.decode_as.as_deref()?, field, value)? {
            To::Layer(protocol) => Some(protocol),
            To::Application(_) => None,
        }
    }

    /// The applications that the user assigns to two ports: to the lower one and to the higher one.
    #[inline]
    pub fn assigned_applications(&self, field: Field, one: u16, two: u16) -> OfPorts {
        let Some(rows) = self.decode_as.as_deref() else { return OfPorts::default() };
        let of = |port| match DecodeAs::find(rows, field, port)? {
            To::Application(application) => Some(application),
            To::Layer(_) => None,
        };
        [of(one.min(two)), of(one.max(two))]
    }

    /// Starts the next record; the path is that of the one before until it is set.
    #[inline(always)]
    pub(super) fn reset(&mut self, record: &Record<'a>) {
        self.record = *record;
        self.problem = None;
        self.layer_count = 0;
        self.vlan_count = 0;
        self.fragmented = false;
    }

    /// The address layers, outermost first.
    #[inline]
    pub fn address_layers(&self) -> &[AddressLayer<'a>] {
        self.layers.get(..self.layer_count).unwrap_or_default()
    }

    /// The innermost IP layer.
    #[inline]
    pub fn innermost_ip(&self) -> Option<&AddressLayer<'a>> {
        self.address_layers().iter().rev().find(|hop| hop.is_ip())
    }

    /// VLAN ids, outermost first.
    pub fn vlans(&self) -> &[u16] {
        self.vlans.get(..self.vlan_count).unwrap_or_default()
    }

    /// Source and destination MAC. None unless the first layer is Ethernet.
    pub fn macs(&self) -> Option<(&'a [u8], &'a [u8])> {
        match self.address_layers().first() {
            Some(AddressLayer { addresses: Addresses::Eth(macs), .. })
                if self.path.first() == Some(Protocol::ETH) =>
            {
                let (destination, source) = macs.split_at(6);
                Some((source, destination))
            }
            _ => None,
        }
    }

    /// The transport above the innermost IP layer.
    #[inline]
    pub fn transport(&self) -> Option<Transport> {
        self.innermost_ip()?.ports.map(|ports| ports.transport)
    }

    #[inline]
    pub(super) fn push_address_layer(&mut self, addresses: Addresses<'a>) {
        if let Some(slot) = self.layers.get_mut(self.layer_count) {
            *slot = AddressLayer::new(addresses);
            self.layer_count += 1;
        }
    }

    /// Sets both address layers of a packet that has no others.
    #[inline]
    pub(super) fn set_layers(&mut self, outer: AddressLayer<'a>, inner: AddressLayer<'a>) {
        let [first, second, ..] = &mut self.layers;
        (*first, *second) = (outer, inner);
        self.layer_count = 2;
    }

    /// The IP layer whose header was read last: the transport above it adds its ports.
    #[inline]
    pub(super) fn current_ip(&mut self) -> Option<&mut AddressLayer<'a>> {
        self.layers.get_mut(..self.layer_count)?.iter_mut().rev().find(|hop| hop.is_ip())
    }

    /// Notes the protocol number of the last IP header or of its extension headers.
    pub(super) fn note_ip_protocol(&mut self, number: u8) {
        if let Some(layer) = self.current_ip() {
            layer.protocol = Some(number);
        }
    }

    #[inline]
    pub(super) fn push_vlan(&mut self, id: u16) {
        if let Some(slot) = self.vlans.get_mut(self.vlan_count) {
            *slot = id;
            self.vlan_count += 1;
        }
    }

    /// Notes a problem, unless there was one before.
    #[inline]
    pub(super) fn note(&mut self, problem: Problem) {
        self.problem.get_or_insert(problem);
    }
}
