//! The values of an expression: addresses, networks, ports and numbers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses that share their first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Net {
    /// IPv4: the bits and the mask.
    V4(u32, u32),
    /// IPv6: the bits and the mask.
    V6(u128, u128),
}

impl Net {
    /// One address.
    pub fn host(text: &str) -> Result<Net, String> {
        match text.parse() {
            Ok(IpAddr::V4(address)) => Ok(Net::V4(address.to_bits(), u32::MAX)),
            Ok(IpAddr::V6(address)) => Ok(Net::V6(address.to_bits(), u128::MAX)),
            Err(_) if text.contains('/') => {
                Err(format!("{text} is no single address; write net {text}"))
            }
            Err(_) => {
                Err(format!("{text} is not an IPv4 or IPv6 address; names are not looked up"))
            }
        }
    }

    /// A network: `10`, `192.168`, `10.0.0.0/8`, `fe80::/10`.
    pub fn network(text: &str) -> Result<Net, String> {
        let wrong = || format!("{text} is no network such as 10.0.0.0/8, 192.168 or fe80::/10");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        if let Ok(address) = address.parse::<Ipv6Addr>() {
            let bits = bits.unwrap_or(128);
            let host_bits = 128u32.checked_sub(bits).ok_or_else(wrong)?;
            let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
            return Net::v6(address.to_bits(), mask);
        }
        let (address, known_bits) = partial(address).ok_or_else(wrong)?;
        let bits = bits.unwrap_or(known_bits);
        let host_bits = 32u32.checked_sub(bits).ok_or_else(wrong)?;
        Net::v4(address, u32::MAX.checked_shl(host_bits).unwrap_or(0))
    }

    /// An IPv4 network and its mask, both as addresses.
    pub fn with_mask(text: &str, mask: &str) -> Result<Net, String> {
        let wrong = |text| format!("{text} is no IPv4 address");
        let address = partial(text).ok_or_else(|| wrong(text))?.0;
        Net::v4(address, partial(mask).ok_or_else(|| wrong(mask))?.0)
    }

    fn v4(address: u32, mask: u32) -> Result<Net, String> {
        if address & !mask == 0 {
            return Ok(Net::V4(address, mask));
        }
        let (address, network) = (Ipv4Addr::from(address), Ipv4Addr::from(address & mask));
        Err(format!("{address} has bits outside its mask; the network is {network}"))
    }

    fn v6(address: u128, mask: u128) -> Result<Net, String> {
        if address & !mask == 0 {
            return Ok(Net::V6(address, mask));
        }
        let (address, network) = (Ipv6Addr::from(address), Ipv6Addr::from(address & mask));
        Err(format!("{address} has bits outside its prefix; the network is {network}"))
    }

    /// True if the IPv4 address lies in the network.
    pub fn contains_v4(&self, address: &[u8; 4]) -> bool {
        matches!(self, Net::V4(net, mask) if u32::from_be_bytes(*address) & mask == *net)
    }

    /// True if the IPv6 address lies in the network.
    pub fn contains_v6(&self, address: &[u8; 16]) -> bool {
        matches!(self, Net::V6(net, mask) if u128::from_be_bytes(*address) & mask == *net)
    }
}

/// An IPv4 address of one to four numbers, the missing ones 0, and the number of bits given.
fn partial(text: &str) -> Option<(u32, u32)> {
    let mut octets = [0; 4];
    let mut count = 0;
    for part in text.split('.') {
        *octets.get_mut(count)? = part.parse().ok()?;
        count += 1;
    }
    Some((u32::from_be_bytes(octets), count as u32 * 8))
}

/// A MAC address: `00:11:22:aa:bb:cc`, with `-` or `.`, `0011.22aa.bbcc` or `001122aabbcc`.
pub fn mac(text: &str) -> Option<[u8; 6]> {
    let parts: Vec<&str> = text.split([':', '-', '.']).collect();
    let digits = match parts.len() {
        1 | 3 => 12 / parts.len(),
        6 => 2,
        _ => return None,
    };
    let mut hexadecimal = String::with_capacity(12);
    for part in parts {
        // tcpdump takes `0:1:2:3:4:5`, too; shorter parts of the other forms are mistakes.
        let short = digits == 2 && part.len() == 1;
        if !short && part.len() != digits {
            return None;
        }
        hexadecimal += if short { "0" } else { "" };
        hexadecimal += part;
    }
    let number = u64::from_str_radix(&hexadecimal, 16).ok()?;
    let [_, _, mac @ ..] = number.to_be_bytes();
    hexadecimal.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(mac)
}

/// A number in decimal or, after `0x`, hexadecimal.
pub fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) if digits.starts_with('+') => None,
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None if text.starts_with('+') => None,
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_as_tcpdump_writes_them() {
        assert_eq!(Net::network("10"), Ok(Net::V4(10 << 24, 0xFF00_0000)));
        assert_eq!(Net::network("192.168"), Ok(Net::V4(0xC0A8_0000, 0xFFFF_0000)));
        assert_eq!(Net::network("10.1.2.3"), Ok(Net::V4(0x0A01_0203, u32::MAX)));
        assert_eq!(Net::network("0.0.0.0/0"), Ok(Net::V4(0, 0)));
        assert_eq!(Net::network("::/0"), Ok(Net::V6(0, 0)));
        assert_eq!(Net::network("fe80::/10"), Ok(Net::V6(0xFE80 << 112, 0x3FF << 118)));
        assert_eq!(Net::with_mask("10", "255.0.0.0"), Net::network("10"));
        for wrong in ["10.0.0.1/8", "10/33", "fe80::1/64", "::/129", "10..1", "1.2.3.4.5", "300"] {
            assert!(Net::network(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn mac_addresses_in_every_form() {
        let expected = Some([0, 0x11, 0x22, 0xAA, 0xBB, 0xCC]);
        for form in ["00:11:22:aa:bb:cc", "0:11:22:AA:bb:cc", "00-11-22-aa-bb-cc"] {
            assert_eq!(mac(form), expected, "{form}");
        }
        assert_eq!(mac("0011.22aa.bbcc"), expected);
        assert_eq!(mac("001122aabbcc"), expected);
        for wrong in
            ["", "00:11:22:aa:bb", "00:11:22:aa:bb:cg", "+01122aabbcc", "1:2:3", "é:1:2:3:4:5"]
        {
            assert_eq!(mac(wrong), None, "{wrong}");
        }
    }
}
