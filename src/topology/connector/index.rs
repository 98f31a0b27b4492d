//! Address spaces by what they say, so that a choice looks at the connectors that fit and at no others.

use hashbrown::HashMap;

use super::{Fitting, Load, SendConnector, split_type};
use crate::model::name::domain_of;
use crate::topology::domain::Fit;

/// Number of a connector, and the cost of its space.
type Entry = (u32, u16);

/// The spaces of all connectors.
#[derive(Clone, Debug, Default)]
pub(in crate::topology) struct Index {
    exact: HashMap<Box<str>, Vec<Entry>>,
    /// `*.contoso.com`, as `contoso.com`.
    below: HashMap<Box<str>, Vec<Entry>>,
    any: Vec<Entry>,
    /// `--`.
    own: Vec<Entry>,
    /// By type, where that is not SMTP.
    typed: HashMap<Box<str>, Vec<Entry>>,
}

impl Index {
    /// Of all connectors by their numbers.
    pub(in crate::topology) fn new(connectors: &[SendConnector]) -> Self {
        let mut index = Self::default();
        for (number, connector) in (0..).zip(connectors) {
            for space in &connector.spaces {
                let list = match (&*space.kind, &*space.space) {
                    ("smtp", "*") => &mut index.any,
                    ("smtp", "--") => &mut index.own,
                    ("smtp", name) => match name.strip_prefix("*.") {
                        Some(suffix) => index.below.entry(suffix.into()).or_default(),
                        None => index.exact.entry(name.into()).or_default(),
                    },
                    (kind, _) => index.typed.entry(kind.into()).or_default(),
                };
                list.push((number, space.cost));
            }
        }
        index
    }

    /// Tells the spaces that fit an address, each with the number of its connector.
    pub(super) fn each(&self, load: &Load<'_>, mut tell: impl FnMut(u32, Fitting)) {
        if load.is_own && split_type(load.address).0.is_none() {
            for (number, cost) in &self.own {
                tell(*number, Fitting { fit: Fit::Exact, cost: *cost, inbound: true });
            }
        }
        let mut all = |list: Option<&Vec<Entry>>, fit| {
            for (number, cost) in list.into_iter().flatten() {
                tell(*number, Fitting { fit, cost: *cost, inbound: false });
            }
        };
        let (kind, rest) = split_type(load.address);
        if let Some(kind) = kind {
            return all(std::str::from_utf8(kind).ok().and_then(|k| self.typed.get(k)), Fit::Any);
        }
        all(Some(&self.any), Fit::Any);
        let Ok(domain) = std::str::from_utf8(domain_of(rest)) else { return };
        all(self.exact.get(domain), Fit::Exact);
        if self.below.is_empty() {
            return;
        }
        all(self.below.get(domain), Fit::Apex);
        for dot in memchr::memchr_iter(b'.', domain.as_bytes()).filter(|dot| *dot > 0) {
            let suffix = domain.get(dot + 1..).and_then(|suffix| self.below.get(suffix));
            all(suffix, Fit::Suffix(u16::try_from(dot).unwrap_or(u16::MAX)));
        }
    }
}
