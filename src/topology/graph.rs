//! Circles in the directory, found before any mail meets them.

use hashbrown::HashMap;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::Topology;
use super::recipient::{Addresses, Kind, Recipient};

/// Recipients of which each leads to the next, and the last to the first; by their numbers, the one with the
/// smallest address first.
pub type Circle = Vec<u32>;

impl Topology {
    /// Circles of forwarding and targets: one for each set of recipients that all lead to each other.
    pub fn forwarding_circles(&self) -> Vec<Circle> {
        let forwards = |r: &'_ Recipient| r.kind == Kind::Mailbox;
        self.circles(|r| {
            let forwarding = r.forwards_to().filter(|_| forwards(r));
            r.target.as_deref().or(forwarding).into_iter().collect()
        })
    }

    /// Circles of groups within groups.
    pub fn group_circles(&self) -> Vec<Circle> {
        self.circles(|r| r.members.iter().flat_map(Addresses::iter).collect())
    }

    /// One circle for each strongly connected set. An object that leads to itself by forwarding or membership is
    /// one too; by its target it is not, since such mail goes out.
    fn circles<'t>(&'t self, leads_to: impl Fn(&'t Recipient) -> Vec<&'t str>) -> Vec<Circle> {
        let mut graph: DiGraph<u32, ()> = DiGraph::new();
        let mut nodes: HashMap<u32, NodeIndex> = HashMap::new();
        for (number, recipient) in (0..).zip(&self.facts().recipients) {
            for address in leads_to(recipient) {
                let Some(other) = self.owner(address.as_bytes()) else { continue };
                let from = *nodes.entry(number).or_insert_with(|| graph.add_node(number));
                let to = *nodes.entry(other).or_insert_with(|| graph.add_node(other));
                graph.add_edge(from, to, ());
            }
        }
        let itself = |n: NodeIndex| {
            let by_target =
                graph.node_weight(n).and_then(|n| self.recipient(*n)).and_then(|r| r.target.as_ref());
            graph.find_edge(n, n).is_some() && by_target.is_none()
        };
        let mut out: Vec<Circle> = kosaraju_scc(&graph)
            .into_iter()
            .filter(|set| set.len() > 1 || set.first().is_some_and(|n| itself(*n)))
            .map(|set| self.round(&graph, &set))
            .collect();
        out.sort_by_key(|circle| circle.first().map(|n| self.primary(*n)));
        out
    }

    fn primary(&self, number: u32) -> &str {
        self.recipient(number).map_or("", Recipient::primary)
    }

    /// The shortest way from the member with the smallest address back to it.
    fn round(&self, graph: &DiGraph<u32, ()>, set: &[NodeIndex]) -> Circle {
        let number = |n: NodeIndex| graph.node_weight(n).copied().unwrap_or(u32::MAX);
        let Some(start) = set.iter().copied().min_by_key(|n| (self.primary(number(*n)), number(*n))) else {
            return Vec::new();
        };
        let members: hashbrown::HashSet<NodeIndex> = set.iter().copied().collect();
        let mut from: HashMap<NodeIndex, NodeIndex> = HashMap::new();
        let mut open = std::collections::VecDeque::from([start]);
        while let Some(at) = open.pop_front() {
            // In the order of addresses, so that of several shortest ways it is always the same.
            let mut next: Vec<NodeIndex> = graph.neighbors(at).filter(|n| members.contains(n)).collect();
            next.sort_by_key(|n| (self.primary(number(*n)), number(*n)));
            for node in next {
                if node == start {
                    let mut way = vec![number(at)];
                    let mut back = at;
                    while let Some(before) = from.get(&back) {
                        way.push(number(*before));
                        back = *before;
                    }
                    way.reverse();
                    return way;
                }
                if node != at && !from.contains_key(&node) {
                    from.insert(node, at);
                    open.push_back(node);
                }
            }
        }
        vec![number(start)]
    }
}

#[cfg(test)]
mod tests {
    use super::super::Facts;
    use super::*;

    fn topology(edges: &[(&str, &[&str])]) -> Topology {
        let group = |(name, members): &(&str, &[&str])| Recipient {
            members: Some(Addresses::new(members.iter().copied())),
            ..Recipient::new(Kind::Group, Addresses::new([*name]))
        };
        Topology::new(Facts { recipients: edges.iter().map(group).collect(), ..Facts::default() })
    }

    fn circles(edges: &[(&str, &[&str])]) -> Vec<String> {
        let topology = topology(edges);
        let names = |c: Circle| c.iter().map(|n| topology.primary(*n)).collect::<Vec<_>>().join(">");
        topology.group_circles().into_iter().map(names).collect()
    }

    #[test]
    fn each_set_gives_its_shortest_circle_from_the_smallest() {
        assert_eq!(circles(&[("a", &["b", "x"]), ("b", &["c"]), ("c", &[])]), Vec::<String>::new());
        assert_eq!(circles(&[("c", &["b"]), ("b", &["a"]), ("a", &["c"])]), ["a>c>b"]);
        assert_eq!(circles(&[("a", &["b", "c"]), ("b", &["a"]), ("c", &["a", "b"])]), ["a>b"]);
        assert_eq!(circles(&[("z", &["z"]), ("b", &["c"]), ("c", &["b"])]), ["b>c", "z"]);
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let names: Vec<String> = (0..50_000).map(|n| format!("u{n:05}@contoso.com")).collect();
        let link = |n: usize| Recipient {
            target: names.get((n + 1) % names.len()).map(|t| t.as_str().into()),
            ..Recipient::new(Kind::MailUser, Addresses::new(names.get(n).map(String::as_str)))
        };
        let recipients = (0..names.len()).map(link).collect();
        let topology = Topology::new(Facts { recipients, ..Facts::default() });
        assert_eq!(topology.forwarding_circles().len(), 1);
        assert_eq!(topology.forwarding_circles()[0].len(), 50_000);
    }
}
