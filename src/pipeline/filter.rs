//! Which messages the user asked for.
//!
//! A pattern may hold `*` and `?`; case does not matter; of several patterns of one kind any may
//! match, of several kinds all must. Patterns on rows (sender, subject, server, …) are met by a
//! message if any of its rows meets them; patterns on leaves (recipient, decision, connector) if one
//! leaf meets them all.

use std::borrow::Cow;

use super::rows::split_addresses;
use crate::model::column::Column;
use crate::model::journey::{Decision, Journey, Leaf};
use crate::model::name::{Frozen, fold_case, guid_text};
use crate::parse::event::Event;
use crate::parse::values::guid;
use crate::route::store::bare_message_id;

/// The marks of two kinds of patterns that name a message.
const MESSAGE_ID: u16 = 64;
const NETWORK_MESSAGE_ID: u16 = 128;

/// Patterns of one kind. Asked for without one, as by an empty list, they match nothing.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    asked: bool,
    list: Vec<Vec<u8>>,
}

impl Patterns {
    /// From what the user wrote.
    pub fn new<S: AsRef<str>>(patterns: impl IntoIterator<Item = S>) -> Self {
        let fold = |p: S| {
            let mut out = Vec::new();
            fold_case(p.as_ref().as_bytes(), &mut out);
            out
        };
        Self { asked: true, list: patterns.into_iter().map(fold).collect() }
    }

    /// Whether the user asked for nothing of this kind.
    pub fn is_empty(&self) -> bool {
        !self.asked
    }

    /// The texts that are asked for, in lower case, if each pattern is one: ASCII, without wildcards.
    fn texts(&self) -> Option<&[Vec<u8>]> {
        let is_text = |p: &Vec<u8>| p.is_ascii() && memchr::memchr2(b'*', b'?', p).is_none();
        (!self.list.is_empty() && self.list.iter().all(is_text)).then_some(&self.list)
    }

    /// Whether any matches.
    pub fn matches(&self, text: &[u8]) -> bool {
        let mut folded = Vec::new();
        fold_case(text, &mut folded);
        self.list.iter().any(|p| wildcard(p, &folded))
    }
}

