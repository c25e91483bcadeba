//! tcpdump's own answer for single packets: `tcpdump -ddd` compiles an expression for a link type,
//! and the classic BPF program (bpf(4)) is run here on a packet's bytes.

use std::path::Path;
use std::process::Command;

/// A program as `tcpdump -ddd` prints it.
pub struct Bpf {
    instructions: Vec<Instruction>,
}

#[derive(Clone, Copy)]
struct Instruction {
    code: u16,
    on_true: usize,
    on_false: usize,
    k: u32,
}

impl Bpf {
    /// Compiles an expression with tcpdump; None if it refuses.
    pub fn compile(expression: &str, link_type: u16, directory: &Path) -> Option<Bpf> {
        let empty = directory.join(format!("{link_type}.pcap"));
        if !empty.exists() {
            let header: [u32; 6] = [0xA1B2_C3D4, 0x0004_0002, 0, 0, 262_144, u32::from(link_type)];
            std::fs::write(&empty, header.map(u32::to_le_bytes).concat()).expect("written");
        }
        let mut tcpdump = Command::new("tcpdump");
        let output = tcpdump.arg("-ddd").arg("-r").arg(&empty).arg(expression).output();
        let output = output.expect("tcpdump");
        let text = String::from_utf8(output.stdout).expect("numbers");
        let mut lines = text.lines();
        lines.next().filter(|_| output.status.success())?;
        let instruction = |line: &str| {
            let numbers: Vec<u32> =
                line.split(' ').map(|number| number.parse().expect("a number")).collect();
            let [code, on_true, on_false, k] = numbers[..] else { panic!("{line}") };
            Instruction {
                code: code as u16,
                on_true: on_true as usize,
                on_false: on_false as usize,
                k,
            }
        };
        Some(Bpf { instructions: lines.map(instruction).collect() })
    }

    /// True if the packet is accepted; None after a load beyond the captured bytes, which refuses
    /// it.
    pub fn answer(&self, data: &[u8], wire_bytes: u32) -> Option<bool> {
        self.run(data, wire_bytes).map(|kept| kept > 0)
    }

    fn run(&self, data: &[u8], wire_bytes: u32) -> Option<u32> {
        let (mut a, mut x, mut memory, mut at) = (0u32, 0u32, [0u32; 16], 0);
        loop {
            let Instruction { code, on_true, on_false, k } = self.instructions[at];
            at += 1;
            let load = |from: u32| -> Option<u32> {
                let bytes = data.get(from as usize..)?;
                match code & 0x18 {
                    0x00 => bytes.first_chunk().map(|bytes| u32::from_be_bytes(*bytes)),
                    0x08 => bytes.first_chunk().map(|b| u32::from(u16::from_be_bytes(*b))),
                    _ => bytes.first().map(|byte| u32::from(*byte)),
                }
            };
            let operand = if code & 0x08 != 0 { x } else { k };
            match (code & 7, code & 0xE0) {
                (0, 0x00) => a = k,
                (0, 0x20) => a = load(k)?,
                (0, 0x40) => a = load(x.checked_add(k)?)?,
                (0, 0x60) => a = memory[k as usize],
                (0, 0x80) => a = wire_bytes,
                (1, 0x00) => x = k,
                (1, 0x60) => x = memory[k as usize],
                (1, 0x80) => x = wire_bytes,
                (1, 0xA0) => x = u32::from(*data.get(k as usize)? & 15) * 4,
                (2, _) => memory[k as usize] = a,
                (3, _) => memory[k as usize] = x,
                (4, _) => {
                    a = match code & 0xF0 {
                        0x00 => a.wrapping_add(operand),
                        0x10 => a.wrapping_sub(operand),
                        0x20 => a.wrapping_mul(operand),
                        0x30 => a.checked_div(operand)?,
                        0x40 => a | operand,
                        0x50 => a & operand,
                        0x60 => a.checked_shl(operand).unwrap_or(0),
                        0x70 => a.checked_shr(operand).unwrap_or(0),
                        0x80 => a.wrapping_neg(),
                        _ => panic!("unknown arithmetic {code:#x}"),
                    };
                }
                (5, _) => {
                    at += match code & 0x70 {
                        0x00 => k as usize,
                        0x10 if a == operand => on_true,
                        0x20 if a > operand => on_true,
                        0x30 if a >= operand => on_true,
                        0x40 if a & operand != 0 => on_true,
                        _ => on_false,
                    };
                }
                (6, _) => return Some(if code & 0x10 != 0 { a } else { k }),
                (7, _) if code & 0x80 != 0 => a = x,
                (7, _) => x = a,
                _ => panic!("unknown instruction {code:#x}"),
            }
        }
    }
}
