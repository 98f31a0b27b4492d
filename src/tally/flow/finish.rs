//! The counts made into what a page holds: names in the order of frequency, cells in the order of their numbers, and
//! as little told apart as it takes to keep the page small.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::counts::{Counts, Detail, Sort};
use super::grain::Grain;
use super::plan::{Dimension, Listed, Plan};
use super::way::Part;
use super::{Flow, Key};
use crate::model::journey::Decision;
use crate::model::name::Frozen;
use crate::model::page::{
    Cells, Cube, Latency, LatencyRows, OUTCOMES, Page, Queue, SizeRows, Sizes, TopList, TopRows, Tops,
    outcome,
};
use crate::model::report::grouped;
use crate::model::time::HOUR;

/// What the counts may take when written as JSON, bytes.
const BUDGET: usize = 800 << 10;

impl Flow<'_> {
    /// The page: what was counted, told apart as finely as there is room for.
    pub fn finish(&self, names: &Frozen) -> Page {
        let mut totals: HashMap<Part, u64> = self.parts.keys().map(|part| (*part, 0)).collect();
        let by_number: HashMap<u32, Part> =
            self.parts.iter().map(|(part, number)| (*number, *part)).collect();
        for (detail, n) in self.details.iter().filter(|(detail, _)| detail.is(Sort::Latency)) {
            let part = by_number.get(&detail.part());
            part.and_then(|part| totals.get_mut(part)).into_iter().for_each(|all| *all += u64::from(*n));
        }
        let parts = Dimension::new(&totals, Some(Part::Whole), |part| part.label(names));
        let number = |detail: Detail| match by_number.get(&detail.part()) {
            Some(part) if detail.is(Sort::Latency) => {
                u32::from(parts.number(*part).min(self.plan.grain.names))
            }
            _ => 0,
        };
        let details = self.details.iter().map(|(d, n)| (d.moved(d.cell(), number(*d)), u64::from(*n)));
        let counts = Counts::sorted(&self.cells, details.collect());
        let finest = Shown { flow: self, plan: self.plan, grain: self.plan.grain, parts: &parts, counts };
        let mut page = finest.page();
        let mut grains = self.plan.grain.coarser().into_iter().skip(1);
        let mut shown = finest;
        while size(&page) > BUDGET
            && let Some(grain) = grains.next()
        {
            shown = shown.coarser(grain);
            page = shown.page();
        }
        page
    }
}

/// The counts as they are shown.
struct Shown<'f> {
    flow: &'f Flow<'f>,
    plan: &'f Plan,
    grain: Grain,
    /// Parts of the way.
    parts: &'f Dimension<Part>,
    counts: Counts,
}

