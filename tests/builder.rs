//! Builders of capture files: pcap in all its variants, pcapng block by block, in either byte
//! order, and snoop.
//!
//! Each keeps the end of every record and the number of packets up to it, so that a test knows how
//! many packets a cut file holds.

/// The byte order of a file or section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Little,
    Big,
}

impl Order {
    fn u16(self, value: u16) -> [u8; 2] {
        if self == Order::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    pub fn u32(self, value: u32) -> [u8; 4] {
        if self == Order::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }
}

pub const MICROSECONDS: u32 = 0xA1B2_C3D4;
pub const NANOSECONDS: u32 = 0xA1B2_3C4D;
pub const MODIFIED: u32 = 0xA1B2_CD34;

/// Form of a variant of pcap.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    pub name: &'static str,
    magic: u32,
    version: (u16, u16),
    /// Its number of Ethernet.
    network: u32,
    /// Length of what follows the usual file header.
    header_bytes: usize,
    /// Length of what follows the usual record header.
    record_header_bytes: usize,
    /// The length on the wire stands before the captured one.
    wire_first: bool,
    /// Units of a record's fraction in a microsecond.
    pub per_microsecond: u32,
}

impl Variant {
    const fn new(name: &'static str, magic: u32, record_header_bytes: usize) -> Variant {
        Variant {
            name,
            magic,
            version: (2, 4),
            network: 1,
            header_bytes: 0,
            record_header_bytes,
            wire_first: false,
            per_microsecond: 1,
        }
    }
}

pub const VARIANTS: [Variant; 10] = [
    Variant::new("pcap", MICROSECONDS, 0),
    Variant { per_microsecond: 1000, ..Variant::new("pcap-ns", NANOSECONDS, 0) },
    Variant { version: (2, 2), wire_first: true, ..Variant::new("pcap", MICROSECONDS, 0) },
    Variant::new("pcap-modified", MODIFIED, 8),
    Variant::new("pcap-suse", MODIFIED, 12),
    Variant::new("pcap-redhat", MICROSECONDS, 8),
    Variant::new("pcap-nokia", MICROSECONDS, 4),
    Variant { version: (543, 0), wire_first: true, ..Variant::new("pcap-dgux", MICROSECONDS, 0) },
    Variant { header_bytes: 4, ..Variant::new("pcap-ixia", 0x1C00_01AB, 0) },
    Variant {
        version: (2, 2),
        network: 6,
        wire_first: true,
        per_microsecond: 1000,
        ..Variant::new("pcap-aix", MICROSECONDS, 0)
    },
];

/// Link types (tcpdump.org registry).
pub const ETHERNET: u16 = 1;
pub const RAW: u16 = 101;

/// An offset at which a file may end and still be complete, and the number of packets before it.
pub type Boundary = (usize, u64);

/// A pcap file under construction.
#[derive(Debug)]
pub struct Pcap {
    pub bytes: Vec<u8>,
    pub boundaries: Vec<Boundary>,
    order: Order,
    variant: Variant,
    packets: u64,
}

impl Pcap {
    pub fn new(order: Order, magic: u32, link_type: u16) -> Pcap {
        let variant = VARIANTS.into_iter().find(|variant| variant.magic == magic);
        let variant = variant.expect("a magic number of pcap");
        Pcap::of(order, Variant { network: u32::from(link_type), ..variant })
    }

    pub fn of(order: Order, variant: Variant) -> Pcap {
        let mut bytes = order.u32(variant.magic).to_vec();
        bytes.extend(order.u16(variant.version.0));
        bytes.extend(order.u16(variant.version.1));
        for value in [0, 0, 262_144, variant.network] {
            bytes.extend(order.u32(value));
        }
        bytes.extend(vec![0; variant.header_bytes]);
        Pcap { boundaries: vec![(bytes.len(), 0)], bytes, order, variant, packets: 0 }
    }

    /// The usual kind: little-endian, microseconds, Ethernet.
    pub fn ethernet() -> Pcap {
        Pcap::new(Order::Little, MICROSECONDS, ETHERNET)
    }

