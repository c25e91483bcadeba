//! Finishing: partials as inputs of a run.

use super::Refusal;
use super::file;
use super::merge::{Named, merge};
use super::partial::Partial;
use crate::path_text;
use rayon::prelude::*;
use std::path::PathBuf;

/// Partials among the inputs of a run.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// Their paths, as given.
    pub paths: Vec<PathBuf>,
    /// Options they were mapped with.
    pub options: Vec<String>,
}

impl Saved {
    /// Reads the heads of the partials among these paths.
    ///
    /// # Errors
    /// If one is damaged, or they were mapped with different options.
    pub fn among(paths: impl Iterator<Item = PathBuf>) -> Result<Saved, Refusal> {
        let mut saved = Saved::default();
        let mut first: Option<String> = None;
        for path in paths.filter(|path| file::is_partial(path)) {
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
            let plan = partial.shards.first().map_or(String::new(), |shard| shard.plan.clone());
            let named = (path_text::of(&path), partial);
            match plans.iter_mut().find(|(_, known, _)| *known == plan) {
                Some((_, _, partials)) => partials.push(named),
                None => plans.push((path, plan, vec![named])),
            }
        }
        let whole = |(path, _, partials): (PathBuf, String, Vec<Named>)| {
            let partial = merge(partials)?;
            partial.assert_whole(&path_text::of(&path))?;
            Ok((path, partial))
        };
        plans.into_iter().map(whole).collect()
    }
}
