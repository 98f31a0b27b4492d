//! The columns of the four tables: their types, and what each means. From this `docs/SCHEMA.md` is written.

use crate::model::column::ALL;

/// Version of the tables; it rises when a column changes its name, type or meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// What a column holds. Any may be null, but elements of lists are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text in UTF-8.
    Text,
    /// One of a few words: a Polars enum, a dictionary in files.
    Word(&'static [&'static str]),
    /// A whole number, 64 bits with sign.
    Number,
    /// True or false.
    Flag,
    /// A time in UTC, milliseconds.
    Time,
    /// A list of texts.
    Texts,
    /// Several named values.
    Record(&'static [(&'static str, Self)]),
    /// A list of such.
    Records(&'static [(&'static str, Self)]),
}

impl Kind {
    /// As documents and `.schema` name it.
    pub fn name(self) -> String {
        let fields = |fields: &[(&str, Self)]| {
            let fields: Vec<String> =
                fields.iter().map(|(name, kind)| format!("{name}: {}", kind.name())).collect();
            fields.join(", ")
        };
        match self {
            Self::Text => "text".to_owned(),
            Self::Word(_) => "word".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Flag => "flag".to_owned(),
            Self::Time => "time".to_owned(),
            Self::Texts => "list of text".to_owned(),
            Self::Record(inner) => format!("{{{}}}", fields(inner)),
            Self::Records(inner) => format!("list of {{{}}}", fields(inner)),
        }
    }
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, which needs no quotes in SQL.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it means, for documents.
    pub words: &'static str,
}

/// One of the four tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// One row for each event.
    Events,
    /// One row for each message and final recipient.
    Routes,
    /// One row for each hop of a row of `routes`.
    Hops,
    /// One row for each finding.
    Findings,
}

impl Table {
    /// All, in the order of documents.
    pub const ALL: [Self; 4] = [Self::Events, Self::Routes, Self::Hops, Self::Findings];

    /// Its name in SQL and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Routes => "routes",
            Self::Hops => "hops",
            Self::Findings => "findings",
        }
    }

    /// What it holds and how it is sorted, for documents.
    pub fn words(self) -> &'static str {
        match self {
            Self::Events => {
                "One row for each event, as `mailtrail events` writes it, by time; equal times by file and line."
            }
            Self::Routes => {
                "One row for each message and final recipient, as `mailtrail routes` writes it: by `first_seen`, \
                 `message_id`, `recipient`, `final_recipient`."
            }
            Self::Hops => {
                "One row for each hop of each row of `routes`, in the order of these, then by `position`. It names \
                 the row it belongs to by message and recipient."
            }
            Self::Findings => {
                "One row for each finding, as `mailtrail findings` writes it, the gravest first."
            }
        }
    }

    /// Its columns, in order.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Events => &EVENTS,
            Self::Routes => ROUTES,
            Self::Hops => HOPS,
            Self::Findings => FINDINGS,
        }
    }

    /// The column that its time is in: rows are sorted and cut into days by it.
    pub fn time(self) -> &'static str {
        match self {
            Self::Events => "date_time",
            Self::Routes | Self::Hops | Self::Findings => "first_seen",
        }
    }

    /// The table of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.name().eq_ignore_ascii_case(name))
    }

    /// Its column of a name.
    pub fn column(self, name: &str) -> Option<&'static Column> {
        self.columns().iter().find(|c| c.name == name)
    }
}

const fn column(name: &'static str, kind: Kind, words: &'static str) -> Column {
    Column { name, kind, words }
}

/// A place in a log.
const PLACE: &[(&str, Kind)] = &[("file", Kind::Text), ("line", Kind::Number), ("offset", Kind::Number)];
const DECISIONS: &[&str] = &[
    "local-delivery",
    "send-connector",
    "remote-routing-address",
    "recipient-not-found",
    "failed",
    "dropped",
    "deferred",
    "handed-off",
    "in-transit",
    "expanded",
];
const CLASSES: &[&str] = &["normal", "dsn", "journal", "moderation", "rule", "probe", "system"];
const DIRECTIONS: &[&str] = &["Incoming", "Originating", "Undefined"];
const SEVERITIES: &[&str] = &["info", "low", "medium", "high", "critical"];
const CONFIDENCES: &[&str] = &["low", "medium", "high", "certain"];
const STANDINGS: &[&str] = &["new", "graver", "still-there", "gone"];
const ROUTE: &[(&str, Kind)] = &[("decision", Kind::Text), ("connector", Kind::Text)];

