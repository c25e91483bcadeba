//! The laws that let ranges, files and machines be merged: every tally is a monoid, and observing
//! is a homomorphism. So a capture cut anywhere, on any number of workers, gives the result of the
//! serial walk.

use crate::builder::{
    MICROSECONDS, MODIFIED, NAME_RESOLUTION, NANOSECONDS, Order, Pcap, Pcapng, Snoop, VARIANTS,
};
use crate::frames::{Loose, frame, loose};
use crate::reading::{Cut, assert_same_in_every_cut, open};
use pcapstat::dissect;
use pcapstat::dissect::packet::Packet;
use pcapstat::engine::pass::Shift;
use pcapstat::table::TABLES;
use pcapstat::tally::{EachTally, Needs, Tallies, Tally};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::fmt::Debug;

/// Records with their offsets in a file that holds nothing between them.
type Located = (u64, Loose);

fn located(records: Vec<Loose>) -> Vec<Located> {
    let mut offset = 24;
    let place = |record: Loose| {
        let here = offset;
        offset += 16 + record.data.len() as u64;
        (here, record)
    };
    records.into_iter().map(place).collect()
}

fn observed<T: Tally>(mut tally: T, records: &[Located]) -> T {
    let mut packet = Packet::empty();
    for (number, (offset, record)) in (0..).zip(records) {
        dissect::dissect(&record.record(*offset), &mut packet);
        packet.record.number = number;
        tally.observe(&packet);
    }
    tally
}

fn merged<T: Tally>(mut earlier: T, later: T, packets: usize) -> T {
    earlier.merge(later, Shift::of_packets(packets as u64));
    earlier
}

fn is_monoid<T: Tally + Clone + PartialEq + Debug>(
    empty: impl Fn() -> T,
    records: &[Located],
    cuts: (usize, usize),
) -> Result<(), TestCaseError> {
    let (first, rest) = records.split_at(cuts.0);
    let (second, third) = rest.split_at(cuts.1);
    let [a, b, c] = [first, second, third].map(|part| observed(empty(), part));
    let whole = observed(empty(), records);
    let left = merged(merged(a.clone(), b.clone(), cuts.0), c.clone(), cuts.0 + cuts.1);
    prop_assert!(left == whole, "cut at {cuts:?}: {left:#?} is not {whole:#?}");
    let right = merged(a, merged(b, c, cuts.1), cuts.0);
    prop_assert!(
        right == whole,
        "cut at {cuts:?}, the later ones first: {right:#?} is not {whole:#?}"
    );
    let after_nothing = merged(empty(), whole.clone(), 0);
    prop_assert!(after_nothing == whole, "after nothing: {after_nothing:#?} is not {whole:#?}");
    let before_nothing = merged(whole.clone(), empty(), records.len());
    prop_assert!(before_nothing == whole, "before nothing: {before_nothing:#?} is not {whole:#?}");
    Ok(())
}

/// Checks the laws for each kind of tally and keeps the first violation.
struct Laws<'a> {
    records: &'a [Located],
    cuts: (usize, usize),
    result: Result<(), TestCaseError>,
}

impl EachTally for Laws<'_> {
    fn each<T: Tally + Clone + PartialEq + Debug>(&mut self, empty: impl Fn() -> T) {
        if self.result.is_ok() {
            self.result = is_monoid(empty, self.records, self.cuts);
        }
    }
}

proptest! {
    #[test]
    fn every_tally_is_a_monoid(
        records in vec(loose(), 0..40),
        first in any::<Index>(),
        second in any::<Index>(),
        interval in select(vec![1, 1_000, 1_000_000_000, 3_600_000_000_000, u64::MAX]),
    ) {
        let records = located(records);
        let first = first.index(records.len() + 1);
        let cuts = (first, second.index(records.len() - first + 1));
        let everything = TABLES.iter().fold(Needs::NOTHING, |needs, table| needs.union(table.needs));
        let mut laws = Laws { records: &records, cuts, result: Ok(()) };
        Tallies::each(interval, &mut laws);
        laws.result?;
        is_monoid(|| Tallies::new(everything, interval), &records, cuts)?;
        is_monoid(|| Tallies::new(Needs::NOTHING, interval), &records, cuts)?;
    }
}

fn order() -> impl Strategy<Value = Order> {
    select(vec![Order::Little, Order::Big])
}

fn cut() -> impl Strategy<Value = Cut> {
    let range_bytes = prop_oneof![2 => 1..200u64, 2 => 200..4000u64, 1 => Just(1 << 30)];
    (1..=8usize, range_bytes).prop_map(|(jobs, range_bytes)| Cut { jobs, range_bytes })
}

/// Random frames, some of them much longer than the others.
fn data() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![8 => frame(), 1 => vec(any::<u8>(), 1000..3000), 1 => (1..200usize).prop_map(|length| vec![0; length])]
}

