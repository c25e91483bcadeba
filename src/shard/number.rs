//! Numbering: where each shard's packets begin, once all shards are counted.
//!
//! A shard does not know how many packets are before it, nor the applications of streams that began
//! in another one. Both are in the partials: the lines of the plan get them, and the exact place of
//! the first record, so that a machine can write its rows of `packets` alone.

use super::Refusal;
use super::merge::{Named, follow};
use super::options;
use super::packed::{packed, unpacked};
use super::partial::{Content, Part, Partial, Piece};
use super::spec::{Slice, Spec};
use crate::dissect::application::Application;
use crate::engine::memory::Budget;

/// Most bytes of the names of a shard's packets.
const LONGEST_NAMES: usize = 1 << 28;

/// Names of consecutive packets: the different ones, and for each packet its place among them from 1, or
/// 0 without a name.
type Listed = (Vec<Application>, Vec<u16>);

/// The lines of all shards of a plan, with the numbers of their packets. `partials` are one a shard.
///
/// # Errors
/// If they are not those of one plan, all of it, or a shard began at a wrong guess.
pub fn number(mut partials: Vec<Named>) -> Result<Vec<Spec>, Refusal> {
    partials.sort_by_key(|(_, partial)| partial.first_shard());
    if let Some((name, _)) = partials.iter().find(|(_, partial)| partial.shards.len() > 1) {
        return Err(Refusal::Usage(format!(
            "{name}: shards that were merged cannot be numbered; give the result of each map"
        )));
    }
    let mut numbered: Vec<Spec> = Vec::new();
    let mut whole: Option<Named> = None;
    for (name, partial) in partials {
        let mut specs = partial.shards.clone();
        let places = partial.pieces.iter().map(place).collect::<Vec<_>>();
        let before = whole.as_ref().and_then(|(_, whole)| whole.pieces.last().map(counted));
        let first = places.first().map(|place| place.input);
        whole = Some(match whole {
            None => (name, partial),
            Some(whole) => (name.clone(), follow(whole, (name, partial))?),
        });
        // A part that an earlier record reaches over has no packets of its own.
        let after = whole.as_ref().and_then(|(_, whole)| {
            whole.pieces.iter().rfind(|piece| Some(piece.input) == first).map(counted)
        });
        let before = before.filter(|(input, _)| Some(*input) == first).map(|(_, packets)| packets);
        let gained = after.map_or(0, |(_, packets)| packets) > before.unwrap_or(0);
        for spec in &mut specs {
            if before.is_some() && !gained {
                spec.inputs.clear();
            }
            for (slice, place) in spec.inputs.iter_mut().zip(&places) {
                slice.packets_before = before.unwrap_or(0);
                slice.from = place.from.clone().filter(|_| slice.header.is_some());
            }
        }
        numbered.append(&mut specs);
    }
    let Some((name, whole)) = whole else { return Err(Refusal::Usage("no partials".into())) };
    whole.assert_whole(&name)?;
    name_packets(&mut numbered, whole)?;
    Ok(numbered)
}

/// Input, and the place of its first record.
struct Place {
    input: u64,
    from: Option<crate::capture::Position>,
}

fn place(piece: &Piece) -> Place {
    let from = match &piece.content {
        Content::Read(part) => part.begin.clone(),
        _ => None,
    };
    Place { input: piece.input, from }
}

/// An input, and the number of its packets.
fn counted(piece: &Piece) -> (u64, u64) {
    let packets = match &piece.content {
        Content::Read(part) => part.walked.packets,
        _ => 0,
    };
    (piece.input, packets)
}

/// Gives each slice the names of its packets, if rows show them.
fn name_packets(specs: &mut [Spec], whole: Partial) -> Result<(), Refusal> {
    let Some(first) = specs.first() else { return Ok(()) };
    let wanted = options::plan(&first.options)?.wanted;
    if !wanted.needs.packet_names {
        return Ok(());
    }
    let mut slices: Vec<&mut Slice> = specs.iter_mut().flat_map(|spec| &mut spec.inputs).collect();
    for Piece { input, name, content } in whole.pieces {
        let Content::Read(part) = content else { continue };
        let Part { walked, records, .. } = *part;
        let Some(mut folds) = wanted.folds(false, &Budget::unlimited()) else { continue };
        let mut names: Vec<Option<Application>> = Vec::new();
        let taken = |before: u64, own: &[Option<Application>]| {
            let before = usize::try_from(before).unwrap_or(usize::MAX);
            names.resize(before.min(walked.packets as usize), None);
            names.extend_from_slice(own);
        };
        let refused = |error| Refusal::Unreadable(format!("{name}: {error}"));
        records.apply_named(&mut folds, 0, taken).map_err(refused)?;
        let mut end = names.len();
        let own = slices.iter_mut().filter(|slice| slice.input == input);
        for slice in own.rev() {
            let start = usize::try_from(slice.packets_before).unwrap_or(usize::MAX).min(end);
            slice.names = listed(names.get(start..end).unwrap_or_default());
            end = start;
        }
    }
    Ok(())
}

/// Names as a line holds them. None if no packet has one.
fn listed(names: &[Option<Application>]) -> Option<String> {
    let mut different: Vec<Application> = Vec::new();
    let mut place = |name: &Option<Application>| {
        let Some(name) = name else { return 0 };
        let known = different.iter().position(|one| one == name);
        let place = known.unwrap_or_else(|| {
            different.push(*name);
            different.len() - 1
        });
        place as u16 + 1
    };
    let places: Vec<u16> = names.iter().map(&mut place).collect();
    if different.is_empty() {
        return None;
    }
    let listed: Listed = (different, places);
    let bytes = postcard::to_allocvec(&listed).ok()?;
    Some(packed(&bytes))
}

/// The names in a line.
///
/// # Errors
/// A reason, for people.
pub fn names_of(names: &str) -> Result<Vec<Option<Application>>, String> {
    let listed: Result<Listed, _> = postcard::from_bytes(&unpacked(names, LONGEST_NAMES)?);
    let (different, places) = listed.map_err(|error| error.to_string())?;
    let name = |place: u16| different.get(usize::from(place).checked_sub(1)?).copied();
    Ok(places.into_iter().map(name).collect())
}