/// What stands behind the columns of the log.
const EVENTS_AFTER: [Column; 3] = [
    column("evidence", Kind::Record(PLACE), "where the row stands; section 4"),
    column(
        "unparsed",
        Kind::Records(&[("column", Kind::Text), ("text", Kind::Text)]),
        "columns whose text is no number or id, or whose number is above 2^63-1, or whose time says more than \
         milliseconds, with the text as logged; `[]` if there is none",
    ),
    column(
        "other",
        Kind::Records(&[("column", Kind::Text), ("text", Kind::Text)]),
        "columns this version does not know that hold text; `[]` if there is none",
    ),
];

/// The columns of `events`: those of the log by their names, with `_` for `-`.
static EVENTS: [Column; 1 + ALL.len() + EVENTS_AFTER.len()] = [
    column("date_time", Kind::Time, "`date-time`"),
    column(
        "server",
        Kind::Text,
        "the server that wrote the row, short name in upper case; not in the JSON lines of `events`",
    ),
    column("client_ip", Kind::Text, "`client-ip`"),
    column("client_hostname", Kind::Text, "`client-hostname`"),
    column("server_ip", Kind::Text, "`server-ip`"),
    column("server_hostname", Kind::Text, "`server-hostname`"),
    column("source_context", Kind::Text, "`source-context`"),
    column("connector_id", Kind::Text, "`connector-id`"),
    column("source", Kind::Text, "`source`, in upper case if this version knows it"),
    column("event_id", Kind::Text, "`event-id`, in upper case if this version knows it"),
    column("internal_message_id", Kind::Number, "`internal-message-id`"),
    column("message_id", Kind::Text, "`message-id`"),
    column("network_message_id", Kind::Text, "`network-message-id`, in lower case with dashes"),
    column(
        "recipient_address",
        Kind::Texts,
        "`recipient-address`; `[]` if empty, null if the log has no such column",
    ),
    column(
        "recipient_status",
        Kind::Texts,
        "`recipient-status`, in the same way; one for each recipient where they fit, else one text",
    ),
    column("total_bytes", Kind::Number, "`total-bytes`"),
    column("recipient_count", Kind::Number, "`recipient-count`"),
    column("related_recipient_address", Kind::Text, "`related-recipient-address`"),
    column("reference", Kind::Text, "`reference`"),
    column("message_subject", Kind::Text, "`message-subject`; null with `--no-subjects`"),
    column("sender_address", Kind::Text, "`sender-address`"),
    column("return_path", Kind::Text, "`return-path`"),
    column("message_info", Kind::Text, "`message-info`"),
    column("directionality", Kind::Text, "`directionality`"),
    column("tenant_id", Kind::Text, "`tenant-id`"),
    column("original_client_ip", Kind::Text, "`original-client-ip`"),
    column("original_server_ip", Kind::Text, "`original-server-ip`"),
    column("custom_data", Kind::Text, "`custom-data`"),
    column("transport_traffic_type", Kind::Text, "`transport-traffic-type`"),
    column("log_id", Kind::Text, "`log-id`"),
    column(
        "schema_version",
        Kind::Text,
        "`schema-version`, of Exchange; that of the table is in the file's metadata",
    ),
    EVENTS_AFTER[0],
    EVENTS_AFTER[1],
    EVENTS_AFTER[2],
];

/// The fields of a hop in `routes`.
const HOP: &[(&str, Kind)] = &[
    ("server", Kind::Text),
    ("event", Kind::Text),
    ("source", Kind::Text),
    ("connector", Kind::Text),
    ("peer", Kind::Text),
    ("time", Kind::Time),
    ("evidence", Kind::Record(PLACE)),
];

