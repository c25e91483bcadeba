//! Folds that few packets have records of: these are plain data, list after list.
//!
//! A new fold whose records belong into partials is a line below.

use super::super::application::announce::Announced;
use super::super::dns::Dns;
use super::super::dtls::Dtls;
use super::super::echo::Echo;
use super::super::quic::Quic;
use super::super::{Dealt, Fold, Folded, Folds, Parts, Position, SHARDS};
use super::frames::Counted;
use super::packets;
use super::wire::{Damaged, Input, put_saved};
use serde::de::DeserializeOwned;

macro_rules! few {
    ($($name:ident: $fold:ty;)*) => {
        /// One shard of each of these folds that is on.
        pub struct Few<'a> {
            $($name: Option<&'a mut <$fold as Fold>::Shard>,)*
        }

        impl Few<'_> {
            /// Applies the records of a part.
            pub fn apply(
                &mut self,
                input: &mut Input<'_>,
                position: Position<'_>,
            ) -> Result<(), Damaged> {
                $(apply::<$fold>(input, &mut self.$name, position)?;)*
                Ok(())
            }
        }

        /// True if a shard of a part has none of these records.
        pub fn is_empty(part: &Parts, shard: usize) -> bool {
            true $(&& of(&part.$name, shard).is_empty())*
        }

        /// Writes these records of a shard of a part.
        pub fn put(out: &mut Vec<u8>, part: &Parts, shard: usize) {
            $(put_saved(out, of(&part.$name, shard));)*
        }

        impl Folds {
            /// The shards of all folds, and what was announced.
            pub(super) fn shards(
                &mut self,
            ) -> (Vec<(packets::Shards<'_>, Few<'_>)>, &Announced) {
                let mut tcp = shards_of(&mut self.tcp);
                let mut flows = shards_of(&mut self.flows);
                let mut datagrams = shards_of(&mut self.datagrams);
                $(let mut $name = shards_of(&mut self.$name);)*
                let shard = |_| {
                    let (tcp, flows, datagrams) = (tcp.next(), flows.next(), datagrams.next());
                    let counted = Counted::default();
                    let packets = packets::Shards { tcp, flows, datagrams, counted };
                    (packets, Few { $($name: $name.next(),)* })
                };
                ((0..SHARDS).map(shard).collect(), &self.media)
            }
        }
    };
}

few! {
    echo: Echo;
    dns: Dns;
    quic: Quic;
    dtls: Dtls;
}

fn apply<F: Fold<Record: DeserializeOwned>>(
    input: &mut Input<'_>,
    shard: &mut Option<&mut F::Shard>,
    position: Position<'_>,
) -> Result<(), Damaged> {
    for _ in 0..input.number()? {
        let record = input.saved()?;
        shard.iter_mut().for_each(|shard| F::apply(shard, &record, position));
    }
    Ok(())
}

/// The records of a shard.
pub fn of<F: Fold>(dealt: &Option<Dealt<F>>, shard: usize) -> &[F::Record] {
    let records = dealt.as_ref().and_then(|dealt| dealt.shards.get(shard));
    records.map_or(&[], Vec::as_slice)
}

fn shards_of<F: Fold>(fold: &mut Option<Folded<F>>) -> impl Iterator<Item = &mut F::Shard> {
    fold.iter_mut().flat_map(|fold| &mut fold.shards)
}
