//! Text of each kind of cell.

use super::*;

fn text(cell: Cell<'_>) -> String {
    let mut out = Vec::new();
    cell.write(&mut out);
    String::from_utf8(out).unwrap()
}

fn at(seconds: i64, nanoseconds: u32) -> String {
    let cell = Cell::time(Some(Timestamp { seconds, nanoseconds }));
    assert_eq!(cell.is_empty(), text(cell.clone()).is_empty());
    text(cell)
}

#[test]
fn times_are_rfc_3339_within_its_years() {
    assert_eq!(at(1_700_000_000, 1_000), "2023-11-14T22:13:20.000001000Z");
    assert_eq!(at(0, 0), "1970-01-01T00:00:00.000000000Z");
    assert_eq!(at(-1, 999_999_999), "1969-12-31T23:59:59.999999999Z");
    assert_eq!(at(951_782_400, 0), "2000-02-29T00:00:00.000000000Z");
    assert_eq!(at(4_107_542_399, 0), "2100-02-28T23:59:59.000000000Z");
    assert_eq!(at(4_107_542_400, 0), "2100-03-01T00:00:00.000000000Z");
    assert_eq!(at(253_402_300_799, 0), "9999-12-31T23:59:59.000000000Z");
    assert_eq!(at(253_402_300_800, 5), "");
    assert_eq!(at(-62_167_219_200, 0), "0000-01-01T00:00:00.000000000Z");
    assert_eq!(at(-62_167_219_201, 0), "");
}

#[test]
fn decimals_have_nine_digits() {
    assert_eq!(text(Cell::Billionths(1_500_000_000)), "1.500000000");
    assert_eq!(text(Cell::Billionths(-1)), "-0.000000001");
    assert_eq!(text(Cell::quotient(2, 3)), "0.666666667");
    assert_eq!(text(Cell::quotient(2, 0)), "");
    assert_eq!(text(Cell::quotient(u128::MAX, 3)), "");
}

#[test]
fn ipv6_addresses_are_written_as_by_inet_ntop() {
    for (address, shown) in [
        ("::", "::"),
        ("::1", "::1"),
        ("1::", "1::"),
        ("1::1", "1::1"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
        ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
        ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
        ("::1.2.3.4", "::1.2.3.4"),
        ("::2:0:0:1", "::2:0:0:1"),
        ("fe80::406:55a8:6453:25dd", "fe80::406:55a8:6453:25dd"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("0:0:1:1:1:1:0:0", "::1:1:1:1:0:0"),
        ("1:1:1:1:1:1:0:0", "1:1:1:1:1:1::"),
    ] {
        assert_eq!(text(Cell::Ipv6(address.parse().unwrap())), shown);
    }
}

#[test]
fn addresses_flags_and_link_types_are_written_as_wireshark_does() {
    assert_eq!(text(Cell::Mac([0, 1, 0xAB, 0xFF, 16, 9])), "00:01:ab:ff:10:09");
    assert_eq!(text(Cell::Ipv4(Ipv4Addr::new(0, 10, 200, 255))), "0.10.200.255");
    assert_eq!(text(Cell::TcpFlags(0x112)), "SAN");
    assert_eq!(
        text(Cell::LinkTypes(vec![LinkType(12), LinkType(147), LinkType(101)])),
        "rawip+user0"
    );
}
