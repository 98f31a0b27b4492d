//! Findings of a run: what is normal is counted over all messages, those worth a second look are judged.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::filter::Filter;
use super::plan::Plan as Files;
use super::sampled::Sampled;
use super::state::{Order, Spot, State, sort};
use super::{Findings as Wanted, Needs};
use crate::findings::addresses::Addresses;
use crate::findings::expected::Table;
use crate::findings::group::{GroupKey, Groups};
use crate::findings::latent::{is_met, latent};
use crate::findings::norms::Norms;
use crate::findings::remote_routing::Astray;
use crate::findings::samples::Samples;
use crate::findings::survey::{Survey, Suspicion};
use crate::findings::thresholds::Thresholds;
use crate::findings::{add, add_missing_files, keys_of, kinds_of, missing_numbers};
use crate::model::finding::{Finding, Instance};
use crate::model::journey::Journey;
use crate::model::name::{Frozen, short_host};
use crate::model::page::Page;
use crate::model::remote_routing::RemoteRouting;
use crate::model::report::FileNote;
use crate::model::series::Series;
use crate::parse::sniff::Family;
use crate::tally::flow::{Flow, Listing, Plan};
use crate::tally::{self, Hourly, Tally};
use crate::topology::Topology;

/// Findings, and what is needed to say of any message which of them it has.
#[derive(Debug, Default)]
pub struct Judged {
    pub(super) norms: Norms,
    pub(super) held: HashSet<GroupKey>,
    pub(super) findings: Vec<(GroupKey, Finding)>,
    /// The messages that were judged, in order: no finding holds for any other.
    pub(super) suspects: Vec<Spot>,
    /// The keys of the messages that a kind holds for, where each message is asked for its findings.
    pub(super) met: Option<HashSet<u128>>,
    /// The messages that findings show, where a page is asked for; by finding and time.
    pub(super) sampled: Vec<Sampled>,
    /// Their texts, if not those of the reading.
    pub names: Option<Frozen>,
    /// Remote mailboxes whose mail goes astray, where exports tell.
    pub remote_routing: Option<RemoteRouting>,
    /// Every message and recipient, where that was asked for.
    pub instances: Vec<Instance>,
}

/// What the first look at all messages gives.
struct Look<'n> {
    tally: Option<Tally>,
    hourly: Option<Hourly>,
    listing: Option<Listing>,
    survey: Survey<'n>,
    /// Messages by what may be wrong with them.
    suspects: HashMap<Suspicion, Vec<Spot>>,
    orders: Option<Vec<Order>>,
}

impl Look<'_> {
    fn merge(&mut self, other: Self) {
        if let (Some(mine), Some(tally)) = (&mut self.tally, other.tally) {
            mine.merge(tally);
        }
        if let (Some(mine), Some(hourly)) = (&mut self.hourly, other.hourly) {
            mine.merge(hourly);
        }
        if let (Some(mine), Some(listing)) = (&mut self.listing, other.listing) {
            mine.merge(listing);
        }
        self.survey.merge(other.survey);
        for (why, spots) in other.suspects {
            let mine = self.suspects.entry(why).or_default();
            mine.reserve_exact(spots.len());
            mine.extend(spots);
        }
        if let (Some(mine), Some(orders)) = (&mut self.orders, other.orders) {
            mine.extend(orders);
        }
    }
}

/// What all messages together tell.
pub(super) struct Overview {
    pub tally: Option<Tally>,
    /// The same by hour of the week.
    pub series: Option<Series>,
    /// The same by when and which way.
    pub page: Option<Page>,
    pub norms: Norms,
    /// Messages that are worth a second look.
    pub suspects: Vec<Spot>,
    /// Those the filter takes, in the order of output.
    pub orders: Option<Vec<Order>>,
}

