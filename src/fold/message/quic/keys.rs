//! Keys of Initial packets (RFC 9001 section 5, RFC 9369 section 3.3), which anybody can derive.

use super::{Id, Initial, Version};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::aes::Aes128;
use aes_gcm::aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes_gcm::{Aes128Gcm, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;

/// Keys of one direction.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    key: [u8; 16],
    iv: [u8; 12],
    header: [u8; 16],
}

/// Contents of an Initial packet.
#[derive(Debug)]
pub struct Opened {
    /// Number of the packet.
    pub number: u64,
    /// The frames.
    pub payload: Vec<u8>,
}

/// Salt of the secret that all keys are derived from.
fn salt(version: Version) -> [u8; 20] {
    match version {
        Version::Draft22 => {
            *b"\x7f\xbc\xdb\x0e\x7c\x66\xbb\xe9\x19\x3a\x96\xcd\x21\x51\x9e\xbd\x7a\x02\x64\x4a"
        }
        Version::Draft23 => {
            *b"\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02"
        }
        Version::Draft29 => {
            *b"\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99"
        }
        Version::T050 => {
            *b"\x7f\xf5\x79\xe5\xac\xd0\x72\x91\x55\x80\x30\x4c\x43\xa2\x36\x7c\x60\x48\x83\x10"
        }
        Version::T051 => {
            *b"\x7a\x4e\xde\xf4\xe7\xcc\xee\x5f\xa4\x50\x6c\x19\x12\x4f\xc8\xcc\xda\x6e\x03\x3d"
        }
        Version::One => {
            *b"\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a"
        }
        Version::Two => {
            *b"\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9"
        }
    }
}

impl Keys {
    /// Keys of the client or of the server; `id` is the identifier that the client's first Initial
    /// packet has for its receiver.
    pub fn of(version: Version, id: &Id, client: bool) -> Option<Keys> {
        let initial = Hkdf::<Sha256>::new(Some(&salt(version)), id.bytes());
        let mut secret = [0; 32];
        expand(&initial, if client { "client in" } else { "server in" }, &mut secret)?;
        let secret = Hkdf::<Sha256>::from_prk(&secret).ok()?;
        let mut keys = Keys { key: [0; 16], iv: [0; 12], header: [0; 16] };
        let [key, iv, header] = match version {
            Version::Two => ["quicv2 key", "quicv2 iv", "quicv2 hp"],
            _ => ["quic key", "quic iv", "quic hp"],
        };
        expand(&secret, key, &mut keys.key)?;
        expand(&secret, iv, &mut keys.iv)?;
        expand(&secret, header, &mut keys.header)?;
        Some(keys)
    }

    /// Opens a packet; `next` is the number after the greatest one of its direction. None if it
    /// was protected with other keys or is damaged.
    pub fn open(&self, initial: &Initial<'_>, next: u64) -> Option<Opened> {
        let Initial { packet, number_at, .. } = *initial;
        let mut block = (*packet.get(number_at + 4..)?.first_chunk::<16>()?).into();
        Aes128::new(&self.header.into()).encrypt_block(&mut block);
        let &[first, number @ ..] = block.first_chunk::<5>()?;
        let plain = packet.first()? ^ first & 0x0F;
        let length = usize::from(plain & 3) + 1;
        let (header, sealed) = packet.split_at_checked(number_at + length)?;
        let mut header = header.to_vec();
        *header.first_mut()? = plain;
        let mut truncated = 0;
        for (byte, mask) in header.get_mut(number_at..)?.iter_mut().zip(number) {
            *byte ^= mask;
            truncated = truncated << 8 | u64::from(*byte);
        }
        let number = whole_number(truncated, length, next);
        let mut nonce = self.iv;
        for (byte, part) in nonce.iter_mut().rev().zip(number.to_le_bytes()) {
            *byte ^= part;
        }
        let payload = Payload { msg: sealed, aad: &header };
        let payload =
            Aes128Gcm::new(&self.key.into()).decrypt(&Nonce::from(nonce), payload).ok()?;
        Some(Opened { number, payload })
    }
}

/// An Initial packet of version 1 with these frames, for tests.
#[cfg(test)]
pub fn seal(
    client: bool,
    ids: (&[u8], &[u8], &[u8]),
    token: &[u8],
    number: u8,
    frames: &[u8],
) -> Vec<u8> {
    seal_with(0xC0, client, ids, token, number, frames)
}

