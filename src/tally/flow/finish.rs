//! The counts made into what a page holds: names in the order of frequency, cells in the order of their numbers, and
//! as little told apart as it takes to keep the page small.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::bins::coarser;
use super::plan::{Dimension, Listed, Plan, longer};
use super::way::Part;
use super::{Detail, Flow, Key, List, Sum};
use crate::model::journey::Decision;
use crate::model::name::Frozen;
use crate::model::page::{
    Cells, Cube, Latency, LatencyRows, OUTCOMES, Page, Queue, SizeRows, Sizes, TopList, TopRows, Tops,
    outcome,
};
use crate::model::report::grouped;
use crate::model::time::HOUR;

/// What the counts may take when written as JSON, bytes.
const BUDGET: usize = 600 << 10;

/// How finely things are told apart.
#[derive(Clone, Copy, Debug)]
struct Grain {
    /// Hours of a bucket.
    step: i64,
    /// Entries, servers, connectors and parts of the way.
    names: u16,
    next_hops: u16,
    /// Of the most frequent senders and the like.
    tops: u8,
    /// Bins of latencies, three to a power of ten in place of six.
    coarse: bool,
}

impl Grain {
    /// From the finest on, each coarser than the one before.
    fn all(step: i64) -> Vec<Self> {
        let finest = Self { step, names: 40, next_hops: 40, tops: 20, coarse: false };
        let few = Self { next_hops: 15, tops: 10, coarse: true, ..finest };
        let mut all = vec![
            finest,
            Self { coarse: true, ..finest },
            Self { next_hops: 20, coarse: true, ..finest },
            few,
            Self { next_hops: 8, ..few },
        ];
        let fewer = Self { names: 12, next_hops: 8, ..few };
        all.extend(longer(step).into_iter().map(|step| Self { step, ..fewer }));
        all.extend(all.last().map(|last| Self { names: 6, next_hops: 4, tops: 5, ..*last }));
        all
    }
}

impl Flow<'_> {
    /// The page.
    pub fn finish(&self, names: &Frozen) -> Page {
        let mut page = Page::default();
        for grain in Grain::all(self.plan.step) {
            page = Shown::new(self, grain, names).page();
            if size(&page) <= BUDGET {
                break;
            }
        }
        page
    }
}

/// The counts as they are shown.
struct Shown<'f> {
    flow: &'f Flow<'f>,
    plan: &'f Plan,
    grain: Grain,
    names: &'f Frozen,
    start: i64,
    /// In order.
    cells: Vec<(Key, Sum)>,
    /// For each cell of the flow the one it is part of.
    places: Vec<u32>,
}

impl<'f> Shown<'f> {
    fn new(flow: &'f Flow<'f>, grain: Grain, names: &'f Frozen) -> Self {
        let plan = flow.plan;
        let mut shown = Self {
            flow,
            plan,
            grain,
            names,
            start: plan.start.div_euclid(grain.step) * grain.step,
            cells: Vec::new(),
            places: Vec::new(),
        };
        let mut sums: BTreeMap<Key, Sum> = BTreeMap::new();
        for (key, sum) in &flow.cells {
            let all = sums.entry(shown.key(*key)).or_default();
            *all = Sum { n: all.n + sum.n, bytes: all.bytes + sum.bytes };
        }
        shown.cells = sums.into_iter().collect();
        let place = |key: &Key| {
            let key = shown.key(*key);
            shown.cells.binary_search_by_key(&key, |(k, _)| *k).unwrap_or_default() as u32
        };
        shown.places = flow.cells.iter().map(|(key, _)| place(key)).collect();
        shown
    }

    fn key(&self, key: Key) -> Key {
        let names = self.grain.names;
        Key {
            t: self.bucket(i64::from(key.t)) as u32,
            entry: key.entry.min(names),
            server: key.server.min(names),
            decision: key.decision,
            connector: key.connector.min(names),
            next_hop: key.next_hop.min(self.grain.next_hops),
        }
    }

    /// The bucket as it is shown of one of the plan.
    fn bucket(&self, bucket: i64) -> i64 {
        (self.plan.start + bucket * self.plan.step - self.start).div_euclid(self.grain.step)
    }

