//! What is written reads back.

use super::*;
use crate::model::event::{EventId, Source};
use crate::model::journey::Direction;
use crate::model::status::EnhancedCode;
use crate::route::shape::Shapes;
use proptest::prelude::*;

fn status() -> impl Strategy<Value = StatusInfo> {
    (0u8..6, 0u8..4, proptest::option::of((2u8..6, 0u16..1000, 0u16..1000)), any::<[u32; 3]>()).prop_map(
        |(class, marks, code, [tag, text, host])| StatusInfo {
            class,
            marks,
            code: code.map(|(class, subject, detail)| EnhancedCode { class, subject, detail }),
            tag: Symbol(tag),
            text: Symbol(text),
            host: Symbol(host),
        },
    )
}

proptest! {
    #[test]
    fn a_written_fact_reads_back(
        numbers in any::<[u32; 12]>(),
        (id, link_id) in (any::<u64>(), any::<u64>()),
        (time, origination) in (-62_135_596_800_000i64..253_402_300_800_000, proptest::option::of(0i64..2_000_000_000_000)),
        (event, source, flags, direction) in (0u8..44, 0u8..23, any::<u16>(), 0u8..4),
        size in proptest::option::of(any::<u64>()),
        people in proptest::collection::vec((any::<[u32; 2]>(), status()), 0..5),
        others in 0u16..20,
        (texts, before) in (any::<bool>(), proptest::option::of((any::<[bool; 3]>(), -1_000_000i64..1_000_000))),
    ) {
        let [server, link, connector, peer, peer_ip, origin_ip, related, sender, mid, subject, reference, file] = numbers;
        let shown = |s: u32| Symbol(if texts { s.wrapping_add(1) } else { s });
        let text = |s: u32| Symbol(if texts { s } else { 0 });
        let fact = Fact {
            time: Timestamp(time),
            event: EventId::from_u8(event),
            source: Source::from_u8(source),
            flags,
            server: Symbol(server),
            id,
            link_host: Symbol(link),
            link_id,
            connector: Symbol(connector),
            peer: Symbol(peer),
            peer_ip: Symbol(peer_ip),
            origin_ip: Symbol(origin_ip),
            related: Symbol(related),
            related_shown: shown(related),
            sender: Symbol(sender),
            sender_shown: shown(sender),
            origination: origination.map(Timestamp),
            size,
            direction: [Direction::Absent, Direction::Incoming, Direction::Originating, Direction::Undefined][direction as usize],
            message_id: text(mid),
            subject: text(subject),
            reference: text(reference),
            evidence: if texts { Position { file, line: id, offset: link_id } } else { Position::default() },
            first: 0,
            count: people.len() as u32,
            twin: id >> 3,
            marks: flags >> 3,
            made_from: id >> 5,
            owner: 7,
            id_hash: 9,
        };
        let people: Vec<Recipient> = people
            .iter()
            .map(|([a, b], status)| Recipient { address: Symbol(*a), shown: Symbol(if texts { *b } else { *a }), status: *status })
            .collect();
        let mut bytes = Vec::new();
        let base = before.map(|([same_id, same_people, same_origin], ms)| {
            let id = if same_id { fact.id } else { fact.id ^ 1 };
            let origination = fact.origination.filter(|_| same_origin);
            let people = if same_people { &people[..] } else { &[] };
            Base::of(&Fact { id, origination, time: Timestamp(fact.time.0 + ms), ..fact }, people)
        });
        // Before it there are so many shapes that none is left for it, or fewer.
        let shapes = Shapes::default();
        let mut shaper = Shaper::new(&shapes);
        for flags in 0..others {
            shaper.number(&Shape { flags, ..Shape::default() });
        }
        encode((&fact, &people), (texts, base), &mut shaper, &mut bytes);
        let (mut bag, shapes) = (Bag::default(), shapes.freeze());
        let mut rest = &bytes[..];
        decode(&mut rest, Known { sender: Symbol(sender), owner: 7, id_hash: 9, base }, &shapes, &mut bag);
        prop_assert!(rest.is_empty());
        prop_assert_eq!(bag.facts[0], fact);
        prop_assert_eq!(bag.recipients, people);
    }
}