/// The same with a first byte, whose second bit may be cleared.
#[cfg(test)]
pub fn seal_with(
    first: u8,
    client: bool,
    (origin, receiver, sender): (&[u8], &[u8], &[u8]),
    token: &[u8],
    number: u8,
    frames: &[u8],
) -> Vec<u8> {
    let keys = Keys::of(Version::One, &Id::of(origin).unwrap(), client).unwrap();
    let mut header = vec![first, 0, 0, 0, 1, receiver.len() as u8];
    header.extend(receiver);
    header.push(sender.len() as u8);
    header.extend(sender);
    header.push(token.len() as u8);
    header.extend(token);
    let mut payload = frames.to_vec();
    payload.resize(frames.len().max(32), 0);
    let length = 0x4000 | (payload.len() + 1 + 16) as u16;
    header.extend(length.to_be_bytes());
    header.push(number);
    let number_at = header.len() - 1;
    let mut nonce = keys.iv;
    nonce[11] ^= number;
    let sealed = Payload { msg: &payload, aad: &header };
    let sealed = Aes128Gcm::new(&keys.key.into()).encrypt(&Nonce::from(nonce), sealed).unwrap();
    let mut packet = [header, sealed].concat();
    let mut block = (*packet[number_at + 4..].first_chunk::<16>().unwrap()).into();
    Aes128::new(&keys.header.into()).encrypt_block(&mut block);
    packet[0] ^= block[0] & 0x0F;
    packet[number_at] ^= block[1];
    packet
}

/// HKDF-Expand-Label of TLS 1.3 (RFC 8446 section 7.1), without a context.
fn expand(secret: &Hkdf<Sha256>, label: &str, out: &mut [u8]) -> Option<()> {
    let length = u16::try_from(out.len()).ok()?.to_be_bytes();
    let label_length = [u8::try_from(label.len()).ok()?.checked_add(6)?];
    let info: [&[u8]; 5] = [&length, &label_length, b"tls13 ", label.as_bytes(), &[0]];
    secret.expand_multi_info(&info, out).ok()
}

/// The packet number whose last `length` bytes are `truncated`, nearest to `next` (RFC 9000
/// appendix A.3).
fn whole_number(truncated: u64, length: usize, next: u64) -> u64 {
    let window = 1_u64 << (8 * length.min(4));
    let candidate = next & !(window - 1) | truncated;
    if candidate.saturating_add(window / 2) <= next {
        candidate.saturating_add(window)
    } else if candidate > next.saturating_add(window / 2) && candidate >= window {
        candidate - window
    } else {
        candidate
    }
}

#[cfg(test)]
mod tests {
    use super::super::initials;
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16);
        digits.chunks(2).map(|pair| byte(pair).unwrap()).collect()
    }

    /// The keys of RFC 9001 appendix A.1 and RFC 9369 appendix A.1.
    #[test]
    fn keys_are_those_of_the_specifications() {
        let id = Id::of(&hex("8394c8f03e515708")).unwrap();
        let keys = |version, client| Keys::of(version, &id, client).unwrap();
        let one = keys(Version::One, true);
        assert_eq!(one.key.to_vec(), hex("1f369613dd76d5467730efcbe3b1a22d"));
        assert_eq!(one.iv.to_vec(), hex("fa044b2f42a3fd3b46fb255c"));
        assert_eq!(one.header.to_vec(), hex("9f50449e04a0e810283a1e9933adedd2"));
        let server = keys(Version::One, false);
        assert_eq!(server.key.to_vec(), hex("cf3a5331653c364c88f0f379b6067e37"));
        assert_eq!(server.iv.to_vec(), hex("0ac1493ca1905853b0bba03e"));
        assert_eq!(server.header.to_vec(), hex("c206b8d9b9f0f37644430b490eeaa314"));
        let two = keys(Version::Two, true);
        assert_eq!(two.key.to_vec(), hex("8b1a0bc121284290a29e0971b5cd045d"));
        assert_eq!(two.iv.to_vec(), hex("91f73e2351d8fa91660e909f"));
        assert_eq!(two.header.to_vec(), hex("45b95e15235d6f45a6b19cbcb0294ba9"));
    }

    /// The server's Initial packet of RFC 9001 appendix A.3.
    #[test]
    fn the_packet_of_the_specification_is_opened() {
        let packet = hex("cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a
             5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3
             dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84
             022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc4
             2158407dd074ee");
        let id = Id::of(&hex("8394c8f03e515708")).unwrap();
        let keys = Keys::of(Version::One, &id, false).unwrap();
        let mut found = Vec::new();
        initials(&packet, |initial, _| found.push(keys.open(&initial, 0)));
        let opened = found.pop().flatten().unwrap();
        assert_eq!(opened.number, 1);
        let hello = "02000000000600405a020000560303eefce7f7b37ba1d163";
        assert_eq!(opened.payload.get(..24), Some(&hex(hello)[..]));
        let other = Keys::of(Version::One, &id, true).unwrap();
        initials(&packet, |initial, _| assert!(other.open(&initial, 0).is_none()));
        for length in 0..packet.len() {
            initials(&packet[..length], |_, _| panic!("truncated to {length} bytes"));
        }
    }

    /// The example of RFC 9000 appendix A.3.
    #[test]
    fn packet_numbers_are_completed() {
        assert_eq!(whole_number(0x9B32, 2, 0xA82F_30EB), 0xA82F_9B32);
        assert_eq!((whole_number(0, 1, 0), whole_number(0, 1, 255)), (0, 256));
        assert_eq!(whole_number(255, 1, 256), 255);
        assert_eq!(whole_number(u64::from(u32::MAX), 4, u64::MAX), u64::MAX);
    }
}
