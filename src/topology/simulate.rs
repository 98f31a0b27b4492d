//! What Exchange does with an address by the exports: every branch, and the rule behind each step.

use hashbrown::HashMap;

use super::connector::{Chosen, Pick};
use super::expected::{LONGEST_CHAIN, confidence};
use super::recipient::{Kind, Recipient};
use super::walk::{Beyond, Doubt, Doubts, Move, Nobody};
use super::{Export, Topology, steps};
use crate::model::finding::Confidence;
use crate::model::journey::Decision;
use crate::model::name::{domain_of, fold_case, short_host};

/// So many addresses are looked into; a group may have very many members.
pub const MOST_NODES: usize = 10_000;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The address, in any case.
    pub address: &'a str,
    /// Bytes of the message.
    pub size: Option<u64>,
    /// The server that routes it.
    pub server: Option<&'a str>,
}

/// How a branch began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Branch {
    /// The address asked for.
    Asked,
    /// Forwarding.
    Forwarded,
    /// Member of a group.
    Member,
}

/// One rule that applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Name of the rule, in kebab-case.
    pub rule: &'static str,
    /// What it says of this address, in plain words.
    pub text: String,
}

/// How a branch ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `None` where the exports do not tell, or where the branch ends because somebody has the mail already.
    pub decision: Option<Decision>,
    /// The address at the end, in lower case.
    pub address: String,
    /// Number of the connector it leaves by.
    pub connector: Option<u32>,
    /// Host or hosts that it is handed to, or `MX of domain`.
    pub next_hop: Option<String>,
    /// How sure it is.
    pub confidence: Confidence,
    /// What the exports leave open.
    pub doubts: Doubts,
}

/// One branch: an address, the steps from it on, and how it ends. Without an outcome it goes on in others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The branch it comes from.
    pub parent: Option<usize>,
    /// How it began.
    pub branch: Branch,
    /// The address it begins with, in lower case.
    pub address: String,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// How it ends.
    pub outcome: Option<Outcome>,
}

/// All branches, each after the one it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// The branches.
    pub nodes: Vec<Node>,
    /// Branches that were left out because there are too many.
    pub left_out: usize,
}

impl Simulation {
    /// What the exports leave open, over all branches.
    pub fn doubts(&self) -> Doubts {
        let mut all = Doubts::default();
        self.nodes.iter().filter_map(|n| n.outcome.as_ref()).for_each(|o| all.merge(o.doubts));
        all
    }
}

/// A simulation under way.
struct Run<'t> {
    topology: &'t Topology,
    size: Option<u64>,
    server: Option<Vec<u8>>,
    nodes: Vec<Node>,
    left_out: usize,
    /// Who was reached, in which branch first.
    met: HashMap<u32, usize>,
    /// Branches to look into, the last first.
    open: Vec<usize>,
}

impl Topology {
    /// Follows an address with all its branches.
    pub fn simulate(&self, question: &Question<'_>) -> Simulation {
        let mut address = Vec::new();
        fold_case(question.address.trim().as_bytes(), &mut address);
        let mut run = Run {
            topology: self,
            size: question.size,
            server: question.server.map(|s| short_host(s.as_bytes()).into_owned()),
            nodes: Vec::new(),
            left_out: 0,
            met: HashMap::new(),
            open: Vec::new(),
        };
        run.begin(None, Branch::Asked, &String::from_utf8_lossy(&address));
        while let Some(number) = run.open.pop() {
            run.branch(number);
        }
        Simulation { nodes: run.nodes, left_out: run.left_out }
    }
}

/// One branch under way.
struct Way {
    at: String,
    steps: Vec<Step>,
    doubts: Doubts,
    /// Owners whose mail went on without a copy.
    gone: Vec<u32>,
    /// Whether it was rewritten to the target of a remote mailbox, or one under onmicrosoft.com.
    cloud: bool,
}

impl Way {
    fn say(&mut self, rule: &'static str, text: String) {
        self.steps.push(Step { rule, text });
    }
}

/// How a step ends.
enum After {
    Again,
    Ended(Option<Decision>),
    Out(Decision),
}

