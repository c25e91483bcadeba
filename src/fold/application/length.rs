//! Lengths of protocol data units (PDU) over TCP.
//!
//! Wireshark remembers where a PDU ends that is longer than what is left of its segment, if the
//! protocol says how long its PDUs are; what follows up to there belongs to no protocol.

use super::names::*;
use crate::dissect::application::Application;

/// Length of the PDU that begins with these bytes. None if they do not tell, `Some(0)` if they are
/// no PDU.
fn of(application: Application, bytes: &[u8]) -> Option<u64> {
    let u8_at = |at: usize| bytes.get(at).map(|byte| u64::from(*byte));
    let u16_at = |at: usize| Some(u64::from(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?)));
    let u24_at = |at: usize| Some(u8_at(at)? << 16 | u16_at(at + 1)?);
    let u32_at = |at: usize| Some(u64::from(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?)));
    let le16_at = |at: usize| Some(u64::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?)));
    let le32_at = |at: usize| Some(u64::from(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?)));
    Some(match application {
        DNS | OPENVPN => u16_at(0)? + 2,
        NBSS => return nbss(bytes),
        MBTCP => u16_at(4)? + 6,
        TDS | SYNPHASOR | OPENFLOW | PCEP => u16_at(2)?,
        TPKT if u8_at(0)? == 3 => u16_at(2)?,
        TPKT => 0,
        BGP => u16_at(16)?,
        KERBEROS | IPDC | RPC => (u32_at(0)? & 0x7FFF_FFFF) + 4,
        // Encrypted messages come after four bytes of length.
        LDAP if bytes.starts_with(&[0, 0]) => u32_at(0)? + 4,
        LDAP => return ber(bytes),
        MYSQL => (le32_at(0)? & 0xFF_FFFF) + 4,
        PGSQL => match u8_at(0)? {
            0 => u32_at(0)?,
            _ => u32_at(1)? + 1,
        },
        DCERPC if u8_at(4)? & 0x10 == 0 => u16_at(8)?,
        DCERPC => le16_at(8)?,
        ENIP => le16_at(2)? + 24,
        OPCUA => le32_at(4)?,
        SMPP => u32_at(0)?,
        GIOP if u8_at(6)? & 1 == 0 => u32_at(8)? + 12,
        GIOP => le32_at(8)? + 12,
        GIT => return git(bytes),
        BITTORRENT => return bittorrent(bytes),
        AJP13 => u16_at(2)? + 4,
        BITCOIN => le32_at(16)? + 24,
        IDMP => u32_at(2)? + 6,
        DIAMETER => u24_at(1)?,
        DICOM => u32_at(2)? + 6,
        DSI => u32_at(8)? + 16,
        AMS => le32_at(2)? + 6,
        GRYPHON => (u16_at(4)? + 8).next_multiple_of(4),
        SKINNY => le32_at(0)? + 8,
        CQL => u32_at(5)? + 9,
        FMTP => u16_at(2)?,
        YMSG => u16_at(8)? + 20,
        ICEP => le32_at(10)?,
        PVFS => le32_at(16)? + 24,
        OCP1 => u32_at(3)? + 1,
        THRIFT if u8_at(0)? < 0x80 => u32_at(0)? + 4,
        // A request to write has its data after it.
        NBD if bytes.starts_with(&[0x25, 0x60, 0x95, 0x13, 0, 0, 0, 1]) => u32_at(24)? + 28,
        ZIOP if u8_at(6)? & 1 == 0 => u32_at(8)? + 12,
        ZIOP => le32_at(8)? + 12,
        SMC => u16_at(5)?,
        TALI => le16_at(8)? + 10,
        XMCP => u16_at(2)? + 20,
        _ => return None,
    })
}

/// NetBIOS session service (RFC 1002 section 4.3).
fn nbss(bytes: &[u8]) -> Option<u64> {
    let &[kind, flags, high, low] = bytes.first_chunk()?;
    let length = u64::from(u32::from_be_bytes([0, flags, high, low]));
    match kind {
        0 | 0x81..=0x85 => Some(length + 4),
        _ => Some(0),
    }
}

/// A line of git's protocol: four hexadecimal digits of length, or `0000` alone.
fn git(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.first_chunk::<4>()?;
    let text = std::str::from_utf8(digits).ok().filter(|_| digits[0] != b'+');
    let length = text.and_then(|text| u64::from_str_radix(text, 16).ok());
    Some(length.map_or(0, |length| length.max(4)))
}