static ROUTES: &[Column] = &[
    column("network_message_id", Kind::Text, "lower case, with dashes; null where no event has one"),
    column("message_id", Kind::Text, "as logged"),
    column("sender", Kind::Text, "return path if there is one, else sender-address; `<>` for reports"),
    column("recipient", Kind::Text, "the address in the envelope when the mail came in"),
    column("final_recipient", Kind::Text, "the address it ended with"),
    column(
        "via",
        Kind::Records(&[("step", Kind::Text), ("from", Kind::Text), ("to", Kind::Text)]),
        "how the one became the other",
    ),
    column("decision", Kind::Word(DECISIONS), "what Exchange decided; section 5"),
    column("connector", Kind::Text, "connector-id of the deciding row"),
    column("next_hop", Kind::Text, "the other side"),
    column("server", Kind::Text, "server that decided, short name in upper case"),
    column("status_code", Kind::Text, "enhanced code of the deciding row, such as `5.1.10`"),
    column("status_tag", Kind::Text, "its token"),
    column("status_text", Kind::Text, "its words"),
    column("directionality", Kind::Word(DIRECTIONS), "of the first RECEIVE"),
    column("subject", Kind::Text, "of the first RECEIVE; null with `--no-subjects`"),
    column("size_bytes", Kind::Number, "of the first RECEIVE; null also above 2^63-1"),
    column("class", Kind::Word(CLASSES), "what kind of message it is"),
    column("reference", Kind::Text, "message-id that this message reports on or was made from"),
    column("first_seen", Kind::Time, "earliest event of the message"),
    column("last_seen", Kind::Time, "latest event of the row"),
    column("latency_ms", Kind::Number, "from submission, else `first_seen`, to `last_seen`; as logged"),
    column("hops", Kind::Records(HOP), "the hops in causal order; the table `hops` has them as rows"),
    column("laps", Kind::Number, "how often it came back to a place it had left"),
    column("findings", Kind::Texts, "kinds of findings that hold for the row"),
    column("complete", Kind::Flag, "whether the end and all on the way is known"),
    column("missing", Kind::Texts, "servers on the way whose log is not here"),
    column("evidence", Kind::Record(PLACE), "the deciding row"),
];

static HOPS: &[Column] = &[
    column("network_message_id", Kind::Text, "of the message, as in `routes`; so are the next five"),
    column("message_id", Kind::Text, ""),
    column("first_seen", Kind::Time, ""),
    column("recipient", Kind::Text, ""),
    column("final_recipient", Kind::Text, ""),
    column("decision", Kind::Word(DECISIONS), ""),
    column("position", Kind::Number, "place of the hop in the row's `hops`, from 1"),
    column("server", Kind::Text, "who wrote it, short name in upper case"),
    column("event", Kind::Text, "event-id"),
    column("source", Kind::Text, "source"),
    column("connector", Kind::Text, "connector-id"),
    column("peer", Kind::Text, "the other host"),
    column("time", Kind::Time, "when, by the server's clock"),
    column("evidence", Kind::Record(PLACE), "where it stands"),
];

static FINDINGS: &[Column] = &[
    column("kind", Kind::Text, "name of the kind; `mailtrail explain` lists them"),
    column("title", Kind::Text, "the same in a few words"),
    column("severity", Kind::Word(SEVERITIES), "the highest of its messages"),
    column("confidence", Kind::Word(CONFIDENCES), "the highest of its messages"),
    column("domain", Kind::Text, "what it is about, as are the next three"),
    column("connector", Kind::Text, ""),
    column("peer", Kind::Text, ""),
    column("address", Kind::Text, ""),
    column("messages", Kind::Number, "how many messages"),
    column("recipients", Kind::Number, "how many addresses they were first addressed to"),
    column("senders", Kind::Number, "how many senders"),
    column("first_seen", Kind::Time, "first sign of it"),
    column("last_seen", Kind::Time, "last sign of it"),
    column("laps_max", Kind::Number, "most laps of one message"),
    column("cycle", Kind::Texts, "members of the circle, in order"),
    column(
        "expected",
        Kind::Record(ROUTE),
        "what should have been decided, where the configuration is known",
    ),
    column("actual", Kind::Record(ROUTE), "what was"),
    column("cause", Kind::Text, "why, in plain words"),
    column("fix", Kind::Text, "what mends it"),
    column("samples", Kind::Texts, "up to five message-ids"),
    column("evidence", Kind::Records(PLACE), "rows that show it"),
    column("caused_by", Kind::Text, "the kind that explains this one"),
    column("period_ms", Kind::Number, "typical time of a lap"),
    column("ended", Kind::Text, "what ended the circle"),
    column("addresses", Kind::Texts, "the first ten final addresses"),
    column("standing", Kind::Word(STANDINGS), "with `--baseline`, what it is to the earlier run"),
    column(
        "known",
        Kind::Record(&[("until", Kind::Text), ("run_out", Kind::Flag), ("note", Kind::Text)]),
        "the entry of `mailtrail.toml` that means it",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::Severity;
    use crate::model::journey::Decision;

    #[test]
    fn columns_of_the_log_are_those_of_the_log() {
        let logged = ALL.map(|(_, name)| name.replace('-', "_"));
        let own = |c: &&Column| c.name != "server" && !EVENTS_AFTER.contains(c);
        let names: Vec<&str> = EVENTS.iter().filter(own).map(|c| c.name).collect();
        assert_eq!(names, logged);
    }

    #[test]
    fn words_are_those_of_the_model() {
        assert_eq!(DECISIONS, Decision::ALL.map(Decision::as_str));
        assert_eq!(SEVERITIES, Severity::ALL.map(Severity::as_str));
    }
}