pub fn pcap_file() -> impl Strategy<Value = Vec<u8>> {
    let record = (data(), 0..40u32, 0..2_000_000u32, 0..100u32);
    let link_type = select(vec![1u16, 1, 1, 101, 113, 147]);
    let file = prop_oneof![
        (order(), select(vec![MICROSECONDS, NANOSECONDS, MODIFIED]), link_type)
            .prop_map(|(order, magic, link_type)| Pcap::new(order, magic, link_type)),
        (order(), select(VARIANTS.to_vec())).prop_map(|(order, variant)| Pcap::of(order, variant)),
    ];
    (file, vec(record, 0..60)).prop_map(|(mut file, records)| {
        for (data, second, fraction, snapped) in records {
            file.record((1_700_000_000 + second, fraction), &data, data.len() as u32 + snapped);
        }
        file.bytes
    })
}

pub fn snoop_file() -> impl Strategy<Value = Vec<u8>> {
    let record = (data(), 0..40u32, 0..2_000_000u32, 0..100u32);
    vec(record, 0..60).prop_map(|records| {
        let mut file = Snoop::ethernet();
        for (data, second, fraction, snapped) in records {
            file.record((1_700_000_000 + second, fraction), &data, data.len() as u32 + snapped);
        }
        file.bytes
    })
}

/// An item of a pcapng file.
#[derive(Clone, Debug)]
enum Block {
    Section(Order),
    Interface(u16, u32, Option<u8>),
    Packet(Index, u64, Vec<u8>),
    Simple(Vec<u8>),
    /// A packet with comments.
    Commented(Index, Vec<u8>, String),
    Obsolete(Index, u64, Vec<u8>),
    Other(Vec<u8>),
    /// A packet of an undescribed interface, which is damage.
    Orphan,
}

fn block() -> impl Strategy<Value = Block> {
    let units = || 1_700_000_000_000_000..1_700_000_030_000_000u64;
    let tsresol = prop::option::of(select(vec![3u8, 6, 9, 0x8A]));
    let link_type = select(vec![1u16, 1, 1, 101, 113]);
    prop_oneof![
        20 => (any::<Index>(), units(), data()).prop_map(|(at, units, data)| Block::Packet(at, units, data)),
        3 => (any::<Index>(), units(), data()).prop_map(|(at, units, data)| Block::Obsolete(at, units, data)),
        3 => data().prop_map(Block::Simple),
        2 => (any::<Index>(), data(), "[a-c]{0,9}").prop_map(|(at, data, text)| Block::Commented(at, data, text)),
        3 => (link_type, select(vec![0u32, 96, 65_535]), tsresol).prop_map(|(link, snap, ts)| Block::Interface(link, snap, ts)),
        2 => vec(any::<u8>(), 0..80).prop_map(Block::Other),
        1 => order().prop_map(Block::Section),
        1 => select(vec![false, false, false, true]).prop_map(|orphan| if orphan { Block::Orphan } else { Block::Other(vec![]) }),
    ]
}

pub fn pcapng_file() -> impl Strategy<Value = Vec<u8>> {
    (order(), vec(block(), 0..80)).prop_map(|(order, blocks)| {
        let mut file = Pcapng::new(order);
        let mut interfaces = 0;
        for block in blocks {
            if interfaces == 0
                && matches!(
                    block,
                    Block::Packet(..)
                        | Block::Simple(_)
                        | Block::Obsolete(..)
                        | Block::Commented(..)
                )
            {
                file.interface(1, 0, None);
                interfaces = 1;
            }
            match block {
                Block::Section(order) => {
                    file.section(order);
                    interfaces = 0;
                }
                Block::Commented(at, data, comment) => {
                    let (at, text) = (at.index(interfaces) as u32, comment.as_bytes());
                    file.packet_with(at, 0, &data, &[(1, text), (1, b"again")]);
                }
                Block::Interface(link_type, snaplen, tsresol) => {
                    file.interface(link_type, snaplen, tsresol);
                    interfaces += 1;
                }
                Block::Packet(at, units, data) => {
                    file.packet(at.index(interfaces) as u32, units, &data, data.len() as u32 + 3);
                }
                Block::Obsolete(at, units, data) => {
                    file.obsolete(at.index(interfaces) as u16, units, &data, data.len() as u32);
                }
                Block::Simple(data) => {
                    file.simple(&data);
                }
                Block::Other(body) => {
                    file.block(NAME_RESOLUTION, &body);
                }
                Block::Orphan => {
                    file.packet(interfaces as u32, 0, &[], 0);
                }
            }
        }
        file.bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_pcap_file_reads_the_same_however_it_is_cut(bytes in pcap_file(), cuts in vec(cut(), 3)) {
        assert_same_in_every_cut("pcap", &mut open(&bytes).expect("a capture"), &cuts);
    }

    #[test]
    fn a_snoop_file_reads_the_same_however_it_is_cut(bytes in snoop_file(), cuts in vec(cut(), 3)) {
        assert_same_in_every_cut("snoop", &mut open(&bytes).expect("a capture"), &cuts);
    }

    #[test]
    fn a_pcapng_file_reads_the_same_however_it_is_cut(bytes in pcapng_file(), cuts in vec(cut(), 3)) {
        assert_same_in_every_cut("pcapng", &mut open(&bytes).expect("a capture"), &cuts);
    }
}
