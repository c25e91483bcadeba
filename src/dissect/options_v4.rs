//! Options of IPv4 (RFC 791): the destination that a source route states, and options that are too
//! short for their fields, at which Wireshark ends a path.

use super::payload::Payload;

const LOOSE_ROUTE: u8 = 131;
const STRICT_ROUTE: u8 = 137;
/// Bytes before the options.
const FIXED: usize = 20;

/// Place, kind and length of the option at or after `at`. None if there is none, or if it is no
/// option.
///
/// # Errors
/// If it was not captured.
fn option(
    payload: Payload<'_>,
    mut at: usize,
    end: usize,
) -> Result<Option<(usize, u8, usize)>, ()> {
    const END: u8 = 0;
    const NO_OPERATION: u8 = 1;
    while at < end {
        match payload.u8(at).ok_or(())? {
            END => break,
            NO_OPERATION => at += 1,
            kind => {
                let length = usize::from(payload.u8(at + 1).ok_or(())?);
                return Ok((length >= 2).then_some((at, kind, length)));
            }
        }
    }
    Ok(None)
}

/// Last address of a source route (RFC 791 section 3.1), which Wireshark shows as the destination.
///
/// # Errors
/// If the options are truncated before a route could be found, or if a route has no last address.
pub fn final_destination(
    payload: Payload<'_>,
    header_length: usize,
) -> Result<Option<&[u8; 4]>, ()> {
    let mut at = FIXED;
    while let Some((place, kind, length)) = option(payload, at, header_length)? {
        if matches!(kind, LOOSE_ROUTE | STRICT_ROUTE) {
            // A pointer after the end of the option means that the route is completed.
            let pointer = usize::from(payload.u8(place + 2).ok_or(())?);
            let pending = pointer % 4 == 0 && (4..=length).contains(&pointer);
            if !pending || place + length > header_length {
                break;
            }
            if length < 7 || length % 4 != 3 {
                return Err(());
            }
            // As in Wireshark, a route counts if all options were captured.
            payload.captured.get(..header_length).ok_or(())?;
            return payload.bytes(place + length - 4).map(Some).ok_or(());
        }
        at = place + length;
    }
    Ok(None)
}

/// True if no option is shorter than the fields of its kind.
pub fn are_whole(payload: Payload<'_>, header_length: usize) -> bool {
    let mut at = FIXED;
    while let Ok(Some((place, kind, length))) = option(payload, at, header_length) {
        if length < least(kind, payload.u8(place + 2)) {
            return false;
        }
        at = place + length;
    }
    true
}

/// Length of an option with the fields of its kind.
fn least(kind: u8, first: Option<u8>) -> usize {
    match (kind, first) {
        // Record route, security, source routes, extended security.
        (7 | 130 | LOOSE_ROUTE | 133 | STRICT_ROUTE, _) => 3,
        // Path MTU probe and reply, timestamps, stream identifier, router alert.
        (11 | 12 | 68 | 136 | 148, _) => 4,
        // Quick-Start (RFC 4782): requests and reports have a nonce.
        (25, Some(0x00..=0x0F | 0x80..=0x8F)) => 8,
        (25, _) => 3,
        // Traceroute (RFC 1393), commercial security.
        (82, _) => 12,
        (134, _) => 6,
        _ => 2,
    }
}