    fn buckets(&self) -> i64 {
        if self.plan.buckets == 0 { 0 } else { self.bucket(self.plan.buckets - 1) + 1 }
    }

    fn page(&self) -> Page {
        let Flow { plan, without_size, .. } = self.flow;
        let (latency, parts) = self.latency();
        let tops = Tops {
            senders: self.top(&plan.senders, List::Senders),
            recipients: self.top(&plan.recipients, List::Recipients),
            sender_domains: self.top(&plan.sender_domains, List::SenderDomains),
            recipient_domains: self.top(&plan.recipient_domains, List::RecipientDomains),
            statuses: self.top(&plan.statuses, List::Statuses),
        };
        Page {
            cube: self.cube(),
            latency,
            sizes: Sizes { edges: self.flow.sizes.clone(), unknown: *without_size, rows: self.sizes() },
            tops,
            queue: self.queue(),
            cut: self.cut(parts),
        }
    }

    fn cube(&self) -> Cube {
        let Plan { entry, server, connector, next_hop, .. } = self.plan;
        let names = self.grain.names;
        let mut cells = Cells::default();
        for (key, sum) in &self.cells {
            cells.t.push(key.t);
            cells.entry.push(key.entry);
            cells.server.push(key.server);
            cells.decision.push(key.decision);
            cells.connector.push(key.connector);
            cells.next_hop.push(key.next_hop);
            let decision = Decision::ALL.get(usize::from(key.decision));
            cells.outcome.push(decision.map_or(0, |d| outcome(*d)));
            cells.n.push(sum.n);
            cells.bytes.push(sum.bytes);
        }
        Cube {
            start: self.start * HOUR,
            step: self.grain.step * HOUR,
            buckets: self.buckets() as u32,
            entry: shown(entry, names),
            server: shown(server, names),
            decision: Decision::ALL.map(Decision::as_str).to_vec(),
            connector: shown(connector, names),
            next_hop: shown(next_hop, self.grain.next_hops),
            outcome: OUTCOMES.to_vec(),
            cells,
        }
    }

    /// Latencies, and how many parts of the way there are.
    fn latency(&self) -> (Latency, usize) {
        let mut totals: HashMap<Part, u64> = HashMap::new();
        for ((_, detail), n) in &self.flow.details {
            if let Detail::Latency(part, _) = detail {
                *totals.entry(*part).or_default() += u64::from(*n);
            }
        }
        let all = Dimension::new(&totals, Some(Part::Whole), |part| part.label(self.names));
        let (edges, bins) = coarser(&self.flow.latencies);
        let edges = if self.grain.coarse { edges } else { self.flow.latencies.clone() };
        let bin = |fine: u8| {
            if self.grain.coarse { bins.get(usize::from(fine)).copied().unwrap_or(0) } else { fine }
        };
        let rows = self.rows(|detail| match detail {
            Detail::Latency(part, fine) => Some((all.number(part).min(self.grain.names), bin(fine))),
            _ => None,
        });
        let mut out = LatencyRows::default();
        for ((cell, hop, bin), n) in rows {
            out.cell.push(cell);
            out.hop.push(hop);
            out.bin.push(bin);
            out.n.push(n);
        }
        (Latency { edges, hops: shown(&all, self.grain.names), rows: out }, all.names.len())
    }

    fn sizes(&self) -> SizeRows {
        let mut out = SizeRows::default();
        let rows = self.rows(|detail| if let Detail::Size(bin) = detail { Some((0, bin)) } else { None });
        for ((cell, _, bin), n) in rows {
            out.cell.push(cell);
            out.bin.push(bin);
            out.n.push(n);
        }
        out
    }

    fn top<K>(&self, listed: &Listed<K>, list: List) -> TopList {
        let most = usize::from(self.grain.tops);
        let mut rows = TopRows::default();
        let counted = self.rows(|detail| match detail {
            Detail::Top(of, place) if of == list && place < self.grain.tops => Some((0, place)),
            _ => None,
        });
        for ((cell, _, item), n) in counted {
            rows.item.push(u16::from(item));
            rows.cell.push(cell);
            rows.n.push(n);
        }
        TopList {
            total: listed.total,
            names: listed.names.iter().take(most).cloned().collect(),
            counts: listed.counts.iter().take(most).copied().collect(),
            rows,
        }
    }