/// A handshake, or a message of BitTorrent's peers (BEP 3).
fn bittorrent(bytes: &[u8]) -> Option<u64> {
    if bytes.starts_with(b"\x13BitTorrent protocol") {
        return Some(68);
    }
    let length = u64::from(u32::from_be_bytes(*bytes.first_chunk()?));
    const LONGEST: u64 = 0x20_000;
    let known = matches!(bytes.get(4), Some(0..=9 | 13..=17 | 20) | None);
    Some(if length == 0 || known && length <= LONGEST { length + 4 } else { 0 })
}

/// A BER sequence with a definite length (X.690).
fn ber(bytes: &[u8]) -> Option<u64> {
    if *bytes.first()? != 0x30 {
        return Some(0);
    }
    let first = *bytes.get(1)?;
    if first < 0x80 {
        return Some(u64::from(first) + 2);
    }
    let count = usize::from(first & 0x7F);
    let digits = bytes.get(2..2 + count)?;
    if !(1..=4).contains(&count) {
        return Some(0);
    }
    let length = digits.iter().fold(0, |length, digit| length << 8 | u64::from(*digit));
    Some(length + 2 + count as u64)
}

/// True if the protocol says how long its PDUs are.
pub fn is_told(application: Application) -> bool {
    of(application, &[0; 64]).is_some()
}

/// Bytes of the last PDU that are missing after a payload of `length` bytes, of which `payload` was
/// captured. 0 if the last one ends with it.
pub fn missing(application: Application, payload: &[u8], length: u32) -> u32 {
    let length = u64::from(length);
    let mut at = 0;
    while at < length {
        let rest = usize::try_from(at).ok().and_then(|at| payload.get(at..)).unwrap_or_default();
        let Some(pdu) = of(application, rest) else { return 0 };
        if pdu < 2 {
            return 0;
        }
        at += pdu;
    }
    u32::try_from(at - length).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pdus_are_chained_to_the_one_that_is_cut() {
        assert_eq!(missing(DNS, &[0, 1, 7, 0, 4, 1], 6), 3);
        assert_eq!(missing(DNS, &[0, 1, 7], 3), 0);
        assert_eq!(missing(DNS, &[0], 1), 0);
        assert_eq!(missing(NBSS, &[0, 0, 1, 0, 9], 5), 255);
        assert_eq!(missing(NBSS, &[7, 0, 1, 0, 9], 5), 0);
        assert_eq!(missing(LDAP, &[0x30, 0x82, 1, 0, 2], 5), 255);
        assert_eq!(missing(LDAP, &[0x30, 0x05], 2), 5);
        assert_eq!(missing(LDAP, &[0, 0, 1, 0, 9], 5), 255);
        assert_eq!(missing(GIT, b"0000000ahello", 13), 1);
        assert_eq!(missing(BITTORRENT, &[0, 0, 0, 0, 0, 0, 0, 9, 4, 7], 10), 7);
        assert_eq!(missing(BITTORRENT, b"\x13BitTorrent protocol", 20), 48);
        assert_eq!(missing(TPKT, &[3, 0, 0, 9, 7], 5), 4);
        assert_eq!(missing(TPKT, &[4, 0, 0, 9, 7], 5), 0);
        assert_eq!(missing(FMTP, &[2, 0, 0, 9, 2, 7], 6), 3);
        assert_eq!(missing(TALI, b"TALImtp3\x04\0a", 11), 3);
        assert_eq!(missing(THRIFT, &[0, 0, 0, 8, 0x80, 1], 6), 6);
        assert_eq!(missing(THRIFT, &[0x82, 0x21, 0, 8, 0x80, 1], 6), 0);
        assert_eq!(missing(HTTP, b"GET / HTTP/1.1\r\n", 16), 0);
    }

    #[test]
    fn hostile_lengths_end_the_chain() {
        for application in [
            GIT, BITTORRENT, GIOP, SMPP, TPKT, DNS, NBSS, LDAP, MYSQL, PGSQL, OPCUA, SKINNY,
            GRYPHON, ENIP, FMTP, YMSG, ICEP, PVFS, OCP1, THRIFT, NBD, ZIOP, SMC, TALI, XMCP,
        ] {
            for byte in [0, 1, 0x30, 0x7F, 0x80, 0xFF] {
                for length in [0, 1, 5, 40, u32::MAX] {
                    missing(application, &[byte; 40], length);
                }
            }
        }
    }
}
