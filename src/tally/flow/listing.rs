//! What there is of everything that recipients are counted by, seen in the first look at all messages: only what
//! there is most of is told apart in the second.

use hashbrown::HashMap;

use crate::model::event::Source;
use crate::model::journey::{Decision, Direction, Journey, Leaf};
use crate::model::name::{EMPTY, Frozen, Symbol, is_exchange_online};
use crate::model::time::Timestamp;

/// How a message came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    way: Way,
    /// Receive connector as logged.
    connector: Symbol,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Way {
    /// Submitted from a mailbox.
    Mailbox,
    /// By SMTP from a host of Exchange Online.
    Cloud,
    /// By SMTP, and Exchange took it for mail from outside.
    Outside,
    /// By SMTP, and Exchange took it for mail of the organisation: a device, an application, another server.
    Inside,
    /// By SMTP, and the log does not say more.
    Smtp,
    /// Made or brought by another part of Exchange.
    Other(Source),
    /// Its beginning is not in these logs.
    Unknown,
}

impl Entry {
    /// Of a message, by its first RECEIVE, or because it was made here.
    pub(super) fn of(journey: &Journey, names: &Frozen) -> Self {
        let bare = |way| Self { way, connector: EMPTY };
        match (journey.entered_by_smtp, journey.received) {
            (None, Some((Source::Dsn, _))) => bare(Way::Other(Source::Dsn)),
            (Some(false), Some((source, _))) if !matches!(source, Source::Smtp | Source::StoreDriver) => {
                bare(Way::Other(source))
            }
            (Some(false), _) => bare(Way::Mailbox),
            (Some(true), Some((_, connector))) => {
                let cloud = is_exchange_online(names.get(journey.came_from.0));
                let way = match journey.directionality {
                    _ if cloud => Way::Cloud,
                    Direction::Incoming => Way::Outside,
                    Direction::Originating => Way::Inside,
                    Direction::Absent | Direction::Undefined => Way::Smtp,
                };
                Self { way, connector }
            }
            _ => bare(Way::Unknown),
        }
    }

    /// In words. Connectors of the same name on several servers are one.
    pub(super) fn label(self, names: &Frozen) -> String {
        let by = |way: &str| match names.text(self.connector) {
            name if name.is_empty() => format!("{way}, SMTP"),
            name => format!("{way}, {}", connector_name(&name)),
        };
        match self.way {
            Way::Mailbox => "from a mailbox".to_owned(),
            Way::Cloud => by("from Exchange Online"),
            Way::Outside => by("from outside"),
            Way::Inside => by("from inside"),
            Way::Smtp => by("by SMTP"),
            Way::Other(Source::MailboxRule) => "made by an inbox rule".to_owned(),
            Way::Other(Source::Dsn) => "made here: a delivery report".to_owned(),
            Way::Other(Source::Agent) => "made by an agent".to_owned(),
            Way::Other(Source::Approval) => "made by moderation".to_owned(),
            Way::Other(Source::Pickup) => "from the pickup folder".to_owned(),
            Way::Other(source) => format!("by {}", source.as_str()),
            Way::Unknown => "unknown".to_owned(),
        }
    }
}

/// The name of a receive connector without its server, which Exchange puts before it (`EX1\Default EX1`) and by
/// default behind it too.
fn connector_name(id: &str) -> &str {
    let Some((server, name)) = id.split_once('\\') else { return id };
    let short = name.strip_suffix(server).map(str::trim_end);
    short.filter(|s| !s.is_empty()).unwrap_or(name)
}

/// How many recipients there are of everything.
#[derive(Debug, Default)]
pub struct Listing {
    pub(super) entries: HashMap<Entry, u64>,
    pub(super) servers: HashMap<Symbol, u64>,
    pub(super) connectors: HashMap<Symbol, u64>,
    pub(super) next_hops: HashMap<Symbol, u64>,
    /// When the first of the messages was first seen, and last event of any.
    pub(super) span: Option<(Timestamp, Timestamp)>,
}

