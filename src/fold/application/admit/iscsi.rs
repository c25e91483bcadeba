//! PDUs of iSCSI (RFC 7143 section 11), as far as Wireshark looks at their reserved bytes.

/// Length of a basic header.
const HEADER: usize = 48;

/// True if a payload begins with a PDU.
pub fn is_pdu(payload: &[u8]) -> bool {
    let Some(header) = payload.first_chunk::<HEADER>() else { return false };
    let [operation, flags, ..] = *header;
    let word = |at: usize| {
        header.get(at..at + 4).map_or([0; 4], |word| [word[0], word[1], word[2], word[3]])
    };
    let zero = |at: usize| word(at) == [0; 4];
    let all_zero = |from: usize, to: usize| {
        header.get(from..to).is_some_and(|part| part.iter().all(|byte| *byte == 0))
    };
    let plain = all_zero(2, 4);
    let is_login = || {
        let (current, next) = (flags >> 2 & 3, flags & 3);
        let ends = flags >> 6 != 3 && (flags < 0x80 || next != 0);
        flags & 0x30 == 0 && current != 2 && next != 2 && ends
    };
    // Most segments of data are shorter than 320 KiB.
    header[5] <= 4
        && match operation {
            0x00 | 0x40 => flags == 0x80 && plain && !zero(16) && !zero(20) && all_zero(32, 48),
            0x01 | 0x41 => flags & 0x18 == 0 && plain && (flags & 0x60 != 0 || zero(20)),
            0x02 | 0x42 => matches!(flags, 0x81..=0x88) && all_zero(2, 8),
            0x43 => is_login(),
            0x04 | 0x44 => matches!(flags, 0x40 | 0x80) && plain && all_zero(32, 48),
            0x05 => matches!(flags, 0 | 0x80) && plain && zero(24) && zero(32) && zero(44),
            0x06 | 0x46 => matches!(flags, 0x80..=0x82) && all_zero(2, 16) && all_zero(32, 48),
            0x10 => flags == 0x80 && plain && zero(24) && all_zero(32, 40),
            0x1C..=0x1E | 0x5C..=0x5E | 0x9C..=0x9E | 0xDC..=0xDE => true,
            0x20 => flags == 0x80 && plain,
            0x21 => {
                const STATES: [u8; 10] = [0, 2, 4, 8, 0x10, 0x14, 0x18, 0x28, 0x30, 0x40];
                flags & 0xE1 == 0x80 && STATES.contains(&header[3]) && all_zero(8, 16)
            }
            0x22 => {
                let known = matches!(header[2], 0..=6 | 0xFF);
                flags == 0x80 && known && all_zero(3, 16) && zero(20) && all_zero(36, 48)
            }
            0x23 => is_login() && zero(20) && all_zero(38, 48),
            0x24 => matches!(flags, 0x40 | 0x80) && plain && all_zero(36, 48),
            0x25 => flags & 0x38 == 0 && header[2] == 0,
            0x26 => {
                let tail = zero(20) && zero(36) && zero(44);
                flags == 0x80 && header[2] <= 3 && all_zero(3, 16) && tail
            }
            0x31 => flags == 0x80 && all_zero(2, 8) && !zero(44),
            0x32 => flags == 0x80 && plain && word(16) == [0xFF; 4] && zero(20) && zero(44),
            0x3F => flags == 0x80 && matches!(header[2], 1..=12) && word(16) == [0xFF; 4],
            0x3C..=0x3E | 0x7C..=0x7E | 0xBC..=0xBE | 0xFC..=0xFE => true,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pdu(operation: u8, flags: u8) -> [u8; HEADER] {
        let mut header = [0; HEADER];
        (header[0], header[1]) = (operation, flags);
        header
    }

    #[test]
    fn reserved_bytes_tell_a_pdu() {
        for (operation, flags) in
            [(1, 0x81), (0x43, 0x87), (0x23, 0x87), (0x21, 0x80), (0x25, 0x80), (6, 0x80)]
        {
            let header = pdu(operation, flags);
            assert!(is_pdu(&header), "{operation:#x}");
            assert!(!is_pdu(&header[..HEADER - 1]));
            let long = [&header[..5], &[5], &header[6..]].concat();
            assert!(!is_pdu(&long));
        }
        for (operation, flags) in
            [(1, 0x98), (0x43, 0x80), (0x43, 0xC1), (3, 0x87), (0, 0x80), (0x31, 0x80), (7, 0x80)]
        {
            assert!(!is_pdu(&pdu(operation, flags)), "{operation:#x}");
        }
        let mut ready = pdu(0x31, 0x80);
        ready[46] = 2;
        assert!(is_pdu(&ready));
        let mut ping = pdu(0x40, 0x80);
        (ping[19], ping[20]) = (1, 0xFF);
        assert!(is_pdu(&ping));
        let mut rejected = pdu(0x3F, 0x80);
        rejected[2] = 4;
        rejected[16..20].fill(0xFF);
        assert!(is_pdu(&rejected));
    }
}