    pub fn record(&mut self, time: (u32, u32), data: &[u8], wire_bytes: u32) -> &mut Pcap {
        let captured = data.len() as u32;
        let (one, two) =
            if self.variant.wire_first { (wire_bytes, captured) } else { (captured, wire_bytes) };
        for value in [time.0, time.1, one, two] {
            self.bytes.extend(self.order.u32(value));
        }
        self.bytes.extend(vec![0; self.variant.record_header_bytes]);
        self.bytes.extend(data);
        self.packets += 1;
        self.boundaries.push((self.bytes.len(), self.packets));
        self
    }

    /// A completely captured frame, the `number`th of a capture with a packet every ten
    /// milliseconds.
    pub fn frame(&mut self, number: u32, data: &[u8]) -> &mut Pcap {
        let time = (1_700_000_000 + number / 100, number % 100 * 10_000);
        self.record(time, data, data.len() as u32)
    }
}

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;
/// A block without information about packets.
pub const NAME_RESOLUTION: u32 = 4;

/// Options of interface descriptions.
pub const IF_NAME: u16 = 2;
pub const IF_TSRESOL: u16 = 9;
pub const IF_TSOFFSET: u16 = 14;

pub const IF_FCSLEN: u16 = 13;
/// Option of packets.
pub const EPB_FLAGS: u16 = 2;
/// Options of interface statistics.
pub const ISB_IFRECV: u16 = 4;
pub const ISB_IFDROP: u16 = 5;

/// A pcapng file under construction.
pub struct Pcapng {
    pub bytes: Vec<u8>,
    pub boundaries: Vec<Boundary>,
    order: Order,
    packets: u64,
}

impl Pcapng {
    pub fn new(order: Order) -> Pcapng {
        let mut file = Pcapng { bytes: Vec::new(), boundaries: Vec::new(), order, packets: 0 };
        file.section(order);
        file
    }

    /// The usual kind: little-endian, one Ethernet interface that counts microseconds.
    pub fn ethernet() -> Pcapng {
        let mut file = Pcapng::new(Order::Little);
        file.interface(ETHERNET, 0, None);
        file
    }

    pub fn block(&mut self, kind: u32, body: &[u8]) -> &mut Pcapng {
        let padding = body.len().next_multiple_of(4) - body.len();
        let length = self.order.u32((12 + body.len() + padding) as u32);
        self.bytes.extend(self.order.u32(kind));
        self.bytes.extend(length);
        self.bytes.extend(body);
        self.bytes.extend(vec![0; padding]);
        self.bytes.extend(length);
        self.packets +=
            u64::from(matches!(kind, OBSOLETE_PACKET | SIMPLE_PACKET | ENHANCED_PACKET));
        self.boundaries.push((self.bytes.len(), self.packets));
        self
    }

    /// Begins another section.
    pub fn section(&mut self, order: Order) -> &mut Pcapng {
        self.section_with(order, &[])
    }

    pub fn section_with(&mut self, order: Order, options: &[(u16, &[u8])]) -> &mut Pcapng {
        self.order = order;
        let unknown_length = [0xFF; 8];
        let mut body =
            [&order.u32(0x1A2B_3C4D)[..], &order.u16(1), &order.u16(0), &unknown_length].concat();
        body.extend(self.options(options));
        self.block(SECTION_HEADER, &body)
    }

    /// Describes an interface; `tsresol` is the raw value of the option.
    pub fn interface(&mut self, link_type: u16, snaplen: u32, tsresol: Option<u8>) -> &mut Pcapng {
        match tsresol {
            Some(tsresol) => self.interface_with(link_type, snaplen, &[(IF_TSRESOL, &[tsresol])]),
            None => self.interface_with(link_type, snaplen, &[]),
        }
    }