/// Looks at all messages once: sums for the report and the order of output if asked, and what is normal.
pub(super) fn look(
    state: &State,
    (filter, topology, thresholds): (&Filter, Option<&Arc<Topology>>, Thresholds),
    (wants, order): (Needs, bool),
) -> Overview {
    let names = state.names();
    let sums = wants.sums.then(|| Arc::new(tally::Addresses::new(names)));
    let addresses = Arc::new(Addresses::new(names));
    let expected = topology.map(|topology| Arc::new(Table::new(topology, names)));
    let new = || Look {
        tally: sums.clone().map(Tally::new),
        hourly: (wants.sums && wants.series).then(Hourly::default),
        listing: (wants.sums && wants.page).then(Listing::default),
        survey: Survey::new(Arc::clone(&addresses), expected.clone(), thresholds),
        suspects: HashMap::new(),
        orders: order.then(Vec::new),
    };
    let add = |look: &mut Look<'_>, spot: Spot, journey: &Journey| {
        let taken = (look.tally.is_some() || look.orders.is_some()) && filter.takes(journey, names);
        if let Some(tally) = &mut look.tally {
            if taken { tally.add(journey) } else { tally.skip() }
        }
        if let Some(hourly) = look.hourly.as_mut().filter(|_| taken) {
            hourly.add(journey, |address| addresses.domain(address));
        }
        if let Some(listing) = look.listing.as_mut().filter(|_| taken) {
            listing.add(journey, names);
        }
        if let Some(orders) = look.orders.as_mut().filter(|_| taken) {
            orders.push(state.order(spot, journey));
        }
        let Look { survey, suspects, .. } = look;
        survey.add(journey, |why| {
            let spots = suspects.entry(why).or_default();
            // Of a message with many recipients most say the same.
            if spots.last() != Some(&spot) {
                spots.push(spot);
            }
        });
    };
    // Nothing that is counted rests on hops of messages that made no laps.
    let mut look = state.fold_keyed((None, false), new, add, Look::merge);
    if let Some(orders) = &mut look.orders {
        sort(orders);
    }
    let norms = Norms::new(&look.survey, topology.cloned());
    let mut suspects: Vec<Spot> =
        look.suspects.into_iter().filter(|(why, _)| norms.wants(*why)).flat_map(|(_, spots)| spots).collect();
    suspects.sort_unstable();
    suspects.dedup();
    let series = look.hourly.zip(look.tally.as_ref()).map(|(hourly, tally)| {
        hourly.finish((tally, names), |address| addresses.domain(address), |number| addresses.text(number))
    });
    let page = look.listing.zip(look.tally.as_ref()).map(|(listing, tally)| {
        let plan = Plan::new(&listing, tally, names);
        flow(state, filter, &plan)
    });
    Overview { tally: look.tally, series, page, norms, suspects, orders: look.orders }
}

/// Looks at all messages once more, now that it is known what there is most of.
fn flow(state: &State, filter: &Filter, plan: &Plan) -> Page {
    let names = state.names();
    let add = |flow: &mut Flow<'_>, _: Spot, journey: &Journey| {
        if filter.takes(journey, names) {
            flow.add(journey, names);
        }
    };
    state.fold_hops(|| Flow::new(plan), add, Flow::merge).finish(names)
}

/// What those messages come to.
#[derive(Default)]
struct Sum {
    groups: Groups<Spot>,
    astray: Astray,
    /// Keys of those that a kind holds for.
    met: Vec<u128>,
}

impl Sum {
    fn merge(&mut self, other: Self) {
        self.groups.merge(other.groups);
        self.astray.merge(other.astray);
        self.met.extend(other.met);
    }
}

/// Judges the messages worth a second look. Also gives those that are to be shown: the samples of each
/// finding that `shows`, or where all are wanted every message of every finding.
pub(super) fn judge(
    state: &State,
    (norms, suspects): (Norms, &[Spot]),
    (filter, wants): (&Filter, Needs),
    (plan, shows): (&Files, impl Fn(&Finding) -> bool),
) -> (Judged, Vec<Spot>) {
    let names = state.names();
    let judge = |sum: &mut Sum, spot: Spot, journey: &Journey| {
        let sums = (&mut sum.groups, &mut sum.astray);
        let is_met = add(sums, (journey, spot), (names, &norms), filter.takes(journey, names));
        if is_met && wants.texts {
            sum.met.push(journey.key);
        }
    };
    let Sum { mut groups, astray, met } = state.fold_some(suspects, Sum::default, judge, Sum::merge);
    let met = wants.texts.then(|| met.into_iter().collect());
    let latent = norms.told().filter(|_| filter.is_empty()).map(latent).unwrap_or_default();
    let remote_routing = norms.told().and_then(|topology| astray.conclude(topology));
    if filter.is_empty() {
        note_missing_files(&mut groups, plan);
    }
    let held = groups.held(norms.thresholds());
    let mut spots = groups.spots(&held);
    let findings = groups.findings(&held, &norms, names);
    let shown = if wants.findings == Wanted::Instances {
        suspects.to_vec()
    } else {
        let shown = findings.iter().filter(|(_, f)| shows(f));
        let mut shown: Vec<Spot> = shown.filter_map(|(key, _)| spots.remove(key)).flatten().collect();
        shown.sort_unstable();
        shown.dedup();
        shown
    };
    let shown = if findings.is_empty() { Vec::new() } else { shown };
    let mut findings = findings;
    let unmet: Vec<Finding> =
        latent.into_iter().filter(|l| !findings.iter().any(|(_, f)| is_met(l, f))).collect();
    findings.extend(unmet.into_iter().map(|finding| (GroupKey::of_exports(&finding), finding)));
    findings.sort_by_key(|(_, f)| (std::cmp::Reverse(f.severity), f.caused_by.is_some(), f.messages == 0));
    let suspects = suspects.to_vec();
    let judged = Judged { norms, held, findings, suspects, met, remote_routing, ..Judged::default() };
    (judged, shown)
}

