//! Lists of segments that wait for their acknowledgment.

use super::super::after;
use super::*;
use proptest::prelude::*;

/// One list, as its definition has it.
#[derive(Default)]
struct Told(Vec<Segment>);

impl Told {
    fn acknowledge(&mut self, ack: u32) -> Option<u64> {
        let ends = self.0.iter().find(|one| one.next == ack).map(|one| one.packet);
        self.0.retain(|one| after(one.next, ack));
        for one in self.0.iter_mut().filter(|one| after(ack, one.sequence)) {
            one.sequence = ack;
        }
        ends
    }

    fn in_flight(&self) -> u32 {
        let least = self.0.iter().map(|one| one.sequence).min();
        let greatest = self.0.iter().map(|one| one.next).max();
        greatest.zip(least).map_or(0, |(greatest, least)| greatest - least)
    }
}

proptest! {
    #[test]
    fn lists_hold_what_was_pushed_and_not_acknowledged(
        steps in prop::collection::vec((0_usize..3, any::<bool>(), 0_u32..40, 1_u32..20), 0..80),
    ) {
        let mut lists = Lists::default();
        let mut kept: [(List, Told); 3] = Default::default();
        for (packet, (which, pushes, at, length)) in (1..).zip(steps) {
            let (list, told) = &mut kept[which];
            if pushes {
                let segment = Segment { packet, time: 0, sequence: at, next: at + length };
                lists.push(list, segment, 0);
                told.0.push(segment);
            } else {
                let acknowledged = lists.acknowledge(list, at).map(|one| one.packet);
                prop_assert_eq!(acknowledged, told.acknowledge(at));
            }
            prop_assert_eq!(lists.len(list), told.0.len());
            prop_assert_eq!(list.is_empty(), told.0.is_empty());
            prop_assert_eq!(lists.in_flight(list, 0), told.in_flight());
            let first = told.0.first().map(|one| one.packet);
            prop_assert_eq!(lists.first(list).map(|one| one.packet), first);
        }
        kept.iter_mut().for_each(|(list, _)| lists.clear(list));
        prop_assert_eq!(lists.one.len(), lists.free_one.len());
        prop_assert_eq!(lists.several.len(), lists.free_several.len());
    }
}
