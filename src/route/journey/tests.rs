//! The short way of plain messages against the long one, over bags of any rows.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::model::event::Source;
use crate::model::name::Names;
use crate::route::fact::{ANNOTATION, INTRA, RULE_AGENT, Recipient};

const EVENTS: [EventId; 14] = [
    EventId::Receive,
    EventId::Send,
    EventId::Deliver,
    EventId::Receive,
    EventId::Send,
    EventId::Deliver,
    EventId::SendExternal,
    EventId::Submit,
    EventId::Resolve,
    EventId::Expand,
    EventId::Fail,
    EventId::Defer,
    EventId::Transfer,
    EventId::DuplicateExpand,
];
const SOURCES: [Source; 4] = [Source::Smtp, Source::StoreDriver, Source::Agent, Source::Routing];
const FLAGS: [u16; 5] = [0, 0, INTRA, RULE_AGENT, ANNOTATION];

/// Symbols of a few hosts, short and long, and of a few addresses.
fn texts() -> (Frozen, Vec<Symbol>, Vec<Symbol>) {
    let names = Names::default();
    let hosts = ["EX1", "EX2", "ex1.contoso.com", "ex2.contoso.com", "mx.fabrikam.com"];
    let hosts = hosts.iter().map(|h| names.intern(h.as_bytes())).collect();
    let people = (0..24).map(|n| names.intern(format!("p{n}@contoso.com").as_bytes())).collect();
    (names.freeze(), hosts, people)
}

type Row = (i64, (usize, usize, usize), (usize, usize, u64, u64), (usize, Vec<(usize, u8)>));

fn row() -> impl Strategy<Value = Row> {
    let what = (0..EVENTS.len(), 0..SOURCES.len(), 0..FLAGS.len());
    let hosts = (0usize..2, 0usize..5, 0u64..24, 0u64..24);
    (0i64..40, what, hosts, (0usize..30, vec((0usize..24, 0u8..6), 0..4)))
}

fn bag(rows: &[Row], steps: bool, hosts: &[Symbol], people: &[Symbol]) -> Bag {
    let mut bag = Bag::default();
    for (time, (event, source, flags), (server, peer, id, link), (related, to)) in rows {
        let first = bag.recipients.len() as u32;
        bag.recipients.extend(to.iter().map(|(person, class)| {
            let status = crate::model::journey::StatusInfo { class: *class, ..Default::default() };
            Recipient { address: people[*person], shown: people[*person], status }
        }));
        let related = people.get(*related).copied().filter(|_| steps).unwrap_or(EMPTY);
        bag.facts.push(Fact {
            time: Timestamp(*time * 500),
            event: EVENTS[*event],
            source: SOURCES[*source],
            flags: FLAGS[*flags] & if steps { u16::MAX } else { !RULE_AGENT },
            server: hosts[*server],
            peer: hosts[*peer],
            id: *id,
            link_id: *link,
            related,
            related_shown: related,
            first,
            count: to.len() as u32,
            ..Fact::default()
        });
    }
    bag
}

proptest! {
    #[test]
    fn plain_messages_come_to_the_same_either_way(rows in vec(row(), 0..40), steps in any::<bool>(), hops in any::<bool>()) {
        let (names, hosts, people) = texts();
        let mut bag = bag(&rows, steps, &hosts, &people);
        bag.sort(&names);
        let mut builder = Builder::default();
        let short = builder.build(&bag, &names, hops);
        prop_assert_eq!(&short, &builder.build_by(&bag, &names, hops, |_| false));
        // Nothing of a message is left behind for the next.
        prop_assert_eq!(&short, &Builder::default().build(&bag, &names, hops));
    }
}