impl Listing {
    /// Takes note of a message.
    pub fn add(&mut self, journey: &Journey, names: &Frozen) {
        let recipients = journey.leaves.len() as u64;
        if recipients == 0 {
            return;
        }
        *self.entries.entry(Entry::of(journey, names)).or_default() += recipients;
        // Those that only pass mail on have a queue too.
        for leg in &journey.legs {
            self.servers.entry(leg.from).or_default();
            self.servers.entry(leg.to).or_default();
        }
        for leaf in &journey.leaves {
            *self.servers.entry(leaf.server).or_default() += 1;
            *self.connectors.entry(connector(leaf)).or_default() += 1;
            *self.next_hops.entry(leaf.next_hop).or_default() += 1;
            self.see(journey.first_seen, leaf.last_seen);
        }
    }

    fn see(&mut self, first: Timestamp, last: Timestamp) {
        let (begin, end) = self.span.unwrap_or((first, last));
        self.span = Some((begin.min(first), end.max(first).max(last)));
    }

    /// Adds what another thread has seen.
    pub fn merge(&mut self, other: Self) {
        other.entries.into_iter().for_each(|(k, n)| *self.entries.entry(k).or_default() += n);
        let lists = [
            (&mut self.servers, other.servers),
            (&mut self.connectors, other.connectors),
            (&mut self.next_hops, other.next_hops),
        ];
        for (mine, theirs) in lists {
            theirs.into_iter().for_each(|(k, n)| *mine.entry(k).or_default() += n);
        }
        if let Some((first, last)) = other.span {
            self.see(first, last);
        }
    }
}

/// The send connector as the report counts it.
pub(super) fn connector(leaf: &Leaf) -> Symbol {
    if leaf.decision == Decision::LocalDelivery { EMPTY } else { leaf.connector }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::Names;

    #[test]
    fn entries_are_what_the_first_receive_says() {
        let names = Names::default();
        let connector = names.intern(b"EX1\\Default Frontend EX1");
        let cloud = names.intern(b"mail-eur01.prod.outlook.com");
        let names = names.freeze();
        let label = |received, by_smtp, direction, peer| {
            let journey = Journey {
                received,
                entered_by_smtp: by_smtp,
                directionality: direction,
                came_from: (peer, EMPTY),
                ..Journey::default()
            };
            Entry::of(&journey, &names).label(&names)
        };
        let smtp = Some((Source::Smtp, connector));
        assert_eq!(label(smtp, Some(true), Direction::Incoming, EMPTY), "from outside, Default Frontend");
        assert_eq!(label(smtp, Some(true), Direction::Originating, EMPTY), "from inside, Default Frontend");
        assert_eq!(label(smtp, Some(true), Direction::Absent, EMPTY), "by SMTP, Default Frontend");
        assert_eq!(
            label(smtp, Some(true), Direction::Incoming, cloud),
            "from Exchange Online, Default Frontend"
        );
        // A hub's own RECEIVE may be the first that is here of what a mailbox submitted.
        assert_eq!(label(smtp, Some(false), Direction::Originating, EMPTY), "from a mailbox");
        let bare = Some((Source::Smtp, EMPTY));
        assert_eq!(label(bare, Some(true), Direction::Incoming, EMPTY), "from outside, SMTP");
        let rule = Some((Source::MailboxRule, EMPTY));
        assert_eq!(label(rule, Some(false), Direction::Originating, EMPTY), "made by an inbox rule");
        let report = Some((Source::Dsn, EMPTY));
        assert_eq!(label(report, None, Direction::Absent, EMPTY), "made here: a delivery report");
        assert_eq!(label(None, None, Direction::Absent, EMPTY), "unknown");
    }

    #[test]
    fn connectors_lose_their_server() {
        let names = ["EX1\\Default EX1", "EX1\\Relay", "Default EX1", "EX1\\EX1", "A\\B\\C", ""];
        assert_eq!(names.map(connector_name), ["Default", "Relay", "Default EX1", "EX1", "B\\C", ""]);
    }
}