    /// Details of one sort by cell and two numbers, in order.
    fn rows(&self, wanted: impl Fn(Detail) -> Option<(u16, u8)>) -> Vec<((u32, u16, u8), u64)> {
        let mut all: Vec<((u32, u16, u8), u64)> = Vec::new();
        for ((cell, detail), n) in &self.flow.details {
            let place = self.places.get(*cell as usize);
            all.extend(place.zip(wanted(*detail)).map(|(cell, (a, b))| ((*cell, a, b), u64::from(*n))));
        }
        all.sort_unstable();
        all.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        all
    }

    fn queue(&self) -> Queue {
        let buckets = self.buckets() as usize;
        let mut depth: BTreeMap<u16, Vec<i64>> = BTreeMap::new();
        for ((server, bucket), change) in &self.flow.changes {
            let number = self.plan.server.number(*server).min(self.grain.names);
            let changes = depth.entry(number).or_insert_with(|| vec![0; buckets]);
            let at = self.bucket(*bucket).max(0) as usize;
            changes.get_mut(at).into_iter().for_each(|all| *all += change);
        }
        let sums = |changes: Vec<i64>| {
            let waits = changes.into_iter().scan(0, |waits, change| {
                *waits += change;
                Some((*waits).max(0) as u64)
            });
            waits.collect()
        };
        let (server, depth) = depth.into_iter().map(|(server, changes)| (server, sums(changes))).unzip();
        Queue { server, depth, note: NOTE }
    }

    fn cut(&self, parts: usize) -> Vec<String> {
        let Grain { names, next_hops, .. } = self.grain;
        let Plan { entry, server, connector, next_hop, .. } = self.plan;
        let lists = [
            ("ways in", entry.names.len(), names),
            ("servers", server.names.len(), names),
            ("send connectors", connector.names.len() - 1, names - 1),
            ("next hops", next_hop.names.len() - 1, next_hops - 1),
            ("parts of the way", parts - 1, names - 1),
        ];
        let over = lists.into_iter().filter(|(_, all, most)| *all > usize::from(*most));
        let said = |(what, all, most): (&str, usize, u16)| {
            let all = grouped(all as u64);
            format!(
                "Of {all} {what} the {most} with most recipients are told apart, the rest is “other”: `mailtrail routes` and `mailtrail hops` write every recipient."
            )
        };
        over.map(said).collect()
    }
}

/// What the depth of queues rests on.
const NOTE: &str = "Recipients whose mail a server had received and not yet sent on, delivered or given up, by its own log. \
    Where a row is missing from the logs the mail seems to wait.";

/// Names as far as they are told apart.
fn shown<K: Copy + Eq + std::hash::Hash>(all: &Dimension<K>, most: u16) -> Vec<String> {
    let more = all.names.len() > usize::from(most);
    let some = all.names.iter().take(usize::from(most)).cloned();
    some.chain(more.then(|| "other".to_owned())).collect()
}

/// About how many bytes the counts take as JSON.
fn size(page: &Page) -> usize {
    fn list<T: Copy + Into<u64>>(numbers: &[T]) -> usize {
        numbers.iter().map(|n| (*n).into().checked_ilog10().unwrap_or(0) as usize + 2).sum()
    }
    let Cells { t, entry, server, decision, connector, next_hop, outcome, n, bytes } = &page.cube.cells;
    let cells: usize =
        [entry, server, decision, connector, next_hop].iter().map(|numbers| list(numbers.as_slice())).sum();
    let cells = cells + list(t) + list(outcome) + list(n) + list(bytes);
    let LatencyRows { cell, hop, bin, n } = &page.latency.rows;
    let latency = list(cell) + list(hop) + list(bin) + list(n);
    let SizeRows { cell, bin, n } = &page.sizes.rows;
    let sizes = list(cell) + list(bin) + list(n);
    let Tops { senders, recipients, sender_domains, recipient_domains, statuses } = &page.tops;
    let tops = [senders, recipients, sender_domains, recipient_domains, statuses];
    let tops: usize = tops.iter().map(|t| list(&t.rows.item) + list(&t.rows.cell) + list(&t.rows.n)).sum();
    let queue: usize = page.queue.depth.iter().map(|numbers| list(numbers)).sum();
    cells + latency + sizes + tops + queue
}
