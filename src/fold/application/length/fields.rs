//! Protocols whose PDUs have their length at one place: where it stands, and how many bytes it leaves
//! out. Found by tshark's answers to what follows a first segment with a number at each place.

use crate::dissect::application::Application;

/// A number of a header.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Two bytes, the greatest first.
    Be2,
    Be3,
    Be4,
    /// Two bytes, the least first.
    Le2,
    Le3,
    Le4,
}

/// Place and kind of the length, and bytes of the PDU that it does not count.
#[derive(Clone, Copy, Debug)]
struct Field(u8, Kind, u8);

/// The length of each application, by its number.
static FIELDS: [Option<Field>; Application::COUNT] = {
    let mut all = [None; Application::COUNT];
    let mut at = 0;
    while at < LIST.len() {
        let (name, place, kind, more) = LIST[at];
        all[Application::named(name).number()] = Some(Field(place, kind, more));
        at += 1;
    }
    all
};

#[rustfmt::skip]
const LIST: &[(&str, u8, Kind, u8)] = {
    use Kind::*;
    &[
        ("9p", 0, Le4, 0), ("ajp13", 2, Be2, 4), ("ams", 2, Le4, 6), ("ancp", 2, Be2, 4), ("artemis", 0, Be4, 4),
        ("bitcoin", 16, Le4, 24), ("cast", 0, Le4, 8), ("cmp", 0, Be4, 4), ("cops", 4, Be4, 0),
        ("cql", 5, Be4, 9), ("dhcpfo", 0, Be2, 0), ("dhcpv6.bulk_leasequery", 0, Be2, 2), ("diameter", 1, Be3, 0),
        ("dicom", 2, Be4, 6), ("dlep", 2, Be2, 4), ("dlm3", 12, Le2, 0), ("dns", 0, Be2, 2), ("dpp", 0, Be4, 4),
        ("dsi", 8, Be4, 16), ("enip", 2, Le2, 24), ("eti", 0, Le4, 0), ("ff", 8, Be4, 0), ("fmtp", 2, Be2, 0),
        ("gadu-gadu", 4, Le4, 8), ("hart_ip", 6, Be2, 0), ("hiqnet", 2, Be4, 0), ("hislip", 12, Be4, 16),
        ("icep", 10, Le4, 0), ("idmp", 2, Be4, 6), ("ipdc", 2, Be2, 4), ("ilp", 0, Be2, 0), ("jdwp", 0, Be4, 0),
        ("kafka", 0, Be4, 4), ("kdsp", 8, Be4, 12), ("kip", 4, Be2, 0), ("kpasswd", 0, Be4, 4), ("laplink", 4, Be2, 6),
        ("lisp-tcp", 2, Be2, 0), ("llrp", 2, Be4, 0), ("mbtcp", 4, Be2, 6), ("mysql", 0, Le3, 4), ("ndps", 2, Be2, 4),
        ("nvme-tcp", 4, Le4, 0), ("ocp1", 3, Be4, 1), ("opa.fe", 4, Be4, 0), ("opcua", 4, Le4, 0),
        ("openflow", 2, Be2, 0), ("openvpn", 0, Be2, 2), ("opsi", 4, Be2, 0), ("pcep", 2, Be2, 0), ("pcp", 0, Be4, 0),
        ("pvfs", 16, Le4, 24), ("rpkirtr", 4, Be4, 0), ("sametime", 0, Be4, 4), ("sasp", 5, Be4, 0), ("scop", 2, Be2, 0),
        ("skinny", 0, Le4, 8), ("slsk", 0, Le4, 4), ("smc", 5, Be2, 0), ("smpp", 0, Be4, 0), ("spdy", 5, Be3, 8),
        ("synergy", 0, Be4, 4), ("synphasor", 2, Be2, 0), ("tacplus", 8, Be4, 12),
        ("tali", 8, Le2, 10), ("tds", 2, Be2, 0), ("tibia", 0, Le2, 2), ("ulp", 0, Be2, 0), ("uma", 0, Be2, 2),
        ("winsrepl", 0, Be4, 4), ("xmcp", 2, Be2, 20), ("xot", 2, Be2, 4), ("xti", 0, Le4, 0),
        ("ymsg", 8, Be2, 20),
    ]
};

/// True if the length of the protocol's PDUs stands at one place.
pub fn have(application: Application) -> bool {
    FIELDS.get(application.number()).is_some_and(Option::is_some)
}

/// Length of the PDU that begins with these bytes. None if they do not tell.
pub fn length(application: Application, bytes: &[u8]) -> Option<u64> {
    let Field(place, kind, more) = (*FIELDS.get(application.number())?)?;
    let rest = bytes.get(usize::from(place)..)?;
    let number = match kind {
        Kind::Be2 => u64::from(u16::from_be_bytes(*rest.first_chunk()?)),
        Kind::Le2 => u64::from(u16::from_le_bytes(*rest.first_chunk()?)),
        Kind::Be4 => u64::from(u32::from_be_bytes(*rest.first_chunk()?)),
        Kind::Le4 => u64::from(u32::from_le_bytes(*rest.first_chunk()?)),
        Kind::Be3 | Kind::Le3 => {
            let &[a, b, c] = rest.first_chunk()?;
            let bytes = if matches!(kind, Kind::Be3) { [0, a, b, c] } else { [0, c, b, a] };
            u64::from(u32::from_be_bytes(bytes))
        }
    };
    Some(number + u64::from(more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_stand_where_the_protocols_have_them() {
        let of = |name: &str, bytes: &[u8]| length(Application::find(name)?, bytes);
        let bytes: Vec<u8> = (0..40).collect();
        for (name, expected) in [
            ("dns", 1 + 2),
            ("mysql", 0x02_0100 + 4),
            ("diameter", 0x01_0203),
            ("enip", 0x0302 + 24),
            ("9p", 0x0302_0100),
            ("kafka", 0x0001_0203 + 4),
        ] {
            assert_eq!(of(name, &bytes), Some(expected), "{name}");
        }
        assert_eq!((of("dns", &[1]), of("http", &bytes)), (None, None));
    }
}
