//! Finishing: partials as inputs of a run.

use super::Refusal;
use super::buckets::{self, States};
use super::file::{self, Kind};
use super::merge::{Named, merge};
use super::partial::{Content, Partial, Piece};
use crate::path_text;
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::PathBuf;

/// Partials among the inputs of a run.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// Their paths, as given.
    pub paths: Vec<PathBuf>,
    /// Options they were mapped with.
    pub options: Vec<String>,
    /// Folded buckets, of partials whose records were dealt.
    pub folded: Vec<PathBuf>,
}

/// Name of the plan of a partial.
pub fn plan_of(partial: &Partial) -> String {
    partial.shards.first().map_or(String::new(), |shard| shard.plan.clone())
}

impl Saved {
    /// Reads the heads of the partials among these paths.
    ///
    /// # Errors
    /// If one is damaged, or they were mapped with different options.
    pub fn among(paths: impl Iterator<Item = PathBuf>) -> Result<Saved, Refusal> {
        let mut saved = Saved::default();
        let mut first: Option<String> = None;
        for path in paths {
            if file::is(Kind::Folded, &path) {
                saved.folded.push(path);
                continue;
            } else if !file::is(Kind::Partial, &path) {
                continue;
            }
            let name = path_text::of(&path);
            let refused = |message| Refusal::Unreadable(format!("{name}: {message}"));
            let head = file::head(&path).map_err(refused)?;
            let options = head.shards.into_iter().next().map(|shard| shard.options);
            let options = options.unwrap_or_default();
            let (one, before) = (first.get_or_insert_with(|| name.clone()), &mut saved.options);
            if saved.paths.is_empty() {
                *before = options;
            } else if *before != options {
                return Err(Refusal::Usage(format!(
                    "{one} and {name} were mapped with other options: {} and {}",
                    before.join(" "),
                    options.join(" ")
                )));
            }
            saved.paths.push(path);
        }
        Ok(saved)
    }

    /// Reads the partials and joins those of each plan, in the order of their first ones. Each comes
    /// with the path of the first.
    ///
    /// # Errors
    /// If one is damaged, they do not join, or a plan is not whole.
    pub fn read(&self) -> Result<Vec<(PathBuf, Partial)>, Refusal> {
        let read = |path: &PathBuf| Ok((path.clone(), file::read(path)?));
        let read: Result<Vec<(PathBuf, Partial)>, Refusal> =
            self.paths.par_iter().with_max_len(1).map(read).collect();
        let mut plans: Vec<(PathBuf, String, Vec<Named>)> = Vec::new();
        for (path, partial) in read? {
            let plan = plan_of(&partial);
            let named = (path_text::of(&path), partial);
            match plans.iter_mut().find(|(_, known, _)| *known == plan) {
                Some((_, _, partials)) => partials.push(named),
                None => plans.push((path, plan, vec![named])),
            }
        }
        let read = |path: &PathBuf| buckets::read::<States>(Kind::Folded, path);
        let folded: Result<Vec<_>, Refusal> = self.folded.par_iter().map(read).collect();
        let mut folded = folded?;
        let whole = |(path, plan, partials): (PathBuf, String, Vec<Named>)| {
            let (mut partial, name) = (merge(partials)?, path_text::of(&path));
            partial.assert_whole(&name)?;
            let own = folded.extract_if(.., |(of, _)| of.plan == plan);
            partial.take_folded(&name, own.map(|(of, states)| (of.bucket, states)).collect())?;
            Ok((path, partial))
        };
        let whole: Result<_, Refusal> = plans.into_iter().map(whole).collect();
        match folded.first() {
            Some((of, _)) => Err(Refusal::Usage(format!(
                "bucket {} was folded for another plan than that of any partial",
                of.bucket
            ))),
            None => whole,
        }
    }
}

impl Partial {
    /// Takes folded buckets in the place of records that were dealt.
    fn take_folded(&mut self, name: &str, folded: Vec<(u8, States)>) -> Result<(), Refusal> {
        let mut by_input: HashMap<u64, Vec<(u8, Vec<u8>)>> = HashMap::new();
        for (bucket, (input, state)) in folded
            .into_iter()
            .flat_map(|(bucket, states)| states.into_iter().map(move |s| (bucket, s)))
        {
            by_input.entry(input).or_default().push((bucket, state));
        }
        for Piece { input, content, .. } in &mut self.pieces {
            let Content::Read(part) = content else { continue };
            if !part.records.is_dealt() {
                continue;
            }
            let states = by_input.remove(input).unwrap_or_default();
            let mut missing = (0..).zip(part.records.buckets()).filter(|(bucket, has)| {
                *has && states.iter().filter(|(one, _)| one == bucket).count() != 1
            });
            if let Some((bucket, _)) = missing.next() {
                return Err(Refusal::Usage(format!(
                    "{name}: its records were dealt; bucket {bucket}, folded, is needed once"
                )));
            }
            part.records.take_folded(states);
        }
        Ok(())
    }
}
