//! Protocols that the user assigns to values of a field that chooses the next layer: `-d
//! udp.port==8472,vxlan`, and applications that the user assigns to ports: `-d tcp.port==8080,http`.
//!
//! Words and values are those of tshark's `-d`: a layer, one value or a range of them (`8472-8480`,
//! or `8472:9` for nine of them), and the name of a protocol that pcapstat dissects there, or of an
//! application. Refused: layers and protocols that tshark refuses, or that pcapstat does not look
//! into. Applications only have names here; [`crate::fold::application`] decides which payloads are
//! theirs.

mod fields;

use super::application::Application;
use super::protocol::Protocol;
use crate::suggest::hint;
pub use fields::Field;
use fields::{FIELDS, FieldInfo};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// One assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeAs {
    field: Field,
    values: RangeInclusive<u16>,
    to: To,
}

/// Owner of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// A layer that is dissected.
    Layer(Protocol),
    /// An application, which is named.
    Application(Application),
}

impl DecodeAs {
    /// The owner that is assigned to a value; of several the last counts.
    pub fn find(rows: &[DecodeAs], field: Field, value: u16) -> Option<To> {
        let matches = |row: &&DecodeAs| row.field == field && row.values.contains(&value);
        rows.iter().rev().find(matches).map(|row| row.to)
    }

    /// The field and the application that is assigned to it. None if it is a layer.
    pub fn application(&self) -> Option<(Field, Application)> {
        match self.to {
            To::Application(application) => Some((self.field, application)),
            To::Layer(_) => None,
        }
    }
}

impl FromStr for DecodeAs {
    type Err = String;

    fn from_str(text: &str) -> Result<DecodeAs, String> {
        let parts = text.split_once("==").and_then(|(name, rest)| {
            rest.split_once(',').map(|(values, protocol)| (name.trim(), values.trim(), protocol))
        });
        let (name, values, protocol) = parts.ok_or_else(|| {
            format!("{text:?} is not LAYER==VALUE,PROTOCOL (udp.port==8472,vxlan)")
        })?;
        let info = FIELDS.iter().find(|info| info.name == name).ok_or_else(|| {
            let names: Vec<_> = FIELDS.iter().map(|info| info.name).collect();
            let near = hint(name, names.iter().copied());
            format!("no layer is named {name:?}{near}; there are {}", names.join(", "))
        })?;
        Ok(DecodeAs {
            field: info.field,
            values: range(values, info)?,
            to: named(protocol.trim(), info)?,
        })
    }
}

/// The values that a number, `FIRST-LAST` or `FIRST:NUMBER` stands for.
fn range(text: &str, info: &FieldInfo) -> Result<RangeInclusive<u16>, String> {
    let wrong = || {
        format!(
            "{text:?} is no value of {}: 0 to {}, or a range 8472-8480",
            info.name, info.greatest
        )
    };
    let range = if let Some((first, last)) = text.split_once('-') {
        number(first).zip(number(last))
    } else if let Some((first, count)) = text.split_once(':') {
        let (first, count) = number(first).zip(number(count)).ok_or_else(wrong)?;
        count.checked_sub(1).and_then(|more| Some((first, first.checked_add(more)?)))
    } else {
        number(text).map(|value| (value, value))
    };
    let (first, last) =
        range.filter(|(first, last)| first <= last && *last <= info.greatest).ok_or_else(wrong)?;
    Ok(first..=last)
}

/// A decimal number, or a hexadecimal one after `0x`.
fn number(text: &str) -> Option<u16> {
    match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => u16::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn named(name: &str, info: &FieldInfo) -> Result<To, String> {
    let is_port = matches!(info.field, Field::UdpPort | Field::TcpPort);
    if info.protocols.contains(&name) {
        let known = Protocol::known().find(|(known, _)| *known == name);
        if let Some((_, protocol)) = known {
            return Ok(To::Layer(protocol));
        }
    }
    if let Some(application) = Application::find(name).filter(|_| is_port) {
        return Ok(To::Application(application));
    }
    let applications = Application::names().filter(|_| is_port);
    let near = hint(name, info.protocols.iter().copied().chain(applications));
    let (names, more) = (info.protocols.join(", "), if is_port { MORE } else { "" });
    Err(format!("no protocol of {} is named {name:?}{near}; there are {names}{more}", info.name))
}

/// Owners of ports beside tunnels, for messages.
const MORE: &str = ", and applications such as http, dns, tls, sip";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_protocol_is_known() {
        for info in FIELDS {
            for name in info.protocols {
                let row = format!("{}==1,{name}", info.name).parse::<DecodeAs>();
                let to = row.map(|row| row.to);
                assert!(matches!(to, Ok(To::Layer(layer)) if layer.to_string() == *name), "{name}");
            }
        }
    }

    #[test]
    fn the_last_assignment_of_a_value_counts() {
        let rows: Vec<DecodeAs> =
            ["udp.port==10-12,vxlan", "udp.port==0xc:2,gtp", "ip.proto==253,gre"]
                .iter()
                .map(|text| text.parse().unwrap())
                .collect();
        let find = |value| DecodeAs::find(&rows, Field::UdpPort, value);
        let layer = |protocol| Some(To::Layer(protocol));
        assert_eq!([9, 10, 11].map(find), [None, layer(Protocol::VXLAN), layer(Protocol::VXLAN)]);
        assert_eq!([12, 13, 14].map(find), [layer(Protocol::GTP), layer(Protocol::GTP), None]);
        assert_eq!(DecodeAs::find(&rows, Field::IpProtocol, 253), layer(Protocol::GRE));
        assert_eq!(DecodeAs::find(&rows, Field::TcpPort, 10), None);
    }

    #[test]
    fn applications_are_those_of_ports() {
        let row = "tcp.port==8080,http".parse::<DecodeAs>().unwrap();
        assert_eq!(row.application(), Some((Field::TcpPort, Application::named("http"))));
        let error = |text: &str| text.parse::<DecodeAs>().unwrap_err();
        assert!(error("tcp.port==1,htpp").contains("did you mean http?"));
        assert!(error("ip.proto==1,http").contains("no protocol of ip.proto"));
    }

    #[test]
    fn wrong_words_suggest_the_nearest() {
        let error = |text: &str| text.parse::<DecodeAs>().unwrap_err();
        assert!(error("udp.prt==1,vxlan").contains("did you mean udp.port?"));
        assert!(error("udp.port==1,vxlann").contains("did you mean vxlan?"));
        assert!(error("ethertype==1,vxlan").contains("no protocol of ethertype"));
        for values in ["", "a", "10-5", "10-", "10:0", "65536", "65535:2", "-1"] {
            let message = error(&format!("udp.port=={values},vxlan"));
            assert!(message.contains("is no value of udp.port"), "{message}");
        }
        assert!(error("ip.proto==256,gre").contains("0 to 255"));
        for text in ["udp.port==1", "udp.port,vxlan", "udp.port=1,vxlan", ""] {
            assert!(error(text).contains("LAYER==VALUE,PROTOCOL"), "{text}");
        }
    }
}
