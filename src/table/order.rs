//! Sorting on all cores: samples choose where the buckets end, every list is dealt out to them,
//! every bucket is sorted.
//!
//! A parallel quicksort goes over everything on one core before it can share the halves. Here no
//! step does, and what comes out stays in buckets: nothing is copied together again.

use rayon::prelude::*;

/// Number of buckets; with some millions of items, each fits into a core's cache.
const BUCKETS: usize = 64;

/// Number of samples per bucket: more samples make buckets more equal.
const SAMPLES: usize = 32;

/// Below this many items one bucket does.
const WORTH_SHARING: usize = 8192;

/// Items in order.
pub struct Sorted<T> {
    buckets: Vec<Vec<T>>,
    /// Number of items before each bucket.
    starts: Vec<usize>,
    count: usize,
}

impl<T: Copy + Send + Sync> Sorted<T> {
    /// All items of the lists by `key`.
    pub fn of<K: Ord + Copy + Send + Sync>(
        lists: Vec<Vec<T>>,
        key: impl Fn(&T) -> K + Sync,
    ) -> Sorted<T> {
        let count = lists.iter().map(Vec::len).sum();
        let mut buckets = if count < WORTH_SHARING {
            vec![lists.concat()]
        } else {
            partitioned(lists, count, &key)
        };
        buckets.par_iter_mut().for_each(|bucket| bucket.sort_unstable_by_key(&key));
        let starts = buckets
            .iter()
            .scan(0, |next, bucket| Some(std::mem::replace(next, *next + bucket.len())))
            .collect();
        Sorted { buckets, starts, count }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.count
    }

    /// The item of this number.
    #[inline]
    pub fn get(&self, number: usize) -> Option<&T> {
        let bucket = self.starts.partition_point(|start| *start <= number).checked_sub(1)?;
        self.buckets.get(bucket)?.get(number - self.starts.get(bucket)?)
    }
}

/// The items in buckets, of which each holds lesser keys than the next.
fn partitioned<T: Copy + Send + Sync, K: Ord + Copy + Send + Sync>(
    lists: Vec<Vec<T>>,
    count: usize,
    key: &(impl Fn(&T) -> K + Sync),
) -> Vec<Vec<T>> {
    let step = count.div_ceil(BUCKETS * SAMPLES);
    let mut samples: Vec<K> = lists.iter().flatten().step_by(step).map(key).collect();
    samples.sort_unstable();
    let ends: Vec<K> =
        samples.chunks(SAMPLES).skip(1).filter_map(|chunk| chunk.first()).copied().collect();
    let partitioned: Vec<Vec<Vec<T>>> = lists
        .into_par_iter()
        .map(|list| {
            let mut parts: Vec<Vec<T>> = vec![Vec::new(); ends.len() + 1];
            for item in &list {
                let key = key(item);
                if let Some(part) = parts.get_mut(ends.partition_point(|end| *end <= key)) {
                    part.push(*item);
                }
            }
            parts
        })
        .collect();
    let bucket = |number: usize| {
        let parts: Vec<&[T]> =
            partitioned.iter().filter_map(|parts| parts.get(number)).map(Vec::as_slice).collect();
        parts.concat()
    };
    (0..ends.len() + 1).into_par_iter().with_max_len(1).map(bucket).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn order_equals_that_of_the_standard_library(
            keys in proptest::collection::vec(0u32..50_000, 0..30_000),
            lists in 1usize..9,
        ) {
            let part = keys.len().div_ceil(lists).max(1);
            let sorted = Sorted::of(keys.chunks(part).map(<[u32]>::to_vec).collect(), |key| *key);
            let mut expected = keys;
            expected.sort_unstable();
            prop_assert_eq!(sorted.len(), expected.len());
            prop_assert_eq!((0..sorted.len()).filter_map(|number| sorted.get(number).copied()).collect::<Vec<_>>(), expected);
            prop_assert!(sorted.get(sorted.len()).is_none());
        }
    }
}