impl<'t> Run<'t> {
    fn begin(&mut self, parent: Option<usize>, branch: Branch, address: &str) {
        if self.nodes.len() >= MOST_NODES {
            self.left_out += 1;
            return;
        }
        self.open.push(self.nodes.len());
        self.nodes.push(Node {
            parent,
            branch,
            address: address.to_owned(),
            steps: Vec::new(),
            outcome: None,
        });
    }

    /// Follows a branch to its end, or to where it parts.
    fn branch(&mut self, number: usize) {
        let Some(address) = self.nodes.get(number).map(|n| n.address.clone()) else { return };
        let mut way =
            Way { at: address, steps: Vec::new(), doubts: Doubts::default(), gone: Vec::new(), cloud: false };
        if self.nodes.get(number).is_some_and(|n| n.branch == Branch::Forwarded) {
            self.topology.doubt_forwarding(&way.at, &mut way.doubts);
        }
        let mut after = After::Again;
        if let Some(server) = self.server.as_ref().filter(|s| self.topology.is_edge(s)) {
            way.say("edge-server", steps::edge(server));
            after = After::Out(Decision::SendConnector);
        }
        for _ in 0..LONGEST_CHAIN {
            if !matches!(after, After::Again) {
                break;
            }
            after = self.step(number, &mut way);
        }
        let (mut connector, mut next_hop) = (None, None);
        let decision = match after {
            After::Ended(decision) => decision,
            After::Out(decision) => Some(self.send(&mut way, decision, (&mut connector, &mut next_hop))),
            After::Again => {
                way.doubts.add(Doubt::LongChain);
                way.say("long-chain", steps::long_chain());
                None
            }
        };
        let outcome = Outcome {
            decision,
            address: way.at,
            connector,
            next_hop,
            confidence: confidence(way.doubts),
            doubts: way.doubts,
        };
        if let Some(node) = self.nodes.get_mut(number) {
            node.steps = way.steps;
            node.outcome = Some(outcome);
        }
    }

    fn step(&mut self, number: usize, way: &mut Way) -> After {
        let topology = self.topology;
        let step = topology.step(way.at.as_bytes(), &mut way.doubts);
        way.say("look-up", steps::look_up(topology, &way.at));
        let (Move::Store { owner }
        | Move::Fork { owner, .. }
        | Move::Forward { owner, .. }
        | Move::Target { owner, .. }
        | Move::Expand { owner }) = step
        else {
            return self.nobody(way);
        };
        if let Some(after) = self.again(number, way, owner) {
            return after;
        }
        self.met.insert(owner, number);
        match step {
            Move::Store { .. } => self.store(way, owner),
            Move::Fork { to, .. } => {
                way.say("forwarding", steps::forwards(topology, owner, to));
                self.begin(Some(number), Branch::Forwarded, to);
                self.store(way, owner)
            }
            Move::Forward { to, .. } => {
                topology.doubt_forwarding(to, &mut way.doubts);
                way.say("forwarding", steps::forwards(topology, owner, to));
                way.gone.push(owner);
                to.clone_into(&mut way.at);
                After::Again
            }
            Move::Target { to, .. } => self.target(way, owner, to),
            Move::Expand { .. } => self.expand(number, way, owner),
            Move::Nobody => After::Ended(None),
        }
    }

    /// What happens where somebody is met again: a circle in which nobody keeps a copy breaks, every other is
    /// harmless.
    fn again(&self, number: usize, way: &mut Way, owner: u32) -> Option<After> {
        if way.gone.contains(&owner) {
            way.say("loop", steps::broken_loop(self.topology, owner));
            return Some(After::Ended(Some(Decision::Failed)));
        }
        let first = *self.met.get(&owner)?;
        let mut above = self.nodes.get(number).and_then(|n| n.parent);
        while above.is_some_and(|a| a != first) {
            above = above.and_then(|a| self.nodes.get(a)).and_then(|n| n.parent);
        }
        let circle = above == Some(first);
        way.say("met-again", steps::met_again(self.topology, owner, circle));
        Some(After::Ended(None))
    }

    fn store(&self, way: &mut Way, owner: u32) -> After {
        let topology = self.topology;
        if !topology.is_stored_here(owner) {
            way.doubts.add(Doubt::Recipients);
            way.say("no-target", steps::no_target(topology, owner));
            return After::Ended(None);
        }
        way.say("mailbox", steps::store(topology, owner));
        if let Some(primary) = topology.recipient(owner).map(Recipient::primary).filter(|p| !p.is_empty()) {
            primary.clone_into(&mut way.at);
        }
        After::Ended(Some(Decision::LocalDelivery))
    }