/// Files whose numbers leave a gap, by the server that wrote them, else by their folder and stamp. A copy
/// that was left out, since another file says the same, is here all the same.
fn note_missing_files(groups: &mut Groups<Spot>, plan: &Files) {
    let names = || {
        let read = plan.files.iter().map(|f| f.source.name.as_str());
        read.chain(plan.left_out.iter().map(|l| l.name.as_str()))
    };
    for (group, missing) in missing_numbers(names().filter_map(numbered)) {
        let server = plan.files.iter().find(|f| f.source.name.starts_with(group)).map(|f| f.host.clone());
        let server = server.unwrap_or_default();
        let short = missing.iter().map(|m| m.rsplit(['/', '\\']).next().unwrap_or(m));
        let some: Vec<&str> = short.take(5).collect();
        let more = missing.len() - some.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let whose = if server.is_empty() { group.as_bytes().into() } else { short_host(&server) };
        add_missing_files(groups, &whose, &format!("{}{more}", some.join(", ")));
    }
}

/// The name of a tracking log up to its number, the number, and the rest.
fn numbered(name: &str) -> Option<(&str, u64, &str)> {
    let base = name.rsplit(['/', '\\', ':']).next().filter(|b| Family::of_name(b) != Family::Unknown)?;
    let at = name.len() - base.len() + base.rfind('-')? + 1;
    let digits = name.get(at..)?.bytes().take_while(u8::is_ascii_digit).count();
    Some((name.get(..at)?, name.get(at..at + digits)?.parse().ok()?, name.get(at + digits..)?))
}

impl Judged {
    /// Fills in samples and evidence from a reading that kept the texts of the messages to be shown.
    pub(super) fn illustrate(&mut self, state: &State, filter: &Filter, files: &[FileNote], all: bool) {
        let names = state.names();
        let add = |samples: &mut Samples, _: Spot, journey: &Journey| {
            if filter.takes(journey, names) {
                samples.add(journey, names, &self.norms, &self.held);
            }
        };
        let mut samples = state.fold(Samples::default, add, Samples::merge);
        samples.illustrate(&mut self.findings, files);
        if all {
            self.instances = samples.instances(files);
        }
    }

    /// The findings, the gravest first; those that no mail has met behind others as grave.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().map(|(_, finding)| finding)
    }

    /// Domains that do not exist, each with the one that is meant.
    pub fn typos(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.norms.typos()
    }

    /// Takes out the findings that are not to be kept, and gives them back.
    pub fn part(&mut self, mut keep: impl FnMut(&mut Finding) -> bool) -> Vec<Finding> {
        let out = self.findings.extract_if(.., |(_, finding)| !keep(finding));
        out.map(|(_, finding)| finding).collect()
    }

    /// Another order of the findings; what is equal stays as it was.
    pub fn sort_by_key<K: Ord>(&mut self, mut key: impl FnMut(&Finding) -> K) {
        self.findings.sort_by_key(|(_, finding)| key(finding));
    }

    /// By what a finding is known, by its number in the order of [`Self::findings`].
    pub(super) fn key(&self, number: usize) -> Option<&GroupKey> {
        self.findings.get(number).map(|(key, _)| key)
    }

    /// Whether a finding holds for a message, which must have its hops.
    pub(super) fn holds(&self, key: &GroupKey, journey: &Journey, names: &Frozen) -> bool {
        let keys = keys_of(journey, names, (&self.norms, &self.held));
        keys.iter().any(|(_, keys)| keys.contains(key))
    }

    /// The kinds that hold for each leaf of a message, which must have its hops.
    pub fn kinds_of(&self, journey: &Journey, names: &Frozen) -> Vec<Vec<&'static str>> {
        if self.met.as_ref().is_some_and(|met| !met.contains(&journey.key)) {
            let none = vec![Vec::new(); journey.leaves.len()];
            debug_assert_eq!(
                kinds_of(journey, names, (&self.norms, &self.held)),
                none,
                "no kind holds for it"
            );
            return none;
        }
        kinds_of(journey, names, (&self.norms, &self.held))
    }
}
