//! TCP flags of a row, by their letters.

/// Every combination of flags by their letters, and how many letters that is.
static TCP_FLAGS: [([u8; 9], usize); 512] = {
    let mut combinations = [([0; 9], 0); 512];
    let mut flags = 0;
    while flags < 512 {
        let (mut bit, mut length) = (0, 0);
        while bit < 9 {
            if flags >> bit & 1 == 1 {
                combinations[flags].0[length] = b"FSRPAUECN"[bit];
                length += 1;
            }
            bit += 1;
        }
        combinations[flags].1 = length;
        flags += 1;
    }
    combinations
};

pub(super) fn write_tcp_flags(flags: u16, out: &mut Vec<u8>) {
    let (letters, length) = TCP_FLAGS[usize::from(flags & 0x1FF)];
    let before = out.len();
    out.extend_from_slice(&letters);
    out.truncate(before + length);
}
