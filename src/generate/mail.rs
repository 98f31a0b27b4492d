//! A message and what is decided for it, before a row of it is written.

/// One link of a recipient's lineage.
#[derive(Clone, Debug)]
pub(super) struct Via {
    /// `resolve`, `redirect`, `expand` or `rule`.
    pub step: &'static str,
    pub from: String,
    pub to: String,
}

/// A recipient on its way through the directory: as addressed, and as it is now.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub recipient: String,
    pub last: String,
    pub via: Vec<Via>,
    pub end: End,
}

impl Way {
    /// An address that is what it was.
    pub(super) fn straight(address: &str, end: End) -> Self {
        Self { recipient: address.to_owned(), last: address.to_owned(), via: Vec::new(), end }
    }

    /// The same, one step on.
    pub(super) fn to(&self, step: &'static str, address: &str, end: End) -> Self {
        let mut via = self.via.clone();
        via.push(Via { step, from: self.last.clone(), to: address.to_owned() });
        Self { recipient: self.recipient.clone(), last: address.to_owned(), via, end }
    }
}

/// What becomes of a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// A mailbox on this server.
    Stored(usize),
    /// A mailbox on this server that is full.
    Full(usize),
    /// A mailbox in the cloud.
    Cloud,
    /// A domain outside; by number.
    Outside(usize),
    /// The same, and its server says no.
    Refused(usize),
    /// The same, and its server wants us to come again; ms until it takes the message.
    Late(usize, i64),
    /// The same, and two days do not suffice.
    Expired(usize),
    /// The same, and the logs end before it is taken.
    Waiting(usize),
    /// Nobody has this address.
    Nobody,
}

/// What was decided for one recipient of a message; a row of `truth.jsonl`.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub way: Way,
    pub decision: &'static str,
    pub connector: Option<String>,
    pub next_hop: Option<String>,
    pub server: String,
    pub status_code: Option<&'static str>,
    pub status_tag: Option<&'static str>,
    pub laps: u32,
}

impl Leaf {
    /// A decision with nothing else to say.
    pub(super) fn new(way: Way, decision: &'static str, server: &str) -> Self {
        let server = server.to_owned();
        Self {
            way,
            decision,
            connector: None,
            next_hop: None,
            server,
            status_code: None,
            status_tag: None,
            laps: 0,
        }
    }
}

/// Who sent it, and so who gets a report.
#[derive(Clone, Debug)]
pub(super) enum Sender {
    /// A person of the organisation, by number.
    User(usize),
    /// Somebody outside.
    Outside(usize, String),
    /// Nobody who could get a report.
    Nobody,
}

/// One message.
#[derive(Clone, Debug)]
pub(super) struct Mail {
    /// Number of the message, for counting.
    pub serial: u64,
    pub message_id: String,
    pub network_id: u128,
    /// Whether any row of it carries its network-message-id.
    pub network_id_seen: bool,
    pub subject: String,
    pub sender: String,
    pub return_path: String,
    /// total-bytes of the first arrival.
    pub size: u64,
    pub direction: &'static str,
    pub client_ip: String,
    pub class: &'static str,
    pub reference: Option<String>,
    pub from: Sender,
    /// When it was submitted.
    pub origin: i64,
    /// Earliest event that counts, by the clock of the server that wrote it.
    pub first_seen: i64,
    /// Latest event that counts.
    pub last_seen: i64,
    pub is_probe: bool,
    pub leaves: Vec<Leaf>,
}

impl Mail {
    /// The message-id as another message refers to it; without angle brackets it could not be told for one.
    pub(super) fn as_reference(&self) -> Option<String> {
        self.message_id.starts_with('<').then(|| self.message_id.clone())
    }
}

/// Addresses as the log lists them.
pub(super) fn list<'a>(addresses: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for address in addresses {
        if !out.is_empty() {
            out.push(';');
        }
        out.push_str(address);
    }
    out
}