    pub fn interface_with(
        &mut self,
        link_type: u16,
        snaplen: u32,
        options: &[(u16, &[u8])],
    ) -> &mut Pcapng {
        let mut body = [&self.order.u16(link_type)[..], &[0; 2], &self.order.u32(snaplen)].concat();
        body.extend(self.options(options));
        self.block(INTERFACE_DESCRIPTION, &body)
    }

    /// Interface statistics, as the capturing system counted them.
    pub fn statistics(&mut self, interface: u32, options: &[(u16, &[u8])]) -> &mut Pcapng {
        let mut body = [self.order.u32(interface), [0; 4], [0; 4]].concat();
        body.extend(self.options(options));
        self.block(INTERFACE_STATISTICS, &body)
    }

    fn options(&self, options: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (code, value) in options {
            bytes.extend(self.order.u16(*code));
            bytes.extend(self.order.u16(value.len() as u16));
            bytes.extend(*value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        if !bytes.is_empty() {
            bytes.extend([0; 4]);
        }
        bytes
    }

    pub fn packet(
        &mut self,
        interface: u32,
        units: u64,
        data: &[u8],
        wire_bytes: u32,
    ) -> &mut Pcapng {
        let fields = [interface, (units >> 32) as u32, units as u32, data.len() as u32, wire_bytes];
        let body = [&fields.map(|field| self.order.u32(field)).concat(), data].concat();
        self.block(ENHANCED_PACKET, &body)
    }

    /// A packet that was captured whole, with options.
    pub fn packet_with(
        &mut self,
        interface: u32,
        units: u64,
        data: &[u8],
        options: &[(u16, &[u8])],
    ) -> &mut Pcapng {
        let length = data.len() as u32;
        let fields = [interface, (units >> 32) as u32, units as u32, length, length];
        let mut body = [&fields.map(|field| self.order.u32(field)).concat(), data].concat();
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(self.options(options));
        self.block(ENHANCED_PACKET, &body)
    }

    /// A packet of interface 0, without a time stamp.
    pub fn simple(&mut self, data: &[u8]) -> &mut Pcapng {
        let body = [&self.order.u32(data.len() as u32)[..], data].concat();
        self.block(SIMPLE_PACKET, &body)
    }

    /// The obsolete Packet Block.
    pub fn obsolete(
        &mut self,
        interface: u16,
        units: u64,
        data: &[u8],
        wire_bytes: u32,
    ) -> &mut Pcapng {
        let ids = [self.order.u16(interface), self.order.u16(0)].concat();
        let fields = [(units >> 32) as u32, units as u32, data.len() as u32, wire_bytes];
        let body = [&ids[..], &fields.map(|field| self.order.u32(field)).concat(), data].concat();
        self.block(OBSOLETE_PACKET, &body)
    }

    /// A frame captured whole, the `number`th of a capture that took a packet every ten
    /// milliseconds.
    pub fn frame(&mut self, number: u32, data: &[u8]) -> &mut Pcapng {
        let units = 1_700_000_000_000_000 + u64::from(number) * 10_000;
        self.packet(0, units, data, data.len() as u32)
    }
}

/// A snoop file under construction; always big-endian.
pub struct Snoop {
    pub bytes: Vec<u8>,
    pub boundaries: Vec<Boundary>,
}

impl Snoop {
    pub fn ethernet() -> Snoop {
        let bytes = [&b"snoop\0\0\0"[..], &[0, 0, 0, 2], &[0, 0, 0, 4]].concat();
        Snoop { boundaries: vec![(bytes.len(), 0)], bytes }
    }

    pub fn record(&mut self, time: (u32, u32), data: &[u8], wire_bytes: u32) -> &mut Snoop {
        let padding = data.len().next_multiple_of(4) - data.len();
        let length = 24 + data.len() + padding;
        for value in [wire_bytes, data.len() as u32, length as u32, 0, time.0, time.1] {
            self.bytes.extend(value.to_be_bytes());
        }
        self.bytes.extend(data);
        self.bytes.extend(vec![0; padding]);
        self.boundaries.push((self.bytes.len(), self.boundaries.len() as u64));
        self
    }
}
