//! Lengths of protocol data units (PDU) over TCP.
//!
//! Wireshark remembers where a PDU ends that is longer than what is left of its segment, if the
//! protocol says how long its PDUs are; what follows up to there belongs to no protocol.

mod fields;

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
        NBSS => return nbss(bytes),
        TPKT if u8_at(0)? == 3 => u16_at(2)?,
        TPKT => 0,
        KERBEROS | RPC | NDMP => (u32_at(0)? & 0x7FFF_FFFF) + 4,
        // Encrypted messages come after four bytes of length.
        LDAP if bytes.starts_with(&[0, 0]) => u32_at(0)? + 4,
        LDAP => return ber(bytes),
        PGSQL => match u8_at(0)? {
            0 => u32_at(0)?,
            _ => u32_at(1)? + 1,
        },
        DCERPC if u8_at(4)? & 0x10 == 0 => u16_at(8)?,
        DCERPC => le16_at(8)?,
        GIOP | ZIOP if u8_at(6)? & 1 == 0 => u32_at(8)? + 12,
        GIOP | ZIOP => le32_at(8)? + 12,
        GIT => return git(bytes),
        BITTORRENT => return bittorrent(bytes),
        GRYPHON => (u16_at(4)? + 8).next_multiple_of(4),
        THRIFT if u8_at(0)? < 0x80 => u32_at(0)? + 4,
        // A request to write has its data after it.
        NBD if bytes.starts_with(&[0x25, 0x60, 0x95, 0x13, 0, 0, 0, 1]) => u32_at(24)? + 28,
        AGENTX if u8_at(2)? & 0x10 != 0 => u32_at(16)? + 20,
        AGENTX => le32_at(16)? + 20,
        // The header of a connection; frames of version 1.0; those of 0-9.
        AMQP => match u8_at(0)? {
            0x41 => 8,
            0 => u32_at(0)?,
            _ => u32_at(3)? + 8,
        },
        IEC60870_104 if u8_at(0)? == 0x68 => u8_at(1)? + 2,
        IEC60870_104 => 0,
        MQTT => return mqtt(bytes),
        // Additional headers count words, and data fill them.
        ISCSI => 48 + u8_at(4)? * 4 + u24_at(5)?.next_multiple_of(4),
        // In a frame (RFC 4571), data of a channel, a message.
        STUN if bytes.get(6..10) == Some(&[0x21, 0x12, 0xA4, 0x42]) => u16_at(0)? + 2,
        STUN if u8_at(0)? >= 0x40 => (u16_at(2)? + 4).next_multiple_of(4),
        STUN => u16_at(2)? + 20,
        SRVLOC if u8_at(0)? >= 2 => u24_at(2)?,
        SRVLOC => u16_at(2)?,
        _ => return fields::length(application, bytes),
    })
}

/// A control packet (MQTT 3.1.1 section 2.2): seven bits of length in each byte.
fn mqtt(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.get(1..)?;
    let last = digits.iter().take(4).position(|digit| *digit < 0x80)?;
    let digits = digits.get(..=last)?.iter().rev();
    let length = digits.fold(0, |length, digit| length << 7 | u64::from(digit & 0x7F));
    Some(length + last as u64 + 2)
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
    fields::have(application) || of(application, &[0; 64]).is_some()
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
        assert_eq!(missing(AMQP, &[1, 0, 1, 0, 0, 0, 9, 7], 8), 9);
        assert_eq!(missing(AMQP, b"AMQP\x03\x01\0\0\0\0\0\x20\x02", 13), 27);
        assert_eq!(missing(MQTT, &[0x30, 0x80, 1, 0, 5], 5), 126);
        assert_eq!(missing(MQTT, &[0x30, 0x80, 0x80, 0x80, 0x80, 1], 6), 0);
        assert_eq!(missing(IEC60870_104, &[0x68, 4, 1], 3), 3);
        assert_eq!(missing(IEC60870_104, &[0x67, 4, 1], 3), 0);
        assert_eq!(missing(SRVLOC, &[2, 1, 0, 0, 20, 0], 6), 14);
        assert_eq!(
            missing(ISCSI, &[[1, 0, 0, 0, 1, 0, 0, 5].as_slice(), &[0; 42]].concat(), 50),
            10
        );
        assert_eq!(missing(STUN, &[0x40, 0, 0, 5, 1], 5), 7);
        assert_eq!(missing(STUN, &[0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42], 8), 12);
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