    fn target(&self, way: &mut Way, owner: u32, to: &'t str) -> After {
        let topology = self.topology;
        way.say("target", steps::target(topology, owner, to));
        let beyond = topology.beyond(owner, to.as_bytes(), &mut way.doubts);
        way.say("target-owner", steps::beyond(topology, owner, to, beyond));
        let remote = topology.recipient(owner).is_some_and(|r| r.kind == Kind::RemoteMailbox);
        let asked = way.gone.is_empty() && way.at == to;
        way.gone.push(owner);
        way.cloud = (remote || domain_of(to.as_bytes()).ends_with(b".onmicrosoft.com")) && !asked;
        to.clone_into(&mut way.at);
        match beyond {
            Beyond::Chain => After::Again,
            Beyond::Out if way.cloud => After::Out(Decision::RemoteRoutingAddress),
            Beyond::Out => After::Out(Decision::SendConnector),
            Beyond::Nobody => After::Ended(Some(Decision::RecipientNotFound)),
        }
    }

    fn expand(&mut self, number: usize, way: &mut Way, owner: u32) -> After {
        let topology = self.topology;
        let Some(group) = topology.recipient(owner) else { return After::Ended(None) };
        if let Some(server) = &group.expansion_server {
            let here = self.server.as_ref().is_some_and(|s| s.eq_ignore_ascii_case(server.as_bytes()));
            way.say("expansion-server", steps::expansion_server(server, here));
        }
        way.say("group", steps::group(group));
        match &group.members {
            Some(members) => {
                // Branches are taken from the end.
                let from = self.open.len();
                for member in members.iter() {
                    self.begin(Some(number), Branch::Member, member);
                }
                if let Some(fresh) = self.open.get_mut(from..) {
                    fresh.reverse();
                }
            }
            None => way.doubts.add(Doubt::Members),
        }
        group.primary().clone_into(&mut way.at);
        After::Ended(Some(Decision::Expanded))
    }

    fn nobody(&self, way: &mut Way) -> After {
        let nobody = self.topology.nobody(way.at.as_bytes(), &mut way.doubts);
        way.say("domain-type", steps::nobody(self.topology, &way.at, nobody));
        match nobody {
            Nobody::Refuse => After::Ended(Some(Decision::RecipientNotFound)),
            Nobody::Send(_) => After::Out(Decision::SendConnector),
            Nobody::Unknown => After::Ended(None),
        }
    }

    /// Chooses the connector.
    fn send(
        &self,
        way: &mut Way,
        decision: Decision,
        (connector, next_hop): (&mut Option<u32>, &mut Option<String>),
    ) -> Decision {
        let topology = self.topology;
        if !topology.has(Export::SendConnectors) {
            way.doubts.add(Doubt::Connectors);
            way.say("connector", steps::no_connectors());
            return decision;
        }
        let load = topology.load(way.at.as_bytes(), self.size, self.server.as_deref());
        let left_out = steps::left_out(topology, &load);
        let pick = topology.choice().pick(&load);
        if let Some(text) = left_out {
            way.say("connector-excluded", text);
        }
        way.say("connector", steps::pick(topology, &way.at, pick));
        let Pick::One(chosen) = pick else { return Decision::Failed };
        way.doubts.merge(topology.choice_doubts(chosen, self.size, self.server.as_deref()));
        *connector = Some(chosen.connector);
        *next_hop = self.hop(way, chosen);
        decision
    }

    fn hop(&self, way: &mut Way, chosen: Chosen) -> Option<String> {
        let connector = self.topology.connector(chosen.connector)?;
        if let Some(text) = steps::source(connector, self.server.as_deref()) {
            way.say("source-server", text);
        }
        let hop = steps::hop_name(connector, &way.at);
        way.say("next-hop", steps::hop(connector, &hop));
        let own = connector.smart_hosts.iter().find(|h| self.topology.own_server(h.as_bytes()).is_some());
        if let Some(own) = own.filter(|_| connector.uses_smart_hosts()) {
            way.say("loop-risk", steps::own_smart_host(own));
        }
        Some(hop)
    }
}