impl Shown<'_> {
    fn coarser(&self, grain: Grain) -> Self {
        let bucket = |bucket: u32| bucket_of((self.plan, self.grain), grain, i64::from(bucket)) as u32;
        Self { grain, counts: self.counts.coarser(grain, bucket), ..*self }
    }

    /// First hour of the first bucket.
    fn start(&self) -> i64 {
        start(self.plan, self.grain)
    }

    /// The bucket of one of the plan.
    fn bucket(&self, bucket: i64) -> i64 {
        bucket_of((self.plan, self.plan.grain), self.grain, bucket)
    }

    fn buckets(&self) -> i64 {
        if self.plan.buckets == 0 { 0 } else { self.bucket(self.plan.buckets - 1) + 1 }
    }

    fn page(&self) -> Page {
        let Plan { sizes, senders, recipients, sender_domains, recipient_domains, statuses, .. } = self.plan;
        let rows = self.counts.of(Sort::Size).map(|(d, n)| (d.cell(), d.bin(), n));
        let (cell, (bin, n)) = rows.map(|(cell, bin, n)| (cell, (bin, n))).unzip();
        let unknown = self.flow.without_size;
        let (mut cube, queue) = (self.cube(), self.queue());
        // One that nothing was decided at, and nothing sent to that is certain, is in no list.
        if queue.server.iter().any(|server| usize::from(*server) >= cube.server.len()) {
            cube.server.push(OTHERS.to_owned());
        }
        Page {
            cube,
            latency: self.latency(),
            sizes: Sizes { edges: sizes.clone(), unknown, rows: SizeRows { cell, bin, n } },
            tops: Tops {
                senders: self.top(senders, Sort::Senders),
                recipients: self.top(recipients, Sort::Recipients),
                sender_domains: self.top(sender_domains, Sort::SenderDomains),
                recipient_domains: self.top(recipient_domains, Sort::RecipientDomains),
                statuses: self.top(statuses, Sort::Statuses),
            },
            queue,
            cut: self.cut(),
        }
    }

    fn cube(&self) -> Cube {
        let Plan { entry, server, connector, next_hop, .. } = self.plan;
        let Grain { names, next_hops, step, .. } = self.grain;
        let mut cells = Cells::default();
        for (Key { t, entry, server, decision, connector, next_hop }, n) in &self.counts.cells {
            cells.t.push(*t);
            cells.entry.push(*entry);
            cells.server.push(*server);
            cells.decision.push(*decision);
            cells.connector.push(*connector);
            cells.next_hop.push(*next_hop);
            cells.outcome.push(Decision::ALL.get(usize::from(*decision)).map_or(0, |d| outcome(*d)));
            cells.n.push(*n);
        }
        Cube {
            start: self.start() * HOUR,
            step: step * HOUR,
            buckets: self.buckets() as u32,
            entry: shown(entry, names),
            server: shown(server, names),
            decision: Decision::ALL.map(Decision::as_str).to_vec(),
            connector: shown(connector, names),
            next_hop: shown(next_hop, next_hops),
            outcome: OUTCOMES.to_vec(),
            cells,
        }
    }

    fn latency(&self) -> Latency {
        let mut rows = LatencyRows::default();
        for (detail, n) in self.counts.of(Sort::Latency) {
            rows.cell.push(detail.cell());
            rows.hop.push(detail.part() as u16);
            rows.bin.push(detail.bin());
            rows.n.push(n);
        }
        Latency { edges: self.plan.latencies.clone(), hops: shown(self.parts, self.grain.names), rows }
    }

    fn top<K>(&self, listed: &Listed<K>, list: Sort) -> TopList {
        let most = usize::from(self.grain.tops);
        let mut rows = TopRows::default();
        for (detail, n) in self.counts.of(list).filter(|(detail, _)| detail.bin() < self.grain.tops) {
            rows.item.push(u16::from(detail.bin()));
            rows.cell.push(detail.cell());
            rows.n.push(n);
        }
        TopList {
            total: listed.total,
            names: listed.names.iter().take(most).cloned().collect(),
            counts: listed.counts.iter().take(most).copied().collect(),
            rows,
        }
    }

    fn queue(&self) -> Queue {
        let buckets = self.buckets() as usize;
        let most = self.plan.server.names.len().min(usize::from(self.grain.names)) as u16;
        let mut depth: BTreeMap<u16, Vec<i64>> = BTreeMap::new();
        for ((server, bucket), change) in &self.flow.changes {
            let number = self.plan.server.number(*server).min(most);
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

    fn cut(&self) -> Vec<String> {
        let Grain { names, next_hops, step, .. } = self.grain;
        let Plan { entry, server, connector, next_hop, .. } = self.plan;
        let lists = [
            ("ways in", entry.names.len(), names),
            ("servers", server.names.len(), names),
            ("send connectors", connector.names.len() - 1, names - 1),
            ("next hops", next_hop.names.len() - 1, next_hops - 1),
            ("parts of the way", self.parts.names.len() - 1, names - 1),
        ];
        let over = lists.into_iter().filter(|(_, all, most)| *all > usize::from(*most));
        let said = |(what, all, most): (&str, usize, u16)| {
            let all = grouped(all as u64);
            format!(
                "Of {all} {what} the {most} with most recipients are told apart, the rest is “other”: `mailtrail routes` and `mailtrail hops` write every recipient."
            )
        };
        let steps = (step > 1).then(|| {
            format!(
                "Mail is counted by {step} hours at a time: `mailtrail report --format json` has every hour."
            )
        });
        over.map(said).chain(steps).collect()
    }
}

/// What all is called that is not told apart.
const OTHERS: &str = "other";

/// First hour of the first bucket.
fn start(plan: &Plan, grain: Grain) -> i64 {
    plan.start.div_euclid(grain.step) * grain.step
}

/// The bucket of a coarser grain in which one of a finer lies.
fn bucket_of((plan, finer): (&Plan, Grain), coarser: Grain, bucket: i64) -> i64 {
    (start(plan, finer) + bucket * finer.step - start(plan, coarser)).div_euclid(coarser.step)
}

/// What the depth of queues rests on.
const NOTE: &str = "Recipients whose mail a server had received and not yet sent on, delivered or given up, by its own log. \
    Where a row is missing from the logs the mail seems to wait.";

/// Names as far as they are told apart.
fn shown<K: Copy + Eq + std::hash::Hash>(all: &Dimension<K>, most: u16) -> Vec<String> {
    let more = all.names.len() > usize::from(most);
    let some = all.names.iter().take(usize::from(most)).cloned();
    some.chain(more.then(|| OTHERS.to_owned())).collect()
}

/// About how many bytes the counts take as JSON.
fn size(page: &Page) -> usize {
    fn list<T: Copy + Into<u64>>(numbers: &[T]) -> usize {
        numbers.iter().map(|n| (*n).into().checked_ilog10().unwrap_or(0) as usize + 2).sum()
    }
    let Cells { t, entry, server, decision, connector, next_hop, outcome, n } = &page.cube.cells;
    let cells: usize =
        [entry, server, decision, connector, next_hop].iter().map(|numbers| list(numbers.as_slice())).sum();
    let cells = cells + list(t) + list(outcome) + list(n);
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