/// Whether a pattern with `*` and `?` matches the whole text.
pub fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while let Some(c) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                back = Some((p, t));
                p += 1;
            }
            Some(x) if *x == b'?' || x == c => (p, t) = (p + 1, t + 1),
            _ => match back {
                Some((star, from)) => {
                    (p, t) = (star + 1, from + 1);
                    back = Some((star, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|b| *b == b'*')
}

/// All that the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// sender-address or return-path.
    pub sender: Patterns,
    /// message-subject.
    pub subject: Patterns,
    /// Server that wrote the row, short or full.
    pub server: Patterns,
    /// client-ip or original-client-ip.
    pub client_ip: Patterns,
    /// event-id.
    pub event: Patterns,
    /// source.
    pub source: Patterns,
    /// message-id, with or without angle brackets.
    pub message_id: Patterns,
    /// network-message-id.
    pub network_message_id: Patterns,
    /// Any address of a leaf's lineage.
    pub recipient: Patterns,
    /// connector-id of a leaf's deciding row.
    pub connector: Patterns,
    /// A leaf's decision.
    pub decision: Option<Vec<Decision>>,
}

impl Filter {
    fn row_kinds(&self) -> [(&Patterns, u16); 8] {
        [
            (&self.sender, 1),
            (&self.subject, 2),
            (&self.server, 4),
            (&self.client_ip, 8),
            (&self.event, 16),
            (&self.source, 32),
            (&self.message_id, MESSAGE_ID),
            (&self.network_message_id, NETWORK_MESSAGE_ID),
        ]
    }

    /// The marks a message must have.
    pub fn wanted(&self) -> u16 {
        self.row_kinds().iter().filter(|(p, _)| !p.is_empty()).map(|(_, bit)| bit).sum()
    }

    /// Whether anything was asked of rows.
    pub fn asks_rows(&self) -> bool {
        self.wanted() != 0
    }

    /// Whether anything was asked for at all.
    pub fn is_empty(&self) -> bool {
        self.wanted() == 0 && !self.asks_leaves()
    }

    fn asks_leaves(&self) -> bool {
        !(self.recipient.is_empty() && self.connector.is_empty() && self.decision.is_none())
    }

    /// The marks of a row.
    pub fn marks(&self, event: &Event<'_>, server: &[u8]) -> u16 {
        if !self.asks_rows() {
            return 0;
        }
        let met = |bit, patterns: &Patterns| Self::meets(bit, patterns, event, server);
        self.row_kinds().iter().filter(|(p, bit)| !p.is_empty() && met(*bit, p)).map(|(_, bit)| bit).sum()
    }

    /// Whether a row meets the patterns of one kind.
    fn meets(bit: u16, patterns: &Patterns, event: &Event<'_>, server: &[u8]) -> bool {
        let text = |c: Column| event.text(c);
        match bit {
            1 => patterns.matches(&text(Column::Sender)) || patterns.matches(&text(Column::ReturnPath)),
            2 => patterns.matches(&text(Column::Subject)),
            4 => {
                patterns.matches(server)
                    || patterns.matches(&text(Column::ServerHostname))
                    || patterns.matches(&text(Column::ClientHostname))
            }
            8 => {
                patterns.matches(&text(Column::ClientIp)) || patterns.matches(&text(Column::OriginalClientIp))
            }
            16 => patterns.matches(&text(Column::EventId)),
            32 => patterns.matches(&text(Column::Source)),
            MESSAGE_ID => {
                let id = text(Column::MessageId);
                patterns.matches(&id) || patterns.matches(bare_message_id(&id))
            }
            _ => guid(text(Column::NetworkMessageId).trim_ascii())
                .is_some_and(|id| patterns.matches(guid_text(id).as_bytes())),
        }
    }

    /// Texts of which every message that is asked for has one, as message-id or network-message-id, whatever
    /// its case; `None` if messages are asked for in another way.
    pub(super) fn names(&self) -> Option<Vec<Vec<u8>>> {
        if !self.message_id.is_empty() {
            return Some(self.message_id.texts()?.to_vec());
        }
        let mut names = Vec::new();
        for text in self.network_message_id.texts()? {
            let dashed = guid_text(guid(text)?);
            names.extend([dashed.replace('-', "").into_bytes(), dashed.into_bytes()]);
        }
        Some(names)
    }

    /// Whether a row has one of [`Self::names`].
    pub(super) fn is_named_by(&self, event: &Event<'_>) -> bool {
        if self.message_id.is_empty() {
            Self::meets(NETWORK_MESSAGE_ID, &self.network_message_id, event, b"")
        } else {
            Self::meets(MESSAGE_ID, &self.message_id, event, b"")
        }
    }

    /// Whether a row taken by itself meets all that was asked but the decision, which no row has.
    pub fn takes_row(&self, event: &Event<'_>, server: &[u8]) -> bool {
        let names_one = |c: Column| split_addresses(&event.text(c)).any(|a| self.recipient.matches(a));
        self.marks(event, server) == self.wanted()
            && (self.connector.is_empty() || self.connector.matches(&event.text(Column::ConnectorId)))
            && (self.recipient.is_empty()
                || names_one(Column::Recipients)
                || names_one(Column::RelatedRecipient))
    }

    /// Whether a leaf meets what was asked of leaves.
    pub fn takes_leaf(&self, leaf: &Leaf, names: &Frozen) -> bool {
        let text = |s| Cow::Borrowed(names.get(s));
        let of_lineage = || {
            let ends = [leaf.recipient, leaf.final_recipient];
            ends.into_iter().chain(leaf.via.iter().map(|v| v.to)).any(|s| self.recipient.matches(&text(s)))
        };
        self.decision.as_ref().is_none_or(|asked| asked.contains(&leaf.decision))
            && (self.connector.is_empty() || self.connector.matches(&text(leaf.connector)))
            && (self.recipient.is_empty() || of_lineage())
    }

    /// Whether a message is one that was asked for.
    pub fn takes(&self, journey: &Journey, names: &Frozen) -> bool {
        let wanted = self.wanted();
        journey.marks & wanted == wanted
            && (!self.asks_leaves() || journey.leaves.iter().any(|l| self.takes_leaf(l, names)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, text, want) in [
            ("*@contoso.com", "anna@contoso.com", true),
            ("anna@*", "anna@contoso.com", true),
            ("a?na@contoso.com", "anna@contoso.com", true),
            ("anna", "anna@contoso.com", false),
            ("*a*a*", "anna", true),
            ("*", "", true),
            ("", "x", false),
            ("*systemmailbox{*", "systemmailbox{1f05a927}", true),
        ] {
            assert_eq!(wildcard(pattern.as_bytes(), text.as_bytes()), want, "{pattern} {text}");
        }
        assert!(Patterns::new(["ANNA@*"]).matches(b"Anna@Contoso.com"));
    }
}
