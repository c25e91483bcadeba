//! Joining partials: shards follow each other, and each began where the one before it ended.

use super::Refusal;
use super::partial::{Content, Part, Partial, Piece};
use super::spec::Spec;
use crate::capture::Position;
use crate::capture::salvage::Before;

/// A partial and its name.
pub type Named = (String, Partial);

/// Joins partials, given in any order, into one.
///
/// # Errors
/// If they are of different plans or options, one is missing between two, or two have the same
/// shard: with their names. If a shard began at a wrong guess: [`Refusal::MapAgain`].
pub fn merge(mut partials: Vec<Named>) -> Result<Partial, Refusal> {
    partials.sort_by_key(|(_, partial)| partial.first_shard());
    let mut all = partials.into_iter();
    let Some((mut name, mut whole)) = all.next() else {
        return Err(Refusal::Usage("no partials".into()));
    };
    while let Some((later_name, later)) = all.next() {
        follows(&whole, &name, &later, &later_name)?;
        if let Err(again) = whole.append(later) {
            let end = again.first().and_then(|spec| spec.inputs.first());
            let assumed = end.and_then(|slice| Some((slice.input, slice.from.clone()?)));
            let others = all.filter_map(|(_, later)| later.assuming(assumed.as_ref()?));
            return Err(Refusal::MapAgain(again.into_iter().chain(others.flatten()).collect()));
        }
        name = later_name;
    }
    Ok(whole)
}

/// Joins a partial and the one that comes next.
///
/// # Errors
/// Those of [`merge`].
pub fn follow(whole: Named, later: Named) -> Result<Partial, Refusal> {
    follows(&whole.1, &whole.0, &later.1, &later.0)?;
    let mut whole = whole.1;
    whole.append(later.1).map_err(Refusal::MapAgain)?;
    Ok(whole)
}

/// Checks that a partial is of the same plan and comes next.
fn follows(whole: &Partial, name: &str, later: &Partial, later_name: &str) -> Result<(), Refusal> {
    let usage = |message: String| Err(Refusal::Usage(message));
    let (Some(one), Some(two)) = (whole.shards.last(), later.shards.first()) else { return Ok(()) };
    if one.options_hash != two.options_hash {
        return usage(format!(
            "{name} and {later_name} were mapped with other options: {} and {}",
            one.options.join(" "),
            two.options.join(" ")
        ));
    }
    if one.plan != two.plan {
        return usage(format!("{name} and {later_name} are of two plans"));
    }
    let next = one.shard.saturating_add(1);
    if two.shard < next {
        return usage(format!("shard {} is in {name} and in {later_name}", two.shard));
    }
    if two.shard > next {
        return usage(match two.shard - next {
            1 => format!("shard {next} is missing between {name} and {later_name}"),
            _ => format!(
                "shards {next} to {} are missing between {name} and {later_name}",
                two.shard - 1
            ),
        });
    }
    Ok(())
}

/// Join of two parts of one input.
enum Join {
    /// The later one follows.
    Follows,
    /// The earlier one ended the input, or its last record reaches over the later part.
    Covered,
    /// The later one began elsewhere.
    Elsewhere(Position),
}

impl Part {
    fn join(&self, later: &Part) -> Join {
        if self.walked.fault.is_some() || self.end.offset >= later.until {
            return Join::Covered;
        }
        // Without a time before it, the doubt is that of the whole, which earlier shards decide.
        let doubtful = later.unsure && self.end.before != Before::Unknown;
        let stands = !doubtful && self.end.before.is_near(later.first_time);
        let begin = later.begin.as_ref().filter(|begin| **begin == self.end);
        // A walk that knew the time before it has judged its first records by it.
        let knew =
            |begin: &Position| begin.before == self.end.before && begin.before != Before::Unknown;
        if begin.is_some_and(|begin| stands || knew(begin)) {
            return Join::Follows;
        }
        Join::Elsewhere(self.end.clone())
    }
}

impl Partial {
    /// Number of the first shard.
    pub fn first_shard(&self) -> u64 {
        self.shards.first().map_or(0, |shard| shard.shard)
    }

    /// Checks that it holds every shard of its plan.
    ///
    /// # Errors
    /// If one is missing at the start or the end.
    pub fn assert_whole(&self, name: &str) -> Result<(), Refusal> {
        let Some((first, last)) = self.shards.first().zip(self.shards.last()) else {
            return Ok(());
        };
        let missing = match (first.shard, last.shard.saturating_add(1)) {
            (0, end) if end >= last.of => return Ok(()),
            (0, end) => format!("{end} to {}", last.of.saturating_sub(1)),
            (1, _) => "0".into(),
            (start, _) => format!("0 to {}", start - 1),
        };
        Err(Refusal::Usage(format!("{name}: shards are missing: {missing} of {}", last.of)))
    }

    /// Appends the shards that come next, or gives those to be mapped again.
    fn append(&mut self, later: Partial) -> Result<(), Vec<Spec>> {
        let mut pieces = later.pieces.into_iter();
        let shared = match (self.pieces.last_mut(), pieces.as_slice().first()) {
            (Some(one), Some(two)) if one.input == two.input => Some(one),
            _ => None,
        };
        if let Some(earlier) = shared
            && let Some(next) = pieces.next()
            && let Piece { content: Content::Read(earlier), .. } = earlier
            && let Piece { content: Content::Read(next), .. } = next
        {
            match earlier.join(&next) {
                Join::Follows => earlier.append(*next),
                Join::Covered => earlier.until = earlier.until.max(next.until),
                Join::Elsewhere(from) => {
                    let mut again = later.shards;
                    let slice = again.first_mut().and_then(|spec| spec.inputs.first_mut());
                    slice.into_iter().for_each(|slice| slice.from = Some(from.clone()));
                    return Err(again);
                }
            }
        }
        self.pieces.extend(pieces);
        self.shards.extend(later.shards);
        Ok(())
    }

    /// Its shards with the section that a guess should assume, if they are parts of this input and
    /// assumed another one.
    fn assuming(self, known: &(u64, Position)) -> Option<Vec<Spec>> {
        let (input, position) = known;
        let piece = self.pieces.first().filter(|piece| piece.input == *input)?;
        let Content::Read(part) = &piece.content else { return None };
        if part.begin.as_ref().is_none_or(|begin| begin.same_section(position)) {
            return None;
        }
        let mut again = self.shards;
        let slice = again.first_mut().and_then(|spec| spec.inputs.first_mut())?;
        (slice.from, slice.assume) = (None, Some(position.clone()));
        Some(again)
    }
}
